# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The modules for information, savepoints, graphs, export and import, compared with what the service did."""

from __future__ import annotations

import json
import time

import pytest
from task_runs import STATEMENT

SHORT = "huaweicloud.cloud.dli_streaming_"
INFO, SAVEPOINT, GRAPH = f"{SHORT}jobs_info", f"{SHORT}job_savepoint", f"{SHORT}job_graph_info"
EXPORT, IMPORT = f"{SHORT}jobs_export", f"{SHORT}jobs_import"


@pytest.fixture
def run_task(ansible):
    """Return a function that runs one module as the only task of a playbook."""

    def run(module, arguments, *words, env=None):
        ended = ansible.task(arguments, *words, module=module, env=env)
        assert ended.code in (0, 2) and "Traceback" not in ended.output, ended.output
        return ended

    return run


@pytest.fixture
def run_tasks(ansible):
    """Return a function that runs several modules in one play and returns how each of them ended."""

    def run(*steps):
        return ansible.tasks(*({module: arguments, "check_mode": check_mode} for module, arguments, check_mode in steps))

    return run


def calls(dli):
    """Return the names of the calls that the service received, in order, and clear them."""
    received = [request.call for request in dli.requests.find()]
    dli.requests.clear()
    return received


def many(dli, count, **members):
    """Add the drafts 5001, 5002, …"""
    numbers = range(1, count + 1)
    dli.seed([{"job_id": 5000 + number, "name": f"many_{number:04}", "sql_body": STATEMENT, **members} for number in numbers])


def found(ended):
    assert ended.code == 0 and ended.result["changed"] is False, ended.output
    assert ended.result["summary"]["found"] == len(ended.result["jobs"])
    return sorted(job["job_id"] for job in ended.result["jobs"])


# Information


def test_info_lists_all_jobs(run_task, dli):
    many(dli, 230)
    everything = sorted(job_id for job_id, job in dli.jobs.items() if job.project_id == dli.project_id)
    ended = run_task(INFO, {})
    assert found(ended) == everything and len(everything) > 230
    assert calls(dli) == ["list"] * 3
    checked = run_task(INFO, {}, "--check").result["jobs"]
    for job in checked + ended.result["jobs"]:
        job.pop("duration")  # one job is running
    assert checked == ended.result["jobs"]
    assert sum(ended.result["summary"]["by_status"].values()) == len(everything)
    assert ended.result["missing"] == []


FINDS = [
    ({"job_ids": 131}, [131], ["detail"]),
    ({"job_ids": "131, 130, 131"}, [130, 131], ["list"]),
    ({"job_names": "orders_to_dws"}, [130], ["list"]),
    ({"job_names": "orders"}, [], ["list"]),
    ({"job_names": "twin"}, [231, 232], ["list"]),
    ({"job_ids": "", "job_names": "", "status": "job_running", "queue_name": ""}, [207], ["list"]),
    ({"status": "job_running,job_savepointing"}, [207, 211], ["list"]),
    ({"status": ["job_cancel_success"], "has_savepoint": False}, [209, 221], ["list"]),
    ({"queue_name": "flink_queue"}, [130, 131, 138], ["list"]),
    ({"job_type": "flink_jar_job"}, [138], ["list"]),
    ({"job_type": "flink_jar_job", "has_savepoint": False}, [], ["list"]),
    ({"job_ids": [131, 207, 138], "status": "job_running"}, [207], ["list"]),
    ({"job_ids": [131, 138, 5001], "tags": {"team": "a"}}, [5001], ["list", "list"]),
    ({"tags": {"team": "a", "tier": 1}}, [5001], ["list"]),
    ({"user_name": "missing_user"}, [], ["list"]),
]


