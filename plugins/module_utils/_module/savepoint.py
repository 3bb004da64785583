# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From options to the result of one savepoint, by the road of the batches."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping
from dataclasses import dataclass, replace

from .._batch.execute import BatchOptions, execute_batch
from .._batch.operation import FAILED, TIMED_OUT, UNKNOWN
from .._batch.operations.savepoint import IMPORTED, MADE, TRIGGERED, ImportSavepoint, TriggerSavepoint, has_new_savepoint
from .._batch.results import JobResult
from .._clock import Clock
from .._dli.client import DliClient
from .._dli.job import ACTIVE, RUNNING, SAVEPOINTING, Job, status_of
from .._dli.job_finder import JobFinder
from .._errors import CloudError, ServiceError
from .._options import bare_path, parse_timeouts, savepoint_folder, select_one
from .._result import ModuleResult, one_line

#: The result when nothing could be done.
EMPTY_RESULT: Mapping[str, t.Any] = {"job": None}


@dataclass(frozen=True)
class SavepointOptions:
    """One job, what is to be done with it, and whether to wait for it. Time in seconds."""

    batch: BatchOptions
    patience: WaitTimes | None
    overall_timeout: float


def parse_savepoint_options(params: Mapping[str, t.Any], check_mode: bool) -> SavepointOptions:
    """Return what the options ask for.

    :raises InputError: an option is wrong.
    """
    times, path = parse_timeouts(params), params["savepoint_path"]
    trigger = params["action"] == "trigger"
    act = TriggerSavepoint(bare_path("savepoint_path", path)) if trigger else ImportSavepoint(savepoint_folder("savepoint_path", path))
    selection = select_one(params["job_id"], params["job_name"])
    patience = WaitTimes(times["wait_timeout"], times["wait_interval"], times["confirm_timeout"])
    # The road's own wait is for jobs that go somewhere; a job comes back from its savepoint to where it was.
    task = BatchOptions(act=act, selection=selection, check_mode=check_mode, wait=False, **times)
    return SavepointOptions(task, patience if trigger and params["wait"] else None, times["overall_timeout"])


def run_savepoint(dli: DliClient, clock: Clock, task: SavepointOptions, on_progress: t.Callable[[str], None]) -> ModuleResult:
    """Make or import the savepoint and report.

    :raises DliError: the job could not be looked at; then nothing was sent.
    """
    outcome = execute_batch(dli, clock, replace(task.batch, overall_timeout=task.overall_timeout), on_progress)
    row = with_status(outcome.rows[0])
    if task.patience and row.state == TRIGGERED and not task.batch.check_mode and row.job_id is not None:
        row = wait_for_savepoint(row, outcome.before[row.job_id], JobFinder(dli), clock, task.patience, on_progress)
    result = {
        "changed": bool(row.changed),
        "failed": row.failed,
        "msg": message(task.batch, row),
        "job": row.as_result(),
    }
    return ModuleResult(result, outcome.warnings)


def with_status(row: JobResult) -> JobResult:
    """Say which status an accepted request leaves the job in, where none was read."""
    if row.state not in (TRIGGERED, IMPORTED) or row.status is not None:
        return row
    accepted = row.state == TRIGGERED and not row.reconciled
    return replace(row, status=SAVEPOINTING if accepted else row.status_before)


def message(task: BatchOptions, row: JobResult) -> str:
    """Say in one sentence what happened."""
    job = f"job {' '.join(str(part) for part in (row.job_id, row.name) if part)}"
    if row.failed:
        return f"{job[0].upper()}{job[1:]}: {row.msg}."
    if row.state == MADE:
        return f"Made a savepoint of {job}."
    return f"{task.act.would if task.check_mode else task.act.title} {job}."


#: What one look says of the savepoint.
DONE = "done"
FAILED_TO_MAKE = "broken"
IN_PROGRESS = "going"
NOT_VISIBLE = "no sign"  #: it has not begun, or was over in a moment
#: Seconds between the first looks, doubling: a savepoint may take less than one.
FIRST_PAUSE = 0.25


