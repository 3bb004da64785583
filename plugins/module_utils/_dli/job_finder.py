# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reading jobs with as few requests as the API allows.

The API has no filter by id. So a job is read either by a request of its own or on a page of the list (100 jobs a request),
and after every page the cheaper way to go on is chosen again. The list shifts during paging (dli-api.md 3): a job that no page
showed is read by a request of its own before it counts as missing.
"""

from __future__ import annotations

import typing as t
from collections.abc import Iterable, Mapping

from .client import PAGE_SIZE, DliClient
from .job import Job


class JobLookup(t.NamedTuple):
    """What was found: jobs by id, :data:`None` for ids that do not exist; and the ids of each name."""

    jobs: dict[int, Job | None]
    by_name: dict[str, list[int]]


class JobFinder:
    """Finds jobs; remembers how long the list is, so that later reads need not find out again."""

    def __init__(self, dli: DliClient, query: Mapping[str, t.Any] | None = None) -> None:
        """Prepare; nothing is read yet.

        :arg query: more parameters of every list that is read; none that leaves jobs out.
        """
        self._dli = dli
        self._query = query
        self._total: int | None = None

    def find(self, ids: Iterable[int], names: Iterable[str] = (), deadline: float | None = None) -> JobLookup:
        """Find jobs by id and by exact name.

        :arg deadline: moment of the clock after which no further attempt is made.
        :raises CloudError: the jobs cannot be read.
        """
        found = JobLookup({}, {})
        ids, names = list(ids), list(names)
        self._page_through(ids, names, found, deadline)
        for job_id in ids:
            if job_id not in found.jobs:
                found.jobs[job_id] = self._dli.show_job(job_id, deadline)
        for name in names:
            if name not in found.by_name:
                self._find_name(name, found, deadline)
        return found

    def _page_through(self, ids: list[int], names: list[str], found: JobLookup, deadline: float | None) -> None:
        """Read pages of the list as long as that takes fewer requests than one for each job.

        A name needs the list to its end, since another job may have it too.
        """
        offset = 0
        while True:
            single_requests = sum(job_id not in found.jobs for job_id in ids) + len(names)
            if single_requests <= self._pages_left(offset):
                return
            page = self._dli.list_jobs(offset, deadline=deadline, filters=self._query)
            self._total = page.total
            _add(page.jobs, found)
            offset += len(page.jobs)
            if not page.jobs or offset >= page.total:
                _add_names(names, found)
                return

    def _pages_left(self, offset: int) -> int:
        """Return how many pages remain; an unknown list counts as one page."""
        if self._total is None:
            return 1
        return max(1 if offset == 0 else 0, -(-(self._total - offset) // PAGE_SIZE))

    def _find_name(self, name: str, found: JobLookup, deadline: float | None) -> None:
        """Read the list filtered by a name; the filter may match in part, so that there may be others."""
        jobs = list_all_jobs(self._dli, deadline, self._query, name)
        _add(jobs.values(), found)
        found.by_name[name] = sorted(job.job_id for job in jobs.values() if job.name == name)


def list_all_jobs(
    dli: DliClient, deadline: float | None = None, query: Mapping[str, t.Any] | None = None, name: str | None = None
) -> dict[int, Job]:
    """Return every job of the list, each once, in the order of the list, while others create and delete jobs (dli-api.md 3).

    New jobs push others onto the next page, where they are read twice; deleted ones pull others onto a page that was read
    already. So when the list has become shorter, it is read again from where those may be.

    :arg query: parameters of the list besides its paging; ``name``: filter that may match in part.
    :raises CloudError: the list cannot be read.
    """
    found: dict[int, Job] = {}
    offset = total = 0
    while True:
        page = dli.list_jobs(offset, name, deadline, query)
        found.update((job.job_id, job) for job in page.jobs)
        removed, total = max(0, total - page.total), page.total
        if removed and offset:
            offset = max(0, offset - removed)
            continue
        offset += len(page.jobs)
        if not page.jobs or offset >= page.total:
            return found


def _add(jobs: Iterable[Job], found: JobLookup) -> None:
    for job in jobs:
        found.jobs.setdefault(job.job_id, job)


def _add_names(names: list[str], found: JobLookup) -> None:
    """Add the names that the whole list shows; the others are looked up one by one."""
    for _id, job in sorted(found.jobs.items()):
        if job is not None and job.name in names:
            found.by_name.setdefault(job.name, []).append(job.job_id)
