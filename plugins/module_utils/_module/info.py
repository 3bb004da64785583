# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Finds jobs with as few requests as the API allows: options, filters and flow. Nothing is changed.

The list of the API can be filtered by one status only, and not by savepoints (dli-api.md 3). Responses do not contain the tags
of a job, and not all of them contain its user, so only the service can filter by tags and users.
"""

from __future__ import annotations

import typing as t
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from .._dli.job import Job
from .._dli.job_finder import JobFinder, list_all_jobs
from .._dli.job_status import STATUSES
from .._dli.task_context import Context
from .._errors import InputError
from .._options import Selection, parse_all, select_any, split_texts, tag_texts, text_or_none
from .._result import ModuleResult, count_jobs, one_line

#: Filters that are sent to the service unchanged, by the names of the service.
BY_VALUE = ("queue_name", "job_type", "user_name")


@dataclass(frozen=True)
class Filters:
    """The conditions that a job must match.

    :ivar by_value: members of :data:`BY_VALUE` and their required values.
    """

    statuses: tuple[str, ...] = ()
    by_value: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    has_savepoint: bool | None = None

    @property
    def need_service(self) -> bool:
        """Whether the service must filter, because a job does not contain all members that the filters require."""
        return bool(self.tags) or "user_name" in self.by_value

    @property
    def warnings(self) -> list[str]:
        """Warn of unknown statuses, which may be misspelled."""
        return [
            f"Unknown status in the option status: {status}. Check the spelling."
            for status in self.statuses
            if status not in STATUSES
        ]


def parse_filters(params: Mapping[str, t.Any]) -> Filters:
    """Return the filters from the options; empty texts are unset.

    :raises InputError: a status is not a text, or a tag cannot be used as a filter.
    """
    by_value = {name: text for name in BY_VALUE if (text := text_or_none(params[name])) is not None}
    statuses, tags = parse_all(partial(split_texts, "status", params["status"]), partial(_tags, params["tags"]))
    return Filters(tuple(statuses), by_value, tags, params["has_savepoint"])


def service_query(filters: Filters) -> dict[str, t.Any]:
    """Return the parameters of the list for all filters that the service supports."""
    query: dict[str, t.Any] = dict(filters.by_value)
    if len(filters.statuses) == 1 and filters.statuses[0] in STATUSES:
        query["status"] = filters.statuses[0]
    if filters.tags:
        query["tags"] = ",".join(f"{key}={value}" for key, value in filters.tags.items())
    return query


def matches(job: Job, filters: Filters, prefiltered: bool) -> bool:
    """Return whether a job matches the filters.

    :arg prefiltered: whether the service has filtered; then members that the job does not contain match.
    """
    if filters.statuses and job.status not in filters.statuses:
        return False
    if filters.has_savepoint is not None and job.has_savepoint is not filters.has_savepoint:
        return False
    shown = {name: job.raw.get(name) for name in filters.by_value}
    return all(shown[name] == value or (prefiltered and not shown[name]) for name, value in filters.by_value.items())


def _tags(given: Mapping[str, t.Any] | None) -> dict[str, str]:
    """Parse tags. The parameter of the list is ``key1=v1,key2=v2``, without escape characters."""
    tags = {key.strip(): value.strip() for key, value in tag_texts(given or {}).items()}
    for key, value in tags.items():
        if not key or not value or "," in key + value or "=" in key:
            raise InputError(
                f"Invalid tags: {key}={value} cannot be used as a filter. Specify a key and a value for each tag, without "
                "commas, and without an equals sign in the key."
            )
    return tags


#: Members of a job in a result, by the names of the service (dli-api.md 1.7, 3).
BRIEF = (
    "job_id", "name", "desc", "job_type", "status", "status_desc", "queue_name", "user_name", "create_time",
    "start_time", "duration", "has_savepoint", "savepoint_path", "restart_times", "root_id",
)

#: Additional members with show_detail.
DETAILED = (
    "update_time", "user_id", "project_id", "run_mode", "sql_body", "main_class", "entrypoint_args",
    "job_config", "execution_graph", "graph_editor_enabled", "edge_group_ids",
)

#: Maximum length of texts without show_detail, which limits a result to 1 KB per job.
SHORTENED = {"desc": 80, "status_desc": 200}


def job_summary(job: Job, detailed: bool) -> dict[str, t.Any]:
    """Return the members of a job in a result; :data:`None` for members that the service does not return."""
    shown = {name: job.raw.get(name) for name in (BRIEF + DETAILED if detailed else BRIEF)}
    shown.update(job_id=job.job_id, name=job.name, has_savepoint=job.has_savepoint, start_time=job.start_time)
    if not detailed:
        shown.update({name: one_line(shown[name], limit) for name, limit in SHORTENED.items() if shown[name] is not None})
    return shown


@dataclass(frozen=True)
class InfoOptions:
    """The jobs to return, and their level of detail."""

    selection: Selection
    filters: Filters
    detailed: bool
    ascending: bool


def parse_info_options(params: Mapping[str, t.Any], check_mode: bool) -> InfoOptions:
    selection, filters = parse_all(
        partial(select_any, params["job_ids"], params["job_names"]), partial(parse_filters, params)
    )
    return InfoOptions(
        selection=selection,
        filters=filters,
        detailed=params["show_detail"],
        ascending=params["order"] == "asc",
    )


def find_jobs(context: Context, options: InfoOptions) -> ModuleResult:
    """Find the jobs.

    :raises CloudError: the jobs cannot be read.
    """
    jobs, missing = select_jobs(context, options)
    jobs.sort(key=_age, reverse=not options.ascending)
    values = {
        "changed": False,
        "msg": message(jobs, missing),
        "jobs": [job_summary(job, options.detailed) for job in jobs],
        "summary": {"found": len(jobs), "by_status": by_status(jobs)},
        "missing": missing,
    }
    return ModuleResult(values, [*options.selection.warnings, *options.filters.warnings])


def select_jobs(context: Context, options: InfoOptions) -> tuple[list[Job], list[int | str]]:
    """Return the selected jobs that match the filters, and the requested IDs and names that do not exist.

    :raises CloudError: the jobs cannot be read.
    """
    query = {"show_detail": True} if options.detailed else {}
    if options.selection.ids or options.selection.names:
        return _named(context, options, query)
    return _filtered(context, options, query), []


def message(jobs: Sequence[Job], missing: Sequence[object]) -> str:
    counts = ", ".join(f"{count} {status}" for status, count in by_status(jobs).items())
    found = f"Found {count_jobs(len(jobs)) if jobs else 'no jobs'}{f': {counts}' if counts else ''}."
    if not missing:
        return found
    named = ", ".join(map(str, missing[:5])) + (f" and {len(missing) - 5} more" if len(missing) > 5 else "")
    return f"{found} Not found: {named}."


def by_status(jobs: Sequence[Job]) -> dict[str, int]:
    return dict(sorted(Counter(job.status for job in jobs).items()))


def _filtered(context: Context, options: InfoOptions, query: Mapping[str, t.Any]) -> list[Job]:
    order = {"order": "asc"} if options.ascending else {}
    listed = list_all_jobs(context.dli, context.deadline, {**service_query(options.filters), **query, **order})
    return [job for job in listed.values() if matches(job, options.filters, prefiltered=True)]


def _named(context: Context, options: InfoOptions, query: Mapping[str, t.Any]) -> tuple[list[Job], list[int | str]]:
    """Return the named jobs that match the filters, and the IDs and names that do not exist."""
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
