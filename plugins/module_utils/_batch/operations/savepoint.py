# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Making and importing the savepoint of a job. Pure, except ``send``."""

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


def has_new_savepoint(before: Job, now: Job) -> bool:
    """Return whether a job has a savepoint that it did not have before.

    A job that makes checkpoints gets one by itself (dli-api.md 7.1); then this shows nothing.
    """
    path = now.raw.get("savepoint_path")
    if path and path != before.raw.get("savepoint_path"):
        return True
    config = now.raw.get("job_config")
    by_itself = isinstance(config, dict) and config.get("checkpoint_enabled") is True
    return before.has_savepoint is False and now.has_savepoint is True and not by_itself


@dataclass(frozen=True)
class TriggerSavepoint(Operation):
    """Making a savepoint of a running job; ``path`` is without ``obs://``."""

    path: str

    done: t.ClassVar[str] = TRIGGERED
    blocked: t.ClassVar[str] = WRONG_STATUS
    wording: t.ClassVar[Wording] = Wording(
        noun="savepoint",
        title="Triggered a savepoint of",
        would="Would trigger a savepoint of",
        reached="made",
        rerun="which makes one savepoint more",
    )

    def decide(self, job: Job) -> Decision:
        """Running jobs only (dli-api.md 1.11)."""
        if job.status == RUNNING:
            return SUBMIT
        meaning = status_of(job.status).meaning
        remedy = "wait until it runs again" if job.status == SAVEPOINTING else "only a running job can make one"
        return Decision(False, self.blocked, True, f"not triggered: its status is {job.status} ({meaning}); {remedy}")

    def expected_status(self, status: str | None, reconciled: bool) -> str | None:
        return status if reconciled else SAVEPOINTING

    def send(self, dli: DliClient, job_ids: Sequence[int], deadline: float) -> BatchResponse:
        return batch_response_of(lambda: dli.trigger_savepoint(job_ids[0], self.path, deadline))

    def was_applied(self, before: Job, now: Job | None) -> bool:
        """It makes a savepoint, or has a new one."""
        return now is not None and (now.status == SAVEPOINTING or has_new_savepoint(before, now))


@dataclass(frozen=True)
class ImportSavepoint(Operation):
    """Importing a savepoint for an inactive job to resume from; ``path`` is with ``obs://``."""

    path: str

    done: t.ClassVar[str] = IMPORTED
    blocked: t.ClassVar[str] = WRONG_STATUS
    wording: t.ClassVar[Wording] = Wording(
        noun="import",
        title="Imported a savepoint for",
        would="Would import a savepoint for",
        reached="imported",
        rerun="which imports it again",
    )

    def decide(self, job: Job) -> Decision:
        """Inactive jobs only (dli-api.md 1.11)."""
        if status_of(job.status).stop == INACTIVE:
            return SUBMIT
        meaning = status_of(job.status).meaning
        return Decision(False, self.blocked, True, f"not imported: its status is {job.status} ({meaning}); stop it first")

    def send(self, dli: DliClient, job_ids: Sequence[int], deadline: float) -> BatchResponse:
        return batch_response_of(lambda: dli.import_savepoint(job_ids[0], self.path, deadline))

    def was_applied(self, before: Job, now: Job | None) -> bool:
        """It has a savepoint that it did not have."""
        return now is not None and has_new_savepoint(before, now)
