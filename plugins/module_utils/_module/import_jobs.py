# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an import has made of each job in a zip file: the service's answer read, or the truth learnt from the list. Pure.

The answer maps old ids to new ones, as texts or as numbers; a new id of -1 stands for a job whose name was taken
(dli-api.md 1.12).
"""

from __future__ import annotations

import typing as t
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass

from .._clock import Clock
from .._dli.client import DliClient
from .._dli.job_finder import list_all_jobs
from .._errors import ResponseLost
from .._options import LONGEST, bare_path, positive
from .._polling import poll
from .._result import NAMED_IN_MESSAGE, ModuleResult, one_line

CREATED = "created"
OVERWRITTEN = "overwritten"
EXISTS = "exists"
FAILED = "failed"
UNKNOWN = "unknown"
STATES = (CREATED, OVERWRITTEN, EXISTS, FAILED, UNKNOWN)


@dataclass(frozen=True)
class ImportedJob:
    """What a result says about one job of the zip file. ``changed`` is :data:`None` where nobody can know."""

    old_job_id: int | None
    new_job_id: int | None
    remark: str | None
    state: str
    changed: bool | None = False
    failed: bool = False
    reconciled: bool = False

    def as_result(self) -> dict[str, t.Any]:
        """Return the row as plain data."""
        return asdict(self)


def parse_mapping(items: Sequence[Mapping[str, t.Any]], is_cover: bool, before: Collection[int]) -> list[ImportedJob]:
    """Read the service's answer.

    :arg before: ids of the jobs that the project had.
    """
    return [_mapped(item, is_cover, before) for item in items]


def infer_from_listing(new: Collection[int], is_cover: bool) -> list[ImportedJob]:
    """Return what the list shows of an import whose answer was lost: jobs that were not there before.

    Whether it overwrote others, or did nothing at all, the list does not show.
    """
    rows = [ImportedJob(None, job_id, None, CREATED, changed=True, reconciled=True) for job_id in sorted(new)]
    if is_cover or not rows:
        rows.append(ImportedJob(None, None, None, UNKNOWN, changed=None, failed=True, reconciled=True))
    return rows


def _mapped(item: Mapping[str, t.Any], is_cover: bool, before: Collection[int]) -> ImportedJob:
    old, new = _id(item.get("old_job_id")), _id(item.get("new_job_id"))
    remark = one_line(item.get("remark")) or None
    if new is None:
        return ImportedJob(old, None, remark, FAILED if is_cover else EXISTS, failed=is_cover)
    if new not in before:
        return ImportedJob(old, new, remark, CREATED, changed=True)
    return ImportedJob(old, new, remark, OVERWRITTEN if is_cover else EXISTS, changed=is_cover)


def _id(value: object) -> int | None:
    """Read an id that may be a text; -1 and whatever is none is :data:`None`."""
    text = str(value)
    return int(text) if text.isdigit() and int(text) > 0 else None


EMPTY_RESULT: Mapping[str, t.Any] = {"job_mapping": []}


@dataclass(frozen=True)
class ImportOptions:
    """Which file, and whether jobs of the same name are to be overwritten. Times in seconds."""

    zip_file: str
    is_cover: bool
    check_mode: bool
    confirm_timeout: float
    overall_timeout: float


def parse_import_options(params: Mapping[str, t.Any], check_mode: bool) -> ImportOptions:
    """Return what the options ask for.

    :raises InputError: an option is wrong.
    """
    return ImportOptions(
        zip_file=bare_path("zip_file", params["zip_file"], LONGEST),
        is_cover=params["is_cover"],
        check_mode=check_mode,
        confirm_timeout=positive("confirm_timeout", params["confirm_timeout"]),
        overall_timeout=positive("overall_timeout", params["overall_timeout"]),
    )


def import_jobs(dli: DliClient, clock: Clock, task: ImportOptions, on_progress: t.Callable[[str], None]) -> ModuleResult:
    """Import the jobs and report on each.

    :raises DliError: nothing was imported.
    """
    deadline = clock.now() + task.overall_timeout
    # Without the list from before, a lost answer could not be made good for.
    before = list_all_jobs(dli, deadline)
    if task.check_mode:
        msg = f"Would import the jobs of {task.zip_file}; what it holds shows only the import itself."
        return ModuleResult({"changed": True, "msg": msg, "job_mapping": [], "summary": summary([])})
    try:
        rows, lost = parse_mapping(dli.import_jobs(task.zip_file, task.is_cover, deadline), task.is_cover, before), ""
    except ResponseLost as error:
        rows, lost = [], str(error).rstrip(".")
    if not rows:
        lost = lost or "the answer names no job"
        confirm_by = min(deadline, clock.now() + task.confirm_timeout)
        rows = infer_from_listing(_new_jobs(dli, clock, before, confirm_by), task.is_cover)
    warnings = [f"The jobs were learnt from the list, because the answer did not tell: {lost}"] if lost else []
    result = {
        "changed": any(row.changed for row in rows),
        "failed": any(row.failed for row in rows),
        "msg": message(task, rows, lost),
        "job_mapping": [row.as_result() for row in rows],
        "summary": summary(rows),
    }
    return ModuleResult(result, warnings)


def summary(rows: Sequence[ImportedJob]) -> dict[str, int]:
    """Count the rows in each state."""
    counted = Counter(row.state for row in rows)
    return {state: counted[state] for state in STATES}


def message(task: ImportOptions, rows: Sequence[ImportedJob], lost: str) -> str:
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


def _new_jobs(dli: DliClient, clock: Clock, before: Collection[int], confirm_by: float) -> set[int]:
    """Return the ids of the jobs that have come: as soon as two looks show the same, or else when time is up."""
    new: set[int] = set()

    def look(deadline: float) -> set[int] | None:
        nonlocal new
        earlier, new = new, set(list_all_jobs(dli, deadline)) - set(before)
        return new if new and new == earlier else None

    poll(look, clock, confirm_by)
    return new
