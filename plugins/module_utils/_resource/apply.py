# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs the steps of a plan: creates and updates one job, and determines the outcome after a lost response.

A creation or an update whose response was lost is not sent again. The job is read to determine whether it was carried out.
"""

from __future__ import annotations

import typing as t
from collections.abc import Mapping

from .._batch.execute import BatchOptions, execute_batch
from .._batch.job_result import JobResult, last_read_failed
from .._batch.operation import FAILED, REFUSED, UNKNOWN, Operation
from .._dli.error_codes import NAME_EXISTS_CODES
from .._dli.job_finder import JobFinder
from .._dli.task_context import Context
from .._errors import CloudError, ResponseLost
from .._options import Selection
from .._polling import backoff, poll
from .._result import sentences
from .desired import DesiredJob
from .diff import diff, tag_changes
from .plan import CREATE, TAG, Step
from .preview import created, updated

T = t.TypeVar("T")
# What a new run of the task does, for messages.
CREATE_IF_ABSENT = "The job is created only if it does not exist"
CHANGE_DIFFERENCES = "Only values that differ are changed"
NAME_IN_USE = "another client created a job with this name in the meantime, or the list did not contain it yet"
NOT_REPLACED = (
    "The service accepted the tags, but the module did not detect the new values. If the job keeps the previous values, remove"
    " these tags in another task first"
)


class Applier:
    """Runs steps within the deadlines of the task."""

    def __init__(self, context: Context, desired: DesiredJob) -> None:
        self._context = context
        self._desired = desired
        self._waiting = desired.waiting

    def run(self, step: Step, result: JobResult) -> JobResult:
        if step.operation is not None:
            return self._execute(step.operation, step.must_wait, result)
        if step.action == CREATE:
            return self._create(step, result)
        return self._tag(step, result) if step.action == TAG else self._update(step, result)

    def _execute(self, operation: Operation, must_wait: bool, result: JobResult) -> JobResult:
        """Start, stop or delete the job, as a batch of one job."""
        selection = Selection((t.cast(int, result.job_id),), (), ())
        waiting = self._waiting._replace(wait=self._waiting.wait or must_wait)
        try:
            outcome = execute_batch(self._context, BatchOptions(operation, selection, False, waiting))
        except CloudError as error:
            return _refused(result, error, f"Not {operation.done}")
        # The wait has its own timeout and does not count towards the deadline.
        self._context = self._context._replace(deadline=self._context.deadline + outcome.waited)
        self._waiting = self._waiting._replace(timeout=max(0.0, self._waiting.timeout - outcome.waited))
        return outcome.results[0]

    def _create(self, step: Step, result: JobResult) -> JobResult:
        """Create the job; after a lost response, or if the name is in use, search for its name."""
        dli, name = self._context.dli, str(self._desired.name)

        def send() -> list[int]:
            return [dli.create_job(self._desired.kind, step.payload, self._context.deadline)]

        def check(until: float) -> list[int] | None:
            return JobFinder(dli).find((), [name], until).by_name[name] or None

        def done(ids: list[int], lost: ResponseLost | None) -> JobResult:
            if len(ids) == 1:
                return created(name, ids[0], reconciled=lost is not None)
            msg = sentences(
                "Outcome unknown",
                lost,
                f"{len(ids)} jobs have this name now: {', '.join(map(str, ids))}",
                "Set job_id to select one of them",
            )
            return result._replace(state=UNKNOWN, changed=None, failed=True, reconciled=True, msg=msg)

        outcome = self._change(result, CREATE_IF_ABSENT, send, check, done)
        return self._find_existing(outcome, check) if outcome.error_code in NAME_EXISTS_CODES else outcome

    def _find_existing(self, refused: JobResult, check: t.Callable[[float], list[int] | None]) -> JobResult:
        """Return the result of a creation that was refused because the name is in use, with the job that has the name.

        Another client created the job after this task read the list, or the list did not contain a new job yet.
        """
        clock, deadline = self._context.clock, self._context.deadline
        ids, failure = poll(check, clock, min(deadline, clock.now() + self._waiting.confirm_timeout), backoff())
        if ids:
            same_name = f"The jobs {', '.join(map(str, ids))} have this name now" if len(ids) > 1 else ""
            msg = sentences(f"Not created: {NAME_IN_USE}", same_name, "Run the task again")
            return refused._replace(job_id=ids[0] if len(ids) == 1 else None, msg=msg)
        unlisted = "The list of jobs contains no job with this name. Run the task again, or choose another name"
        return refused._replace(msg=sentences(refused.msg, unlisted, last_read_failed(failure)))

    def _update(self, step: Step, result: JobResult) -> JobResult:
        """Change settings; after a lost response, compare the settings of the job with the desired settings."""
        dli, kind, job_id = self._context.dli, self._desired.kind, t.cast(int, result.job_id)

        def send() -> bool:
            dli.update_job(kind, job_id, step.payload, self._context.deadline)
            return True

        def check(until: float) -> bool | None:
            job = dli.show_job(job_id, until)
            return False if job is None else None if diff(kind, job.raw, step.settings) else True

        def done(exists: bool, lost: ResponseLost | None) -> JobResult:
            if exists:
                return updated(result, "settings", reconciled=lost is not None)
            msg = "Failed: the job was deleted in the meantime."
            return result._replace(state=FAILED, changed=None, failed=True, status=None, reconciled=True, msg=msg)

        return self._change(result, CHANGE_DIFFERENCES, send, check, done)

    def _tag(self, step: Step, result: JobResult) -> JobResult:
        """Change tags: first set, then remove. No tag is removed to change its value, so a refused value changes nothing."""
        added = self._change_tags("create", step.add, result, step.replaces) if step.add else result
        if added.failed or not step.remove:
            return added
        removed = self._change_tags("delete", step.remove, result)
        changed = True if step.add and not removed.changed else removed.changed
        return removed._replace(changed=changed, reconciled=added.reconciled or removed.reconciled)

    def _change_tags(self, action: str, tags: Mapping[str, str], result: JobResult, replaces: bool = False) -> JobResult:
        """Set or remove tags.

        :arg replaces: whether some of the tags have another value. It is not documented that the service replaces it.
        """
        dli, job_id = self._context.dli, t.cast(int, result.job_id)

        def send() -> bool:
            dli.change_tags(job_id, action, tags, self._context.deadline)
            return True

        def check(until: float) -> bool | None:
            current = dli.tags(job_id, until)
            is_done = not tag_changes(current, tags, False)[0] if action == "create" else not set(current) & set(tags)
            return is_done or None

        def done(_done: bool, lost: ResponseLost | None) -> JobResult:
            return updated(result, "tags", reconciled=lost is not None)

        return self._change(result, CHANGE_DIFFERENCES, send, check, done, NOT_REPLACED if replaces else "")

    def _change(
        self,
        result: JobResult,
        rerun: str,
        send: t.Callable[[], T],
        check: t.Callable[[float], T | None],
        done: t.Callable[[T, ResponseLost | None], JobResult],
        unconfirmed: str = "",
    ) -> JobResult:
        """Send a change once; after a lost response, check until the outcome is determined.

        :arg rerun: what a new run of the task does, for messages.
        :arg done: returns the result from the value of ``send``, or from the value of ``check`` and the error.
        :arg unconfirmed: the message if the check does not show an accepted change; empty to check only after a lost response.
        """
        context = self._context
        lost: ResponseLost | None = None
        try:
            value = send()
            if not unconfirmed:
                return done(value, None)
        except ResponseLost as error:
            lost = error
        except CloudError as error:
            return _refused(result, error)
        deadline = min(context.deadline, context.clock.now() + self._waiting.confirm_timeout)
        shown, failure = poll(check, context.clock, deadline, backoff())
        if shown is not None:
            return done(shown, lost)
        msg = sentences("Outcome unknown", lost or unconfirmed, "Run the task again", rerun, last_read_failed(failure))
        return result._replace(state=UNKNOWN, changed=None, failed=True, reconciled=True, msg=msg)


def _refused(result: JobResult, error: CloudError, consequence: str = "") -> JobResult:
    """Return the result of a request that was not carried out.

    :arg consequence: sentence to put before the error.
    """
    msg = sentences(consequence, error)
    return result._replace(state=REFUSED, changed=False, failed=True, error_code=error.code, msg=msg)
