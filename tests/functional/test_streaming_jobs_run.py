# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The module dli_streaming_jobs_run, compared with the ledger of the local DLI."""

from __future__ import annotations

import pytest
from task_runs import MODULE, TEMPORARY, calls, started, states

FOUR_JOBS = "job_ids=131,130,138,137 resume_savepoint=true"


def test_start_is_idempotent(ansible, dli):
    """The first run reads one list page and sends one POST; the second reads one list page and changes nothing."""
    first = ansible.adhoc(FOUR_JOBS)
    assert (first.code, first.result["summary"]["started"]) == (0, 4)
    assert first.result["changed"] is True
    assert [job["job_id"] for job in first.result["jobs"]] == [131, 130, 138, 137]
    assert calls(dli) == ["list", "run"]
    assert dli.requests.connections() == 1
    second = ansible.adhoc(FOUR_JOBS)
    assert second.code == 0 and second.result["changed"] is False
    assert set(states(second.result).values()) == {"already_active"}
    assert started(dli) == [131, 130, 138, 137]
    assert all(entry.resume_savepoint for entry in dli.ledger.starts())
    assert calls(dli) == ["list", "run", "list"]


IDS_AS_STRING = ["131,130", "131, 130", "131\n130", "131 130", "[131, 130]", '["131", "130"]']
IDS_AS_LIST = [[131, 130], ["131", 130], ["131,130"]]


def test_job_ids_formats(ansible, dli):
    for ended in ansible.tasks(*({MODULE: {"job_ids": ids}, "check_mode": True} for ids in IDS_AS_STRING + IDS_AS_LIST)):
        assert [job["job_id"] for job in ended.result["jobs"]] == [131, 130], ended.result


INVALID_IDS = [True, 1.5, 0, -3, 2**63, "1_000", "0131", "a", [], "", None, [131, True], [131, 1.0]]


def test_invalid_job_ids_send_no_request(ansible, dli):
    for ids, ended in zip(INVALID_IDS, ansible.tasks(*({MODULE: {"job_ids": ids}} for ids in INVALID_IDS))):
        assert ended.failed and "job" in ended.result["msg"], (ids, ended.result)
    assert len(dli.requests) == 0


def test_documented_response_with_errors(ansible, dli):
    """dli-api.md 1.3: unknown, accepted, no savepoint, bad SQL."""
    options = {"job_ids": [999, 130, 221, 222], "resume_savepoint": True}
    predicted = ansible.task(options, "--check")
    assert predicted.code == 2
    assert dli.ledger.entries == [] and dli.requests.find("run") == []
    assert states(predicted.result) == {999: "not_found", 130: "started", 221: "refused", 222: "started"}
    ended = ansible.task(options)
    result = ended.result
    assert ended.code == 2 and ended.failed and result["changed"] is True
    assert [job["job_id"] for job in result["jobs"]] == [999, 130, 221, 222]
    assert [job["state"] for job in result["jobs"]] == ["not_found", "started", "refused", "refused"]
    assert [job["error_code"] for job in result["jobs"]] == ["DLI.16001", None, "DLI.13017", "DLI.13005"]
    assert "line 1, column 0: mismatched input 'select'" in result["jobs"][3]["msg"]
    assert started(dli) == [130]
    (post,) = dli.requests.find("run")
    assert post.status == 400 and post.job_ids == [130, 221, 222]
    # Only a run shows whether another client may have acted at the same time.
    assert [{**job, "reconciled": False} for job in result["jobs"][:3]] == predicted.result["jobs"][:3]
    assert post.request_id in result["request_ids"]


def test_job_deleted_before_start(ansible, dli):
    """The start returns DLI.13007, as in the documented example."""
    dli.faults.add("other_client", call="run", action="delete", job_ids=(131,))
    ended = ansible.task({"job_ids": [131, 130]})
    deleted, other = ended.result["jobs"]
    assert (deleted["state"], deleted["error_code"], deleted["changed"]) == ("refused", "DLI.13007", False)
    assert (other["state"], other["changed"]) == ("started", True)
    assert started(dli) == [130]


