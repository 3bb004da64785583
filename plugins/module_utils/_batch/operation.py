# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an operation on a batch of jobs is: its rules and its texts. Each operation is one file in ``operations/``."""

from __future__ import annotations

import abc
import typing as t
from collections.abc import Sequence

from .._dli.batch_response import BatchResponse, ItemResponse
from .._dli.client import DliClient
from .._dli.job import Job
from .._dli.job_status import SAVEPOINTING, WAIT_FAILED, WAIT_PENDING, WAIT_REACHED

# States that every operation has; the others are its own.
NOT_FOUND = "not_found"
AMBIGUOUS = "ambiguous"
REFUSED = "refused"
FAILED = "failed"
TIMED_OUT = "timed_out"
UNKNOWN = "unknown"


class Decision(t.NamedTuple):
    """What is to be done with one job: submit it, or report this state."""

    submit: bool
    state: str = ""
    failed: bool = False
    msg: str = ""


SUBMIT = Decision(True)


class Wording(t.NamedTuple):
    """The texts of an operation, as parts of sentences.

    :ivar noun: "start" accepted; ``title`` and ``would``: "Started" and "Would start" so many jobs.
    :ivar reached: not "running" after so many seconds; ``rerun``: what running the task again does.
    :ivar unchanged: left so many alone that are "already active"; ``concurrent``: what happened independent of this task.
    """

    noun: str
    title: str
    would: str
    reached: str
    rerun: str
    unchanged: str = ""
    concurrent: str = ""


class Operation(abc.ABC):
    """One thing that can be done to a batch of jobs. The defaults are those of an operation that keeps a job's status.

    :cvar done: state of a job to which it was done; ``unchanged``: of one that needs no request; ``blocked``: of one whose
        status does not allow it; ``absent``: of one that does not exist.
    :cvar job_error_codes: codes that are about the job itself. Any other refusal may mean that another client has just done
        the same.
    """

    done: t.ClassVar[str]
    blocked: t.ClassVar[str]
    unchanged: t.ClassVar[str] = NOT_FOUND
    absent: t.ClassVar[str] = NOT_FOUND
    job_error_codes: t.ClassVar[frozenset[str]] = frozenset()
    wording: t.ClassVar[Wording]

    @abc.abstractmethod
    def decide(self, job: Job) -> Decision:
        """Return what to do with a job as it was read."""

    @abc.abstractmethod
    def send(self, dli: DliClient, job_ids: Sequence[int], deadline: float) -> BatchResponse:
        """Send the request."""

    @abc.abstractmethod
    def was_applied(self, before: Job, now: Job | None) -> bool:
        """Return whether a job shows that this was done to it, by this or another client."""

    def expected_refusal(self, job: Job) -> ItemResponse | None:
        """Return the refusal that a job will get, if that can be foreseen."""
        return None

    def expected_status(self, status: str | None, reconciled: bool) -> str | None:
        """Return the status after an accepted request, until the job is read again; None if the job is gone then.

        It must be one that a wait does not end with (see ``wait_outcome``): it was not read.

        :arg status: the one that the job had before.
        :arg reconciled: whether the job was read after the request, and its status had not changed.
        """
        return status

    def may_be_spontaneous(self, now: Job | None) -> bool:
        """Return whether a job to which this was done may have come to its status by itself."""
        return False

    def is_satisfied(self, job: Job | None) -> bool:
        """Return whether a job is as this operation would make it, or will be without a request."""
        return False

    def wait_outcome(self, job: Job | None) -> str:
        """Return what a job means for a wait, once the operation shows: WAIT_REACHED, WAIT_FAILED or WAIT_PENDING."""
        return WAIT_FAILED if job is None else WAIT_PENDING if job.status == SAVEPOINTING else WAIT_REACHED

    def remedy(self, job: Job) -> str:
        """Return what to do about a job for which the wait failed."""
        return "read the reason, and run the task again"


def states(operation: Operation) -> tuple[str, ...]:
    """Return the states that a result of this operation may have, in the order of the summary."""
    own = (operation.done, operation.unchanged, operation.absent, AMBIGUOUS, operation.blocked)
    return tuple(dict.fromkeys((*own, REFUSED, FAILED, TIMED_OUT, UNKNOWN)))
