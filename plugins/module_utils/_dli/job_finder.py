# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Looking at jobs with as few requests as the API allows.

The API has no filter by id. So a job is found either by a read of its own or on a page of the list (100 jobs a request),
and after every page the cheaper way on is chosen again. The list shifts while one pages through it (dli-api.md 3): what no
page showed is read singly before it counts as missing.
"""

from __future__ import annotations

import typing as t
from collections.abc import Iterable, Mapping

from .._polling import LAST_CHECK
from .client import PAGE_SIZE, DliClient, JobPage
from .job import Job, JobLookup


class JobFinder:
    """Looks at jobs; remembers how long the list is, so that later looks need not find out again."""

    def __init__(self, dli: DliClient, query: Mapping[str, t.Any] | None = None) -> None:
        """Prepare; nothing is read yet.

        :arg query: more parameters of every list that is read; none that leaves jobs out.
        """
        self._dli = dli
        self._query = query
        self._total: int | None = None

    def look(self, ids: Iterable[int], names: Iterable[str] = (), deadline: float | None = None) -> JobLookup:
        """Look at jobs by id and by exact name.

        :arg until: moment of the clock after which no further attempt is made.
        :raises DliError: the service cannot be asked.
        """
        found = JobLookup()
        ids, names = list(ids), list(names)
        self._page_through(ids, names, found, deadline)
        for job_id in ids:
            if job_id not in found.jobs:
                found.jobs[job_id] = self._dli.show_job(job_id, deadline)
        for name in names:
            if name not in found.by_name:
                self._find_name(name, found, deadline)
        return found

    def again(self, ids: Iterable[int], deadline: float) -> dict[int, Job | None]:
        """Look at jobs once more, before a deadline or just past it.

        :raises DliError: the service cannot be asked in this time.
        """
        return self.look(ids, deadline=max(deadline, self._dli.client.clock.now() + LAST_CHECK)).jobs

    def _page_through(self, ids: list[int], names: list[str], found: JobLookup, deadline: float | None) -> None:
        """Read pages of the list as long as that takes fewer requests than reading one by one.

        A name needs the list to its end, since another job may bear it too.
        """
        offset = 0
        while True:
            singly = sum(job_id not in found.jobs for job_id in ids) + len(names)
            if singly <= self._pages_left(offset):
                return
            page = self._dli.list_jobs(offset, deadline=deadline, filters=self._query)
            self._total = page.total
            self._note(page, found)
            offset += len(page.jobs)
            if not page.jobs or offset >= page.total:
                self._settle_names(names, found)
                return

    def _pages_left(self, offset: int) -> int:
        """Return how many pages remain; an unknown list is taken to be one page long."""
        if self._total is None:
            return 1
        return max(1 if offset == 0 else 0, -(-(self._total - offset) // PAGE_SIZE))

    def _find_name(self, name: str, found: JobLookup, deadline: float | None) -> None:
        """Ask the list for one name; the filter may match in part, so there may be pages of others."""
        offset = 0
        ids: list[int] = []
        while True:
            page = self._dli.list_jobs(offset, name, deadline, self._query)
            self._note(page, found)
            ids.extend(job.job_id for job in page.jobs if job.name == name)
            offset += len(page.jobs)
            if not page.jobs or offset >= page.total:
                break
        found.by_name[name] = sorted(set(ids))

    @staticmethod
    def _note(page: JobPage, found: JobLookup) -> None:
        for job in page.jobs:
            found.jobs.setdefault(job.job_id, job)

    @staticmethod
    def _settle_names(names: list[str], found: JobLookup) -> None:
        """After the whole list: the names it showed are known; the others are asked for one by one."""
        for _id, job in sorted(found.jobs.items()):
            if job is not None and job.name in names:
                found.by_name.setdefault(job.name, []).append(job.job_id)


def list_all_jobs(dli: DliClient, deadline: float | None = None, query: Mapping[str, t.Any] | None = None) -> dict[int, Job]:
    """Return every job that the list shows, each once, in the order of the list.

    New jobs push others onto the next page, where they are seen twice; deleted ones pull others onto a page that was read
    already. So when the list has become shorter, it is read again from where those may stand.

    :arg query: parameters of the list besides its paging.
    :raises DliError: the service cannot be asked.
    """
    found: dict[int, Job] = {}
    offset = total = 0
    while True:
        page = dli.list_jobs(offset, deadline=deadline, filters=query)
        found.update((job.job_id, job) for job in page.jobs)
        gone, total = max(0, total - page.total), page.total
        if gone and offset:
            offset = max(0, offset - gone)
            continue
        offset += len(page.jobs)
        if not page.jobs or offset >= page.total:
            return found
