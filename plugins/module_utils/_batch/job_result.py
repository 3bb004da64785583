# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a result says about one job: one constructor for each outcome. Pure.

A result has the same members in check mode, on success and on failure. Check mode and the real run take the same sentences
from here, so that a prediction reads exactly like the result that it predicts.
"""

from __future__ import annotations

import typing as t
from dataclasses import asdict, dataclass

from .._dli.batch_response import ItemResponse
from .._dli.error_codes import DLI, MEANINGS
from .._dli.job import Job
from .._errors import CloudError
from .operation import REFUSED, UNKNOWN, Operation


@dataclass(frozen=True)
class JobResult:
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
        return asdict(self)


class PlannedJob(t.NamedTuple):
    """A job that is to be submitted, as it was read."""

    job_id: int
    job: Job

    def result(self, state: str, **members: t.Any) -> JobResult:
        """Return a result of this job; its status is the one before, unless it is given."""
        before = self.job.status
        return JobResult(self.job_id, self.job.name, state, **{"status_before": before, "status": before, **members})


def accepted(operation: Operation, planned: PlannedJob, reconciled: bool = False, status: str | None = None) -> JobResult:
    """Return the result of a job whose request was accepted.

    :arg status: the one that was read after the request, if it has changed; else the one that is to be expected.
    """
    confirmed = "; learnt by looking at it, because the answer did not say" if reconciled else ""
    msg = f"{operation.wording.noun} accepted{confirmed}"
    status = status or operation.expected_status(planned.job.status, reconciled)
    return planned.result(operation.done, changed=True, status=status, msg=msg, reconciled=reconciled)


def refused(
    operation: Operation,
    planned: PlannedJob,
    element: ItemResponse | None,
    reconciled: bool = False,
    status: str | None = None,
) -> JobResult:
    """Return the result of a job whose request was refused; ``element`` is None if its reason is one of several."""
    status = status or planned.job.status
    if element is None:
        msg = f"not {operation.done}: the service refused it, but did not say which of its reasons was meant for this job"
        return planned.result(REFUSED, failed=True, status=status, reconciled=reconciled, msg=msg)
    msg = f"not {operation.done}: {explain(element.code, element.text)}"
    if element.code not in operation.job_error_codes:
        msg += f"; if somebody else may have {operation.done} it just now, run the task again"
    return planned.result(
        REFUSED, failed=True, status=status, error_code=element.code, reconciled=reconciled, msg=msg
    )


def not_submitted(operation: Operation, planned: PlannedJob, error: CloudError) -> JobResult:
    """Return the result of a job whose request was rejected as a whole, or did not reach the service."""
    return planned.result(REFUSED, failed=True, error_code=error.code, msg=f"not {operation.done}: {error}")


def already_satisfied(operation: Operation, planned: PlannedJob, status: str | None) -> JobResult:
    """Return the result of a job that was refused because another client has just done the same."""
    msg = f"left alone: {operation.wording.concurrent}"
    return planned.result(operation.unchanged, status=status, reconciled=True, msg=msg)


def satisfied_unattributed(operation: Operation, planned: PlannedJob, status: str | None) -> JobResult:
    """Return the result of a job that is as requested after a lost response, perhaps by itself."""
    wording = operation.wording
    msg = f"{wording.concurrent}, perhaps by itself: nobody knows whether the {wording.noun} was carried out"
    return planned.result(operation.unchanged, changed=None, status=status, reconciled=True, msg=msg)


def undetermined(operation: Operation, planned: PlannedJob, status: str | None, reason: str) -> JobResult:
    """Return the result of a job of which could not be learnt in time whether the request was carried out."""
    msg = f"nobody knows whether it was {operation.done}: {reason}; run the task again, {operation.wording.rerun}"
    return planned.result(
        UNKNOWN, changed=None, failed=True, status=status or planned.job.status, reconciled=True, msg=msg
    )


def explain(code: str | None, text: str) -> str:
    """Return what an error of one job means and what to do about it."""
    meaning = MEANINGS.get(code or "") or text or "no reason given"
    remedy = DLI.find(code)
    return f"{meaning}{f' ({code})' if code else ''}{f'; {remedy}' if remedy else ''}"
