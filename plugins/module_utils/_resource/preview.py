# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The results of steps for check mode: what a real run would return, as far as it can be foreseen. Pure."""

from __future__ import annotations

from dataclasses import replace

from .._batch.job_result import JobResult
from .._batch.operation import Operation
from .._batch.operations.stop import Stop
from .._batch.plan import plan, predict
from .._dli.job import Job
from .._dli.job_finder import JobLookup
from .._dli.job_status import CANCEL_SUCCESS, DRAFT, RUNNING
from .._options import Selection
from .desired import DesiredJob
from .plan import CREATE, TAG, Step

#: Stands for the id that a job will get.
UNASSIGNED_ID = -1


def created(name: str, job_id: int | None, reconciled: bool = False) -> JobResult:
    confirmed = "; learnt by looking for its name, because the answer did not say" if reconciled else ""
    return JobResult(job_id, name, "created", True, status=DRAFT, msg=f"created{confirmed}", reconciled=reconciled)


def updated(result: JobResult, what: str, reconciled: bool = False) -> JobResult:
    """Return the result of a job whose ``what``, settings or tags, were changed."""
    confirmed = "; learnt by looking at it, because the answer did not say" if reconciled else ""
    return replace(result, state="updated", changed=True, reconciled=reconciled, msg=f"{what} changed{confirmed}")


class Previewer:
    """Predicts the result of every step without a request."""

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
        """Predict what ``execute_batch`` would return."""
        job_id = result.job_id or UNASSIGNED_ID
        job = Job(job_id, result.name or "", str(result.status), has_savepoint=self._has_savepoint)
        batch = plan(operation, Selection((job_id,), (), ()), JobLookup({job_id: job}, {}))
        (after,) = batch.results({job_id: predict(operation, planned) for job_id, planned in batch.to_submit.items()})
        if isinstance(operation, Stop) and not after.failed:
            self._has_savepoint = self._has_savepoint or (operation.trigger_savepoint and result.status == RUNNING)
            if must_wait:
                after = replace(after, status=CANCEL_SUCCESS, msg=f"{after.msg}; now {CANCEL_SUCCESS}")
        return replace(after, job_id=result.job_id)
