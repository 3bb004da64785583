# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Stops jobs. Pure, except ``send``."""

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
    """A stop; ``trigger_savepoint`` creates a savepoint of each job first.

    :ivar will_wait: the task waits. A job that is creating a savepoint is then read until it shows whether a stop created it.
    """

    trigger_savepoint: bool
    will_wait: bool = False

    done: t.ClassVar[str] = "stopped"
    unchanged: t.ClassVar[str] = "already_stopped"
    blocked: t.ClassVar[str] = "not_stoppable"
    wording: t.ClassVar[Wording] = Wording(
        noun="stop",
        rerun="Jobs that are already inactive are not changed.",
        unchanged="not running",
        concurrent="another client has already stopped the job, or the job has ended",
        reached="stopped",
    )

    def decide(self, job: Job) -> Decision:
        """Send no request for jobs that are inactive, being stopped or creating a savepoint. Submit all others.

        The service refuses a stop that has no effect. Jobs in a status whose effect is not documented are therefore submitted.
        """
        status = status_of(job.status)
        if self.is_satisfied(job):
            inactive = f"not running. The status is {job.status} ({status.meaning})"
            now = inactive if status.stop == INACTIVE else f"already {status.meaning}"
            return Decision(False, self.unchanged, msg=f"Unchanged: the job is {now}.")
        if status.stop == BUSY:
            reason = f"the job is creating a savepoint ({job.status}), possibly because of another stop request"
            msg = f"Not stopped: {reason}. Run the task again when the savepoint is complete."
            return Decision(False, self.blocked, True, msg)
        return SUBMIT

    def expected_status(self, status: str | None, reconciled: bool) -> str | None:
        """The job is being stopped. A running job creates its savepoint first, if one was requested."""
        return SAVEPOINTING if self.trigger_savepoint and status == RUNNING else CANCELING

    def send(self, dli: DliClient, job_ids: Sequence[int], deadline: float) -> BatchResponse:
        return dli.stop_jobs(job_ids, self.trigger_savepoint, deadline)

    def was_applied(self, before: Job, now: Job | None) -> bool:
        """A job that is inactive or being stopped shows the stop; a savepoint does only if one was requested."""
        if now is None or now.status == before.status:
            return False
        if now.status == SAVEPOINTING:
            return self.trigger_savepoint
        return self.is_satisfied(now) or now.status == CANCEL_FAIL

    def may_show_nothing(self, before: Job) -> bool:
        """A running job runs again after a savepoint that failed."""
        return self.trigger_savepoint and before.status == RUNNING

    def may_be_spontaneous(self, now: Job | None) -> bool:
        """A job may finish or fail by itself immediately before its stop."""
        return now is not None and status_of(now.status).stop == INACTIVE and now.status != CANCEL_SUCCESS

    def is_satisfied(self, job: Job | None) -> bool:
        """Inactive or being stopped. A savepoint may be the one before a stop, which only a wait shows."""
        stop = status_of(job.status).stop if job is not None else None
        return stop in (INACTIVE, STOPPING) or (stop == BUSY and self.will_wait)

    def wait_outcome(self, job: Job | None) -> str:
        """A stop succeeds with any inactive status. A job that is running again has not been stopped."""
        if job is None or job.status in (RUNNING, CANCEL_FAIL):
            return WAIT_FAILED
        return WAIT_REACHED if status_of(job.status).stop == INACTIVE else WAIT_PENDING

    def remedy(self, job: Job) -> str:
        return "The stop or the savepoint before it failed, or the job only created a savepoint. Run the task again."
