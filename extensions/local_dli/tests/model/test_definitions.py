# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Create and update, field by field (dli-api.md 1.7, 1.9, 1.10, 2.3)."""

from __future__ import annotations

from typing import Any

import job_settings
import pytest
from job_settings import JAR_ONLY, SQL_ONLY
from support import Api

SQL = "INSERT INTO a SELECT * FROM b"
SPEC = {"cpu": 1.0, "memory": "4G"}
BOTH: dict[str, Any] = {
    **job_settings.BOTH,
    "resource_config": {"max_slot": 3, "jobmanager_resource_spec": {"cpu": 2, "memory": "2048M"}},
}
UPDATE_ONLY = {"operator_config": '{"operator_list":[]}', "static_estimator_config": "{}"}
# Values in responses that differ from those in requests.
READ = {
    "checkpoint_mode": "at_least_once",
    "resource_config": {
        "max_slot": 3,
        "parallel_number": None,
        "jobmanager_resource_spec": {"cpu": 2, "memory": "2048M"},
        "taskmanager_resource_spec": SPEC,
    },
}


def create(api: Api, jar: bool = False, **body: Any) -> tuple[int, Any]:
    return api.call("POST", "/flink-jobs" if jar else "/sql-jobs", {"name": "new", **body})


def test_ledger_records_given_fields(api: Api) -> None:
    created_job(api, desc="x", cu_number=3)
    assert api.dli.ledger.find("create")[0].fields == ("name", "desc", "cu_number")


def created_job(api: Api, jar: bool = False, **body: Any) -> int:
    status, response = create(api, jar, **body)
    assert status == 200, response
    assert set(response["job"]) == {"job_id", "status_name", "status_desc"}
    return int(response["job"]["job_id"])


def update(api: Api, job_id: int, jar: bool = False, **body: Any) -> tuple[int, Any]:
    return api.call("PUT", f"/{'flink' if jar else 'sql'}-jobs/{job_id}", body)


def assert_values(api: Api, job_id: int, written: dict[str, Any]) -> None:
    detail = api.detail(job_id)
    for name, value in written.items():
        shown = detail[name] if name in detail else detail["job_config"][name]
        assert shown == READ.get(name, value), name


@pytest.mark.parametrize("jar", [False, True])
def test_every_field_is_read_back(api: Api, jar: bool) -> None:
    written = {**BOTH, **(JAR_ONLY if jar else SQL_ONLY)}
    if not jar:
        written["job_type"] = "flink_sql_job"
    job_id = created_job(api, jar, **written)
    assert_values(api, job_id, written)
    assert api.detail(job_id)["job_config"]["edge_group_ids"] == (None if jar else ["g1", "g2"])


@pytest.mark.parametrize("jar", [False, True])
def test_every_field_can_be_updated(api: Api, jar: bool) -> None:
    job_id = created_job(api, jar)
    written = {**BOTH, **(JAR_ONLY if jar else {**SQL_ONLY, **UPDATE_ONLY}), "name": "renamed"}
    status, response = update(api, job_id, jar, **written)
    assert status == 200
    assert response["job"] == {"update_time": api.detail(job_id)["update_time"]}
    assert_values(api, job_id, written)
    (entry,) = api.dli.ledger.find("edit")
    assert set(entry.fields) == set(written) - ({"checkpoint_enabled"} if jar else set())


@pytest.mark.parametrize("name", [*BOTH, *SQL_ONLY, *UPDATE_ONLY])
def test_update_changes_only_the_given_field(api: Api, name: str) -> None:
    job_id = created_job(api, sql_body="INSERT INTO z SELECT 1")
    before = api.detail(job_id)
    api.clock.advance(1)
    value = {**BOTH, **SQL_ONLY, **UPDATE_ONLY, "cu_number": 3, "manager_cu_number": 0}[name]
    assert update(api, job_id, **{name: value, "smn_topic" if name != "smn_topic" else "desc": None})[0] == 200
    after = api.detail(job_id)
    # Slots are derived from these settings until they are set.
    derived = {"tm_slot_num"} if name in ("parallel_number", "tm_cus", "cu_number", "manager_cu_number") else set()
    config = {key for key, old in before["job_config"].items() if after["job_config"][key] != old} - derived
    rest = {key for key, old in before.items() if after[key] != old} - {"update_time", "job_config"}
    assert config | rest == {name}
    assert after["update_time"] == before["update_time"] + 1000


