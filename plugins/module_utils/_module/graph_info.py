# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reading the graphs of one job: options, flow, and what a response says (dli-api.md 1.8, 1.13). Nothing is changed."""

from __future__ import annotations

import json
import typing as t
from collections.abc import Mapping
from dataclasses import dataclass

from .._dli.job import Job
from .._dli.job_finder import JobFinder, JobLookup
from .._dli.task_context import Context
from .._errors import InputError
from .._options import Selection, select_one
from .._result import ModuleResult, job_label

#: What a stream graph can be drawn for (dli-api.md 1.13).
DRAWABLE_TYPE = "flink_opensource_sql_job"
DRAWABLE_VERSIONS = ("1.10", "1.12")

#: Settings of the job that its stream graph depends on.
SETTINGS = (
    "flink_version", "cu_number", "manager_cu_number", "parallel_number", "tm_cus", "tm_slot_num",
    "operator_config", "static_estimator_config",
)


def run_summary(graph: Mapping[str, t.Any] | None) -> dict[str, t.Any]:
    """Return the return values about the run that an execution graph shows; without one they are all null."""
    graph = graph or {}
    ended = graph.get("end-time")
    return {
        "state": graph.get("state"),
        "start_time": graph.get("start-time"),
        "end_time": None if ended == -1 else ended,  # -1 while it runs
        "duration": graph.get("duration"),
        "execution_graph": graph or None,
    }


def graph_request(job: Job) -> dict[str, t.Any]:
    """Return the body of the request for the stream graph of a job, from its definition.

    :raises InputError: there is none of such a job.
    """
    kind, sql = job.raw.get("job_type"), job.raw.get("sql_body")
    config = job.raw.get("job_config")
    config = config if isinstance(config, Mapping) else {}
    version, none = config.get("flink_version"), f"there is no stream graph of job {job.job_id}"
    if kind != DRAWABLE_TYPE:
        raise InputError(f"{none}: it is a {kind}, and only of a {DRAWABLE_TYPE} there is one")
    if version and not str(version).startswith(DRAWABLE_VERSIONS):
        raise InputError(f"{none}: only of Flink {' and '.join(DRAWABLE_VERSIONS)} there is one, not of {version}")
    if not sql:
        raise InputError(f"{none}: it has no SQL yet")
    settings = {name: config[name] for name in SETTINGS if config.get(name) not in (None, "")}
    return {"sql_body": sql, "job_type": kind, **settings}


def parse_graph(text: str) -> t.Any:
    """Return the value of JSON text; the text itself if it is something else."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


EMPTY_RESULT: Mapping[str, t.Any] = {"job": None, **run_summary(None), "stream_graph": None}


@dataclass(frozen=True)
class GraphOptions:
    """Which job, and whether to draw its stream graph as well."""

    selection: Selection
    plan: bool


def parse_graph_options(params: Mapping[str, t.Any], check_mode: bool) -> GraphOptions:
    return GraphOptions(select_one(params["job_id"], params["job_name"]), params["plan"])


def read_graphs(context: Context, options: GraphOptions) -> ModuleResult:
    """Read the graphs.

    :raises CloudError: they cannot be read, or there is no stream graph of such a job.
    """
    dli, selection = context.dli, options.selection
    # Only a detailed list holds the definition that a stream graph is drawn from.
    finder = JobFinder(dli, {"show_detail": True} if options.plan else None)
    job, problem = the_job(selection, finder.find(selection.ids, selection.names, context.deadline))
    if job is None:
        return ModuleResult({"changed": False, "failed": True, "msg": f"No graph was read: {problem}.", **EMPTY_RESULT})
    request = graph_request(job) if options.plan else None
    graph = dli.execution_graph(job.job_id, context.deadline)
    drawn = parse_graph(dli.stream_graph(job.job_id, request, context.deadline)) if request else None
    shown = {"job_id": job.job_id, "name": job.name, "status": job.status}
    msg = message(job, graph, bool(request))
    return ModuleResult({"changed": False, "msg": msg, "job": shown, **run_summary(graph), "stream_graph": drawn})


def the_job(selection: Selection, found: JobLookup) -> tuple[Job | None, str]:
    """Return the requested job, or why there is none."""
    what = f"id {selection.ids[0]}" if selection.ids else f"name {selection.names[0]}"
    ids = list(selection.ids) or found.by_name[selection.names[0]]
    if len(ids) > 1:
        return None, f"{len(ids)} jobs bear the {what}, {', '.join(map(str, ids))}; name the one you mean by its id"
    job = found.jobs[ids[0]] if ids else None
    return job, "" if job else f"the project has no job of the {what}; check it"


def message(job: Job, graph: Mapping[str, t.Any] | None, drawn: bool) -> str:
    label = f"Job {job_label(job.job_id, job.name)}"
    run = f"{label} is {graph.get('state')}" if graph else f"{label} has no execution graph, because it has never run"
    return f"{run} ({job.status}); its stream graph was drawn." if drawn else f"{run} ({job.status})."
