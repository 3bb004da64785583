# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an act is: something that is done to a batch of jobs, in words and rules. The acts themselves stand in ``_acts.py``."""

from __future__ import annotations

import typing as t
from collections.abc import Sequence

from .._dli.batch_response import BatchResponse, ItemResponse
from .._dli.client import DliClient
from .._dli.job import SAVEPOINTING, WAIT_FAILED, WAIT_PENDING, WAIT_REACHED, Job

# States that every act has; the others are its own words.
NOT_FOUND = "not_found"
AMBIGUOUS = "ambiguous"
REFUSED = "refused"
FAILED = "failed"
TIMED_OUT = "timed_out"
UNKNOWN = "unknown"


class Decision(t.NamedTuple):
    """What is to be done with one job: send it, or report this state."""

    send: bool
    state: str = ""
    failed: bool = False
    msg: str = ""


SEND = Decision(True)


class Operation(t.Protocol):
    """One thing that can be done to a batch of jobs."""

    #: States of the report that are its own: done to it, left alone, its status does not allow it, no such job.
    done: t.ClassVar[str]
    unchanged: t.ClassVar[str]
    blocked: t.ClassVar[str]
    absent: t.ClassVar[str]
    #: Words: "start" accepted; "Started" and "Would start" so many jobs; left so many alone that are "already active".
    noun: t.ClassVar[str]
    title: t.ClassVar[str]
    would: t.ClassVar[str]
    are: t.ClassVar[str]
    #: What somebody else, or the job by itself, did first; and what a second run of the task does.
    meanwhile: t.ClassVar[str]
    again: t.ClassVar[str]
    #: Codes that are about the job itself. Any other refusal may mean that somebody has just done the same.
    job_error_codes: t.ClassVar[frozenset[str]]
    #: What a wait is for: not "running" after so many seconds.
    arrived: t.ClassVar[str]

    def decide(self, job: Job) -> Decision:
        """Decide what to do with a job as it was seen."""

    def expected_refusal(self, job: Job) -> ItemResponse | None:
        """Return the refusal that a job will meet, if that can be foreseen."""

    def expected_status(self, status: str | None) -> str | None:
        """Return the status that an accepted request leads to, until it is read again; None if the job is gone then.

        :arg status: the one that the job had before.
        """

    def send(self, dli: DliClient, job_ids: Sequence[int], deadline: float) -> BatchResponse:
        """Send the request."""

    def was_applied(self, before: Job, now: Job | None) -> bool:
        """Tell whether a job shows that this was done to it, by whomever."""

    def may_be_spontaneous(self, now: Job | None) -> bool:
        """Tell whether a job that has moved may have come there by itself."""

    def is_satisfied(self, job: Job | None) -> bool:
        """Tell whether a job is as this act would have it, or on its way to that."""

    def end(self, job: Job | None) -> str:
        """Return what a look means for somebody who waits, once the job has moved: UP, DOWN or PENDING."""

    def advice(self, job: Job) -> str:
        """Say what to do about a job that has ended badly."""


def states(act: Operation) -> tuple[str, ...]:
    """Return the states that a report of this act may hold, in the order of the summary."""
    return tuple(
        dict.fromkeys((act.done, act.unchanged, act.absent, AMBIGUOUS, act.blocked, REFUSED, FAILED, TIMED_OUT, UNKNOWN))
    )


class Plain:
    """The rules of an act that knows nothing better."""

    job_error_codes: t.ClassVar[frozenset[str]] = frozenset()

    def expected_refusal(self, job: Job) -> ItemResponse | None:
        """Nothing can be foreseen."""
        return None

    def may_be_spontaneous(self, now: Job | None) -> bool:
        """No job comes there by itself."""
        return False


class InPlaceOperation(Plain):
    """The parts of an :class:`._act.Act` that are the same for all of these."""

    unchanged: t.ClassVar[str] = NOT_FOUND
    absent: t.ClassVar[str] = NOT_FOUND
    are: t.ClassVar[str] = ""
    meanwhile: t.ClassVar[str] = ""

    def expected_status(self, status: str | None) -> str | None:
        """The job keeps its status; which one to report is known where the row is made."""
        return None

    def is_satisfied(self, job: Job | None) -> bool:
        """No job is so already: it is done anew each time."""
        return False

    def end(self, job: Job | None) -> str:
        """A job that makes a savepoint comes back from it."""
        return WAIT_FAILED if job is None else WAIT_PENDING if job.status == SAVEPOINTING else WAIT_REACHED

    def advice(self, job: Job) -> str:
        """Read the reason."""
        return "read the reason, and run the task again"
