# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The modules for stopping and deleting jobs, compared with the ledger of the local DLI."""

from __future__ import annotations

import pytest
from task_runs import READER, STATEMENT, calls, states

STOP = "huaweicloud.cloud.dli_streaming_jobs_stop"
DELETE = "huaweicloud.cloud.dli_streaming_jobs_delete"


@pytest.fixture
def busy(dli):
    """A local DLI with two additional running jobs."""
    dli.seed(
        [{"job_id": number, "name": f"runs_{number}", "status": "job_running", "sql_body": STATEMENT} for number in (128, 129)]
    )
    return dli


def done(dli, what: str) -> list[int]:
    """Return the IDs of the jobs that the service stopped or deleted, in order."""
    return [entry.job_id for entry in dli.ledger.find(operation=what, accepted=True)]


# Stop


def test_stop_is_idempotent(ansible, busy):
    options = {"job_ids": [129, 128, 131], "trigger_savepoint": True, "wait": True, "wait_interval": 0.2}
    predicted = ansible.task(options, "--check", module=STOP)
    assert busy.ledger.entries == []
    ended = ansible.task(options, module=STOP)
    assert ended.code == 0 and states(ended.result) == {129: "stopped", 128: "stopped", 131: "already_stopped"}, ended.output
    assert states(predicted.result) == states(ended.result) and predicted.result["changed"] is True
    assert [job["status"] for job in ended.result["jobs"]] == ["job_cancel_success"] * 3
    assert done(busy, "stop") == [129, 128]
    assert all(entry.trigger_savepoint for entry in busy.ledger.find(operation="stop"))
    again = ansible.task(options, module=STOP)
    assert again.code == 0 and again.result["changed"] is False
    assert again.result["msg"] == "0 of 3 jobs stopped, 3 unchanged (not running)."
    assert len(busy.requests.find("stop")) == 1


def test_stop_requests(ansible, busy):
    assert ansible.task({"job_ids": [129, 128]}, module=STOP).code == 0
    assert calls(busy) == ["list", "stop"]


def test_stop_for_each_status(ansible, dli):
    """A stop that the service would refuse is not sent (DLI.15002), and a savepoint is not interrupted."""
    ended = ansible.task({"job_ids": list(range(201, 215)), "confirm_timeout": 2}, module=STOP)
    found = states(ended.result)
    assert {job for job, state in found.items() if state == "already_stopped"} == {201, 202, 204, 208, 209, 212, 214}
    assert found[207] == found[203] == "stopped" and found[211] == "not_stoppable"
    # For statuses without documentation, the stop is sent.
    assert {found[205], found[206], found[210], found[213]} <= {"stopped", "refused"}
    assert {207, 203} <= set(done(dli, "stop"))


def test_stop_during_submission(ansible, dli):
    ended = ansible.task({"job_ids": 203, "wait": True, "wait_interval": 0.2}, module=STOP)
    assert ended.code == 0 and ended.result["jobs"][0]["status"] == "job_cancel_success", ended.output


def test_stop_with_failed_savepoint(ansible, dli):
    """The job continues to run, and is not reported as stopped."""
    script = {"savepoint_fail": "no room left"}
    dli.settings.update({"savepoint_delay": 2})
    dli.seed([{"job_id": 128, "name": "full", "status": "job_running", "sql_body": STATEMENT, "script": script}])
    options = {"job_ids": 128, "trigger_savepoint": True, "wait": True, "wait_interval": 0.2, "wait_timeout": 20}
    ended = ansible.task(options, module=STOP)
    assert ended.code == 2 and states(ended.result) == {128: "failed"}, ended.output
    assert "The stop or the savepoint before it failed, " in ended.result["jobs"][0]["msg"]


@pytest.mark.parametrize("shape", ["short", "object", "reversed", "array"])
def test_stop_response_variants(ansible, busy, shape):
    """The documentation has one element for two IDs, and older versions a single object (dli-api.md 1.4)."""
    busy.settings.update({"stop_response": shape})
    ended = ansible.task({"job_ids": [129, 128], "confirm_timeout": 5}, module=STOP)
    assert ended.code == 0 and states(ended.result) == {129: "stopped", 128: "stopped"}, ended.output
    assert sorted(done(busy, "stop")) == [128, 129]


def test_stop_with_lost_response(ansible, busy):
    busy.faults.add("reset_after", call="stop")
    ended = ansible.task({"job_ids": [129, 128], "confirm_timeout": 5}, module=STOP)
    assert ended.code == 0 and all(job["reconciled"] and job["changed"] for job in ended.result["jobs"]), ended.output
    assert len(busy.requests.find("stop")) == 1


