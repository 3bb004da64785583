# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A clock that tests control, and a service in memory that records its calls."""

from __future__ import annotations

import datetime
import json
from dataclasses import replace
from types import SimpleNamespace

from ansible_collections.huaweicloud.cloud.plugins.module_utils._dli.batch_response import BatchResponse, ItemResponse
from ansible_collections.huaweicloud.cloud.plugins.module_utils._dli.client import PAGE_SIZE, JobPage
from ansible_collections.huaweicloud.cloud.plugins.module_utils._dli.job import Job
from ansible_collections.huaweicloud.cloud.plugins.module_utils._dli.task_context import Context
from ansible_collections.huaweicloud.cloud.plugins.module_utils._http.request_response import HttpResponse

ACCEPTED = ItemResponse(True)


def refusal(code="DLI.13017", text="no"):
    """Return an element of a response that refuses a job."""
    return ItemResponse(False, code, text)


class FakeClock:
    """Time that passes only in ``sleep``; ``at`` schedules what happens in the meantime."""

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
        """Schedule an action, in seconds after the start of the test."""
        self.planned.append((1000.0 + seconds, action))

    def sleep(self, seconds):
        self.time += seconds
        due = [entry for entry in self.planned if entry[0] <= self.time]
        self.planned = [entry for entry in self.planned if entry[0] > self.time]
        for _moment, action in sorted(due, key=lambda entry: entry[0]):
            action()


class FakeDli:
    """The calls of ``DliClient`` over a dictionary of jobs. ``deadlines`` contains the deadline of each call."""

    def __init__(self, *jobs):
        self.jobs = {job.job_id: job for job in jobs}
        self.calls = []
        self.deadlines = []
        self.responses = []
        self.errors = []
        self.on_run = None
        self.clock = FakeClock()

    def list_jobs(self, offset=0, name=None, deadline=None, filters=None):
        self.deadlines.append(deadline)
        self._called("list", offset, name)
        jobs = [job for _id, job in sorted(self.jobs.items(), reverse=True) if name is None or name in job.name]
        return JobPage(len(jobs), jobs[offset : offset + PAGE_SIZE])

    def show_job(self, job_id, deadline=None):
        self.deadlines.append(deadline)
        self._called("show", job_id)
        return self.jobs.get(job_id)

    def run_jobs(self, job_ids, resume_savepoint, deadline=None):
        return self._respond(job_ids, deadline, "run", resume_savepoint)

    def stop_jobs(self, job_ids, trigger_savepoint, deadline=None):
        return self._respond(job_ids, deadline, "stop", trigger_savepoint)

    def delete_jobs(self, job_ids, deadline=None):
        return self._respond(job_ids, deadline, "delete")

    def _respond(self, job_ids, deadline, call, *flags):
        """Return the next response; by default, all jobs are accepted."""
        self.deadlines.append(deadline)
        self.calls.append((call, tuple(job_ids), *flags))
        if self.on_run:
            self.on_run()
        return self.responses.pop(0) if self.responses else BatchResponse(elements=tuple(ACCEPTED for _id in job_ids))

    def on_list(self, action):
        """Call ``action`` after every page, with the offset of the page."""
        listed = self.list_jobs

        def list_jobs(offset=0, name=None, deadline=None, filters=None):
            page = listed(offset, name, deadline, filters)
            action(offset)
            return page

        self.list_jobs = list_jobs

    def set(self, job_id, status, **changes):
        """Change the status and other members of a job."""
        self.jobs[job_id] = replace(self.jobs[job_id], status=status, **changes)

    def _called(self, *call):
        self.calls.append(call)
        if self.errors:
            error = self.errors.pop(0)
            if error is not None:
                raise error


def context(dli, clock=None, overall_timeout=600.0, on_progress=lambda text: None):
    """Return the context of a flow; the default clock is the clock of the service."""
    clock = clock or dli.clock
    return Context(dli, clock, clock.now() + overall_timeout, on_progress)


def job(job_id, status="job_cancel_success", name="", **members):
    return Job(job_id, name or f"job_{job_id}", status, **members)


class Wire:
    """The network: records requests and masked secrets in one list, and returns one response after the other."""

    def __init__(self, *responses):
        self.responses = list(responses)
        self.events = []

    def sender(self, credential, network):
        """Replace the class of the sender."""
        return SimpleNamespace(send=lambda request, timeout: self._send(credential, network, request, timeout))

    def mask(self, secrets):
        self.events.append(("mask", sorted(secrets)))

    def _send(self, credential, network, request, timeout):
        sent = SimpleNamespace(by=credential, network=network, request=request, timeout=timeout)
        self.events.append(("send", sent))
        outcome = self.responses.pop(0) if len(self.responses) > 1 else self.responses[0]
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    @property
    def sent(self):
        """Return the requests."""
        return [what for kind, what in self.events if kind == "send"]

    @property
    def masked(self):
        """Return the masked secrets."""
        return {secret for kind, what in self.events if kind == "mask" for secret in what}

    @property
    def order(self):
        """Return all events in their order: methods with paths, and masked secrets."""
        return [
            what if kind == "mask" else f"{what.request.method} /{what.request.url.partition('//')[2].partition('/')[2]}"
            for kind, what in self.events
        ]


def reply(status=200, value=None, **headers):
    """Return a response with a JSON body."""
    return HttpResponse(status, {name.replace("_", "-"): text for name, text in headers.items()}, json.dumps(value).encode())
