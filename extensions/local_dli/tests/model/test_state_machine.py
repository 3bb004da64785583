# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The status machine with a manual clock: every allowed transition, and the refusal of every other one."""

from __future__ import annotations

from typing import Any

import pytest
from local_dli.model.jobs import STATUSES
from support import Api

STARTABLE = {"job_init", "job_submit_fail", "job_running_exception", "job_cancel_success", "job_finish"}
STOPPABLE = {"job_submitting", "job_running"}
BY_STATUS = {  # job of the example seed in this status
    "job_init": 201,
    "job_submit_fail": 202,
    "job_submitting": 203,
    "job_running_exception": 204,
    "job_downloading": 205,
    "job_idle": 206,
    "job_running": 207,
    "job_canceling": 208,
    "job_cancel_success": 209,
    "job_cancel_fail": 210,
    "job_savepointing": 211,
    "job_arrearage_stopped": 212,
    "job_arrearage_recovering": 213,
    "job_finish": 214,
}


def all_statuses(api: Api, job_id: int) -> list[str]:
    return [status for _at, status in api.dli.job(job_id).history]


def test_seed_has_every_status(api: Api) -> None:
    assert set(BY_STATUS) == set(STATUSES)
    assert {status: api.status(job_id) for status, job_id in BY_STATUS.items()} == {item: item for item in STATUSES}


@pytest.mark.parametrize("status", STATUSES)
def test_start(api: Api, status: str) -> None:
    job_id = BY_STATUS[status]
    code, body = api.run(job_id)
    if status in STARTABLE:
        assert (code, body[0]["is_success"]) == (200, "true")
        assert api.status(job_id) == "job_submitting"
        api.clock.advance(2.1)
        assert api.status(job_id) == "job_running"
    else:
        assert (code, body[0]["error_code"]) == (400, "DLI.13099")
        assert api.status(job_id) == status
    assert len(api.dli.ledger.starts(job_id)) == (status in STARTABLE)
    assert len(api.dli.ledger.find("start", job_id)) == 1


@pytest.mark.parametrize("savepoint", [False, True])
@pytest.mark.parametrize("status", STATUSES)
def test_stop(api: Api, status: str, savepoint: bool) -> None:
    job_id = BY_STATUS[status]
    code, body = api.stop(job_id, savepoint=savepoint)
    if status not in STOPPABLE:
        assert (code, body[0]["error_code"]) == (400, "DLI.15002")
        assert api.status(job_id) == status
        return
    assert code == 200
    first = "job_savepointing" if savepoint and status == "job_running" else "job_canceling"
    assert api.status(job_id) == first
    api.clock.advance(2.1)
    if first == "job_savepointing":
        assert api.status(job_id) == "job_canceling"
        api.clock.advance(2.1)
    assert api.status(job_id) == "job_cancel_success"
    assert api.detail(job_id)["has_savepoint"] is (first == "job_savepointing")


@pytest.mark.parametrize("status", STATUSES)
def test_delete_in_any_status(api: Api, status: str) -> None:
    job_id = BY_STATUS[status]
    assert api.call("DELETE", f"/jobs/{job_id}") == (
        200,
        {"is_success": "true", "message": "The job is successfully deleted."},
    )
    code, body = api.call("GET", f"/jobs/{job_id}")
    assert (code, body["error_code"]) == (400, "DLI.16001")
    code, body = api.call("DELETE", f"/jobs/{job_id}")
    assert (code, body["error_code"]) == (400, "DLI.17001")


@pytest.mark.parametrize("status", STATUSES)
def test_trigger_savepoint_only_while_running(api: Api, status: str) -> None:
    body = {"action": "TRIGGER", "savepoint_path": "b/d/"}
    code, response = api.call("POST", f"/jobs/{BY_STATUS[status]}/savepoint", body)
    assert code == (200 if status == "job_running" else 400)
    if code == 400:
        assert response["error_code"] == "DLI.15002"
    else:
        assert api.status(207) == "job_savepointing"
        api.clock.advance(2.1)
        assert api.status(207) == "job_running"
        assert api.detail(207)["has_savepoint"] is True


