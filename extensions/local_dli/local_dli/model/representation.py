# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""How a job looks from outside: list items and details with exactly the members of dli-api.md 1.7 and 3."""

from __future__ import annotations

import math
from typing import Any

from ..engine.simulated import RECORDS_PER_SECOND
from . import graphs
from .jobs import Job


def stamps(job: Job, monotonic: float) -> dict[str, Any]:
    """Status and times as a reader sees them now: the old ones while the last accepted request has not shown yet."""
    if job.stale is not None and monotonic < job.stale_until:
        return job.stale
    return job.stamps()


def list_item(job: Job, monotonic: float, now_ms: int, detailed: bool) -> dict[str, Any]:
    """One element of ``job_list.jobs`` (dli-api.md 3): the common members, then those of one kind of list only."""
    shown = stamps(job, monotonic)
    item = _common(job, shown)
    if detailed:
        item.update(_detailed(job, shown))
    else:
        item.update(user_name=job.user_name, duration=_duration(job, now_ms), root_id=job.root_id)
    return item


def detail(job: Job, monotonic: float, now_ms: int) -> dict[str, Any]:
    """``job_detail`` (dli-api.md 1.7): all members there are."""
    shown = stamps(job, monotonic)
    return {
        **_common(job, shown),
        **_detailed(job, shown),
        "user_name": job.user_name,
        "duration": _duration(job, now_ms),
        "root_id": job.root_id,
    }


def graph(job: Job, now_ms: int) -> dict[str, Any]:
    """``execute_graph`` (dli-api.md 1.8) of a job that has been started."""
    config = job.job_config
    jid = job.handle or f"{job.job_id:032x}"
    times = (job.start_time or 0, job.end_time, now_ms)
    found = graphs.operators(job.sql_body, _jar(job))
    return graphs.execution_graph(found, jid, job.name, job.status, int(config.get("parallel_number") or 1), times)


def metrics(job: Job, numbers: tuple[int, int] | None) -> dict[str, Any]:
    """Metrics of a job's sources and sinks: all read as many records as the engine has numbers, none is corrupted."""
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


def _common(job: Job, shown: dict[str, Any]) -> dict[str, Any]:
    return {
        "job_id": job.job_id,
        "name": job.name,
        "desc": job.desc,
        "job_type": job.job_type,
        "status": shown["status"],
        "status_desc": shown["status_desc"],
        "create_time": job.create_time,
        "start_time": shown["start_time"],
        "graph_editor_enabled": False,
        "has_savepoint": job.has_savepoint,
        "queue_name": job.queue_name,
        "edge_group_ids": job.edge_group_ids,
        "restart_times": job.restart_times,
        "savepoint_path": job.savepoint_path,
    }


def _detailed(job: Job, shown: dict[str, Any]) -> dict[str, Any]:
    return {
        "user_id": job.user_id,
        "project_id": job.project_id,
        "sql_body": job.sql_body,
        "run_mode": job.run_mode,
        "job_config": _config(job),
        "main_class": job.main_class,
        "entrypoint_args": job.entrypoint_args,
        "execution_graph": None,
        "update_time": shown["update_time"],
    }


def _config(job: Job) -> dict[str, Any]:
    """``job_config`` as it is read: what nobody set is derived (dli-api.md 1.9; rounding is ours)."""
    config = {**job.job_config, "root_id": job.root_id}
    if config["tm_slot_num"] is None:
        workers = max(1, config["cu_number"] - config["manager_cu_number"])
        config["tm_slot_num"] = max(1, math.ceil(config["parallel_number"] * config["tm_cus"] / workers))
    if config["checkpoint_enabled"] and job.generated_checkpoint_path:
        config["checkpoint_path"] = job.generated_checkpoint_path
    return config


def _duration(job: Job, now_ms: int) -> int:
    """Milliseconds of the last run; 0 for a job that never ran."""
    if job.start_time is None:
        return 0
    return max(0, (now_ms if job.end_time is None else job.end_time) - job.start_time)
