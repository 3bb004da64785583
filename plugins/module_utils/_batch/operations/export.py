# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Exports jobs to OBS (dli-api.md 1.12). Pure, except ``send``."""

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
    """An export to a folder, without ``obs://``.

    :ivar files: the files that were written: zip file -> IDs of the jobs in it.
    """

    obs_dir: str
    files: dict[str, list[int]] = field(default_factory=dict)

    done: t.ClassVar[str] = "exported"
    blocked: t.ClassVar[str] = REFUSED
    wording: t.ClassVar[Wording] = Wording(noun="export", rerun="The next run writes another file.")

    def decide(self, job: Job) -> Decision:
        """A definition can be exported in any status."""
        return SUBMIT

    def was_applied(self, before: Job, now: Job | None) -> bool:
        """A job does not show an export."""
        return False

    def send(self, dli: DliClient, job_ids: Sequence[int], deadline: float) -> BatchResponse:
        """Send one request and record the file. If there are several files, it is unknown which job is in which file."""

        def export() -> None:
            files = dli.export_jobs(job_ids, self.obs_dir, deadline)
            self.files.update((file, list(job_ids) if len(files) == 1 else []) for file in files)

        return batch_response_of(export, len(job_ids))
