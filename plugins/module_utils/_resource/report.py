# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What became of one job, step by step, and how that is said: the result of a module for a job as a resource. Pure."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping
from dataclasses import replace

from .._batch.operation import UNKNOWN
from .._batch.operations.start import Start
from .._batch.results import JobResult
from .._dli.job import Job
from .._result import ModuleResult
from .definition import apply_to, as_text, from_api
from .desired import DesiredJob
from .plan import CREATE, DELETE, START, STOP, TAG, UNCHANGED, UPDATE, ChangePlan, Step

#: What was done, by step.
DONE = {CREATE: "created", TAG: "tagged", UPDATE: "updated", STOP: "stopped", START: "started", DELETE: "deleted"}


class Progress:
    """How far a job has come: its row, what was done to it, and its settings as they are now.

    :ivar row: as the result shows it; ``changed`` and ``reconciled`` are those of all steps together.
    :ivar before: settings as they were; ``after``: as they are, both with the tags if those were looked at.
    """

    def __init__(self, task: DesiredJob, job: Job | None, tags: Mapping[str, str], planned: ChangePlan) -> None:
        """Begin with the job as it was seen."""
        self.task = task
        self.planned = planned
        self.actions: list[str] = []
        self.warnings = list(planned.warnings)
        self.before: dict[str, t.Any] = {}
        if job is not None:
            self.before = {**from_api(task.kind, job.raw), **({"tags": dict(tags)} if tags else {})}
        self.after = dict(self.before)
        status, name = (job.status, job.name) if job else (None, task.name)
        row = JobResult(job.job_id if job else task.job_id, name, UNCHANGED, status_before=status, status=status)
        self.row = planned.row or row
        self._told: list[str] = []

    def note(self, step: Step, row: JobResult) -> None:
        """Take down what a step came to."""
        if row.changed:
            self.actions.append(step.word)
            self._change(step, row)
        changed = True if self.actions else (None if None in (self.row.changed, row.changed) else False)
        self.row = replace(
            row,
            name=str(self.after["name"]) if row.changed and "name" in self.after else row.name or self.row.name,
            state=row.state if row.failed else self._state(row, changed),
            changed=changed,
            status_before=self.row.status_before,
            reconciled=self.row.reconciled or row.reconciled,
            msg=", then ".join([*self._told, row.msg.rstrip(".")]) + (self._way_on(step, row) if row.failed else ""),
        )
        self._told.append(row.msg)

    def _change(self, step: Step, row: JobResult) -> None:
        if step.word == DELETE:
            self.after = {}
        self.after = apply_to(self.after, self.task.wanted, step.names)
        if step.word == CREATE and self.task.tags:
            self.after["tags"] = dict(self.task.tags)
        if step.word == TAG:
            kept = {key: value for key, value in self.after.pop("tags", {}).items() if key not in step.remove}
            tags = kept if row.failed else {**kept, **step.add}
            if tags:
                self.after["tags"] = tags

    def _state(self, row: JobResult, changed: bool | None) -> str:
        """Return the one word for all that was done."""
        for word in (DELETE, CREATE):
            if word in self.actions:
                return DONE[word]
        if START in self.actions:
            return "restarted" if STOP in self.actions else DONE[START]
        if STOP in self.actions or changed is None:
            return DONE[STOP]
        return DONE[UPDATE] if self.actions else "absent" if row.state == "absent" else UNCHANGED

    def _way_on(self, step: Step, row: JobResult) -> str:
        """Say where a job stands that was left on its way, and how to go on."""
        start = next((later.act for later in self.planned.steps if later.word == START), None)
        if not isinstance(start, Start) or step.word in (CREATE, TAG) or not self.row.status_before:
            return "; what was done before stands, and the task can be run again" if self.actions else ""
        resume = "true" if start.resume_savepoint else "false"
        again = f"run the task with state started and resume_savepoint {resume}"
        if step.word == STOP:
            return f"; its settings are as they were: run the task again or, if it has come to rest by then, {again}"
        if STOP not in self.actions:
            return "; what was done before stands, and the task can be run again" if self.actions else ""
        if step.word == UPDATE:
            which = "nobody knows which" if row.state == UNKNOWN else "the old"
            return f"; the job is at rest now, with {which} settings: once that is mended, {again}"
        stateless = ", or with false if it may start without its state" if start.resume_savepoint else ""
        return f"; the job has its new settings: once that is mended, {again}{stateless}"


def resource_report(course: Progress, definition: Mapping[str, t.Any] | None) -> ModuleResult:
    """Return the result of a task.

    :arg definition: settings to show; None to show none.
    """
    row = course.row
    result: dict[str, t.Any] = {
        "changed": bool(row.changed),
        "failed": row.failed,
        "msg": _message(course),
        "job": row.as_result(),
        "actions": course.actions,
        "differences": list(course.planned.differences),
    }
    if definition is not None:
        result["definition"] = dict(definition)
    return ModuleResult(result, course.warnings, _diff(course))


def _message(course: Progress) -> str:
    """Say in one sentence what happened."""
    row = course.row
    label = "job " + " ".join(str(part) for part in (row.job_id, row.name) if part)
    if row.failed:
        return f"{label[0].upper()}{label[1:]}: {row.msg}."
    if not course.actions:
        return f"{label[0].upper()}{label[1:]} is {'absent' if row.state == 'absent' else 'as it should be'}."
    words = [DONE[word] for word in course.actions]
    if course.task.check_mode:
        words = course.actions
    listed = " and ".join(filter(None, [", ".join(words[:-1]), words[-1]]))
    return f"Would {listed} {label}." if course.task.check_mode else f"{listed.capitalize()} {label}."


def _diff(course: Progress) -> dict[str, str]:
    """Return settings and status before and after."""
    row = course.row
    return {
        "before_header": str(course.before.get("name") or row.name or row.job_id),
        "after_header": str(course.after.get("name") or row.name or row.job_id),
        "before": _state_text(course.before, row.status_before),
        "after": _state_text(course.after, row.status),
    }


def _state_text(definition: Mapping[str, t.Any], status: str | None) -> str:
    return as_text({**definition, "status": status}) if status else ""
