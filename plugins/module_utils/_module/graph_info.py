# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reads the graphs of one job: options, flow, and parsing of responses (dli-api.md 1.8, 1.13). Nothing is changed."""

from __future__ import annotations

import json
import typing as t
from collections.abc import Mapping
from dataclasses import dataclass

from .._dli.job import Job
from .._dli.job_finder import JobFinder, JobLookup
from .._dli.remedies import is_missing_feature
from .._dli.task_context import Context
from .._errors import InputError, ServiceError
from .._options import Selection, select_one
from .._result import ModuleResult, job_label, sentences

#: Type and Flink versions of jobs that have a stream graph (dli-api.md 1.13).
SUPPORTED_TYPE = "flink_opensource_sql_job"
SUPPORTED_VERSIONS = ("1.10", "1.12")

#: Settings of the job on which its stream graph depends.
SETTINGS = (
    "flink_version", "cu_number", "manager_cu_number", "parallel_number", "tm_cus", "tm_slot_num",
    "operator_config", "static_estimator_config",
)


def run_summary(graph: Mapping[str, t.Any] | None) -> dict[str, t.Any]:
    """Return the return values for the run of an execution graph; all of them are null without a graph."""
    graph = graph or {}
    ended = graph.get("end-time")
    return {
        "state": graph.get("state"),
        "start_time": graph.get("start-time"),
        "end_time": None if ended == -1 else ended,  # -1 while the run is active
        "duration": graph.get("duration"),
        "execution_graph": graph or None,
    }


def graph_request(job: Job) -> dict[str, t.Any]:
    """Return the request for the stream graph of a job, from its definition.

    :raises InputError: the job has no stream graph.
    """
    kind, sql = job.raw.get("job_type"), job.raw.get("sql_body")
    config = job.raw.get("job_config")
    config = config if isinstance(config, Mapping) else {}
    version, failure = config.get("flink_version"), f"Could not generate the stream graph of job {job.job_id}"
    if kind != SUPPORTED_TYPE:
        raise InputError(f"{failure}: the job type is {kind}. Only jobs of type {SUPPORTED_TYPE} have a stream graph.")
    if version and not str(version).startswith(SUPPORTED_VERSIONS):
        supported = " and ".join(SUPPORTED_VERSIONS)
        raise InputError(f"{failure}: the Flink version is {version}. Only jobs of Flink {supported} have a stream graph.")
    if not sql:
        raise InputError(f"{failure}: the job has no SQL. Set sql_body first.")
    settings = {name: config[name] for name in SETTINGS if config.get(name) not in (None, "")}
    return {"sql_body": sql, "job_type": kind, **settings}


def parse_graph(text: str) -> t.Any:
    """Return the value of a JSON text, or the text itself if it is not JSON."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


EMPTY_RESULT: Mapping[str, t.Any] = {"job": None, **run_summary(None), "stream_graph": None}


@dataclass(frozen=True)
class GraphOptions:
    """The job, and whether to generate its stream graph."""

    selection: Selection
    plan: bool


def parse_graph_options(params: Mapping[str, t.Any], check_mode: bool) -> GraphOptions:
    return GraphOptions(select_one(params["job_id"], params["job_name"]), params["plan"])


def read_graphs(context: Context, options: GraphOptions) -> ModuleResult:
    """Read the graphs.

    :raises CloudError: they cannot be read, or the job has no stream graph.
    """
    dli, selection = context.dli, options.selection
    # Only a detailed list contains the definition from which a stream graph is generated.
    finder = JobFinder(dli, {"show_detail": True} if options.plan else None)
    job, problem = find_single_job(selection, finder.find(selection.ids, selection.names, context.deadline))
    if job is None:
        msg = f"Could not read the graphs: {problem}"
        return ModuleResult({"changed": False, "failed": True, "msg": msg, **EMPTY_RESULT})
    request = graph_request(job) if options.plan else None
    warnings: list[str] = []
    graph = dli.execution_graph(job.job_id, context.deadline)
    stream_graph = None
    if request:
        try:
            stream_graph = parse_graph(dli.stream_graph(job.job_id, request, context.deadline))
        except ServiceError as error:
            if not is_missing_feature(error):
                raise
            warnings.append(str(error))
    shown = {"job_id": job.job_id, "name": job.name, "status": job.status}
    msg = message(job, graph, bool(request) and not warnings)
    values = {"changed": False, "msg": msg, "job": shown, **run_summary(graph), "stream_graph": stream_graph}
    return ModuleResult(values, warnings)


def find_single_job(selection: Selection, found: JobLookup) -> tuple[Job | None, str]:
    """Return the requested job, or the reason why there is none."""
    identifier = f"ID {selection.ids[0]}" if selection.ids else f"name {selection.names[0]}"
    ids = list(selection.ids) or found.by_name[selection.names[0]]
    if len(ids) > 1:
        return None, f"{len(ids)} jobs have the {identifier}: {', '.join(map(str, ids))}. Set job_id to select one of them."
    job = found.jobs[ids[0]] if ids else None
    return job, "" if job else f"the project has no job with the {identifier}. Check {'job_id' if selection.ids else 'job_name'}."


def message(job: Job, graph: Mapping[str, t.Any] | None, has_stream_graph: bool) -> str:
    label = f"Job {job_label(job.job_id, job.name)}"
    run = f"{label} is {graph.get('state')}" if graph else f"{label} has no execution graph, because it has never run"
    return sentences(f"{run} ({job.status})", "The stream graph was generated" if has_stream_graph else "")
