# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The requests of the client, and the values it returns (dli-api.md 1.3, 1.7, 3)."""

from __future__ import annotations

import json
import re
from urllib.parse import parse_qsl, urlsplit

import pytest

from ansible_collections.huaweicloud.cloud.plugins.module_utils._dli.batch_response import ItemResponse
from ansible_collections.huaweicloud.cloud.plugins.module_utils._dli.client import DliClient
from ansible_collections.huaweicloud.cloud.plugins.module_utils._dli.job import Job
from ansible_collections.huaweicloud.cloud.plugins.module_utils._errors import NotDelivered, ResponseLost, ServiceError
from ansible_collections.huaweicloud.cloud.plugins.module_utils._http.client import ApiClient
from ansible_collections.huaweicloud.cloud.plugins.module_utils._http.request_response import HttpResponse

from ..fakes import FakeClock

JOBS = "https://dli.test/v1.0/p1/streaming/jobs"
ITEM = {
    "job_id": 146,
    "name": "aaaaa",
    "desc": "",
    "user_name": "",
    "job_type": "flink_sql_job",
    "status": "job_init",
    "status_desc": "",
    "create_time": 1578892414688,
    "duration": 0,
    "root_id": -1,
    "graph_editor_enabled": False,
    "has_savepoint": False,
}
JOB = Job(146, "aaaaa", "job_init", "", False, None)


class Sender:
    """Returns one response, and records the requests and timeouts."""

    def __init__(self, outcome):
        self.outcome = outcome
        self.requests = []
        self.timeouts = []

    def send(self, request, timeout):
        self.requests.append(request)
        self.timeouts.append(timeout)
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return self.outcome


def service(status, value=None, body=None):
    outcome = HttpResponse(status, {"x-request-id": "r1"}, json.dumps(value).encode() if body is None else body)
    return over(outcome)


def over(outcome):
    sender = Sender(outcome)
    return DliClient(ApiClient(sender, "https://dli.test", FakeClock(), 60.0, 0), "p1"), sender


def listing(total, items, **more):
    return {"is_success": "true", "message": "", "job_list": {"total_count": total, "jobs": items}, **more}


# list


@pytest.mark.parametrize(
    "arguments, query",
    [
        ({}, {"limit": "100", "offset": "0"}),
        ({"offset": 200}, {"limit": "100", "offset": "200"}),
        ({"name": "größe 1&2"}, {"limit": "100", "offset": "0", "name": "größe 1&2"}),
        ({"name": ""}, {"limit": "100", "offset": "0", "name": ""}),
    ],
)
def test_list_requests_full_pages(arguments, query):
    dli, sender = service(200, listing(0, []))
    dli.list_jobs(**arguments)
    (request,) = sender.requests
    assert request.method == "GET" and request.url.partition("?")[0] == JOBS
    assert dict(parse_qsl(urlsplit(request.url).query, keep_blank_values=True)) == query


@pytest.mark.parametrize(
    "value, total, jobs",
    [
        (listing(26, [ITEM]), 26, [JOB]),
        (listing("26", [ITEM]), 26, [JOB]),
        (listing(0, []), 0, []),
        (listing(0, None), 0, []),
        (listing(1, [{**ITEM, "job_id": "146"}]), 1, [JOB]),
        ({**listing(1, [ITEM]), "is_success": True}, 1, [JOB]),
        ({"job_list": {"total_count": 1, "jobs": [ITEM]}}, 1, [JOB]),
    ],
)
def test_list(value, total, jobs):
    page = service(200, value)[0].list_jobs()
    assert (page.total, page.jobs) == (total, jobs)


