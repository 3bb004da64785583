# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The road of ``dli_streaming_jobs_run``: look → plan → (check mode stops here) → submit → settle → wait.

Decisions are pure and live in ``_rows.py`` and ``_settle.py``; here they meet the network and the clock.
"""

from __future__ import annotations

import typing as t
from collections.abc import Mapping
from dataclasses import dataclass

from . import _settle
from ._answer import BatchAnswer
from ._clock import Clock
from ._dli import Dli
from ._errors import DliError, ServiceError
from ._follow import follow
from ._jobs import PENDING, Job, has_moved, status_of
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


class Outcome(t.NamedTuple):
    """The rows in the order asked for, and warnings for the user."""

    rows: list[Row]
    warnings: list[str]


class _Settled(t.NamedTuple):
    verdicts: Mapping[int, _settle.Verdict | None]
    latest: Mapping[int, Job]
    trouble: DliError | None


def run(dli: Dli, clock: Clock, task: RunTask) -> Outcome:
    """Start the jobs that can be started and report on every job that was asked for.

    :raises DliError: the jobs could not be looked at; then nothing was sent.
    """
    looker = Looker(dli)
    planned = plan(task.selection, looker.look(task.selection.ids, task.selection.names))
    rows, to_start = planned.rows, planned.to_start
    if task.check_mode:
        results = {
            row.job_id: predict(row, to_start[row.job_id], task.resume_savepoint)
            for row in rows
            if row.job_id in to_start
        }
    elif to_start:
        results = _start(dli, looker, clock, task, {row.job_id: row for row in rows if row.job_id in to_start}, to_start)
    else:
        results = {}
    rows = [results.get(row.job_id, row) for row in rows]
    if task.wait and not task.check_mode:
        rows = _wait(rows, to_start, looker, clock, task)
    return Outcome(rows, list(task.selection.warnings) + planned.warnings)


def _start(
    dli: Dli, looker: Looker, clock: Clock, task: RunTask, rows: Mapping[int, Row], before: Mapping[int, Job]
) -> dict[int, Row]:
    """Send one batch and report on each of its jobs."""
    answer = dli.run_jobs(list(before), task.resume_savepoint)
    settled = _settle_batch(before, answer, looker, clock, task.confirm_timeout)
    return {
        job_id: _report(rows[job_id], verdict, answer, settled)
        for job_id, verdict in settled.verdicts.items()
        if verdict is not None
    }


def _settle_batch(
    before: Mapping[int, Job], answer: BatchAnswer, looker: Looker, clock: Clock, timeout: float
) -> _Settled:
    """Look at the jobs until each has its verdict, or ``timeout`` seconds are over."""
    deadline = clock.now() + timeout
    sent = list(before)
    latest: dict[int, Job] = {}
    sight = _settle.NOTHING_SEEN
    trouble: DliError | None = None
    pause = 0.0
    while True:
        hopeless = isinstance(trouble, ServiceError) and trouble.status in (401, 403)
        verdicts = _settle.judge(sent, answer, sight, time_is_up=hopeless or clock.now() >= deadline)
        if None not in verdicts.values():
            return _Settled(verdicts, latest, trouble)
        clock.sleep(min(pause, max(0.0, deadline - clock.now())))
        pause = min(LONGEST_CONFIRM_PAUSE, pause * 2 or FIRST_CONFIRM_PAUSE)
        unmoved = [job_id for job_id in sent if job_id not in sight.moved and job_id not in sight.gone]
        try:
            seen = looker.look(unmoved, until=max(deadline, clock.now() + 1.0)).jobs
        except DliError as error:
            trouble = error
            continue
        trouble = None
        latest.update({job_id: job for job_id in unmoved if (job := seen[job_id]) is not None})
        sight = _settle.Sight(
            looked=True,
            moved=sight.moved | {i for i in unmoved if (job := seen[i]) is not None and has_moved(before[i], job)},
            gone=sight.gone | {job_id for job_id in unmoved if seen[job_id] is None},
        )


def _report(row: Row, verdict: _settle.Verdict, answer: BatchAnswer, settled: _Settled) -> Row:
    """Turn a verdict into the row's result."""
    latest = settled.latest.get(t.cast(int, row.job_id))
    if verdict.what == _settle.STARTED:
        return started(row, verdict.reconciled, latest.status if latest and has_left(row, latest) else None)
    if verdict.what == _settle.SOMEBODY_ELSE and latest is not None:
        return active_after_all(row, latest.status)
    if verdict.what == _settle.UNKNOWN:
        reason = answer.unclear or "the answer does not fit the jobs that were sent, and its status has not told yet"
        reason = f"{reason} {settled.trouble}" if settled.trouble else reason
        return unknown(row, latest.status if latest else row.status, reason.rstrip("."))
    if answer.refusal is not None:
        code = answer.refusal.code if isinstance(answer.refusal, ServiceError) else None
        return not_sent(row, code, str(answer.refusal))
    return refused(row, verdict.element, verdict.reconciled)


def has_left(row: Row, job: Job) -> bool:
    """Tell whether a read shows more than the status from before the start."""
    return job.status != row.status_before


def _wait(
    rows: list[Row], before: Mapping[int, Job], looker: Looker, clock: Clock, task: RunTask
) -> list[Row]:
    """Follow what was started, and what was on its way up already: whoever waits wants to know that the jobs run."""
    going = {
        row.job_id: row
        for row in rows
        if row.job_id is not None
        and row.state in (STARTED, ALREADY_ACTIVE)
        and status_of(row.status or "").end == PENDING
    }
    followed = follow(going, before, looker, clock, task.wait_timeout, task.wait_interval)
    return [followed.get(t.cast(int, row.job_id), row) for row in rows]
