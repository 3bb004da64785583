# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The static graph of a script and the execution graph of a run (dli-api.md 1.8, 1.13)."""

from __future__ import annotations

import json
from typing import Any

import pytest
from local_dli.model.graphs import operators
from support import Api

SQL = """
CREATE TABLE clicks (id BIGINT, note STRING) WITH ('connector' = 'datagen', 'x' = 'a;b');  -- INSERT INTO nowhere
INSERT INTO sink SELECT c.id FROM clicks c JOIN `users` u ON c.id = u.id WHERE note <> 'FROM; x';
INSERT INTO archive SELECT id FROM clicks;
"""


def generate(api: Api, job_id: int = 201, **body: Any) -> tuple[int, Any]:
    return api.call("POST", f"/v3/{api.dli.project_id}/streaming/jobs/{job_id}/gen-graph", {"sql_body": SQL, **body})


def graph(api: Api, **body: Any) -> dict[str, Any]:
    status, response = generate(api, **body)
    assert (status, response["is_success"], response["message"], response["error_code"]) == (200, True, "", "")
    return json.loads(response["stream_graph"])


def test_static_graph(api: Api) -> None:
    found = graph(api, parallel_number=3, flink_version="1.12", graph_type="simple_graph")
    assert [(item["type"], [before["id"] for before in item["predecessors"]]) for item in found["nodes"]] == [
        ("Source", []),
        ("Source", []),
        ("Calc", [1, 2]),
        ("Sink", [3]),
        ("Calc", [1]),
        ("Sink", [5]),
    ]
    assert "clicks" in found["nodes"][0]["contents"] and "archive" in found["nodes"][5]["contents"]
    assert [item["id"] for item in found["operator_list"]] == [item["operator_id"] for item in found["nodes"]]
    assert {item["parallelism"] for item in found["operator_list"]} == {3}
    assert len({item["id"] for item in found["operator_list"]}) == 6
    assert api.dli.ledger.entries == []


def test_operator_ids_change_only_with_the_sql(api: Api) -> None:
    first, again = graph(api), graph(api)
    other = graph(api, sql_body=SQL.replace("SELECT id", "SELECT id + 1"))
    ids = [[item["id"] for item in found["operator_list"]] for found in (first, again, other)]
    assert ids[0] == ids[1]
    assert [one == two for one, two in zip(ids[0], ids[2])] == [True, True, True, True, False, False]


def test_parallelism_of_single_operators_and_estimate(api: Api) -> None:
    config = {"operator_list": [{"id": graph(api)["operator_list"][0]["id"], "parallelism": 4}]}
    found = graph(api, operator_config=json.dumps(config), static_estimator=True, tm_slot_num=2, manager_cu_number=1)
    assert [item["parallelism"] for item in found["operator_list"]] == [4, 1, 1, 1, 1, 1]
    assert found["cu_number"] == 1 + 5
    assert "cu_number" not in graph(api)


@pytest.mark.parametrize(
    ("job_id", "body", "code"),
    [
        (201, {"sql_body": "select 1"}, "JK.1001"),
        (201, {"sql_body": "CREATE TABLE a (b INT) WITH ('connector' = 'datagen')"}, "JK.1001"),
        (201, {"sql_body": ""}, "DLI.0001"),
        (201, {"sql_body": None}, "DLI.0001"),
        (201, {"cu_number": "2"}, "DLI.0001"),
        (201, {"graph_type": "x"}, "DLI.0001"),
        (201, {"operator_config": "x"}, "DLI.0001"),
        (201, {"operator_config": "[]"}, "DLI.0001"),
        (201, {"operator_config": '{"operator_list": [1]}'}, "DLI.0001"),
        (201, {"flink_version": "1.15"}, "DLI.0007"),
        (201, {"job_type": "flink_sql_job"}, "DLI.0007"),
        (138, {}, "DLI.0007"),
        (5, {}, "DLI.16001"),
    ],
)
def test_static_graph_refusals(api: Api, job_id: int, body: dict[str, Any], code: str) -> None:
    status, response = generate(api, job_id, **body)
    assert (status, response["error_code"]) == (400, code)
    if code == "JK.1001":
        assert response["error_msg"] == "Failed to get stream graph:Sql validate error."


def test_flink_version_of_the_job_is_checked(api: Api) -> None:
    api.dli.job(201).job_config["flink_version"] = "1.15"
    assert generate(api)[1]["error_code"] == "DLI.0007"
    assert generate(api, flink_version="1.10")[0] == 200


def execution(api: Api, job_id: int) -> dict[str, Any]:
    status, response = api.call("GET", f"/jobs/{job_id}/execute-graph")
    assert status == 200, response
    return response["execute_graph"]


def test_execution_graph_during_lifecycle(api: Api) -> None:
    assert api.call("GET", "/jobs/201/execute-graph")[1]["error_code"] == "DLI.14001"
    states = []
    api.run(201)
    for act in (lambda: None, lambda: api.clock.advance(3), lambda: api.stop(201), lambda: api.clock.advance(3)):
        act()
        found = execution(api, 201)
        states.append((found["state"], found["vertices"][0]["status"], found["end-time"] == -1))
    assert states == [
        ("INITIALIZING", "CREATED", True),
        ("RUNNING", "RUNNING", True),
        ("CANCELLING", "CANCELING", True),
        ("CANCELED", "CANCELED", False),
    ]
    assert found["end-time"] - found["start-time"] == found["duration"]
    assert found["plan"]["jid"] == found["jid"] and len(found["plan"]["nodes"]) == len(found["vertices"]) == 3
    assert found["plan"]["nodes"][1]["inputs"][0]["id"] == found["plan"]["nodes"][0]["id"]
    assert found["timestamps"] == {"INITIALIZING": found["start-time"], "CANCELED": found["end-time"]}
    assert found["status-counts"] == {"CANCELED": 3}
    assert {"now", "timestamps", "isStoppable"} <= set(found)


def test_execution_graph_of_jar_job(api: Api) -> None:
    api.run(138)
    assert [item["name"] for item in execution(api, 138)["vertices"]] == ["Source: Custom Source", "Sink: Unnamed"]


def test_script_without_data_flow() -> None:
    assert operators("SET 'a' = 'b'; CREATE VIEW v AS SELECT 1") == []
    assert [item.kind for item in operators("INSERT INTO t VALUES (1)")] == ["Source", "Calc", "Sink"]


def test_unknown_job(api: Api) -> None:
    assert api.call("GET", "/jobs/5/execute-graph")[1]["error_code"] == "DLI.16001"
    api.dli.settings.update({"graph_unknown_code": "DLI.14099"})
    assert api.call("GET", "/jobs/5/execute-graph")[1]["error_code"] == "DLI.14099"