def test_info_filters(run_tasks, dli):
    many(dli, 1, tags={"team": "a", "tier": "1"})
    dli.seed([{"job_id": 6001, "name": "of_team_b", "sql_body": STATEMENT, "tags": {"team": "b", "tier": "1"}}])
    ended = run_tasks(*[(INFO, options, False) for options, _expected, _requests in FINDS])
    assert [found(one) for one in ended] == [expected for _options, expected, _requests in FINDS]
    assert calls(dli) == [call for _options, _expected, requests in FINDS for call in requests]


def test_info_reports_missing_jobs(run_task, dli):
    ended = run_task(INFO, {"job_ids": [131, 999], "job_names": ["missing", "orders_to_dws"], "status": "job_init"})
    assert found(ended) == [130]
    assert ended.result["missing"] == [999, "missing"]
    assert ended.result["msg"] == "Found 1 job: 1 job_init. Not found: 999, missing."


def test_info_show_detail(run_tasks, dli):
    dli.seed([{"job_id": 7001, "name": "n" * 57, "desc": "d" * 512, "status": "job_submit_fail", "status_desc": "e" * 9000}])
    brief_options = {"job_ids": 7001}, {"job_names": "n" * 57}
    detailed_options = {"job_ids": 131, "show_detail": True}, {"job_names": "clickstream_enrich", "show_detail": True}
    ended = run_tasks(*[(INFO, options, False) for options in (*brief_options, *detailed_options)])
    brief, listed, single, named = (one.result["jobs"][0] for one in ended)
    assert brief == listed and len(json.dumps(brief)) < 1024
    assert "sql_body" not in brief and "job_config" not in brief
    assert set(single) == set(named) > set(brief)
    assert single["sql_body"] == named["sql_body"] and single["job_config"]["cu_number"] == 2
    assert named["user_name"] is None  # the detailed list has no users (dli-api.md 3)
    assert "show_detail=true" in dli.requests.find("list")[-1].query


def test_info_order(run_tasks, dli):
    dli.seed([{"job_id": 7000 + age, "name": f"age_{age}", "age": age * 86400, "sql_body": STATEMENT} for age in (3, 1, 2)])
    selections = {"job_names": "age_1,age_2,age_3"}, {"status": "job_init"}
    ended = run_tasks(*[(INFO, {**options, **order}, False) for options in selections for order in ({}, {"order": "asc"})])
    orders = [[job["job_id"] for job in one.result["jobs"]] for one in ended]
    for newest, oldest in (orders[:2], orders[2:]):
        assert newest == oldest[::-1] and [job_id for job_id in oldest if 7000 < job_id < 7004] == [7003, 7002, 7001]


def test_info_with_deletion_between_pages(run_task, dli):
    """A job that is deleted between two pages moves another one to the page that was already read."""
    many(dli, 150)
    newest = run_task(INFO, {}).result["jobs"][0]["job_id"]
    calls(dli)
    dli.faults.add("other_client", call="list", skip=1, action="delete", job_ids=(newest,))
    ended = run_task(INFO, {})
    assert set(found(ended)) >= {job_id for job_id, job in dli.jobs.items() if job.project_id == dli.project_id}
    assert calls(dli) == ["list"] * 3


INVALID_INFO = [
    ({"job_ids": "131,x"}, "Invalid job_ids: 'x' is not a job ID."),
    ({"tags": {"a": "b,c"}}, "Invalid tags: a=b,c cannot be used as a filter."),
    ({"tags": {"a": ""}}, "Invalid tags: a= cannot be used as a filter."),
    ({"overall_timeout": 0}, "Invalid overall_timeout: 0.0."),
]


def test_info_invalid_options_send_no_request(run_tasks, dli):
    ended = run_tasks(*[(INFO, options, False) for options, _message in INVALID_INFO])
    for (_options, message), one in zip(INVALID_INFO, ended):
        assert one.failed and message in one.result["msg"] and one.result["jobs"] == [], one.result
    assert calls(dli) == []


def test_info_warns_of_unknown_status(run_task, dli):
    ended = run_task(INFO, {"status": "job_runing"})
    assert found(ended) == [] and "Unknown status in the option status: job_runing." in " ".join(ended.output.split())


