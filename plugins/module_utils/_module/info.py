# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Finding jobs with as few requests as the API allows: options, filters and flow. Nothing is changed.

The list takes one status only, and no filter for savepoints (dli-api.md 3). A job does not show its tags, so that only the
filter of the service can select by them; and not every response shows its user.
"""

from __future__ import annotations

import typing as t
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from .._dli.job import Job
from .._dli.job_finder import JobFinder, list_all_jobs
from .._dli.job_status import STATUSES
from .._dli.task_context import Context
from .._errors import InputError
from .._options import Selection, select_any, text_or_none, words
from .._result import ModuleResult, count_jobs, one_line

#: Filters that the list takes as they are, by the names of the service.
BY_VALUE = ("queue_name", "job_type", "user_name")


@dataclass(frozen=True)
class Filters:
    """The conditions that a job must meet.

    :ivar by_value: members of :data:`BY_VALUE` and the values they must have.
    """

    statuses: tuple[str, ...] = ()
    by_value: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    has_savepoint: bool | None = None

    @property
    def need_service(self) -> bool:
        """Whether a job does not show all that the filters need, so that the service must filter."""
        return bool(self.tags) or "user_name" in self.by_value

    @property
    def warnings(self) -> list[str]:
        """Warn of statuses that may be typing errors."""
        return [
            f"status: {status} is no status that this version of the collection knows"
            for status in self.statuses
            if status not in STATUSES
        ]


def parse_filters(params: Mapping[str, t.Any]) -> Filters:
    """Return the filters of the options; an empty one counts as unset.

    :raises InputError: a tag cannot be a filter.
    """
    by_value = {name: text for name in BY_VALUE if (text := text_or_none(params[name])) is not None}
    return Filters(tuple(words(params["status"])), by_value, _tags(params["tags"]), params["has_savepoint"])


def service_query(filters: Filters) -> dict[str, t.Any]:
    """Return the parameters of the list that leave out as much as the service can."""
    query: dict[str, t.Any] = dict(filters.by_value)
    if len(filters.statuses) == 1 and filters.statuses[0] in STATUSES:
        query["status"] = filters.statuses[0]
    if filters.tags:
        query["tags"] = ",".join(f"{key}={value}" for key, value in filters.tags.items())
    return query


def matches(job: Job, filters: Filters, prefiltered: bool) -> bool:
    """Return whether a job meets the conditions.

    :arg prefiltered: the service has filtered already, so that what the job does not show meets them.
    """
    if filters.statuses and job.status not in filters.statuses:
        return False
    if filters.has_savepoint is not None and job.has_savepoint is not filters.has_savepoint:
        return False
    shown = {name: job.raw.get(name) for name in filters.by_value}
    return all(shown[name] == value or (prefiltered and not shown[name]) for name, value in filters.by_value.items())


def _tags(given: Mapping[str, t.Any] | None) -> dict[str, str]:
    """Parse tags; the list takes them as ``key1=v1,key2=v2``, without any way to quote."""
    tags = {str(key).strip(): str("" if value is None else value).strip() for key, value in (given or {}).items()}
    for key, value in tags.items():
        if not key or not value or "," in key + value or "=" in key:
            raise InputError(f"tags: {key}={value} cannot be asked for: key and value are needed, without comma or equals sign")
    return tags


#: Members of a job in a result, by the names of the service (dli-api.md 1.7, 3).
BRIEF = (
    "job_id", "name", "desc", "job_type", "status", "status_desc", "queue_name", "user_name", "create_time",
    "start_time", "duration", "has_savepoint", "savepoint_path", "restart_times", "root_id",
)

#: Members that may be large, or are seldom of interest.
DETAILED = (
    "update_time", "user_id", "project_id", "run_mode", "sql_body", "main_class", "entrypoint_args",
    "job_config", "execution_graph", "graph_editor_enabled", "edge_group_ids",
)

#: Characters of a text that are shown in brief, so that a result stays below 1 KB a job.
SHORTENED = {"desc": 80, "status_desc": 200}


def job_summary(job: Job, detailed: bool) -> dict[str, t.Any]:
    """Return the members of a job in a result; :data:`None` where the service gives none."""
    shown = {name: job.raw.get(name) for name in (BRIEF + DETAILED if detailed else BRIEF)}
    shown.update(job_id=job.job_id, name=job.name, has_savepoint=job.has_savepoint, start_time=job.start_time)
    if not detailed:
        shown.update({name: one_line(shown[name], limit) for name, limit in SHORTENED.items() if shown[name] is not None})
    return shown


@dataclass(frozen=True)
class InfoOptions:
    """Which jobs, and how much of each."""

    selection: Selection
    filters: Filters
    detailed: bool
    ascending: bool


def parse_info_options(params: Mapping[str, t.Any], check_mode: bool) -> InfoOptions:
    return InfoOptions(
        selection=select_any(params["job_ids"], params["job_names"]),
        filters=parse_filters(params),
        detailed=params["show_detail"],
        ascending=params["order"] == "asc",
    )


def find_jobs(context: Context, options: InfoOptions) -> ModuleResult:
    """Find the jobs.

    :raises CloudError: the jobs cannot be read.
    """
    query = {"show_detail": True} if options.detailed else {}
    if options.selection.ids or options.selection.names:
        jobs, missing = _named(context, options, query)
    else:
        jobs, missing = _filtered(context, options, query), []
    jobs.sort(key=_age, reverse=not options.ascending)
    values = {
        "changed": False,
        "msg": message(jobs, missing),
        "jobs": [job_summary(job, options.detailed) for job in jobs],
        "summary": {"found": len(jobs), "by_status": by_status(jobs)},
        "missing": missing,
    }
    return ModuleResult(values, [*options.selection.warnings, *options.filters.warnings])


def message(jobs: Sequence[Job], missing: Sequence[object]) -> str:
    counts = ", ".join(f"{count} {status}" for status, count in by_status(jobs).items())
    found = f"Found {count_jobs(len(jobs)) if jobs else 'no jobs'}{f': {counts}' if counts else ''}"
    if not missing:
        return f"{found}."
    named = ", ".join(map(str, missing[:5])) + (f" and {len(missing) - 5} more" if len(missing) > 5 else "")
    return f"{found}; the project has no {named}."


def by_status(jobs: Sequence[Job]) -> dict[str, int]:
    return dict(sorted(Counter(job.status for job in jobs).items()))


def _filtered(context: Context, options: InfoOptions, query: Mapping[str, t.Any]) -> list[Job]:
    order = {"order": "asc"} if options.ascending else {}
    listed = list_all_jobs(context.dli, context.deadline, {**service_query(options.filters), **query, **order})
    return [job for job in listed.values() if matches(job, options.filters, prefiltered=True)]


def _named(context: Context, options: InfoOptions, query: Mapping[str, t.Any]) -> tuple[list[Job], list[int | str]]:
    """Return those of the named jobs that meet the conditions, and the ids and names that do not exist."""
    selection, filters = options.selection, options.filters
    found = JobFinder(context.dli, query).find(selection.ids, selection.names, context.deadline)
    ids = dict.fromkeys([*selection.ids, *(job_id for name in selection.names for job_id in found.by_name[name])])
    jobs = [job for job_id in ids if (job := found.jobs[job_id]) is not None]
    missing: list[int | str] = [job_id for job_id in selection.ids if found.jobs[job_id] is None]
    missing += [name for name in selection.names if not found.by_name[name]]
    prefiltered = bool(jobs) and filters.need_service
    if prefiltered:
        listed = list_all_jobs(context.dli, context.deadline, service_query(filters))
        jobs = [job for job in jobs if job.job_id in listed]
    return [job for job in jobs if matches(job, filters, prefiltered)], missing


def _age(job: Job) -> tuple[int, int]:
    created = job.raw.get("create_time")
    return (created if isinstance(created, int) else 0, job.job_id)
