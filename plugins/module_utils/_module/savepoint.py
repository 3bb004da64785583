# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Creates or imports the savepoint of one job: options, flow, and the wait for the savepoint."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from .._batch.execute import BatchOptions, execute_batch
from .._batch.job_result import JobResult, last_read_failed
from .._batch.operation import FAILED, TIMED_OUT, UNKNOWN
from .._batch.operations.savepoint import IMPORTED, MADE, TRIGGERED, ImportSavepoint, TriggerSavepoint, has_new_savepoint
from .._batch.wait import unread
from .._dli.job import Job
from .._dli.job_finder import JobFinder
from .._dli.job_status import ACTIVE, RUNNING, SAVEPOINTING, status_of
from .._dli.task_context import Context
from .._options import WaitOptions, bare_path, parse_all, parse_wait_options, savepoint_folder, select_one
from .._polling import backoff, poll
from .._result import ModuleResult, job_label, one_line, sentences, with_subject

#: Return values if the job could not be read.
EMPTY_RESULT: Mapping[str, t.Any] = {"job": None}

# Progress of the savepoint, as shown by one read of the job.
DONE = "done"
NOT_MADE = "not made"
IN_PROGRESS = "in progress"
NOT_VISIBLE = "not visible"  #: not started yet, or already finished between two reads
#: Seconds between the first reads; the interval doubles. A savepoint may take less than one second.
FIRST_PAUSE = 0.25
#: State of a success -> the request, the whole operation, its participle, and its object, for messages.
TEXTS = {
    TRIGGERED: ("trigger", "create", "created", "savepoint of"),
    IMPORTED: ("import", "import", "imported", "savepoint for"),
}


@dataclass(frozen=True)
class SavepointOptions:
    """The operation and the wait. The batch does not wait, because the status of the job is the same after a savepoint."""

    batch: BatchOptions
    waiting: WaitOptions


def parse_savepoint_options(params: Mapping[str, t.Any], check_mode: bool) -> SavepointOptions:
    parse_path = bare_path if params["action"] == "trigger" else savepoint_folder
    selection, path, waiting = parse_all(
        partial(select_one, params["job_id"], params["job_name"]),
        partial(parse_path, "savepoint_path", params["savepoint_path"]),
        partial(parse_wait_options, params),
    )
    operation = TriggerSavepoint(path) if params["action"] == "trigger" else ImportSavepoint(path)
    return SavepointOptions(BatchOptions(operation, selection, check_mode, waiting._replace(wait=False)), waiting)


def run_savepoint(context: Context, options: SavepointOptions) -> ModuleResult:
    """Create or import the savepoint.

    :raises CloudError: the job could not be read, and no request was sent.
    """
    outcome = execute_batch(context, options.batch)
    result = outcome.results[0]
    if options.waiting.wait and result.state == TRIGGERED:
        before = outcome.submitted[t.cast(int, result.job_id)].job
        is_predicted = options.batch.check_mode
        result = _made(result, RUNNING) if is_predicted else wait_for_savepoint(context, result, before, options.waiting)
    values = {
        "changed": result.changed is not False,
        "failed": result.failed,
        "msg": message(options.batch, result),
        "job": result.as_dict(),
    }
    return ModuleResult(values, outcome.warnings)


def message(options: BatchOptions, result: JobResult) -> str:
    request, operation, done, savepoint = TEXTS[options.operation.done]
    savepoint = f"{savepoint} job {job_label(result.job_id, result.name)}"
    if result.failed:
        if result.msg.startswith("Could not "):
            return result.msg
        failure = f"Could not {operation} a {savepoint}"
        if result.state == UNKNOWN:
            failure = f"A {savepoint} may not have been {done}"
        return with_subject(f"S{savepoint[1:]}", result.msg, failure)
    if options.check_mode:
        return f"Would {operation if result.state == MADE else request} a {savepoint}."
    return f"{'Created' if result.state == MADE else result.state.capitalize()} a {savepoint}."


def wait_for_savepoint(context: Context, result: JobResult, before: Job, waiting: WaitOptions) -> JobResult:
    """Wait until the savepoint is created or has failed, or until the timeout, and return the result.

    A failed read does not fail the savepoint: the wait continues, except after an authentication failure.

    :arg before: the job before the savepoint was triggered.
    :arg waiting: ``confirm_timeout`` is the time limit until the job shows the savepoint.
    """
    finder, clock = JobFinder(context.dli), context.clock
    visible_until = clock.now() + waiting.confirm_timeout
    begun = result.status == SAVEPOINTING and result.reconciled

    def check(until: float) -> JobResult | None:
        nonlocal result, begun
        now = finder.find([before.job_id], deadline=until).jobs[before.job_id]
        observed = progress(before, now, begun)
        begun = begun or observed == IN_PROGRESS
        result = _updated(result, now, observed)
        context.on_progress(result.msg)
        if observed in (DONE, NOT_MADE):
            return result
        return _not_visible(result, waiting) if observed == NOT_VISIBLE and clock.now() >= visible_until else None

    pauses = backoff(FIRST_PAUSE, waiting.interval)
    ended, error = poll(check, clock, clock.now() + waiting.timeout, pauses)
    if ended is not None:
        return ended
    if error is not None and error.is_auth_failure:
        return unread(result, error)
    msg = sentences(
        f"No savepoint after {waiting.timeout:g} s",
        f"The last known status is {result.status}",
        "Check savepoint_path before you run the task again",
        last_read_failed(error),
    )
    return result._replace(state=TIMED_OUT, failed=True, msg=msg)


def progress(before: Job, now: Job | None, begun: bool) -> str:
    """Return the progress of the savepoint from one read of the job (dli-api.md 7, 10).

    :arg before: the job before the savepoint was triggered.
    :arg begun: whether an earlier read showed that the job was creating the savepoint.
    """
    if now is None:
        return NOT_MADE
    if now.status == SAVEPOINTING:
        return IN_PROGRESS
    is_active = status_of(now.status).start == ACTIVE
    if is_active and now.status_desc and now.status_desc != before.status_desc:
        return NOT_MADE
    if has_new_savepoint(before, now) and now.has_savepoint is not False:  # the path may be set before the savepoint is created
        return DONE
    if not is_active:
        return NOT_MADE
    if not begun:
        return NOT_VISIBLE
    return NOT_MADE if now.has_savepoint is False else DONE


def _updated(result: JobResult, now: Job | None, observed: str) -> JobResult:
    if now is None:
        return result._replace(state=FAILED, failed=True, status=None, msg="Failed: the job was deleted in the meantime.")
    if observed == DONE:
        return _made(result, now.status)
    if observed != NOT_MADE:
        return result._replace(status=now.status)
    reason = one_line(now.status_desc) or "no reason given"
    status = "" if now.status == RUNNING else f"The status is now {now.status} ({status_of(now.status).meaning})"
    msg = sentences(f"Savepoint accepted, but not created ({reason})", status, "Fix the cause, then run the task again")
    return result._replace(state=FAILED, failed=True, status=now.status, msg=msg)


def _made(result: JobResult, status: str) -> JobResult:
    return result._replace(state=MADE, status=status, msg="Savepoint created.")


def _not_visible(result: JobResult, waiting: WaitOptions) -> JobResult:
    msg = sentences(
        "Outcome unknown",
        "The service accepted the savepoint request, but the module did not detect a savepoint within "
        f"{waiting.confirm_timeout:g} s",
        "Check whether savepoint_path contains the savepoint before you run the task again",
    )
    return result._replace(state=UNKNOWN, failed=True, msg=msg)