def test_defaults_of_sql_job(api: Api) -> None:
    detail = api.detail(created_job(api))
    assert (detail["job_type"], detail["run_mode"]) == ("flink_opensource_sql_job", "shared_cluster")
    assert (detail["desc"], detail["queue_name"], detail["sql_body"]) == ("", "", "")
    expected = {"cu_number": 2, "manager_cu_number": 1, "parallel_number": 1, "tm_cus": 1, "tm_slot_num": 1,
                "checkpoint_enabled": False, "checkpoint_mode": "exactly_once", "checkpoint_interval": 10,
                "log_enabled": False, "restart_when_exception": False, "resume_checkpoint": False, "resume_max_num": -1,
                "idle_state_retention": 3600, "dirty_data_strategy": "0", "resource_config_version": "v1",
                "obs_bucket": None, "smn_topic": None, "resource_config": None, "flink_version": None}  # fmt: skip
    assert {name: detail["job_config"][name] for name in expected} == expected


def test_defaults_of_jar_job(api: Api) -> None:
    detail = api.detail(created_job(api, jar=True, queue_name="q"))
    config = detail["job_config"]
    assert (detail["job_type"], detail["run_mode"], detail["sql_body"]) == ("flink_jar_job", "exclusive_cluster", "")
    assert (config["checkpoint_interval"], config["resume_max_num"]) == (30, -1)
    assert config["resource_config"]["taskmanager_resource_spec"] == SPEC
    api.dli.settings.update({"jar_checkpoint_interval": 10})
    assert api.detail(created_job(api, jar=True, name="b"))["job_config"]["checkpoint_interval"] == 10


def test_run_mode_of_jar_job_depends_on_queue(api: Api) -> None:
    job_id = created_job(api, jar=True)
    assert api.detail(job_id)["run_mode"] == "shared_cluster"
    update(api, job_id, jar=True, queue_name="q")
    assert api.detail(job_id)["run_mode"] == "exclusive_cluster"


def test_slots_are_derived_until_set(api: Api) -> None:
    job_id = created_job(api, parallel_number=6, cu_number=5, tm_cus=2)
    assert api.detail(job_id)["job_config"]["tm_slot_num"] == 3
    update(api, job_id, parallel_number=8)
    assert api.detail(job_id)["job_config"]["tm_slot_num"] == 4
    update(api, job_id, parallel_number=9)
    assert api.detail(job_id)["job_config"]["tm_slot_num"] == 5
    update(api, job_id, tm_slot_num=1)
    assert api.detail(job_id)["job_config"]["tm_slot_num"] == 1


@pytest.mark.parametrize(
    ("body", "is_valid"),
    [
        ({"run_mode": "shared_cluster", "job_type": "flink_sql_job"}, True),
        ({"run_mode": "shared_cluster", "job_type": "flink_opensource_sql_job"}, False),
        ({"job_type": "flink_opensource_sql_job"}, False),
        ({"run_mode": "exclusive_cluster", "job_type": "flink_sql_job"}, True),
        ({"run_mode": "exclusive_cluster", "job_type": "flink_opensource_sql_job"}, True),
        ({"run_mode": "exclusive_cluster", "job_type": "flink_sql_edge_job"}, False),
        ({"run_mode": "edge_node", "job_type": "flink_sql_edge_job"}, True),
        ({"run_mode": "exclusive_cluster", "job_type": "flink_jar_job"}, False),
    ],
)
def test_job_type_and_run_mode(api: Api, body: dict[str, Any], is_valid: bool) -> None:
    status, response = create(api, **body)
    assert status == (200 if is_valid else 400), response
    if body["job_type"] != "flink_jar_job":
        api.dli.settings.update({"job_type_rule": "accept"})
        assert create(api, **{**body, "name": "b"})[0] == 200


def test_unknown_job_type(api: Api) -> None:
    api.dli.settings.update({"job_type_rule": "accept"})
    assert create(api, job_type="sql")[1]["error_code"] == "DLI.0001"


def test_job_type_rule_enforced_on_defaults(api: Api) -> None:
    api.dli.settings.update({"job_type_rule": "enforce"})
    assert create(api)[0] == 400
    api.dli.settings.update({"default_job_type": "flink_sql_job"})
    assert api.detail(created_job(api))["job_type"] == "flink_sql_job"


