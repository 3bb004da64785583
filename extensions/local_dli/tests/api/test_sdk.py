# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The official SDK with its own signer against the served local DLI, which must be compatible with it."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkcore.exceptions.exceptions import ClientRequestException
from huaweicloudsdkdli import v1 as sdk
from local_dli import LocalDli


def client(
    dli: LocalDli, secret_key: str | None = None, access_key: str | None = None, token: str | None = None
) -> Any:
    env = dli.env()
    credentials = BasicCredentials(
        access_key or env["HW_ACCESS_KEY"], secret_key or env["HW_SECRET_KEY"], env["HW_PROJECT_ID"]
    )
    if token is not None:
        credentials = credentials.with_security_token(token)
    return sdk.DliClient.new_builder().with_credentials(credentials).with_endpoints([dli.url]).build()


def run(api: Any, ids: list[int], resume: bool | None = None) -> Any:
    body = sdk.BatchRunFlinkJobsRequestBody(job_ids=ids, resume_savepoint=resume)
    return api.batch_run_flink_jobs(sdk.BatchRunFlinkJobsRequest(body=body))


def stop(api: Any, ids: list[int], savepoint: bool | None = None) -> Any:
    body = sdk.StopFlinkJobsRequestBody(job_ids=ids, trigger_savepoint=savepoint)
    return api.batch_stop_flink_jobs(sdk.BatchStopFlinkJobsRequest(body=body))


def show(api: Any, job_id: int) -> Any:
    return api.show_flink_job(sdk.ShowFlinkJobRequest(job_id=job_id)).job_detail


def wait_for(api: Any, job_id: int, expected: str) -> None:
    """Read the job until it has the expected status."""
    deadline = time.monotonic() + 30
    while (status := show(api, job_id).status) != expected:
        assert time.monotonic() < deadline, f"status {status}, expected {expected}"
        time.sleep(0.01)


def status_history(dli: LocalDli, job_id: int) -> list[str]:
    """Return every status that the job had. Polling can miss one on a busy machine."""
    return [status for _at, status in dli.job(job_id).history]


def refused(call: Callable[[], Any]) -> ClientRequestException:
    with pytest.raises(ClientRequestException) as caught:
        call()
    return caught.value


def test_lifecycle_of_sql_job(dli: LocalDli) -> None:
    api = client(dli)
    created = api.create_flink_sql_job(
        sdk.CreateFlinkSqlJobRequest(
            body=sdk.CreateFlinkSqlJobRequestBody(
                name="größe_作业", desc="é", sql_body="INSERT INTO t SELECT 1", checkpoint_mode=2, parallel_number=3
            )
        )
    )
    assert created.is_success == "true"
    job_id = created.job.job_id
    detail = show(api, job_id)
    assert (detail.name, detail.desc, detail.status) == ("größe_作业", "é", "job_init")
    assert (detail.job_config.checkpoint_mode, detail.job_config.parallel_number) == ("at_least_once", 3)
    assert detail.user_name == "local-dli-user"
    response = run(api, [job_id])
    assert [item.is_success for item in response.body] == ["true"]
    wait_for(api, job_id, "job_running")
    stop(api, [job_id], savepoint=True)
    wait_for(api, job_id, "job_cancel_success")
    assert status_history(dli, job_id) == [
        "job_init",
        "job_submitting",
        "job_running",
        "job_savepointing",
        "job_canceling",
        "job_cancel_success",
    ]
    assert show(api, job_id).has_savepoint is True
    api.update_flink_sql_job(
        sdk.UpdateFlinkSqlJobRequest(job_id=job_id, body=sdk.UpdateFlinkSqlJobRequestBody(desc="new"))
    )
    assert show(api, job_id).desc == "new"
    api.delete_flink_job(sdk.DeleteFlinkJobRequest(job_id=job_id))
    error = refused(lambda: show(api, job_id))
    assert (error.status_code, error.error_code) == (400, "DLI.16001")
    assert error.request_id
    assert [item.operation for item in dli.ledger.find(job_id=job_id)] == ["create", "start", "stop", "edit", "delete"]
    assert {item.actor for item in dli.ledger.find(job_id=job_id)} == {dli.env()["HW_ACCESS_KEY"]}


