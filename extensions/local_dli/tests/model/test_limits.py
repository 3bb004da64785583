# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The documented limits of the fields of a job: the last allowed values, and the first refused ones.

`model/fields.py` enforces the fields, `model/tags.py` the tags, `model/definitions.py` the parallelism of an SQL job. The ranges
of manager_cu_number, tm_cus, tm_slot_num and idle_state_retention in `model/fields.py` are not documented.
"""

from __future__ import annotations

from typing import Any

import pytest
from support import Api

BOTH = (False, True)
SQL, JAR = (False,), (True,)


def spec(**members: Any) -> list[dict[str, Any]]:
    """Return both objects that a resource configuration can contain."""
    return [{f"{name}_resource_spec": members} for name in ("jobmanager", "taskmanager")]


#: Field, section of dli-api.md, kinds of jobs (whether Jar), allowed values, refused values.
LIMITS: list[tuple[str, str, tuple[bool, ...], list[Any], list[Any]]] = [
    ("name", "1.7, 1.9, 1.10", BOTH, ["n", "n" * 57], ["", "n" * 58]),
    ("desc", "1.7, 1.9", SQL, ["d" * 2048], ["d" * 2049]),
    ("desc", "1.10", JAR, ["d" * 512], ["d" * 513]),
    ("queue_name", "1.7, 1.9, 1.10", BOTH, ["q" * 128], ["q" * 129]),
    ("sql_body", "1.9, 4.5", SQL, ["s" * 1024 * 1024], ["s" * (1024 * 1024 + 1)]),
    ("template_id", "1.9", SQL, [], [2**63]),
    ("run_mode", "1.9", SQL, ["shared_cluster", "exclusive_cluster", "edge_node"], ["cluster"]),
    ("job_type", "1.9", SQL, ["flink_sql_job"], ["flink_job", "flink_jar_job"]),
    ("cu_number", "1.7", BOTH, [2, 400], [1, 401]),
    ("parallel_number", "1.7", BOTH, [1], [0, 2001]),
    ("parallel_number", "1.7", JAR, [2000], [2001]),
    ("parallel_number", "1.9", SQL, [4], [5]),
    ("checkpoint_mode", "1.7", BOTH, [1, 2], [0, 3]),
    ("checkpoint_interval", "1.7, 1.10", BOTH, [1, 3600], [0, 3601]),
    ("resume_max_num", "1.7, 1.9", BOTH, [-1, 1], [0, -2]),
    ("dirty_data_strategy", "1.7", SQL, ["0", "1", "2:obs://b/d"], ["2", "2:", "3", ""]),
    ("feature", "1.10", JAR, ["basic", "custom"], ["other"]),
    ("resource_config_version", "1.7", BOTH, ["v1", "v2"], ["v3"]),
    ("resource_config", "1.7", BOTH, spec(cpu=0.5), spec(cpu=0.4)),
    ("resource_config", "1.7", BOTH, spec(memory="2G"), spec(memory="1G") + spec(memory="2047M")),
    ("tags", "1.9", BOTH, [[{"key": "k" * 128, "value": "v" * 255}], [{"key": "k", "value": "v"}]], [
        [{"key": "", "value": "v"}], [{"key": "k" * 129, "value": "v"}],
        [{"key": "k", "value": ""}], [{"key": "k", "value": "v" * 256}],
    ]),
]  # fmt: skip
ROWS = [(jar, *row[:1], *row[3:]) for row in LIMITS for jar in row[2]]


@pytest.mark.parametrize(("jar", "field", "allowed", "refused"), ROWS)
def test_limit(api: Api, jar: bool, field: str, allowed: list[Any], refused: list[Any]) -> None:
    path = "/flink-jobs" if jar else "/sql-jobs"
    for number, value in enumerate(allowed):
        status, body = api.call("POST", path, {"name": f"job_{number}", "run_mode": "exclusive_cluster", field: value})
        assert status == 200, (value, body)
    for value in refused:
        status, body = api.call("POST", path, {"name": "refused", field: value})
        assert (status, body["error_code"]) == (400, "DLI.0001"), (value, body)
