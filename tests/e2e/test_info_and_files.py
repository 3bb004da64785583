# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The modules for information, savepoints, graphs, export and import through real Ansible, compared with what the service did."""

from __future__ import annotations

import json
import time

import pytest

from .conftest import STATEMENT

SHORT = "huaweicloud.cloud.dli_streaming_"
INFO, SAVEPOINT, GRAPH = f"{SHORT}jobs_info", f"{SHORT}job_savepoint", f"{SHORT}job_graph_info"
EXPORT, IMPORT = f"{SHORT}jobs_export", f"{SHORT}jobs_import"


@pytest.fixture
def do(ansible):
    """Return a function that runs one module as the only task of a playbook."""

    def run(module, arguments, *words, env=None):
        ended = ansible.task(arguments, *words, module=module, env=env)
        assert ended.code in (0, 2) and "Traceback" not in ended.output, ended.output
        return ended

    return run


@pytest.fixture
def do_each(ansible):
    """Return a function that runs several modules in one play and returns how each of them ended."""

    def run(*steps):
        return ansible.tasks(*({module: arguments, "check_mode": check_mode} for module, arguments, check_mode in steps))

    return run


def calls(dli):
    """Return the names of the calls that the service got, in order, and clear them."""
    made = [request.call for request in dli.requests.of()]
    dli.requests.clear()
    return made


def many(dli, count, **members):
    """Add the drafts 5001, 5002, …"""
    numbers = range(1, count + 1)
    dli.seed([{"job_id": 5000 + number, "name": f"many_{number:04}", "sql_body": STATEMENT, **members} for number in numbers])


def found(ended):
    assert ended.code == 0 and ended.result["changed"] is False, ended.output
    assert ended.result["summary"]["found"] == len(ended.result["jobs"])
    return sorted(job["job_id"] for job in ended.result["jobs"])


# Information


def test_info_lists_all_jobs(do, dli):
    many(dli, 230)
    everything = sorted(job_id for job_id, job in dli.jobs.items() if job.project_id == dli.project_id)
    ended = do(INFO, {})
    assert found(ended) == everything and len(everything) > 230
    assert calls(dli) == ["list"] * 3
    checked = do(INFO, {}, "--check").result["jobs"]
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
    ({"user_name": "nobody-of-that-name"}, [], ["list"]),
]


def test_info_filters(do_each, dli):
    many(dli, 1, tags={"team": "a", "tier": "1"})
    dli.seed([{"job_id": 6001, "name": "of_team_b", "sql_body": STATEMENT, "tags": {"team": "b", "tier": "1"}}])
    ended = do_each(*[(INFO, options, False) for options, _expected, _requests in FINDS])
    assert [found(one) for one in ended] == [expected for _options, expected, _requests in FINDS]
    assert calls(dli) == [call for _options, _expected, requests in FINDS for call in requests]


def test_info_reports_missing_jobs(do, dli):
    ended = do(INFO, {"job_ids": [131, 999], "job_names": ["nobody", "orders_to_dws"], "status": "job_init"})
    assert found(ended) == [130]
    assert ended.result["missing"] == [999, "nobody"]
    assert ended.result["msg"] == "Found 1 job: 1 job_init; the project has no 999, nobody."


def test_info_show_detail(do_each, dli):
    dli.seed([{"job_id": 7001, "name": "n" * 57, "desc": "d" * 512, "status": "job_submit_fail", "status_desc": "e" * 9000}])
    briefly = {"job_ids": 7001}, {"job_names": "n" * 57}
    in_detail = {"job_ids": 131, "show_detail": True}, {"job_names": "clickstream_enrich", "show_detail": True}
    ended = do_each(*[(INFO, options, False) for options in (*briefly, *in_detail)])
    brief, listed, single, named = (one.result["jobs"][0] for one in ended)
    assert brief == listed and len(json.dumps(brief)) < 1024
    assert "sql_body" not in brief and "job_config" not in brief
    assert set(single) == set(named) > set(brief)
    assert single["sql_body"] == named["sql_body"] and single["job_config"]["cu_number"] == 2
    assert named["user_name"] is None  # the detailed list has no users (dli-api.md 3)
    assert "show_detail=true" in dli.requests.of("list")[-1].query


