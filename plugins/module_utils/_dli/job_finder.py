# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reads jobs with as few requests as the API allows.

The API has no filter by ID. A job is read either with a separate request or on a page of the list (100 jobs per request), and
after each page the method with fewer requests is selected again. The list shifts during paging (dli-api.md 3), so a job that is
on no page is read with a separate request before it counts as missing.
"""

from __future__ import annotations

import typing as t
from collections.abc import Iterable, Mapping

from .client import PAGE_SIZE, DliClient
from .job import Job


class JobLookup(t.NamedTuple):
    """The jobs that were found.

    :ivar jobs: ID -> job, :data:`None` if it does not exist; ``by_name``: name -> IDs of the jobs with this name.
    """

    jobs: dict[int, Job | None]
    by_name: dict[str, list[int]]


class JobFinder:
    """Finds jobs by ID and name. It stores the length of the list for later reads."""

    def __init__(self, dli: DliClient, query: Mapping[str, t.Any] | None = None) -> None:
        """Create a finder; it sends no request.

        :arg query: additional query parameters for the list; they must not exclude jobs.
        """
        self._dli = dli
        self._query = query
        self._total: int | None = None

    def find(self, ids: Iterable[int], names: Iterable[str] = (), deadline: float | None = None) -> JobLookup:
        """Find jobs by ID and by exact name.

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
        """Read pages of the list while this takes fewer requests than a separate request for each job.

        A name requires the whole list, because another job may have the same name.
        """
        offset, missing = 0, set(ids)
        while True:
            if len(missing) + len(names) <= self._pages_left(offset):
                return
            page = self._dli.list_jobs(offset, deadline=deadline, filters=self._query)
            self._total = page.total
            _add(page.jobs, found)
            missing.difference_update(job.job_id for job in page.jobs)
            offset += len(page.jobs)
            if not page.jobs or offset >= page.total:
                _add_names(names, found)
                return

    def _pages_left(self, offset: int) -> int:
        """Return the number of remaining pages; a list of unknown length counts as one page."""
        if self._total is None:
            return 1
        return max(1 if offset == 0 else 0, -(-(self._total - offset) // PAGE_SIZE))

    def _find_name(self, name: str, found: JobLookup, deadline: float | None) -> None:
        """Read the list with a filter for a name, which may also match parts of other names."""
        jobs = list_all_jobs(self._dli, deadline, self._query, name)
        _add(jobs.values(), found)
        found.by_name[name] = sorted(job.job_id for job in jobs.values() if job.name == name)


def list_all_jobs(
    dli: DliClient, deadline: float | None = None, query: Mapping[str, t.Any] | None = None, name: str | None = None
) -> dict[int, Job]:
    """Return each job of the list once, in the order of the list, even if other clients create and delete jobs (dli-api.md 3).

    A new job shifts other jobs to the next page, where they are read twice. A deleted job shifts other jobs to a page that was
    already read. If the list has become shorter, it is therefore read again from the first offset where these jobs can be.

    :arg query: query parameters besides those for paging; ``name``: a filter that may match in part.
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
    """Add the names that the whole list contains. The other names are requested one by one."""
    for _id, job in sorted(found.jobs.items()):
        if job is not None and job.name in names:
            found.by_name.setdefault(job.name, []).append(job.job_id)
