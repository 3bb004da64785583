# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which jobs somebody wants to see: what the service is asked to leave out, and what is left out here. Pure.

The list takes one status only, and knows nothing of savepoints (dli-api.md 3). A job does not show its tags, so that only
the service can tell; and not every answer shows its user.
"""

from __future__ import annotations

import typing as t
from collections.abc import Mapping
from dataclasses import dataclass, field

from ._checks import text_or_none
from ._errors import InputError
from ._jobs import STATUSES, Job
from ._selection import words

#: Filters that the list takes as they are, by the service's names.
PLAIN = ("queue_name", "job_type", "user_name")


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


def read_filters(params: Mapping[str, t.Any]) -> Filters:
    """Return what the options ask for; what is empty counts as unset.

    :raises InputError: a tag cannot be asked for.
    """
    plain = {name: text for name in PLAIN if (text := text_or_none(params[name])) is not None}
    return Filters(tuple(words(params["status"])), plain, _tags(params["tags"]), params["has_savepoint"])


def service_query(filters: Filters) -> dict[str, t.Any]:
    """Return the parameters of the list that leave out as much as the service can."""
    query: dict[str, t.Any] = dict(filters.plain)
    if len(filters.statuses) == 1 and filters.statuses[0] in STATUSES:
        query["status"] = filters.statuses[0]
    if filters.tags:
        query["tags"] = ",".join(f"{key}={value}" for key, value in filters.tags.items())
    return query


def fits(job: Job, filters: Filters, sifted: bool) -> bool:
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
