# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The steps from the current to the desired state of a job, or why there are none. Pure.

Check mode and the real run use the same plan: check mode predicts the result of each step, the real run executes it.
"""

from __future__ import annotations

import typing as t
from collections.abc import Mapping, Sequence
from dataclasses import replace

from .._batch.job_result import JobResult, PlannedJob, explain
from .._batch.operation import AMBIGUOUS, NOT_FOUND, Operation
from .._batch.operations.delete import Delete
from .._batch.operations.start import Start
from .._batch.operations.stop import Stop
from .._dli.error_codes import SHOW_UNKNOWN_JOB
from .._dli.job import JAR, SQL, Job
from .._dli.job_settings import JOB_TYPES, NOT_RESTORABLE, immutable, requires_stop
from .._dli.job_status import INACTIVE, STOPPING, SUBMITTING, WAIT_REACHED, status_of
from .desired import ABSENT, NEVER, STARTED, STOPPED, DesiredJob
from .diff import diff, payload_for_create, payload_for_update, settings_after_creation, tag_changes

# Actions, as in the result.
CREATE = "create"
TAG = "tag"
UPDATE = "update"
STOP = "stop"
START = "start"
DELETE = "delete"

# States that only a resource has, besides those of its steps.
UNCHANGED = "unchanged"
RESTART_NEEDED = "restart_needed"
RESUME_UNDECIDED = "resume_undecided"
WRONG_TYPE = "wrong_type"

#: Settings of which a job must have one to be created with the state started or stopped: a wrong name creates nothing.
REQUIRED_TO_CREATE = {SQL: ("sql_body", "template_id"), JAR: ("entrypoint", "image")}


class Step(t.NamedTuple):
    """One thing to do to a job.

    :ivar operation: for starts, stops and deletions; ``must_wait``: wait for its end even if the user does not wait.
    :ivar settings: names of those that it changes, with ``payload``; ``remove`` and ``add``: tags.
    """

    action: str
    operation: Operation | None = None
    must_wait: bool = False
    settings: Sequence[str] = ()
    payload: Mapping[str, t.Any] = {}
    remove: Mapping[str, str] = {}
    add: Mapping[str, str] = {}


class ChangePlan(t.NamedTuple):
    """The result of the job before any step, and the steps in their order.

    :ivar differences: names of the settings that differ from the desired ones, ``tags`` among them.
    """

    result: JobResult
    steps: Sequence[Step] = ()
    differences: Sequence[str] = ()
    warnings: Sequence[str] = ()


def plan(desired: DesiredJob, job: Job | None, tags: Mapping[str, str]) -> ChangePlan:
    """Return what is to be done with a job as it was read.

    :arg job: None if there is none.
    :arg tags: those of the job, if tags are managed.
    """
    if job is None:
        return _without_job(desired)
    result = PlannedJob(job.job_id, job).result(UNCHANGED)
    job_type = job.raw.get("job_type")
    if job_type and job_type not in JOB_TYPES[desired.kind]:
        return _refuse(result, WRONG_TYPE, f"it is a {job_type}, which this module is not for")
    if desired.state == ABSENT:
        return ChangePlan(result, (Step(DELETE, Delete(desired.force)),))
    names = diff(desired.kind, job.raw, desired.settings)
    remove, add = tag_changes(tags, desired.tags, desired.purge_tags) if desired.tags is not None else ({}, {})
    differences = names + (["tags"] if remove or add else [])
    if immutable(names):
        msg = f"its {immutable(names)[0]} is {job.raw.get(immutable(names)[0])} and cannot change any more; delete it first"
        return _refuse(result, WRONG_TYPE, msg, differences)
    if _restarts(desired, job, names) and desired.restart == NEVER:
        what = f"{', '.join(requires_stop(names))} cannot change while it is {status_of(job.status).meaning}"
        return _refuse(result, RESTART_NEEDED, f"{what}; set restart to allowed, or stop it first", differences)
    steps = [Step(TAG, remove=remove, add=add)] if remove or add else []
    steps += _steps(desired, job, names)
    breaking = _breaking(steps, names)
    if breaking and desired.resume_savepoint is None:
        msg = f"no savepoint fits any more once {', '.join(breaking)} changed; set resume_savepoint to false to start without"
        return _refuse(result, RESUME_UNDECIDED, f"{msg} state, or to true if you know that it fits", differences)
    if not steps:
        return ChangePlan(replace(result, msg="left alone: it is as it should be"))
    return ChangePlan(result, steps, differences, _warnings(breaking))


def ambiguous(desired: DesiredJob, job: Job | None, ids: Sequence[int]) -> ChangePlan:
    """Return the plan for a name that another job has already, or that several jobs have."""
    listed = ", ".join(map(str, ids))
    if job is not None:
        result = PlannedJob(job.job_id, job).result(UNCHANGED)
        return _refuse(result, AMBIGUOUS, f"the name {desired.name} is borne by job {listed} already; choose another", ["name"])
    msg = f"{len(ids)} jobs bear this name, {listed}; name the one you mean by job_id"
    return _refuse(JobResult(None, desired.name, UNCHANGED), AMBIGUOUS, msg)


def _without_job(desired: DesiredJob) -> ChangePlan:
    result = JobResult(desired.job_id, desired.name, UNCHANGED)
    if desired.state == ABSENT:
        return ChangePlan(replace(result, state="absent", msg="left alone: the project has no such job"))
    if desired.job_id is not None:
        result = replace(result, error_code=SHOW_UNKNOWN_JOB)
        return _refuse(result, NOT_FOUND, f"{explain(SHOW_UNKNOWN_JOB, '')}; to create a job, leave job_id out")
    required = REQUIRED_TO_CREATE[desired.kind]
    if desired.state in (STARTED, STOPPED) and not any(name in desired.settings for name in required):
        msg = f"the project has no job of this name; check it, or set {' or '.join(required)} to create the job"
        return _refuse(result, NOT_FOUND, msg)
    later = settings_after_creation(desired.settings)
    names = [name for name in desired.settings if name not in later]
    steps = [Step(CREATE, settings=names, payload=payload_for_create(desired.settings, desired.tags))]
    if later:
        steps.append(Step(UPDATE, settings=later, payload=payload_for_update({}, desired.settings, later)))
    if desired.state == STARTED:
        steps.append(Step(START, Start(bool(desired.resume_savepoint))))
    return ChangePlan(result, steps, list(desired.settings) + (["tags"] if desired.tags else []))


def _restarts(desired: DesiredJob, job: Job, names: Sequence[str]) -> bool:
    active = status_of(job.status).stop not in (INACTIVE, STOPPING)
    return active and desired.state != STOPPED and bool(requires_stop(names))


def _steps(desired: DesiredJob, job: Job, names: Sequence[str]) -> list[Step]:
    """Return the steps to these settings and to the desired state."""
    stop = status_of(job.status).stop
    restarts = _restarts(desired, job, names)
    is_stopping = stop == STOPPING and bool(requires_stop(names))
    to_stop = desired.state == STOPPED and (stop != INACTIVE and (stop != STOPPING or desired.waiting.wait))
    steps = []
    if restarts or is_stopping or to_stop:
        steps.append(Step(STOP, Stop(desired.savepoint, will_wait=to_stop and desired.waiting.wait), must_wait=bool(names)))
    if names:
        steps.append(Step(UPDATE, settings=names, payload=payload_for_update(job.raw, desired.settings, names)))
    if restarts or desired.state == STARTED:
        start = Start(_resumes(desired, job, restarts))
        is_active = start.decide(job).state == start.unchanged
        is_up = is_active and (not desired.waiting.wait or start.wait_outcome(job) == WAIT_REACHED)
        if restarts or is_stopping or not is_up:
            steps.append(Step(START, start))
    return steps


def _resumes(desired: DesiredJob, job: Job, restarts: bool) -> bool:
    """Return whether a start is to restore a savepoint.

    A job that is still being submitted has no state to save, so that only an older savepoint can be restored. If a running
    job has none after its stop, the start must be refused, since otherwise its state would be lost.
    """
    if desired.resume_savepoint is not None:
        return desired.resume_savepoint
    return restarts and desired.savepoint and (job.status != SUBMITTING or job.has_savepoint is True)


def _breaking(steps: Sequence[Step], names: Sequence[str]) -> list[str]:
    """Return the changed settings that make the savepoint that is to be restored incompatible."""
    resumes = any(isinstance(step.operation, Start) and step.operation.resume_savepoint for step in steps)
    return [name for name in names if name in NOT_RESTORABLE] if resumes else []


def _warnings(breaking: Sequence[str]) -> list[str]:
    if not breaking:
        return []
    return [
        f"The job resumes from a savepoint that was made before {', '.join(breaking)} changed. If it does not come up, the "
        "savepoint does not fit any more: set resume_savepoint to false to start without state."
    ]


def _refuse(result: JobResult, state: str, reason: str, differences: Sequence[str] = ()) -> ChangePlan:
    refused = replace(result, state=state, failed=True, msg=f"nothing was done: {reason}")
    return ChangePlan(refused, differences=differences)
