# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Combinations of stop, delete, savepoints and metrics, and the permissions and faults of every call."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from local_dli import LocalDli, ManualClock, SettingError, example
from local_dli.model.api_calls import DLI_CALLS, GROUPS
from local_dli.model.jobs import ACTIVE
from support import Api
from werkzeug.test import Client

# A valid request for each call, with jobs of the example seed: method, path after /streaming (or from /v3 on), and body.
JOB_V3 = "/v3/{project}/streaming/jobs/207"
TAGS = "/v3/{project}/dli_flink_job/207/tags"
PAIR = {"tags": [{"key": "a", "value": "b"}]}
REQUESTS: dict[str, tuple[str, str, Any]] = {
    "run": ("POST", "/jobs/run", {"job_ids": [131]}),
    "stop": ("POST", "/jobs/stop", {"job_ids": [207]}),
    "delete": ("POST", "/jobs/delete", {"job_ids": [201]}),
    "delete_one": ("DELETE", "/jobs/202", None),
    "list": ("GET", "/jobs", None),
    "detail": ("GET", "/jobs/207", None),
    "metrics": ("POST", "/jobs/metrics", {"job_ids": [207]}),
    "graph": ("GET", "/jobs/207/execute-graph", None),
    "stream_graph": ("POST", f"{JOB_V3}/gen-graph", {"sql_body": "INSERT INTO a SELECT * FROM b"}),
    "create": ("POST", "/sql-jobs", {"name": "new"}),
    "create_jar": ("POST", "/flink-jobs", {"name": "new"}),
    "update": ("PUT", "/sql-jobs/209", {"desc": "x"}),
    "update_jar": ("PUT", "/flink-jobs/138", {"desc": "x"}),
    "savepoint": ("POST", "/jobs/207/savepoint", {"action": "TRIGGER", "savepoint_path": "bucket/own/"}),
    "import_savepoint": ("POST", "/jobs/209/import-savepoint", {"job_id": 209, "savepoint_path": "obs://bucket/own/"}),
    "export": ("POST", "/jobs/export", {"obs_dir": "bucket", "is_selected": True, "job_selected": [207]}),
    "import": ("POST", "/jobs/import", {"zip_file": "bucket/x.zip"}),
    "tags": ("GET", TAGS, None),
    "tags_create": ("POST", f"{TAGS}/create", PAIR),
    "tags_delete": ("POST", f"{TAGS}/delete", PAIR),
    "templates": ("GET", "/job-templates", None),
    "template_create": ("POST", "/job-templates", {"name": "new"}),
    "template_update": ("PUT", "/job-templates/1", {"name": "other"}),
    "template_delete": ("DELETE", "/job-templates/2", None),
    "obs_authorize": ("POST", "/v1.0/{project}/dli/obs-authorize", {"obs_buckets": ["another"]}),
}
READS = {"list", "detail", "metrics", "graph", "stream_graph", "tags", "templates"}
ACTIONS = {name: calls for name, calls in GROUPS.items() if name.startswith("dli:")}


def send(api: Api, call: str) -> tuple[int, Any]:
    method, path, body = REQUESTS[call]
    return api.call(method, path.format(project=api.dli.project_id), body)


def prepared(api: Api) -> Api:
    """Add an exported zip file and two templates, and authorise only one bucket."""
    content = api.dli.objects
    if not content.paths:
        api.call("POST", "/jobs/export", {"obs_dir": "bucket", "is_selected": True, "job_selected": [215]})
        content.put("bucket/x.zip", content.get(content.paths[0]) or b"")
        for name in "ab":
            api.call("POST", "/job-templates", {"name": name})
        api.dli.settings.update({"obs_buckets": "bucket"})
        api.dli.ledger.clear()
        api.dli.requests.clear()
    return api


def test_every_call_has_a_request() -> None:
    assert set(REQUESTS) == DLI_CALLS


@pytest.mark.parametrize("call", REQUESTS)
def test_every_call_is_logged(api: Api, call: str) -> None:
    status, body = send(prepared(api), call)
    assert status == (204 if call in ("tags_create", "tags_delete") else 200), body
    assert [item.call for item in api.dli.requests.find()] == [call]
    entries = api.dli.ledger.entries
    assert bool(entries) is (call not in READS)
    assert {(entry.actor, entry.accepted) for entry in entries if call != "import"} <= {("local-dli-user", True)}


