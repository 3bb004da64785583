# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Imports jobs from a zip file in OBS (dli-api.md 1.12).

The request is sent once. If its response is lost, the list of jobs shows which jobs were created.
"""

from __future__ import annotations

import typing as t
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial

from .._dli.job_finder import list_all_jobs
from .._dli.task_context import Context
from .._errors import ResponseLost
from .._options import LONGEST, bare_path, parse_all, positive
from .._polling import backoff, poll
from .._result import NAMED_IN_MESSAGE, ModuleResult, one_line, sentences

EMPTY_RESULT: Mapping[str, t.Any] = {"job_mapping": []}

CREATED = "created"
OVERWRITTEN = "overwritten"
EXISTS = "exists"
FAILED = "failed"
UNKNOWN = "unknown"
STATES = (CREATED, OVERWRITTEN, EXISTS, FAILED, UNKNOWN)
DETERMINED = "The result was determined from the list of jobs, because the response was lost or unclear"
CHECK_JOBS = "Check the jobs of the project, then run the task again"


@dataclass(frozen=True)
class ImportOptions:
    """The file, and whether to overwrite jobs with the same name. Time in seconds."""

    zip_file: str
    is_cover: bool
    check_mode: bool
    confirm_timeout: float


@dataclass(frozen=True)
class ImportedJob:
    """The result of one job in the zip file. ``changed`` is :data:`None` if unknown."""

    old_job_id: int | None
    new_job_id: int | None
    remark: str | None
    state: str
    changed: bool | None = False
    failed: bool = False
    reconciled: bool = False


def parse_import_options(params: Mapping[str, t.Any], check_mode: bool) -> ImportOptions:
    zip_file, confirm_timeout = parse_all(
        partial(bare_path, "zip_file", params["zip_file"], LONGEST),
        partial(positive, "confirm_timeout", params["confirm_timeout"]),
    )
    return ImportOptions(zip_file, params["is_cover"], check_mode, confirm_timeout)


def import_jobs(context: Context, options: ImportOptions) -> ModuleResult:
    """Import the jobs.

    :raises CloudError: nothing was imported.
    """
    dli, clock = context.dli, context.clock
    # This list is required to determine the outcome after a lost response.
    before = list_all_jobs(dli, context.deadline)
    if options.check_mode:
        msg = f"Would import the jobs of {options.zip_file}. Check mode cannot read the content of the file."
        return ModuleResult({"changed": True, "msg": msg, "job_mapping": [], "summary": summary([])})
    jobs: list[ImportedJob] = []
    lost = f"The response to the request to import the jobs of {options.zip_file} contains no jobs"
    try:
        mapping = dli.import_jobs(options.zip_file, options.is_cover, context.deadline)
        jobs = parse_mapping(mapping, options.is_cover, before)
    except ResponseLost as error:
        lost = str(error)
    warnings = []
    if not jobs:
        warnings = [sentences(DETERMINED, lost)]
        deadline = min(context.deadline, clock.now() + options.confirm_timeout)
        jobs = infer_from_listing(_new_jobs(context, before, deadline), options.is_cover)
    values = {
        "changed": any(job.changed is not False for job in jobs),
        "failed": any(job.failed for job in jobs),
        "msg": message(options, jobs, lost),
        "job_mapping": [asdict(job) for job in jobs],
        "summary": summary(jobs),
    }
    return ModuleResult(values, warnings)


def _new_jobs(context: Context, before: Collection[int], deadline: float) -> set[int]:
    """Return the IDs of the new jobs when two reads return the same jobs, or at the deadline."""
    new: set[int] = set()

    def check(until: float) -> set[int] | None:
        nonlocal new
        earlier, new = new, set(list_all_jobs(context.dli, until)) - set(before)
        return new if new and new == earlier else None

    poll(check, context.clock, deadline, backoff())
    return new


def parse_mapping(items: Sequence[Mapping[str, t.Any]], is_cover: bool, before: Collection[int]) -> list[ImportedJob]:
    """Parse the mapping in the response.

    :arg before: IDs of the jobs before the import.
    """
    return [_mapped(item, is_cover, before) for item in items]


def infer_from_listing(new: Collection[int], is_cover: bool) -> list[ImportedJob]:
    """Return the results of an import whose response was lost, from the new jobs in the list.

    The list does not show whether jobs were overwritten, or whether the import was carried out at all.
    """
    jobs = [ImportedJob(None, job_id, None, CREATED, changed=True, reconciled=True) for job_id in sorted(new)]
    if is_cover or not jobs:
        jobs.append(ImportedJob(None, None, None, UNKNOWN, changed=None, failed=True, reconciled=True))
    return jobs


def _mapped(item: Mapping[str, t.Any], is_cover: bool, before: Collection[int]) -> ImportedJob:
    old, new = _id(item.get("old_job_id")), _id(item.get("new_job_id"))
    remark = one_line(item.get("remark")) or None
    if new is None:
        return ImportedJob(old, None, remark, FAILED if is_cover else EXISTS, failed=is_cover)
    if new not in before:
        return ImportedJob(old, new, remark, CREATED, changed=True)
    return ImportedJob(old, new, remark, OVERWRITTEN if is_cover else EXISTS, changed=is_cover)


def _id(value: object) -> int | None:
    """Parse an ID that may be a text; :data:`None` for -1 and for invalid IDs."""
    text = str(value)
    return int(text) if text.isdigit() and int(text) > 0 else None


def summary(jobs: Sequence[ImportedJob]) -> dict[str, int]:
    counted = Counter(job.state for job in jobs)
    return {state: counted[state] for state in STATES}


def message(options: ImportOptions, jobs: Sequence[ImportedJob], lost: str) -> str:
    is_unknown = any(job.state == UNKNOWN for job in jobs)
    counted = {state: count for state, count in summary(jobs).items() if count and state not in (UNKNOWN, FAILED)}
    if is_unknown and not counted:
        return sentences("Outcome unknown", lost, CHECK_JOBS)
    counts = ", ".join(f"{count} {state}" for state, count in counted.items())
    parts = [f"Imported {options.zip_file}: {counts}" if counts else f"Imported no jobs of {options.zip_file}"]
    if is_unknown:
        parts += ["Outcome unknown for jobs that may have been overwritten", lost, CHECK_JOBS]
    failed = [job for job in jobs if job.state == FAILED]
    if failed:
        named = ", ".join(f"{job.old_job_id} ({job.remark or 'no reason given'})" for job in failed[:NAMED_IN_MESSAGE])
        more = f" and {len(failed) - NAMED_IN_MESSAGE} more" if len(failed) > NAMED_IN_MESSAGE else ""
        parts.append(f"{len(failed)} failed: {named}{more}")
    return sentences(*parts)
