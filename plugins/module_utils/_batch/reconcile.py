# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Determines the outcome of each job of a batch from the response of the service and the statuses of the jobs. Pure.

The response contains no job IDs, so the outcome of a job is a conclusion. A *history* is what may have happened: which
requests of this task were carried out, and which jobs another client or the job itself has changed. These rules define which
histories fit:

- A response with one element per job has one accepting element for each request that was carried out. Its order is not
  guaranteed (dli-api.md 1.3).
- A shorter response, or a single object, contains any of these elements. A longer one contains additional elements.
- An element with ``Operation.absent_code`` belongs to a job that does not exist.
- After a lost response, each request may have been carried out, or may still be carried out.
- A job shows an accepted request within ``GRACE_PERIOD`` seconds (dli-api.md 0.1-8), except for those that
  ``Operation.may_show_nothing`` describes.
- Which statuses a job reaches by itself: ``Operation.may_be_spontaneous``.

``changed`` is true or false if it has this value in all histories that fit, with any actions of other clients. With
``reconciled``, it has this value in all histories without another client. Otherwise it is unknown.
"""

from __future__ import annotations

import typing as t
from collections import Counter
from collections.abc import Mapping

from .._dli.batch_response import BatchResponse, ItemResponse
from .._dli.job import Job
from .._errors import CloudError
from .job_result import (
    MAY_HAVE_ENDED,
    OTHER_CLIENT,
    JobResult,
    PlannedJob,
    accepted,
    already_satisfied,
    not_submitted,
    refused,
    satisfied_unattributed,
    undetermined,
)
from .operation import Operation

#: Seconds until a job shows a request that was accepted: the old status is still read for a while (dli-api.md 0.1-8).
GRACE_PERIOD = 10.0

# What the reads have shown of a job.
MOVED = "moved"  #: it shows the operation, which it cannot do by itself
ENDED = "ended"  #: it shows the operation, but may have reached its status by itself
GONE = "gone"  #: another client has deleted it
ABSENT = "absent"  #: another client deleted it before the request
UNMOVED = "unmoved"  #: it does not show the operation after GRACE_PERIOD
OPEN = "open"  #: not read, or it may still show the operation

#: Why the outcome is unknown if the response could be parsed.
MISMATCH = "The response does not match the requested jobs, and the status of the job does not show the outcome yet"


class Claim(t.NamedTuple):
    """Whether this task changed a job; None if unknown. ``reconciled``: unless another client acted at the same time."""

    changed: bool | None
    reconciled: bool = True


UNCERTAIN = Claim(None)


class Carried(t.NamedTuple):
    """The smallest and the largest number of requests that were carried out, according to the response."""

    least: int
    most: int


class Observation(t.NamedTuple):
    """What the reads since the request have shown.

    :ivar was_read: whether any read has succeeded.
    :ivar applied: jobs that show the operation, by this or another client; ``gone``: jobs that no longer exist.
    :ivar spontaneous: jobs in ``applied`` that may have reached their status by themselves.
    :ivar is_settled: whether GRACE_PERIOD had passed at the last read.
    :ivar latest: the jobs as they were last read; ``error``: the error of the last read, if it failed.
    """

    was_read: bool = False
    applied: frozenset[int] = frozenset()
    gone: frozenset[int] = frozenset()
    spontaneous: frozenset[int] = frozenset()
    is_settled: bool = False
    latest: Mapping[int, Job | None] = {}
    error: CloudError | None = None

    def sign(self, job_id: int, may_come_later: bool) -> str:
        """Return what the reads have shown of a job.

        :arg may_come_later: whether the request may be carried out after GRACE_PERIOD.
        """
        if job_id in self.applied:
            return ENDED if job_id in self.spontaneous else MOVED
        if job_id in self.gone:
            return GONE
        return UNMOVED if self.is_settled and not may_come_later else OPEN


NOTHING_OBSERVED = Observation()


def carried_out(response: BatchResponse, submitted: int) -> Carried:
    """Return how many of the submitted requests were carried out.

    A short response contains no more elements than one for each job, and a long one no fewer.
    """
    accepting = sum(bool(element.accepted) for element in response.elements)
    refusing = len(response.elements) - accepting
    least, most = sorted((accepting, submitted - refusing))
    return Carried(max(0, least), min(submitted, most))


def attribute(carried: Carried, signs: Mapping[int, str]) -> dict[int, Claim]:
    """Return the claim for each job: the decision table of docs/behaviour.md.

    The jobs whose requests were carried out are some of those that show the operation, or may show it later. Their number is
    between the limits of ``carried``. Without another client, all jobs are among them that show the operation and cannot have
    reached their status by themselves.
    """
    counts = Counter(signs.values())
    moved, candidates = counts[MOVED], len(signs) - counts[UNMOVED] - counts[ABSENT]
    if candidates < carried.least:
        # The service takes longer than GRACE_PERIOD.
        return attribute(carried, {job_id: OPEN if sign in (UNMOVED, ABSENT) else sign for job_id, sign in signs.items()})
    is_alone = not counts[GONE] and not counts[ABSENT] and moved <= carried.most
    claims = {}
    for job_id, sign in signs.items():
        if sign in (UNMOVED, ABSENT) or carried.most == 0:
            claims[job_id] = Claim(False, reconciled=False)
        elif candidates == carried.least:
            claims[job_id] = Claim(True, reconciled=False)
        elif is_alone and sign == MOVED:
            claims[job_id] = Claim(True)
        elif is_alone and moved == carried.most:
            claims[job_id] = Claim(False)
        else:
            claims[job_id] = UNCERTAIN
    return claims


def reconcile(
    operation: Operation,
    submitted: Mapping[int, PlannedJob],
    response: BatchResponse,
    observed: Observation,
    time_is_up: bool = False,
) -> dict[int, JobResult] | None:
    """Return the result of each submitted job; :data:`None` if the jobs must be read (again).

    :arg time_is_up: whether to decide now, without another read.
    """
    if response.refusal is not None:
        return {job_id: not_submitted(planned, response.refusal) for job_id, planned in submitted.items()}
    carried = carried_out(response, len(submitted))
    is_lost = response.indeterminate is not None
    signs = {
        job_id: observed.sign(job_id, is_lost or operation.may_show_nothing(planned.job))
        for job_id, planned in submitted.items()
    }
    deleted = [job_id for job_id, sign in signs.items() if sign == GONE]
    absent = sum(element.code == operation.absent_code for element in response.elements)
    if operation.absent_code is not None and len(deleted) == absent:
        signs.update(dict.fromkeys(deleted, ABSENT))
    claims = attribute(carried, signs)
    own = _elements(claims, response)
    if carried.least < len(submitted) and not time_is_up:
        is_explained = all(item.accepted or item.code in operation.job_error_codes for item in response.elements)
        is_exact = carried.least == carried.most
        is_open = any(_may_change(claims[job_id], sign, is_exact, is_explained) for job_id, sign in signs.items())
        if not observed.was_read or is_open:
            return None
    not_carried_out = sum(claim.changed is False for claim in claims.values())
    return {
        job_id: _result(
            operation, planned, claims[job_id], own[job_id], _reason(own[job_id], response, not_carried_out), response, observed
        )
        for job_id, planned in submitted.items()
    }


def _may_change(claim: Claim, sign: str, is_exact: bool, is_explained: bool) -> bool:
    """Return whether another read may show more about a job.

    :arg is_exact: whether the number of requests that were carried out is certain.
    :arg is_explained: whether all refusals apply to the jobs themselves. Any other refusal may be the result of a request of
        another client, which the refused job may still show.
    """
    if sign == OPEN and claim.changed is False and not is_explained:
        return True
    return sign in (OPEN, UNMOVED) and (claim.changed is None or not is_exact)


def _elements(claims: Mapping[int, Claim], response: BatchResponse) -> dict[int, ItemResponse | None]:
    """Return the element of each job by its position if the positions agree with all claims.

    The order is not guaranteed, so an element is only used for texts.
    """
    elements = response.elements
    agree = len(elements) == len(claims) and all(
        claim.changed in (None, element.accepted) for claim, element in zip(claims.values(), elements)
    )
    return dict(zip(claims, elements if agree else (None,) * len(claims)))


def _refusals(own: ItemResponse | None, response: BatchResponse) -> list[ItemResponse]:
    """Return the refusals that may be those of a job.

    :arg own: the element of the job by its position.
    """
    if own is not None and not own.accepted:
        return [own]
    return [element for element in response.elements if not element.accepted]


def _reason(own: ItemResponse | None, response: BatchResponse, not_carried_out: int) -> ItemResponse | None:
    """Return the refusal of a job; None if the response does not show which one it is.

    :arg not_carried_out: the number of jobs whose request was not carried out.
    """
    refusals = _refusals(own, response)
    is_only = len({element.code for element in refusals}) == 1 and (refusals == [own] or len(refusals) >= not_carried_out)
    return min(refusals) if is_only else None


def _result(
    operation: Operation,
    planned: PlannedJob,
    claim: Claim,
    own: ItemResponse | None,
    reason: ItemResponse | None,
    response: BatchResponse,
    observed: Observation,
) -> JobResult:
    """Return the result for a claim."""
    job_id = planned.job_id
    latest = observed.latest.get(job_id)
    status = latest.status if latest else None
    if claim.changed:
        return accepted(operation, planned, claim.reconciled, status if status != planned.job.status else None, own is None)
    is_satisfied = job_id in observed.applied and operation.is_satisfied(latest)
    if claim.changed is None:
        if is_satisfied:
            reason_unknown = MAY_HAVE_ENDED if job_id in observed.spontaneous else OTHER_CLIENT
            return satisfied_unattributed(operation, planned, status, reason_unknown)
        return undetermined(operation, planned, status, response.indeterminate or MISMATCH, observed.error)
    if is_satisfied:
        return already_satisfied(operation, planned, claim.reconciled, status)
    return refused(operation, planned, reason, claim.reconciled, status)