@pytest.mark.parametrize(
    "status, value",
    [
        (400, {"error_code": "DLI.23001", "error_msg": "offset"}),
        (400, listing(1, [ITEM])),
        (401, {"error_code": "APIGW.0301", "error_msg": "m"}),
        (500, {}),
        (200, []),
        (200, None),
        (200, {"is_success": "true"}),
        (200, {"is_success": "false", "message": "frozen", "job_list": {"total_count": 0, "jobs": []}}),
        (200, {"job_list": []}),
        (200, {"job_list": None}),
        (200, {"job_list": {"jobs": []}}),
        (200, {"job_list": {"total_count": 1}}),
        (200, listing(None, [])),
        (200, listing("many", [])),
        (200, listing(1, 7)),
        (200, listing(1, ["146"])),
        (200, listing(1, [{"job_id": 1}])),
    ],
)
def test_unusable_list_is_an_error(status, value):
    with pytest.raises(ServiceError) as caught:
        service(status, value)[0].list_jobs()
    assert caught.value.status == status and "r1" in str(caught.value)
    assert str(caught.value).startswith(f"Could not list the jobs: HTTP {status}")


# show


def test_show():
    dli, sender = service(200, {"is_success": "true", "message": "", "job_detail": {**ITEM, "start_time": 5}})
    assert dli.show_job(146) == Job(146, "aaaaa", "job_init", "", False, 5)
    assert [(request.method, request.url) for request in sender.requests] == [("GET", f"{JOBS}/146")]


def test_show_of_a_job_that_does_not_exist():
    """HTTP 400 and DLI.16001, never 404 (dli-api.md 0.1-7)."""
    assert service(400, {"error_code": "DLI.16001", "error_msg": "m"})[0].show_job(146) is None


@pytest.mark.parametrize(
    "status, value",
    [
        (404, {"error_code": "DLI.16001"}),
        (404, {"error_code": "APIGW.0101"}),
        (400, {"error_code": "DLI.13007"}),
        (400, {}),
        (403, {"error_code": "DLI.0003"}),
        (200, {"is_success": "true"}),
        (200, {"is_success": False, "job_detail": ITEM}),
        (200, {"job_detail": {"name": "x"}}),
        (200, [ITEM]),
        (503, None),
    ],
)
def test_unusable_job_is_an_error(status, value):
    """None of these responses shows that the job does not exist."""
    with pytest.raises(ServiceError, match="^Could not read job 146: "):
        service(status, value)[0].show_job(146)


# run


@pytest.mark.parametrize("resume", [True, False])
def test_run(resume):
    """The request of the published example (dli-api.md 1.3)."""
    dli, sender = service(200, [{"is_success": "true"}] * 4)
    batch = dli.run_jobs([131, 130, 138, 137], resume)
    (request,) = sender.requests
    assert (request.method, request.url) == ("POST", f"{JOBS}/run")
    assert request.body == b'{"job_ids":[131,130,138,137],"resume_savepoint":%s}' % str(resume).lower().encode()
    assert batch.elements == (ItemResponse(True),) * 4


@pytest.mark.parametrize("ids, part", [([131], "start 1 job"), ([131, 130], "start 2 jobs")])
def test_run_does_not_raise_for_connection_errors(ids, part):
    batch = over(NotDelivered("no route"))[0].run_jobs(ids, False)
    assert isinstance(batch.refusal, NotDelivered) and f"{part}: " in str(batch.refusal)
    batch = over(ResponseLost("reset"))[0].run_jobs(ids, False)
    assert batch.refusal is None and f"{part} received " in batch.indeterminate and "reset" in batch.indeterminate


def test_run_does_not_raise_for_service_errors():
    assert service(401, {"error_code": "APIGW.0301"})[0].run_jobs([1], False).refusal.code == "APIGW.0301"
    assert "HTTP 500" in service(500, body=b"<html>")[0].run_jobs([1], False).indeterminate


def test_deadline_limits_the_timeout_of_the_request():
    for call in (
        lambda dli, deadline: dli.list_jobs(deadline=deadline),
        lambda dli, deadline: dli.show_job(146, deadline),
        lambda dli, deadline: dli.run_jobs([146], False, deadline),
    ):
        dli, sender = over(NotDelivered("x"))
        try:
            call(dli, FakeClock().now() + 7)
        except NotDelivered:
            pass
        assert sender.timeouts == [7]


