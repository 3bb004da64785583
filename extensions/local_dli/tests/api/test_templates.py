# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Templates of SQL jobs, and the authorisation of buckets (dli-api.md 1.13)."""

from __future__ import annotations

from typing import Any

import pytest
from huaweicloudsdkdli import v1 as sdk
from local_dli import LocalDli
from support import Api
from test_sdk import client, refused, show

SQL = "INSERT INTO a SELECT * FROM b"


def created_template(api: Api, name: str = "t", **body: Any) -> int:
    status, response = api.call("POST", "/job-templates", {"name": name, "sql_body": SQL, **body})
    assert status == 200, response
    return int(response["template"]["template_id"])


def names(api: Api, **query: Any) -> list[str]:
    status, response = api.call("GET", "/job-templates", **query)
    assert status == 200, response
    return [item["name"] for item in response["template_list"]["templates"]]


def authorize(api: Api, *buckets: str) -> tuple[int, Any]:
    return api.call("POST", f"/v1.0/{api.dli.project_id}/dli/obs-authorize", {"obs_buckets": list(buckets)})


def test_job_created_from_template(api: Api) -> None:
    template_id = created_template(api)
    ids = []
    for name, sql in (("a", None), ("b", ""), ("c", "INSERT INTO own SELECT 1")):
        body = {"name": name, "template_id": template_id, "sql_body": sql}
        ids.append(api.call("POST", "/sql-jobs", body)[1]["job"]["job_id"])
    assert [api.detail(job_id)["sql_body"] for job_id in ids] == [SQL, SQL, "INSERT INTO own SELECT 1"]
    assert api.call("DELETE", f"/job-templates/{template_id}")[1]["template"] == {"template_id": template_id}
    body = {"name": "d", "template_id": template_id}
    assert api.call("POST", "/sql-jobs", body)[1]["error_code"] == "DLI.18005"


def test_template_lists(api: Api) -> None:
    created_template(api, "one", tags=[{"key": "env", "value": "prod"}])
    created_template(api, "two")
    assert names(api) == ["two", "one"]
    assert names(api, order="asc") == ["one", "two"]
    assert names(api, name="tw") == ["two"]
    assert names(api, tags="env=prod") == ["one"]
    assert names(api, offset=1, limit=1) == ["one"]
    assert names(api, limit=0) == []
    for query in ({"offset": -1}, {"limit": -1}):
        assert api.call("GET", "/job-templates", **query)[1]["error_code"] == "DLI.1206"


def test_template_updates(api: Api) -> None:
    template_id = created_template(api)
    api.clock.advance(1)
    assert api.call("PUT", f"/job-templates/{template_id}", {"desc": "new", "name": "u"})[0] == 200
    (item,) = api.call("GET", "/job-templates")[1]["template_list"]["templates"]
    assert (item["name"], item["desc"], item["sql_body"]) == ("u", "new", SQL)
    assert item["update_time"] == item["create_time"] + 1000
    assert {entry.operation for entry in api.dli.ledger.entries} == {"template"}
    api.dli.reset()
    assert names(api) == []


@pytest.mark.parametrize(
    ("method", "path", "body", "code"),
    [
        ("POST", "", {"sql_body": SQL}, "DLI.18006"),
        ("POST", "", {"name": ""}, "DLI.18006"),
        ("POST", "", {"name": 1}, "DLI.0001"),
        ("PUT", "/1", {"name": ""}, "DLI.18006"),
        ("PUT", "/2", {"name": "x"}, "DLI.18005"),
        ("DELETE", "/2", None, "DLI.18005"),
    ],
)
def test_template_refusals(api: Api, method: str, path: str, body: Any, code: str) -> None:
    created_template(api)
    status, response = api.call(method, f"/job-templates{path}", body)
    assert (status, response["error_code"]) == (400, code)
    assert names(api) == ["t"]


