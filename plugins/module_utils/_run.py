# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The road of ``dli_streaming_jobs_run``: look → plan → (check mode stops here) → submit → settle → wait.

Decisions are pure and live in ``_rows.py`` and ``_settle.py``; here they meet the network and the clock.
"""

from __future__ import annotations

import typing as t
from collections.abc import Mapping
from dataclasses import dataclass, replace

from . import _settle
from ._batch import BatchAnswer
from ._clock import Clock
from ._dli import Dli
from ._errors import DliError, ServiceError
from ._follow import follow
from ._jobs import ACTIVE, UP, Job, has_moved, status_of
from ._look import Looker
from ._rows import (
    ALREADY_ACTIVE,
    STARTED,
    Row,
    active_after_all,
    not_sent,
    plan,
    predict,
    refused,
    started,
    unknown,
)
from ._selection import Selection

#: Seconds between looks that confirm a start: from the first to the longest, doubling.
FIRST_CONFIRM_PAUSE = 0.5
LONGEST_CONFIRM_PAUSE = 5.0
#: Seconds to wait for a sign that a job was refused because somebody else has just started it: the old status is still
#: read for a while after an accepted start (dli-api.md 0.1-8).
PATIENCE = 10.0


@dataclass(frozen=True)
class RunTask:
    """What the user wants. Times in seconds."""

    selection: Selection
    resume_savepoint: bool
    check_mode: bool
    wait: bool
    wait_timeout: float
    wait_interval: float
    confirm_timeout: float
    overall_timeout: float


class Outcome(t.NamedTuple):
    """The rows in the order asked for, and warnings for the user."""

    rows: list[Row]
    warnings: list[str]


class _Settled(t.NamedTuple):
    verdicts: Mapping[int, _settle.Verdict]
    latest: Mapping[int, Job]
    trouble: DliError | None


def run(dli: Dli, clock: Clock, task: RunTask, tell: t.Callable[[str], None]) -> Outcome:
    """Start the jobs that can be started and report on every job that was asked for.

    :arg tell: called with a sentence whenever there is news of a long wait.
    :raises DliError: the jobs could not be looked at; then nothing was sent.
    """
    until = clock.now() + task.overall_timeout
    looker = Looker(dli)
    planned = plan(task.selection, looker.look(task.selection.ids, task.selection.names, until))
    rows, to_start = planned.rows, planned.to_start
    planned_rows = {row.job_id: row for row in rows if row.job_id in to_start}
    if task.check_mode:
        results = {i: predict(row, to_start[i], task.resume_savepoint) for i, row in planned_rows.items()}
    else:
        results = _start(dli, looker, clock, task, planned_rows, to_start, until)
    rows = [results.get(t.cast(int, row.job_id), row) for row in rows]
    if task.wait and not task.check_mode:
        rows = _wait(rows, to_start, looker, clock, task, tell)
    return Outcome(rows, list(task.selection.warnings) + planned.warnings)


def _start(
    dli: Dli,
    looker: Looker,
    clock: Clock,
    task: RunTask,
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
        batch = {job_id: jobs[job_id] for job_id in left[:size]}
        answer = dli.run_jobs(list(batch), task.resume_savepoint, until)
        if answer.too_much and len(batch) > 1:
            size = -(-len(batch) // 2)
            continue
        deadline = min(until, clock.now() + task.confirm_timeout)
        settled = _settle_batch(batch, answer, looker, clock, deadline)
        results.update({i: _result_of(rows[i], verdict, answer, settled) for i, verdict in settled.verdicts.items()})
        left = left[size:]
    return results


def _settle_batch(
    before: Mapping[int, Job], answer: BatchAnswer, looker: Looker, clock: Clock, deadline: float
) -> _Settled:
    """Look at the jobs until each has its verdict, or the deadline has passed."""
    sent = list(before)
    patient_until = clock.now() + PATIENCE
    latest: dict[int, Job] = {}
    sight = _settle.NOTHING_SEEN
    trouble: DliError | None = None
    pause = 0.0
    while True:
        hopeless = isinstance(trouble, ServiceError) and trouble.status in (401, 403)
        verdicts = _settle.judge(sent, answer, sight, time_is_up=hopeless or clock.now() >= deadline)
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
        latest.update({job_id: job for job_id in unmoved if (job := seen[job_id]) is not None})
        sight = _settle.Sight(
            looked=True,
            moved=sight.moved | {i for i in unmoved if (job := seen[i]) is not None and has_moved(before[i], job)},
            gone=sight.gone | {job_id for job_id in unmoved if seen[job_id] is None},
            long_enough=clock.now() >= patient_until,
        )


def _result_of(row: Row, verdict: _settle.Verdict, answer: BatchAnswer, settled: _Settled) -> Row:
    """Turn a verdict into the row's result."""
    latest = settled.latest.get(t.cast(int, row.job_id))
    if verdict.what == _settle.STARTED:
        has_left = latest and latest.status != row.status_before
        return started(row, verdict.reconciled, latest.status if latest and has_left else None)
    if verdict.what == _settle.SOMEBODY_ELSE and latest and status_of(latest.status).start == ACTIVE:
        return active_after_all(row, latest.status)
    if verdict.what == _settle.UNKNOWN:
        reason = answer.unclear or "the answer does not fit the jobs that were sent, and its status has not told yet"
        reason = f"{reason.rstrip('.')}; {settled.trouble}" if settled.trouble else reason
        return unknown(row, latest.status if latest else row.status, reason.rstrip("."))
    if answer.refusal is not None:
        code = answer.refusal.code if isinstance(answer.refusal, ServiceError) else None
        return not_sent(row, code, str(answer.refusal))
    seen = replace(row, status=latest.status) if latest else row
    return refused(seen, verdict.element, verdict.reconciled)


def _wait(
    rows: list[Row],
    before: Mapping[int, Job],
    looker: Looker,
    clock: Clock,
    task: RunTask,
    tell: t.Callable[[str], None],
) -> list[Row]:
    """Follow what was started, and what was on its way up already: whoever waits wants to know that the jobs run."""
    going = {
        row.job_id: row
        for row in rows
        if row.job_id is not None
        and row.state in (STARTED, ALREADY_ACTIVE)
        and status_of(row.status or "").end != UP
    }
    followed = follow(going, before, looker, clock, task.wait_timeout, task.wait_interval, tell)
    return [followed.get(t.cast(int, row.job_id), row) for row in rows]
