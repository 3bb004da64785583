# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The flow of every batch: find → plan → (check mode stops here) → submit → reconcile → wait.

Decisions are pure functions in ``plan.py``, ``reconcile.py`` and ``operations/``. This file connects them to the network and the
clock.
"""

from __future__ import annotations

import typing as t
from collections.abc import Mapping
from dataclasses import dataclass

from .._dli.batch_response import BatchResponse
from .._dli.job import Job
from .._dli.job_finder import JobFinder
from .._dli.task_context import Context
from .._options import Selection, WaitOptions
from .._polling import backoff, poll
from .job_result import JobResult, PlannedJob
from .operation import Operation
from .plan import plan, predict
from .reconcile import GRACE_PERIOD, NOTHING_OBSERVED, Observation, reconcile
from .wait import needs_wait, wait_for_jobs


@dataclass(frozen=True)
class BatchOptions:
    """The operation, the jobs and the mode of a batch."""

    operation: Operation
    selection: Selection
    check_mode: bool
    waiting: WaitOptions


class BatchOutcome(t.NamedTuple):
    """The outcome of a batch.

    :ivar results: in the requested order; ``warnings``: for the user; ``waited``: duration of the wait in seconds.
    :ivar submitted: the jobs that needed a request, as they were before it.
    """

    results: list[JobResult]
    warnings: list[str]
    waited: float
    submitted: Mapping[int, PlannedJob]


def execute_batch(context: Context, options: BatchOptions) -> BatchOutcome:
    """Submit the jobs that need a request and whose status allows it, and return the result of each requested job.

    :raises CloudError: the jobs could not be read, and nothing was sent.
    """
    operation, selection, clock = options.operation, options.selection, context.clock
    finder = JobFinder(context.dli)
    batch = plan(operation, selection, finder.find(selection.ids, selection.names, context.deadline))
    submitted = batch.to_submit
    if options.check_mode:
        results = batch.results({job_id: predict(operation, planned) for job_id, planned in submitted.items()})
    else:
        results = batch.results(_submit(context, finder, options, submitted))
    began = clock.now()
    if options.waiting.wait and not options.check_mode:
        pending = [result for result in results if needs_wait(operation, result)]
        waited = wait_for_jobs(context, finder, operation, pending, submitted, options.waiting)
        results = [waited.get(t.cast(int, result.job_id), result) for result in results]
    return BatchOutcome(results, [*selection.warnings, *batch.warnings], clock.now() - began, submitted)


def _submit(
    context: Context, finder: JobFinder, options: BatchOptions, jobs: Mapping[int, PlannedJob]
) -> dict[int, JobResult]:
    """Submit the jobs and return the result of each job.

    The batch is one request. No limit of its size is documented (dli-api.md 10-1), so it is halved only after the service
    has rejected it as too large.
    """
    remaining, size = list(jobs), len(jobs)
    results: dict[int, JobResult] = {}
    while remaining:
        part = {job_id: jobs[job_id] for job_id in remaining[:size]}
        response = options.operation.send(context.dli, list(part), context.deadline)
        if response.is_too_large and len(part) > 1:
            size = -(-len(part) // 2)
            continue
        deadline = min(context.deadline, context.clock.now() + options.waiting.confirm_timeout)
        results.update(_confirm(context, finder, options.operation, part, response, deadline))
        remaining = remaining[size:]
    return results


def _confirm(
    context: Context,
    finder: JobFinder,
    operation: Operation,
    submitted: Mapping[int, PlannedJob],
    response: BatchResponse,
    deadline: float,
) -> dict[int, JobResult]:
    """Read the jobs until the result of each job is certain or the deadline has passed."""
    observed = NOTHING_OBSERVED
    settled_at = context.clock.now() + GRACE_PERIOD

    def check(until: float) -> dict[int, JobResult] | None:
        nonlocal observed
        unread = [job_id for job_id in submitted if job_id not in observed.applied and job_id not in observed.gone]
        found = finder.find(unread, deadline=until).jobs
        jobs = {job_id: found[job_id] for job_id in unread}
        observed = _observe(operation, submitted, observed, jobs, context.clock.now() >= settled_at)
        return reconcile(operation, submitted, response, observed)

    results = reconcile(operation, submitted, response, observed)
    if results is None and context.clock.now() < deadline:
        results, error = poll(check, context.clock, deadline, backoff())
        observed = observed._replace(error=error)
    if results is None:
        results = reconcile(operation, submitted, response, observed, time_is_up=True)
    return t.cast("dict[int, JobResult]", results)


def _observe(
    operation: Operation,
    submitted: Mapping[int, PlannedJob],
    observed: Observation,
    jobs: Mapping[int, Job | None],
    is_settled: bool,
) -> Observation:
    """Return the observation with the latest read added to it."""
    applied = {job_id for job_id, job in jobs.items() if operation.was_applied(submitted[job_id].job, job)}
    gone = {job_id for job_id, job in jobs.items() if job is None} - applied
    return Observation(
        was_read=True,
        applied=observed.applied | applied,
        gone=observed.gone | gone,
        spontaneous=observed.spontaneous | {job_id for job_id in applied if operation.may_be_spontaneous(jobs[job_id])},
        is_settled=is_settled,
        latest={**observed.latest, **{job_id: job for job_id, job in jobs.items() if job_id not in gone}},
    )