@dataclass(frozen=True)
class WaitTimes:
    """Seconds: for the whole, between looks, and until the savepoint must have shown itself."""

    timeout: float
    interval: float
    first_sign: float


def progress(before: Job, now: Job | None, begun: bool) -> str:
    """Judge one look.

    :arg before: the job before the savepoint was triggered.
    :arg begun: the job was seen making the savepoint.
    """
    if now is None:
        return FAILED_TO_MAKE
    if now.status == SAVEPOINTING:
        return IN_PROGRESS
    is_active = status_of(now.status).start == ACTIVE
    if is_active and now.status_desc and now.status_desc != before.status_desc:
        return FAILED_TO_MAKE
    if has_new_savepoint(before, now) and now.has_savepoint is not False:  # the path may be noted before it is made
        return DONE
    if not is_active:
        return FAILED_TO_MAKE
    if not begun:
        return NOT_VISIBLE
    return FAILED_TO_MAKE if now.has_savepoint is False else DONE


def wait_for_savepoint(
    row: JobResult, before: Job, looker: JobFinder, clock: Clock, patience: WaitTimes, on_progress: t.Callable[[str], None]
) -> JobResult:
    """Return the row as it stands when the savepoint is made, or is not, or time is up.

    A look that fails is no failed savepoint; only a sign-in that is no longer good ends the wait.
    """
    deadline, sign_until = clock.now() + patience.timeout, clock.now() + patience.first_sign
    begun, pause, trouble = row.status == SAVEPOINTING and row.reconciled, 0.0, None
    while True:
        clock.sleep(min(pause, max(0.0, deadline - clock.now())))
        pause = min(patience.interval, pause * 2 or FIRST_PAUSE)
        try:
            now = looker.again([before.job_id], deadline)[before.job_id]
        except CloudError as error:
            trouble = error
            if isinstance(error, ServiceError) and error.status in (401, 403):
                return _unread(row, error)
        else:
            trouble = None
            sight = progress(before, now, begun)
            begun = begun or sight == IN_PROGRESS
            row = _seen(row, now, sight)
            on_progress(row.msg)
            if sight in (DONE, FAILED_TO_MAKE):
                return row
            if sight == NOT_VISIBLE and clock.now() >= sign_until:
                return _no_sign(row, patience.first_sign)
        if clock.now() >= deadline:
            return _late(row, patience.timeout, trouble)


def _seen(row: JobResult, now: Job | None, sight: str) -> JobResult:
    if now is None:
        return replace(row, state=FAILED, failed=True, status=None, msg="it was deleted while its savepoint was waited for")
    if sight == DONE:
        return replace(row, state=MADE, status=now.status, msg="savepoint made")
    if sight != FAILED_TO_MAKE:
        return replace(row, status=now.status)
    reason = one_line(now.status_desc) or "it gives no reason"
    meaning = "" if now.status == RUNNING else f", and it is {status_of(now.status).meaning}"
    msg = f"the savepoint was accepted, but not made{meaning}: {reason}; mend it, and run the task again"
    return replace(row, state=FAILED, failed=True, status=now.status, msg=msg)


def _no_sign(row: JobResult, seconds: float) -> JobResult:
    msg = f"savepoint accepted, but in {seconds:g} s nothing on the job has shown whether it was made; look into savepoint_path"
    return replace(row, state=UNKNOWN, failed=True, msg=msg)


def _late(row: JobResult, seconds: float, trouble: CloudError | None) -> JobResult:
    reading = f"; the last look failed: {trouble}" if trouble else ""
    msg = f"savepoint not made after {seconds:g} s, last known status {row.status}{reading}"
    return replace(row, state=TIMED_OUT, failed=True, msg=msg)


def _unread(row: JobResult, error: CloudError) -> JobResult:
    return replace(row, state=UNKNOWN, failed=True, msg=f"{row.msg}, but what became of it could not be read: {error}")
