# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What can be done to a batch of jobs: starting, stopping, deleting. Words and rules of each; pure, but for ``send``.

The road of a batch (``_road.py``) is the same for all of them. Here stands what differs: which jobs it is sent for, what
shows that it was carried out, and how it is said.
"""

from __future__ import annotations

import typing as t
from collections.abc import Sequence
from dataclasses import dataclass

from ._act import NOT_FOUND, SEND, Plain, Stance
from ._batch import BatchAnswer, Element
from ._codes import JOB_FAULTS, RUN_NO_SAVEPOINT
from ._dli import Dli
from ._jobs import (
    ACTIVE,
    BUSY,
    CANCEL_FAIL,
    CANCEL_SUCCESS,
    CANCELING,
    DOWN,
    LEAVING,
    PENDING,
    RESTING,
    RUNNING,
    SAVEPOINTING,
    STARTABLE,
    SUBMITTING,
    UP,
    Job,
    has_moved,
    status_of,
)


@dataclass(frozen=True)
class Start(Plain):
    """Starting; ``resume_savepoint`` restores every job from its most recent savepoint or checkpoint."""

    resume_savepoint: bool

    done: t.ClassVar[str] = "started"
    alone: t.ClassVar[str] = "already_active"
    blocked: t.ClassVar[str] = "not_startable"
    absent: t.ClassVar[str] = NOT_FOUND
    noun: t.ClassVar[str] = "start"
    title: t.ClassVar[str] = "Started"
    would: t.ClassVar[str] = "Would start"
    are: t.ClassVar[str] = "already active"
    meanwhile: t.ClassVar[str] = "it was started meanwhile"
    again: t.ClassVar[str] = "which starts only what is not active"
    faults: t.ClassVar[frozenset[str]] = JOB_FAULTS
    arrived: t.ClassVar[str] = "running"

    def stance(self, job: Job) -> Stance:
        """Send what is at rest; leave alone what is active; touch nothing else."""
        status = status_of(job.status)
        if status.start == STARTABLE:
            return SEND
        if status.start == ACTIVE:
            return Stance(False, self.alone, msg=f"left alone: it is {status.meaning}")
        msg = f"not started: its status {job.status} ({status.meaning}) does not allow it; {status.advice}"
        return Stance(False, self.blocked, True, msg)

    def foreseen(self, job: Job) -> Element | None:
        """A job without a savepoint cannot resume from one."""
        return Element(False, RUN_NO_SAVEPOINT) if self.resume_savepoint and job.has_savepoint is False else None

    def leads_to(self, status: str | None) -> str | None:
        """Return that it is being submitted."""
        return SUBMITTING

    def send(self, dli: Dli, job_ids: Sequence[int], until: float) -> BatchAnswer:
        """Send the request."""
        return dli.run_jobs(job_ids, self.resume_savepoint, until)

    def has_moved(self, before: Job, now: Job | None) -> bool:
        """See :func:`._jobs.has_moved`."""
        return now is not None and has_moved(before, now)

    def is_so(self, job: Job | None) -> bool:
        """Active."""
        return job is not None and status_of(job.status).start == ACTIVE

    def end(self, job: Job | None) -> str:
        """Running and finished are what was wanted."""
        return DOWN if job is None else status_of(job.status).end

    def advice(self, job: Job) -> str:
        """See the table of statuses."""
        return status_of(job.status).advice


@dataclass(frozen=True)
class Stop(Plain):
    """Stopping; ``trigger_savepoint`` makes a savepoint of every job first.

    ``patient``: somebody waits, so that a job which makes a savepoint is followed to see whether that was a stop's.
    """

    trigger_savepoint: bool
    patient: bool = False

    done: t.ClassVar[str] = "stopped"
    alone: t.ClassVar[str] = "already_stopped"
    blocked: t.ClassVar[str] = "not_stoppable"
    absent: t.ClassVar[str] = NOT_FOUND
    noun: t.ClassVar[str] = "stop"
    title: t.ClassVar[str] = "Stopped"
    would: t.ClassVar[str] = "Would stop"
    are: t.ClassVar[str] = "not running"
    meanwhile: t.ClassVar[str] = "it came to rest meanwhile, or is being stopped"
    again: t.ClassVar[str] = "which stops only what is not at rest"
    arrived: t.ClassVar[str] = "at rest"

    def stance(self, job: Job) -> Stance:
        """Leave alone what is at rest or being stopped; disturb no savepoint; send everything else.

        A stop that makes no sense is refused by the service and does no harm, so that doubtful statuses are sent as well.
        """
        status = status_of(job.status)
        if self.is_so(job):
            return Stance(False, self.alone, msg=f"left alone: it is {status.meaning}")
        if status.stop == BUSY:
            msg = f"not stopped: it is {status.meaning}; wait until that is done, and run the task again"
            return Stance(False, self.blocked, True, msg)
        return SEND

    def leads_to(self, status: str | None) -> str | None:
        """Return that it is being stopped; a running job makes its savepoint first, if there is to be one."""
        return SAVEPOINTING if self.trigger_savepoint and status == RUNNING else CANCELING

    def send(self, dli: Dli, job_ids: Sequence[int], until: float) -> BatchAnswer:
        """Send the request."""
        return dli.stop_jobs(job_ids, self.trigger_savepoint, until)

    def has_moved(self, before: Job, now: Job | None) -> bool:
        """A job that is being stopped, or at rest, was stopped. A savepoint is a sign of that only if one was asked for."""
        if now is None or now.status == before.status:
            return False
        if now.status == SAVEPOINTING:
            return self.trigger_savepoint
        return self.is_so(now) or now.status == CANCEL_FAIL

    def is_moot(self, now: Job | None) -> bool:
        """A job may finish or fail by itself just before its stop."""
        return now is not None and status_of(now.status).stop == RESTING and now.status != CANCEL_SUCCESS

    def is_so(self, job: Job | None) -> bool:
        """At rest or being stopped; a savepoint may be the one before that, which only who waits will see."""
        stop = status_of(job.status).stop if job is not None else None
        return stop in (RESTING, LEAVING) or (stop == BUSY and self.patient)

    def end(self, job: Job | None) -> str:
        """Whatever is at rest is what was wanted; a job that runs again has not been stopped."""
        if job is None or job.status in (RUNNING, CANCEL_FAIL):
            return DOWN
        return UP if status_of(job.status).stop == RESTING else PENDING

    def advice(self, job: Job) -> str:
        """A stop can fail, and so can the savepoint before it."""
        return "a stop, or the savepoint before it, has failed, or it made a savepoint only: run the task again"


@dataclass(frozen=True)
class Delete(Plain):
    """Deleting, which nobody can undo; ``force`` takes active jobs as well."""

    force: bool

    done: t.ClassVar[str] = "deleted"
    alone: t.ClassVar[str] = "absent"
    blocked: t.ClassVar[str] = "still_active"
    absent: t.ClassVar[str] = "absent"
    noun: t.ClassVar[str] = "deletion"
    title: t.ClassVar[str] = "Deleted"
    would: t.ClassVar[str] = "Would delete"
    are: t.ClassVar[str] = "absent"
    meanwhile: t.ClassVar[str] = "it was deleted meanwhile"
    again: t.ClassVar[str] = "which deletes only what is there"
    arrived: t.ClassVar[str] = "gone"

    def stance(self, job: Job) -> Stance:
        """Send what is at rest, and with ``force`` everything."""
        status = status_of(job.status)
        if self.force or status.stop == RESTING:
            return SEND
        msg = f"not deleted: it is {status.meaning}; stop it first, or set force to delete it all the same"
        return Stance(False, self.blocked, True, msg)

    def leads_to(self, status: str | None) -> str | None:
        """Return that it is gone."""
        return None

    def send(self, dli: Dli, job_ids: Sequence[int], until: float) -> BatchAnswer:
        """Send the request."""
        return dli.delete_jobs(job_ids, until)

    def has_moved(self, before: Job, now: Job | None) -> bool:
        """A job that is not there any more was deleted."""
        return now is None

    def is_so(self, job: Job | None) -> bool:
        """Gone."""
        return job is None

    def end(self, job: Job | None) -> str:
        """A job that can still be read is not deleted yet."""
        return UP if job is None else PENDING

    def advice(self, job: Job) -> str:
        """Nothing ends badly here."""
        return ""
