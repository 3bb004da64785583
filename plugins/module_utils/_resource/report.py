# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The result of a module that manages one job, updated after each step. Pure."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping

from .._batch.job_result import DETERMINED, JobResult, without_status
from .._batch.operation import UNKNOWN
from .._batch.operations.start import Start
from .._dli.job import Job
from .._result import ModuleResult, job_label, sentences, with_subject
from .desired import DesiredJob
from .diff import apply_to, as_text, from_api
from .masking import mask
from .plan import CREATE, DELETE, NOT_RESET, RESET, START, STOP, TAG, UNCHANGED, UPDATE, ChangePlan, Step

#: Action -> participle, for messages and states.
DONE = {
    CREATE: "created",
    TAG: "tagged",
    UPDATE: "updated",
    RESET: "reset",
    STOP: "stopped",
    START: "started",
    DELETE: "deleted",
}
RERUN = "The earlier steps were completed. The task can be run again"


class Progress:
    """The result, actions and settings of the job after each step.

    :ivar result: result of all steps so far; ``changed`` and ``reconciled`` apply to all of them.
    :ivar before: settings before the first step; ``after``: settings now; both with the tags if they were read.
    """

    def __init__(self, desired: DesiredJob, job: Job | None, tags: Mapping[str, str], planned: ChangePlan) -> None:
        self.desired = desired
        self.planned = planned
        self.actions: list[str] = []
        self.warnings = list(planned.warnings)
        self.before: dict[str, t.Any] = {}
        if job is not None:
            self.before = {**from_api(desired.kind, job.raw), **({"tags": dict(tags)} if tags else {})}
        self.after = dict(self.before)
        self.result = planned.result
        self._messages: list[str] = []
        self._refused_reset: JobResult | None = None

    def add(self, step: Step, result: JobResult) -> None:
        if result.changed:
            self.actions.append(step.action)
            self._change_settings(step, result)
        changed = True if self.actions else (None if None in (self.result.changed, result.changed) else False)
        has_new_name = result.changed and "name" in self.after
        self.result = result._replace(
            name=str(self.after["name"]) if has_new_name else result.name or self.result.name,
            state=result.state if result.failed else self._state(result, changed),
            changed=changed,
            status_before=self.result.status_before,
            reconciled=self.result.reconciled or result.reconciled,
            msg=sentences(*self._messages, result.msg, self._recovery(step, result) if result.failed else ""),
        )
        self._messages.append(_as_earlier_step(step, result))

    def add_refused_reset(self, step: Step, result: JobResult) -> None:
        """Add a reset that the service refused, after which the other steps follow."""
        self._refused_reset = result
        self._messages.append(sentences(f"Not reset: {', '.join(step.settings)}", result.msg))

    def end(self) -> None:
        """Fail after the last step if settings could not be reset."""
        names = ", ".join(self.planned.not_resettable)
        if not names and self._refused_reset is None:
            return
        if names:
            self._messages.append(f"Not reset: {names}. An update cannot remove these settings. Set each of them to a value.")
        code = None if self._refused_reset is None else self._refused_reset.error_code
        msg = sentences(*self._messages)
        self.result = self.result._replace(state=NOT_RESET, failed=True, error_code=code, msg=msg)

    def _change_settings(self, step: Step, result: JobResult) -> None:
        if step.action == DELETE:
            self.after = {}
        self.after = apply_to(self.after, step.settings)
        if step.action == CREATE and self.desired.tags:
            self.after["tags"] = dict(self.desired.tags)
        if step.action == TAG:
            removed = () if result.failed else step.remove
            tags = {key: value for key, value in {**self.after.pop("tags", {}), **step.add}.items() if key not in removed}
            if tags:
                self.after["tags"] = tags

    def _state(self, result: JobResult, changed: bool | None) -> str:
        """Return the state that summarizes all steps."""
        for action in (DELETE, CREATE):
            if action in self.actions:
                return DONE[action]
        if START in self.actions:
            return "restarted" if STOP in self.actions else DONE[START]
        if STOP in self.actions or changed is None:
            return DONE[STOP]
        return DONE[UPDATE] if self.actions else "absent" if result.state == "absent" else UNCHANGED

    def _recovery(self, step: Step, result: JobResult) -> str:
        """Return sentences on the job after the failed step, and on how to continue."""
        start = next((later.operation for later in self.planned.steps if later.action == START), None)
        unfinished = RERUN if self.actions else ""
        if not isinstance(start, Start):
            return unfinished
        resume = "true" if start.resume_savepoint else "false"
        again = f"run the task with state=started and resume_savepoint={resume}"
        if step.action == STOP:
            return f"The settings are unchanged. Run the task again or, if the job is inactive by then, {again}"
        if STOP not in self.actions:
            return unfinished
        if step.action in (UPDATE, RESET):
            settings = "may have its new settings" if result.state == UNKNOWN else "has its previous settings"
            return f"The job is inactive now and {settings}. Fix the cause, then {again}"
        stateless = ", or with resume_savepoint=false to start without Flink state" if start.resume_savepoint else ""
        return f"The job has its new settings. Fix the cause, then {again}{stateless}"


def _as_earlier_step(step: Step, result: JobResult) -> str:
    """Return the message of a step for a message in which other steps follow: a stop has ended, and its status is not current."""
    if step.action != STOP:
        return result.msg
    if not result.changed:
        return without_status(result.msg)
    return sentences(f"Stopped ({result.status})", DETERMINED if result.reconciled else "")


def resource_result(progress: Progress, definition: Mapping[str, t.Any] | None) -> ModuleResult:
    """Return the result of a task.

    :arg definition: settings to return; None to omit them.
    """
    result = progress.result
    values: dict[str, t.Any] = {
        # Handlers also run if it is unknown whether the job was changed.
        "changed": result.changed is not False,
        "failed": result.failed,
        "msg": _message(progress),
        "job": result.as_dict(),
        "actions": progress.actions,
        "differences": list(progress.planned.differences),
    }
    if definition is not None:
        values["definition"] = dict(definition)
    return ModuleResult(values, progress.warnings, _diff(progress))


def _message(progress: Progress) -> str:
    result = progress.result
    label = f"job {job_label(result.job_id, result.name)}"
    subject = f"{label[0].upper()}{label[1:]}"
    if result.failed:
        reached = "may not be" if result.state == UNKNOWN else "is not"
        return with_subject(subject, result.msg, f"{subject} {reached} in the requested state")
    if not progress.actions:
        state = "absent" if result.state == "absent" else "already in the requested state"
        return f"{subject} is {state}."
    check_mode = progress.desired.check_mode
    verbs = progress.actions if check_mode else [DONE[action] for action in progress.actions]
    listed = " and ".join(filter(None, [", ".join(verbs[:-1]), verbs[-1]]))
    return f"Would {listed} {label}." if check_mode else f"{listed.capitalize()} {label}."


def _diff(progress: Progress) -> dict[str, str]:
    result = progress.result
    states = (progress.before, result.status_before), (progress.after, result.status)
    before, after = (_state_text(mask(definition), status) for definition, status in states)
    if before == after and _state_text(*states[0]) != _state_text(*states[1]):
        after += "A masked value differs.\n"
    return {
        "before_header": str(progress.before.get("name") or result.name or result.job_id),
        "after_header": str(progress.after.get("name") or result.name or result.job_id),
        "before": before,
        "after": after,
    }


def _state_text(definition: Mapping[str, t.Any], status: str | None) -> str:
    return as_text({**definition, "status": status}) if status else ""
