# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Shapes, filters, validation and authentication of single calls, in process."""

from __future__ import annotations

import email.utils
from typing import Any

import pytest
from local_dli import LocalDli
from local_dli.model.jobs import Job
from support import Api
from werkzeug.test import Client

COMMON = {"job_id", "name", "desc", "job_type", "status", "status_desc", "create_time", "start_time", "queue_name",
          "graph_editor_enabled", "has_savepoint", "edge_group_ids", "restart_times", "savepoint_path"}  # fmt: skip
BRIEF = {"user_name", "duration", "root_id"}
DETAILED = {"user_id", "project_id", "sql_body", "run_mode", "job_config", "main_class", "entrypoint_args",
            "execution_graph", "update_time"}  # fmt: skip


def ids(page: dict[str, Any]) -> list[int]:
    return [job["job_id"] for job in page["jobs"]]


def jobs_of_main_project(dli: LocalDli) -> list[Job]:
    return [job for job in dli.jobs.values() if job.project_id == dli.project_id]


@pytest.mark.parametrize(("show_detail", "members"), [("false", COMMON | BRIEF), ("true", COMMON | DETAILED)])
def test_members_of_a_list_item(api: Api, show_detail: str, members: set[str]) -> None:
    assert {frozenset(job) for job in api.list(show_detail=show_detail, limit=100)["jobs"]} == {frozenset(members)}


def test_members_of_a_detail(api: Api) -> None:
    detail = api.detail(131)
    assert set(detail) == COMMON | BRIEF | DETAILED
    assert len(detail["job_config"]) == 39
    assert api.detail(201)["start_time"] is None


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"name": "twin"}, [232, 231]),
        ({"name": "twin", "order": "asc"}, [231, 232]),
        ({"name": "_archive"}, [137]),
        ({"status": "job_finish"}, [214, 138]),
        ({"job_type": "flink_jar_job"}, [138]),
        ({"queue_name": "flink_queue"}, [138, 131, 130]),
        ({"queue_name": "flink"}, []),
        ({"user_name": "unknown"}, []),
        ({"limit": 2, "order": "asc"}, [130, 131]),
        ({"limit": 2, "offset": 1, "order": "asc"}, [131, 137]),
        ({"offset": 1000}, []),
        ({"limit": 0}, []),
        ({"root_job_id": 5}, []),
    ],
)
def test_list_filters(api: Api, query: dict[str, Any], expected: list[int]) -> None:
    assert ids(api.list(**query)) == expected


def test_list_defaults_and_limit(api: Api) -> None:
    api.dli.seed([{"job_id": job_id} for job_id in range(5000, 5150)])
    page = api.list()
    assert len(page["jobs"]) == 10
    assert page["total_count"] == len(jobs_of_main_project(api.dli))
    assert len(api.list(limit=500)["jobs"]) == 100
    api.dli.settings.update({"over_limit": "refuse"})
    assert api.call("GET", "/jobs", limit=101)[0] == 400


def test_exact_name_match(api: Api) -> None:
    api.dli.settings.update({"name_match": "exact"})
    assert ids(api.list(name="clickstream")) == []
    assert ids(api.list(name="clickstream_enrich")) == [131]


def test_tags_and_edge_children(api: Api) -> None:
    api.dli.seed([{"job_id": 900, "tags": {"env": "prod", "team": "a"}}, {"job_id": 901, "root_id": 206}])
    assert ids(api.list(tags="env=prod,team=a")) == [900]
    assert ids(api.list(tags="env=prod,team=b")) == []
    assert 901 not in ids(api.list(limit=100))
    assert ids(api.list(root_job_id=206)) == [901]


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"offset": -1}, "DLI.23001"),
        ({"limit": -1}, "DLI.0001"),
        ({"limit": "x"}, "DLI.0001"),
        ({"order": "up"}, "DLI.0001"),
        ({"status": "running"}, "DLI.0001"),
        ({"show_detail": "True"}, "DLI.0001"),
    ],
)
def test_list_refusals(api: Api, query: dict[str, Any], code: str) -> None:
    status, body = api.call("GET", "/jobs", **query)
    assert (status, body["error_code"]) == (400, code)


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        {"job_ids": "131"},
        {"job_ids": []},
        {"job_ids": ["131"]},
        {"job_ids": [True]},
        {"job_ids": [1.0]},
        {"job_ids": [2**63]},
        {"job_ids": [131], "resume_savepoint": "true"},
    ],
)
def test_invalid_request_bodies(api: Api, body: Any) -> None:
    status, response = api.call("POST", "/jobs/run", body)
    assert (status, response["error_code"]) == (400, "DLI.0001")
    assert api.dli.ledger.entries == []


