# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Which jobs a list has, and in which order (dli-api.md 3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..clock import Clock, epoch_ms
from . import representation
from .jobs import Job
from .settings import Settings


@dataclass(frozen=True)
class ListQuery:
    """The filters and the page of a list."""

    filters: dict[str, str]
    tags: dict[str, str]
    offset: int = 0
    limit: int = 10
    ascending: bool = False
    detailed: bool = False
    root_job_id: int | None = None


class Lister:
    """Makes lists. It may be late: what was made or deleted a moment ago shows after ``list_lag`` (dli-api.md 8, 10-9)."""

    def __init__(self, clock: Clock, settings: Settings) -> None:
        self._clock = clock
        self._settings = settings
        self._made: dict[int, float] = {}
        self._deleted: list[tuple[float, Job]] = []

    def record_created(self, job: Job) -> None:
        """A job was created just now."""
        self._made[job.job_id] = self._clock.monotonic()

    def record_deleted(self, job: Job) -> None:
        """A job was deleted just now."""
        self._deleted.append((self._clock.monotonic(), job))

    def clear(self) -> None:
        self._made.clear()
        self._deleted.clear()

    def page(self, jobs: list[Job], project_id: str, query: ListQuery) -> dict[str, Any]:
        """``job_list`` out of the jobs of a project; ``total_count`` counts the result, not the page."""
        found = [job for job in self._visible(jobs, project_id) if self._matches(job, query)]
        # The order of ties is not established (dli-api.md 10-8); the id settles them the same way on every page.
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
        return still_listed + [job for job in jobs if self._made.get(job.job_id, since) <= since]

    def _matches(self, job: Job, query: ListQuery) -> bool:
        # Without root_job_id the children of edge jobs are left out.
        if job.root_id != (-1 if query.root_job_id is None else query.root_job_id):
            return False
        shown = {
            "status": representation.stamps(job, self._clock.monotonic())["status"],
            "job_type": job.job_type,
            "queue_name": job.queue_name,
            "user_name": job.user_name,
            "sys_enterprise_project_name": job.enterprise_project_name,
        }
        for name, wanted in query.filters.items():
            if name == "name":
                if not self._name_matches(job.name, wanted):
                    return False
            elif shown[name] != wanted:
                return False
        return all(job.tags.get(key) == value for key, value in query.tags.items())

    def _name_matches(self, name: str, wanted: str) -> bool:
        return wanted in name if self._settings.name_match == "substring" else wanted == name