INVALID: list[dict[str, Any]] = [
    {"name": ""},
    {"name": 5},
    {"desc": "x" * 2049},
    {"queue_name": "x" * 129},
    {"sql_body": "x" * (1024 * 1024 + 1)},
    {"cu_number": 1},
    {"cu_number": 401},
    {"cu_number": True},
    {"parallel_number": 0},
    {"parallel_number": 5},
    {"manager_cu_number": 2},
    {"checkpoint_interval": 0},
    {"checkpoint_interval": 3601},
    {"checkpoint_enabled": "true"},
    {"checkpoint_mode": 0},
    {"checkpoint_mode": True},
    {"resume_max_num": 0},
    {"resume_max_num": -2},
    {"idle_state_retention": -1},
    {"dirty_data_strategy": "3"},
    {"dirty_data_strategy": 0},
    {"edge_group_ids": "g"},
    {"edge_group_ids": [1]},
    {"resource_config_version": "v3"},
    {"resource_config": []},
    {"resource_config": {"max_slot": "1"}},
    {"resource_config": {"jobmanager_resource_spec": {"cpu": 0.4}}},
    {"resource_config": {"jobmanager_resource_spec": {"cpu": "1"}}},
    {"resource_config": {"taskmanager_resource_spec": {"memory": "1G"}}},
    {"resource_config": {"taskmanager_resource_spec": {"memory": "much"}}},
    {"resource_config": {"taskmanager_resource_spec": 1}},
]


@pytest.mark.parametrize("body", INVALID, ids=lambda body: next(iter(body)))
def test_invalid_fields_of_sql_job(api: Api, body: dict[str, Any]) -> None:
    """In an update, a value that contradicts another field returns DLI.12002."""
    status, response = create(api, **body)
    assert (status, response["error_code"]) == (400, "DLI.0001")
    before = api.detail(201)
    status, response = update(api, 201, **body)
    is_contradiction = body in ({"parallel_number": 5}, {"manager_cu_number": 2})
    assert (status, response["error_code"]) == (400, "DLI.12002" if is_contradiction else "DLI.0001")
    assert api.detail(201) == before


@pytest.mark.parametrize(
    "body",
    [{"desc": "x" * 513}, {"feature": "other"}, {"dependency_jars": "a.jar"}, {"dependency_files": [1]}, {"entrypoint": 1},
     {"checkpoint_enabled": True, "checkpoint_path": "obs://b/c"}],
)  # fmt: skip
def test_invalid_fields_of_jar_job(api: Api, body: dict[str, Any]) -> None:
    assert create(api, jar=True, **body)[1]["error_code"] == "DLI.0001"


def test_checkpoint_path_rule_accept(api: Api) -> None:
    api.dli.settings.update({"checkpoint_path_rule": "accept", "max_desc": 5000})
    created_job(api, jar=True, checkpoint_enabled=True, checkpoint_path="obs://b/c", desc="x" * 5000)


def test_parallelism_is_not_limited_by_cu_number(api: Api) -> None:
    assert create(api, parallel_number=100, resource_config_version="v2")[0] == 200
    assert create(api, jar=True, name="b", parallel_number=100)[0] == 200


def test_bucket_rule_enforce(api: Api) -> None:
    assert create(api, checkpoint_enabled=True)[0] == 200
    api.dli.settings.update({"bucket_rule": "enforce"})
    for body in ({"checkpoint_enabled": True}, {"log_enabled": True}):
        assert create(api, name="b", **body)[0] == 400
        assert create(api, name=f"with {body}", obs_bucket="bucket", **body)[0] == 200


@pytest.mark.parametrize("jar", [False, True])
def test_unknown_members(api: Api, jar: bool) -> None:
    unknown = {**(SQL_ONLY if jar else JAR_ONLY), **UPDATE_ONLY, "nonsense": 1}
    unknown.pop("checkpoint_enabled", None)
    plain = api.detail(created_job(api, jar, name="a"))
    job_id = created_job(api, jar, name="b", **unknown)
    own = ("job_id", "name")
    assert {k: v for k, v in api.detail(job_id).items() if k not in own} == {
        k: v for k, v in plain.items() if k not in own
    }
    api.dli.settings.update({"unknown_fields": "refuse"})
    for name, value in unknown.items():
        assert create(api, jar, name="c", **{name: value})[1]["error_code"] == "DLI.0001", name
    assert update(api, job_id, jar, tags=[])[0] == 400


def test_same_name_accept(api: Api) -> None:
    """It is not documented whether a repeated create is refused or creates a second job (dli-api.md 4.5)."""
    created_job(api)
    assert create(api)[1]["error_code"] == "DLI.11004"
    api.dli.settings.update({"same_name": "accept"})
    created_job(api)
    assert [job["name"] for job in api.list(name="new")["jobs"]] == ["new", "new"]