@pytest.mark.parametrize("shape", ["short", "long", "object", "reversed"])
def test_response_variants(ansible, dli, shape):
    """The outcome is read from the statuses of the jobs."""
    dli.settings.update({"run_response": shape})
    ended = ansible.task({"job_ids": [131, 223, 130], "confirm_timeout": 1})
    jobs = {job["job_id"]: job for job in ended.result["jobs"]}
    assert started(dli) == [131, 130]
    assert jobs[131]["state"] == jobs[130]["state"] == "started"
    # The start of job 223, which has no queue, is refused. It is unknown if the response does not contain the refusal.
    expected = "refused" if shape == "reversed" else "unknown"
    assert jobs[223]["state"] == expected
    assert jobs[223]["changed"] is (False if shape == "reversed" else None)
    if shape != "reversed":
        assert all(job["reconciled"] for job in jobs.values())


def test_reordered_response(ansible, dli):
    dli.settings.update({"run_response": "reversed"})
    ended = ansible.task({"job_ids": [223, 131], "confirm_timeout": 1})
    jobs = {job["job_id"]: job for job in ended.result["jobs"]}
    assert (jobs[131]["state"], jobs[131]["reconciled"]) == ("started", True)
    assert (jobs[223]["state"], jobs[223]["error_code"], jobs[223]["reconciled"]) == ("refused", "DLI.13024", True)
    assert started(dli) == [131]


def test_boolean_is_success(ansible, dli):
    dli.settings.update({"is_success": "boolean"})
    assert ansible.task({"job_ids": [131, 130]}).result["summary"]["started"] == 2


def test_start_for_each_status(ansible, dli):
    """Check mode predicts the results for every status."""
    ids = list(range(201, 215))
    predicted = ansible.task({"job_ids": ids}, "--check")
    reported = ansible.task({"job_ids": ids})
    assert predicted.result["jobs"] == reported.result["jobs"]
    assert predicted.result["changed"] and predicted.failed and reported.result["changed"] and reported.failed
    assert sorted(started(dli)) == [201, 202, 204, 209, 214]


def test_job_names(ansible, dli):
    ended = ansible.task({"job_ids": [131], "job_names": "orders_to_dws\ntwin\nabsent_job"})
    result = ended.result
    assert [job["state"] for job in result["jobs"]] == ["started", "started", "ambiguous", "not_found"]
    assert "231, 232" in result["jobs"][2]["msg"]
    assert started(dli) == [131, 130]


def test_wait(ansible, dli):
    ended = ansible.task({"job_ids": [131, 241, 243, 203], "wait": True, "wait_interval": 0.2, "wait_timeout": 3})
    jobs = {job["job_id"]: job for job in ended.result["jobs"]}
    assert (jobs[131]["state"], jobs[131]["status"]) == ("started", "job_running")
    assert (jobs[241]["state"], jobs[241]["status"], jobs[241]["changed"]) == ("failed", "job_submit_fail", True)
    assert "Object 'nope' not found" in jobs[241]["msg"]
    assert (jobs[243]["state"], jobs[243]["status"]) == ("started", "job_finish")
    assert (jobs[203]["state"], jobs[203]["status"], jobs[203]["changed"]) == ("timed_out", "job_submitting", False)
    assert ended.result["changed"] is True and ended.code == 2


