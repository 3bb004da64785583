# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which jobs somebody wants to see: what the service is asked to leave out, and what is left out here. Pure.

The list takes one status only, and knows nothing of savepoints (dli-api.md 3). A job does not show its tags, so that only
the service can tell; and not every answer shows its user.
"""

from __future__ import annotations

import typing as t
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from .._clock import Clock
from .._dli.client import DliClient
from .._dli.job import STATUSES, Job
from .._dli.job_finder import JobFinder, list_all_jobs
from .._errors import InputError
from .._options import Selection, positive, select_any, text_or_none, words
from .._result import ModuleResult, one_line

#: Filters that the list takes as they are, by the service's names.
BY_VALUE = ("queue_name", "job_type", "user_name")


@dataclass(frozen=True)
class Filters:
    """What a job must be like.

    :ivar plain: members of :data:`PLAIN` and the values they must have.
    """

    statuses: tuple[str, ...] = ()
    plain: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    has_savepoint: bool | None = None

    @property
    def only_the_service_can_tell(self) -> bool:
        """Whether a job by itself does not show all that is asked for."""
        return bool(self.tags) or "user_name" in self.plain

    @property
    def warnings(self) -> list[str]:
        """Say which statuses may be slips of the pen."""
        return [
            f"status: {word} is no status that this version of the collection knows"
            for word in self.statuses
            if word not in STATUSES
        ]


def parse_filters(params: Mapping[str, t.Any]) -> Filters:
    """Return what the options ask for; what is empty counts as unset.

    :raises InputError: a tag cannot be asked for.
    """
    plain = {name: text for name in BY_VALUE if (text := text_or_none(params[name])) is not None}
    return Filters(tuple(words(params["status"])), plain, _tags(params["tags"]), params["has_savepoint"])


def service_query(filters: Filters) -> dict[str, t.Any]:
    """Return the parameters of the list that leave out as much as the service can."""
    query: dict[str, t.Any] = dict(filters.plain)
    if len(filters.statuses) == 1 and filters.statuses[0] in STATUSES:
        query["status"] = filters.statuses[0]
    if filters.tags:
        query["tags"] = ",".join(f"{key}={value}" for key, value in filters.tags.items())
    return query


def matches(job: Job, filters: Filters, sifted: bool) -> bool:
    """Tell whether a job is like that.

    :arg sifted: the service has left out what it can, so that what the job does not show is as it should be.
    """
    if filters.statuses and job.status not in filters.statuses:
        return False
    if filters.has_savepoint is not None and job.has_savepoint is not filters.has_savepoint:
        return False
    shown = {name: job.raw.get(name) for name in filters.plain}
    return all(shown[name] == value or (sifted and not shown[name]) for name, value in filters.plain.items())


def _tags(given: Mapping[str, t.Any] | None) -> dict[str, str]:
    """Read tags; the list takes them as ``key1=v1,key2=v2``, without any way to quote."""
    tags = {str(key).strip(): str("" if value is None else value).strip() for key, value in (given or {}).items()}
    for key, value in tags.items():
        if not key or not value or "," in key + value or "=" in key:
            raise InputError(f"tags: {key}={value} cannot be asked for: key and value are needed, without comma or equals sign")
    return tags


BRIEF = (
    "job_id",
    "name",
    "desc",
    "job_type",
    "status",
    "status_desc",
    "queue_name",
    "user_name",
    "create_time",
    "start_time",
    "duration",
    "has_savepoint",
    "savepoint_path",
    "restart_times",
    "root_id",
)
#: What may be large, or is seldom of interest.
DETAILED = (
    "update_time",
    "user_id",
    "project_id",
    "run_mode",
    "sql_body",
    "main_class",
    "entrypoint_args",
    "job_config",
    "execution_graph",
    "graph_editor_enabled",
    "edge_group_ids",
)
#: How many characters of a free text are shown in brief, so that a result stays below 1 KB a job.
SHORTENED = {"desc": 80, "status_desc": 200}


def job_summary(job: Job, detailed: bool) -> dict[str, t.Any]:
    """Return the members of a job; :data:`None` where the service gives none."""
    shown = {name: job.raw.get(name) for name in (BRIEF + DETAILED if detailed else BRIEF)}
    shown.update(job_id=job.job_id, name=job.name, has_savepoint=job.has_savepoint, start_time=job.start_time)
    if not detailed:
        shown.update({name: one_line(shown[name], most) for name, most in SHORTENED.items() if shown[name] is not None})
    return shown


@dataclass(frozen=True)
class InfoOptions:
    """Which jobs, and how much of each. Time in seconds."""

    selection: Selection
    filters: Filters
    detailed: bool
    ascending: bool
    overall_timeout: float


def parse_info_options(params: Mapping[str, t.Any], check_mode: bool) -> InfoOptions:
    """Return what the options ask for; check mode is no different.

    :raises InputError: an option is wrong.
    """
    return InfoOptions(
        selection=select_any(params["job_ids"], params["job_names"]),
        filters=parse_filters(params),
        detailed=params["show_detail"],
        ascending=params["order"] == "asc",
        overall_timeout=positive("overall_timeout", params["overall_timeout"]),
    )


def find_jobs(dli: DliClient, clock: Clock, task: InfoOptions, on_progress: t.Callable[[str], None]) -> ModuleResult:
    """Find the jobs and report on them.

    :raises DliError: the service cannot be asked.
    """
    deadline = clock.now() + task.overall_timeout
    query = {"show_detail": True} if task.detailed else {}
    if task.selection.ids or task.selection.names:
        jobs, missing = _named(dli, task, query, deadline)
    else:
        jobs, missing = _filtered(dli, task, query, deadline), []
    jobs.sort(key=_age, reverse=not task.ascending)
    result = {
        "changed": False,
        "msg": message(jobs, missing),
        "jobs": [job_summary(job, task.detailed) for job in jobs],
        "summary": {"found": len(jobs), "by_status": by_status(jobs)},
        "missing": missing,
    }
    return ModuleResult(result, [*task.selection.warnings, *task.filters.warnings])


def message(jobs: Sequence[Job], missing: Sequence[object]) -> str:
    """Say in one sentence what was found."""
    counts = ", ".join(f"{count} {status}" for status, count in by_status(jobs).items())
    found = f"Found {len(jobs) or 'no'} job{'' if len(jobs) == 1 else 's'}{f': {counts}' if counts else ''}"
    if not missing:
        return f"{found}."
    named = ", ".join(map(str, missing[:5])) + (f" and {len(missing) - 5} more" if len(missing) > 5 else "")
    return f"{found}; the project has no {named}."


def by_status(jobs: Sequence[Job]) -> dict[str, int]:
    """Count the jobs in each status that occurs."""
    return dict(sorted(Counter(job.status for job in jobs).items()))


def _filtered(dli: DliClient, task: InfoOptions, query: Mapping[str, t.Any], deadline: float) -> list[Job]:
    """Return all jobs that are as wanted."""
    order = {"order": "asc"} if task.ascending else {}
    listed = list_all_jobs(dli, deadline, {**service_query(task.filters), **query, **order})
    return [job for job in listed.values() if matches(job, task.filters, sifted=True)]


def _named(
    dli: DliClient, task: InfoOptions, query: Mapping[str, t.Any], deadline: float
) -> tuple[list[Job], list[int | str]]:
    """Return those of the named jobs that are as wanted, and the ids and names that the project does not have."""
    selection, filters = task.selection, task.filters
    found = JobFinder(dli, query).look(selection.ids, selection.names, deadline)
    ids = dict.fromkeys([*selection.ids, *(job_id for name in selection.names for job_id in found.by_name[name])])
    jobs = [job for job_id in ids if (job := found.jobs[job_id]) is not None]
    missing: list[int | str] = [job_id for job_id in selection.ids if found.jobs[job_id] is None]
    missing += [name for name in selection.names if not found.by_name[name]]
    sifted = bool(jobs) and filters.only_the_service_can_tell
    if sifted:
        listed = list_all_jobs(dli, deadline, service_query(filters))
        jobs = [job for job in jobs if job.job_id in listed]
    return [job for job in jobs if matches(job, filters, sifted)], missing


def _age(job: Job) -> tuple[int, int]:
    created = job.raw.get("create_time")
    return (created if isinstance(created, int) else 0, job.job_id)