def test_info_order(do_each, dli):
    dli.seed([{"job_id": 7000 + age, "name": f"age_{age}", "age": age * 86400, "sql_body": STATEMENT} for age in (3, 1, 2)])
    wanted = {"job_names": "age_1,age_2,age_3"}, {"status": "job_init"}
    ended = do_each(*[(INFO, {**options, **order}, False) for options in wanted for order in ({}, {"order": "asc"})])
    orders = [[job["job_id"] for job in one.result["jobs"]] for one in ended]
    for newest, oldest in (orders[:2], orders[2:]):
        assert newest == oldest[::-1] and [job_id for job_id in oldest if 7000 < job_id < 7004] == [7003, 7002, 7001]


def test_info_with_deletion_between_pages(do, dli):
    """A job that is deleted between two pages moves another one to the page that was already read."""
    many(dli, 150)
    newest = do(INFO, {}).result["jobs"][0]["job_id"]
    calls(dli)
    dli.faults.add("actor", call="list", skip=1, act="delete", job_ids=(newest,))
    ended = do(INFO, {})
    assert set(found(ended)) >= {job_id for job_id, job in dli.jobs.items() if job.project_id == dli.project_id}
    assert calls(dli) == ["list"] * 3


INVALID_INFO = [
    ({"job_ids": "131,x"}, "job_ids: 'x' is not a job id"),
    ({"tags": {"a": "b,c"}}, "tags: a=b,c cannot be asked for"),
    ({"tags": {"a": ""}}, "tags: a= cannot be asked for"),
    ({"overall_timeout": 0}, "overall_timeout must be more than 0"),
]


def test_info_invalid_options_send_no_request(do_each, dli):
    ended = do_each(*[(INFO, options, False) for options, _words in INVALID_INFO])
    for (_options, words), one in zip(INVALID_INFO, ended):
        assert one.failed and words in one.result["msg"] and one.result["jobs"] == [], one.result
    assert calls(dli) == []


def test_info_warns_of_unknown_status(do, dli):
    ended = do(INFO, {"status": "job_runing"})
    assert found(ended) == [] and "job_runing is no status" in " ".join(ended.output.split())


def test_info_service_errors(do, dli):
    dli.faults.add("status", call="list", status=503)
    assert len(found(do(INFO, {"max_retries": 1}))) > 20
    dli.faults.add("status", call="list", status=403)
    ended = do(INFO, {})
    assert ended.failed and ended.result["http_status"] == 403 and ended.result["jobs"] == []
    assert "dli:jobs:list" in ended.result["msg"]


# Savepoints

OBS = "local-dli/by-hand/"
ROW = {"job_id", "name", "state", "changed", "failed", "status_before", "status", "error_code", "msg", "reconciled"}


def savepoint(do, *words, action="trigger", path=OBS, **options):
    return do(SAVEPOINT, {"action": action, "savepoint_path": path, **options}, *words)


def savepoint_step(check_mode=False, action="trigger", path=OBS, **options):
    """Return a step for ``do_each``."""
    return SAVEPOINT, {"action": action, "savepoint_path": path, **options}, check_mode


def outcome(ended):
    """Return state, changed, failed and reconciled of the job, after a check that they fit each other."""
    job = ended.result["job"]
    assert set(job) == ROW
    assert ended.failed == job["failed"] and ended.result["changed"] == bool(job["changed"])
    return job["state"], job["changed"], job["failed"], job["reconciled"]