def test_templates_of_other_project_are_not_found(api: Api) -> None:
    template_id = created_template(api)
    account = api.dli._seed.partners[0]
    api.headers = {"X-Auth-Token": api.dli.accounts.issue(account.users[0], account.projects[0]).value}
    base = f"/v1.0/{account.projects[0].id}/streaming"
    assert api.call("DELETE", f"{base}/job-templates/{template_id}")[1]["error_code"] == "DLI.18005"
    assert api.call("GET", f"{base}/job-templates")[1]["template_list"] == {"total_count": 0, "templates": []}
    body = {"name": "new", "template_id": template_id}
    assert api.call("POST", f"{base}/sql-jobs", body)[1]["error_code"] == "DLI.18005"


def test_template_limit(api: Api) -> None:
    for number in range(100):
        created_template(api, f"t{number}")
    assert api.call("POST", "/job-templates", {"name": "more"})[1]["error_code"] == "DLI.0009"


def test_buckets_are_authorised_once(api: Api) -> None:
    assert authorize(api, "bucket1")[1]["error_code"] == "DLI.19005"  # by default, all buckets are authorised
    api.dli.settings.update({"obs_buckets": ""})
    body = {"name": "new", "obs_bucket": "bucket1"}
    assert api.call("POST", "/sql-jobs", body)[1]["error_code"] == "DLI.11016"
    status, response = authorize(api, "bucket1")
    assert (status, response["message"]) == (200, "The following OBS bucket is authorized successfully, bucket1.")
    assert api.call("POST", "/sql-jobs", body)[0] == 200
    api.language = "zh-cn"
    response = authorize(api, "bucket1", "bucket2")[1]
    assert response == {"error_code": "DLI.19005", "error_msg": "请求中包含已授权的OBS桶请首先过滤掉已经授权的OBS桶"}
    assert authorize(api, "bucket2")[0] == 200
    assert authorize(api, "bucket1")[1]["error_code"] == "DLI.19005"
    for invalid in ((), ("",), (1,)):
        assert authorize(api, *invalid)[1]["error_code"] == "DLI.0001"  # type: ignore[arg-type]
    assert [(item.operation, item.accepted, item.fields) for item in api.dli.ledger.find("authorize", accepted=True)] == [
        ("authorize", True, ("bucket1",)),
        ("authorize", True, ("bucket2",)),
    ]


def test_templates_with_the_sdk(dli: LocalDli) -> None:
    """SDK limitation: ``is_success`` is a boolean in these calls, and every string becomes True, also "false"."""
    api = client(dli)
    body = sdk.CreateFlinkSqlJobTemplateRequestBody(
        name="t", desc="d", sql_body=SQL, tags=[sdk.Tag("a", "b")], job_type="flink_opensource_sql_job"
    )
    response = api.create_flink_sql_job_template(sdk.CreateFlinkSqlJobTemplateRequest(body=body))
    created = response.template
    assert (response.is_success, created.name, created.desc, created.job_type) == (True, "t", "d", "flink_opensource_sql_job")
    dli.faults.add("response", call="templates", body={"is_success": "false", "message": ""})
    assert api.list_flink_sql_job_templates(sdk.ListFlinkSqlJobTemplatesRequest()).is_success is True
    change = sdk.UpdateFlinkSqlJobTemplateRequestBody(desc="new")
    api.update_flink_sql_job_template(sdk.UpdateFlinkSqlJobTemplateRequest(created.template_id, change))
    query = sdk.ListFlinkSqlJobTemplatesRequest(limit=5, name="t", offset=0, order="asc", tags="a=b")
    (item,) = api.list_flink_sql_job_templates(query).template_list.templates
    assert (item.desc, item.sql_body, item.template_id) == ("new", SQL, created.template_id)
    job = sdk.CreateFlinkSqlJobRequestBody(name="from template", template_id=created.template_id)
    job_id = api.create_flink_sql_job(sdk.CreateFlinkSqlJobRequest(body=job)).job.job_id
    assert show(api, job_id).sql_body == SQL
    request = sdk.DeleteFlinkSqlJobTemplateRequest(created.template_id)
    assert api.delete_flink_sql_job_template(request).template.template_id == created.template_id
    assert refused(lambda: api.delete_flink_sql_job_template(request)).error_code == "DLI.18005"
