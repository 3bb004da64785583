# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Deleting jobs. Pure, except ``send``."""

from __future__ import annotations

import typing as t
from collections.abc import Sequence
from dataclasses import dataclass

from ..._dli.batch_response import BatchResponse
from ..._dli.client import DliClient
from ..._dli.job import INACTIVE, WAIT_PENDING, WAIT_REACHED, Job, status_of
from ..operation import SEND, Decision, Plain


@dataclass(frozen=True)
class Delete(Plain):
    """Deleting, which nobody can undo; ``force`` takes active jobs as well."""

    force: bool

    done: t.ClassVar[str] = "deleted"
    unchanged: t.ClassVar[str] = "absent"
    blocked: t.ClassVar[str] = "still_active"
    absent: t.ClassVar[str] = "absent"
    noun: t.ClassVar[str] = "deletion"
    title: t.ClassVar[str] = "Deleted"
    would: t.ClassVar[str] = "Would delete"
    are: t.ClassVar[str] = "absent"
    meanwhile: t.ClassVar[str] = "it was deleted meanwhile"
    again: t.ClassVar[str] = "which deletes only what is there"
    arrived: t.ClassVar[str] = "gone"

    def decide(self, job: Job) -> Decision:
        """Send what is at rest, and with ``force`` everything."""
        status = status_of(job.status)
        if self.force or status.stop == INACTIVE:
            return SEND
        msg = f"not deleted: it is {status.meaning}; stop it first, or set force to delete it all the same"
        return Decision(False, self.blocked, True, msg)

    def expected_status(self, status: str | None) -> str | None:
        """Return that it is gone."""
        return None

    def send(self, dli: DliClient, job_ids: Sequence[int], deadline: float) -> BatchResponse:
        """Send the request."""
        return dli.delete_jobs(job_ids, deadline)

    def was_applied(self, before: Job, now: Job | None) -> bool:
        """A job that is not there any more was deleted."""
        return now is None

    def is_satisfied(self, job: Job | None) -> bool:
        """Gone."""
        return job is None

    def end(self, job: Job | None) -> str:
        """A job that can still be read is not deleted yet."""
        return WAIT_REACHED if job is None else WAIT_PENDING

    def advice(self, job: Job) -> str:
        """Nothing ends badly here."""
        return ""
