# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""A value for each setting of a job except ``resource_config``, by its name in requests (dli-api.md 1.9, 1.10)."""

from __future__ import annotations

from typing import Any

BOTH: dict[str, Any] = {
    "desc": "größe",
    "queue_name": "q",
    "cu_number": 4,
    "manager_cu_number": 2,
    "parallel_number": 3,
    "tm_cus": 2,
    "tm_slot_num": 5,
    "checkpoint_enabled": True,
    "checkpoint_mode": 2,
    "checkpoint_interval": 60,
    "obs_bucket": "bucket",
    "log_enabled": True,
    "smn_topic": "topic",
    "restart_when_exception": True,
    "resume_checkpoint": True,
    "resume_max_num": 7,
    "flink_version": "1.12",
    "runtime_config": '{"a":"b"}',
    "flink_log_config": '{"root_logger_level":"INFO"}',
    "execution_agency_urn": "agency",
    "resource_config_version": "v2",
}
SQL_ONLY: dict[str, Any] = {
    "sql_body": "INSERT INTO a SELECT * FROM b",
    "run_mode": "exclusive_cluster",
    "idle_state_retention": 60,
    "dirty_data_strategy": "2:obs://bucket/dirty",
    "udf_jar_url": "obs://bucket/udf.jar",
    "edge_group_ids": ["g1", "g2"],
}
JAR_ONLY: dict[str, Any] = {
    "main_class": "a.B",
    "entrypoint_args": "--x 1 --y 2",
    "entrypoint": "obs://bucket/a.jar",
    "dependency_jars": ["obs://bucket/b.jar"],
    "dependency_files": ["obs://bucket/c.txt"],
    "feature": "custom",
    "image": "org/name:1",
    "checkpoint_enabled": False,
    "checkpoint_path": "obs://bucket/own/",
}