@pytest.mark.parametrize("call", REQUESTS)
def test_every_call_can_have_a_fault(api: Api, call: str) -> None:
    prepared(api)
    api.dli.faults.add("status", call=call, status=503)
    assert send(api, call)[0] == 503
    assert api.dli.ledger.entries == []
    api.dli.faults.add("status", call=call, status=503, carried_out=True)
    assert send(api, call)[0] == 503
    assert bool(api.dli.ledger.entries) is (call not in READS)
    assert [item.fault for item in api.dli.requests.find(call)] == ["status", "status"]


@pytest.mark.parametrize("call", REQUESTS)
def test_every_response_can_be_corrupted(api: Api, call: str) -> None:
    prepared(api)
    method, path, body = REQUESTS[call]
    url = path.format(project=api.dli.project_id)
    url = url if url.startswith(("/v1", "/v3")) else f"/v1.0/{api.dli.project_id}/streaming{url}"
    api.dli.faults.add("truncated", call=call)
    api.dli.faults.add("wrong_types", call=call)
    headers = {"X-Auth-Token": api.dli.token()}
    request = {"method": method, "json": body, "headers": headers}
    truncated, wrong_types = (Client(api.dli.wsgi).open(url, **request).get_data() for _count in range(2))
    assert [item.fault for item in api.dli.requests.find(call)] == ["truncated", "wrong_types"]
    if call in ("tags_create", "tags_delete"):
        return
    with pytest.raises(ValueError):
        json.loads(truncated)
    members = json.loads(wrong_types)
    members = members[0] if isinstance(members, list) else members
    assert not any(isinstance(value, (bool, int)) for value in members.values())
    assert not isinstance(members.get("is_success", []), bool)


DENIALS = [(call,) for call in REQUESTS] + [(action,) for action in ACTIONS] + [("tag", "create"), ("template",)]


@pytest.fixture(scope="module")
def _with_many_users() -> Api:
    """A service with one user for each entry of ``DENIALS``. The user name contains the index of the entry."""
    users = [
        {"user": f"u{index}", "password": "w", "access_key": f"A{index}", "secret_key": "s", "denied": list(names)}
        for index, names in enumerate(DENIALS)
    ]
    clock = ManualClock()
    return Api(LocalDli(example(more_users=users), clock), clock)


@pytest.mark.parametrize("names", DENIALS, ids=",".join)
def test_permissions(_with_many_users: Api, names: tuple[str, ...]) -> None:
    api = _with_many_users
    api.dli.reset()
    prepared(api)
    account = api.dli._seed.account
    user = account.user(f"u{DENIALS.index(names)}")
    assert user is not None
    limited = Api(api.dli, api.clock, headers={"X-Auth-Token": api.dli.accounts.issue(user, account.projects[0]).value})
    denied = {call for name in names for call in GROUPS.get(name, (name,))}
    for call in REQUESTS:
        status, body = send(limited, call)
        assert (status == 403) is (call in denied), (call, body)
        if status == 403:
            assert body["error_code"] == "DLI.0003"
    assert not {item.call for item in api.dli.requests.find() if api.dli.ledger.find(request_id=item.request_id)} & denied


@pytest.mark.parametrize(
    ("names", "missing"),
    [
        ("savepoint, import_savepoint", {"savepoint", "import_savepoint"}),
        ("tag,tags,stream_graph", {"tags", "tags_create", "tags_delete", "stream_graph"}),
        ("", set()),
    ],
)
def test_calls_that_are_not_published(api: Api, names: str, missing: set[str]) -> None:
    prepared(api)
    api.dli.settings.update({"unpublished": names})
    responses = {call: send(api, call) for call in REQUESTS}
    assert {call for call, (status, _body) in responses.items() if status == 404} == missing
    assert {responses[call][1]["error_code"] for call in missing} <= {"APIGW.0101"}
    with pytest.raises(SettingError, match="'fly' is not a call or group of calls"):
        api.dli.settings.update({"unpublished": "run,fly"})


