# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The official SDK and the definitions of jobs: what it writes, it reads back. Its quirks are named where they show."""

from __future__ import annotations

import json
from typing import Any

import pytest
from huaweicloudsdkdli import v1 as sdk
from local_dli import LocalDli
from test_sdk import client, refused, show


def export(api: Any, ids: list[int]) -> Any:
    body = sdk.ExportFlinkJobsRequestBody(obs_dir="backups", is_selected=True, job_selected=ids)
    return api.export_flink_jobs(sdk.ExportFlinkJobsRequest(body=body))


@pytest.mark.parametrize("ids", ["string", "integer"])
def test_export_and_import(dli: LocalDli, ids: str) -> None:
    """The SDK turns the ids of the mapping into integers, whichever of the two published forms they come in."""
    dli.settings.update({"job_mapping_ids": ids})
    api = client(dli)
    before = show(api, 131).job_config
    answer = export(api, [131])
    assert answer.is_success == "true"
    api.delete_flink_job(sdk.DeleteFlinkJobRequest(job_id=131))
    body = sdk.ImportFlinkJobsRequestBody(zip_file=answer.zip_file[0])
    (item,) = api.import_flink_jobs(sdk.ImportFlinkJobsRequest(body=body)).job_mapping
    assert (item.old_job_id, item.new_job_id) == (131, 1001)
    assert show(api, 1001).job_config == before
    body = sdk.ImportFlinkJobsRequestBody(zip_file=answer.zip_file[0], is_cover=False)
    assert api.import_flink_jobs(sdk.ImportFlinkJobsRequest(body=body)).job_mapping[0].new_job_id == -1


def test_export_and_import_under_the_names_of_the_examples(dli: LocalDli) -> None:
    """A quirk of the vendor's: the SDK follows the schema, and finds nothing in an answer like the published example."""
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
    """``is_success`` is a boolean here, in the SDK as on the wire; ``job_id`` is a string in this request alone."""
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
    answer = api.create_flink_sql_job_graph(sdk.CreateFlinkSqlJobGraphRequest(job_id="201", body=body))
    assert (answer.is_success, answer.message, answer.error_code) == (True, "", "")
    assert [item["parallelism"] for item in json.loads(answer.stream_graph)["operator_list"]] == [2, 2, 2]
    body.sql_body = "nonsense"
    error = refused(lambda: api.create_flink_sql_job_graph(sdk.CreateFlinkSqlJobGraphRequest(job_id="201", body=body)))
    assert (error.status_code, error.error_code) == (400, "JK.1001")


def test_execution_graph_has_more_than_the_sdk_knows(dli: LocalDli) -> None:
    """The SDK keeps seven members; those of Flink's REST API stay in the raw answer."""
    answer = client(dli).show_flink_job_execution_graph(sdk.ShowFlinkJobExecutionGraphRequest(job_id=207))
    graph, raw = answer.execute_graph, json.loads(answer.raw_content)["execute_graph"]
    assert (graph.is_stoppable, graph.state, graph.jid) == (False, "RUNNING", raw["plan"]["jid"])
    assert graph.duration == raw["now"] - graph.start_time


def test_tags(dli: LocalDli) -> None:
    api, where = client(dli), {"resource_type": "dli_flink_job", "resource_id": "131"}
    pair = [sdk.Tag(key="env", value="größe 1")]
    made = api.batch_create_resource_tags(
        sdk.BatchCreateResourceTagsRequest(**where, body=sdk.BatchCreateResourceTagsRequestBody(tags=pair))
    )
    assert made.status_code == 204
    shown = api.show_resource_tags(sdk.ShowResourceTagsRequest(**where))
    assert (shown.tags, shown.count) == (pair, 1)
    found = api.list_flink_jobs(sdk.ListFlinkJobsRequest(tags="env=größe 1")).job_list.jobs
    assert [job.job_id for job in found] == [131]
    gone = api.batch_delete_resource_tags(
        sdk.BatchDeleteResourceTagsRequest(**where, body=sdk.BatchDeleteResourceTagsRequestBody(tags=pair))
    )
    assert gone.status_code == 204
    assert api.show_resource_tags(sdk.ShowResourceTagsRequest(**where)).tags == []
    where["resource_id"] = "5"
    error = refused(lambda: api.show_resource_tags(sdk.ShowResourceTagsRequest(**where)))
    assert (error.status_code, error.error_code) == (404, "DLI.0002")
