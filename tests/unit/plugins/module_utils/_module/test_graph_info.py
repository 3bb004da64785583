# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The graphs of a job (dli-api.md 1.8, 1.13)."""

from __future__ import annotations

import pytest

from ansible_collections.huaweicloud.cloud.plugins.module_utils._dli.job import Job
from ansible_collections.huaweicloud.cloud.plugins.module_utils._errors import InputError, ServiceError
from ansible_collections.huaweicloud.cloud.plugins.module_utils._module.graph_info import (
    graph_request,
    parse_graph,
    parse_graph_options,
    read_graphs,
    run_summary,
)

from ..fakes import FakeDli, context

GRAPH = {"jid": "0a", "state": "RUNNING", "start-time": 5, "end-time": -1, "duration": 7}
SQL = "flink_opensource_sql_job"


def seen(job_id=7, name="orders", **members):
    return Job.from_api({"job_id": job_id, "name": name, "status": "job_running", **members})


class GraphDli(FakeDli):
    graph = GRAPH
    generated = '{"nodes": []}'

    def execution_graph(self, job_id, deadline=None):
        self._called("graph", job_id)
        return self.graph

    def stream_graph(self, job_id, fields, deadline=None):
        self._called("stream_graph", job_id, fields)
        if isinstance(self.generated, Exception):
            raise self.generated
        return self.generated


def read(dli, **options):
    options = parse_graph_options({"job_id": None, "job_name": None, "plan": False, **options}, False)
    return read_graphs(context(dli), options).values


@pytest.mark.parametrize(
    ("graph", "values"),
    [
        (GRAPH, ("RUNNING", 5, None, 7, GRAPH)),
        ({**GRAPH, "end-time": 12, "state": "FINISHED"}, ("FINISHED", 5, 12, 7, {**GRAPH, "end-time": 12, "state": "FINISHED"})),
        ({"state": "CREATED"}, ("CREATED", None, None, None, {"state": "CREATED"})),
        (None, (None,) * 5),
        ({}, (None,) * 5),
    ],
)
def test_summary_of_execution_graph(graph, values):
    shown = run_summary(graph)
    assert list(shown) == ["state", "start_time", "end_time", "duration", "execution_graph"]
    assert tuple(shown.values()) == values


@pytest.mark.parametrize(
    ("config", "settings"),
    [
        (None, {}),
        ({}, {}),
        ({"flink_version": None, "operator_config": "", "cu_number": 2}, {"cu_number": 2}),
        ({"flink_version": "1.12", "tm_slot_num": 0, "obs_bucket": "b"}, {"flink_version": "1.12", "tm_slot_num": 0}),
        ({"flink_version": "1.10.2"}, {"flink_version": "1.10.2"}),
    ],
)
def test_request_for_stream_graph(config, settings):
    job = seen(job_type=SQL, sql_body="INSERT", job_config=config)
    assert graph_request(job) == {"sql_body": "INSERT", "job_type": SQL, **settings}


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ({"job_type": "flink_jar_job", "sql_body": ""}, "the job type is flink_jar_job"),
        ({"job_type": "flink_sql_job", "sql_body": "INSERT"}, "the job type is flink_sql_job"),
        ({"job_type": SQL, "sql_body": "INSERT", "job_config": {"flink_version": "1.15"}}, "Only jobs of Flink 1.10 and 1.12"),
        ({"job_type": SQL, "sql_body": ""}, "the job has no SQL"),
    ],
)
def test_jobs_without_stream_graph(members, message):
    with pytest.raises(InputError, match=message):
        graph_request(seen(**members))


@pytest.mark.parametrize(
    ("text", "value"),
    [('{"a": 1}', {"a": 1}), ("digraph {}", "digraph {}"), ("[" * 99999, "[" * 99999)],
    ids=["json", "dot", "deep"],
)
def test_graph_is_parsed_if_it_is_json(text, value):
    assert parse_graph(text) == value


@pytest.mark.parametrize("options", [{"job_id": "7"}, {"job_name": "orders"}], ids=str)
def test_execution_graph_takes_two_requests(options):
    dli = GraphDli(seen())
    result = read(dli, **options)
    assert (result["state"], result["stream_graph"], result["changed"]) == ("RUNNING", None, False)
    assert [call[0] for call in dli.calls] == ["show" if "job_id" in options else "list", "graph"]


def test_plan_takes_one_more_request():
    dli = GraphDli(seen(job_type=SQL, sql_body="INSERT"))
    result = read(dli, job_id="7", plan=True)
    assert result["stream_graph"] == {"nodes": []}
    assert dli.calls[-1] == ("stream_graph", 7, {"sql_body": "INSERT", "job_type": SQL})


def test_stream_graph_that_cannot_be_generated_fails():
    dli = GraphDli(seen(job_type=SQL, sql_body="nonsense"))
    dli.generated = ServiceError("HTTP 400 JK.1001", 400, "JK.1001")
    with pytest.raises(ServiceError):
        read(dli, job_id="7", plan=True)


def test_region_without_stream_graphs():
    dli = GraphDli(seen(job_type=SQL, sql_body="INSERT"))
    dli.generated = ServiceError("Could not generate the stream graph of job 7: HTTP 404 APIGW.0101.", 404, "APIGW.0101")
    result = read_graphs(context(dli), parse_graph_options({"job_id": "7", "job_name": None, "plan": True}, False))
    assert (result.values["state"], result.values["stream_graph"]) == ("RUNNING", None)
    assert "stream graph" not in result.values["msg"] and list(result.warnings) == [str(dli.generated)]


def test_job_that_never_ran():
    dli = GraphDli(seen())
    dli.graph = None
    result = read(dli, job_id="7")
    assert result["execution_graph"] is None and "has never run" in result["msg"] and "failed" not in result


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"job_id": "9"}, "no job with the ID 9. Check job_id."),
        ({"job_name": "x"}, "no job with the name x. Check job_name."),
        ({"job_name": "two"}, "2 jobs have the name two: 1, 2."),
    ],
    ids=str,
)
def test_selection_that_is_not_one_job(options, message):
    dli = GraphDli(seen(1, "two"), seen(2, "two"))
    result = read(dli, **options)
    assert result["failed"] is True and message in result["msg"] and result["job"] is None
    assert "graph" not in [call[0] for call in dli.calls]
