# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is to be done with each requested job: send it, or report on it at once. Pure."""

from __future__ import annotations

import typing as t
from dataclasses import replace

from .._dli.error_codes import SHOW_UNKNOWN_JOB
from .._dli.job import Job, JobLookup
from .._options import Selection
from .operation import AMBIGUOUS, NOT_FOUND, Operation
from .results import PLANNED, JobResult, accepted, explain, refused


class BatchPlan(t.NamedTuple):
    """The rows in the order asked for, the jobs to send by id, and what the user should be warned of."""

    rows: list[JobResult]
    to_send: dict[int, Job]
    warnings: list[str]


def plan(act: Operation, selection: Selection, found: JobLookup) -> BatchPlan:
    """Decide for every requested job what is to be done with it, from what the look has found."""
    rows = [_row(act, job_id, found.jobs[job_id]) for job_id in selection.ids]
    warnings: list[str] = []
    named = set(selection.ids)
    for name in selection.names:
        ids = found.by_name[name]
        if len(ids) == 1 and ids[0] in named:
            warnings.append(f"job_names: {name} is job {ids[0]}, which is named already; it is handled once")
        else:
            rows.append(_row(act, ids[0], found.jobs[ids[0]]) if len(ids) == 1 else _unnamed(act, name, ids))
            named.update(ids)
    to_send = {row.job_id: t.cast(Job, found.jobs[row.job_id]) for row in rows if row.state == PLANNED and row.job_id}
    return BatchPlan(rows, to_send, warnings)


def predict(act: Operation, row: JobResult, job: Job) -> JobResult:
    """Return what a real run would report for a planned row, as far as the service lets itself be asked."""
    expected_refusal = act.expected_refusal(job)
    return refused(act, row, expected_refusal) if expected_refusal else accepted(act, row)


def _row(act: Operation, job_id: int, job: Job | None) -> JobResult:
    if job is None:
        if act.absent != NOT_FOUND:
            return JobResult(job_id, None, act.absent, msg="left alone: the project has no job of this id")
        msg = f"not {act.done}: {explain(SHOW_UNKNOWN_JOB, '')}"
        return JobResult(job_id, None, NOT_FOUND, failed=True, error_code=SHOW_UNKNOWN_JOB, msg=msg)
    decide = act.decide(job)
    row = JobResult(job_id, job.name, PLANNED, status_before=job.status, status=job.status)
    return row if decide.send else replace(row, state=decide.state, failed=decide.failed, msg=decide.msg)


def _unnamed(act: Operation, name: str, ids: list[int]) -> JobResult:
    if ids:
        listed = ", ".join(map(str, ids))
        msg = f"not {act.done}: {len(ids)} jobs bear this name, {listed}; name the one you mean by its id"
        return JobResult(None, name, AMBIGUOUS, failed=True, msg=msg)
    if act.absent != NOT_FOUND:
        return JobResult(None, name, act.absent, msg="left alone: the project has no job of this name")
    return JobResult(None, name, NOT_FOUND, failed=True, msg=f"not {act.done}: the project has no job of this name; check the name")
