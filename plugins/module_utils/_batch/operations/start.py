# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Starts jobs. Pure, except ``send``."""

from __future__ import annotations

import typing as t
from collections.abc import Sequence
from dataclasses import dataclass

from ..._dli.batch_response import BatchResponse, ItemResponse
from ..._dli.client import DliClient
from ..._dli.error_codes import JOB_ERROR_CODES, RUN_NO_SAVEPOINT, RUN_UNKNOWN_JOB
from ..._dli.job import Job, was_started
from ..._dli.job_status import ACTIVE, STARTABLE, SUBMIT_FAIL, SUBMITTING, WAIT_FAILED, status_of
from ..operation import SUBMIT, Decision, Operation, Wording


@dataclass(frozen=True)
class Start(Operation):
    """A start; ``resume_savepoint`` restores each job from its most recent savepoint or checkpoint."""

    resume_savepoint: bool

    done: t.ClassVar[str] = "started"
    unchanged: t.ClassVar[str] = "already_active"
    blocked: t.ClassVar[str] = "not_startable"
    job_error_codes: t.ClassVar[frozenset[str]] = JOB_ERROR_CODES
    absent_code: t.ClassVar[str] = RUN_UNKNOWN_JOB
    wording: t.ClassVar[Wording] = Wording(
        noun="start",
        rerun="Jobs that are already active are not started again.",
        unchanged="already active",
        concurrent="another client has already started the job",
        reached="running",
    )

    def decide(self, job: Job) -> Decision:
        """Submit inactive jobs. Send no request for active jobs, or for a status in which the effect is not documented."""
        status = status_of(job.status)
        if status.start == STARTABLE:
            return SUBMIT
        if status.start == ACTIVE:
            return Decision(False, self.unchanged, msg=f"Unchanged: the job is already {status.meaning}.")
        return self.status_refusal(job, status.remedy)

    def expected_refusal(self, job: Job) -> ItemResponse | None:
        """A job without a savepoint cannot resume from one."""
        return ItemResponse(False, RUN_NO_SAVEPOINT) if self.resume_savepoint and job.has_savepoint is False else None

    def expected_status(self, status: str | None, reconciled: bool) -> str | None:
        return SUBMITTING

    def send(self, dli: DliClient, job_ids: Sequence[int], deadline: float) -> BatchResponse:
        return dli.run_jobs(job_ids, self.resume_savepoint, deadline)

    def was_applied(self, before: Job, now: Job | None) -> bool:
        return now is not None and was_started(before, now)

    def may_show_nothing(self, before: Job) -> bool:
        """A job whose submission fails again. ``start_time`` may be set only when a job runs (dli-api.md 10)."""
        return before.status == SUBMIT_FAIL

    def is_satisfied(self, job: Job | None) -> bool:
        return job is not None and status_of(job.status).start == ACTIVE

    def wait_outcome(self, job: Job | None) -> str:
        """A start succeeds if the job runs or has finished."""
        return WAIT_FAILED if job is None else status_of(job.status).wait_outcome

    def remedy(self, job: Job) -> str:
        return status_of(job.status).remedy