def test_stop_of_job_that_finishes(ansible, dli):
    """The job is stopped as requested; the cause is unknown, so changed is null."""
    dli.seed([{"job_id": 128, "name": "short", "status": "job_running", "sql_body": STATEMENT}])
    dli.faults.add("other_client", action="force", call="stop", job_ids=(128,), fields={"status": "job_finish"})
    dli.faults.add("reset_before", call="stop")
    ended = ansible.task({"job_ids": 128, "confirm_timeout": 30}, module=STOP)
    (job,) = ended.result["jobs"]
    assert (job["state"], job["changed"], job["status"]) == ("already_stopped", None, "job_finish"), job
    assert ended.code == 0 and not job["failed"]
    assert job["reconciled"] and job["msg"].startswith("Outcome unknown. ") and ended.result["changed"] is True


def test_stop_with_missing_job(ansible, busy):
    ended = ansible.task({"job_ids": [999, 129]}, module=STOP)
    assert ended.code == 2 and states(ended.result) == {999: "not_found", 129: "stopped"}
    assert ended.result["changed"] is True


# Delete


def test_delete_is_idempotent(ansible, busy):
    options = {"job_ids": [131, 129, 999], "job_names": ["orders_to_dws", "absent_job"]}
    predicted = ansible.task(options, "--check", module=DELETE)
    assert busy.ledger.entries == []
    ended = ansible.task(options, module=DELETE)
    expected = {131: "deleted", 129: "still_active", 999: "absent", 130: "deleted", "absent_job": "absent"}
    assert ended.code == 2 and states(ended.result) == expected, ended.output
    assert predicted.result["jobs"] == ended.result["jobs"] and ended.result["changed"] is True
    assert done(busy, "delete") == [131, 130]
    again = ansible.task({"job_ids": [131, 999]}, module=DELETE)
    assert again.code == 0 and again.result["changed"] is False
    forced = ansible.task({"job_ids": 129, "force": True, "wait": True, "wait_interval": 0.2}, module=DELETE)
    assert forced.code == 0 and done(busy, "delete") == [131, 130, 129], forced.output
    assert 129 not in busy.jobs


def test_delete_ambiguous_name(ansible, dli):
    ended = ansible.task({"job_names": "twin"}, module=DELETE)
    assert ended.code == 2 and states(ended.result) == {"twin": "ambiguous"} and done(dli, "delete") == []


def test_delete_with_lost_response(ansible, dli):
    dli.faults.add("reset_after", call="delete")
    ended = ansible.task({"job_ids": [131, 130]}, module=DELETE)
    assert ended.code == 0 and all(job["reconciled"] and job["changed"] for job in ended.result["jobs"]), ended.output
    assert len(dli.requests.find("delete")) == 1


def test_delete_with_unknown_outcome(ansible, dli):
    dli.faults.add("hang", call="delete")
    ended = ansible.task({"job_ids": 131, "request_timeout": 1, "confirm_timeout": 1}, module=DELETE)
    (job,) = ended.result["jobs"]
    assert ended.code == 2 and (job["state"], job["changed"]) == ("unknown", None), ended.output
    assert done(dli, "delete") == []


def test_delete_by_another_client(ansible, dli):
    dli.faults.add("other_client", call="delete", action="delete", job_ids=(131,))
    ended = ansible.task({"job_ids": [131, 130]}, module=DELETE)
    # Either job may be the one that the other client has deleted, because the order of the response is not guaranteed.
    assert ended.code == 0 and ended.result["changed"], ended.output
    assert [(job["state"], job["changed"]) for job in ended.result["jobs"]] == [("absent", None)] * 2


@pytest.mark.parametrize("module", [STOP, DELETE])
def test_missing_permission(ansible, busy, module):
    ended = ansible.task({"job_ids": 129, **({"force": True} if module == DELETE else {})}, module=module, env=READER)
    assert ended.code == 2 and states(ended.result) == {129: "refused"}, ended.output
    action = "dli:jobs:stopFlinkJob (named dli:jobs:stop in a role policy)" if module == STOP else "dli:jobs:delete"
    assert f"Grant the IAM permission {action} to the user of these credentials" in ended.result["jobs"][0]["msg"]


def test_stop_during_savepoint(ansible, busy):
    """A stop during the savepoint of another stop waits for that stop. Without ``wait``, it fails."""
    busy.settings.update({"savepoint_delay": 600})
    options = {"job_ids": 129, "trigger_savepoint": True}
    first = ansible.task(options, module=STOP)
    assert first.code == 0 and first.result["jobs"][0]["status"] == "job_savepointing", first.output
    second = ansible.task(options, module=STOP)
    assert second.code == 2 and states(second.result) == {129: "not_stoppable"}, second.output
    assert second.result["jobs"][0]["msg"] == (
        "Not stopped: the job is creating a savepoint (job_savepointing), possibly because of another stop request. Run the "
        "task again when the savepoint is complete."
    )
    # The savepoint ends after the third task has read the job once.
    ends = {"action": "force", "job_ids": (129,), "fields": {"status": "job_cancel_success"}}
    busy.faults.add("other_client", call="detail", skip=1, **ends)
    third = ansible.task({**options, "wait": True, "wait_interval": 0.2}, module=STOP)
    assert third.code == 0 and states(third.result) == {129: "already_stopped"}, third.output
    assert third.result["jobs"][0]["status"] == "job_cancel_success" and done(busy, "stop") == [129]
