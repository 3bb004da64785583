# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A clock that tests move, and a service in memory that counts what it is asked."""

from __future__ import annotations

import datetime
from dataclasses import replace
from types import SimpleNamespace

from ansible_collections.huaweicloud.cloud.plugins.module_utils._batch import BatchAnswer, Element
from ansible_collections.huaweicloud.cloud.plugins.module_utils._dli import PAGE_SIZE, JobPage
from ansible_collections.huaweicloud.cloud.plugins.module_utils._jobs import Job

ACCEPTED = Element(True)


def refusal(code="DLI.13017", text="no"):
    """Return an element that refuses."""
    return Element(False, code, text)


class FakeClock:
    """Time that passes only when somebody sleeps; ``at`` plans what happens meanwhile."""

    def __init__(self):
        self.time = 1000.0
        self.planned = []

    def now(self):
        return self.time

    def utc(self):
        return datetime.datetime(2026, 1, 2, 3, 4, 5, tzinfo=datetime.timezone.utc)

    def jitter(self, longest):
        return longest

    def at(self, seconds, action):
        """Plan an action for so many seconds after the start of the test."""
        self.planned.append((1000.0 + seconds, action))

    def sleep(self, seconds):
        self.time += seconds
        due = [entry for entry in self.planned if entry[0] <= self.time]
        self.planned = [entry for entry in self.planned if entry[0] > self.time]
        for _moment, action in sorted(due, key=lambda entry: entry[0]):
            action()


class FakeDli:
    """The calls of ``Dli`` over a dictionary of jobs."""

    def __init__(self, *jobs):
        self.jobs = {job.job_id: job for job in jobs}
        self.calls = []
        self.answers = []
        self.errors = []
        self.on_run = None
        self.transport = SimpleNamespace(lost_time=0.0, retries={}, request_ids=[], clock=FakeClock())

    def list_jobs(self, offset=0, name=None, until=None):
        self._called("list", offset, name)
        jobs = [job for _id, job in sorted(self.jobs.items(), reverse=True) if name is None or name in job.name]
        return JobPage(len(jobs), jobs[offset : offset + PAGE_SIZE])

    def show_job(self, job_id, until=None):
        self._called("show", job_id)
        return self.jobs.get(job_id)

    def run_jobs(self, job_ids, resume_savepoint, until=None):
        self.calls.append(("run", tuple(job_ids), resume_savepoint))
        if self.on_run:
            self.on_run()
        return self.answers.pop(0) if self.answers else BatchAnswer(elements=tuple(ACCEPTED for _id in job_ids))

    def set(self, job_id, status, **changes):
        """Change a job as the service would."""
        self.jobs[job_id] = replace(self.jobs[job_id], status=status, **changes)

    def _called(self, *call):
        self.calls.append(call)
        if self.errors:
            error = self.errors.pop(0)
            if error is not None:
                raise error


def job(job_id, status="job_cancel_success", name="", **members):
    """Return a job."""
    return Job(job_id, name or f"job_{job_id}", status, **members)
