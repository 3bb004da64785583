# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Streaming jobs as the API returns them. Pure."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping
from dataclasses import dataclass, field

from .job_status import DRAFT

#: Path elements of the two kinds of jobs that can be created and updated (dli-api.md 1.9, 1.10).
SQL = "sql-jobs"
JAR = "flink-jobs"


@dataclass(frozen=True)
class Job:
    """A job as it was read.

    :ivar has_savepoint: whether a start can restore a savepoint; :data:`None` if the response does not contain it.
    :ivar start_time: epoch milliseconds of the latest start; :data:`None` if never started (null or 0 in the response).
    :ivar raw: all members of the response, by their names in the API.
    """

    job_id: int
    name: str
    status: str
    status_desc: str = ""
    has_savepoint: bool | None = None
    start_time: int | None = None
    raw: Mapping[str, t.Any] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def from_api(cls, item: object) -> Job:
        """Parse a list item or a ``job_detail`` (dli-api.md 1.7, 3). Other members of a wrong type count as absent.

        :raises ValueError: the item is not a job: its ID, name or status is of a wrong type.
        """
        if not isinstance(item, Mapping):
            raise ValueError("the item is not an object")
        job_id, status = item.get("job_id"), item.get("status")
        if isinstance(job_id, str) and job_id.isdigit():
            job_id = int(job_id)
        name = item.get("name") or ""
        if not isinstance(job_id, int) or isinstance(job_id, bool) or not isinstance(status, str) or not isinstance(name, str):
            raise ValueError("the item has no valid job_id, name or status")
        saved, started, reason = item.get("has_savepoint"), item.get("start_time"), item.get("status_desc")
        return cls(
            job_id=job_id,
            name=name,
            status=status,
            status_desc=reason if isinstance(reason, str) else "",
            has_savepoint=saved if isinstance(saved, bool) else None,
            start_time=started if isinstance(started, int) and started > 0 else None,
            raw=item,
        )


def was_started(before: Job, now: Job) -> bool:
    """Return whether an inactive job has been started since ``before`` was read.

    A change to the draft status is not a start: an import resets a job to it, and it is still read for a while after an
    accepted start.
    """
    if now.start_time is not None and now.start_time != before.start_time:
        return True
    return now.status != before.status and now.status != DRAFT
