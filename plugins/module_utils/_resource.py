# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A job as a resource: look → compare → plan → (check mode stops here) → one step after the other.

Starting, stopping and deleting go the road of the batches (``_road.py``), so that what is lost, late or refused is told in
the same way. What only one job can have, creating and updating, is settled in ``_hands.py``.
"""

from __future__ import annotations

import typing as t
from collections.abc import Mapping

from ._clock import Clock
from ._definition import read_back
from ._dli import Dli
from ._errors import DliError
from ._foresight import Foresight
from ._hands import Hands
from ._jobs import Job
from ._look import Looker
from ._report import Report
from ._resource_report import Course, resource_report
from ._rows import Row
from ._steps import START, STOP, Plan, Step, ambiguous, plan
from ._wanted import ABSENT, STARTED, ResourceTask

#: Members of the result when the job could not even be looked at.
NOTHING: Mapping[str, t.Any] = {"actions": [], "differences": []}


class Hand(t.Protocol):
    """Whoever takes the steps, or foresees what they come to."""

    def take(self, step: Step, row: Row) -> Row:
        """Take one step with the job as the row says it stands, and return how it stands then."""


class _Seen(t.NamedTuple):
    """The job as it was found, and other jobs that bear the wanted name."""

    job: Job | None
    clash: list[int]


def manage(dli: Dli, clock: Clock, task: ResourceTask, tell: t.Callable[[str], None]) -> Report:
    """Make a job what the task wants it to be, and report.

    :arg tell: called with a sentence whenever there is news of a long wait.
    :raises DliError: the job could not be looked at; then nothing was sent.
    """
    until = clock.now() + task.overall_timeout
    seen = _look(dli, task, until)
    tags: dict[str, str] = {}
    if seen.clash:
        planned = ambiguous(task, seen.job, seen.clash)
    else:
        if seen.job is not None and task.tags is not None and task.state != ABSENT:
            tags = dli.tags(seen.job.job_id, until)
        planned = plan(task, seen.job, tags)
    course = Course(task, seen.job, tags, planned)
    hand: Hand = Foresight(task, seen.job) if task.check_mode else Hands(dli, clock, task, until, tell)
    _carry_out(planned, hand, course)
    return resource_report(course, _detail(dli, course, until) if task.show_detail else None)


def _look(dli: Dli, task: ResourceTask, until: float) -> _Seen:
    """Find the one job that is meant; a name that it is to get must be borne by no other."""
    if task.job_id is not None:
        job = dli.show_job(task.job_id, until)
        renamed = job is not None and task.name not in (None, job.name) and task.state != ABSENT
        return _Seen(job, _bearers(dli, task, until) if renamed else [])
    ids = _bearers(dli, task, until)
    return _Seen(dli.show_job(ids[0], until), []) if len(ids) == 1 else _Seen(None, ids)


def _bearers(dli: Dli, task: ResourceTask, until: float) -> list[int]:
    """Return the ids of the jobs that bear the wanted name."""
    name = str(task.name)
    return Looker(dli).look((), [name], until).by_name[name]


def _carry_out(planned: Plan, hand: Hand, course: Course) -> None:
    """Take one step after the other, until one fails."""
    for step in planned.steps:
        if step.word == START and course.task.state != STARTED and STOP not in course.actions:
            course.warnings.append("The job came to rest without this task's doing, so that it was not started again.")
            return
        course.note(step, hand.take(step, course.row))
        if course.row.failed:
            return


def _detail(dli: Dli, course: Course, until: float) -> dict[str, t.Any]:
    """Return the settings of the job as they are now; as they are to be, where they cannot be read."""
    if course.task.check_mode or not course.row.changed or course.row.job_id is None:
        return course.after
    try:
        job = dli.show_job(course.row.job_id, until)
    except DliError as error:
        course.warnings.append(f"The settings could not be read again, so that they are told as they should be: {error}")
        return course.after
    if job is None:
        return {}
    tags = course.after.get("tags")
    return {**read_back(course.task.kind, job.raw), **({"tags": tags} if tags else {})}