@pytest.mark.parametrize("path", [OBS, f"obs://{OBS}", f" OBS://{OBS} "])
def test_savepoint_trigger(do, dli, path):
    predicted = savepoint(do, "--check", job_id=207, path=path)
    assert calls(dli) == ["detail"] and predicted.result["msg"] == "Would trigger a savepoint of job 207 running."
    ended = savepoint(do, job_id=207, path=path)
    assert outcome(ended) == outcome(predicted) == ("triggered", True, False, False)
    assert ended.result["job"] == predicted.result["job"]
    assert ended.result["job"]["status"] == "job_savepointing"
    assert calls(dli) == ["detail", "savepoint"]
    assert [item.path.startswith(OBS) for item in settled(dli, 207).savepoints] == [True]


def settled(dli, job_id):
    """Wait until a job makes no savepoint; return it."""
    until = time.monotonic() + 10
    while dli.job(job_id).status == "job_savepointing" and time.monotonic() < until:
        time.sleep(0.05)
    return dli.job(job_id)


@pytest.mark.parametrize("already", [{}, {"savepoint": "x/savepoint-7"}], ids=["its first", "one more"])
def test_savepoint_wait(do, dli, already):
    dli.settings.update({"savepoint_delay": 1.5})
    dli.seed([{"job_id": 901, "name": "live", "status": "job_running", "sql_body": STATEMENT, "started_ago": 60, **already}])
    ended = savepoint(do, job_name="live", wait=True, wait_interval=0.5)
    assert outcome(ended) == ("made", True, False, False), ended.output
    assert ended.result["job"]["status"] == "job_running" and ended.result["msg"] == "Made a savepoint of job 901 live."
    assert dli.job(901).savepoints[-1].path.startswith(OBS)
    made = calls(dli)
    assert made[:2] == ["list", "savepoint"] and set(made[2:]) == {"detail"}


def test_savepoint_failure(do, dli):
    for job_id, more in ((901, {}), (902, {"savepoint": "x/savepoint-7"})):
        script = {"savepoint_fail": "Checkpoint expired before completing.", "savepoint_delay": 1}
        dli.seed(
            [{"job_id": job_id, "name": f"s{job_id}", "status": "job_running", "sql_body": STATEMENT, "script": script, **more}]
        )
        ended = savepoint(do, job_id=job_id, wait=True, wait_interval=0.3)
        assert outcome(ended) == ("failed", True, True, False)
        assert "Checkpoint expired before completing." in ended.result["msg"]


def test_savepoint_timeout(do, dli):
    dli.settings.update({"savepoint_delay": 60})
    ended = savepoint(do, job_id=207, wait=True, wait_timeout=1.5, wait_interval=0.5)
    assert outcome(ended) == ("timed_out", True, True, False)
    assert ended.result["job"]["status"] == "job_savepointing"


@pytest.mark.parametrize("action", ["trigger", "import"])
def test_savepoint_for_each_status(do_each, dli, action):
    """Check mode predicts the result for every status."""
    good = {"trigger": [207], "import": [201, 209]}[action]
    ids = (201, 203, 207, 208, 209, 211)  # the unit tests have them all
    ended = do_each(*[savepoint_step(check_mode, action, job_id=job_id) for check_mode in (True, False) for job_id in ids])
    for job_id, predicted, reported in zip(ids, ended, ended[len(ids) :]):
        assert predicted.result["job"] == reported.result["job"]
        done = "triggered" if action == "trigger" else "imported"
        assert outcome(reported)[0] == (done if job_id in good else "wrong_status")
    what = "savepoint" if action == "trigger" else "import_savepoint"
    assert {entry.job_id for entry in dli.ledger.of(what)} <= set(good)
    assert all(entry.accepted for entry in dli.ledger.of(what))


NO_JOBS = [({"job_id": 999}, "not_found"), ({"job_name": "nobody"}, "not_found"), ({"job_name": "twin"}, "ambiguous")]


