# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The tags of jobs (dli-api.md 1.2 row 21, 1.9, 3)."""

from __future__ import annotations

import http.client
from typing import Any
from urllib.parse import urlsplit

import pytest
from local_dli import LocalDli
from support import Api


def path(api: Api, job_id: int, action: str = "") -> str:
    return f"/v3/{api.dli.project_id}/dli_flink_job/{job_id}/tags{action}"


def tags(api: Api, job_id: int, **query: Any) -> dict[str, str]:
    status, body = api.call("GET", path(api, job_id), **query)
    assert status == 200
    return {item["key"]: item["value"] for item in body["tags"]}


def write(api: Api, job_id: int, action: str, **given: str | None) -> tuple[int, Any]:
    pairs = [{"key": key, "value": value} if value is not None else {"key": key} for key, value in given.items()]
    return api.call("POST", path(api, job_id, f"/{action}"), {"tags": pairs})


def test_tags_are_created_replaced_and_deleted(api: Api) -> None:
    body = {"name": "new", "tags": [{"key": "env", "value": "prod"}, {"key": "team", "value": "a"}]}
    job_id = api.call("POST", "/sql-jobs", body)[1]["job"]["job_id"]
    assert tags(api, job_id) == {"env": "prod", "team": "a"}
    assert write(api, job_id, "create", env="test", more="x") == (204, None)
    assert tags(api, job_id) == {"env": "test", "team": "a", "more": "x"}
    assert write(api, job_id, "delete", env=None, team="b", more="x", none="y") == (204, None)
    assert tags(api, job_id) == {"team": "a"}
    assert [job["job_id"] for job in api.list(tags="team=a")["jobs"]] == [job_id]
    assert "tags" not in api.detail(job_id)
    recorded = [(item.operation, item.accepted, item.fields) for item in api.dli.ledger.find(job_id=job_id)]
    assert recorded[1:] == [("tag", True, ("env", "more")), ("untag", True, ("env", "team", "more", "none"))]


def test_job_without_tags_and_pages(api: Api) -> None:
    assert api.call("GET", path(api, 131)) == (200, {"tags": [], "count": 0})
    write(api, 131, "create", a="1", b="2", c="3")
    assert tags(api, 131, offset=1, limit=1) == {"b": "2"}
    assert tags(api, 131, offset=1) == {"b": "2", "c": "3"}
    assert api.call("GET", path(api, 131), limit=-1)[1]["error_code"] == "DLI.0001"


def test_job_update_does_not_change_tags(api: Api) -> None:
    api.call("PUT", "/sql-jobs/131", {"tags": [{"key": "a", "value": "b"}]})
    assert tags(api, 131) == {}


@pytest.mark.parametrize("action", ["", "/create", "/delete"])
def test_missing_job(api: Api, action: str) -> None:
    body = {"tags": [{"key": "a", "value": "b"}]} if action else None
    for job_id in (5, 301):
        status, response = api.call("POST" if action else "GET", path(api, job_id, action), body)
        assert (status, response) == (404, {"error_code": "DLI.0002", "error_msg": "Not Found"})
    api.dli.settings.update({"tags_unknown_code": "DLI.16001", "tags_unknown_status": 400})
    assert api.call("POST" if action else "GET", path(api, 5, action), body)[0] == 400
    assert len(api.dli.ledger.find(accepted=False)) == (3 if action else 0)


@pytest.mark.parametrize(
    "value",
    [None, {}, ["a"], [{"key": "a"}], [{"key": "", "value": "b"}], [{"key": "a", "value": ""}], [{"key": 1, "value": "b"}],
     [{"key": "k" * 129, "value": "b"}], [{"key": "k", "value": "v" * 256}]],
)  # fmt: skip
def test_invalid_tags(api: Api, value: Any) -> None:
    assert api.call("POST", path(api, 131, "/create"), {"tags": value})[1]["error_code"] == "DLI.0001"
    if value is not None:
        assert api.call("POST", "/sql-jobs", {"name": "new", "tags": value})[1]["error_code"] == "DLI.0001"
    assert tags(api, 131) == {}


@pytest.mark.parametrize("value", [None, [{}], [{"key": "a", "value": 1}], [1]])
def test_invalid_tags_to_delete(api: Api, value: Any) -> None:
    assert api.call("POST", path(api, 131, "/delete"), {"tags": value})[1]["error_code"] == "DLI.0001"


def test_limits(api: Api) -> None:
    api.dli.settings.update({"tag_key_length": 36, "tag_value_length": 43, "max_tags": 2})
    assert write(api, 131, "create", **{"k" * 37: "v"})[0] == 400
    assert write(api, 131, "create", a="1", b="2")[0] == 204
    assert write(api, 131, "create", c="3")[0] == 400
    assert write(api, 131, "create", a="9")[0] == 204


def test_tags_of_other_resource_types_are_not_published(api: Api) -> None:
    assert api.call("GET", f"/v3/{api.dli.project_id}/dli_queue/131/tags")[1]["error_code"] == "APIGW.0101"


def test_faults_of_tag_calls(api: Api) -> None:
    api.dli.faults.add("status", call="tag", status=503, times=2)
    api.dli.faults.add("response", call="tags_create", body={"odd": 1}, status=200, job_id=131)
    assert [write(api, 131, action, a="1")[0] for action in ("create", "delete")] == [503, 503]
    assert write(api, 131, "create", a="1") == (200, {"odd": 1})
    assert tags(api, 131) == {"a": "1"}
    assert [item.call for item in api.dli.requests.find(job_id=131)][:3] == ["tags_create", "tags_delete", "tags_create"]


def test_no_content_response_has_no_content_length(dli: LocalDli) -> None:
    connection = http.client.HTTPConnection(urlsplit(dli.url).netloc, timeout=30)
    headers = {"X-Auth-Token": dli.token()}
    url = f"/v3/{dli.project_id}/dli_flink_job/131/tags"
    for _count in range(2):
        connection.request("POST", f"{url}/create", b'{"tags": [{"key": "a", "value": "b"}]}', headers)
        response = connection.getresponse()
        assert (response.status, response.read()) == (204, b"")
        assert response.headers["Content-Length"] is None and response.headers["Content-Type"] is None
    assert dli.requests.connections() == 1
