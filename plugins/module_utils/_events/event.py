# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The events that the source emits. Pure."""

from __future__ import annotations

import typing as t
import uuid

from .._dli.job_status import status_of
from .._result import job_label, one_line, sentences
from .changes import ACTION_REQUIRED, DONE, FAILED, GONE, PENDING, Change

# Kinds of events without a job; changes.py has those of jobs.
SOURCE_TROUBLE = "source_trouble"
SOURCE_RECOVERED = "source_recovered"

#: Characters of the text of the service in an event.
DESCRIPTION_LIMIT = 200
#: Namespace of the event IDs; any constant.
NAMESPACE = uuid.UUID("8a4d7a52-0c5b-5d7e-9f4e-6f1c2a3b4c5d")
#: Members of an event whose values are never masked, because rules compare them.
FIXED = ("kind", "status", "status_before", "auto_restart")

_RESTARTS = {PENDING: "DLI restarts it automatically", DONE: "DLI restarted it automatically"}

Event = dict[str, t.Any]
Mask = t.Callable[[str], str]


class Origin(t.NamedTuple):
    """The project and the address of the service that an event is from."""

    project_id: str | None
    endpoint: str | None


def job_event(change: Change, origin: Origin, mask: Mask) -> Event:
    """Return the event for a change of a job.

    The ID of an event for a failure is the same in each process, so that ansible-rulebook can discard a duplicate. Other events
    get a random ID from ansible-rulebook.
    """
    job = change.job
    status = None if change.kind == GONE else job.status
    event = _event(
        origin,
        mask,
        kind=change.kind,
        msg=_message(change),
        job_id=job.job_id,
        name=job.name,
        status=status,
        status_before=change.status_before,
        status_desc=one_line(job.status_desc, DESCRIPTION_LIMIT),
        queue_name=job.queue_name,
        has_savepoint=job.has_savepoint,
        start_time=job.start_time,
        restart_times=job.restart_times,
        failures=change.failures,
        reminder=change.reminder,
        auto_restart=change.auto_restart,
    )
    if change.is_repeatable:
        identity = f"{origin.project_id}/{job.job_id}/{job.start_time}/{job.status}"
        event["meta"] = {"uuid": str(uuid.uuid5(NAMESPACE, identity))}
    return event


def source_event(kind: str, msg: str, origin: Origin, mask: Mask) -> Event:
    """Return an event of the source itself. It has the same members as an event of a job."""
    return _event(origin, mask, kind=kind, msg=msg)


def _event(origin: Origin, mask: Mask, **members: t.Any) -> Event:
    """Return an event with all members, so that conditions can use each of them."""
    default: Event = {
        "kind": None,
        "msg": "",
        "job_id": None,
        "name": None,
        "status": None,
        "status_before": None,
        "status_desc": "",
        "queue_name": None,
        "has_savepoint": None,
        "start_time": None,
        "restart_times": None,
        "failures": 0,
        "reminder": 0,
        "auto_restart": None,
        "project_id": origin.project_id,
        "endpoint": origin.endpoint,
    }
    values = {**default, **members}
    is_masked = {name: isinstance(value, str) and name not in FIXED for name, value in values.items()}
    return {"dli": {name: mask(value) if is_masked[name] else value for name, value in values.items()}}


def _message(change: Change) -> str:
    """Return a short text for notifications."""
    job, before = change.job, change.status_before
    subject = f"Job {job_label(job.job_id, job.name)}"
    if change.kind == GONE:
        return f"{subject} was deleted or is no longer selected. Its last status was {before}."
    status = f"{job.status} ({status_of(job.status).meaning})"
    reason = f"Reason: {one_line(job.status_desc, DESCRIPTION_LIMIT)}" if job.status_desc else ""
    if change.kind == FAILED:
        what = f"{subject} {'is still failed' if change.reminder else 'failed'}: {status}"
        return sentences(what, f"Failures: {change.failures}", _reminder(change), reason)
    if change.kind == ACTION_REQUIRED:
        return sentences(f"{subject} requires an action: {status}", _reminder(change), reason)
    restart = _RESTARTS.get(change.auto_restart or "", "")
    if before is None:
        return sentences(f"{subject} is new: {status}", restart, reason)
    if before == job.status:
        return sentences(f"{subject} was started again: {status}", restart, reason)
    return sentences(f"{subject} changed from {before} to {status}", restart, reason)


def _reminder(change: Change) -> str:
    return f"Reminder {change.reminder}" if change.reminder else ""