def test_savepoint_without_single_job(do_each, dli):
    steps = [(options, state, check_mode) for options, state in NO_JOBS for check_mode in (True, False)]
    ended = do_each(*[savepoint_step(check_mode, **options) for options, _state, check_mode in steps])
    assert [outcome(one) for one in ended] == [(state, False, True, False) for _options, state, _check_mode in steps]
    assert dli.ledger.entries == []


@pytest.mark.parametrize("path", ["obs://local-dli/a/b/", "local-dli/a/b/", "obs://local-dli/a/b/_metadata"])
def test_savepoint_import(do, dli, path):
    predicted = savepoint(do, "--check", job_id=221, action="import", path=path)
    assert dli.ledger.entries == []
    ended = savepoint(do, job_id=221, action="import", path=path, wait=True)
    assert outcome(ended) == outcome(predicted) == ("imported", True, False, False)
    assert ended.result["job"] == predicted.result["job"]
    assert ended.result["job"]["status"] == "job_cancel_success"
    assert dli.job(221).savepoints[-1].path == "obs://local-dli/a/b/"
    assert calls(dli) == ["detail", "detail", "import_savepoint"]


@pytest.mark.parametrize(("action", "job_id", "call"), [("trigger", 207, "savepoint"), ("import", 221, "import_savepoint")])
def test_savepoint_with_lost_response(do, dli, action, job_id, call):
    dli.settings.update({"savepoint_delay": 2})
    dli.faults.add("reset_after", call=call)
    ended = savepoint(do, job_id=job_id, action=action, confirm_timeout=5)
    assert outcome(ended) == ("triggered" if action == "trigger" else "imported", True, False, True)
    assert len(dli.ledger.of(call)) == 1 and calls(dli) == ["detail", call, "detail"]


@pytest.mark.parametrize(("action", "job_id", "call"), [("trigger", 207, "savepoint"), ("import", 221, "import_savepoint")])
def test_savepoint_with_unknown_outcome(do, dli, action, job_id, call):
    """A fault before the request is carried out cannot be distinguished from one after it."""
    dli.faults.add("status", call=call, status=502)
    ended = savepoint(do, job_id=job_id, action=action, confirm_timeout=1)
    assert outcome(ended) == ("unknown", None, True, True)
    assert dli.ledger.entries == [] and calls(dli).count(call) == 1


def test_savepoint_refused(do, dli):
    """The job ends between the read and the request."""
    dli.faults.add("actor", call="savepoint", act="force", job_ids=(207,), fields={"status": "job_finish"})
    ended = savepoint(do, job_id=207)
    assert outcome(ended) == ("refused", False, True, False)
    assert ended.result["job"]["error_code"] == "DLI.15002"
    assert dli.requests.of("savepoint")[0].request_id in ended.result["request_ids"]


INVALID_SAVEPOINTS = [
    ({"path": " ", "job_id": 207}, "savepoint_path is empty"),
    ({"path": "s3a://x/y", "job_id": 207}, "'s3a://x/y' is no path in OBS"),
    ({}, "either job_id or job_name"),
    ({"job_id": 207, "job_name": "running"}, "either job_id or job_name"),
    ({"job_id": "0"}, "job_id: '0' is not a job id"),
    ({"job_id": 207, "confirm_timeout": 0}, "confirm_timeout must be more than 0"),
]


def test_savepoint_invalid_options_send_no_request(do_each, dli):
    ended = do_each(*[savepoint_step(**options) for options, _words in INVALID_SAVEPOINTS])
    for (_options, words), one in zip(INVALID_SAVEPOINTS, ended):
        assert one.failed and words in one.result["msg"] and one.result["job"] is None, one.result
    assert calls(dli) == []


# Graphs


