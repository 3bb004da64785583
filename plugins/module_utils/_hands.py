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

from ._act import FAILED, REFUSED, UNKNOWN
from ._clock import Clock
from ._confirm import Truth, confirm
from ._definition import compare, tag_changes
from ._dli import Dli
from ._errors import AnswerLost, DliError, ServiceError
from ._foresight import created, updated
from ._look import Looker
from ._road import BatchTask, walk
from ._rows import Row
from ._selection import Selection
from ._steps import CREATE, TAG, Step
from ._wanted import ResourceTask


class Hands:
    """Takes the steps, within the deadlines of the task."""

    def __init__(
        self, dli: Dli, clock: Clock, task: ResourceTask, until: float, tell: t.Callable[[str], None]
    ) -> None:
        """Prepare.

        :arg until: moment of the clock at which everything but waiting must be over.
        """
        self._dli = dli
        self._clock = clock
        self._task = task
        self._until = until
        self._wait_left = task.wait_timeout
        self._tell = tell

    def take(self, step: Step, row: Row) -> Row:
        """Take one step with the job as the row says it stands, and return how it stands then."""
        if step.act is not None:
            return self._walk(step, row)
        if step.word == CREATE:
            return self._create(step, row)
        return self._tag(step, row) if step.word == TAG else self._update(step, row)

    def _walk(self, step: Step, row: Row) -> Row:
        """Start, stop or delete on the road of the batches."""
        act, task, job_id = t.cast(t.Any, step.act), self._task, t.cast(int, row.job_id)
        batch = BatchTask(
            act=act,
            selection=Selection((job_id,), (), ()),
            check_mode=False,
            wait=task.wait or step.arrive,
            wait_timeout=self._wait_left,
            wait_interval=task.wait_interval,
            confirm_timeout=task.confirm_timeout,
            overall_timeout=self._until - self._clock.now(),
        )
        try:
            outcome = walk(self._dli, self._clock, batch, self._tell)
        except DliError as error:
            return _refused(row, act.done, error)
        self._until += outcome.waited
        self._wait_left = max(0.0, self._wait_left - outcome.waited)
        return outcome.rows[0]

    def _create(self, step: Step, row: Row) -> Row:
        """Create the job; if the answer is lost, look whether there is one of this name now."""
        name = str(self._task.name)
        try:
            return created(name, self._dli.create_job(self._task.kind, step.payload, self._until))
        except AnswerLost as error:
            lost = error
        except DliError as error:
            return _refused(row, "created", error)

        def look(until: float) -> list[int] | None:
            return Looker(self._dli).look((), [name], until).by_name[name] or None

        ids, trouble = self._confirm(look)
        if ids is None:
            return _unknown(row, "created", lost, trouble, "it creates only what is not there")
        if len(ids) > 1:
            msg = f"nobody knows whether it was created: {lost} Now several jobs bear this name: {', '.join(map(str, ids))}"
            return replace(row, state=UNKNOWN, changed=None, failed=True, reconciled=True, msg=msg)
        return created(name, ids[0], reconciled=True)

    def _update(self, step: Step, row: Row) -> Row:
        """Change settings; if the answer is lost, look whether they are as wanted."""
        task, job_id = self._task, t.cast(int, row.job_id)
        try:
            self._dli.update_job(task.kind, job_id, step.payload, self._until)
            return updated(row, "settings")
        except AnswerLost as error:
            lost = error
        except DliError as error:
            return _refused(row, "updated", error)
        wanted = {name: task.wanted[name] for name in step.names}

        def look(until: float) -> str | None:
            job = self._dli.show_job(job_id, until)
            if job is None:
                return "gone"
            return None if compare(task.kind, job.raw, wanted) else "as wanted"

        truth, trouble = self._confirm(look)
        if truth == "gone":
            return replace(row, state=FAILED, changed=None, failed=True, status=None, msg="it was deleted meanwhile")
        if truth is None:
            return _unknown(row, "updated", lost, trouble, "it changes only what differs")
        return updated(row, "settings", reconciled=True)

    def _tag(self, step: Step, row: Row) -> Row:
        """Change tags: away with the old ones first, then the new ones."""
        removed = self._change_tags("delete", step.remove, row) if step.remove else row
        if removed.failed or not step.add:
            return removed
        added = self._change_tags("create", step.add, row)
        changed = True if step.remove and not added.changed else added.changed
        return replace(added, changed=changed, reconciled=added.reconciled or removed.reconciled)

    def _change_tags(self, action: str, tags: Mapping[str, str], row: Row) -> Row:
        job_id = t.cast(int, row.job_id)
        try:
            self._dli.change_tags(job_id, action, tags, self._until)
            return updated(row, "tags")
        except AnswerLost as error:
            lost = error
        except DliError as error:
            return _refused(row, "tagged", error)

        def look(until: float) -> bool | None:
            there = self._dli.tags(job_id, until)
            is_done = not tag_changes(there, tags, False)[1] if action == "create" else not set(there) & set(tags)
            return is_done or None

        truth, trouble = self._confirm(look)
        if not truth:
            return _unknown(row, "tagged", lost, trouble, "it changes only what differs")
        return updated(row, "tags", reconciled=True)

    def _confirm(self, look: t.Callable[[float], Truth | None]) -> tuple[Truth | None, DliError | None]:
        return confirm(look, self._clock, min(self._until, self._clock.now() + self._task.confirm_timeout))


def _refused(row: Row, done: str, error: DliError) -> Row:
    """Nothing was carried out."""
    code = error.code if isinstance(error, ServiceError) else None
    return replace(row, state=REFUSED, changed=False, failed=True, error_code=code, msg=f"not {done}: {str(error).rstrip('.')}")


def _unknown(row: Row, done: str, lost: DliError, trouble: DliError | None, again: str) -> Row:
    """Nobody could learn in time whether it was carried out."""
    reason = str(lost).rstrip(".") + (f"; {str(trouble).rstrip('.')}" if trouble else "")
    msg = f"nobody knows whether it was {done}: {reason}; run the task again, {again}"
    return replace(row, state=UNKNOWN, changed=None, failed=True, reconciled=True, msg=msg)
