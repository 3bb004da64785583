# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The road of every batch module: look → plan → (check mode stops here) → submit → settle → wait.

Decisions are pure and live in ``_acts.py``, ``_rows.py`` and ``_settle.py``; here they meet the network and the clock.
"""

from __future__ import annotations

import typing as t
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from .._clock import Clock
from .._dli.batch_response import BatchResponse
from .._dli.client import DliClient
from .._dli.job import WAIT_REACHED, Job
from .._dli.job_finder import JobFinder
from .._errors import CloudError, ServiceError
from .._options import Selection
from .._polling import FIRST_PAUSE, LONGEST_PAUSE
from . import reconcile
from .operation import Operation
from .plan import plan, predict
from .results import JobResult, accepted, already_satisfied, not_submitted, refused, satisfied_unattributed, undetermined
from .wait import wait_for_jobs

#: Seconds to wait for a sign that a job was refused because somebody else has just done the same: the old status is still
#: read for a while after an accepted request (dli-api.md 0.1-8).
GRACE_PERIOD = 10.0


@dataclass(frozen=True)
class BatchOptions:
    """What the user wants done to which jobs. Times in seconds."""

    act: Operation
    selection: Selection
    check_mode: bool
    wait: bool
    wait_timeout: float
    wait_interval: float
    confirm_timeout: float
    overall_timeout: float


class BatchOutcome(t.NamedTuple):
    """The rows in the order asked for, warnings for the user, and the seconds that were waited.

    ``before``: the jobs that were to be sent, as they were seen first.
    """

    rows: list[JobResult]
    warnings: list[str]
    waited: float = 0.0
    before: Mapping[int, Job] = MappingProxyType({})


class _Settled(t.NamedTuple):
    verdicts: Mapping[int, reconcile.Verdict]
    latest: Mapping[int, Job | None]
    trouble: CloudError | None


def execute_batch(dli: DliClient, clock: Clock, task: BatchOptions, on_progress: t.Callable[[str], None]) -> BatchOutcome:
    """Do it to the jobs that need it and can have it, and report on every job that was asked for.

    :arg tell: called with a sentence whenever there is news of a long wait.
    :raises DliError: the jobs could not be looked at; then nothing was sent.
    """
    deadline = clock.now() + task.overall_timeout
    looker = JobFinder(dli)
    planned = plan(task.act, task.selection, looker.look(task.selection.ids, task.selection.names, deadline))
    rows, to_send = planned.rows, planned.to_send
    planned_rows = {row.job_id: row for row in rows if row.job_id in to_send}
    if task.check_mode:
        results = {job_id: predict(task.act, row, to_send[job_id]) for job_id, row in planned_rows.items()}
    else:
        results = _send(dli, looker, clock, task, planned_rows, to_send, deadline)
    rows = [results.get(t.cast(int, row.job_id), row) for row in rows]
    began = clock.now()
    if task.wait and not task.check_mode:
        rows = _wait(rows, to_send, looker, clock, task, on_progress)
    return BatchOutcome(rows, list(task.selection.warnings) + planned.warnings, clock.now() - began, to_send)


def _send(
    dli: DliClient,
    looker: JobFinder,
    clock: Clock,
    task: BatchOptions,
    rows: Mapping[int, JobResult],
    jobs: Mapping[int, Job],
    deadline: float,
) -> dict[int, JobResult]:
    """Send the jobs and report on each of them.

    One request, as long as the service takes so many at once: the contract knows no limit (dli-api.md 10-1), so the batch
    is halved only when the service says it is too much.
    """
    left, size = list(jobs), len(jobs)
    results: dict[int, JobResult] = {}
    while left:
        part = {job_id: jobs[job_id] for job_id in left[:size]}
        answer = task.act.send(dli, list(part), deadline)
        if answer.is_too_large and len(part) > 1:
            size = -(-len(part) // 2)
            continue
        confirm_by = min(deadline, clock.now() + task.confirm_timeout)
        settled = _confirm_batch(task.act, part, answer, looker, clock, confirm_by)
        for job_id, verdict in settled.verdicts.items():
            results[job_id] = _result_of(task.act, rows[job_id], verdict, answer, settled)
        left = left[size:]
    return results


def _confirm_batch(
    act: Operation, before: Mapping[int, Job], answer: BatchResponse, looker: JobFinder, clock: Clock, confirm_by: float
) -> _Settled:
    """Look at the jobs until each has its verdict, or the deadline has passed."""
    sent = list(before)
    patient_until = clock.now() + GRACE_PERIOD
    latest: dict[int, Job | None] = {}
    sight = reconcile.NOTHING_OBSERVED
    trouble: CloudError | None = None
    pause = 0.0
    while True:
        hopeless = isinstance(trouble, ServiceError) and trouble.status in (401, 403)
        verdicts = reconcile.reconcile(sent, answer, sight, hopeless or clock.now() >= confirm_by, act.job_error_codes)
        told = {job_id: verdict for job_id, verdict in verdicts.items() if verdict is not None}
        if len(told) == len(sent):
            return _Settled(told, latest, trouble)
        clock.sleep(min(pause, max(0.0, confirm_by - clock.now())))
        pause = min(LONGEST_PAUSE, pause * 2 or FIRST_PAUSE)
        unmoved = [job_id for job_id in sent if job_id not in sight.moved and job_id not in sight.gone]
        try:
            seen = looker.again(unmoved, confirm_by)
        except CloudError as error:
            trouble = error
            continue
        trouble = None
        moved = {job_id for job_id in unmoved if act.was_applied(before[job_id], seen[job_id])}
        gone = {job_id for job_id in unmoved if seen[job_id] is None} - moved
        latest.update({job_id: seen[job_id] for job_id in unmoved if job_id not in gone})
        sight = reconcile.Observation(
            looked=True,
            moved=sight.moved | moved,
            gone=sight.gone | gone,
            moot=sight.moot | {job_id for job_id in moved if act.may_be_spontaneous(seen[job_id])},
            long_enough=clock.now() >= patient_until,
        )


def _result_of(act: Operation, row: JobResult, verdict: reconcile.Verdict, answer: BatchResponse, settled: _Settled) -> JobResult:
    """Turn a verdict into the row's result."""
    job_id = t.cast(int, row.job_id)
    was_seen, latest = job_id in settled.latest, settled.latest.get(job_id)
    status = latest.status if latest else None
    if verdict.what == reconcile.DONE:
        return accepted(act, row, verdict.reconciled, status if status != row.status_before else None)
    if verdict.what == reconcile.CONCURRENT_CHANGE and was_seen and act.is_satisfied(latest):
        return already_satisfied(act, row, status)
    if verdict.what == reconcile.UNATTRIBUTED:
        return satisfied_unattributed(act, row, status)
    if verdict.what == reconcile.UNKNOWN:
        reason = answer.indeterminate or "the answer does not fit the jobs that were sent, and its status has not told yet"
        reason = f"{reason.rstrip('.')}; {settled.trouble}" if settled.trouble else reason
        return undetermined(act, row, status or row.status, reason.rstrip("."))
    if answer.refusal is not None:
        code = answer.refusal.code if isinstance(answer.refusal, ServiceError) else None
        return not_submitted(act, row, code, str(answer.refusal))
    seen = replace(row, status=status) if latest else row
    return refused(act, seen, verdict.element, verdict.reconciled)


def _wait(
    rows: list[JobResult],
    before: Mapping[int, Job],
    looker: JobFinder,
    clock: Clock,
    task: BatchOptions,
    on_progress: t.Callable[[str], None],
) -> list[JobResult]:
    """Follow what was done, and what was on its way already: whoever waits wants to know that it has arrived."""
    going = {
        row.job_id: row
        for row in rows
        if row.job_id is not None and row.state in (task.act.done, task.act.unchanged) and not _has_arrived(task.act, row)
    }
    followed = wait_for_jobs(task.act, going, before, looker, clock, task.wait_timeout, task.wait_interval, on_progress)
    return [followed.get(t.cast(int, row.job_id), row) for row in rows]


def _has_arrived(act: Operation, row: JobResult) -> bool:
    """Tell whether a job that was left alone, or done with at once, needs no look any more."""
    if row.status is None:
        return row.state == act.unchanged
    return act.end(Job(t.cast(int, row.job_id), row.name or "", row.status)) == WAIT_REACHED
