# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The official SDK and job definitions: the SDK reads the same values that it wrote."""

from __future__ import annotations

import json
from typing import Any

import job_settings
import pytest
from huaweicloudsdkdli import v1 as sdk
from job_settings import JAR_ONLY, SQL_ONLY
from local_dli import LocalDli
from local_dli.model.api_calls import DLI_CALLS
from test_sdk import client, refused, run, show, stop, wait_for


def export(api: Any, ids: list[int]) -> Any:
    body = sdk.ExportFlinkJobsRequestBody(obs_dir="backups", is_selected=True, job_selected=ids)
    return api.export_flink_jobs(sdk.ExportFlinkJobsRequest(body=body))


@pytest.mark.parametrize("id_type", ["string", "integer"])
def test_export_and_import(dli: LocalDli, id_type: str) -> None:
    """The SDK converts the IDs of the mapping to integers from both documented types."""
    dli.settings.update({"job_mapping_ids": id_type})
    api = client(dli)
    before = show(api, 131).job_config
    response = export(api, [131])
    assert response.is_success == "true"
    api.delete_flink_job(sdk.DeleteFlinkJobRequest(job_id=131))
    body = sdk.ImportFlinkJobsRequestBody(zip_file=response.zip_file[0])
    (item,) = api.import_flink_jobs(sdk.ImportFlinkJobsRequest(body=body)).job_mapping
    assert (item.old_job_id, item.new_job_id) == (131, 1001)
    assert show(api, 1001).job_config == before
    body = sdk.ImportFlinkJobsRequestBody(zip_file=response.zip_file[0], is_cover=False)
    assert api.import_flink_jobs(sdk.ImportFlinkJobsRequest(body=body)).job_mapping[0].new_job_id == -1


def test_export_and_import_with_member_names_of_the_examples(dli: LocalDli) -> None:
    """SDK limitation: it follows the documented schema, and reads nothing from a response like the documented example."""
    dli.settings.update({"export_names": "example"})
    api = client(dli)
    assert export(api, [131]).zip_file is None
    body = sdk.ImportFlinkJobsRequestBody(zip_file=dli.objects.paths[0])
    assert api.import_flink_jobs(sdk.ImportFlinkJobsRequest(body=body)).job_mapping is None


def test_export_and_import_refusals(dli: LocalDli) -> None:
    api = client(dli)
    assert refused(lambda: export(api, list(range(51)))).error_code == "DLI.0001"
    assert refused(lambda: export(api, [5])).error_code == "DLI.29099"
    body = sdk.ImportFlinkJobsRequestBody(zip_file="backups/none.zip")
    error = refused(lambda: api.import_flink_jobs(sdk.ImportFlinkJobsRequest(body=body)))
    assert (error.status_code, error.error_code, error.error_msg) == (400, "DLI.29002", "zip file path error")


def test_stream_graph(dli: LocalDli) -> None:
    """``is_success`` is a boolean in this response, in the SDK and on the wire. Only in this request, ``job_id`` is a string."""
    body = sdk.CreateFlinkSqlJobGraphRequestBody(
        sql_body="INSERT INTO a SELECT * FROM b",
        flink_version="1.12",
        cu_number=4,
        manager_cu_number=1,
        parallel_number=2,
        tm_cus=1,
        tm_slot_num=1,
        operator_config="",
        static_estimator=True,
        job_type="flink_opensource_sql_job",
        graph_type="job_graph",
        static_estimator_config="",
    )
    api = client(dli)
    response = api.create_flink_sql_job_graph(sdk.CreateFlinkSqlJobGraphRequest(job_id="201", body=body))
    assert (response.is_success, response.message, response.error_code) == (True, "", "")
    assert [item["parallelism"] for item in json.loads(response.stream_graph)["operator_list"]] == [2, 2, 2]
    body.sql_body = "nonsense"
    error = refused(lambda: api.create_flink_sql_job_graph(sdk.CreateFlinkSqlJobGraphRequest(job_id="201", body=body)))
    assert (error.status_code, error.error_code) == (400, "JK.1001")


