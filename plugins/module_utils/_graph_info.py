# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reading the graphs of one job. Nothing is ever changed."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping
from dataclasses import dataclass

from ._checks import positive
from ._clock import Clock
from ._dli import Dli
from ._graphs import graph_question, parsed, run_facts
from ._jobs import Found, Job
from ._look import Looker
from ._report import Report
from ._selection import Selection, select_one

NO_GRAPHS: Mapping[str, t.Any] = {"job": None, **run_facts(None), "stream_graph": None}


@dataclass(frozen=True)
class GraphTask:
    """Which job, and whether to draw its stream graph as well. Time in seconds."""

    selection: Selection
    plan: bool
    overall_timeout: float


def read_graph_task(params: Mapping[str, t.Any], check_mode: bool) -> GraphTask:
    """Return what the options ask for; check mode is no different.

    :raises InputError: an option is wrong.
    """
    selection = select_one(params["job_id"], params["job_name"])
    return GraphTask(selection, params["plan"], positive("overall_timeout", params["overall_timeout"]))


def graph_info(dli: Dli, clock: Clock, task: GraphTask, tell: t.Callable[[str], None]) -> Report:
    """Read the graphs and report.

    :raises DliError: the service cannot be asked, or there is no stream graph of such a job.
    """
    until = clock.now() + task.overall_timeout
    # Only a detailed list holds the definition that a stream graph is drawn from.
    looker = Looker(dli, {"show_detail": True} if task.plan else None)
    job, problem = the_job(task.selection, looker.look(task.selection.ids, task.selection.names, until))
    if job is None:
        return Report({"changed": False, "failed": True, "msg": f"No graph was read: {problem}.", **NO_GRAPHS})
    question = graph_question(job) if task.plan else None
    graph = dli.execution_graph(job.job_id, until)
    drawn = parsed(dli.stream_graph(job.job_id, question, until)) if question else None
    shown = {"job_id": job.job_id, "name": job.name, "status": job.status}
    msg = message(job, graph, bool(question))
    return Report({"changed": False, "msg": msg, "job": shown, **run_facts(graph), "stream_graph": drawn})


def the_job(selection: Selection, found: Found) -> tuple[Job | None, str]:
    """Return the one job that was asked for; or why there is none."""
    what = f"id {selection.ids[0]}" if selection.ids else f"name {selection.names[0]}"
    ids = list(selection.ids) or found.by_name[selection.names[0]]
    if len(ids) > 1:
        return None, f"{len(ids)} jobs bear the {what}, {', '.join(map(str, ids))}; name the one you mean by its id"
    job = found.jobs[ids[0]] if ids else None
    return job, "" if job else f"the project has no job of the {what}; check it"


def message(job: Job, graph: Mapping[str, t.Any] | None, drawn: bool) -> str:
    """Say in one sentence what was read."""
    label = f"Job {job.job_id} {job.name}".rstrip()
    run = f"{label} is {graph.get('state')}" if graph else f"{label} has no execution graph, because it has never run"
    return f"{run} ({job.status}); its stream graph was drawn." if drawn else f"{run} ({job.status})."
