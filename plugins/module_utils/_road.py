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

from . import _settle
from ._act import Act
from ._batch import BatchAnswer
from ._clock import Clock
from ._confirm import FIRST_CONFIRM_PAUSE, LONGEST_CONFIRM_PAUSE
from ._dli import Dli
from ._errors import DliError, ServiceError
from ._follow import follow
from ._jobs import UP, Job
from ._look import Looker
from ._report import Report, batch_report
from ._rows import Row, done, not_sent, plan, predict, refused, so_after_all, so_by_some_hand, unknown
from ._selection import Selection

#: Seconds to wait for a sign that a job was refused because somebody else has just done the same: the old status is still
#: read for a while after an accepted request (dli-api.md 0.1-8).
PATIENCE = 10.0


@dataclass(frozen=True)
class BatchTask:
    """What the user wants done to which jobs. Times in seconds."""

    act: Act
    selection: Selection
    check_mode: bool
    wait: bool
    wait_timeout: float
    wait_interval: float
    confirm_timeout: float
    overall_timeout: float


class Outcome(t.NamedTuple):
    """The rows in the order asked for, warnings for the user, and the seconds that were waited.

    ``before``: the jobs that were to be sent, as they were seen first.
    """

    rows: list[Row]
    warnings: list[str]
    waited: float = 0.0
    before: Mapping[int, Job] = MappingProxyType({})


class _Settled(t.NamedTuple):
    verdicts: Mapping[int, _settle.Verdict]
    latest: Mapping[int, Job | None]
    trouble: DliError | None


def batch(dli: Dli, clock: Clock, task: BatchTask, tell: t.Callable[[str], None]) -> Report:
    """Walk the road and report; see :func:`walk`."""
    outcome = walk(dli, clock, task, tell)
    return batch_report(task.act, outcome.rows, task.check_mode, outcome.warnings)


def walk(dli: Dli, clock: Clock, task: BatchTask, tell: t.Callable[[str], None]) -> Outcome:
    """Do it to the jobs that need it and can have it, and report on every job that was asked for.

    :arg tell: called with a sentence whenever there is news of a long wait.
    :raises DliError: the jobs could not be looked at; then nothing was sent.
    """
    until = clock.now() + task.overall_timeout
    looker = Looker(dli)
    planned = plan(task.act, task.selection, looker.look(task.selection.ids, task.selection.names, until))
    rows, to_send = planned.rows, planned.to_send
    planned_rows = {row.job_id: row for row in rows if row.job_id in to_send}
    if task.check_mode:
        results = {job_id: predict(task.act, row, to_send[job_id]) for job_id, row in planned_rows.items()}
    else:
        results = _send(dli, looker, clock, task, planned_rows, to_send, until)
    rows = [results.get(t.cast(int, row.job_id), row) for row in rows]
    began = clock.now()
    if task.wait and not task.check_mode:
        rows = _wait(rows, to_send, looker, clock, task, tell)
    return Outcome(rows, list(task.selection.warnings) + planned.warnings, clock.now() - began, to_send)


