# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a step will come to, for check mode: the rows that a real run would report, as far as they can be foreseen. Pure."""

from __future__ import annotations

from dataclasses import replace

from ._act import Act
from ._acts import Stop
from ._jobs import CANCEL_SUCCESS, DRAFT, RUNNING, Found, Job
from ._rows import Row, plan, predict
from ._selection import Selection
from ._steps import CREATE, TAG, Step
from ._wanted import ResourceTask

#: Stands for the id that a job will get.
NOT_YET = -1


def created(name: str, job_id: int | None, reconciled: bool = False) -> Row:
    """Return the row of a job that was created."""
    sure = "; learnt by looking for its name, because the answer did not say" if reconciled else ""
    return Row(job_id, name, "created", True, status=DRAFT, msg=f"created{sure}", reconciled=reconciled)


def updated(row: Row, what: str, reconciled: bool = False) -> Row:
    """Return the row of a job whose ``what``, settings or tags, have changed."""
    sure = "; learnt by looking at it, because the answer did not say" if reconciled else ""
    return replace(row, state="updated", changed=True, reconciled=reconciled, msg=f"{what} changed{sure}")


def arrived(row: Row, status: str) -> Row:
    """Return the row of a job that was waited for."""
    return replace(row, status=status, msg=f"{row.msg}; now {status}")


class Foresight:
    """Takes every step in thought only."""

    def __init__(self, task: ResourceTask, job: Job | None) -> None:
        """Begin with the job as it was seen."""
        self._task = task
        self._has_savepoint = job.has_savepoint if job is not None else False

    def take(self, step: Step, row: Row) -> Row:
        """Return the row that the step would lead to."""
        if step.act is not None:
            return self._foresee(step.act, step.arrive, row)
        if step.word == CREATE:
            return created(str(self._task.name), None)
        return updated(row, "tags" if step.word == TAG else "settings")

    def _foresee(self, act: Act, arrive: bool, row: Row) -> Row:
        """Take the road of the batches in thought (see ``_road.walk``)."""
        job_id = row.job_id or NOT_YET
        job = Job(job_id, row.name or "", str(row.status), has_savepoint=self._has_savepoint)
        planned = plan(act, Selection((job_id,), (), ()), Found({job_id: job}))
        result = planned.rows[0]
        if planned.to_send:
            result = predict(act, result, job)
        if isinstance(act, Stop) and not result.failed:
            self._has_savepoint = self._has_savepoint or (act.trigger_savepoint and row.status == RUNNING)
            result = arrived(result, CANCEL_SUCCESS) if arrive else result
        return replace(result, job_id=row.job_id)
