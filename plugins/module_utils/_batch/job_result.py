# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The result of one job: one constructor for each outcome. Pure.

A result has the same members in check mode, on success and on failure. Check mode and the real run use the same messages,
so a prediction equals the result that it predicts. A message consists of whole sentences, each with a capital letter and a
period.
"""

from __future__ import annotations

import typing as t

from .._dli.batch_response import ItemResponse
from .._dli.job import Job
from .._errors import CloudError
from .._result import sentences
from .operation import REFUSED, UNKNOWN, Operation

DETERMINED = "This was determined from the job's status, because the response was lost or unclear"
WHICH_REASON = "The response does not show the reason for this job"
STATUS_NOW = "The status is now "
MAY_HAVE_ENDED = "The response does not show whether the job was {done} by this task or has ended by itself"
OTHER_CLIENT = "The response does not show whether the job was {done} by this task or by another client"


class JobResult(t.NamedTuple):
    """The result of one job. ``changed`` is :data:`None` where it is unknown whether this task changed the job."""

    job_id: int | None
    name: str | None
    state: str
    changed: bool | None = False
    failed: bool = False
    status_before: str | None = None
    status: str | None = None
    error_code: str | None = None
    msg: str = ""
    reconciled: bool = False

    def as_dict(self) -> dict[str, t.Any]:
        return self._asdict()


class PlannedJob(t.NamedTuple):
    """A job to submit, as it was read."""

    job_id: int
    job: Job

    def result(self, state: str, **members: t.Any) -> JobResult:
        """Return a result of this job; the default of its status is the status before."""
        before = self.job.status
        return JobResult(self.job_id, self.job.name, state, **{"status_before": before, "status": before, **members})


def accepted(
    operation: Operation,
    planned: PlannedJob,
    reconciled: bool = False,
    status: str | None = None,
    is_from_status: bool = False,
) -> JobResult:
    """Return the result of a job whose request was accepted.

    :arg status: the status that was read after the request, if it has changed; the default is the expected status.
    :arg is_from_status: whether the response does not show it.
    """
    request = operation.wording.noun.capitalize()
    msg = sentences(operation.done.capitalize(), DETERMINED) if is_from_status else f"{request} accepted."
    status = status or operation.expected_status(planned.job.status, reconciled)
    return planned.result(operation.done, changed=True, status=status, msg=msg, reconciled=reconciled)


def refused(
    operation: Operation,
    planned: PlannedJob,
    element: ItemResponse | None,
    reconciled: bool = False,
    status: str | None = None,
) -> JobResult:
    """Return the result of a job whose request was refused.

    :arg element: None if the response does not show the reason for this job.
    """
    status = status or planned.job.status
    if element is None:
        msg = sentences(f"Not {operation.done}: refused by the service", WHICH_REASON)
        return planned.result(REFUSED, failed=True, status=status, reconciled=reconciled, msg=msg)
    msg = f"Not {operation.done}: {explain(element.code, element.text)}"
    if element.code not in operation.job_error_codes:
        msg += f" If another client may have {operation.done} the job in the meantime, run the task again."
    return planned.result(
        REFUSED, failed=True, status=status, error_code=element.code, reconciled=reconciled, msg=msg
    )


def not_submitted(planned: PlannedJob, error: CloudError) -> JobResult:
    """Return the result of a job whose request was rejected as a whole, or did not reach the service."""
    return planned.result(REFUSED, failed=True, error_code=error.code, msg=sentences(error))


def already_satisfied(operation: Operation, planned: PlannedJob, reconciled: bool, status: str | None) -> JobResult:
    """Return the result of a job whose request was refused because another client has sent the same request."""
    msg = f"Unchanged: {operation.wording.concurrent}."
    return planned.result(operation.unchanged, status=status, reconciled=reconciled, msg=msg)


def satisfied_unattributed(operation: Operation, planned: PlannedJob, status: str | None, reason: str) -> JobResult:
    """Return the result of a job that has the requested status, possibly independent of the request.

    :arg reason: a sentence in which ``done`` is the state after the operation.
    """
    unchanged = f"The job is {operation.wording.unchanged}" if operation.wording.unchanged else ""
    msg = sentences("Outcome unknown", reason.format(done=operation.done), unchanged)
    return planned.result(operation.unchanged, changed=None, status=status, reconciled=True, msg=msg)


def undetermined(
    operation: Operation, planned: PlannedJob, status: str | None, reason: str, error: CloudError | None = None
) -> JobResult:
    """Return the result of a job where it could not be determined in time whether the request was carried out.

    :arg reason: a sentence.
    """
    msg = sentences("Outcome unknown", reason, "Run the task again", operation.wording.rerun, last_read_failed(error))
    return planned.result(
        UNKNOWN, changed=None, failed=True, status=status or planned.job.status, reconciled=True, msg=msg
    )


def with_status(result: JobResult, status: str | None) -> JobResult:
    """Return a result with the status that a wait has read, which its message reports; None if the job no longer exists."""
    now = "The job no longer exists" if status is None else f"{STATUS_NOW}{status}"
    return result._replace(status=status, msg=sentences(without_status(result.msg), now))


def without_status(msg: str) -> str:
    """Return a message without the status that :func:`with_status` has added."""
    return msg.partition(f" {STATUS_NOW}")[0]


def last_read_failed(error: CloudError | None) -> str:
    """Return the sentence for an error of the last read; an empty text if there is none."""
    return f"The last read failed: {error}" if error is not None else ""


def explain(code: str | None, text: str) -> str:
    """Return the meaning of an error of one job, to follow a colon, and the sentences that describe what to do."""
    from .._dli.remedies import DLI, MEANINGS  # most tasks have no error

    if code in MEANINGS:
        meaning = f"{MEANINGS[code]} ({code})"
    else:
        quoted = f" ({text})" if text else ""
        meaning = f"refused by the service{f' with {code}' if code else ''}{quoted or ('' if code else ' without a reason')}"
    return sentences(meaning, DLI.find(code))