def _send(
    dli: Dli,
    looker: Looker,
    clock: Clock,
    task: BatchTask,
    rows: Mapping[int, Row],
    jobs: Mapping[int, Job],
    until: float,
) -> dict[int, Row]:
    """Send the jobs and report on each of them.

    One request, as long as the service takes so many at once: the contract knows no limit (dli-api.md 10-1), so the batch
    is halved only when the service says it is too much.
    """
    left, size = list(jobs), len(jobs)
    results: dict[int, Row] = {}
    while left:
        part = {job_id: jobs[job_id] for job_id in left[:size]}
        answer = task.act.send(dli, list(part), until)
        if answer.too_much and len(part) > 1:
            size = -(-len(part) // 2)
            continue
        deadline = min(until, clock.now() + task.confirm_timeout)
        settled = _settle_batch(task.act, part, answer, looker, clock, deadline)
        for job_id, verdict in settled.verdicts.items():
            results[job_id] = _result_of(task.act, rows[job_id], verdict, answer, settled)
        left = left[size:]
    return results


def _settle_batch(
    act: Act, before: Mapping[int, Job], answer: BatchAnswer, looker: Looker, clock: Clock, deadline: float
) -> _Settled:
    """Look at the jobs until each has its verdict, or the deadline has passed."""
    sent = list(before)
    patient_until = clock.now() + PATIENCE
    latest: dict[int, Job | None] = {}
    sight = _settle.NOTHING_SEEN
    trouble: DliError | None = None
    pause = 0.0
    while True:
        hopeless = isinstance(trouble, ServiceError) and trouble.status in (401, 403)
        verdicts = _settle.judge(sent, answer, sight, hopeless or clock.now() >= deadline, act.faults)
        told = {job_id: verdict for job_id, verdict in verdicts.items() if verdict is not None}
        if len(told) == len(sent):
            return _Settled(told, latest, trouble)
        clock.sleep(min(pause, max(0.0, deadline - clock.now())))
        pause = min(LONGEST_CONFIRM_PAUSE, pause * 2 or FIRST_CONFIRM_PAUSE)
        unmoved = [job_id for job_id in sent if job_id not in sight.moved and job_id not in sight.gone]
        try:
            seen = looker.again(unmoved, deadline)
        except DliError as error:
            trouble = error
            continue
        trouble = None
        moved = {job_id for job_id in unmoved if act.has_moved(before[job_id], seen[job_id])}
        gone = {job_id for job_id in unmoved if seen[job_id] is None} - moved
        latest.update({job_id: seen[job_id] for job_id in unmoved if job_id not in gone})
        sight = _settle.Sight(
            looked=True,
            moved=sight.moved | moved,
            gone=sight.gone | gone,
            moot=sight.moot | {job_id for job_id in moved if act.is_moot(seen[job_id])},
            long_enough=clock.now() >= patient_until,
        )


def _result_of(act: Act, row: Row, verdict: _settle.Verdict, answer: BatchAnswer, settled: _Settled) -> Row:
    """Turn a verdict into the row's result."""
    job_id = t.cast(int, row.job_id)
    was_seen, latest = job_id in settled.latest, settled.latest.get(job_id)
    status = latest.status if latest else None
    if verdict.what == _settle.DONE:
        return done(act, row, verdict.reconciled, status if status != row.status_before else None)
    if verdict.what == _settle.SOMEBODY_ELSE and was_seen and act.is_so(latest):
        return so_after_all(act, row, status)
    if verdict.what == _settle.MOOT:
        return so_by_some_hand(act, row, status)
    if verdict.what == _settle.UNKNOWN:
        reason = answer.unclear or "the answer does not fit the jobs that were sent, and its status has not told yet"
        reason = f"{reason.rstrip('.')}; {settled.trouble}" if settled.trouble else reason
        return unknown(act, row, status or row.status, reason.rstrip("."))
    if answer.refusal is not None:
        code = answer.refusal.code if isinstance(answer.refusal, ServiceError) else None
        return not_sent(act, row, code, str(answer.refusal))
    seen = replace(row, status=status) if latest else row
    return refused(act, seen, verdict.element, verdict.reconciled)


def _wait(
    rows: list[Row],
    before: Mapping[int, Job],
    looker: Looker,
    clock: Clock,
    task: BatchTask,
    tell: t.Callable[[str], None],
) -> list[Row]:
    """Follow what was done, and what was on its way already: whoever waits wants to know that it has arrived."""
    going = {
        row.job_id: row
        for row in rows
        if row.job_id is not None and row.state in (task.act.done, task.act.alone) and not _has_arrived(task.act, row)
    }
    followed = follow(task.act, going, before, looker, clock, task.wait_timeout, task.wait_interval, tell)
    return [followed.get(t.cast(int, row.job_id), row) for row in rows]


def _has_arrived(act: Act, row: Row) -> bool:
    """Tell whether a job that was left alone, or done with at once, needs no look any more."""
    if row.status is None:
        return row.state == act.alone
    return act.end(Job(t.cast(int, row.job_id), row.name or "", row.status)) == UP