@pytest.mark.parametrize("options", [{"job_id": 207}, {"job_name": "running"}], ids=str)
def test_graph_of_running_job(do, dli, options):
    for words in ([], ["--check"]):
        result = do(GRAPH, options, *words).result
        assert result["job"] == {"job_id": 207, "name": "running", "status": "job_running"}
        assert result["state"] == "RUNNING" and result["end_time"] is None and result["stream_graph"] is None
        assert result["duration"] >= 3600000 and result["start_time"] == result["execution_graph"]["start-time"]
        assert result["msg"] == "Job 207 running is RUNNING (job_running)." and result["changed"] is False
        assert calls(dli) == ["detail" if "job_id" in options else "list", "graph"]


def test_graph_of_finished_job(do, dli):
    result = do(GRAPH, {"job_id": 214}).result
    assert (result["state"], result["job"]["status"]) == ("FINISHED", "job_finish") and result["end_time"] > 0


def test_graph_of_draft(do, dli):
    ended = do(GRAPH, {"job_id": 201})
    assert not ended.failed and ended.result["execution_graph"] is None and ended.result["state"] is None
    assert ended.result["msg"] == "Job 201 draft has no execution graph, because it has never run (job_init)."


def test_graph_with_plan(do, dli):
    for options, first in (({"job_id": 131}, "detail"), ({"job_name": "clickstream_enrich"}, "list")):
        ended = do(GRAPH, {**options, "plan": True})
        assert not ended.failed, ended.output
        assert [node["type"] for node in ended.result["stream_graph"]["nodes"]] == ["Source", "Calc", "Sink"]
        assert calls(dli) == [first, "graph", "stream_graph"]
    assert dli.ledger.entries == []


@pytest.mark.parametrize(
    ("job", "words"),
    [
        ({"job_type": "flink_jar_job", "job_config": {"entrypoint": "x.jar"}}, "it is a flink_jar_job"),
        ({"sql_body": STATEMENT, "job_config": {"flink_version": "1.15"}}, "not of 1.15"),
        ({}, "it has no SQL yet"),
        ({"sql_body": "select * from clicks"}, "JK.1001"),
    ],
    ids=str,
)
def test_graph_without_available_plan(do, dli, job, words):
    dli.seed([{"job_id": 901, "name": "some", **job}])
    ended = do(GRAPH, {"job_id": 901, "plan": True})
    assert ended.failed and words in ended.result["msg"] and ended.result["stream_graph"] is None, ended.output
    assert ended.result.get("error_code") == ("JK.1001" if words == "JK.1001" else None)
    assert ("stream_graph" in calls(dli)) is (words == "JK.1001")


NO_GRAPHS = [
    ({"job_id": 999}, "the project has no job of the id 999"),
    ({"job_name": "nobody"}, "the project has no job of the name nobody"),
    ({"job_name": "twin"}, "2 jobs bear the name twin, 231, 232"),
    ({"job_id": "", "job_name": ""}, "either job_id or job_name"),
]


def test_graph_without_single_job(do_each, dli):
    ended = do_each(*[(GRAPH, options, False) for options, _words in NO_GRAPHS])
    for (_options, words), one in zip(NO_GRAPHS, ended):
        assert one.failed and words in one.result["msg"] and one.result["job"] is None, one.result
    assert "graph" not in calls(dli)


# Export

DIR = "local-dli/exports"


def test_export(do, dli):
    wanted = {"job_ids": [131, 999, 207], "job_names": "fraud_rules,nobody,twin", "obs_dir": f"obs://{DIR}/"}
    predicted = do(EXPORT, wanted, "--check")
    assert "export" not in calls(dli) and dli.objects.paths == [] and predicted.result["zip_files"] == []
    ended = do(EXPORT, wanted)
    assert ended.failed and ended.result["changed"] is True
    assert [job["job_id"] or job["name"] for job in ended.result["jobs"]] == [131, 999, 207, 138, "nobody", "twin"]
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
    assert {entry.job_id for entry in dli.ledger.of("export")} == {131, 207, 138}
    do(EXPORT, wanted)
    assert len(dli.objects.paths) == 2


