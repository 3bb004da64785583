# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a step will come to, for check mode: the rows that a real run would report, as far as they can be foreseen. Pure."""

from __future__ import annotations

from dataclasses import replace

from .._batch.operation import Operation
from .._batch.operations.stop import Stop
from .._batch.plan import plan, predict
from .._batch.results import JobResult
from .._dli.job import CANCEL_SUCCESS, DRAFT, RUNNING, Job, JobLookup
from .._options import Selection
from .desired import DesiredJob
from .plan import CREATE, TAG, Step

#: Stands for the id that a job will get.
UNASSIGNED_ID = -1


def created(name: str, job_id: int | None, reconciled: bool = False) -> JobResult:
    """Return the row of a job that was created."""
    sure = "; learnt by looking for its name, because the answer did not say" if reconciled else ""
    return JobResult(job_id, name, "created", True, status=DRAFT, msg=f"created{sure}", reconciled=reconciled)


def updated(row: JobResult, what: str, reconciled: bool = False) -> JobResult:
    """Return the row of a job whose ``what``, settings or tags, have changed."""
    sure = "; learnt by looking at it, because the answer did not say" if reconciled else ""
    return replace(row, state="updated", changed=True, reconciled=reconciled, msg=f"{what} changed{sure}")


def arrived(row: JobResult, status: str) -> JobResult:
    """Return the row of a job that was waited for."""
    return replace(row, status=status, msg=f"{row.msg}; now {status}")


class Previewer:
    """Takes every step in thought only."""

    def __init__(self, task: DesiredJob, job: Job | None) -> None:
        """Begin with the job as it was seen."""
        self._task = task
        self._has_savepoint = job.has_savepoint if job is not None else False

    def take(self, step: Step, row: JobResult) -> JobResult:
        """Return the row that the step would lead to."""
        if step.act is not None:
            return self._foresee(step.act, step.arrive, row)
        if step.word == CREATE:
            return created(str(self._task.name), None)
        return updated(row, "tags" if step.word == TAG else "settings")

    def _foresee(self, act: Operation, arrive: bool, row: JobResult) -> JobResult:
        """Take the road of the batches in thought (see ``_road.walk``)."""
        job_id = row.job_id or UNASSIGNED_ID
        job = Job(job_id, row.name or "", str(row.status), has_savepoint=self._has_savepoint)
        planned = plan(act, Selection((job_id,), (), ()), JobLookup({job_id: job}))
        result = planned.rows[0]
        if planned.to_send:
            result = predict(act, result, job)
        if isinstance(act, Stop) and not result.failed:
            self._has_savepoint = self._has_savepoint or (act.trigger_savepoint and row.status == RUNNING)
            result = arrived(result, CANCEL_SUCCESS) if arrive else result
        return replace(result, job_id=row.job_id)
