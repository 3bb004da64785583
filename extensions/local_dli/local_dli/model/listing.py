# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Lists of jobs: filters, order and pages (dli-api.md 3)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from ..clock import Clock, epoch_ms
from . import representation
from .jobs import Job
from .settings import Settings


@dataclass(frozen=True)
class ListQuery:
    """The filters, order and page of a list."""

    filters: dict[str, str]
    tags: dict[str, str]
    offset: int = 0
    limit: int = 10
    ascending: bool = False
    detailed: bool = False
    root_job_id: int | None = None


class Lister:
    """Returns lists. Created and deleted jobs are shown after ``list_lag`` seconds (dli-api.md 8, 10-9)."""

    def __init__(self, clock: Clock, settings: Settings) -> None:
        self._clock = clock
        self._settings = settings
        self._created: dict[int, float] = {}
        self._deleted: list[tuple[float, Job]] = []

    def record_created(self, job: Job) -> None:
        """Record that a job was created now."""
        self._created[job.job_id] = self._clock.monotonic()

    def record_deleted(self, job: Job) -> None:
        """Record that a job was deleted now."""
        self._deleted.append((self._clock.monotonic(), job))

    def clear(self) -> None:
        self._created.clear()
        self._deleted.clear()

    def page(self, jobs: list[Job], project_id: str, query: ListQuery) -> dict[str, Any]:
        """Return ``job_list`` of a project. ``total_count`` counts all matching jobs, not only those of the page."""
        # Without root_job_id the list does not include the children of edge jobs.
        root, tests = -1 if query.root_job_id is None else query.root_job_id, self._tests(query)
        found = [job for job in self._visible(jobs, project_id) if job.root_id == root]
        if tests:
            found = [job for job in found if all(test(job) for test in tests)]
        # The order of jobs with the same time is not established (dli-api.md 10-8). The ID keeps it stable across pages.
        found.sort(key=lambda job: (job.create_time, job.job_id), reverse=not query.ascending)
        page = found[query.offset : query.offset + query.limit]
        now, now_ms = self._clock.monotonic(), epoch_ms(self._clock)
        items = [representation.list_item(job, now, now_ms, query.detailed) for job in page]
        return {"total_count": len(found), "jobs": items}

    def _visible(self, jobs: list[Job], project_id: str) -> list[Job]:
        lag = self._settings.list_lag
        if lag <= 0:
            return jobs
        since = self._clock.monotonic() - lag
        still_listed = [job for at, job in self._deleted if at > since and job.project_id == project_id]
        return still_listed + [job for job in jobs if self._created.get(job.job_id, since) <= since]

    def _tests(self, query: ListQuery) -> list[Callable[[Job], bool]]:
        """Return the conditions of the filters."""
        filters = [partial(self._has_value, name=name, expected=expected) for name, expected in query.filters.items()]
        return [*filters, *(partial(_has_tag, key=key, value=value) for key, value in query.tags.items())]

    def _has_value(self, job: Job, name: str, expected: str) -> bool:
        if name == "name":
            return self._name_matches(job.name, expected)
        if name == "status":
            return bool(representation.visible_status(job, self._clock.monotonic())["status"] == expected)
        members = {
            "job_type": job.job_type,
            "queue_name": job.queue_name,
            "user_name": job.user_name,
            "sys_enterprise_project_name": job.enterprise_project_name,
        }
        return bool(members[name] == expected)

    def _name_matches(self, name: str, expected: str) -> bool:
        return expected in name if self._settings.name_match == "substring" else expected == name


def _has_tag(job: Job, key: str, value: str) -> bool:
    return job.tags.get(key) == value
