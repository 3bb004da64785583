# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Predicts the results of steps for check mode. Pure."""

from __future__ import annotations

from .._batch.job_result import JobResult, with_status
from .._batch.operation import Operation
from .._batch.operations.stop import Stop
from .._batch.plan import plan, predict
from .._dli.job import Job
from .._dli.job_finder import JobLookup
from .._dli.job_status import CANCEL_SUCCESS, DRAFT, RUNNING
from .._options import Selection
from .._result import sentences
from .desired import DesiredJob
from .plan import CREATE, TAG, Step

#: Placeholder for the ID of a job that is not created yet.
UNASSIGNED_ID = -1
DETERMINED = "This was determined from {}, because the response was lost or unclear"


def created(name: str, job_id: int | None, reconciled: bool = False) -> JobResult:
    msg = sentences("Created", DETERMINED.format("the list of jobs") if reconciled else "")
    return JobResult(job_id, name, "created", True, status=DRAFT, msg=msg, reconciled=reconciled)


def updated(result: JobResult, what: str, reconciled: bool = False) -> JobResult:
    """Return the result of a job whose ``what``, "settings" or "tags", were updated."""
    msg = sentences(f"{what.capitalize()} updated", DETERMINED.format(f"the job's {what}") if reconciled else "")
    return result._replace(state="updated", changed=True, reconciled=reconciled, msg=msg)


class Previewer:
    """Predicts the result of each step without requests."""

    def __init__(self, desired: DesiredJob, job: Job | None) -> None:
        self._desired = desired
        self._has_savepoint = job.has_savepoint if job is not None else False

    def run(self, step: Step, result: JobResult) -> JobResult:
        if step.operation is not None:
            return self._execute(step.operation, step.must_wait, result)
        if step.action == CREATE:
            return created(str(self._desired.name), None)
        return updated(result, "tags" if step.action == TAG else "settings")

    def _execute(self, operation: Operation, must_wait: bool, result: JobResult) -> JobResult:
        """Predict the result of ``execute_batch``."""
        job_id = result.job_id or UNASSIGNED_ID
        job = Job(job_id, result.name or "", str(result.status), has_savepoint=self._has_savepoint)
        batch = plan(operation, Selection((job_id,), (), ()), JobLookup({job_id: job}, {}))
        (after,) = batch.results({job_id: predict(operation, planned) for job_id, planned in batch.to_submit.items()})
        if isinstance(operation, Stop) and not after.failed:
            self._has_savepoint = self._has_savepoint or (operation.trigger_savepoint and result.status == RUNNING)
            if must_wait:
                after = with_status(after, CANCEL_SUCCESS)
        return after._replace(job_id=result.job_id)