@pytest.mark.parametrize("status", STATUSES)
def test_import_savepoint_only_while_inactive(api: Api, status: str) -> None:
    job_id = BY_STATUS[status]
    code, _response = api.call(
        "POST", f"/jobs/{job_id}/import-savepoint", {"job_id": job_id, "savepoint_path": "obs://b/d/"}
    )
    assert code == (200 if status in STARTABLE else 400)


@pytest.mark.parametrize("status", STATUSES)
def test_every_status_can_be_forced(api: Api, status: str) -> None:
    api.dli.force(131, status, "why")
    assert (api.status(131), api.detail(131)["status_desc"]) == (status, "why")


@pytest.mark.parametrize(
    ("job_id", "code"),
    [(99, "DLI.13007"), (221, "DLI.13017"), (222, "DLI.13005"), (223, "DLI.13024"), (224, "DLI.13005")],
)
def test_start_refusals(api: Api, job_id: int, code: str) -> None:
    status, body = api.run(131, job_id, 130, resume=True)
    assert status == 400
    assert [item.get("error_code") for item in body] == [None, code, None]
    assert [item.job_id for item in api.dli.ledger.starts()] == [131, 130]
    assert "is_success" not in body[1]


@pytest.mark.parametrize(
    ("script", "last", "desc"),
    [
        ({"submit_fail": "Object 'nope' not found"}, "job_submit_fail", "Object 'nope' not found"),
        ({"fail_after": 3, "fail_text": "boom"}, "job_running_exception", "boom"),
        ({"fail_after": 0, "fail_text": "boom"}, "job_running_exception", "boom"),
        ({"lose_after": 3}, "job_running_exception", "The engine has lost the job."),
        ({"run_for": 3}, "job_finish", ""),
        ({"run_for": 0}, "job_finish", ""),
    ],
)
def test_spontaneous_ends(api: Api, script: dict[str, Any], last: str, desc: str) -> None:
    api.dli.job(131).script = script
    api.run(131)
    api.clock.advance(60)
    detail = api.detail(131)
    assert (detail["status"], detail["status_desc"]) == (last, desc)
    middle = [] if last == "job_submit_fail" else ["job_running"]
    assert all_statuses(api, 131) == ["job_cancel_success", "job_submitting", *middle, last]
    assert api.run(131)[0] == 200


def test_automatic_restarts_are_limited_per_hour(api: Api) -> None:
    job = api.dli.job(137)
    job.script = {"fail_after": 1}
    job.job_config.update(restart_when_exception=True, resume_max_num=2)
    api.run(137)
    for _second in range(60):
        api.clock.advance(1)
        api.status(137)
    assert api.detail(137)["restart_times"] == 2
    assert api.status(137) == "job_running_exception"
    assert [item.actor for item in api.dli.ledger.find("restart")] == ["dli", "dli"]
    assert len(api.dli.ledger.starts()) == 1


def test_failed_job_resumes_from_checkpoint(api: Api) -> None:
    job = api.dli.job(137)
    job.script = {"fail_after": 10, "fail_times": 1}
    job.job_config.update(
        restart_when_exception=True, resume_checkpoint=True, checkpoint_enabled=True, checkpoint_interval=3
    )
    api.run(137)
    for _second in range(60):
        api.clock.advance(1)
        api.status(137)
    assert (api.status(137), api.detail(137)["restart_times"]) == ("job_running", 1)
    # Checkpoints at 3, 6 and 9 s of 10 numbers a second: the new run continues after the last checkpoint.
    assert api.dli.engine.numbers(job.handle)[0] == 91


