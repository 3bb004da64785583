# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Taking the steps for real: creating and updating one job, and learning the truth where an answer was lost.

A creation or an update whose answer was lost is never sent again: the service is asked whether it was carried out.
"""

from __future__ import annotations

import typing as t
from collections.abc import Mapping
from dataclasses import replace

from .._batch.execute import BatchOptions, execute_batch
from .._batch.operation import FAILED, REFUSED, UNKNOWN
from .._batch.results import JobResult
from .._clock import Clock
from .._dli.client import DliClient
from .._dli.job_finder import JobFinder
from .._errors import CloudError, ResponseLost, ServiceError
from .._options import Selection
from .._polling import T, poll
from .definition import diff, tag_changes
from .desired import DesiredJob
from .plan import CREATE, TAG, Step
from .preview import created, updated


class Applier:
    """Takes the steps, within the deadlines of the task."""

    def __init__(
        self, dli: DliClient, clock: Clock, task: DesiredJob, deadline: float, on_progress: t.Callable[[str], None]
    ) -> None:
        """Prepare.

        :arg until: moment of the clock at which everything but waiting must be over.
        """
        self._dli = dli
        self._clock = clock
        self._task = task
        self._deadline = deadline
        self._wait_left = task.wait_timeout
        self._on_progress = on_progress

    def take(self, step: Step, row: JobResult) -> JobResult:
        """Take one step with the job as the row says it stands, and return how it stands then."""
        if step.act is not None:
            return self._walk(step, row)
        if step.word == CREATE:
            return self._create(step, row)
        return self._tag(step, row) if step.word == TAG else self._update(step, row)

    def _walk(self, step: Step, row: JobResult) -> JobResult:
        """Start, stop or delete on the road of the batches."""
        act, task, job_id = t.cast(t.Any, step.act), self._task, t.cast(int, row.job_id)
        batch = BatchOptions(
            act=act,
            selection=Selection((job_id,), (), ()),
            check_mode=False,
            wait=task.wait or step.arrive,
            wait_timeout=self._wait_left,
            wait_interval=task.wait_interval,
            confirm_timeout=task.confirm_timeout,
            overall_timeout=self._deadline - self._clock.now(),
        )
        try:
            outcome = execute_batch(self._dli, self._clock, batch, self._on_progress)
        except CloudError as error:
            return _refused(row, act.done, error)
        self._deadline += outcome.waited
        self._wait_left = max(0.0, self._wait_left - outcome.waited)
        return outcome.rows[0]

    def _create(self, step: Step, row: JobResult) -> JobResult:
        """Create the job; if the answer is lost, look whether there is one of this name now."""
        name = str(self._task.name)
        try:
            return created(name, self._dli.create_job(self._task.kind, step.payload, self._deadline))
        except ResponseLost as error:
            lost = error
        except CloudError as error:
            return _refused(row, "created", error)

        def look(deadline: float) -> list[int] | None:
            return JobFinder(self._dli).look((), [name], deadline).by_name[name] or None

        ids, trouble = self._confirm(look)
        if ids is None:
            return _unknown(row, "created", lost, trouble, "it creates only what is not there")
        if len(ids) > 1:
            msg = f"nobody knows whether it was created: {lost} Now several jobs bear this name: {', '.join(map(str, ids))}"
            return replace(row, state=UNKNOWN, changed=None, failed=True, reconciled=True, msg=msg)
        return created(name, ids[0], reconciled=True)

    def _update(self, step: Step, row: JobResult) -> JobResult:
        """Change settings; if the answer is lost, look whether they are as wanted."""
        task, job_id = self._task, t.cast(int, row.job_id)
        try:
            self._dli.update_job(task.kind, job_id, step.payload, self._deadline)
            return updated(row, "settings")
        except ResponseLost as error:
            lost = error
        except CloudError as error:
            return _refused(row, "updated", error)
        wanted = {name: task.wanted[name] for name in step.names}

        def look(deadline: float) -> str | None:
            job = self._dli.show_job(job_id, deadline)
            if job is None:
                return "gone"
            return None if diff(task.kind, job.raw, wanted) else "as wanted"

        truth, trouble = self._confirm(look)
        if truth == "gone":
            return replace(row, state=FAILED, changed=None, failed=True, status=None, msg="it was deleted meanwhile")
        if truth is None:
            return _unknown(row, "updated", lost, trouble, "it changes only what differs")
        return updated(row, "settings", reconciled=True)

    def _tag(self, step: Step, row: JobResult) -> JobResult:
        """Change tags: away with the old ones first, then the new ones."""
        removed = self._change_tags("delete", step.remove, row) if step.remove else row
        if removed.failed or not step.add:
            return removed
        added = self._change_tags("create", step.add, row)
        changed = True if step.remove and not added.changed else added.changed
        return replace(added, changed=changed, reconciled=added.reconciled or removed.reconciled)

    def _change_tags(self, action: str, tags: Mapping[str, str], row: JobResult) -> JobResult:
        job_id = t.cast(int, row.job_id)
        try:
            self._dli.change_tags(job_id, action, tags, self._deadline)
            return updated(row, "tags")
        except ResponseLost as error:
            lost = error
        except CloudError as error:
            return _refused(row, "tagged", error)

        def look(deadline: float) -> bool | None:
            there = self._dli.tags(job_id, deadline)
            is_done = not tag_changes(there, tags, False)[1] if action == "create" else not set(there) & set(tags)
            return is_done or None

        truth, trouble = self._confirm(look)
        if not truth:
            return _unknown(row, "tagged", lost, trouble, "it changes only what differs")
        return updated(row, "tags", reconciled=True)

    def _confirm(self, look: t.Callable[[float], T | None]) -> tuple[T | None, CloudError | None]:
        return poll(look, self._clock, min(self._deadline, self._clock.now() + self._task.confirm_timeout))


def _refused(row: JobResult, done: str, error: CloudError) -> JobResult:
    """Nothing was carried out."""
    code = error.code if isinstance(error, ServiceError) else None
    return replace(row, state=REFUSED, changed=False, failed=True, error_code=code, msg=f"not {done}: {str(error).rstrip('.')}")


def _unknown(row: JobResult, done: str, lost: CloudError, trouble: CloudError | None, again: str) -> JobResult:
    """Nobody could learn in time whether it was carried out."""
    reason = str(lost).rstrip(".") + (f"; {str(trouble).rstrip('.')}" if trouble else "")
    msg = f"nobody knows whether it was {done}: {reason}; run the task again, {again}"
    return replace(row, state=UNKNOWN, changed=None, failed=True, reconciled=True, msg=msg)
