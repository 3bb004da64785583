# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Importing jobs from a zip file in OBS. The request is sent once; if its answer is lost, the list of jobs tells."""

from __future__ import annotations

import typing as t
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from ._checks import positive
from ._clock import Clock
from ._confirm import confirm
from ._dli import Dli
from ._errors import AnswerLost
from ._listing import list_all
from ._mapping import FAILED, STATES, UNKNOWN, Mapped, learnt, read_mapping
from ._obs import LONGEST, bare_path
from ._report import NAMED_IN_MESSAGE, Report

NO_MAPPING: Mapping[str, t.Any] = {"job_mapping": []}


@dataclass(frozen=True)
class ImportTask:
    """Which file, and whether jobs of the same name are to be overwritten. Times in seconds."""

    zip_file: str
    is_cover: bool
    check_mode: bool
    confirm_timeout: float
    overall_timeout: float


def read_import_task(params: Mapping[str, t.Any], check_mode: bool) -> ImportTask:
    """Return what the options ask for.

    :raises InputError: an option is wrong.
    """
    return ImportTask(
        zip_file=bare_path("zip_file", params["zip_file"], LONGEST),
        is_cover=params["is_cover"],
        check_mode=check_mode,
        confirm_timeout=positive("confirm_timeout", params["confirm_timeout"]),
        overall_timeout=positive("overall_timeout", params["overall_timeout"]),
    )


def import_jobs(dli: Dli, clock: Clock, task: ImportTask, tell: t.Callable[[str], None]) -> Report:
    """Import the jobs and report on each.

    :raises DliError: nothing was imported.
    """
    until = clock.now() + task.overall_timeout
    # Without the list from before, a lost answer could not be made good for.
    before = list_all(dli, until)
    if task.check_mode:
        msg = f"Would import the jobs of {task.zip_file}; what it holds shows only the import itself."
        return Report({"changed": True, "msg": msg, "job_mapping": [], "summary": summary([])})
    try:
        rows, lost = read_mapping(dli.import_jobs(task.zip_file, task.is_cover, until), task.is_cover, before), ""
    except AnswerLost as error:
        rows, lost = [], str(error).rstrip(".")
    if not rows:
        lost = lost or "the answer names no job"
        deadline = min(until, clock.now() + task.confirm_timeout)
        rows = learnt(_new_jobs(dli, clock, before, deadline), task.is_cover)
    warnings = [f"The jobs were learnt from the list, because the answer did not tell: {lost}"] if lost else []
    result = {
        "changed": any(row.changed for row in rows),
        "failed": any(row.failed for row in rows),
        "msg": message(task, rows, lost),
        "job_mapping": [row.as_result() for row in rows],
        "summary": summary(rows),
    }
    return Report(result, warnings)


def summary(rows: Sequence[Mapped]) -> dict[str, int]:
    """Count the rows in each state."""
    counted = Counter(row.state for row in rows)
    return {state: counted[state] for state in STATES}


def message(task: ImportTask, rows: Sequence[Mapped], lost: str) -> str:
    """Say in one sentence what happened, failures named."""
    unsure = any(row.state == UNKNOWN for row in rows)
    counted = {state: count for state, count in summary(rows).items() if count and state not in (UNKNOWN, FAILED)}
    if unsure and not counted:
        return f"Nobody knows whether {task.zip_file} was imported: {lost}."
    counts = ", ".join(f"{count} {state}" for state, count in counted.items())
    sentence = f"Imported {task.zip_file}: {counts}" if counts else f"Imported nothing of {task.zip_file}"
    if unsure:
        sentence += f", and nobody knows whether jobs were overwritten: {lost}"
    failed = [row for row in rows if row.state == FAILED]
    if failed:
        named = ", ".join(f"{row.old_job_id} ({row.remark or 'no reason given'})" for row in failed[:NAMED_IN_MESSAGE])
        more = f" and {len(failed) - NAMED_IN_MESSAGE} more" if len(failed) > NAMED_IN_MESSAGE else ""
        sentence += f"; {len(failed)} failed: {named}{more}"
    return f"{sentence}."


def _new_jobs(dli: Dli, clock: Clock, before: Collection[int], deadline: float) -> set[int]:
    """Return the ids of the jobs that have come: as soon as two looks show the same, or else when time is up."""
    new: set[int] = set()

    def look(until: float) -> set[int] | None:
        nonlocal new
        earlier, new = new, set(list_all(dli, until)) - set(before)
        return new if new and new == earlier else None

    confirm(look, clock, deadline)
    return new
