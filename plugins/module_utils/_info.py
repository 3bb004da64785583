# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Finding jobs with as few requests as the API allows. Nothing is ever changed."""

from __future__ import annotations

import typing as t
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ._checks import positive
from ._clock import Clock
from ._dli import Dli
from ._facts import facts
from ._filters import Filters, fits, read_filters, service_query
from ._jobs import Job
from ._listing import list_all
from ._look import Looker
from ._report import Report
from ._selection import Selection, select_any


@dataclass(frozen=True)
class InfoTask:
    """Which jobs, and how much of each. Time in seconds."""

    selection: Selection
    filters: Filters
    detailed: bool
    ascending: bool
    overall_timeout: float


def read_info_task(params: Mapping[str, t.Any], check_mode: bool) -> InfoTask:
    """Return what the options ask for; check mode is no different.

    :raises InputError: an option is wrong.
    """
    return InfoTask(
        selection=select_any(params["job_ids"], params["job_names"]),
        filters=read_filters(params),
        detailed=params["show_detail"],
        ascending=params["order"] == "asc",
        overall_timeout=positive("overall_timeout", params["overall_timeout"]),
    )


def info(dli: Dli, clock: Clock, task: InfoTask, tell: t.Callable[[str], None]) -> Report:
    """Find the jobs and report on them.

    :raises DliError: the service cannot be asked.
    """
    until = clock.now() + task.overall_timeout
    query = {"show_detail": True} if task.detailed else {}
    if task.selection.ids or task.selection.names:
        jobs, missing = _named(dli, task, query, until)
    else:
        jobs, missing = _sifted(dli, task, query, until), []
    jobs.sort(key=_age, reverse=not task.ascending)
    result = {
        "changed": False,
        "msg": message(jobs, missing),
        "jobs": [facts(job, task.detailed) for job in jobs],
        "summary": {"found": len(jobs), "by_status": by_status(jobs)},
        "missing": missing,
    }
    return Report(result, [*task.selection.warnings, *task.filters.warnings])


def message(jobs: Sequence[Job], missing: Sequence[object]) -> str:
    """Say in one sentence what was found."""
    counts = ", ".join(f"{count} {status}" for status, count in by_status(jobs).items())
    found = f"Found {len(jobs) or 'no'} job{'' if len(jobs) == 1 else 's'}{f': {counts}' if counts else ''}"
    if not missing:
        return f"{found}."
    named = ", ".join(map(str, missing[:5])) + (f" and {len(missing) - 5} more" if len(missing) > 5 else "")
    return f"{found}; the project has no {named}."


def by_status(jobs: Sequence[Job]) -> dict[str, int]:
    """Count the jobs in each status that occurs."""
    return dict(sorted(Counter(job.status for job in jobs).items()))


def _sifted(dli: Dli, task: InfoTask, query: Mapping[str, t.Any], until: float) -> list[Job]:
    """Return all jobs that are as wanted."""
    order = {"order": "asc"} if task.ascending else {}
    listed = list_all(dli, until, {**service_query(task.filters), **query, **order})
    return [job for job in listed.values() if fits(job, task.filters, sifted=True)]


def _named(
    dli: Dli, task: InfoTask, query: Mapping[str, t.Any], until: float
) -> tuple[list[Job], list[int | str]]:
    """Return those of the named jobs that are as wanted, and the ids and names that the project does not have."""
    selection, filters = task.selection, task.filters
    found = Looker(dli, query).look(selection.ids, selection.names, until)
    ids = dict.fromkeys([*selection.ids, *(job_id for name in selection.names for job_id in found.by_name[name])])
    jobs = [job for job_id in ids if (job := found.jobs[job_id]) is not None]
    missing: list[int | str] = [job_id for job_id in selection.ids if found.jobs[job_id] is None]
    missing += [name for name in selection.names if not found.by_name[name]]
    sifted = bool(jobs) and filters.only_the_service_can_tell
    if sifted:
        listed = list_all(dli, until, service_query(filters))
        jobs = [job for job in jobs if job.job_id in listed]
    return [job for job in jobs if fits(job, filters, sifted)], missing


def _age(job: Job) -> tuple[int, int]:
    created = job.raw.get("create_time")
    return (created if isinstance(created, int) else 0, job.job_id)
