# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The record of a job and the statuses of DLI (dli-api.md 1.7, 2.1)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

STATUSES = (
    "job_init",
    "job_submitting",
    "job_submit_fail",
    "job_running",
    "job_running_exception",
    "job_downloading",
    "job_idle",
    "job_canceling",
    "job_cancel_success",
    "job_cancel_fail",
    "job_savepointing",
    "job_arrearage_stopped",
    "job_arrearage_recovering",
    "job_finish",
)

# Statuses with a question mark in dli-api.md 2.1 are not included: the stricter interpretation.
STARTABLE = frozenset({"job_init", "job_submit_fail", "job_running_exception", "job_cancel_success", "job_finish"})
STOPPABLE = frozenset({"job_submitting", "job_running"})
ACTIVE = frozenset(
    ("job_submitting", "job_running", "job_savepointing", "job_canceling", "job_downloading", "job_arrearage_recovering")
)
RUN_MODES = ("shared_cluster", "exclusive_cluster", "edge_node")
JAR = "flink_jar_job"
JOB_TYPES = ("flink_sql_job", "flink_opensource_sql_job", "flink_sql_edge_job", JAR)


def default_config() -> dict[str, Any]:
    """Return the default ``job_config``: all fields of dli-api.md 1.7, null if no default is documented."""
    return {
        "checkpoint_enabled": False,
        "checkpoint_mode": "exactly_once",
        "checkpoint_interval": 10,
        "log_enabled": False,
        "obs_bucket": None,
        "smn_topic": None,
        "manager_cu_number": 1,
        "cu_number": 2,
        "parallel_number": 1,
        "tm_cus": 1,
        "tm_slot_num": None,
        "executor_number": None,
        "executor_cu_number": None,
        "real_cu_number": 0,
        "restart_when_exception": False,
        "resume_checkpoint": False,
        "resume_max_num": -1,
        "checkpoint_path": None,
        "idle_state_retention": 3600,
        "dirty_data_strategy": "0",
        "entrypoint": None,
        "dependency_jars": None,
        "dependency_files": None,
        "udf_jar_url": None,
        "config_url": None,
        "feature": None,
        "flink_version": None,
        "image": None,
        "runtime_config": None,
        "flink_log_config": None,
        "operator_config": None,
        "static_estimator_config": None,
        "graph_editor_enabled": False,
        "graph_editor_data": None,
        "root_id": -1,
        "edge_group_ids": None,
        "execution_agency_urn": None,
        "resource_config_version": "v1",
        "resource_config": None,
    }


@dataclass
class Savepoint:
    """One savepoint. ``origin``: "stop" (deleted at the next start, dli-api.md 7.2), "manual" or "import"."""

    path: str
    origin: str
    fingerprint: str = ""
    """The fingerprint of the definition that was running; empty for a savepoint from another source."""


@dataclass
class Job:
    """One job record. Times are epoch milliseconds; ``since`` and ``stale_until`` are monotonic seconds."""

    job_id: int
    project_id: str
    name: str
    create_time: int
    update_time: int
    status: str = "job_init"
    status_desc: str = ""
    desc: str = ""
    job_type: str = "flink_opensource_sql_job"
    run_mode: str = "shared_cluster"
    queue_name: str = ""
    sql_body: str = ""
    main_class: str | None = None
    entrypoint_args: str | None = None
    start_time: int | None = None
    end_time: int | None = None
    user_id: str = ""
    user_name: str = ""
    enterprise_project_name: str = "default"
    """Used by a filter of the list only (dli-api.md 3)."""

    savepoint_path: str | None = None
    root_id: int = -1
    edge_group_ids: list[str] | None = None
    restart_times: int = 0
    job_config: dict[str, Any] = field(default_factory=default_config)
    tags: dict[str, str] = field(default_factory=dict)
    script: dict[str, Any] = field(default_factory=dict)
    """The events of the job for the simulated engine (`engine.simulated.Script`)."""

    savepoints: list[Savepoint] = field(default_factory=list)
    checkpoint: str | None = None
    generated_checkpoint_path: str = ""
    """The folder of its checkpoints. DLI shows it after the first run has started (dli-api.md 2.3, 7.4)."""

    checkpoint_for: str = ""
    running_as: str = ""
    """Fingerprints of the definition that created the checkpoint, and of the running definition."""

    handle: str | None = None
    operation: str | None = None
    stopping: bool = False
    """Whether the savepoint in progress is the first step of a stop."""
    since: float = 0.0
    resumed_from: str | None = None
    restarts: list[float] = field(default_factory=list)
    history: list[tuple[int, str]] = field(default_factory=list)
    """All statuses: (epoch ms, status)."""

    stale: dict[str, Any] | None = None
    stale_until: float = 0.0

    @property
    def has_savepoint(self) -> bool:
        """Whether the job has a savepoint or a checkpoint (dli-api.md 7.1)."""
        return bool(self.savepoints) or self.checkpoint is not None

    @property
    def restorable(self) -> str | None:
        """The path that `resume_savepoint` restores: the newest savepoint, else the latest checkpoint (dli-api.md 7.1)."""
        return self.savepoints[-1].path if self.savepoints else self.checkpoint

    @property
    def is_jar(self) -> bool:
        return self.job_type == JAR

    def current_status(self) -> dict[str, Any]:
        """Return the fields that stay old for a while after an accepted run or stop (dli-api.md 0.1-8)."""
        return {
            "status": self.status,
            "status_desc": self.status_desc,
            "start_time": self.start_time,
            "update_time": self.update_time,
        }
