# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Exporting definitions of jobs to OBS, as many requests as it takes (dli-api.md 1.12)."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ._act import FAILED, REFUSED, SEND, TIMED_OUT, Stance
from ._batch import BatchAnswer, answer_of
from ._checks import positive
from ._clock import Clock
from ._dli import EXPORT_SIZE, Dli
from ._errors import DliError, InputError, ServiceError
from ._jobs import Found, Job
from ._listing import list_all
from ._look import Looker
from ._obs import LONGEST, bare_path
from ._report import Report, message, summary
from ._rows import Row, done, not_sent, plan, unknown
from ._selection import Selection, select, select_any
from ._still import Still

NO_EXPORT: Mapping[str, t.Any] = {"jobs": [], "zip_files": []}


@dataclass(frozen=True)
class Export(Still):
    """Exporting to a folder, without ``obs://``; ``files`` collects what was written: zip file -> the jobs in it."""

    obs_dir: str
    files: dict[str, list[int]] = field(default_factory=dict)

    done: t.ClassVar[str] = "exported"
    blocked: t.ClassVar[str] = REFUSED
    noun: t.ClassVar[str] = "export"
    title: t.ClassVar[str] = "Exported"
    would: t.ClassVar[str] = "Would export"
    again: t.ClassVar[str] = "which writes another file"
    arrived: t.ClassVar[str] = "exported"

    def stance(self, job: Job) -> Stance:
        """A definition can be read in any status."""
        return SEND

    def has_moved(self, before: Job, now: Job | None) -> bool:
        """A job shows nothing of it."""
        return False

    def send(self, dli: Dli, job_ids: Sequence[int], until: float) -> BatchAnswer:
        """Send one request, for as many jobs as one takes, and note the file. Several files do not tell which job is where."""

        def export() -> None:
            files = dli.export_jobs(job_ids, self.obs_dir, until)
            self.files.update((file, list(job_ids) if len(files) == 1 else []) for file in files)

        return answer_of(export, len(job_ids))


@dataclass(frozen=True)
class ExportTask:
    """Which jobs, :data:`None` for all; and whither. Time in seconds."""

    act: Export
    selection: Selection | None
    check_mode: bool
    overall_timeout: float


def read_export_task(params: Mapping[str, t.Any], check_mode: bool) -> ExportTask:
    """Return what the options ask for.

    :raises InputError: an option is wrong.
    """
    named = select_any(params["job_ids"], params["job_names"])
    if params["all"] and (named.ids or named.names):
        raise InputError("all is set, and so are job_ids or job_names: set the one or the other")
    return ExportTask(
        act=Export(bare_path("obs_dir", params["obs_dir"], LONGEST)),
        selection=None if params["all"] else select(params["job_ids"], params["job_names"]),
        check_mode=check_mode,
        overall_timeout=positive("overall_timeout", params["overall_timeout"]),
    )


def export_jobs(dli: Dli, clock: Clock, task: ExportTask, tell: t.Callable[[str], None]) -> Report:
    """Export the jobs and report on each.

    :raises DliError: the jobs could not be looked at; then nothing was written.
    """
    until = clock.now() + task.overall_timeout
    selection, found = _look(dli, task.selection, until)
    planned = plan(task.act, selection, found)
    to_send = [row for row in planned.rows if row.job_id in planned.to_send]
    if task.check_mode:
        sent = [done(task.act, row, status=row.status_before) for row in to_send]
    else:
        sent = _send(dli, task.act, to_send, until, tell)
    results = {row.job_id: row for row in sent}
    rows = [results.get(row.job_id, row) for row in planned.rows]
    return export_report(task, rows, [*selection.warnings, *planned.warnings])


def export_report(task: ExportTask, rows: Sequence[Row], warnings: Sequence[str]) -> Report:
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
    return Report(result, warnings)


def _look(dli: Dli, selection: Selection | None, until: float) -> tuple[Selection, Found]:
    if selection is not None:
        return selection, Looker(dli).look(selection.ids, selection.names, until)
    jobs = list_all(dli, until)
    return Selection(tuple(jobs), (), ()), Found(dict(jobs))


def _send(dli: Dli, act: Export, rows: Sequence[Row], until: float, tell: t.Callable[[str], None]) -> list[Row]:
    """Send the jobs in parts; a part that fails keeps none of the others back, unless the sign-in is no longer good."""
    results: list[Row] = []
    hopeless: DliError | None = None
    for first in range(0, len(rows), EXPORT_SIZE):
        part = rows[first:first + EXPORT_SIZE]
        job_ids = [t.cast(int, row.job_id) for row in part]
        answer = BatchAnswer(refusal=hopeless) if hopeless else act.send(dli, job_ids, until)
        results += [_result_of(act, row, answer) for row in part]
        if isinstance(answer.refusal, ServiceError) and answer.refusal.status in (401, 403):
            hopeless = answer.refusal
        tell(f"{len(results)} of {len(rows)} jobs have been handled")
    return results


def _result_of(act: Export, row: Row, answer: BatchAnswer) -> Row:
    if answer.refusal is not None:
        code = answer.refusal.code if isinstance(answer.refusal, ServiceError) else None
        return not_sent(act, row, code, str(answer.refusal).rstrip("."))
    if answer.unclear is not None:
        return unknown(act, row, row.status, answer.unclear.rstrip("."))
    return done(act, row, status=row.status_before)