def test_execution_graph_has_members_that_the_sdk_ignores(dli: LocalDli) -> None:
    """The SDK parses seven members. Those of Flink's REST API are only in the raw response."""
    response = client(dli).show_flink_job_execution_graph(sdk.ShowFlinkJobExecutionGraphRequest(job_id=207))
    graph, raw = response.execute_graph, json.loads(response.raw_content)["execute_graph"]
    assert (graph.is_stoppable, graph.state, graph.jid) == (False, "RUNNING", raw["plan"]["jid"])
    assert graph.duration == raw["now"] - graph.start_time


def test_tags(dli: LocalDli) -> None:
    api, resource = client(dli), {"resource_type": "dli_flink_job", "resource_id": "131"}
    pair = [sdk.Tag(key="env", value="größe 1")]
    created = api.batch_create_resource_tags(
        sdk.BatchCreateResourceTagsRequest(**resource, body=sdk.BatchCreateResourceTagsRequestBody(tags=pair))
    )
    assert created.status_code == 204
    shown = api.show_resource_tags(sdk.ShowResourceTagsRequest(**resource))
    assert (shown.tags, shown.count) == (pair, 1)
    found = api.list_flink_jobs(sdk.ListFlinkJobsRequest(tags="env=größe 1")).job_list.jobs
    assert [job.job_id for job in found] == [131]
    deleted = api.batch_delete_resource_tags(
        sdk.BatchDeleteResourceTagsRequest(**resource, body=sdk.BatchDeleteResourceTagsRequestBody(tags=pair))
    )
    assert deleted.status_code == 204
    assert api.show_resource_tags(sdk.ShowResourceTagsRequest(**resource)).tags == []
    resource["resource_id"] = "5"
    error = refused(lambda: api.show_resource_tags(sdk.ShowResourceTagsRequest(**resource)))
    assert (error.status_code, error.error_code) == (404, "DLI.0002")


SPEC = sdk.ResourceSpec(cpu=2.0, memory="8G")
RESOURCES = sdk.ResourceConfig(
    max_slot=4, parallel_number=2, jobmanager_resource_spec=SPEC, taskmanager_resource_spec=SPEC
)
BOTH: dict[str, Any] = {**job_settings.BOTH, "resource_config": RESOURCES}


def complete_body(model: Any, values: dict[str, Any], *missing: str) -> Any:
    """Return a body with every member of the model. The check fails if a new version of the SDK adds a member."""
    assert set(model.openapi_types) == set(values) | set(missing)
    return model(**values)


def assert_values(detail: Any, written: dict[str, Any]) -> None:
    for name, value in written.items():
        shown = getattr(detail, name) if name in detail.openapi_types else getattr(detail.job_config, name)
        assert shown == ("at_least_once" if name == "checkpoint_mode" else value), name


def test_every_setting_of_sql_job(dli: LocalDli) -> None:
    """``checkpoint_mode`` is an integer in requests and a string in responses, in the SDK and on the wire."""
    api = client(dli)
    written = {**BOTH, **SQL_ONLY, "name": "all", "job_type": "flink_sql_job"}
    tags = [sdk.Tag(key="env", value="prod")]
    body = complete_body(sdk.CreateFlinkSqlJobRequestBody, {**written, "template_id": 1, "tags": tags})
    response = api.create_flink_sql_job(sdk.CreateFlinkSqlJobRequest(body=body))
    assert (response.is_success, response.job.status_name, response.job.status_desc) == ("true", "job_init", "")
    job_id = response.job.job_id
    assert_values(show(api, job_id), written)
    shown = api.show_resource_tags(sdk.ShowResourceTagsRequest("dli_flink_job", str(job_id)))
    assert shown.tags == tags
    changed = {**BOTH, **SQL_ONLY, "name": "other", "operator_config": "{}", "static_estimator_config": "{}", "cu_number": 9}
    body = complete_body(sdk.UpdateFlinkSqlJobRequestBody, changed)
    done = api.update_flink_sql_job(sdk.UpdateFlinkSqlJobRequest(job_id=job_id, body=body))
    detail = show(api, job_id)
    assert_values(detail, changed)
    assert (done.is_success, done.job.update_time) == ("true", detail.update_time)


