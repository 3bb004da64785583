# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The desired state of one job, parsed from the options. Pure."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from .._dli.job_limits import check_tags
from .._errors import InputError
from .._options import WaitOptions, parse_all, parse_wait_options, select_one, tag_texts, text_or_none
from .diff import Definition, parse_definition

PRESENT = "present"
ABSENT = "absent"
STARTED = "started"
STOPPED = "stopped"
STATES = (PRESENT, ABSENT, STARTED, STOPPED)
#: Whether to restart an active job to change settings that cannot be changed while it runs.
NEVER = "never"
ALLOWED = "allowed"
RESTARTS = (NEVER, ALLOWED)


@dataclass(frozen=True)
class DesiredJob:
    """The desired state of a job.

    :ivar kind: ``SQL`` or ``JAR``, the kind of job that the module manages.
    :ivar settings: the settings that are set, including ``name``.
    :ivar tags: None if tags are not managed.
    :ivar purge_settings: whether settings that are not set are reset.
    :ivar resume_savepoint: None if it depends on whether a savepoint was created.
    """

    kind: str
    state: str
    job_id: int | None
    name: str | None
    settings: Definition
    tags: Mapping[str, str] | None
    purge_tags: bool
    purge_settings: bool
    restart: str
    savepoint: bool
    resume_savepoint: bool | None
    force: bool
    show_detail: bool
    check_mode: bool
    waiting: WaitOptions


def parse_desired_job(kind: str, params: Mapping[str, t.Any], check_mode: bool) -> DesiredJob:
    """Return the desired state from the options of a module for one kind of jobs.

    :raises InputError: options are invalid. The message contains all of them.
    """
    job_id, settings, tags, waiting = parse_all(
        partial(_job_id, params),
        partial(parse_definition, kind, params),
        partial(_tags, params["tags"]),
        partial(parse_wait_options, params),
    )
    unchanged = ("state", "purge_tags", "purge_settings", "restart", "savepoint", "resume_savepoint", "force", "show_detail")
    return DesiredJob(
        kind=kind,
        job_id=job_id,
        name=text_or_none(params["name"]),
        settings=settings,
        tags=tags,
        check_mode=check_mode,
        waiting=waiting,
        **{option: params[option] for option in unchanged},
    )


def _job_id(params: Mapping[str, t.Any]) -> int | None:
    job_id = text_or_none(params["job_id"])
    if job_id is None and text_or_none(params["name"]) is None:
        raise InputError("Missing name or job_id. Set at least one of them.")
    return select_one(job_id, None).ids[0] if job_id else None


def _tags(given: Mapping[t.Any, t.Any] | None) -> dict[str, str] | None:
    if given is None:
        return None
    tags = tag_texts(given)
    check_tags(tags)
    return tags
