# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The steps from the current to the desired state of a job, or the reason why there are none. Pure.

Check mode and a run use the same plan. Check mode predicts the result of each step, and a run executes it.
"""

from __future__ import annotations

import typing as t
from collections.abc import Mapping, Sequence

from .._batch.job_result import JobResult, PlannedJob, explain
from .._batch.operation import AMBIGUOUS, NOT_FOUND, Operation
from .._batch.operations.delete import Delete
from .._batch.operations.start import Start
from .._batch.operations.stop import Stop
from .._dli.error_codes import SHOW_UNKNOWN_JOB
from .._dli.job import JAR, SQL, Job
from .._dli.job_settings import BY_NAME, JOB_TYPES, NOT_RESTORABLE, immutable, requires_stop
from .._dli.job_status import INACTIVE, STOPPING, SUBMITTING, WAIT_REACHED, status_of
from .._errors import InputError
from .._result import sentences
from .desired import ABSENT, NEVER, STARTED, STOPPED, DesiredJob
from .diff import (
    Definition,
    complete,
    diff,
    from_api,
    payload_for_create,
    payload_for_update,
    settings_after_creation,
    tag_changes,
    with_derived,
)

# Actions in the result.
CREATE = "create"
TAG = "tag"
UPDATE = "update"
RESET = "reset"
STOP = "stop"
START = "start"
DELETE = "delete"

# States in addition to those of the steps.
UNCHANGED = "unchanged"
RESTART_NEEDED = "restart_needed"
RESUME_UNDECIDED = "resume_undecided"
WRONG_TYPE = "wrong_type"
NOT_RESET = "not_reset"

#: The settings of which the number of parallel tasks depends, and its maximum for each CU.
PARALLELISM = ("cu_number", "manager_cu_number", "parallel_number", "resource_config_version")
TASKS_OF_CU = 4
#: With the state started or stopped, a job is created only if one of these settings is set. A misspelled name creates no job.
REQUIRED_TO_CREATE = {SQL: ("sql_body", "template_id"), JAR: ("entrypoint", "image")}


class Step(t.NamedTuple):
    """One change of a job.

    :ivar operation: of a start, stop or deletion; ``must_wait``: wait for its end even without the option ``wait``.
    :ivar settings: the settings to change, by their names; ``payload``: the request.
    :ivar add: tags to set; ``replaces``: whether some of them have another value; ``remove``: tags to remove afterwards.
    """

    action: str
    operation: Operation | None = None
    must_wait: bool = False
    settings: Definition = {}
    payload: Mapping[str, t.Any] = {}
    add: Mapping[str, str] = {}
    replaces: bool = False
    remove: Mapping[str, str] = {}


class ChangePlan(t.NamedTuple):
    """The result of the job before the first step, and the steps in their order.

    :ivar differences: names of the settings that differ from the desired settings, and ``tags``.
    :ivar not_resettable: names of the settings that differ and that an update cannot reset.
    """

    result: JobResult
    steps: Sequence[Step] = ()
    differences: Sequence[str] = ()
    warnings: Sequence[str] = ()
    not_resettable: Sequence[str] = ()


class _Differences(t.NamedTuple):
    """The differences between a job and the desired state.

    :ivar settings: the desired values of the settings that differ; None for those that cannot be reset.
    :ivar add: tags to set; ``remove``: tags to remove.
    """

    settings: Definition
    add: Mapping[str, str]
    remove: Mapping[str, str]

    def names(self) -> list[str]:
        return [*self.settings, *(["tags"] if self.remove or self.add else [])]


def plan(desired: DesiredJob, job: Job | None, tags: Mapping[str, str]) -> ChangePlan:
    """Return the steps for a job.

    :raises InputError: a setting is invalid for this job.
    :arg job: the job as it was read; None if it does not exist.
    :arg tags: tags of the job, if tags are managed.
    """
    if job is None:
        return _without_job(desired)
    result = PlannedJob(job.job_id, job).result(UNCHANGED)
    job_type = job.raw.get("job_type")
    if job_type and job_type not in JOB_TYPES[desired.kind]:
        managed = " and ".join(JOB_TYPES[desired.kind])
        return _refuse(result, WRONG_TYPE, f"the job type is {job_type}. This module manages {managed}")
    if desired.state == ABSENT:
        return ChangePlan(result, (Step(DELETE, Delete(desired.force)),))
    found = _compare(desired, job, tags)
    differences = found.names()
    names = [name for name, value in found.settings.items() if value is not None]
    _check_parallelism(desired, job.raw, found.settings)
    if immutable(names):
        name = immutable(names)[0]
        reason = f"{name} is {job.raw.get(name)} and cannot be changed after creation. To change it, delete the job first"
        return _refuse(result, WRONG_TYPE, reason, differences)
    replaces = bool(set(found.add) & set(tags))
    steps = [Step(TAG, add=found.add, replaces=replaces, remove=found.remove)] if found.add or found.remove else []
    changed = {name: found.settings[name] for name in names}
    steps += _steps(desired, job, with_derived(desired.kind, job.raw, desired.settings, changed))
    breaking = _breaking(steps, names)
    is_undecided = bool(breaking) and desired.resume_savepoint is None
    if _restarts(desired, job, names) and desired.restart == NEVER:
        reason = f"{', '.join(requires_stop(names))} cannot be changed while the job is {status_of(job.status).meaning}"
        remedy = f"Set restart=allowed{' and resume_savepoint' if is_undecided else ''}, or stop the job first"
        return _refuse(result, RESTART_NEEDED, f"{reason}. {remedy}", differences)
    if is_undecided:
        remedy = "Set resume_savepoint to false to start without Flink state, or to true if the savepoint is compatible"
        reason = f"a change of {', '.join(breaking)} can make the savepoint incompatible. {remedy}"
        return _refuse(result, RESUME_UNDECIDED, reason, differences)
    not_resettable = [name for name in found.settings if name not in names]
    if not steps and not not_resettable:
        return ChangePlan(result._replace(msg="Unchanged: the job is already in the requested state."))
    return ChangePlan(result, steps, differences, _warnings(breaking), not_resettable)


def ambiguous(desired: DesiredJob, job: Job | None, tags: Mapping[str, str], ids: Sequence[int]) -> ChangePlan:
    """Return the plan for a name that another job has, or that several jobs have."""
    listed = ", ".join(map(str, ids))
    if job is not None:
        result, differences = PlannedJob(job.job_id, job).result(UNCHANGED), _compare(desired, job, tags).names()
        jobs = f"job {listed}" if len(ids) == 1 else f"jobs {listed}"
        return _refuse(result, AMBIGUOUS, f"the name {desired.name} is used by {jobs}. Specify another name", differences)
    reason = f"{len(ids)} jobs have this name: {listed}. Set job_id to select one of them"
    return _refuse(JobResult(None, desired.name, UNCHANGED), AMBIGUOUS, reason)


def _without_job(desired: DesiredJob) -> ChangePlan:
    result = JobResult(desired.job_id, desired.name, UNCHANGED)
    if desired.state == ABSENT:
        identifier = "name" if desired.job_id is None else "ID"
        return ChangePlan(result._replace(state="absent", msg=f"Unchanged: the project has no job with this {identifier}."))
    if desired.job_id is not None:
        result = result._replace(error_code=SHOW_UNKNOWN_JOB)
        reason = sentences(explain(SHOW_UNKNOWN_JOB, ""), "To create a job, omit job_id")
        return _refuse(result, NOT_FOUND, reason)
    required = REQUIRED_TO_CREATE[desired.kind]
    if desired.state in (STARTED, STOPPED) and not any(name in desired.settings for name in required):
        remedy = f"Check the name, or set {' or '.join(required)} to create the job"
        return _refuse(result, NOT_FOUND, f"the project has no job with this name. {remedy}")
    _check_parallelism(desired, {}, desired.settings)
    later = settings_after_creation(desired.settings)
    first = {name: value for name, value in desired.settings.items() if name not in later}
    steps = [Step(CREATE, settings=first, payload=payload_for_create(desired.settings, desired.tags))]
    if later:
        steps.append(_update(UPDATE, {}, {name: desired.settings[name] for name in later}))
    if desired.state == STARTED:
        steps.append(Step(START, Start(bool(desired.resume_savepoint))))
    return ChangePlan(result, steps, list(desired.settings) + (["tags"] if desired.tags else []))


def _check_parallelism(desired: DesiredJob, detail: Mapping[str, t.Any], changed: Definition) -> None:
    """Check the number of parallel tasks, which depends on the current settings (dli-api.md 1.9).

    :arg changed: the settings that change.
    :raises InputError: it is too large for the new settings.
    """
    defaults = {name: BY_NAME[name].default for name in PARALLELISM}
    values = {**defaults, **from_api(desired.kind, detail), **changed}
    cus, manager_cus, parallel, version = (values[name] for name in PARALLELISM)
    is_limited = desired.kind == SQL and version == "v1" and not {*PARALLELISM}.isdisjoint(changed)
    is_known = all(isinstance(number, int) for number in (cus, manager_cus, parallel))
    if is_limited and is_known and parallel > TASKS_OF_CU * (cus - manager_cus):
        raise InputError(
            f"Invalid parallel_number: {parallel}. Specify at most {TASKS_OF_CU} for each CU that the job manager does not use "
            f"(cu_number={cus}, manager_cu_number={manager_cus})."
        )


def _compare(desired: DesiredJob, job: Job, tags: Mapping[str, str]) -> _Differences:
    settings = complete(desired.kind, job.raw, desired.settings) if desired.purge_settings else desired.settings
    names = diff(desired.kind, job.raw, settings)
    add, remove = tag_changes(tags, desired.tags, desired.purge_tags) if desired.tags is not None else ({}, {})
    return _Differences({name: settings[name] for name in names}, add, remove)


def _restarts(desired: DesiredJob, job: Job, names: Sequence[str]) -> bool:
    active = status_of(job.status).stop not in (INACTIVE, STOPPING)
    return active and desired.state != STOPPED and bool(requires_stop(names))


def _steps(desired: DesiredJob, job: Job, settings: Definition) -> list[Step]:
    """Return the steps that change the settings and reach the desired state.

    Empty values of a reset have a request of their own, because it is not documented that the service accepts them.
    """
    names = list(settings)
    empty = {name: value for name, value in settings.items() if name not in desired.settings and value in ("", [])}
    values = {name: value for name, value in settings.items() if name not in empty}
    stop = status_of(job.status).stop
    restarts = _restarts(desired, job, names)
    is_stopping = stop == STOPPING and bool(requires_stop(names))
    to_stop = desired.state == STOPPED and (stop != INACTIVE and (stop != STOPPING or desired.waiting.wait))
    steps = []
    if restarts or is_stopping or to_stop:
        steps.append(Step(STOP, Stop(desired.savepoint, will_wait=to_stop and desired.waiting.wait), must_wait=bool(names)))
    steps += [_update(action, job.raw, part) for action, part in ((UPDATE, values), (RESET, empty)) if part]
    if restarts or desired.state == STARTED:
        start = Start(_resumes(desired, job, restarts))
        is_active = start.decide(job).state == start.unchanged
        is_started = is_active and (not desired.waiting.wait or start.wait_outcome(job) == WAIT_REACHED)
        if restarts or is_stopping or not is_started:
            steps.append(Step(START, start))
    return steps


def _update(action: str, detail: Definition, settings: Definition) -> Step:
    return Step(action, settings=settings, payload=payload_for_update(detail, settings))


def _resumes(desired: DesiredJob, job: Job, restarts: bool) -> bool:
    """Return whether a start restores a savepoint.

    A job that is being submitted has no state to save, so only an older savepoint can be restored. If a running job has no
    savepoint after its stop, the service must refuse the start. Otherwise, the state would be lost.
    """
    if desired.resume_savepoint is not None:
        return desired.resume_savepoint
    return restarts and desired.savepoint and (job.status != SUBMITTING or job.has_savepoint is True)


def _breaking(steps: Sequence[Step], names: Sequence[str]) -> list[str]:
    """Return the changed settings that can make the savepoint incompatible that the job resumes from."""
    resumes = any(isinstance(step.operation, Start) and step.operation.resume_savepoint for step in steps)
    return [name for name in names if name in NOT_RESTORABLE] if resumes else []


def _warnings(breaking: Sequence[str]) -> list[str]:
    if not breaking:
        return []
    return [
        f"The job resumes from a savepoint that was created before {', '.join(breaking)} changed. If the start fails, set "
        "resume_savepoint to false to start the job without Flink state."
    ]


def _refuse(result: JobResult, state: str, reason: str, differences: Sequence[str] = ()) -> ChangePlan:
    refused = result._replace(state=state, failed=True, msg=sentences(f"Not changed: {reason}"))
    return ChangePlan(refused, differences=differences)