def test_every_setting_of_jar_job(dli: LocalDli) -> None:
    api = client(dli)
    written = {**BOTH, **JAR_ONLY, "name": "all"}
    body = complete_body(sdk.CreateFlinkJarJobRequestBody, {**written, "tags": [sdk.Tag("env", "prod")]})
    response = api.create_flink_jar_job(sdk.CreateFlinkJarJobRequest(body=body))
    assert (response.is_success, response.job.status_name) == ("true", "job_init")
    assert_values(show(api, response.job.job_id), written)
    changed = {**BOTH, **JAR_ONLY, "name": "other", "job_type": "flink_jar_job", "entrypoint_args": ""}
    body = complete_body(sdk.UpdateFlinkJarJobRequestBody, changed)
    request = sdk.UpdateFlinkJarJobRequest(job_id=response.job.job_id, body=body)
    assert api.update_flink_jar_job(request).is_success == "true"
    assert_values(show(api, response.job.job_id), changed)


def test_detail_and_sdk_model_have_the_same_members(dli: LocalDli) -> None:
    raw = json.loads(client(dli).show_flink_job(sdk.ShowFlinkJobRequest(job_id=131)).raw_content)["job_detail"]
    assert set(raw) == set(sdk.FlinkJob.openapi_types)
    assert set(raw["job_config"]) == set(sdk.FlinkJobConfig.openapi_types)


def test_is_success_of_the_examples(dli: LocalDli) -> None:
    """SDK limitation: a boolean becomes the string "True", while other responses have "true"."""
    dli.settings.update({"is_success": "examples"})
    api = client(dli)
    jar = sdk.CreateFlinkJarJobRequest(body=sdk.CreateFlinkJarJobRequestBody(name="jar"))
    assert api.create_flink_jar_job(jar).is_success == "True"
    assert export(api, [131]).is_success == "True"
    sql = sdk.CreateFlinkSqlJobRequest(body=sdk.CreateFlinkSqlJobRequestBody(name="sql"))
    assert api.create_flink_sql_job(sql).is_success == "true"


def test_updates_of_running_job(dli: LocalDli) -> None:
    api = client(dli)

    def update(**members: Any) -> Any:
        body = sdk.UpdateFlinkSqlJobRequestBody(**members)
        return api.update_flink_sql_job(sdk.UpdateFlinkSqlJobRequest(job_id=207, body=body))

    update(obs_bucket="bucket", smn_topic="topic")
    for members in ({"obs_bucket": "bucket"}, {"sql_body": "INSERT INTO a SELECT 1"}):
        error = refused(lambda members=members: update(**members))  # type: ignore[misc]
        assert (error.status_code, error.error_code) == (400, "DLI.12002")
    body = sdk.UpdateFlinkSqlJobRequestBody(desc="x")
    error = refused(lambda: api.update_flink_sql_job(sdk.UpdateFlinkSqlJobRequest(job_id=5, body=body)))
    assert error.error_code == "DLI.12004"