def test_info_service_errors(run_task, dli):
    dli.faults.add("status", call="list", status=503)
    assert len(found(run_task(INFO, {"max_retries": 1}))) > 20
    dli.faults.add("status", call="list", status=403)
    ended = run_task(INFO, {})
    assert ended.failed and ended.result["http_status"] == 403 and ended.result["jobs"] == []
    assert "dli:jobs:list" in ended.result["msg"]


# Savepoints

OBS = "local-dli/manual/"
ROW = {"job_id", "name", "state", "changed", "failed", "status_before", "status", "error_code", "msg", "reconciled"}


def savepoint(run_task, *words, action="trigger", path=OBS, **options):
    return run_task(SAVEPOINT, {"action": action, "savepoint_path": path, **options}, *words)


def savepoint_step(check_mode=False, action="trigger", path=OBS, **options):
    """Return a step for ``run_tasks``."""
    return SAVEPOINT, {"action": action, "savepoint_path": path, **options}, check_mode


def outcome(ended):
    """Return state, changed, failed and reconciled of the job, after a check that they are consistent."""
    job = ended.result["job"]
    assert set(job) == ROW
    assert ended.failed == job["failed"] and ended.result["changed"] == (job["changed"] is not False)
    return job["state"], job["changed"], job["failed"], job["reconciled"]


@pytest.mark.parametrize("path", [OBS, f"obs://{OBS}", f" OBS://{OBS} "])
def test_savepoint_trigger(run_task, dli, path):
    predicted = savepoint(run_task, "--check", job_id=207, path=path)
    assert calls(dli) == ["detail"] and predicted.result["msg"] == "Would trigger a savepoint of job 207 (running)."
    ended = savepoint(run_task, job_id=207, path=path)
    assert outcome(ended) == outcome(predicted) == ("triggered", True, False, False)
    assert ended.result["job"] == predicted.result["job"]
    assert ended.result["job"]["status"] == "job_savepointing"
    assert calls(dli) == ["detail", "savepoint"]
    assert [item.path.startswith(OBS) for item in settled(dli, 207).savepoints] == [True]


def settled(dli, job_id):
    """Wait until a job does not create a savepoint, and return it."""
    until = time.monotonic() + 10
    while dli.job(job_id).status == "job_savepointing" and time.monotonic() < until:
        time.sleep(0.05)
    return dli.job(job_id)


@pytest.mark.parametrize("earlier", [{}, {"savepoint": "x/savepoint-7"}], ids=["first", "another"])
def test_savepoint_wait(run_task, dli, earlier):
    dli.settings.update({"savepoint_delay": 1.5})
    dli.seed([{"job_id": 901, "name": "live", "status": "job_running", "sql_body": STATEMENT, "started_ago": 60, **earlier}])
    ended = savepoint(run_task, job_name="live", wait=True, wait_interval=0.5)
    assert outcome(ended) == ("made", True, False, False), ended.output
    assert ended.result["job"]["status"] == "job_running" and ended.result["msg"] == "Created a savepoint of job 901 (live)."
    assert dli.job(901).savepoints[-1].path.startswith(OBS)
    received = calls(dli)
    assert received[:2] == ["list", "savepoint"] and set(received[2:]) == {"detail"}


def test_savepoint_failure(run_task, dli):
    for job_id, more in ((901, {}), (902, {"savepoint": "x/savepoint-7"})):
        script = {"savepoint_fail": "Checkpoint expired before completing.", "savepoint_delay": 1}
        dli.seed(
            [{"job_id": job_id, "name": f"s{job_id}", "status": "job_running", "sql_body": STATEMENT, "script": script, **more}]
        )
        ended = savepoint(run_task, job_id=job_id, wait=True, wait_interval=0.3)
        assert outcome(ended) == ("failed", True, True, False)
        assert "Checkpoint expired before completing." in ended.result["msg"]


