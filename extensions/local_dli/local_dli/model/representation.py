# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The JSON representation of a job: list items and details with exactly the fields of dli-api.md 1.7 and 3."""

from __future__ import annotations

import math
from typing import Any

from ..engine.simulated import RECORDS_PER_SECOND
from . import graphs
from .jobs import Job


def visible_status(job: Job, monotonic: float) -> dict[str, Any]:
    """Return status and times as a read returns them: the old ones until ``accept_lag`` has passed."""
    if job.stale is not None and monotonic < job.stale_until:
        return job.stale
    return job.current_status()


def list_item(job: Job, monotonic: float, now_ms: int, detailed: bool) -> dict[str, Any]:
    """Return one element of ``job_list.jobs`` (dli-api.md 3): the common fields, and those of one kind of list."""
    visible = visible_status(job, monotonic)
    item = _common(job, visible)
    if detailed:
        item.update(_detailed(job, visible))
    else:
        item.update(user_name=job.user_name, duration=_duration(job, now_ms), root_id=job.root_id)
    return item


def detail(job: Job, monotonic: float, now_ms: int) -> dict[str, Any]:
    """Return ``job_detail`` (dli-api.md 1.7) with all fields."""
    visible = visible_status(job, monotonic)
    return {
        **_common(job, visible),
        **_detailed(job, visible),
        "user_name": job.user_name,
        "duration": _duration(job, now_ms),
        "root_id": job.root_id,
    }


def graph(job: Job, now_ms: int) -> dict[str, Any]:
    """Return ``execute_graph`` (dli-api.md 1.8) of a started job."""
    config = job.job_config
    jid = job.handle or f"{job.job_id:032x}"
    times = (job.start_time or 0, job.end_time, now_ms)
    found = graphs.operators(job.sql_body, _jar(job))
    return graphs.execution_graph(found, jid, job.name, job.status, int(config.get("parallel_number") or 1), times)


def metrics(job: Job, numbers: tuple[int, int] | None) -> dict[str, Any]:
    """Return the metrics of sources and sinks. Each has as many records as the engine has numbers, none is corrupted."""
    running = job.status in ("job_running", "job_savepointing")
    first, last = numbers or (1, 0)
    counted: dict[str, list[dict[str, Any]]] = {"Source": [], "Sink": []}
    for item in graphs.operators(job.sql_body, _jar(job)) if numbers else []:
        if item.kind in counted:
            records = {"name": item.text, "records": last - first + 1, "corrupted_records": 0}
            counted[item.kind].append(records)
    rate = RECORDS_PER_SECOND if running and numbers else 0
    return {
        "sources": counted["Source"],
        "sinks": counted["Sink"],
        "total_read_rate": rate * len(counted["Source"]),
        "total_write_rate": rate * len(counted["Sink"]),
    }


def _jar(job: Job) -> str:
    return str(job.job_config.get("entrypoint") or job.name) if job.is_jar else ""


def _common(job: Job, visible: dict[str, Any]) -> dict[str, Any]:
    return {
        "job_id": job.job_id,
        "name": job.name,
        "desc": job.desc,
        "job_type": job.job_type,
        "status": visible["status"],
        "status_desc": visible["status_desc"],
        "create_time": job.create_time,
        "start_time": visible["start_time"],
        "graph_editor_enabled": False,
        "has_savepoint": job.has_savepoint,
        "queue_name": job.queue_name,
        "edge_group_ids": job.edge_group_ids,
        "restart_times": job.restart_times,
        "savepoint_path": job.savepoint_path,
    }


def _detailed(job: Job, visible: dict[str, Any]) -> dict[str, Any]:
    return {
        "user_id": job.user_id,
        "project_id": job.project_id,
        "sql_body": job.sql_body,
        "run_mode": job.run_mode,
        "job_config": _config(job),
        "main_class": job.main_class,
        "entrypoint_args": job.entrypoint_args,
        "execution_graph": None,
        "update_time": visible["update_time"],
    }


def _config(job: Job) -> dict[str, Any]:
    """Return ``job_config`` with derived values for unset fields (dli-api.md 1.9; the rounding is an assumption)."""
    config = {**job.job_config, "root_id": job.root_id}
    if config["tm_slot_num"] is None:
        workers = max(1, config["cu_number"] - config["manager_cu_number"])
        config["tm_slot_num"] = max(1, math.ceil(config["parallel_number"] * config["tm_cus"] / workers))
    if config["checkpoint_enabled"] and job.generated_checkpoint_path:
        config["checkpoint_path"] = job.generated_checkpoint_path
    return config


def _duration(job: Job, now_ms: int) -> int:
    """Return the duration of the last run in milliseconds, 0 without a run."""
    if job.start_time is None:
        return 0
    return max(0, (now_ms if job.end_time is None else job.end_time) - job.start_time)
