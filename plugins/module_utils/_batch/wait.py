# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Following jobs until each is as it was wanted, or has ended otherwise, or time is up."""

from __future__ import annotations

import typing as t
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

from .._clock import Clock
from .._dli.job import WAIT_FAILED, WAIT_REACHED, Job, status_of
from .._dli.job_finder import JobFinder
from .._errors import CloudError, ServiceError
from .._result import one_line
from .operation import FAILED, TIMED_OUT, UNKNOWN, Operation
from .results import JobResult


def wait_for_jobs(
    act: Operation,
    rows: Mapping[int, JobResult],
    before: Mapping[int, Job],
    looker: JobFinder,
    clock: Clock,
    timeout: float,
    interval: float,
    on_progress: t.Callable[[str], None],
) -> dict[int, JobResult]:
    """Return the rows as they stand when every job has settled or ``timeout`` seconds are over.

    A look that fails is no failed job: waiting goes on. Only a sign-in that is no longer good ends it, since repeating
    that locks the key.

    :arg before: the jobs as they were before the request; a status word that was there before says nothing until the job
        is seen to have moved.
    :arg tell: called with a sentence after every look that brought news.
    """
    deadline = clock.now() + timeout
    settled: dict[int, JobResult] = {}
    pending = dict(rows)
    moved: set[int] = set()
    trouble: CloudError | None = None
    news = ""
    while pending and clock.now() < deadline:
        clock.sleep(min(interval, max(0.0, deadline - clock.now())))
        try:
            jobs = looker.again(pending, deadline)
        except ServiceError as error:
            trouble = error
            if error.status in (401, 403):
                break
            continue
        except CloudError as error:
            trouble = error
            continue
        trouble = None
        for job_id in list(pending):
            job = jobs[job_id]
            if pending[job_id].state != act.done or act.was_applied(before[job_id], job):
                moved.add(job_id)
            pending[job_id] = _look_at(act, pending[job_id], job, job_id in moved)
            if pending[job_id].failed or (job_id in moved and act.end(job) == WAIT_REACHED):
                settled[job_id] = pending.pop(job_id)
        if news != (news := _news(settled, pending)):
            on_progress(news)
    return {**settled, **{job_id: _unsettled(act, row, trouble, timeout) for job_id, row in pending.items()}}


def _news(settled: Mapping[int, JobResult], pending: Mapping[int, JobResult]) -> str:
    """Say how far the wait has come."""
    words = Counter(str(row.status) for row in [*settled.values(), *pending.values()])
    counts = ", ".join(f"{count} {word}" for word, count in sorted(words.items()))
    return f"{len(settled)} of {len(settled) + len(pending)} jobs have settled: {counts}"


def _look_at(act: Operation, row: JobResult, job: Job | None, moved: bool) -> JobResult:
    """Return the row after one look at its job."""
    if job is None:
        if act.end(None) == WAIT_FAILED:
            return replace(row, state=FAILED, failed=True, status=None, msg="it was deleted while it was waited for")
        return replace(row, status=None, msg=f"{row.msg}; now gone")
    if not moved:
        return replace(row, status=job.status)
    if act.end(job) == WAIT_FAILED:
        reason = f": {one_line(job.status_desc)}" if job.status_desc else ""
        msg = f"it went to {job.status} ({status_of(job.status).meaning}){reason}; {act.advice(job)}"
        return replace(row, state=FAILED, failed=True, status=job.status, msg=msg)
    msg = f"{row.msg.split('; now ')[0]}; now {job.status}"
    return replace(row, status=job.status, msg=msg)


def _unsettled(act: Operation, row: JobResult, trouble: CloudError | None, timeout: float) -> JobResult:
    if isinstance(trouble, ServiceError) and trouble.status in (401, 403):
        msg = f"{row.msg}, but what became of it could not be read: {trouble}"
        return replace(row, state=UNKNOWN, failed=True, msg=msg)
    reading = f"; the last look failed: {trouble}" if trouble else ""
    unmoved = f" as before the {act.noun}" if row.status == row.status_before else ""
    seen = f"last known status {row.status}{unmoved}"
    msg = f"not {act.arrived} after {timeout:g} s, {seen}; run the task again to go on waiting{reading}"
    return replace(row, state=TIMED_OUT, failed=True, msg=msg)
