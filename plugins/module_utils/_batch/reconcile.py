# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Determines the outcome of each job of a batch from the response of the service and the statuses of the jobs. Pure.

The response contains no job IDs, and its order is not guaranteed. If it contains one element per job and all elements accept,
the order does not matter. For any other response, the jobs are read: the operation was carried out for a job whose
status or start time has changed. If positions and statuses disagree, the statuses decide. An outcome that cannot be determined in
time is UNDETERMINED; it is never guessed.
"""

from __future__ import annotations

import typing as t
from collections.abc import Collection, Mapping, Sequence

from .._dli.batch_response import BatchResponse, ItemResponse
from .._dli.job import Job
from .._errors import CloudError
from .job_result import (
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

ACCEPTED = "accepted"
REFUSED = "refused"
CONCURRENT_CHANGE = "concurrent change"  #: refused, because another client has changed the job
UNATTRIBUTED = "unattributed"  #: the job has the requested status, but it is unknown whether this task caused it
UNDETERMINED = "undetermined"
#: Why the outcome is unknown if the response could be parsed.
MISMATCH = "The response does not match the requested jobs, and the status of the job does not show the outcome yet"


class Verdict(t.NamedTuple):
    """The outcome of one submitted job. ``reconciled``: it comes from the status of the job, not from the response."""

    kind: str
    element: ItemResponse | None = None
    reconciled: bool = False


class Observation(t.NamedTuple):
    """What the reads since the request have shown.

    :ivar was_read: whether any read has succeeded.
    :ivar applied: jobs that show the operation, by this or another client; ``gone``: jobs that no longer exist.
    :ivar spontaneous: jobs in ``applied`` that may have reached their status by themselves.
    :ivar is_settled: whether enough time has passed for a job to show the request of another client.
    :ivar latest: the jobs as they were last read; ``error``: the error of the last read, if it failed.
    """

    was_read: bool = False
    applied: frozenset[int] = frozenset()
    gone: frozenset[int] = frozenset()
    spontaneous: frozenset[int] = frozenset()
    is_settled: bool = False
    latest: Mapping[int, Job | None] = {}
    error: CloudError | None = None


NOTHING_OBSERVED = Observation()


def reconcile(
    operation: Operation, submitted: Mapping[int, PlannedJob], response: BatchResponse, observed: Observation
) -> dict[int, JobResult] | None:
    """Return the result of each submitted job; :data:`None` if the jobs must be read (again)."""
    verdicts = find_verdicts(list(submitted), response, observed, False, operation.job_error_codes)
    return None if None in verdicts.values() else _results(operation, submitted, verdicts, response, observed)


def conclude(
    operation: Operation, submitted: Mapping[int, PlannedJob], response: BatchResponse, observed: Observation
) -> dict[int, JobResult]:
    """Return the result of each submitted job after the deadline. Open outcomes are undetermined."""
    verdicts = find_verdicts(list(submitted), response, observed, True, operation.job_error_codes)
    return _results(operation, submitted, verdicts, response, observed)


def _results(
    operation: Operation,
    submitted: Mapping[int, PlannedJob],
    verdicts: Mapping[int, Verdict | None],
    response: BatchResponse,
    observed: Observation,
) -> dict[int, JobResult]:
    return {
        job_id: _result(operation, submitted[job_id], t.cast(Verdict, verdict), response, observed)
        for job_id, verdict in verdicts.items()
    }


def _result(
    operation: Operation, planned: PlannedJob, verdict: Verdict, response: BatchResponse, observed: Observation
) -> JobResult:
    """Return the result for a verdict."""
    was_read, latest = planned.job_id in observed.latest, observed.latest.get(planned.job_id)
    status = latest.status if latest else None
    if verdict.kind == ACCEPTED:
        return accepted(operation, planned, verdict.reconciled, status if status != planned.job.status else None)
    if verdict.kind == CONCURRENT_CHANGE and was_read and operation.is_satisfied(latest):
        return already_satisfied(operation, planned, status)
    if verdict.kind == UNATTRIBUTED:
        return satisfied_unattributed(operation, planned, status)
    if verdict.kind == UNDETERMINED:
        return undetermined(operation, planned, status, response.indeterminate or MISMATCH, observed.error)
    if response.refusal is not None:
        return not_submitted(planned, response.refusal)
    return refused(operation, planned, verdict.element, verdict.reconciled, status)


def find_verdicts(
    submitted: Sequence[int],
    response: BatchResponse,
    observed: Observation,
    time_is_up: bool,
    job_error_codes: Collection[str],
) -> Mapping[int, Verdict | None]:
    """Return a verdict for each job; :data:`None` if the jobs must be read (again).

    :arg time_is_up: whether to decide now, without another read.
    :arg job_error_codes: codes that apply to the job itself, independent of other clients.
    """
    if response.refusal is not None:
        return dict.fromkeys(submitted, Verdict(REFUSED))
    if response.indeterminate is None and len(response.elements) == len(submitted):
        return _one_element_each(submitted, response.elements, observed, time_is_up, job_error_codes)
    return {job_id: _from_status(job_id, observed, time_is_up) for job_id in submitted}


def _from_status(job_id: int, observed: Observation, time_is_up: bool) -> Verdict | None:
    """Return the verdict on a job from its status only."""
    if job_id in observed.applied:
        return _applied(job_id, observed)
    if time_is_up or job_id in observed.gone:
        return Verdict(UNDETERMINED, reconciled=True)
    return None


def _applied(job_id: int, observed: Observation) -> Verdict:
    """Return the verdict on a job that shows the operation."""
    return Verdict(UNATTRIBUTED if job_id in observed.spontaneous else ACCEPTED, reconciled=True)


def _one_element_each(
    submitted: Sequence[int],
    elements: Sequence[ItemResponse],
    observed: Observation,
    time_is_up: bool,
    job_error_codes: Collection[str],
) -> Mapping[int, Verdict | None]:
    by_job = dict(zip(submitted, elements))
    accepted_ids = {job_id for job_id, element in by_job.items() if element.accepted}
    if len(accepted_ids) == len(submitted):
        return {job_id: Verdict(ACCEPTED, element) for job_id, element in by_job.items()}
    if not observed.was_read and not time_is_up:
        return dict.fromkeys(submitted)
    # Refusals that a request of another client may explain, which the job may show only after a while.
    ambiguous = {i for i, element in by_job.items() if not element.accepted and element.code not in job_error_codes}
    is_settled = observed.is_settled or time_is_up or ambiguous <= observed.applied | observed.gone
    if accepted_ids <= observed.applied and is_settled:
        contested = not observed.applied <= accepted_ids
        return {job_id: _confirmed(element, job_id in observed.applied, contested) for job_id, element in by_job.items()}
    if not time_is_up and not (is_settled and accepted_ids - observed.applied <= observed.gone):
        return dict.fromkeys(submitted)
    return _contradicted(by_job, accepted_ids, observed)


def _confirmed(element: ItemResponse, applied: bool, contested: bool) -> Verdict:
    """Return the verdict on a job if positions and statuses agree: each job that was accepted by position shows the operation.

    :arg contested: a job that was refused by position shows the operation too. Another client has changed the batch, so the
        positions are likely, but not certain.
    """
    if element.accepted:
        return Verdict(ACCEPTED, element, reconciled=contested)
    return Verdict(CONCURRENT_CHANGE, element, reconciled=True) if applied else Verdict(REFUSED, element)


def _contradicted(
    by_job: Mapping[int, ItemResponse], accepted_ids: set[int], observed: Observation
) -> dict[int, Verdict | None]:
    """Return the verdicts if a job that was accepted by position does not show the operation, and no time remains.

    If the number of jobs that show the operation equals the number of accepted elements, the array was in another order: the
    jobs that show the operation were accepted. Otherwise only jobs where status and position agree are certain.
    """
    reordered = len(observed.applied) == len(accepted_ids)
    refusals = {element for element in by_job.values() if not element.accepted}
    only_refusal = min(refusals, key=str) if len({element.code for element in refusals}) == 1 else None
    verdicts: dict[int, Verdict | None] = {}
    for job_id in by_job:
        if job_id in observed.applied and (reordered or job_id in accepted_ids):
            verdicts[job_id] = _applied(job_id, observed)
        elif reordered:
            verdicts[job_id] = Verdict(REFUSED, only_refusal, reconciled=True)
        else:
            verdicts[job_id] = Verdict(UNDETERMINED, reconciled=True)
    return verdicts
