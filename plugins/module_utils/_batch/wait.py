# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Waits until each job has the requested status or can no longer reach it, or until the timeout."""

from __future__ import annotations

import itertools
import typing as t
from collections import Counter
from collections.abc import Iterable, Mapping

from .._dli.job import Job
from .._dli.job_finder import JobFinder
from .._dli.job_status import WAIT_FAILED, WAIT_REACHED, status_of
from .._dli.task_context import Context
from .._errors import CloudError
from .._options import WaitOptions
from .._polling import poll
from .._result import one_line, sentences
from .job_result import OTHER_CLIENT, JobResult, PlannedJob, last_read_failed, with_status
from .operation import FAILED, TIMED_OUT, UNKNOWN, Operation


def needs_wait(operation: Operation, result: JobResult) -> bool:
    """Return whether a job does not have the requested status yet, after a request of this or another client."""
    if result.job_id is None or result.state not in (operation.done, operation.unchanged):
        return False
    if result.status is None:
        return result.state != operation.unchanged
    return operation.wait_outcome(Job(result.job_id, result.name or "", result.status)) != WAIT_REACHED


def wait_for_jobs(
    context: Context,
    finder: JobFinder,
    operation: Operation,
    results: Iterable[JobResult],
    submitted: Mapping[int, PlannedJob],
    waiting: WaitOptions,
) -> dict[int, JobResult]:
    """Return the results when every job has settled or the timeout has expired.

    A failed read does not fail a job: waiting continues, except after an authentication failure.

    :arg submitted: the jobs as they were before the request. An unchanged status is ignored until the job shows the operation.
    """
    pending = {t.cast(int, result.job_id): result for result in results}
    settled: dict[int, JobResult] = {}
    applied: set[int] = set()
    progress = ""
    error: CloudError | None = None

    def check(until: float) -> dict[int, JobResult] | None:
        nonlocal progress
        jobs = finder.find(pending, deadline=until).jobs
        for job_id in list(pending):
            result, job = pending[job_id], jobs[job_id]
            if result.state != operation.done or operation.was_applied(submitted[job_id].job, job):
                applied.add(job_id)
            result = pending[job_id] = _updated(operation, result, job, job_id in applied)
            if result.failed or (job_id in applied and operation.wait_outcome(job) == WAIT_REACHED):
                settled[job_id] = pending.pop(job_id)
        latest = _progress(settled, pending)
        if latest != progress:
            progress = latest
            context.on_progress(progress)
        return None if pending else settled

    if pending and waiting.timeout > 0:
        deadline = context.clock.now() + waiting.timeout
        _settled, error = poll(check, context.clock, deadline, itertools.repeat(waiting.interval))
    return {**settled, **{job_id: _unsettled(operation, result, error, waiting.timeout) for job_id, result in pending.items()}}


def _progress(settled: Mapping[int, JobResult], pending: Mapping[int, JobResult]) -> str:
    statuses = Counter(str(result.status) for result in [*settled.values(), *pending.values()])
    counts = ", ".join(f"{count} {status}" for status, count in sorted(statuses.items()))
    return f"{len(settled)} of {len(settled) + len(pending)} jobs settled: {counts}."


def _updated(operation: Operation, result: JobResult, job: Job | None, applied: bool) -> JobResult:
    """Return the result after one read of its job."""
    if job is None:
        if operation.wait_outcome(None) == WAIT_FAILED:
            msg = sentences("Failed: the job was deleted in the meantime", _unattributed(operation, result))
            return result._replace(state=FAILED, failed=True, status=None, msg=msg)
        return with_status(result, None)
    if not applied:
        return result._replace(status=job.status)
    if operation.wait_outcome(job) == WAIT_FAILED:
        reason = f"Reason: {one_line(job.status_desc)}" if job.status_desc else ""
        failure = f"Failed: the status is now {job.status} ({status_of(job.status).meaning})"
        msg = sentences(failure, reason, _unattributed(operation, result), operation.remedy(job))
        return result._replace(state=FAILED, failed=True, status=job.status, msg=msg)
    return with_status(result, job.status)


def _unsettled(operation: Operation, result: JobResult, error: CloudError | None, timeout: float) -> JobResult:
    if error is not None and error.is_auth_failure:
        return unread(result, error)
    wording = operation.wording
    same = f", the same as before the {wording.noun}" if result.status == result.status_before else ""
    msg = sentences(
        f"Not {wording.reached} after {timeout:g} s",
        f"The last known status is {result.status}{same}" if result.status else "The status is unknown",
        _unattributed(operation, result),
        "Run the task again to continue waiting",
        last_read_failed(error),
    )
    return result._replace(state=TIMED_OUT, failed=True, msg=msg)


def _unattributed(operation: Operation, result: JobResult) -> str:
    """Return the sentence for a job that may have been changed by another client instead; an empty text if this is certain."""
    return OTHER_CLIENT.format(done=operation.done) if result.changed is None else ""


def unread(result: JobResult, error: CloudError) -> JobResult:
    """Return the result of an accepted request whose outcome cannot be read, because the credentials are rejected."""
    msg = sentences(result.msg, f"The outcome could not be read: {error}")
    return result._replace(state=UNKNOWN, failed=True, msg=msg)
