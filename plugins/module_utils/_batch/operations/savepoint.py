# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Creates or imports the savepoint of a job. Pure, except ``send``."""

from __future__ import annotations

import typing as t
from collections.abc import Sequence
from dataclasses import dataclass

from ..._dli.batch_response import BatchResponse, batch_response_of
from ..._dli.client import DliClient
from ..._dli.job import Job
from ..._dli.job_status import INACTIVE, RUNNING, SAVEPOINTING, status_of
from ..operation import SUBMIT, Decision, Operation, Wording

TRIGGERED = "triggered"
MADE = "made"
IMPORTED = "imported"
WRONG_STATUS = "wrong_status"
START_FIRST = "Start the job first: a savepoint requires the status job_running."


def has_new_savepoint(before: Job, now: Job) -> bool:
    """Return whether a job has a savepoint that it did not have before.

    For a job with checkpoints, ``has_savepoint`` does not show it, because a checkpoint sets this member too (dli-api.md 7.1).
    """
    path = now.raw.get("savepoint_path")
    if path and path != before.raw.get("savepoint_path"):
        return True
    config = now.raw.get("job_config")
    has_checkpoints = isinstance(config, dict) and config.get("checkpoint_enabled") is True
    return before.has_savepoint is False and now.has_savepoint is True and not has_checkpoints


@dataclass(frozen=True)
class TriggerSavepoint(Operation):
    """A savepoint of a running job; ``path`` is without ``obs://``."""

    path: str

    done: t.ClassVar[str] = TRIGGERED
    blocked: t.ClassVar[str] = WRONG_STATUS
    wording: t.ClassVar[Wording] = Wording(noun="savepoint", rerun="The next run creates another savepoint.")

    def decide(self, job: Job) -> Decision:
        """Running jobs only (dli-api.md 1.11)."""
        if job.status == RUNNING:
            return SUBMIT
        is_busy = job.status == SAVEPOINTING
        return self.status_refusal(job, "Wait until the job is running, then run the task again." if is_busy else START_FIRST)

    def expected_status(self, status: str | None, reconciled: bool) -> str | None:
        return status if reconciled else SAVEPOINTING

    def send(self, dli: DliClient, job_ids: Sequence[int], deadline: float) -> BatchResponse:
        return batch_response_of(lambda: dli.trigger_savepoint(job_ids[0], self.path, deadline))

    def was_applied(self, before: Job, now: Job | None) -> bool:
        """The job is creating a savepoint, or has a new one."""
        return now is not None and (now.status == SAVEPOINTING or has_new_savepoint(before, now))


@dataclass(frozen=True)
class ImportSavepoint(Operation):
    """An import of the savepoint from which an inactive job resumes; ``path`` is with ``obs://``."""

    path: str

    done: t.ClassVar[str] = IMPORTED
    blocked: t.ClassVar[str] = WRONG_STATUS
    wording: t.ClassVar[Wording] = Wording(noun="savepoint import", rerun="The next run imports the savepoint again.")

    def decide(self, job: Job) -> Decision:
        """Inactive jobs only (dli-api.md 1.11)."""
        if status_of(job.status).stop == INACTIVE:
            return SUBMIT
        return self.status_refusal(job, "Stop the job first.")

    def send(self, dli: DliClient, job_ids: Sequence[int], deadline: float) -> BatchResponse:
        return batch_response_of(lambda: dli.import_savepoint(job_ids[0], self.path, deadline))

    def was_applied(self, before: Job, now: Job | None) -> bool:
        """The job has a savepoint that it did not have before."""
        return now is not None and has_new_savepoint(before, now)
