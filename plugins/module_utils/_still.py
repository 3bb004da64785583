# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What acts have in common that leave a job where it is: nobody is left alone, and nobody goes anywhere. Pure."""

from __future__ import annotations

import typing as t

from ._act import NOT_FOUND, Plain
from ._jobs import DOWN, PENDING, SAVEPOINTING, UP, Job


class Still(Plain):
    """The parts of an :class:`._act.Act` that are the same for all of these."""

    alone: t.ClassVar[str] = NOT_FOUND
    absent: t.ClassVar[str] = NOT_FOUND
    are: t.ClassVar[str] = ""
    meanwhile: t.ClassVar[str] = ""

    def leads_to(self, status: str | None) -> str | None:
        """The job keeps its status; which one to report is known where the row is made."""
        return None

    def is_so(self, job: Job | None) -> bool:
        """No job is so already: it is done anew each time."""
        return False

    def end(self, job: Job | None) -> str:
        """A job that makes a savepoint comes back from it."""
        return DOWN if job is None else PENDING if job.status == SAVEPOINTING else UP

    def advice(self, job: Job) -> str:
        """Read the reason."""
        return "read the reason, and run the task again"