def test_actions_match_the_table() -> None:
    """dli-api.md 1.2: an import requires the action of a create, and the savepoint calls that of an update."""
    covered = {call for calls in ACTIONS.values() for call in calls}
    assert DLI_CALLS - covered == {
        *("metrics", "tags", "tags_create", "tags_delete", "obs_authorize"),
        *("templates", "template_create", "template_update", "template_delete"),
    }
    assert ACTIONS["dli:jobs:create"] == ("create", "create_jar", "import")
    assert "savepoint" in ACTIONS["dli:jobs:update"]


def test_reader_of_the_example_can_only_read(api: Api) -> None:
    prepared(api)
    account = api.dli._seed.account
    api.headers = {"X-Auth-Token": api.dli.accounts.issue(account.users[1], account.projects[0]).value}
    responses = {call: send(api, call)[0] for call in REQUESTS}
    assert {call for call, status in responses.items() if status != 403} == READS
    assert api.dli.ledger.entries == []


@pytest.mark.parametrize("job_id", [203, 205, 207, 208, 211, 213])
def test_deletion_of_active_jobs_can_be_refused(api: Api, job_id: int) -> None:
    assert api.dli.job(job_id).status in ACTIVE
    api.dli.settings.update({"delete_active": "refuse"})
    status, body = api.call("POST", "/jobs/delete", {"job_ids": [job_id, 201]})
    assert (status, body[0]["error_code"], body[1]["is_success"]) == (400, "DLI.17099", "true")
    assert api.call("DELETE", f"/jobs/{job_id}")[1]["error_code"] == "DLI.17099"
    assert job_id in api.dli.jobs and 201 not in api.dli.jobs
    api.dli.settings.update({"delete_active": "accept"})
    assert api.call("DELETE", f"/jobs/{job_id}")[0] == 200


def test_deletion_ends_the_run(api: Api) -> None:
    handle = api.dli.job(207).handle
    api.call("DELETE", "/jobs/207")
    api.clock.advance(3)
    assert api.dli.engine.poll(handle).state == "CANCELED"


def test_stop_during_submission_creates_no_savepoint(api: Api) -> None:
    api.run(201)
    assert api.stop(201, savepoint=True)[0] == 200
    assert api.status(201) == "job_canceling"
    api.clock.advance(10)
    assert (api.status(201), api.detail(201)["has_savepoint"]) == ("job_cancel_success", False)


@pytest.mark.parametrize(("choice", "last"), [("job_running", "job_cancel_success"), ("job_cancel_fail", "job_cancel_fail")])
def test_stop_after_failed_savepoint(api: Api, choice: str, last: str) -> None:
    api.dli.settings.update({"savepoint_failure": choice})
    api.dli.job(201).script = {"savepoint_fail": "IO-problem detected"}
    api.run(201)
    api.clock.advance(3)
    api.stop(201, savepoint=True)
    api.clock.advance(3)
    assert (api.status(201), api.detail(201)["has_savepoint"]) == (choice, False)
    assert api.stop(201)[0] == (200 if choice == "job_running" else 400)
    api.clock.advance(3)
    assert api.status(201) == last


def test_job_ends_during_savepoint(api: Api) -> None:
    api.dli.job(201).script = {"run_for": 3}
    api.run(201)
    api.clock.advance(4)
    assert api.stop(201, savepoint=True)[0] == 200
    api.clock.advance(3)
    assert api.status(201) == "job_finish"


@pytest.mark.parametrize(("choice", "shown"), [("hidden", False), ("shown", True)])
def test_savepoint_path_of_a_stop(api: Api, choice: str, shown: bool) -> None:
    api.dli.settings.update({"stop_savepoint_path": choice})
    api.call("PUT", "/sql-jobs/201", {"obs_bucket": "bucket"})
    api.run(201)
    api.clock.advance(3)
    folder = time.strftime("bucket/jobs/savepoint/201/%Y-%m-%d_%H-%M-%S/", time.gmtime(api.clock.now()))
    api.stop(201, savepoint=True)
    api.clock.advance(10)
    assert api.dli.job(201).savepoints[0].path.startswith(folder)
    assert api.detail(201)["savepoint_path"] == (folder if shown else None)
    api.run(201)
    api.clock.advance(3)
    assert api.detail(201)["savepoint_path"] is None


