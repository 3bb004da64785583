# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reads the jobs after a response that was lost or that does not accept every job, until the outcome of each job is certain."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping

from .._dli.batch_response import BatchResponse
from .._dli.job import Job
from .._dli.job_finder import JobFinder
from .._dli.task_context import Context
from .._polling import backoff, poll
from .job_result import JobResult, PlannedJob
from .operation import Operation
from .reconcile import GRACE_PERIOD, NOTHING_OBSERVED, Observation, reconcile


def confirm(
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
