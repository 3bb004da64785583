# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The steps from what a job is to what it is wanted to be, or why there are none. Pure.

Check mode and real run take the same plan; check mode foresees what each step will come to, a real run carries it out.
"""

from __future__ import annotations

import typing as t
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from .._batch.operation import AMBIGUOUS, NOT_FOUND, Operation
from .._batch.operations.delete import Delete
from .._batch.operations.start import Start
from .._batch.operations.stop import Stop
from .._batch.results import JobResult, explain
from .._dli.error_codes import SHOW_UNKNOWN_JOB
from .._dli.job import INACTIVE, JAR, SQL, STOPPING, SUBMITTING, WAIT_REACHED, Job, status_of
from .._dli.job_settings import JOB_TYPES, NOT_RESTORABLE, immutable, requires_stop
from .definition import diff, payload_for_create, payload_for_update, settings_after_creation, tag_changes
from .desired import ABSENT, NEVER, STARTED, STOPPED, DesiredJob

# Steps, in the words of the result.
CREATE = "create"
TAG = "tag"
UPDATE = "update"
STOP = "stop"
START = "start"
DELETE = "delete"
# States of the report that only a resource has, besides those of its steps.
UNCHANGED = "unchanged"
RESTART_NEEDED = "restart_needed"
RESUME_UNDECIDED = "resume_undecided"
WRONG_TYPE = "wrong_type"
#: What a job must have to be created in order to be started or stopped, one of them: a slip in a name creates nothing.
REQUIRED_TO_CREATE = {SQL: ("sql_body", "template_id"), JAR: ("entrypoint", "image")}


class Step(t.NamedTuple):
    """One thing to do to a job.

    ``act``: for what goes the road of the batches; ``arrive``: wait for its end, whether the user wants to wait or not.
    ``names``: the settings that it changes, by ``payload``. ``remove`` and ``add``: tags.
    """

    word: str
    act: Operation | None = None
    arrive: bool = False
    names: Sequence[str] = ()
    payload: Mapping[str, t.Any] = {}
    remove: Mapping[str, str] = {}
    add: Mapping[str, str] = {}


@dataclass(frozen=True)
class ChangePlan:
    """The steps in their order; or the row of a job with which nothing is to be done.

    :ivar differences: names of the settings that are otherwise than wanted, ``tags`` among them.
    """

    steps: Sequence[Step] = ()
    differences: Sequence[str] = ()
    row: JobResult | None = None
    warnings: Sequence[str] = ()


def plan(task: DesiredJob, job: Job | None, tags: Mapping[str, str]) -> ChangePlan:
    """Return what is to be done with a job as it was seen.

    :arg job: None if there is none.
    :arg tags: those of the job, if the user wants any.
    """
    if job is None:
        return _without_job(task)
    row = JobResult(job.job_id, job.name, UNCHANGED, status_before=job.status, status=job.status)
    job_type = job.raw.get("job_type")
    if job_type and job_type not in JOB_TYPES[task.kind]:
        return _refuse(row, WRONG_TYPE, f"it is a {job_type}, which this module is not for")
    if task.state == ABSENT:
        return ChangePlan((Step(DELETE, Delete(task.force)),))
    names = diff(task.kind, job.raw, task.wanted)
    remove, add = tag_changes(tags, task.tags, task.purge_tags) if task.tags is not None else ({}, {})
    differences = names + (["tags"] if remove or add else [])
    if immutable(names):
        msg = f"its {immutable(names)[0]} is {job.raw.get(immutable(names)[0])} and cannot change any more; delete it first"
        return _refuse(row, WRONG_TYPE, msg, differences)
    if _restarts(task, job, names) and task.restart == NEVER:
        what = f"{', '.join(requires_stop(names))} cannot change while it is {status_of(job.status).meaning}"
        return _refuse(row, RESTART_NEEDED, f"{what}; set restart to allowed, or stop it first", differences)
    steps = [Step(TAG, remove=remove, add=add)] if remove or add else []
    steps += _steps(task, job, names)
    breaking = _breaking(steps, names)
    if breaking and task.resume_savepoint is None:
        msg = f"no savepoint fits any more once {', '.join(breaking)} changed; set resume_savepoint to false to start without"
        return _refuse(row, RESUME_UNDECIDED, f"{msg} state, or to true if you know that it fits", differences)
    if not steps:
        return ChangePlan(row=replace(row, msg="left alone: it is as it should be"))
    return ChangePlan(steps, differences, warnings=_warnings(breaking))


def ambiguous(task: DesiredJob, job: Job | None, ids: Sequence[int]) -> ChangePlan:
    """Return the plan for a name that other jobs bear, or that several do."""
    listed = ", ".join(map(str, ids))
    if job is not None:
        row = JobResult(job.job_id, job.name, UNCHANGED, status_before=job.status, status=job.status)
        return _refuse(row, AMBIGUOUS, f"the name {task.name} is borne by job {listed} already; choose another", ["name"])
    msg = f"{len(ids)} jobs bear this name, {listed}; name the one you mean by job_id"
    return _refuse(JobResult(None, task.name, UNCHANGED), AMBIGUOUS, msg)


def _without_job(task: DesiredJob) -> ChangePlan:
    row = JobResult(task.job_id, task.name, UNCHANGED)
    if task.state == ABSENT:
        return ChangePlan(row=replace(row, state="absent", msg="left alone: the project has no such job"))
    if task.job_id is not None:
        refused = _refuse(row, NOT_FOUND, f"{explain(SHOW_UNKNOWN_JOB, '')}; to create a job, leave job_id out")
        return replace(refused, row=replace(t.cast(JobResult, refused.row), error_code=SHOW_UNKNOWN_JOB))
    substance = REQUIRED_TO_CREATE[task.kind]
    if task.state in (STARTED, STOPPED) and not any(name in task.wanted for name in substance):
        msg = f"the project has no job of this name; check it, or set {' or '.join(substance)} to create the job"
        return _refuse(row, NOT_FOUND, msg)
    later = settings_after_creation(task.wanted)
    names = [name for name in task.wanted if name not in later]
    steps = [Step(CREATE, names=names, payload=payload_for_create(task.wanted, task.tags))]
    if later:
        steps.append(Step(UPDATE, names=later, payload=payload_for_update({}, task.wanted, later)))
    if task.state == STARTED:
        steps.append(Step(START, Start(bool(task.resume_savepoint))))
    return ChangePlan(steps, list(task.wanted) + (["tags"] if task.tags else []))


def _restarts(task: DesiredJob, job: Job, names: Sequence[str]) -> bool:
    """Tell whether the job must be stopped for its settings, and started again."""
    active = status_of(job.status).stop not in (INACTIVE, STOPPING)
    return active and task.state != STOPPED and bool(requires_stop(names))


def _steps(task: DesiredJob, job: Job, names: Sequence[str]) -> list[Step]:
    """Return the steps to these settings and to the state that is wanted."""
    decide = status_of(job.status).stop
    restarts = _restarts(task, job, names)
    is_going = decide == STOPPING and bool(requires_stop(names))
    to_stop = task.state == STOPPED and (decide != INACTIVE and (decide != STOPPING or task.wait))
    steps = []
    if restarts or is_going or to_stop:
        steps.append(Step(STOP, Stop(task.savepoint, will_wait=to_stop and task.wait), arrive=bool(names)))
    if names:
        steps.append(Step(UPDATE, names=names, payload=payload_for_update(job.raw, task.wanted, names)))
    if restarts or task.state == STARTED:
        start = Start(_resumes(task, job, restarts))
        is_up = start.decide(job).state == start.unchanged and (not task.wait or start.end(job) == WAIT_REACHED)
        if restarts or is_going or not is_up:
            steps.append(Step(START, start))
    return steps


def _resumes(task: DesiredJob, job: Job, restarts: bool) -> bool:
    """Tell whether a start is to restore a savepoint.

    A job that is still being submitted has nothing to save, so that only an older savepoint can be restored. If a running
    one has none after its stop, the start must be refused rather than lose its state.
    """
    if task.resume_savepoint is not None:
        return task.resume_savepoint
    return restarts and task.savepoint and (job.status != SUBMITTING or job.has_savepoint is True)


def _breaking(steps: Sequence[Step], names: Sequence[str]) -> list[str]:
    """Return the settings that change although a savepoint of before is to be restored, which they make unfit."""
    resumes = any(isinstance(step.act, Start) and step.act.resume_savepoint for step in steps)
    return [name for name in names if name in NOT_RESTORABLE] if resumes else []


def _warnings(breaking: Sequence[str]) -> list[str]:
    if not breaking:
        return []
    return [
        f"The job resumes from a savepoint that was made before {', '.join(breaking)} changed. If it does not come up, the "
        "savepoint does not fit any more: set resume_savepoint to false to start without state."
    ]


def _refuse(row: JobResult, state: str, reason: str, differences: Sequence[str] = ()) -> ChangePlan:
    return ChangePlan(differences=differences, row=replace(row, state=state, failed=True, msg=f"nothing was done: {reason}"))
