# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Exports definitions of jobs to OBS, in several requests if required (dli-api.md 1.12)."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from .._batch.job_result import JobResult, PlannedJob
from .._batch.operation import FAILED, TIMED_OUT
from .._batch.operations.export import Export
from .._batch.plan import plan, predict
from .._batch.reconcile import NOTHING_OBSERVED, reconcile
from .._batch.report import batch_values
from .._dli.batch_response import BatchResponse
from .._dli.client import EXPORT_SIZE
from .._dli.job_finder import JobFinder, JobLookup, list_all_jobs
from .._dli.task_context import Context
from .._errors import InputError
from .._options import LONGEST, Selection, bare_path, parse_all, select, select_any
from .._result import ModuleResult

EMPTY_RESULT: Mapping[str, t.Any] = {"jobs": [], "zip_files": []}


@dataclass(frozen=True)
class ExportOptions:
    """The jobs to export (:data:`None` for all), and the folder."""

    operation: Export
    selection: Selection | None
    check_mode: bool


def parse_export_options(params: Mapping[str, t.Any], check_mode: bool) -> ExportOptions:
    selection, path = parse_all(partial(_selection, params), partial(bare_path, "obs_dir", params["obs_dir"], LONGEST))
    return ExportOptions(Export(path), selection, check_mode)


def _selection(params: Mapping[str, t.Any]) -> Selection | None:
    if not params["all"]:
        return select(params["job_ids"], params["job_names"])
    named = select_any(params["job_ids"], params["job_names"])
    if named.ids or named.names:
        raise InputError("Conflicting options: all and job_ids or job_names. Set either all, or the jobs to export.")
    return None


def export_jobs(context: Context, options: ExportOptions) -> ModuleResult:
    """Export the jobs.

    :raises CloudError: the jobs could not be read, and nothing was exported.
    """
    operation = options.operation
    selection, found = _find(context, options.selection)
    batch = plan(operation, selection, found)
    submitted = list(batch.to_submit.values())
    if options.check_mode:
        results = {planned.job_id: predict(operation, planned) for planned in submitted}
    else:
        results = _submit(context, operation, submitted)
    return export_result(options, batch.results(results), [*selection.warnings, *batch.warnings])


def export_result(options: ExportOptions, results: Sequence[JobResult], warnings: Sequence[str]) -> ModuleResult:
    """Return the result of a batch, each job with the file that contains it, if known."""
    file_of = {job_id: file for file, job_ids in options.operation.files.items() for job_id in job_ids}
    values = batch_values(options.operation, results, options.check_mode)
    values["jobs"] = [{**job, "zip_file": file_of.get(job["job_id"])} for job in values["jobs"]]
    values["summary"] = {name: count for name, count in values["summary"].items() if name not in (FAILED, TIMED_OUT)}
    return ModuleResult({**values, "zip_files": list(options.operation.files)}, warnings)


def _find(context: Context, selection: Selection | None) -> tuple[Selection, JobLookup]:
    if selection is not None:
        return selection, JobFinder(context.dli).find(selection.ids, selection.names, context.deadline)
    jobs = list_all_jobs(context.dli, context.deadline)
    return Selection(tuple(jobs), (), ()), JobLookup(dict(jobs), {})


def _submit(context: Context, operation: Export, jobs: Sequence[PlannedJob]) -> dict[int, JobResult]:
    """Send the jobs in parts. A failed part does not affect the other parts, except after an authentication failure."""
    results: dict[int, JobResult] = {}
    rejected: BatchResponse | None = None
    for first in range(0, len(jobs), EXPORT_SIZE):
        part = {planned.job_id: planned for planned in jobs[first:first + EXPORT_SIZE]}
        response = rejected or operation.send(context.dli, list(part), context.deadline)
        decided = reconcile(operation, part, response, NOTHING_OBSERVED, time_is_up=True)
        results.update(t.cast("dict[int, JobResult]", decided))
        if response.refusal is not None and response.refusal.is_auth_failure:
            rejected = response
        context.on_progress(f"{len(results)} of {len(jobs)} jobs processed.")
    return results
