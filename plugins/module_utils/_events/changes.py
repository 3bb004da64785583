# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Compares two observations of all jobs, and counts the failures of each job. Pure: jobs and a time in, changes out.

Failures are counted here and not in the rules, because rules that count events with facts or throttling are not reliable if
several events arrive at a time.
"""

from __future__ import annotations

import typing as t
from collections.abc import Collection, Iterable, Mapping

from .._dli.job import Job
from .._dli.job_status import BLOCKED, RUNNING_EXCEPTION, WAIT_FAILED, status_of

# Kinds of changes. The first two are alerts: also reported by the first observation, and repeated as reminders.
FAILED = "failed"
ACTION_REQUIRED = "action_required"  #: a status in which the job is not started before a user has acted, such as arrears
CHANGED = "changed"
GONE = "gone"  #: deleted, or no longer selected

# Automatic restarts by the service (dli-api.md 7.3).
PENDING = "pending"
DONE = "done"


class ObservedJob(t.NamedTuple):
    """The members of a job that events contain."""

    job_id: int
    name: str
    status: str
    status_desc: str = ""
    queue_name: str | None = None
    has_savepoint: bool | None = None
    start_time: int | None = None
    restart_times: int | None = None

    @classmethod
    def from_job(cls, job: Job) -> ObservedJob:
        queue, restarts = job.raw.get("queue_name"), job.raw.get("restart_times")
        return cls(
            job.job_id,
            job.name,
            job.status,
            job.status_desc,
            queue if queue and isinstance(queue, str) else None,
            job.has_savepoint,
            job.start_time,
            restarts if isinstance(restarts, int) else None,
        )


class Rules(t.NamedTuple):
    """When changes are reported. Times in seconds.

    :ivar failure_window: a failure is counted for this time.
    :ivar reminder_interval: time after which an alert is repeated; 0 for no reminders.
    :ivar auto_restart_timeout: time for which a failed job with automatic restart is not reported as failed.
    """

    failed_statuses: frozenset[str]
    failure_window: float
    reminder_interval: float
    auto_restart_timeout: float
    report_failed_at_start: bool


class Known(t.NamedTuple):
    """What is stored for a job between two observations.

    :ivar failures: times of the failures that are counted.
    :ivar alerts: number of alerts for the current status; ``next_alert``: time of the next one, if any.
    :ivar reported: status and start time of the latest alert.
    """

    job: ObservedJob
    failures: tuple[float, ...] = ()
    alerts: int = 0
    next_alert: float | None = None
    reported: tuple[str, int | None] | None = None


class Change(t.NamedTuple):
    """One change of a job.

    :ivar status_before: status in the previous observation; None for a job that was not in it.
    :ivar failures: number of failures within the window, for the kind :data:`FAILED`.
    :ivar reminder: 0 for the first alert for a failure, then the number of the reminder.
    :ivar auto_restart: :data:`PENDING` or :data:`DONE`; None without an automatic restart.
    :ivar is_repeatable: whether another process with the same observation reports the same change.
    """

    kind: str
    job: ObservedJob
    status_before: str | None = None
    failures: int = 0
    reminder: int = 0
    auto_restart: str | None = None
    is_repeatable: bool = False


def kind_of(status: str, failed_statuses: Collection[str]) -> str:
    """Return the kind of a change to a status."""
    if status in failed_statuses:
        return FAILED
    entry = status_of(status)
    return ACTION_REQUIRED if (entry.start, entry.wait_outcome) == (BLOCKED, WAIT_FAILED) else CHANGED


def was_changed(before: ObservedJob, now: ObservedJob) -> bool:
    """Return whether the status has changed, or whether the job was started again and now has the same status again."""
    return now.status != before.status or _was_restarted(before, now) or _increased(before.start_time, now.start_time)


def may_restart_automatically(
    known: Mapping[int, Known] | None, jobs: Iterable[ObservedJob], rules: Rules
) -> list[int]:
    """Return the IDs of the jobs for which :func:`compare` requires whether they have an automatic restart."""
    if not rules.auto_restart_timeout:
        return []
    # The service restarts jobs automatically only from this status (dli-api.md 2.2).
    failed = (job for job in jobs if job.status == RUNNING_EXCEPTION and job.status in rules.failed_statuses)
    return [job.job_id for job in failed if (before := (known or {}).get(job.job_id)) is None or was_changed(before.job, job)]


def compare(
    known: Mapping[int, Known] | None,
    jobs: Iterable[ObservedJob],
    auto_restart: Collection[int],
    now: float,
    rules: Rules,
) -> tuple[list[Change], dict[int, Known]]:
    """Return the changes since the previous observation, and what to store for the next one.

    :arg known: the stored values; None for the first observation, which reports only alerts.
    :arg auto_restart: IDs of the failed jobs that the service restarts automatically.
    """
    changes: list[Change] = []
    after: dict[int, Known] = {}
    for job in jobs:
        before = (known or {}).get(job.job_id)
        if before is not None and not was_changed(before.job, job):
            change, after[job.job_id] = _unchanged(before, job, now, rules)
        else:
            is_pending = job.job_id in auto_restart
            change, after[job.job_id] = _changed(before, job, is_pending, known is None, now, rules)
        changes += [change] if change is not None else []
    changes += [
        Change(GONE, entry.job, entry.job.status) for job_id, entry in (known or {}).items() if job_id not in after
    ]
    return changes, after


def _unchanged(before: Known, job: ObservedJob, now: float, rules: Rules) -> tuple[Change | None, Known]:
    entry = before._replace(job=job)
    if entry.next_alert is None or now < entry.next_alert:
        return None, entry
    return _alert(entry, job.status, now, rules)


def _changed(
    before: Known | None, job: ObservedJob, is_pending: bool, is_first: bool, now: float, rules: Rules
) -> tuple[Change | None, Known]:
    entry = Known(job, before.failures, reported=before.reported) if before is not None else Known(job)
    status_before = before.job.status if before is not None else None
    if is_pending:
        entry = entry._replace(next_alert=now + rules.auto_restart_timeout)
        return None if is_first else Change(CHANGED, job, status_before, auto_restart=PENDING), entry
    if kind_of(job.status, rules.failed_statuses) == CHANGED:
        restart = DONE if before is not None and _was_restarted(before.job, job) else None
        return None if is_first else Change(CHANGED, job, status_before, auto_restart=restart), entry
    if is_first and not rules.report_failed_at_start:
        return None, entry
    return _alert(entry, status_before, now, rules)


def _alert(entry: Known, status_before: str | None, now: float, rules: Rules) -> tuple[Change, Known]:
    job, kind = entry.job, kind_of(entry.job.status, rules.failed_statuses)
    failures = entry.failures
    if kind == FAILED:
        failures += () if entry.alerts else (now,)
        # The current failure is always counted.
        failures = (*(at for at in failures[:-1] if at > now - rules.failure_window), *failures[-1:])
    identity = (job.status, job.start_time)
    change = Change(
        kind,
        job,
        status_before,
        failures=len(failures) if kind == FAILED else 0,
        reminder=entry.alerts,
        is_repeatable=entry.reported != identity,
    )
    next_alert = now + rules.reminder_interval if rules.reminder_interval else None
    return change, Known(job, failures, entry.alerts + 1, next_alert, identity)


def _was_restarted(before: ObservedJob, now: ObservedJob) -> bool:
    """Return whether the service has restarted the job automatically."""
    return _increased(before.restart_times, now.restart_times)


def _increased(before: int | None, now: int | None) -> bool:
    return before is not None and now is not None and now > before