def test_jar_job(dli: LocalDli) -> None:
    api = client(dli)
    body = sdk.CreateFlinkJarJobRequestBody(
        name="jar", entrypoint="a.jar", main_class="a.B", queue_name="q", dependency_jars=["c.jar"]
    )
    job_id = api.create_flink_jar_job(sdk.CreateFlinkJarJobRequest(body=body)).job.job_id
    detail = show(api, job_id)
    assert (detail.job_type, detail.sql_body, detail.main_class) == ("flink_jar_job", "", "a.B")
    assert detail.job_config.dependency_jars == ["c.jar"]
    run(api, [job_id])
    wait_for(api, job_id, "job_running")


def test_list_pages_have_no_gap_or_repeat(dli: LocalDli) -> None:
    api = client(dli)
    ids: list[int] = []
    while True:
        page = api.list_flink_jobs(sdk.ListFlinkJobsRequest(limit=10, offset=len(ids), order="asc")).job_list
        if not page.jobs:
            break
        ids += [job.job_id for job in page.jobs]
    own = {job_id for job_id, job in dli.jobs.items() if job.project_id == dli.project_id}
    assert len(ids) == page.total_count == len(own)
    assert set(ids) == own
    name = api.list_flink_jobs(sdk.ListFlinkJobsRequest(name="clickstream_enrich", show_detail=True)).job_list.jobs
    assert [(job.job_id, job.run_mode) for job in name] == [(131, "exclusive_cluster")]


def test_documented_batch_is_accepted(dli: LocalDli) -> None:
    response = run(client(dli), [131, 130, 138, 137], resume=True)
    assert response.status_code == 200
    assert [item.is_success for item in response.body] == ["true"] * 4
    assert [item.job_id for item in dli.ledger.starts()] == [131, 130, 138, 137]


def test_mixed_batch_returns_400_and_starts_valid_jobs(dli: LocalDli) -> None:
    error = refused(lambda: run(client(dli), [99, 131, 221, 222], resume=True))
    elements = json.loads(error.error_msg)
    assert (error.status_code, error.error_code) == (400, "400")
    assert [item.get("error_code", item.get("is_success")) for item in elements] == [
        "DLI.13007",
        "true",
        "DLI.13017",
        "DLI.13005",
    ]
    # The documented example, verbatim (dli-api.md 1.3).
    assert elements[3]["error_json_opt"] == {
        "message": {"start": [1, 0], "text": "mismatched input 'select' expecting {CREATE, INSERT}"}
    }
    assert elements[3]["error_msg"] == "SQL语法错误请查看SQL编辑器中显示的详细错误信息"
    assert elements[1]["message"] == "作业提交请求下发成功"
    assert [item.job_id for item in dli.ledger.starts()] == [131]


def test_stop_of_stopped_job(dli: LocalDli) -> None:
    error = refused(lambda: stop(client(dli), [209]))
    assert json.loads(error.error_msg)[0]["error_code"] == "DLI.15002"


def test_savepoint_calls(dli: LocalDli) -> None:
    api = client(dli)
    trigger = sdk.ExecuteFlinkJobSavepointRequestBody(action="TRIGGER", savepoint_path="bucket/dir/")
    response = api.execute_flink_job_savepoint(sdk.ExecuteFlinkJobSavepointRequest(job_id="207", body=trigger))
    assert json.loads(response.message)["message"] == "api.msg.deal_savepoint_success"
    wait_for(api, 207, "job_running")
    assert status_history(dli, 207) == ["job_running", "job_savepointing", "job_running"]
    assert show(api, 207).savepoint_path == "bucket/dir/"
    imported = sdk.ImportFlinkJobSavepointRequestBody(job_id=221, savepoint_path="obs://bucket/dir/")
    api.import_flink_job_savepoint(sdk.ImportFlinkJobSavepointRequest(job_id="221", body=imported))
    assert show(api, 221).has_savepoint is True
    assert run(api, [221], resume=True).status_code == 200