def test_savepoint_timeout(run_task, dli):
    dli.settings.update({"savepoint_delay": 60})
    ended = savepoint(run_task, job_id=207, wait=True, wait_timeout=1.5, wait_interval=0.5)
    assert outcome(ended) == ("timed_out", True, True, False)
    assert ended.result["job"]["status"] == "job_savepointing"


@pytest.mark.parametrize("action", ["trigger", "import"])
def test_savepoint_for_each_status(run_tasks, dli, action):
    """Check mode predicts the result for every status."""
    allowed = {"trigger": [207], "import": [201, 209]}[action]
    ids = (201, 203, 207, 208, 209, 211)  # the unit tests cover all statuses
    ended = run_tasks(*[savepoint_step(check_mode, action, job_id=job_id) for check_mode in (True, False) for job_id in ids])
    for job_id, predicted, executed in zip(ids, ended, ended[len(ids) :]):
        assert predicted.result["job"] == executed.result["job"]
        done = "triggered" if action == "trigger" else "imported"
        assert outcome(executed)[0] == (done if job_id in allowed else "wrong_status")
    what = "savepoint" if action == "trigger" else "import_savepoint"
    assert {entry.job_id for entry in dli.ledger.find(what)} <= set(allowed)
    assert all(entry.accepted for entry in dli.ledger.find(what))


NO_JOBS = [({"job_id": 999}, "not_found"), ({"job_name": "missing"}, "not_found"), ({"job_name": "twin"}, "ambiguous")]


def test_savepoint_without_single_job(run_tasks, dli):
    steps = [(options, state, check_mode) for options, state in NO_JOBS for check_mode in (True, False)]
    ended = run_tasks(*[savepoint_step(check_mode, **options) for options, _state, check_mode in steps])
    assert [outcome(one) for one in ended] == [(state, False, True, False) for _options, state, _check_mode in steps]
    assert dli.ledger.entries == []


@pytest.mark.parametrize("path", ["obs://local-dli/a/b/", "local-dli/a/b/", "obs://local-dli/a/b/_metadata"])
def test_savepoint_import(run_task, dli, path):
    predicted = savepoint(run_task, "--check", job_id=221, action="import", path=path)
    assert dli.ledger.entries == []
    ended = savepoint(run_task, job_id=221, action="import", path=path, wait=True)
    assert outcome(ended) == outcome(predicted) == ("imported", True, False, False)
    assert ended.result["job"] == predicted.result["job"]
    assert ended.result["job"]["status"] == "job_cancel_success"
    assert dli.job(221).savepoints[-1].path == "obs://local-dli/a/b/"
    assert calls(dli) == ["detail", "detail", "import_savepoint"]


@pytest.mark.parametrize(("action", "job_id", "call"), [("trigger", 207, "savepoint"), ("import", 221, "import_savepoint")])
def test_savepoint_with_lost_response(run_task, dli, action, job_id, call):
    dli.settings.update({"savepoint_delay": 2})
    dli.faults.add("reset_after", call=call)
    ended = savepoint(run_task, job_id=job_id, action=action, confirm_timeout=5)
    assert outcome(ended) == ("triggered" if action == "trigger" else "imported", True, False, True)
    assert len(dli.ledger.find(call)) == 1 and calls(dli) == ["detail", call, "detail"]


@pytest.mark.parametrize(("action", "job_id", "call"), [("trigger", 207, "savepoint"), ("import", 221, "import_savepoint")])
def test_savepoint_with_unknown_outcome(run_task, dli, action, job_id, call):
    """A fault before the request is carried out cannot be distinguished from one after it."""
    dli.faults.add("status", call=call, status=502)
    ended = savepoint(run_task, job_id=job_id, action=action, confirm_timeout=1)
    assert outcome(ended) == ("unknown", None, True, True)
    assert dli.ledger.entries == [] and calls(dli).count(call) == 1


