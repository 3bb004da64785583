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

from ._act import AMBIGUOUS, NOT_FOUND, Act
from ._acts import Delete, Start, Stop
from ._codes import SHOW_UNKNOWN_JOB
from ._definition import compare, left_for_update, payload_for_create, payload_for_update, tag_changes
from ._dli import JAR, SQL
from ._fields import JOB_TYPES, NOT_RESTORABLE, fixed, needs_rest
from ._jobs import LEAVING, RESTING, SUBMITTING, UP, Job, status_of
from ._rows import Row, explain
from ._wanted import ABSENT, NEVER, STARTED, STOPPED, ResourceTask

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
SUBSTANCE = {SQL: ("sql_body", "template_id"), JAR: ("entrypoint", "image")}


class Step(t.NamedTuple):
    """One thing to do to a job.

    ``act``: for what goes the road of the batches; ``arrive``: wait for its end, whether the user wants to wait or not.
    ``names``: the settings that it changes, by ``payload``. ``remove`` and ``add``: tags.
    """

    word: str
    act: Act | None = None
    arrive: bool = False
    names: Sequence[str] = ()
    payload: Mapping[str, t.Any] = {}
    remove: Mapping[str, str] = {}
    add: Mapping[str, str] = {}


@dataclass(frozen=True)
class Plan:
    """The steps in their order; or the row of a job with which nothing is to be done.

    :ivar differences: names of the settings that are otherwise than wanted, ``tags`` among them.
    """

    steps: Sequence[Step] = ()
    differences: Sequence[str] = ()
    row: Row | None = None
    warnings: Sequence[str] = ()


def plan(task: ResourceTask, job: Job | None, tags: Mapping[str, str]) -> Plan:
    """Return what is to be done with a job as it was seen.

    :arg job: None if there is none.
    :arg tags: those of the job, if the user wants any.
    """
    if job is None:
        return _without_job(task)
    row = Row(job.job_id, job.name, UNCHANGED, status_before=job.status, status=job.status)
    job_type = job.raw.get("job_type")
    if job_type and job_type not in JOB_TYPES[task.kind]:
        return _refuse(row, WRONG_TYPE, f"it is a {job_type}, which this module is not for")
    if task.state == ABSENT:
        return Plan((Step(DELETE, Delete(task.force)),))
    names = compare(task.kind, job.raw, task.wanted)
    remove, add = tag_changes(tags, task.tags, task.purge_tags) if task.tags is not None else ({}, {})
    differences = names + (["tags"] if remove or add else [])
    if fixed(names):
        msg = f"its {fixed(names)[0]} is {job.raw.get(fixed(names)[0])} and cannot change any more; delete it first"
        return _refuse(row, WRONG_TYPE, msg, differences)
    if _restarts(task, job, names) and task.restart == NEVER:
        what = f"{', '.join(needs_rest(names))} cannot change while it is {status_of(job.status).meaning}"
        return _refuse(row, RESTART_NEEDED, f"{what}; set restart to allowed, or stop it first", differences)
    steps = [Step(TAG, remove=remove, add=add)] if remove or add else []
    steps += _steps(task, job, names)
    breaking = _breaking(steps, names)
    if breaking and task.resume_savepoint is None:
        msg = f"no savepoint fits any more once {', '.join(breaking)} changed; set resume_savepoint to false to start without"
        return _refuse(row, RESUME_UNDECIDED, f"{msg} state, or to true if you know that it fits", differences)
    if not steps:
        return Plan(row=replace(row, msg="left alone: it is as it should be"))
    return Plan(steps, differences, warnings=_warnings(breaking))


def ambiguous(task: ResourceTask, job: Job | None, ids: Sequence[int]) -> Plan:
    """Return the plan for a name that other jobs bear, or that several do."""
    listed = ", ".join(map(str, ids))
    if job is not None:
        row = Row(job.job_id, job.name, UNCHANGED, status_before=job.status, status=job.status)
        return _refuse(row, AMBIGUOUS, f"the name {task.name} is borne by job {listed} already; choose another", ["name"])
    msg = f"{len(ids)} jobs bear this name, {listed}; name the one you mean by job_id"
    return _refuse(Row(None, task.name, UNCHANGED), AMBIGUOUS, msg)


def _without_job(task: ResourceTask) -> Plan:
    row = Row(task.job_id, task.name, UNCHANGED)
    if task.state == ABSENT:
        return Plan(row=replace(row, state="absent", msg="left alone: the project has no such job"))
    if task.job_id is not None:
        refused = _refuse(row, NOT_FOUND, f"{explain(SHOW_UNKNOWN_JOB, '')}; to create a job, leave job_id out")
        return replace(refused, row=replace(t.cast(Row, refused.row), error_code=SHOW_UNKNOWN_JOB))
    substance = SUBSTANCE[task.kind]
    if task.state in (STARTED, STOPPED) and not any(name in task.wanted for name in substance):
        msg = f"the project has no job of this name; check it, or set {' or '.join(substance)} to create the job"
        return _refuse(row, NOT_FOUND, msg)
    later = left_for_update(task.wanted)
    names = [name for name in task.wanted if name not in later]
    steps = [Step(CREATE, names=names, payload=payload_for_create(task.wanted, task.tags))]
    if later:
        steps.append(Step(UPDATE, names=later, payload=payload_for_update({}, task.wanted, later)))
    if task.state == STARTED:
        steps.append(Step(START, Start(bool(task.resume_savepoint))))
    return Plan(steps, list(task.wanted) + (["tags"] if task.tags else []))


def _restarts(task: ResourceTask, job: Job, names: Sequence[str]) -> bool:
    """Tell whether the job must be stopped for its settings, and started again."""
    active = status_of(job.status).stop not in (RESTING, LEAVING)
    return active and task.state != STOPPED and bool(needs_rest(names))


def _steps(task: ResourceTask, job: Job, names: Sequence[str]) -> list[Step]:
    """Return the steps to these settings and to the state that is wanted."""
    stance = status_of(job.status).stop
    restarts = _restarts(task, job, names)
    is_going = stance == LEAVING and bool(needs_rest(names))
    to_stop = task.state == STOPPED and (stance != RESTING and (stance != LEAVING or task.wait))
    steps = []
    if restarts or is_going or to_stop:
        steps.append(Step(STOP, Stop(task.savepoint, patient=to_stop and task.wait), arrive=bool(names)))
    if names:
        steps.append(Step(UPDATE, names=names, payload=payload_for_update(job.raw, task.wanted, names)))
    if restarts or task.state == STARTED:
        start = Start(_resumes(task, job, restarts))
        is_up = start.stance(job).state == start.alone and (not task.wait or start.end(job) == UP)
        if restarts or is_going or not is_up:
            steps.append(Step(START, start))
    return steps


def _resumes(task: ResourceTask, job: Job, restarts: bool) -> bool:
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


def _refuse(row: Row, state: str, reason: str, differences: Sequence[str] = ()) -> Plan:
    return Plan(differences=differences, row=replace(row, state=state, failed=True, msg=f"nothing was done: {reason}"))
