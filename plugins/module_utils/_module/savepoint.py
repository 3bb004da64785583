# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Making or importing the savepoint of one job: options, flow, and the wait for a savepoint that was triggered."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping
from dataclasses import dataclass, replace

from .._batch.execute import BatchOptions, execute_batch
from .._batch.job_result import JobResult
from .._batch.operation import FAILED, TIMED_OUT, UNKNOWN
from .._batch.operations.savepoint import MADE, TRIGGERED, ImportSavepoint, TriggerSavepoint, has_new_savepoint
from .._batch.wait import unread
from .._dli.job import Job
from .._dli.job_finder import JobFinder
from .._dli.job_status import ACTIVE, RUNNING, SAVEPOINTING, status_of
from .._dli.task_context import Context
from .._options import WaitOptions, bare_path, parse_wait_options, savepoint_folder, select_one
from .._polling import backoff, poll
from .._result import ModuleResult, job_label, one_line

#: Return values when nothing could be done.
EMPTY_RESULT: Mapping[str, t.Any] = {"job": None}

# What one read of the job shows of the savepoint.
DONE = "done"
NOT_MADE = "not made"
IN_PROGRESS = "in progress"
NOT_VISIBLE = "not visible"  #: it has not begun, or was over in a moment
#: Seconds between the first reads, doubling: a savepoint may take less than one.
FIRST_PAUSE = 0.25


@dataclass(frozen=True)
class SavepointOptions:
    """What to do with one job, and how long to wait for it; no wait of the batch, since its status is the same afterwards."""

    batch: BatchOptions
    waiting: WaitOptions


def parse_savepoint_options(params: Mapping[str, t.Any], check_mode: bool) -> SavepointOptions:
    waiting, path = parse_wait_options(params), params["savepoint_path"]
    operation: TriggerSavepoint | ImportSavepoint
    if params["action"] == "trigger":
        operation = TriggerSavepoint(bare_path("savepoint_path", path))
    else:
        operation = ImportSavepoint(savepoint_folder("savepoint_path", path))
    selection = select_one(params["job_id"], params["job_name"])
    return SavepointOptions(BatchOptions(operation, selection, check_mode, waiting._replace(wait=False)), waiting)


def run_savepoint(context: Context, options: SavepointOptions) -> ModuleResult:
    """Make or import the savepoint.

    :raises CloudError: the job could not be read; then nothing was sent.
    """
    outcome = execute_batch(context, options.batch)
    result = outcome.results[0]
    if options.waiting.wait and result.state == TRIGGERED and not options.batch.check_mode and result.job_id is not None:
        result = wait_for_savepoint(context, result, outcome.submitted[result.job_id].job, options.waiting)
    values = {
        "changed": bool(result.changed),
        "failed": result.failed,
        "msg": message(options.batch, result),
        "job": result.as_dict(),
    }
    return ModuleResult(values, outcome.warnings)


def message(options: BatchOptions, result: JobResult) -> str:
    job = f"job {job_label(result.job_id, result.name)}"
    if result.failed:
        return f"{job[0].upper()}{job[1:]}: {result.msg}."
    if result.state == MADE:
        return f"Made a savepoint of {job}."
    wording = options.operation.wording
    return f"{wording.would if options.check_mode else wording.title} {job}."


def wait_for_savepoint(context: Context, result: JobResult, before: Job, waiting: WaitOptions) -> JobResult:
    """Return the result as it is when the savepoint is made, or is not, or time is up.

    A read that fails is no failed savepoint: waiting goes on, except after an authentication failure.

    :arg before: the job before the savepoint was triggered.
    :arg waiting: ``confirm_timeout`` is the time within which the job must show the savepoint.
    """
    finder, clock = JobFinder(context.dli), context.clock
    visible_until = clock.now() + waiting.confirm_timeout
    begun = result.status == SAVEPOINTING and result.reconciled

    def check(until: float) -> JobResult | None:
        nonlocal result, begun
        now = finder.find([before.job_id], deadline=until).jobs[before.job_id]
        seen = progress(before, now, begun)
        begun = begun or seen == IN_PROGRESS
        result = _updated(result, now, seen)
        context.on_progress(result.msg)
        if seen in (DONE, NOT_MADE):
            return result
        return _not_visible(result, waiting) if seen == NOT_VISIBLE and clock.now() >= visible_until else None

    pauses = backoff(FIRST_PAUSE, waiting.interval)
    ended, error = poll(check, clock, clock.now() + waiting.timeout, pauses)
    if ended is not None:
        return ended
    if error is not None and error.is_auth_failure:
        return unread(result, error)
    failure = f"; the last look failed: {error}" if error else ""
    msg = f"savepoint not made after {waiting.timeout:g} s, last known status {result.status}{failure}"
    return replace(result, state=TIMED_OUT, failed=True, msg=msg)


def progress(before: Job, now: Job | None, begun: bool) -> str:
    """Return what one read of the job shows of its savepoint, which is little (dli-api.md 7, 10).

    :arg before: the job before the savepoint was triggered.
    :arg begun: an earlier read showed the job making the savepoint.
    """
    if now is None:
        return NOT_MADE
    if now.status == SAVEPOINTING:
        return IN_PROGRESS
    is_active = status_of(now.status).start == ACTIVE
    if is_active and now.status_desc and now.status_desc != before.status_desc:
        return NOT_MADE
    if has_new_savepoint(before, now) and now.has_savepoint is not False:  # the path may be there before it is made
        return DONE
    if not is_active:
        return NOT_MADE
    if not begun:
        return NOT_VISIBLE
    return NOT_MADE if now.has_savepoint is False else DONE


def _updated(result: JobResult, now: Job | None, seen: str) -> JobResult:
    if now is None:
        return replace(result, state=FAILED, failed=True, status=None, msg="it was deleted while its savepoint was waited for")
    if seen == DONE:
        return replace(result, state=MADE, status=now.status, msg="savepoint made")
    if seen != NOT_MADE:
        return replace(result, status=now.status)
    reason = one_line(now.status_desc) or "it gives no reason"
    meaning = "" if now.status == RUNNING else f", and it is {status_of(now.status).meaning}"
    msg = f"the savepoint was accepted, but not made{meaning}: {reason}; mend it, and run the task again"
    return replace(result, state=FAILED, failed=True, status=now.status, msg=msg)


def _not_visible(result: JobResult, waiting: WaitOptions) -> JobResult:
    seconds = f"{waiting.confirm_timeout:g} s"
    msg = f"savepoint accepted, but in {seconds} nothing on the job has shown whether it was made; look into savepoint_path"
    return replace(result, state=UNKNOWN, failed=True, msg=msg)
