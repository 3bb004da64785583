# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Decides for each requested job whether to submit it or to return its result without a request. Pure."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping

from .._dli.error_codes import SHOW_UNKNOWN_JOB
from .._dli.job import Job
from .._dli.job_finder import JobLookup
from .._options import Selection
from .job_result import JobResult, PlannedJob, accepted, explain, refused
from .operation import AMBIGUOUS, NOT_FOUND, Operation


class BatchPlan(t.NamedTuple):
    """An entry for each requested job, in the requested order, and warnings for the user."""

    entries: list[PlannedJob | JobResult]
    warnings: list[str]

    @property
    def to_submit(self) -> dict[int, PlannedJob]:
        return {entry.job_id: entry for entry in self.entries if isinstance(entry, PlannedJob)}

    def results(self, submitted: Mapping[int, JobResult]) -> list[JobResult]:
        """Return all results from those of the submitted jobs."""
        return [submitted[entry.job_id] if isinstance(entry, PlannedJob) else entry for entry in self.entries]


def plan(operation: Operation, selection: Selection, found: JobLookup) -> BatchPlan:
    """Return what to do with each requested job.

    :arg found: the jobs as they were read.
    """
    entries = [_entry(operation, job_id, found.jobs[job_id]) for job_id in selection.ids]
    warnings: list[str] = []
    named = set(selection.ids)
    for name in selection.names:
        ids = found.by_name[name]
        if len(ids) == 1 and ids[0] in named:
            warnings.append(f"Duplicate job: {name} in job_names is job {ids[0]} in job_ids. Each job is handled once.")
        else:
            only = len(ids) == 1
            entries.append(_entry(operation, ids[0], found.jobs[ids[0]]) if only else _without_id(operation, name, ids))
            named.update(ids)
    return BatchPlan(entries, warnings)


def predict(operation: Operation, planned: PlannedJob) -> JobResult:
    """Return what a run would return for a job to submit, as far as the job shows it."""
    refusal = operation.expected_refusal(planned.job)
    return refused(operation, planned, refusal) if refusal else accepted(operation, planned)


def _entry(operation: Operation, job_id: int, job: Job | None) -> PlannedJob | JobResult:
    if job is None:
        if operation.absent != NOT_FOUND:
            return JobResult(job_id, None, operation.absent, msg="Unchanged: the project has no job with this ID.")
        msg = f"Not {operation.done}: {explain(SHOW_UNKNOWN_JOB, '')}"
        return JobResult(job_id, None, NOT_FOUND, failed=True, error_code=SHOW_UNKNOWN_JOB, msg=msg)
    planned = PlannedJob(job_id, job)
    decision = operation.decide(job)
    return planned if decision.submit else planned.result(decision.state, failed=decision.failed, msg=decision.msg)


def _without_id(operation: Operation, name: str, ids: list[int]) -> JobResult:
    if ids:
        listed = ", ".join(map(str, ids))
        msg = f"Not {operation.done}: {len(ids)} jobs have this name: {listed}. Specify the job by its ID."
        return JobResult(None, name, AMBIGUOUS, failed=True, msg=msg)
    if operation.absent != NOT_FOUND:
        return JobResult(None, name, operation.absent, msg="Unchanged: the project has no job with this name.")
    msg = f"Not {operation.done}: the project has no job with this name. Check the name."
    return JobResult(None, name, NOT_FOUND, failed=True, msg=msg)