def test_max_batch(api: Api) -> None:
    api.dli.settings.update({"max_batch": 2})
    assert api.run(131, 130)[0] == 200
    status, body = api.run(137, 138, 201)
    assert (status, body["error_code"]) == (400, "DLI.0001")
    assert len(api.dli.ledger.starts()) == 2


def test_max_body(api: Api) -> None:
    api.dli.settings.update({"max_body": 100})
    status, body = api.run(*range(100))
    assert (status, body["error_code"], body["error_msg"]) == (413, "APIGW.0201", "Request entity too large.")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "DLI.0001"),
        ({"name": "x" * 58}, "DLI.0001"),
        ({"name": "a", "run_mode": "none"}, "DLI.0001"),
        ({"name": "a", "checkpoint_mode": 3}, "DLI.0001"),
        ({"name": "a", "checkpoint_mode": [1]}, "DLI.0001"),
        ({"name": "a", "cu_number": "2"}, "DLI.0001"),
        ({"name": "a", "tags": [1]}, "DLI.0001"),
        ({"name": "running"}, "DLI.11004"),
    ],
)
def test_create_refusals(api: Api, body: dict[str, Any], code: str) -> None:
    status, response = api.call("POST", "/sql-jobs", body)
    assert (status, response["error_code"]) == (400, code)


def test_update_of_missing_job(api: Api) -> None:
    status, body = api.call("PUT", "/sql-jobs/5", {"desc": "x"})
    assert (status, body["error_code"]) == (400, "DLI.12004")
    assert body["error_msg"] == "The job does not exist. Check the reason or create a job."


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/nothing"), ("PUT", "/jobs/run"), ("GET", "/jobs/"), ("GET", "/jobs/x")]
)
def test_unpublished_paths(api: Api, method: str, path: str) -> None:
    status, body = api.call(method, path)
    assert (status, body["error_code"]) == (404, "APIGW.0101")
    assert set(body) == {"error_code", "error_msg", "request_id"}


def test_metrics(api: Api) -> None:
    status, body = api.call("POST", "/jobs/metrics", {"job_ids": [131, 207]})
    assert (status, [item["job_id"] for item in body["metrics"]["jobs"]]) == (200, [131, 207])
    assert api.call("POST", "/jobs/metrics", {"job_ids": [131, 5]})[1]["error_code"] == "DLI.16001"


def test_internal_error_has_its_own_code(api: Api) -> None:
    api.dli.job(131).script = {"nope": 1}
    status, body = api.run(131)
    assert (status, body["error_code"]) == (500, "LOCAL.0500")


def test_language(api: Api) -> None:
    assert api.call("GET", "/jobs")[1]["message"] == "Jobs are successfully listed."
    api.language = "zh-cn"
    assert api.call("GET", "/jobs")[1]["message"] == "作业列表查询成功"
    assert api.call("GET", "/jobs/5")[1]["error_msg"].startswith("作业id不存在")


def test_standard_headers(api: Api) -> None:
    response = Client(api.dli.wsgi).get("/v1.0/x/streaming/jobs")
    assert response.headers["X-Request-Id"] == response.json["request_id"] == api.dli.requests.find("list")[0].request_id
    assert response.headers["Server"] == "api-gateway"
    assert email.utils.parsedate_to_datetime(response.headers["Date"]).timestamp() == int(api.clock.now())