def test_savepoint_refused(run_task, dli):
    """The job ends between the read and the request."""
    dli.faults.add("other_client", call="savepoint", action="force", job_ids=(207,), fields={"status": "job_finish"})
    ended = savepoint(run_task, job_id=207)
    assert outcome(ended) == ("refused", False, True, False)
    assert ended.result["job"]["error_code"] == "DLI.15002"
    assert dli.requests.find("savepoint")[0].request_id in ended.result["request_ids"]


INVALID_SAVEPOINTS = [
    ({"path": " ", "job_id": 207}, "Missing savepoint_path."),
    ({"path": "s3a://x/y", "job_id": 207}, "Invalid savepoint_path: 's3a://x/y' is not an OBS path."),
    ({}, "Missing job_id or job_name."),
    ({"job_id": 207, "job_name": "running"}, "Conflicting options: job_id and job_name."),
    ({"job_id": "0"}, "Invalid job_id: '0' is not a job ID."),
    ({"job_id": 207, "confirm_timeout": 0}, "Invalid confirm_timeout: 0.0."),
]


def test_savepoint_invalid_options_send_no_request(run_tasks, dli):
    ended = run_tasks(*[savepoint_step(**options) for options, _message in INVALID_SAVEPOINTS])
    for (_options, message), one in zip(INVALID_SAVEPOINTS, ended):
        assert one.failed and message in one.result["msg"] and one.result["job"] is None, one.result
    assert calls(dli) == []


# Graphs


@pytest.mark.parametrize("options", [{"job_id": 207}, {"job_name": "running"}], ids=str)
def test_graph_of_running_job(run_task, dli, options):
    for words in ([], ["--check"]):
        result = run_task(GRAPH, options, *words).result
        assert result["job"] == {"job_id": 207, "name": "running", "status": "job_running"}
        assert result["state"] == "RUNNING" and result["end_time"] is None and result["stream_graph"] is None
        assert result["duration"] >= 3600000 and result["start_time"] == result["execution_graph"]["start-time"]
        assert result["msg"] == "Job 207 (running) is RUNNING (job_running)." and result["changed"] is False
        assert calls(dli) == ["detail" if "job_id" in options else "list", "graph"]


def test_graph_of_finished_job(run_task, dli):
    result = run_task(GRAPH, {"job_id": 214}).result
    assert (result["state"], result["job"]["status"]) == ("FINISHED", "job_finish") and result["end_time"] > 0


def test_graph_of_draft(run_task, dli):
    ended = run_task(GRAPH, {"job_id": 201})
    assert not ended.failed and ended.result["execution_graph"] is None and ended.result["state"] is None
    assert ended.result["msg"] == "Job 201 (draft) has no execution graph, because it has never run (job_init)."


def test_graph_with_plan(run_task, dli):
    for options, first in (({"job_id": 131}, "detail"), ({"job_name": "clickstream_enrich"}, "list")):
        ended = run_task(GRAPH, {**options, "plan": True})
        assert not ended.failed, ended.output
        assert [node["type"] for node in ended.result["stream_graph"]["nodes"]] == ["Source", "Calc", "Sink"]
        assert calls(dli) == [first, "graph", "stream_graph"]
    assert dli.ledger.entries == []


def test_region_without_stream_graphs(run_task, dli):
    dli.faults.add("status", call="stream_graph", status=404, times=None)
    ended = run_task(GRAPH, {"job_id": 131, "plan": True})
    assert not ended.failed and ended.result["stream_graph"] is None and ended.result["execution_graph"], ended.output
    (warning,) = ended.result["warnings"]
    assert warning.startswith("Could not generate the stream graph of job 131: HTTP 404 APIGW.0101 ")
    assert "This region does not provide this feature of DLI" in warning


