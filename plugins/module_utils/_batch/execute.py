# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The flow of every batch: find → plan → (check mode stops here) → submit → reconcile → wait.

Decisions are pure functions in ``plan.py``, ``reconcile.py`` and ``operations/``. This file, ``confirm.py`` and ``wait.py``
connect them to the network and the clock.
"""

from __future__ import annotations

import typing as t
from collections.abc import Mapping

from .._dli.batch_response import BatchResponse
from .._dli.job_finder import JobFinder
from .._dli.task_context import Context
from .._options import Selection, WaitOptions
from .job_result import JobResult, PlannedJob, accepted
from .operation import Operation
from .plan import plan, predict


class BatchOptions(t.NamedTuple):
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
        from .wait import needs_wait, wait_for_jobs  # most tasks do not wait

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
        results.update(_results(context, finder, options, part, response))
        remaining = remaining[size:]
    return results


def _results(
    context: Context,
    finder: JobFinder,
    options: BatchOptions,
    submitted: Mapping[int, PlannedJob],
    response: BatchResponse,
) -> dict[int, JobResult]:
    """Return the result of each submitted job. If the response accepts all of them, no read is necessary."""
    if response.accepts_all(len(submitted)):
        return {job_id: accepted(options.operation, planned) for job_id, planned in submitted.items()}
    from .confirm import confirm  # most responses accept all jobs

    deadline = min(context.deadline, context.clock.now() + options.waiting.confirm_timeout)
    return confirm(context, finder, options.operation, submitted, response, deadline)