def test_lifecycle_with_every_call(dli: LocalDli) -> None:
    api = client(dli)
    sql = sdk.CreateFlinkSqlJobRequestBody(name="life", sql_body="INSERT INTO a SELECT * FROM b")
    job_id = api.create_flink_sql_job(sdk.CreateFlinkSqlJobRequest(body=sql)).job.job_id
    jar = sdk.CreateFlinkJarJobRequestBody(name="jar", entrypoint="a.jar")
    jar_id = api.create_flink_jar_job(sdk.CreateFlinkJarJobRequest(body=jar)).job.job_id
    body: Any = sdk.UpdateFlinkJarJobRequestBody(main_class="a.B")
    api.update_flink_jar_job(sdk.UpdateFlinkJarJobRequest(job_id=jar_id, body=body))
    body = sdk.UpdateFlinkSqlJobRequestBody(parallel_number=2)
    api.update_flink_sql_job(sdk.UpdateFlinkSqlJobRequest(job_id=job_id, body=body))
    resource, pair = {"resource_type": "dli_flink_job", "resource_id": str(job_id)}, [sdk.Tag("env", "prod")]
    body = sdk.BatchCreateResourceTagsRequestBody(tags=pair)
    api.batch_create_resource_tags(sdk.BatchCreateResourceTagsRequest(**resource, body=body))
    body = sdk.CreateFlinkSqlJobGraphRequestBody(sql_body=sql.sql_body)
    api.create_flink_sql_job_graph(sdk.CreateFlinkSqlJobGraphRequest(job_id=str(job_id), body=body))
    run(api, [job_id])
    wait_for(api, job_id, "job_running")
    api.show_flink_job_execution_graph(sdk.ShowFlinkJobExecutionGraphRequest(job_id=job_id))
    shown = api.show_flink_metric(sdk.ShowFlinkMetricRequest(body=sdk.ShowFlinkMetricRequestBody(job_ids=[job_id])))
    (metrics,) = shown.metrics.jobs
    assert (shown.is_success, metrics.job_id) == (True, job_id)
    assert (metrics.metrics.total_read_rate, metrics.metrics.sinks[0].corrupted_records) == (10, 0)
    body = sdk.ExecuteFlinkJobSavepointRequestBody(action="TRIGGER", savepoint_path="bucket/life/")
    api.execute_flink_job_savepoint(sdk.ExecuteFlinkJobSavepointRequest(job_id=str(job_id), body=body))
    wait_for(api, job_id, "job_running")
    stop(api, [job_id], savepoint=True)
    wait_for(api, job_id, "job_cancel_success")
    exported = export(api, [job_id, jar_id]).zip_file[0]
    api.batch_delete_flink_jobs(sdk.BatchDeleteFlinkJobsRequest(body=sdk.BatchDeleteFlinkJobsRequestBody([job_id])))
    api.delete_flink_job(sdk.DeleteFlinkJobRequest(job_id=jar_id))
    body = sdk.ImportFlinkJobsRequestBody(zip_file=exported)
    mapping = api.import_flink_jobs(sdk.ImportFlinkJobsRequest(body=body)).job_mapping
    assert [item.old_job_id for item in mapping] == [job_id, jar_id]
    new_id = mapping[0].new_job_id
    body = sdk.ImportFlinkJobSavepointRequestBody(job_id=new_id, savepoint_path="obs://bucket/life/")
    api.import_flink_job_savepoint(sdk.ImportFlinkJobSavepointRequest(job_id=str(new_id), body=body))
    run(api, [new_id], resume=True)
    wait_for(api, new_id, "job_running")
    assert dli.engine.numbers(dli.job(new_id).handle)[0] >= 1  # type: ignore[attr-defined]
    resource["resource_id"] = str(new_id)
    assert api.show_resource_tags(sdk.ShowResourceTagsRequest(**resource)).tags == pair
    body = sdk.BatchDeleteResourceTagsRequestBody(tags=pair)
    api.batch_delete_resource_tags(sdk.BatchDeleteResourceTagsRequest(**resource, body=body))
    found = api.list_flink_jobs(sdk.ListFlinkJobsRequest(name="life", show_detail=True)).job_list.jobs
    assert [(job.job_id, job.savepoint_path, job.job_config.parallel_number) for job in found] == [
        (new_id, "obs://bucket/life/", 2)
    ]
    # The SDK has no obs-authorize. test_templates.py tests the templates.
    others = {call for call in DLI_CALLS if "template" in call} | {"obs_authorize"}
    assert {request.call for request in dli.requests.find()} == DLI_CALLS - others
    assert {entry.accepted for entry in dli.ledger.entries} == {True}
