# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Exporting jobs to OBS (dli-api.md 1.12). Pure, except ``send``."""

from __future__ import annotations

import typing as t
from collections.abc import Sequence
from dataclasses import dataclass, field

from ..._dli.batch_response import BatchResponse, batch_response_of
from ..._dli.client import DliClient
from ..._dli.job import Job
from ..operation import REFUSED, SUBMIT, Decision, Operation, Wording


@dataclass(frozen=True)
class Export(Operation):
    """Exporting to a folder, without ``obs://``; ``files`` collects what was written: zip file -> the jobs in it."""

    obs_dir: str
    files: dict[str, list[int]] = field(default_factory=dict)

    done: t.ClassVar[str] = "exported"
    blocked: t.ClassVar[str] = REFUSED
    wording: t.ClassVar[Wording] = Wording(
        noun="export",
        title="Exported",
        would="Would export",
        reached="exported",
        rerun="which writes another file",
    )

    def decide(self, job: Job) -> Decision:
        """A definition can be exported in every status."""
        return SUBMIT

    def was_applied(self, before: Job, now: Job | None) -> bool:
        """A job does not show it."""
        return False

    def send(self, dli: DliClient, job_ids: Sequence[int], deadline: float) -> BatchResponse:
        """Send one request and note the file. Where there are several files, it is unknown which job is in which."""

        def export() -> None:
            files = dli.export_jobs(job_ids, self.obs_dir, deadline)
            self.files.update((file, list(job_ids) if len(files) == 1 else []) for file in files)

        return batch_response_of(export, len(job_ids))