def test_export_all_in_batches(do, dli):
    many(dli, 120)
    everything = {job_id for job_id, job in dli.jobs.items() if job.project_id == dli.project_id}
    parts = -(-len(everything) // 50)
    ended = do(EXPORT, {"all": True, "obs_dir": DIR})
    assert not ended.failed, ended.output
    assert {job["job_id"] for job in ended.result["jobs"]} == everything
    assert calls(dli) == ["list"] * 2 + ["export"] * parts
    assert sorted(ended.result["zip_files"]) == dli.objects.paths and len(dli.objects.paths) == parts
    assert {job["zip_file"] for job in ended.result["jobs"]} == set(dli.objects.paths)
    assert ended.result["msg"] == f"Exported {len(everything)} of {len(everything)} jobs."


@pytest.mark.parametrize(
    ("fault", "state", "changed"),
    [
        ({"kind": "reset_after"}, "unknown", None),
        ({"kind": "status", "status": 502}, "unknown", None),
        ({"kind": "status", "status": 400, "code": "DLI.29001", "msg": "Failed for parse obs path"}, "refused", False),
    ],
    ids=str,
)
def test_export_with_failed_batch(do, dli, fault, state, changed):
    many(dli, 120)
    dli.faults.add(fault.pop("kind"), call="export", skip=1, **fault)
    ended = do(EXPORT, {"job_ids": list(range(5001, 5121)), "obs_dir": DIR})
    rows = ended.result["jobs"]
    assert ended.failed and ended.result["changed"] is True
    assert [row["state"] for row in rows] == ["exported"] * 50 + [state] * 50 + ["exported"] * 20
    assert {row["changed"] for row in rows[50:100]} == {changed} and {row["zip_file"] for row in rows[50:100]} == {None}
    assert len(ended.result["zip_files"]) == 2 and calls(dli).count("export") == 3
    if state == "refused":
        assert {row["error_code"] for row in rows[50:100]} == {"DLI.29001"} and "check obs_dir" in rows[50]["msg"]


def test_export_stops_on_authentication_failure(do, dli):
    """More rejected signatures would lock the key."""
    many(dli, 120)
    dli.faults.add("status", call="export", status=403, times=None)
    ended = do(EXPORT, {"job_ids": list(range(5001, 5121)), "obs_dir": DIR})
    assert {row["state"] for row in ended.result["jobs"]} == {"refused"} and ended.result["changed"] is False
    assert calls(dli).count("export") == 1 and "dli:jobs:export" in ended.result["jobs"][-1]["msg"]


def test_export_is_retried_when_throttled(do, dli):
    dli.faults.add("status", call="export", status=429)
    assert not do(EXPORT, {"job_ids": 131, "obs_dir": DIR}).failed and len(dli.objects.paths) == 1


def test_export_response_variants(do, dli):
    dli.settings.update({"export_names": "example"})
    assert do(EXPORT, {"job_ids": 131, "obs_dir": DIR}).result["zip_files"] == dli.objects.paths != []


INVALID_EXPORTS = [
    ({"obs_dir": DIR}, "no jobs are named"),
    ({"obs_dir": DIR, "all": True, "job_ids": 131}, "all is set, and so are"),
    ({"obs_dir": "", "all": True}, "obs_dir is empty"),
    ({"obs_dir": "b" * 257, "all": True}, "obs_dir must not be longer than 256"),
]


def test_export_invalid_options_send_no_request(do_each, dli):
    ended = do_each(*[(EXPORT, options, False) for options, _words in INVALID_EXPORTS])
    for (_options, words), one in zip(INVALID_EXPORTS, ended):
        assert one.failed and words in one.result["msg"] and one.result["jobs"] == one.result["zip_files"] == [], one.result
    assert calls(dli) == []


# Import


@pytest.fixture
def exported(do, dli):
    """A file with two jobs; one of them was deleted after the export."""
    (file,) = do(EXPORT, {"job_ids": [131, 209], "obs_dir": DIR}).result["zip_files"]
    dli.other("delete", [209])
    calls(dli)
    return file


def mapped(ended):
    members = ("old_job_id", "new_job_id", "state", "changed", "failed")
    return [tuple(row[member] for member in members) for row in ended.result["job_mapping"]]


def test_import(do, dli, exported):
    before = set(dli.jobs)
    predicted = do(IMPORT, {"zip_file": exported}, "--check")
    assert (predicted.result["changed"], predicted.result["job_mapping"]) == (True, []) and calls(dli) == ["list"]
    ended = do(IMPORT, {"zip_file": f"obs://{exported}"})
    (new,) = set(dli.jobs) - before
    assert mapped(ended) == [(131, None, "exists", False, False), (209, new, "created", True, False)]
    assert ended.result["changed"] is True and not ended.failed
    assert ended.result["msg"] == f"Imported {exported}: 1 created, 1 exists." and calls(dli) == ["list", "import"]
    assert dli.job(new).name == "stopped" and ended.result["summary"]["created"] == 1
    again = do(IMPORT, {"zip_file": exported})
    assert {row["state"] for row in again.result["job_mapping"]} == {"exists"} and again.result["changed"] is False


def test_import_overwrites(do, dli, exported):
    ended = do(IMPORT, {"zip_file": exported, "is_cover": True})
    assert [row["state"] for row in ended.result["job_mapping"]] == ["overwritten", "created"] and not ended.failed
    assert dli.job(131).status == "job_init"
    dli.other("start", [131])
    failed = do(IMPORT, {"zip_file": exported, "is_cover": True})
    assert failed.failed and failed.result["changed"] is True
    assert [row["state"] for row in failed.result["job_mapping"]] == ["failed", "overwritten"]
    assert "1 failed: 131 ([The job with the same name is active])" in failed.result["msg"]


@pytest.mark.parametrize("settings", [{"job_mapping_ids": "integer"}, {"export_names": "example"}], ids=str)
def test_import_response_variants(do, dli, exported, settings):
    dli.settings.update(settings)
    assert [row["state"] for row in do(IMPORT, {"zip_file": exported}).result["job_mapping"]] == ["exists", "created"]


@pytest.mark.parametrize("is_cover", [False, True])
def test_import_with_lost_response(do, dli, exported, is_cover):
    before = set(dli.jobs)
    dli.faults.add("reset_after", call="import")
    ended = do(IMPORT, {"zip_file": exported, "is_cover": is_cover, "confirm_timeout": 5})
    (new,) = set(dli.jobs) - before
    rows = [(None, new, "created", True, False), (None, None, "unknown", None, True)]
    assert mapped(ended) == rows[: 2 if is_cover else 1]
    assert all(row["reconciled"] for row in ended.result["job_mapping"])
    assert ended.failed is is_cover and ended.result["changed"] is True
    assert "learnt from the list" in " ".join(ended.output.split()) and calls(dli) == ["list", "import", "list", "list"]


def test_import_with_unknown_outcome(do, dli, exported):
    dli.faults.add("status", call="import", status=502)
    ended = do(IMPORT, {"zip_file": exported, "confirm_timeout": 1})
    assert mapped(ended) == [(None, None, "unknown", None, True)]
    assert ended.failed and ended.result["changed"] is False and calls(dli).count("import") == 1
    assert f"Nobody knows whether {exported} was imported" in ended.result["msg"]


def test_import_refused(do, dli):
    ended = do(IMPORT, {"zip_file": "local-dli/nothing-here.zip"})
    assert ended.failed and ended.result["error_code"] == "DLI.29002" and ended.result["http_status"] == 400
    assert ended.result["job_mapping"] == [] and "check zip_file" in ended.result["msg"] and ended.result["changed"] is False
    empty = do(IMPORT, {"zip_file": " "})
    assert empty.failed and "zip_file is empty" in empty.result["msg"]