@pytest.mark.parametrize("action", ["trigger", "import"])
def test_region_without_savepoints(run_task, dli, action):
    dli.faults.add("status", call=("savepoint", "import_savepoint"), status=404, times=None)
    options = {"job_id": 207 if action == "trigger" else 131, "action": action, "savepoint_path": "bucket/folder"}
    ended = run_task(SAVEPOINT, options)
    assert ended.failed and ended.result["job"]["error_code"] == "APIGW.0101", ended.output
    assert "a savepoint" in ended.result["msg"] and "This region does not provide this feature of DLI" in ended.result["msg"]


@pytest.mark.parametrize(
    ("job", "message"),
    [
        ({"job_type": "flink_jar_job", "job_config": {"entrypoint": "x.jar"}}, "the job type is flink_jar_job."),
        ({"sql_body": STATEMENT, "job_config": {"flink_version": "1.15"}}, "the Flink version is 1.15."),
        ({}, "the job has no SQL."),
        ({"sql_body": "select * from clicks"}, "JK.1001"),
    ],
    ids=str,
)
def test_graph_without_available_plan(run_task, dli, job, message):
    dli.seed([{"job_id": 901, "name": "some", **job}])
    ended = run_task(GRAPH, {"job_id": 901, "plan": True})
    assert ended.failed and message in ended.result["msg"] and ended.result["stream_graph"] is None, ended.output
    assert ended.result.get("error_code") == ("JK.1001" if message == "JK.1001" else None)
    assert ("stream_graph" in calls(dli)) is (message == "JK.1001")


NO_GRAPHS = [
    ({"job_id": 999}, "the project has no job with the ID 999."),
    ({"job_name": "missing"}, "the project has no job with the name missing."),
    ({"job_name": "twin"}, "2 jobs have the name twin: 231, 232."),
    ({"job_id": "", "job_name": ""}, "Missing job_id or job_name."),
]


def test_graph_without_single_job(run_tasks, dli):
    ended = run_tasks(*[(GRAPH, options, False) for options, _message in NO_GRAPHS])
    for (_options, message), one in zip(NO_GRAPHS, ended):
        assert one.failed and message in one.result["msg"] and one.result["job"] is None, one.result
    assert "graph" not in calls(dli)


# Export

DIR = "local-dli/exports"


def test_export(run_task, dli):
    options = {"job_ids": [131, 999, 207], "job_names": "fraud_rules,missing,twin", "obs_dir": f"obs://{DIR}/"}
    predicted = run_task(EXPORT, options, "--check")
    assert "export" not in calls(dli) and dli.objects.paths == [] and predicted.result["zip_files"] == []
    ended = run_task(EXPORT, options)
    assert ended.failed and ended.result["changed"] is True
    assert [job["job_id"] or job["name"] for job in ended.result["jobs"]] == [131, 999, 207, 138, "missing", "twin"]
    expected = ["exported", "not_found", "exported", "exported", "not_found", "ambiguous"]
    assert [job["state"] for job in ended.result["jobs"]] == expected
    (file,) = dli.objects.paths
    assert ended.result["zip_files"] == [file]
    for row, before in zip(ended.result["jobs"], predicted.result["jobs"]):
        assert set(row) == ROW | {"zip_file"}
        assert row.pop("zip_file") == (file if row["state"] == "exported" else None)
        assert before.pop("zip_file") is None and row == before
        assert row["status"] == row["status_before"]
    assert ended.result["summary"]["exported"] == 3 and ended.result["summary"]["failed_jobs"] == 3
    assert {entry.job_id for entry in dli.ledger.find("export")} == {131, 207, 138}
    run_task(EXPORT, options)
    assert len(dli.objects.paths) == 2


