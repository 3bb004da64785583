# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The flow for a job as a resource: find → diff → plan → (check mode stops here) → one step after the other.

Starting, stopping and deleting use the engine of the batches, so that lost, late and refused requests are handled in the same
way. What only a single job needs, creating and updating, is in ``apply.py``.
"""

from __future__ import annotations

import typing as t
from collections.abc import Mapping

from .._batch.job_result import JobResult
from .._dli.job import Job
from .._dli.job_finder import JobFinder
from .._dli.task_context import Context
from .._errors import CloudError
from .._result import ModuleResult
from .apply import Applier
from .desired import ABSENT, STARTED, DesiredJob
from .diff import from_api
from .plan import START, STOP, Step, ambiguous, plan
from .preview import Previewer
from .report import Progress, resource_result

#: Return values when the job could not be read.
EMPTY_RESULT: Mapping[str, t.Any] = {"actions": [], "differences": []}


class StepRunner(t.Protocol):
    """Runs steps, or predicts their results."""

    def run(self, step: Step, result: JobResult) -> JobResult:
        """Return the result of a step.

        :arg result: the result of the steps before it.
        """


class _Lookup(t.NamedTuple):
    """The job as it was found, and other jobs that have the desired name."""

    job: Job | None
    conflicts: list[int]


def manage(context: Context, desired: DesiredJob) -> ModuleResult:
    """Bring a job to the desired state.

    :raises CloudError: the job could not be read; then nothing was sent.
    """
    found = _find(context, desired)
    tags: dict[str, str] = {}
    if found.conflicts:
        planned = ambiguous(desired, found.job, found.conflicts)
    else:
        if found.job is not None and desired.tags is not None and desired.state != ABSENT:
            tags = context.dli.tags(found.job.job_id, context.deadline)
        planned = plan(desired, found.job, tags)
    progress = Progress(desired, found.job, tags, planned)
    _run_steps(Previewer(desired, found.job) if desired.check_mode else Applier(context, desired), progress)
    return resource_result(progress, _definition(context, progress) if desired.show_detail else None)


def _find(context: Context, desired: DesiredJob) -> _Lookup:
    """Find the one job; no other job may have the name that it is to get."""
    if desired.job_id is not None:
        job = context.dli.show_job(desired.job_id, context.deadline)
        renamed = job is not None and desired.name not in (None, job.name) and desired.state != ABSENT
        return _Lookup(job, _ids_of_name(context, desired) if renamed else [])
    ids = _ids_of_name(context, desired)
    return _Lookup(context.dli.show_job(ids[0], context.deadline), []) if len(ids) == 1 else _Lookup(None, ids)


def _ids_of_name(context: Context, desired: DesiredJob) -> list[int]:
    name = str(desired.name)
    return JobFinder(context.dli).find((), [name], context.deadline).by_name[name]


def _run_steps(runner: StepRunner, progress: Progress) -> None:
    for step in progress.planned.steps:
        if step.action == START and progress.desired.state != STARTED and STOP not in progress.actions:
            progress.warnings.append("The job came to rest without this task's doing, so that it was not started again.")
            return
        progress.add(step, runner.run(step, progress.result))
        if progress.result.failed:
            return


def _definition(context: Context, progress: Progress) -> dict[str, t.Any]:
    """Return the settings of the job as they are now; as they are to be, where they cannot be read."""
    if progress.desired.check_mode or not progress.result.changed or progress.result.job_id is None:
        return progress.after
    try:
        job = context.dli.show_job(progress.result.job_id, context.deadline)
    except CloudError as error:
        progress.warnings.append(f"The settings could not be read again, so that they are told as they should be: {error}")
        return progress.after
    if job is None:
        return {}
    tags = progress.after.get("tags")
    return {**from_api(progress.desired.kind, job.raw), **({"tags": tags} if tags else {})}