def test_authentication_methods(ansible, dli):
    env = dli.env()
    unset = dict.fromkeys(env, "")
    target = {"project_id": env["HW_PROJECT_ID"], "endpoint": env["HW_DLI_ENDPOINT"]}
    keys = {"access_key": env["HW_ACCESS_KEY"], "secret_key": env["HW_SECRET_KEY"]}
    methods = (
        ({**target, **keys}, {}),
        ({**target, **TEMPORARY}, {}),
        ({**target, "auth_token": dli.token()}, {}),
        ({}, {"HW_AUTH_TOKEN": dli.token(), "HW_PROJECT_ID": target["project_id"], "HW_DLI_ENDPOINT": target["endpoint"]}),
        (
            {"endpoint": target["endpoint"]},
            {
                "HUAWEICLOUD_SDK_AK": keys["access_key"],
                "HUAWEICLOUD_SDK_SK": keys["secret_key"],
                "HUAWEICLOUD_SDK_PROJECT_ID": target["project_id"],
            },
        ),
        (
            {"endpoint": target["endpoint"]},
            {"OS_ACCESS_KEY": keys["access_key"], "OS_SECRET_KEY": keys["secret_key"], "OS_PROJECT_ID": target["project_id"]},
        ),
    )
    for options, variables in methods:
        ended = ansible.task({"job_ids": 131, **options}, "--check", env={**unset, **variables})
        assert not ended.failed, (options, variables, ended.result)
    mixed = ansible.task(
        {"job_ids": 131, **target}, env={**unset, "HW_ACCESS_KEY": keys["access_key"], "OS_SECRET_KEY": keys["secret_key"]}
    )
    assert mixed.code == 2 and "Missing secret_key in the environment variables HW_*. " in mixed.result["msg"]


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ({"kind": "unauthorized"}, ["HTTP 401", "APIGW.0301", "lock the access key"]),
        ({"kind": "status", "status": 403}, ["HTTP 403", "APIGW.0302", "permission"]),
        ({"kind": "status", "status": 404}, ["HTTP 404", "APIGW.0101", "endpoint"]),
        ({"kind": "status", "status": 429, "times": 9}, ["HTTP 429", "APIGW.0308", "throttling"]),
        ({"kind": "status", "status": 503, "times": 9}, ["HTTP 503", "support"]),
        *(
            ({"kind": "html", "status": status, "times": 9}, [f": HTTP {status}, content type text/html (Error An error page of"])
            for status in (200, 401, 403, 404, 407, 502)
        ),
        ({"kind": "redirect", "location": "http://127.0.0.1:9/"}, ["HTTP 302", "not followed"]),
    ],
    ids=lambda value: value["kind"] + str(value.get("status", "")) if isinstance(value, dict) else "",
)
def test_service_errors(ansible, dli, fault, words):
    dli.faults.add(fault.pop("kind"), call="list", **fault)
    ended = ansible.task({"job_ids": [131, 130], "max_retries": 1})
    message = ended.result["msg"]
    assert ended.code == 2 and all(word in message for word in [*words, dli.url, "request ID"]), message
    assert "Traceback" not in ended.output and "\n" not in message
    assert ended.result["changed"] is False and ended.result["jobs"] == []


def test_connection_refused(ansible, dli):
    ended = ansible.task({"job_ids": 131, "max_retries": 0, "endpoint": "http://127.0.0.1:1"})
    assert "Connection refused" in ended.result["msg"] and "Traceback" not in ended.output


INVALID_ENDPOINTS = ["http://dli.example.com", "dli.example.com", "ftp://x", "https://", "https://u:p@h"]


def test_invalid_endpoint(ansible, dli):
    for ended in ansible.tasks(*({MODULE: {"job_ids": 131, "endpoint": endpoint}} for endpoint in INVALID_ENDPOINTS)):
        assert ended.failed and "endpoint" in ended.result["msg"], ended.result
    assert len(dli.requests) == 0


def test_token_revoked_during_wait(ansible, dli):
    """The start is confirmed, but its outcome is unknown. After the first rejected request, no request is sent."""
    token = dli.token()
    env = {"HW_ACCESS_KEY": "", "HW_SECRET_KEY": "", "HW_AUTH_TOKEN": token}
    dli.requests.on_request = lambda request: dli.accounts.revoke(token) if request.call == "run" else None
    ended = ansible.task({"job_ids": [244], "wait": True, "wait_timeout": 60, "wait_interval": 0.2}, env=env)
    (job,) = ended.result["jobs"]
    assert (job["state"], job["changed"], job["failed"], job["status"]) == ("unknown", True, True, "job_submitting")
    assert "HTTP 401" in job["msg"] and started(dli) == [244]
    assert [request.status for request in dli.requests.find()].count(401) == 1


def test_service_unreachable_during_wait(ansible, dli):
    """Failed reads do not fail the job; the result has the last known status."""
    dli.faults.add("reset_before", call="detail", skip=2, times=None)
    ended = ansible.task({"job_ids": [244], "wait": True, "wait_timeout": 2, "wait_interval": 0.2})
    (job,) = ended.result["jobs"]
    assert (job["state"], job["changed"], job["status"]) == ("timed_out", True, "job_submitting")
    assert "The last read failed: " in job["msg"]


def test_throttling(ansible, dli):
    dli.faults.add("status", status=429, retry_after=1, call="run")
    ended = ansible.task({"job_ids": [131]})
    assert ended.code == 0 and started(dli) == [131]
    assert "HTTP 429 (1 time)" in " ".join(ended.output.split())


def test_second_start_during_accept_lag(ansible, dli):
    """The second task reports the job as active and does not fail."""
    dli.settings.update({"accept_lag": 2})
    first, second = ansible.tasks(*[{MODULE: {"job_ids": [131]}}] * 2)
    assert first.result["changed"] is True
    assert not second.failed and second.result["changed"] is False, second.output
    assert states(second.result) == {131: "already_active"} and started(dli) == [131]
