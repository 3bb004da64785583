# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Exporting definitions of jobs to OBS, as many requests as it takes (dli-api.md 1.12)."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .._batch.operation import FAILED, TIMED_OUT
from .._batch.operations.export import Export
from .._batch.plan import plan
from .._batch.report import message, summary
from .._batch.results import JobResult, accepted, not_submitted, undetermined
from .._clock import Clock
from .._dli.batch_response import BatchResponse
from .._dli.client import EXPORT_SIZE, DliClient
from .._dli.job import JobLookup
from .._dli.job_finder import JobFinder, list_all_jobs
from .._errors import CloudError, InputError, ServiceError
from .._options import LONGEST, Selection, bare_path, positive, select, select_any
from .._result import ModuleResult

EMPTY_RESULT: Mapping[str, t.Any] = {"jobs": [], "zip_files": []}


@dataclass(frozen=True)
class ExportOptions:
    """Which jobs, :data:`None` for all; and whither. Time in seconds."""

    act: Export
    selection: Selection | None
    check_mode: bool
    overall_timeout: float


def parse_export_options(params: Mapping[str, t.Any], check_mode: bool) -> ExportOptions:
    """Return what the options ask for.

    :raises InputError: an option is wrong.
    """
    named = select_any(params["job_ids"], params["job_names"])
    if params["all"] and (named.ids or named.names):
        raise InputError("all is set, and so are job_ids or job_names: set the one or the other")
    return ExportOptions(
        act=Export(bare_path("obs_dir", params["obs_dir"], LONGEST)),
        selection=None if params["all"] else select(params["job_ids"], params["job_names"]),
        check_mode=check_mode,
        overall_timeout=positive("overall_timeout", params["overall_timeout"]),
    )


def export_jobs(dli: DliClient, clock: Clock, task: ExportOptions, on_progress: t.Callable[[str], None]) -> ModuleResult:
    """Export the jobs and report on each.

    :raises DliError: the jobs could not be looked at; then nothing was written.
    """
    deadline = clock.now() + task.overall_timeout
    selection, found = _look(dli, task.selection, deadline)
    planned = plan(task.act, selection, found)
    to_send = [row for row in planned.rows if row.job_id in planned.to_send]
    if task.check_mode:
        sent = [accepted(task.act, row, status=row.status_before) for row in to_send]
    else:
        sent = _send(dli, task.act, to_send, deadline, on_progress)
    results = {row.job_id: row for row in sent}
    rows = [results.get(row.job_id, row) for row in planned.rows]
    return export_report(task, rows, [*selection.warnings, *planned.warnings])


def export_report(task: ExportOptions, rows: Sequence[JobResult], warnings: Sequence[str]) -> ModuleResult:
    """Return the result: the rows of a batch, each with the file that holds the job if that is known."""
    where = {job_id: file for file, job_ids in task.act.files.items() for job_id in job_ids}
    counts = summary(task.act, rows)
    result = {
        "changed": any(row.changed for row in rows),
        "failed": any(row.failed for row in rows),
        "msg": message(task.act, rows, task.check_mode),
        "jobs": [{**row.as_result(), "zip_file": where.get(row.job_id or 0)} for row in rows],
        "summary": {name: count for name, count in counts.items() if name not in (FAILED, TIMED_OUT)},
        "zip_files": list(task.act.files),
    }
    return ModuleResult(result, warnings)


def _look(dli: DliClient, selection: Selection | None, deadline: float) -> tuple[Selection, JobLookup]:
    if selection is not None:
        return selection, JobFinder(dli).look(selection.ids, selection.names, deadline)
    jobs = list_all_jobs(dli, deadline)
    return Selection(tuple(jobs), (), ()), JobLookup(dict(jobs))


def _send(dli: DliClient, act: Export, rows: Sequence[JobResult], deadline: float, on_progress: t.Callable[[str], None]) -> list[JobResult]:
    """Send the jobs in parts; a part that fails keeps none of the others back, unless the sign-in is no longer good."""
    results: list[JobResult] = []
    hopeless: CloudError | None = None
    for first in range(0, len(rows), EXPORT_SIZE):
        part = rows[first:first + EXPORT_SIZE]
        job_ids = [t.cast(int, row.job_id) for row in part]
        answer = BatchResponse(refusal=hopeless) if hopeless else act.send(dli, job_ids, deadline)
        results += [_result_of(act, row, answer) for row in part]
        if isinstance(answer.refusal, ServiceError) and answer.refusal.status in (401, 403):
            hopeless = answer.refusal
        on_progress(f"{len(results)} of {len(rows)} jobs have been handled")
    return results


def _result_of(act: Export, row: JobResult, answer: BatchResponse) -> JobResult:
    if answer.refusal is not None:
        code = answer.refusal.code if isinstance(answer.refusal, ServiceError) else None
        return not_submitted(act, row, code, str(answer.refusal).rstrip("."))
    if answer.indeterminate is not None:
        return undetermined(act, row, row.status, answer.indeterminate.rstrip("."))
    return accepted(act, row, status=row.status_before)
