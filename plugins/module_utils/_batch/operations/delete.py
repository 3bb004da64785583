# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Deletes jobs, which cannot be undone. Pure, except ``send``."""

from __future__ import annotations

import typing as t
from collections.abc import Sequence
from dataclasses import dataclass

from ..._dli.batch_response import BatchResponse
from ..._dli.client import DliClient
from ..._dli.job import Job
from ..._dli.job_status import INACTIVE, WAIT_PENDING, WAIT_REACHED, status_of
from ..operation import SUBMIT, Decision, Operation, Wording


@dataclass(frozen=True)
class Delete(Operation):
    """A deletion; ``force`` includes active jobs."""

    force: bool

    done: t.ClassVar[str] = "deleted"
    unchanged: t.ClassVar[str] = "absent"
    blocked: t.ClassVar[str] = "still_active"
    absent: t.ClassVar[str] = "absent"
    can_fail: t.ClassVar[bool] = False
    wording: t.ClassVar[Wording] = Wording(
        noun="deletion",
        rerun="Jobs that are already deleted are not changed.",
        unchanged="absent",
        concurrent="another client has already deleted the job",
        reached="deleted",
    )

    def decide(self, job: Job) -> Decision:
        """Submit inactive jobs, and all jobs with ``force``."""
        if self.force or status_of(job.status).stop == INACTIVE:
            return SUBMIT
        return self.status_refusal(job, "Stop the job first, or set force to delete it anyway.")

    def expected_status(self, status: str | None, reconciled: bool) -> str | None:
        return None

    def send(self, dli: DliClient, job_ids: Sequence[int], deadline: float) -> BatchResponse:
        return dli.delete_jobs(job_ids, deadline)

    def was_applied(self, before: Job, now: Job | None) -> bool:
        return now is None

    def is_satisfied(self, job: Job | None) -> bool:
        return job is None

    def wait_outcome(self, job: Job | None) -> str:
        """A job that can be read is not deleted yet."""
        return WAIT_REACHED if job is None else WAIT_PENDING
