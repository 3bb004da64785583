# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Stopping jobs. Pure, except ``send``."""

from __future__ import annotations

import typing as t
from collections.abc import Sequence
from dataclasses import dataclass

from ..._dli.batch_response import BatchResponse
from ..._dli.client import DliClient
from ..._dli.job import Job
from ..._dli.job_status import (
    BUSY,
    CANCEL_FAIL,
    CANCEL_SUCCESS,
    CANCELING,
    INACTIVE,
    RUNNING,
    SAVEPOINTING,
    STOPPING,
    WAIT_FAILED,
    WAIT_PENDING,
    WAIT_REACHED,
    status_of,
)
from ..operation import SUBMIT, Decision, Operation, Wording


@dataclass(frozen=True)
class Stop(Operation):
    """Stopping; ``trigger_savepoint`` makes a savepoint of every job first.

    :ivar will_wait: the task waits, so that a job which makes a savepoint is followed to see whether a stop makes it.
    """

    trigger_savepoint: bool
    will_wait: bool = False

    done: t.ClassVar[str] = "stopped"
    unchanged: t.ClassVar[str] = "already_stopped"
    blocked: t.ClassVar[str] = "not_stoppable"
    wording: t.ClassVar[Wording] = Wording(
        noun="stop",
        title="Stopped",
        would="Would stop",
        reached="at rest",
        rerun="which stops only what is not at rest",
        unchanged="not running",
        concurrent="it came to rest meanwhile, or is being stopped",
    )

    def decide(self, job: Job) -> Decision:
        """No request for jobs that are inactive or being stopped, or that make a savepoint; submit all others.

        The service refuses a stop that has no effect, so that jobs in a doubtful status are submitted as well.
        """
        status = status_of(job.status)
        if self.is_satisfied(job):
            return Decision(False, self.unchanged, msg=f"left alone: it is {status.meaning}")
        if status.stop == BUSY:
            msg = f"not stopped: it is {status.meaning}; wait until that is done, and run the task again"
            return Decision(False, self.blocked, True, msg)
        return SUBMIT

    def expected_status(self, status: str | None, reconciled: bool) -> str | None:
        """It is being stopped; a running job makes its savepoint first, if one was requested."""
        return SAVEPOINTING if self.trigger_savepoint and status == RUNNING else CANCELING

    def send(self, dli: DliClient, job_ids: Sequence[int], deadline: float) -> BatchResponse:
        return dli.stop_jobs(job_ids, self.trigger_savepoint, deadline)

    def was_applied(self, before: Job, now: Job | None) -> bool:
        """A job that is inactive or being stopped was stopped. A savepoint shows it only if one was requested."""
        if now is None or now.status == before.status:
            return False
        if now.status == SAVEPOINTING:
            return self.trigger_savepoint
        return self.is_satisfied(now) or now.status == CANCEL_FAIL

    def may_be_spontaneous(self, now: Job | None) -> bool:
        """A job may finish or fail by itself just before its stop."""
        return now is not None and status_of(now.status).stop == INACTIVE and now.status != CANCEL_SUCCESS

    def is_satisfied(self, job: Job | None) -> bool:
        """Inactive or being stopped; a savepoint may be the one before a stop, which only a wait shows."""
        stop = status_of(job.status).stop if job is not None else None
        return stop in (INACTIVE, STOPPING) or (stop == BUSY and self.will_wait)

    def wait_outcome(self, job: Job | None) -> str:
        """Every inactive status is what a stop is for; a job that runs again has not been stopped."""
        if job is None or job.status in (RUNNING, CANCEL_FAIL):
            return WAIT_FAILED
        return WAIT_REACHED if status_of(job.status).stop == INACTIVE else WAIT_PENDING

    def remedy(self, job: Job) -> str:
        """A stop can fail, and so can the savepoint before it."""
        return "a stop, or the savepoint before it, has failed, or it made a savepoint only: run the task again"
