# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The base of an operation on a batch of jobs: its rules and its texts. Each operation is a file in ``operations/``."""

from __future__ import annotations

import abc
import typing as t
from collections.abc import Sequence

from .._dli.batch_response import BatchResponse, ItemResponse
from .._dli.client import DliClient
from .._dli.job import Job
from .._dli.job_status import FIX_AND_RUN, SAVEPOINTING, WAIT_FAILED, WAIT_PENDING, WAIT_REACHED, status_of

# States that every operation has; the others are its own.
NOT_FOUND = "not_found"
AMBIGUOUS = "ambiguous"
REFUSED = "refused"
FAILED = "failed"
TIMED_OUT = "timed_out"
UNKNOWN = "unknown"


class Decision(t.NamedTuple):
    """Whether to submit a job; if not, the state to report."""

    submit: bool
    state: str = ""
    failed: bool = False
    msg: str = ""


SUBMIT = Decision(True)


class Wording(t.NamedTuple):
    """The parts of the messages of an operation. The past participle is its state ``done``: "Not started: ...".

    :ivar noun: "Start accepted.", "... does not allow a start."
    :ivar rerun: "Run the task again. Jobs that are already active are not started again."
    :ivar unchanged: "2 unchanged (already active)."; empty if every job needs a request.
    :ivar concurrent: "Unchanged: another client has already started the job."; empty if this cannot be detected.
    :ivar reached: "Not running after 900 s."; empty if the batch does not wait for this operation.
    """

    noun: str
    rerun: str
    unchanged: str = ""
    concurrent: str = ""
    reached: str = ""


class Operation(abc.ABC):
    """An operation on a batch of jobs. The defaults are those of an operation that does not change the status of a job.

    :cvar done: state of a job after the operation; ``unchanged``: of a job that needs no request; ``blocked``: of a job whose
        status does not allow the operation; ``absent``: of a job that does not exist.
    :cvar can_fail: whether a wait can show that the operation failed.
    :cvar job_error_codes: codes that apply to the job itself. After any other refusal, another client may have sent the same
        request.
    :cvar absent_code: the code with which the service refuses a job that does not exist, if it is documented.
    """

    done: t.ClassVar[str]
    blocked: t.ClassVar[str]
    unchanged: t.ClassVar[str] = NOT_FOUND
    absent: t.ClassVar[str] = NOT_FOUND
    can_fail: t.ClassVar[bool] = True
    job_error_codes: t.ClassVar[frozenset[str]] = frozenset()
    absent_code: t.ClassVar[str | None] = None
    wording: t.ClassVar[Wording]

    @abc.abstractmethod
    def decide(self, job: Job) -> Decision:
        """Return whether to submit a job, from its status as it was read."""

    @abc.abstractmethod
    def send(self, dli: DliClient, job_ids: Sequence[int], deadline: float) -> BatchResponse:
        """Send one request for all jobs.

        :arg deadline: moment of the clock after which no further attempt is made.
        """

    @abc.abstractmethod
    def was_applied(self, before: Job, now: Job | None) -> bool:
        """Return whether a job shows that the operation was carried out, by this or another client."""

    def expected_refusal(self, job: Job) -> ItemResponse | None:
        """Return the refusal of the service that can be predicted for a job, if any."""
        return None

    def expected_status(self, status: str | None, reconciled: bool) -> str | None:
        """Return the expected status after an accepted request, until the job is read again; None if it no longer exists.

        A wait must not end with this status (see ``wait_outcome``), because it was not read.

        :arg status: the status before the request.
        :arg reconciled: whether the job was read after the request, and its status had not changed.
        """
        return status

    def may_show_nothing(self, before: Job) -> bool:
        """Return whether a job may be the same as before although its request was carried out."""
        return False

    def may_be_spontaneous(self, now: Job | None) -> bool:
        """Return whether a job may have reached its status by itself instead of by this operation."""
        return False

    def is_satisfied(self, job: Job | None) -> bool:
        """Return whether a job has the status that this operation requests, or reaches it without a request."""
        return False

    def wait_outcome(self, job: Job | None) -> str:
        """Return WAIT_REACHED, WAIT_FAILED or WAIT_PENDING for a job that shows the operation."""
        return WAIT_FAILED if job is None else WAIT_PENDING if job.status == SAVEPOINTING else WAIT_REACHED

    def remedy(self, job: Job) -> str:
        """Return what to do after a wait that failed for this job."""
        return FIX_AND_RUN

    def status_refusal(self, job: Job, remedy: str) -> Decision:
        """Return the decision for a job whose status does not allow this operation."""
        meaning = status_of(job.status).meaning
        msg = f"Not {self.done}: the status {job.status} ({meaning}) does not allow a {self.wording.noun}. {remedy}"
        return Decision(False, self.blocked, True, msg)


def states(operation: Operation) -> tuple[str, ...]:
    """Return the states that a result of this operation can have, in the order of the summary."""
    own = (operation.done, operation.unchanged, operation.absent, AMBIGUOUS, operation.blocked)
    return tuple(dict.fromkeys((*own, REFUSED, *([FAILED] if operation.can_fail else []), TIMED_OUT, UNKNOWN)))