def test_resume_continues_from_savepoint(api: Api) -> None:
    api.run(131, resume=True)
    api.clock.advance(7)
    assert api.dli.engine.numbers(api.dli.job(131).handle) == (141, 190)
    assert api.detail(131)["has_savepoint"] is False  # the start has removed the savepoint of the stop
    api.stop(131, savepoint=True)
    api.clock.advance(60)
    assert api.detail(131)["has_savepoint"] is True
    api.run(131, resume=True)
    api.clock.advance(2.1)
    assert api.dli.engine.numbers(api.dli.job(131).handle)[0] == 211  # and two seconds during the savepoint


def test_failed_submission_keeps_savepoint(api: Api) -> None:
    api.dli.job(131).script = {"submit_fail": "no"}
    api.run(131, resume=True)
    api.clock.advance(3)
    assert api.status(131) == "job_submit_fail"
    assert api.detail(131)["has_savepoint"] is True


def test_start_without_resume_has_no_state(api: Api) -> None:
    api.run(131)
    api.clock.advance(3)
    assert api.dli.engine.numbers(api.dli.job(131).handle)[0] == 1


@pytest.mark.parametrize("choice", ["job_running", "job_cancel_fail"])
def test_failed_savepoint(api: Api, choice: str) -> None:
    api.dli.settings.update({"savepoint_failure": choice})
    api.dli.job(131).script = {"savepoint_fail": "IO-problem detected"}
    api.run(131)
    api.clock.advance(3)
    api.stop(131, savepoint=True)
    api.clock.advance(3)
    assert (api.status(131), api.detail(131)["status_desc"]) == (choice, "IO-problem detected")


def test_stop_timeout(api: Api) -> None:
    api.dli.job(131).script = {"ignore_cancel": True}
    api.run(131)
    api.clock.advance(3)
    api.stop(131)
    api.clock.advance(29)
    assert api.status(131) == "job_canceling"
    api.clock.advance(2)
    assert api.status(131) == "job_cancel_fail"


def test_accept_lag_shows_previous_status(api: Api) -> None:
    api.dli.settings.update({"accept_lag": 5})
    before = api.detail(131)
    api.run(131)
    assert api.detail(131) == before | {"duration": api.detail(131)["duration"]}
    assert [job["job_id"] for job in api.list(status="job_cancel_success")["jobs"]].count(131) == 1
    # Only reads lag behind: a second start is refused.
    assert api.run(131)[1][0]["error_code"] == "DLI.13099"
    api.clock.advance(4.9)
    assert api.status(131) == "job_cancel_success"
    api.clock.advance(0.2)
    assert api.status(131) == "job_running"
    api.stop(131)
    assert api.status(131) == "job_running"
    api.clock.advance(5.1)
    assert api.status(131) == "job_cancel_success"


def test_accept_lag_of_stop_after_start(api: Api) -> None:
    api.dli.settings.update({"accept_lag": 5})
    api.run(131)
    api.clock.advance(3)
    assert api.stop(131)[0] == 200
    api.clock.advance(4)
    assert api.status(131) == "job_cancel_success"
    assert api.detail(131)["start_time"] == api.detail(131)["create_time"]
    api.clock.advance(2)
    assert api.detail(131)["start_time"] > api.detail(131)["create_time"]


@pytest.mark.parametrize(("choice", "started"), [("accept", 0), ("running", 2000)])
def test_start_time(api: Api, choice: str, started: int) -> None:
    api.dli.settings.update({"start_time_at": choice})
    now = int(api.clock.now() * 1000)
    api.run(201)
    assert api.detail(201)["start_time"] == (now if choice == "accept" else None)
    api.clock.advance(2)
    assert api.detail(201)["start_time"] == now + started


def test_update_time_changes_with_every_status(api: Api) -> None:
    times = [api.detail(131)["update_time"]]
    api.run(131)
    for _step in range(2):
        times.append(api.detail(131)["update_time"])
        api.clock.advance(2)
    times.append(api.detail(131)["update_time"])
    assert times[0] < times[1] < times[2] == times[3]


def test_clock_offset_does_not_affect_jobs(api: Api) -> None:
    api.run(131)
    api.clock.offset = 100_000
    assert api.status(131) == "job_submitting"