def test_savepoint_path_is_kept(api: Api) -> None:
    assert api.detail(207)["savepoint_path"] is None
    send(api, "savepoint")
    api.clock.advance(3)
    assert api.detail(207)["savepoint_path"] == "bucket/own/"
    assert {job["job_id"]: job["savepoint_path"] for job in api.list(limit=100)["jobs"]}[207] == "bucket/own/"
    api.stop(207)
    api.clock.advance(3)
    assert (api.detail(207)["has_savepoint"], api.detail(207)["savepoint_path"]) == (True, "bucket/own/")
    assert api.detail(130)["savepoint_path"] == "local-dli/jobs/savepoint/130/1/"


@pytest.mark.parametrize(
    ("path", "body", "code"),
    [
        ("/jobs/207/savepoint", {"savepoint_path": "b/d"}, "DLI.0001"),
        ("/jobs/207/savepoint", {"action": "CANCEL", "savepoint_path": "b/d"}, "DLI.0001"),
        ("/jobs/207/savepoint", {"action": "TRIGGER"}, "DLI.0001"),
        ("/jobs/207/savepoint", {"action": "TRIGGER", "savepoint_path": "obs://b/d"}, "DLI.0001"),
        ("/jobs/5/savepoint", {"action": "TRIGGER", "savepoint_path": "b/d"}, "DLI.15099"),
        ("/jobs/209/savepoint", {"action": "TRIGGER", "savepoint_path": "b/d"}, "DLI.15002"),
        ("/jobs/209/import-savepoint", {"savepoint_path": "obs://b/d"}, "DLI.0001"),
        ("/jobs/209/import-savepoint", {"job_id": 208, "savepoint_path": "obs://b/d"}, "DLI.0001"),
        ("/jobs/209/import-savepoint", {"job_id": 209, "savepoint_path": "b/d"}, "DLI.0001"),
        ("/jobs/207/import-savepoint", {"job_id": 207, "savepoint_path": "obs://b/d"}, "DLI.15002"),
        ("/jobs/5/import-savepoint", {"job_id": 5, "savepoint_path": "obs://b/d"}, "DLI.12004"),
    ],
)
def test_savepoint_refusals(api: Api, path: str, body: dict[str, Any], code: str) -> None:
    status, response = api.call("POST", path, body)
    assert (status, response["error_code"]) == (400, code)
    assert all(not item.accepted for item in api.dli.ledger.entries)


def test_metrics_match_the_engine(api: Api) -> None:
    api.call("PUT", "/sql-jobs/209", {"sql_body": "INSERT INTO a SELECT * FROM b JOIN c ON b.id = c.id"})
    api.run(209)
    api.run(131, resume=True)
    api.clock.advance(12)
    (joined,) = api.call("POST", "/jobs/metrics", {"job_ids": [209]})[1]["metrics"]["jobs"]
    assert (joined["metrics"]["total_read_rate"], joined["metrics"]["total_write_rate"]) == (20, 10)
    status, body = api.call("POST", "/jobs/metrics", {"job_ids": [131, 201]})
    running, draft = body["metrics"]["jobs"]
    assert (status, body["is_success"], running["job_id"]) == (200, True, 131)
    # Ten records per second in the ten seconds after the submission.
    (source,) = running["metrics"]["sources"]
    assert (source["records"], source["corrupted_records"]) == (100, 0)
    assert [item["records"] for item in running["metrics"]["sinks"]] == [100]
    assert (running["metrics"]["total_read_rate"], running["metrics"]["total_write_rate"]) == (10, 10)
    assert draft["metrics"] == {"sources": [], "sinks": [], "total_read_rate": 0, "total_write_rate": 0}
    api.stop(131)
    api.clock.advance(3)
    assert api.call("POST", "/jobs/metrics", {"job_ids": [131]})[1]["metrics"]["jobs"][0]["metrics"]["total_read_rate"] == 0
