# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From options to the result of one savepoint, by the road of the batches."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping
from dataclasses import dataclass, replace

from ._clock import Clock
from ._dli import Dli
from ._jobs import SAVEPOINTING
from ._look import Looker
from ._obs import bare_path, savepoint_folder
from ._report import Report
from ._road import BatchTask, walk
from ._rows import Row
from ._savepoint_watch import Patience, watch
from ._savepoints import IMPORTED, MADE, TRIGGERED, Import, Trigger
from ._selection import select_one
from ._tasks import read_times

#: The result when nothing could be done.
NO_JOB: Mapping[str, t.Any] = {"job": None}


@dataclass(frozen=True)
class SavepointTask:
    """One job, what is to be done with it, and whether to wait for it. Time in seconds."""

    batch: BatchTask
    patience: Patience | None
    overall_timeout: float


def read_savepoint_task(params: Mapping[str, t.Any], check_mode: bool) -> SavepointTask:
    """Return what the options ask for.

    :raises InputError: an option is wrong.
    """
    times, path = read_times(params), params["savepoint_path"]
    trigger = params["action"] == "trigger"
    act = Trigger(bare_path("savepoint_path", path)) if trigger else Import(savepoint_folder("savepoint_path", path))
    selection = select_one(params["job_id"], params["job_name"])
    patience = Patience(times["wait_timeout"], times["wait_interval"], times["confirm_timeout"])
    # The road's own wait is for jobs that go somewhere; a job comes back from its savepoint to where it was.
    task = BatchTask(act=act, selection=selection, check_mode=check_mode, wait=False, **times)
    return SavepointTask(task, patience if trigger and params["wait"] else None, times["overall_timeout"])


def savepoint(dli: Dli, clock: Clock, task: SavepointTask, tell: t.Callable[[str], None]) -> Report:
    """Make or import the savepoint and report.

    :raises DliError: the job could not be looked at; then nothing was sent.
    """
    outcome = walk(dli, clock, replace(task.batch, overall_timeout=task.overall_timeout), tell)
    row = with_status(outcome.rows[0])
    if task.patience and row.state == TRIGGERED and not task.batch.check_mode and row.job_id is not None:
        row = watch(row, outcome.before[row.job_id], Looker(dli), clock, task.patience, tell)
    result = {
        "changed": bool(row.changed),
        "failed": row.failed,
        "msg": message(task.batch, row),
        "job": row.as_result(),
    }
    return Report(result, outcome.warnings)


def with_status(row: Row) -> Row:
    """Say which status an accepted request leaves the job in, where none was read."""
    if row.state not in (TRIGGERED, IMPORTED) or row.status is not None:
        return row
    accepted = row.state == TRIGGERED and not row.reconciled
    return replace(row, status=SAVEPOINTING if accepted else row.status_before)


def message(task: BatchTask, row: Row) -> str:
    """Say in one sentence what happened."""
    job = f"job {' '.join(str(part) for part in (row.job_id, row.name) if part)}"
    if row.failed:
        return f"{job[0].upper()}{job[1:]}: {row.msg}."
    if row.state == MADE:
        return f"Made a savepoint of {job}."
    return f"{task.act.would if task.check_mode else task.act.title} {job}."