@pytest.mark.parametrize(
    "call, actions",
    [
        (lambda dli: dli.list_jobs(), ["dli:jobs:list", "dli:jobs:listAll"]),
        (lambda dli: dli.show_job(146), ["dli:jobs:get"]),
        (lambda dli: dli.run_jobs([146], False), ["dli:jobs:startFlinkJob", "dli:jobs:start"]),
    ],
)
def test_error_contains_the_missing_permission(call, actions):
    """The action of identity policies, and that of role policies if it has another name (dli-api.md 1.2)."""
    dli, _sender = service(403, {"error_code": "DLI.0003", "error_msg": "Forbidden"})
    try:
        message = str(call(dli).refusal)
    except ServiceError as error:
        message = str(error)
    remedy = message.partition("Grant the IAM permission ")[2]
    assert re.findall(r"dli:jobs:\w+", remedy) == actions


# A region without one call (dli-api.md 6)

NO_SUCH_API = {"error_code": "APIGW.0101", "error_msg": "The API does not exist."}
CALLS = {
    "read the execution graph of job 1": lambda dli: dli.execution_graph(1),
    "generate the stream graph of job 1": lambda dli: dli.stream_graph(1, {}),
    "read the tags of job 1": lambda dli: dli.tags(1),
    "create tags of job 1": lambda dli: dli.change_tags(1, "create", {"a": "1"}),
    "create a savepoint of job 1": lambda dli: dli.trigger_savepoint(1, "bucket/folder"),
    "import a savepoint for job 1": lambda dli: dli.import_savepoint(1, "obs://bucket/folder"),
    "export 1 job": lambda dli: dli.export_jobs([1], "bucket/folder"),
    "import the jobs of bucket/a.zip": lambda dli: dli.import_jobs("bucket/a.zip", False),
    "start 1 job": lambda dli: dli.run_jobs([1], False),
}


@pytest.mark.parametrize("what", CALLS)
@pytest.mark.parametrize("value", [NO_SUCH_API, {**NO_SUCH_API, "error_code": "APIG.0101"}, {}], ids=str)
@pytest.mark.parametrize("before", [None, listing(1, [ITEM]), {"job_detail": ITEM}], ids=["first", "list", "detail"])
def test_a_region_without_one_call(what, value, before):
    """Before the first success, the address may be wrong. After it, only this feature is missing."""
    dli, sender = service(200, before)
    if before is not None:
        dli.list_jobs() if "job_list" in before else dli.show_job(146)
    sender.outcome = HttpResponse(404, {}, json.dumps(value).encode())
    try:
        error = CALLS[what](dli).refusal
    except ServiceError as raised:
        error = raised
    assert str(error).startswith(f"Could not {what}: HTTP 404 ")
    assert ("This address does not provide" in str(error)) == (before is None)
    assert ("This region does not provide this feature of DLI" in str(error)) == (before is not None)


# Members of a wrong type

A_TAG = {"key": "a", "value": "x"}


@pytest.mark.parametrize(
    ("call", "value"),
    [
        *[("read the tags of job 1", {"tags": tags}) for tags in (7, "a", [7], ["a"], [{"value": "x"}])],
        *[("read the tags of job 1", {"tags": [A_TAG, {**A_TAG, **wrong}]}) for wrong in ({"key": ["a"]}, {"value": ["x"]})],
        ("read the tags of job 1", {"tags": [{"key": 7, "value": "x"}]}),
        ("read the tags of job 1", {"tags": [{"key": "a", "value": 7}]}),
        ("generate the stream graph of job 1", {"stream_graph": ["{}"]}),
        ("export 1 job", {"is_success": "true", "zip_file": [["a.zip"]]}),
    ],
)
def test_a_value_of_a_wrong_type_is_an_error(call, value):
    """Otherwise its text in Python would be compared with the options."""
    dli, _sender = service(200, value)
    with pytest.raises((ServiceError, ResponseLost), match=f"(Could not|request to) {call}"):
        CALLS[call](dli)


def test_tags():
    dli, _sender = service(200, {"tags": [A_TAG, {"key": "b"}, {"key": "c", "value": None}]})
    assert dli.tags(1) == {"a": "x", "b": "", "c": ""}
