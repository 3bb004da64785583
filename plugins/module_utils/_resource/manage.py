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

from .._batch.results import JobResult
from .._clock import Clock
from .._dli.client import DliClient
from .._dli.job import Job
from .._dli.job_finder import JobFinder
from .._errors import CloudError
from .._result import ModuleResult
from .apply import Applier
from .definition import from_api
from .desired import ABSENT, STARTED, DesiredJob
from .plan import START, STOP, ChangePlan, Step, ambiguous, plan
from .preview import Previewer
from .report import Progress, resource_report

#: Members of the result when the job could not even be looked at.
EMPTY_RESULT: Mapping[str, t.Any] = {"actions": [], "differences": []}


class StepRunner(t.Protocol):
    """Whoever takes the steps, or foresees what they come to."""

    def take(self, step: Step, row: JobResult) -> JobResult:
        """Take one step with the job as the row says it stands, and return how it stands then."""


class _Lookup(t.NamedTuple):
    """The job as it was found, and other jobs that bear the wanted name."""

    job: Job | None
    clash: list[int]


def manage(dli: DliClient, clock: Clock, task: DesiredJob, on_progress: t.Callable[[str], None]) -> ModuleResult:
    """Make a job what the task wants it to be, and report.

    :arg tell: called with a sentence whenever there is news of a long wait.
    :raises DliError: the job could not be looked at; then nothing was sent.
    """
    deadline = clock.now() + task.overall_timeout
    seen = _find(dli, task, deadline)
    tags: dict[str, str] = {}
    if seen.clash:
        planned = ambiguous(task, seen.job, seen.clash)
    else:
        if seen.job is not None and task.tags is not None and task.state != ABSENT:
            tags = dli.tags(seen.job.job_id, deadline)
        planned = plan(task, seen.job, tags)
    course = Progress(task, seen.job, tags, planned)
    hand: StepRunner = Previewer(task, seen.job) if task.check_mode else Applier(dli, clock, task, deadline, on_progress)
    _run_steps(planned, hand, course)
    return resource_report(course, _detail(dli, course, deadline) if task.show_detail else None)


def _find(dli: DliClient, task: DesiredJob, deadline: float) -> _Lookup:
    """Find the one job that is meant; a name that it is to get must be borne by no other."""
    if task.job_id is not None:
        job = dli.show_job(task.job_id, deadline)
        renamed = job is not None and task.name not in (None, job.name) and task.state != ABSENT
        return _Lookup(job, _ids_of_name(dli, task, deadline) if renamed else [])
    ids = _ids_of_name(dli, task, deadline)
    return _Lookup(dli.show_job(ids[0], deadline), []) if len(ids) == 1 else _Lookup(None, ids)


def _ids_of_name(dli: DliClient, task: DesiredJob, deadline: float) -> list[int]:
    """Return the ids of the jobs that bear the wanted name."""
    name = str(task.name)
    return JobFinder(dli).look((), [name], deadline).by_name[name]


def _run_steps(planned: ChangePlan, hand: StepRunner, course: Progress) -> None:
    """Take one step after the other, until one fails."""
    for step in planned.steps:
        if step.word == START and course.task.state != STARTED and STOP not in course.actions:
            course.warnings.append("The job came to rest without this task's doing, so that it was not started again.")
            return
        course.note(step, hand.take(step, course.row))
        if course.row.failed:
            return


def _detail(dli: DliClient, course: Progress, deadline: float) -> dict[str, t.Any]:
    """Return the settings of the job as they are now; as they are to be, where they cannot be read."""
    if course.task.check_mode or not course.row.changed or course.row.job_id is None:
        return course.after
    try:
        job = dli.show_job(course.row.job_id, deadline)
    except CloudError as error:
        course.warnings.append(f"The settings could not be read again, so that they are told as they should be: {error}")
        return course.after
    if job is None:
        return {}
    tags = course.after.get("tags")
    return {**from_api(course.task.kind, job.raw), **({"tags": tags} if tags else {})}