def test_export_all_in_batches(run_task, dli):
    many(dli, 120)
    everything = {job_id for job_id, job in dli.jobs.items() if job.project_id == dli.project_id}
    parts = -(-len(everything) // 50)
    ended = run_task(EXPORT, {"all": True, "obs_dir": DIR})
    assert not ended.failed, ended.output
    assert {job["job_id"] for job in ended.result["jobs"]} == everything
    assert calls(dli) == ["list"] * 2 + ["export"] * parts
    assert sorted(ended.result["zip_files"]) == dli.objects.paths and len(dli.objects.paths) == parts
    assert {job["zip_file"] for job in ended.result["jobs"]} == set(dli.objects.paths)
    assert ended.result["msg"] == f"{len(everything)} of {len(everything)} jobs exported."


@pytest.mark.parametrize(
    ("fault", "state", "changed"),
    [
        ({"kind": "reset_after"}, "unknown", None),
        ({"kind": "status", "status": 502}, "unknown", None),
        ({"kind": "status", "status": 400, "code": "DLI.29001", "msg": "Failed for parse obs path"}, "refused", False),
    ],
    ids=str,
)
def test_export_with_failed_batch(run_task, dli, fault, state, changed):
    many(dli, 120)
    dli.faults.add(fault.pop("kind"), call="export", skip=1, **fault)
    ended = run_task(EXPORT, {"job_ids": list(range(5001, 5121)), "obs_dir": DIR})
    rows = ended.result["jobs"]
    assert ended.failed and ended.result["changed"] is True
    assert [row["state"] for row in rows] == ["exported"] * 50 + [state] * 50 + ["exported"] * 20
    assert {row["changed"] for row in rows[50:100]} == {changed} and {row["zip_file"] for row in rows[50:100]} == {None}
    assert len(ended.result["zip_files"]) == 2 and calls(dli).count("export") == 3
    if state == "refused":
        assert {row["error_code"] for row in rows[50:100]} == {"DLI.29001"} and "Check obs_dir." in rows[50]["msg"]


def test_export_stops_on_authentication_failure(run_task, dli):
    """More rejected signatures would lock the access key."""
    many(dli, 120)
    dli.faults.add("status", call="export", status=403, times=None)
    ended = run_task(EXPORT, {"job_ids": list(range(5001, 5121)), "obs_dir": DIR})
    assert {row["state"] for row in ended.result["jobs"]} == {"refused"} and ended.result["changed"] is False
    assert calls(dli).count("export") == 1 and "dli:jobs:export" in ended.result["jobs"][-1]["msg"]


def test_export_is_retried_when_throttled(run_task, dli):
    dli.faults.add("status", call="export", status=429)
    assert not run_task(EXPORT, {"job_ids": 131, "obs_dir": DIR}).failed and len(dli.objects.paths) == 1


def test_export_response_variants(run_task, dli):
    dli.settings.update({"export_names": "example"})
    assert run_task(EXPORT, {"job_ids": 131, "obs_dir": DIR}).result["zip_files"] == dli.objects.paths != []


INVALID_EXPORTS = [
    ({"obs_dir": DIR}, "Missing job_ids or job_names."),
    ({"obs_dir": DIR, "all": True, "job_ids": 131}, "Conflicting options: all and job_ids or job_names."),
    ({"obs_dir": "", "all": True}, "Missing obs_dir."),
    ({"obs_dir": "b" * 257, "all": True}, "Invalid obs_dir: it has 257 characters. Specify at most 256 characters."),
]


def test_export_invalid_options_send_no_request(run_tasks, dli):
    ended = run_tasks(*[(EXPORT, options, False) for options, _message in INVALID_EXPORTS])
    for (_options, message), one in zip(INVALID_EXPORTS, ended):
        assert one.failed and message in one.result["msg"] and one.result["jobs"] == one.result["zip_files"] == [], one.result
    assert calls(dli) == []


# Import


@pytest.fixture
def exported(run_task, dli):
    """A file with two jobs; one of them was deleted after the export."""
    (file,) = run_task(EXPORT, {"job_ids": [131, 209], "obs_dir": DIR}).result["zip_files"]
    dli.other_client("delete", [209])
    calls(dli)
    return file


def mapped(ended):
    members = ("old_job_id", "new_job_id", "state", "changed", "failed")
    return [tuple(row[member] for member in members) for row in ended.result["job_mapping"]]


def test_import(run_task, dli, exported):
    before = set(dli.jobs)
    predicted = run_task(IMPORT, {"zip_file": exported}, "--check")
    assert (predicted.result["changed"], predicted.result["job_mapping"]) == (True, []) and calls(dli) == ["list"]
    ended = run_task(IMPORT, {"zip_file": f"obs://{exported}"})
    (new,) = set(dli.jobs) - before
    assert mapped(ended) == [(131, None, "exists", False, False), (209, new, "created", True, False)]
    assert ended.result["changed"] is True and not ended.failed
    assert ended.result["msg"] == f"Imported {exported}: 1 created, 1 exists." and calls(dli) == ["list", "import"]
    assert dli.job(new).name == "stopped" and ended.result["summary"]["created"] == 1
    again = run_task(IMPORT, {"zip_file": exported})
    assert {row["state"] for row in again.result["job_mapping"]} == {"exists"} and again.result["changed"] is False


def test_import_overwrites(run_task, dli, exported):
    ended = run_task(IMPORT, {"zip_file": exported, "is_cover": True})
    assert [row["state"] for row in ended.result["job_mapping"]] == ["overwritten", "created"] and not ended.failed
    assert dli.job(131).status == "job_init"
    dli.other_client("start", [131])
    failed = run_task(IMPORT, {"zip_file": exported, "is_cover": True})
    assert failed.failed and failed.result["changed"] is True
    assert [row["state"] for row in failed.result["job_mapping"]] == ["failed", "overwritten"]
    assert "1 failed: 131 ([The job with the same name is active])" in failed.result["msg"]


@pytest.mark.parametrize("settings", [{"job_mapping_ids": "integer"}, {"export_names": "example"}], ids=str)
def test_import_response_variants(run_task, dli, exported, settings):
    dli.settings.update(settings)
    assert [row["state"] for row in run_task(IMPORT, {"zip_file": exported}).result["job_mapping"]] == ["exists", "created"]


@pytest.mark.parametrize("is_cover", [False, True])
def test_import_with_lost_response(run_task, dli, exported, is_cover):
    before = set(dli.jobs)
    dli.faults.add("reset_after", call="import")
    ended = run_task(IMPORT, {"zip_file": exported, "is_cover": is_cover, "confirm_timeout": 5})
    (new,) = set(dli.jobs) - before
    rows = [(None, new, "created", True, False), (None, None, "unknown", None, True)]
    assert mapped(ended) == rows[: 2 if is_cover else 1]
    assert all(row["reconciled"] for row in ended.result["job_mapping"])
    assert ended.failed is is_cover and ended.result["changed"] is True
    assert "The result was determined from the list of jobs" in " ".join(ended.output.split())
    assert calls(dli) == ["list", "import", "list", "list"]


def test_import_with_unknown_outcome(run_task, dli, exported):
    dli.faults.add("status", call="import", status=502)
    ended = run_task(IMPORT, {"zip_file": exported, "confirm_timeout": 1})
    assert mapped(ended) == [(None, None, "unknown", None, True)]
    assert ended.failed and ended.result["changed"] is True and calls(dli).count("import") == 1
    unclear = f"Outcome unknown. The request to import the jobs of {exported} received an unclear response: HTTP 502 "
    assert ended.result["msg"].startswith(unclear), ended.result["msg"]


def test_import_refused(run_task, dli):
    ended = run_task(IMPORT, {"zip_file": "local-dli/missing.zip"})
    assert ended.failed and ended.result["error_code"] == "DLI.29002" and ended.result["http_status"] == 400
    assert ended.result["job_mapping"] == [] and "Check zip_file." in ended.result["msg"] and ended.result["changed"] is False
    empty = run_task(IMPORT, {"zip_file": " "})
    assert empty.failed and "Missing zip_file." in empty.result["msg"]
