# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The graphs of a job: what is asked of the service, and what its answer says (dli-api.md 1.8, 1.13). Pure."""

from __future__ import annotations

import json
import typing as t
from collections.abc import Mapping

from ._errors import InputError
from ._jobs import Job

#: What a stream graph can be drawn for (dli-api.md 1.13).
DRAWABLE_TYPE = "flink_opensource_sql_job"
DRAWABLE_VERSIONS = ("1.10", "1.12")
#: Settings of the job that its stream graph hangs on.
SETTINGS = (
    "flink_version",
    "cu_number",
    "manager_cu_number",
    "parallel_number",
    "tm_cus",
    "tm_slot_num",
    "operator_config",
    "static_estimator_config",
)


def run_facts(graph: Mapping[str, t.Any] | None) -> dict[str, t.Any]:
    """Return the members of a result about the run that an execution graph shows; without one they are all null."""
    graph = graph or {}
    ended = graph.get("end-time")
    return {
        "state": graph.get("state"),
        "start_time": graph.get("start-time"),
        "end_time": None if ended == -1 else ended,  # -1 while it runs
        "duration": graph.get("duration"),
        "execution_graph": graph or None,
    }


def graph_question(job: Job) -> dict[str, t.Any]:
    """Return what to ask for the stream graph of a job, from its definition.

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


def parsed(text: str) -> t.Any:
    """Return the value of JSON text; the text itself if it is something else."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text