def test_execution_graph(dli: LocalDli) -> None:
    api = client(dli)
    graph = api.show_flink_job_execution_graph(sdk.ShowFlinkJobExecutionGraphRequest(job_id=207)).execute_graph
    assert (graph.name, graph.state, graph.end_time) == ("running", "RUNNING", -1)
    error = refused(lambda: api.show_flink_job_execution_graph(sdk.ShowFlinkJobExecutionGraphRequest(job_id=201)))
    assert error.error_code == "DLI.14001"


def test_batch_delete_message_has_documented_misspelling(dli: LocalDli) -> None:
    body = sdk.BatchDeleteFlinkJobsRequestBody(job_ids=[5, 207])
    error = refused(lambda: client(dli).batch_delete_flink_jobs(sdk.BatchDeleteFlinkJobsRequest(body=body)))
    elements = json.loads(error.error_msg)
    assert (elements[0]["error_code"], elements[1]) == ("DLI.17001", {"is_success": "true", "message": "作业删除成功"})
    assert "数据胡探索" in elements[0]["error_msg"]
    assert 207 not in dli.jobs


def test_fifth_invalid_signature_locks_the_key(dli: LocalDli) -> None:
    wrong = client(dli, secret_key="wrong")
    for _count in range(5):
        error = refused(lambda: show(wrong, 131))
        assert (error.status_code, error.error_code) == (401, "APIGW.0301")
        assert "verify aksk signature fail" in error.error_msg
    error = refused(lambda: show(client(dli), 131))
    assert error.error_msg.endswith("AK access failed to reach the limit,forbidden.")
    dli.accounts.key(dli.env()["HW_ACCESS_KEY"]).locked_until -= 301
    assert show(client(dli), 131).job_id == 131


def test_valid_signature_resets_failure_count(dli: LocalDli) -> None:
    wrong, right = client(dli, secret_key="wrong"), client(dli)
    for _round in range(3):
        for _count in range(4):
            refused(lambda: show(wrong, 131))
        show(right, 131)


@pytest.mark.parametrize(("offset", "is_accepted"), [(0, True), (880, True), (-880, True), (920, False), (-920, False)])
def test_clock_must_be_within_15_minutes(dli: LocalDli, offset: float, is_accepted: bool) -> None:
    dli.clock.offset = offset
    if is_accepted:
        assert show(client(dli), 131).job_id == 131
    else:
        assert refused(lambda: show(client(dli), 131)).error_code == "APIGW.0301"


@pytest.mark.parametrize(
    ("token", "is_accepted"), [("invented-security-token-of-the-local-dli", True), ("another", False), (None, False)]
)
def test_temporary_key_needs_its_security_token(dli: LocalDli, token: str | None, is_accepted: bool) -> None:
    secret_key = "inventedForTheLocalDliOnly00000000000002"
    api = client(dli, secret_key, "LOCALDLITEMPORARYKE2", token)
    if is_accepted:
        assert show(api, 131).job_id == 131
    else:
        assert refused(lambda: show(api, 131)).status_code == 401


def test_permanent_key_with_security_token(dli: LocalDli) -> None:
    assert refused(lambda: show(client(dli, token="any"), 131)).status_code == 401


def test_unknown_key(dli: LocalDli) -> None:
    error = refused(lambda: show(client(dli, access_key="UNKNOWN"), 131))
    assert "ak:UNKNOWN,err:ak not exist" in error.error_msg


def test_query_with_special_characters_is_signed(dli: LocalDli) -> None:
    request = sdk.ListFlinkJobsRequest(name="Größe/流 +1&a=b~*'()!", tags="env=prod,team=data platform", order="asc")
    assert client(dli).list_flink_jobs(request).job_list.total_count == 0
