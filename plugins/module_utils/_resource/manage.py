# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The flow for one job: find → diff → plan → (check mode stops here) → run the steps.

Starts, stops and deletions use the engine of the batches, which handles lost, late and refused requests in the same way.
Creations and updates are in ``apply.py``.
"""

from __future__ import annotations

import contextlib
import typing as t
from collections.abc import Mapping
from dataclasses import replace

from .._batch.job_result import JobResult
from .._batch.operation import REFUSED
from .._dli.job import Job
from .._dli.job_finder import JobFinder
from .._dli.remedies import is_missing_feature
from .._dli.task_context import Context
from .._errors import CloudError, ServiceError
from .._result import ModuleResult, sentences
from .apply import Applier
from .desired import ABSENT, STARTED, DesiredJob
from .diff import from_api
from .plan import CREATE, RESET, START, STOP, Step, ambiguous, plan
from .preview import Previewer
from .report import Progress, resource_result

#: Return values if the job could not be read.
EMPTY_RESULT: Mapping[str, t.Any] = {"actions": [], "differences": []}
NO_TAGS = (
    "This region does not provide the API for the tags of existing jobs. The module sets the option tags only when it creates a"
    " job, and does not compare or change the tags of a job that exists."
)


class StepRunner(t.Protocol):
    """Runs steps, or predicts their results."""

    def run(self, step: Step, result: JobResult) -> JobResult:
        """Return the result of a step.

        :arg result: the result of the previous steps.
        """


class _Lookup(t.NamedTuple):
    """The job, and other jobs that have the desired name."""

    job: Job | None
    conflicts: list[int]


def manage(context: Context, desired: DesiredJob) -> ModuleResult:
    """Bring a job to the desired state.

    :raises CloudError: the job could not be read, and no change was sent.
    """
    found = _find(context, desired)
    tags: dict[str, str] | None = {}
    if found.job is not None and desired.tags is not None and desired.state != ABSENT:
        tags = _read_tags(context, found.job.job_id)
        desired = desired if tags is not None else replace(desired, tags=None)
    known = tags or {}
    planned = ambiguous(desired, found.job, known, found.conflicts) if found.conflicts else plan(desired, found.job, known)
    progress = Progress(desired, found.job, known, planned)
    _run_steps(Previewer(desired, found.job) if desired.check_mode else Applier(context, desired), progress)
    if tags is None or not _provides_tags(context, progress):
        progress.warnings.append(NO_TAGS)
    return resource_result(progress, _definition(context, progress) if desired.show_detail else None)


def _find(context: Context, desired: DesiredJob) -> _Lookup:
    """Find the job, and for a rename, jobs that already have the new name."""
    if desired.job_id is not None:
        job = context.dli.show_job(desired.job_id, context.deadline)
        renamed = job is not None and desired.name not in (None, job.name) and desired.state != ABSENT
        return _Lookup(job, _ids_of_name(context, desired) if renamed else [])
    ids = _ids_of_name(context, desired)
    return _Lookup(context.dli.show_job(ids[0], context.deadline), []) if len(ids) == 1 else _Lookup(None, ids)


def _read_tags(context: Context, job_id: int) -> dict[str, str] | None:
    """Return the tags of a job, or None if the region does not provide this call (dli-api.md 6)."""
    try:
        return context.dli.tags(job_id, context.deadline)
    except ServiceError as error:
        if is_missing_feature(error):
            return None
        raise


def _provides_tags(context: Context, progress: Progress) -> bool:
    """Return whether the tags of a new job can be read. The first run warns, and not only the next one."""
    result = progress.result
    if progress.desired.check_mode or not progress.desired.tags or CREATE not in progress.actions or result.job_id is None:
        return True
    with contextlib.suppress(CloudError):  # the job was created, and this read is for a warning only
        return _read_tags(context, result.job_id) is not None
    return True


def _ids_of_name(context: Context, desired: DesiredJob) -> list[int]:
    name = str(desired.name)
    return JobFinder(context.dli).find((), [name], context.deadline).by_name[name]


def _run_steps(runner: StepRunner, progress: Progress) -> None:
    for step in progress.planned.steps:
        if step.action == START and progress.desired.state != STARTED and STOP not in progress.actions:
            progress.warnings.append("The job became inactive before this task stopped it, so it was not started again.")
            return
        result = runner.run(step, progress.result)
        if step.action == RESET and result.state == REFUSED:
            progress.add_refused_reset(step, result)
            continue
        progress.add(step, result)
        if progress.result.failed:
            return
    progress.end()


def _definition(context: Context, progress: Progress) -> dict[str, t.Any]:
    """Return the current settings of the job, or the expected settings if they cannot be read."""
    if progress.desired.check_mode or not progress.result.changed or progress.result.job_id is None:
        return progress.after
    try:
        job = context.dli.show_job(progress.result.job_id, context.deadline)
    except CloudError as error:
        expected = "The return value definition contains the expected settings"
        progress.warnings.append(sentences(f"The settings could not be read again: {error}", expected))
        return progress.after
    if job is None:
        return {}
    tags = progress.after.get("tags")
    return {**from_api(progress.desired.kind, job.raw), **({"tags": tags} if tags else {})}