@pytest.mark.parametrize(
    ("headers", "text"),
    [
        ({}, "x-auth-token not found"),
        ({"X-Auth-Token": "nonsense"}, "decrypt token fail"),
        ({"Authorization": "Basic abc"}, "verify aksk signature fail"),
    ],
)
def test_unauthorized(api: Api, headers: dict[str, str], text: str) -> None:
    response = Client(api.dli.wsgi).get(f"/v1.0/{api.dli.project_id}/streaming/jobs", headers=headers)
    assert (response.status_code, response.json["error_code"]) == (401, "APIGW.0301")
    assert response.json["error_msg"] == f"Incorrect IAM authentication information: {text}"


def test_token_expires(api: Api) -> None:
    headers = {"X-Auth-Token": api.dli.token(lifetime=10)}
    url = f"/v1.0/{api.dli.project_id}/streaming/jobs"
    assert Client(api.dli.wsgi).get(url, headers=headers).status_code == 200
    api.clock.advance(11)
    response = Client(api.dli.wsgi).get(url, headers=headers)
    assert response.status_code == 401
    assert "token expires, expires_at: " in response.json["error_msg"]


def test_other_project_is_forbidden(api: Api) -> None:
    other = "6c1b8daf23045e79b2c3d4e5f6071829"
    response = Client(api.dli.wsgi).get(f"/v1.0/{other}/streaming/jobs", headers={"X-Auth-Token": api.dli.token()})
    assert (response.status_code, response.json["error_code"]) == (403, "APIGW.0310")
    api.headers = {"X-Project-Id": other}
    assert api.call("GET", "/jobs")[0] == 403


def test_jobs_of_other_project_are_not_found(api: Api) -> None:
    api.dli.seed([{"job_id": 900, "project_id": "6c1b8daf23045e79b2c3d4e5f6071829"}])
    assert 900 not in ids(api.list(limit=100))
    assert api.call("GET", "/jobs/900")[1]["error_code"] == "DLI.16001"
    assert api.run(900)[1][0]["error_code"] == "DLI.13007"


def auth_body(**changes: Any) -> dict[str, Any]:
    user = {"name": "local-dli-user", "password": "local-dli-password-1", "domain": {"name": "local-dli-domain"}}
    scope = {"project": changes.pop("project", {"name": "cn-north-4"})}
    identity = {"methods": ["password"], "password": {"user": {**user, **changes}}}
    return {"auth": {"identity": identity, "scope": scope}}


@pytest.mark.parametrize("project", [{"name": "cn-north-4"}, {"id": "5b0a7c9e12f34d68a1b2c3d4e5f60718"}])
def test_token_by_password(api: Api, project: dict[str, str]) -> None:
    response = Client(api.dli.wsgi).post("/v3/auth/tokens?nocatalog=true", json=auth_body(project=project))
    assert response.status_code == 201
    assert response.json["token"]["project"]["id"] == api.dli.project_id
    api.headers = {"X-Auth-Token": response.headers["X-Subject-Token"]}
    assert api.run(131)[0] == 200
    assert api.dli.ledger.starts()[0].actor == "local-dli-user"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (auth_body(password="x"), 401),
        (auth_body(name="x"), 401),
        (auth_body(project={"name": "x"}), 401),
        ({}, 400),
        ([], 400),
    ],
)
def test_token_refusals(api: Api, body: Any, status: int) -> None:
    response = Client(api.dli.wsgi).post("/v3/auth/tokens", json=body)
    assert (response.status_code, response.json["error"]["code"]) == (status, status)
    assert "X-Subject-Token" not in response.headers


def test_projects_by_name(api: Api) -> None:
    headers = {"X-Auth-Token": api.dli.token()}
    found = Client(api.dli.wsgi).get("/v3/projects?name=cn-north-4", headers=headers).json["projects"]
    assert [(item["id"], item["name"]) for item in found] == [(api.dli.project_id, "cn-north-4")]
    assert Client(api.dli.wsgi).get("/v3/projects?name=x", headers=headers).json["projects"] == []
    assert Client(api.dli.wsgi).get("/v3/projects").status_code == 401
