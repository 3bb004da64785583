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
from ..operation import REFUSED, SEND, Decision, InPlaceOperation


@dataclass(frozen=True)
class Export(InPlaceOperation):
    """Exporting to a folder, without ``obs://``; ``files`` collects what was written: zip file -> the jobs in it."""

    obs_dir: str
    files: dict[str, list[int]] = field(default_factory=dict)

    done: t.ClassVar[str] = "exported"
    blocked: t.ClassVar[str] = REFUSED
    noun: t.ClassVar[str] = "export"
    title: t.ClassVar[str] = "Exported"
    would: t.ClassVar[str] = "Would export"
    again: t.ClassVar[str] = "which writes another file"
    arrived: t.ClassVar[str] = "exported"

    def decide(self, job: Job) -> Decision:
        """A definition can be read in any status."""
        return SEND

    def was_applied(self, before: Job, now: Job | None) -> bool:
        """A job shows nothing of it."""
        return False

    def send(self, dli: DliClient, job_ids: Sequence[int], deadline: float) -> BatchResponse:
        """Send one request, for as many jobs as one takes, and note the file. Several files do not tell which job is where."""

        def export() -> None:
            files = dli.export_jobs(job_ids, self.obs_dir, deadline)
            self.files.update((file, list(job_ids) if len(files) == 1 else []) for file in files)

        return batch_response_of(export, len(job_ids))
