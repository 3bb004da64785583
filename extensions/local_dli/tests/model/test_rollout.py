# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""New definitions of running jobs, definitions that fail, and rollbacks (dli-api.md 2.3, 7)."""

from __future__ import annotations

from typing import Any

import pytest
from local_dli.model.sql import ScriptError, markers
from support import Api

GOOD = "INSERT INTO a SELECT id FROM b"
OTHER = "INSERT INTO a SELECT id, 1 FROM b"


def create_job(api: Api, jar: bool = False, **body: Any) -> int:
    call = "/flink-jobs" if jar else "/sql-jobs"
    status, response = api.call("POST", call, {"name": "new", **({} if jar else {"sql_body": GOOD}), **body})
    assert status == 200, response
    return int(response["job"]["job_id"])


def update_job(api: Api, job_id: int, jar: bool = False, **body: Any) -> None:
    status, response = api.call("PUT", f"/{'flink' if jar else 'sql'}-jobs/{job_id}", body)
    assert status == 200, response


def start(api: Api, job_id: int, resume: bool = False, seconds: float = 3) -> str:
    status, response = api.run(job_id, resume=resume)
    assert status == 200, response
    api.clock.advance(seconds)
    return api.status(job_id)


def stop(api: Api, job_id: int, savepoint: bool = True) -> None:
    assert api.stop(job_id, savepoint=savepoint)[0] == 200
    api.clock.advance(10)
    assert api.status(job_id) == "job_cancel_success"


def numbers(api: Api, job_id: int) -> tuple[int, int]:
    found: tuple[int, int] = api.dli.engine.numbers(api.dli.job(job_id).handle)
    return found


def stopped_with_savepoint(api: Api, **body: Any) -> int:
    job_id = create_job(api, **body)
    assert start(api, job_id) == "job_running"
    stop(api, job_id)
    assert api.detail(job_id)["has_savepoint"] is True
    return job_id


def test_definition_that_fails_during_submission(api: Api) -> None:
    job_id = stopped_with_savepoint(api)
    update_job(api, job_id, sql_body=f"{GOOD}\n-- local-dli: {{submit_delay: 30, submit_fail: no such table}}\n")
    assert start(api, job_id, resume=True, seconds=29) == "job_submitting"
    api.clock.advance(2)
    detail = api.detail(job_id)
    assert (detail["status"], detail["status_desc"]) == ("job_submit_fail", "no such table")
    update_job(api, job_id, sql_body=GOOD)
    assert start(api, job_id, resume=True) == "job_running"
    assert numbers(api, job_id)[0] > 1


def test_definition_that_fails_while_running(api: Api) -> None:
    job_id = stopped_with_savepoint(api)
    update_job(api, job_id, sql_body=f"{GOOD} -- local-dli: {{fail_after: 5, fail_text: boom}}")
    assert start(api, job_id, resume=True) == "job_running"
    api.clock.advance(5)
    assert (api.status(job_id), api.detail(job_id)["status_desc"]) == ("job_running_exception", "boom")
    # The start has removed the savepoint of the stop, so the rollback cannot resume.
    update_job(api, job_id, sql_body=GOOD)
    assert api.run(job_id, resume=True)[1][0]["error_code"] == "DLI.13017"
    assert start(api, job_id) == "job_running"


def test_triggered_savepoint_remains_after_failed_definition(api: Api) -> None:
    job_id = create_job(api)
    start(api, job_id)
    api.call("POST", f"/jobs/{job_id}/savepoint", {"action": "TRIGGER", "savepoint_path": "bucket/own/"})
    api.clock.advance(3)
    stop(api, job_id, savepoint=False)
    update_job(api, job_id, sql_body=f"{GOOD} -- local-dli: {{fail_after: 0}}")
    assert start(api, job_id, resume=True) == "job_running_exception"
    update_job(api, job_id, sql_body=GOOD)
    assert start(api, job_id, resume=True) == "job_running"


@pytest.mark.parametrize(
    ("changes", "is_compatible"),
    [
        ({"sql_body": OTHER}, False),
        ({"parallel_number": 2}, False),
        ({"operator_config": '{"operator_list": []}'}, False),
        ({"sql_body": f"-- a comment\n  {GOOD}  "}, True),
        ({"cu_number": 8, "tm_cus": 4}, True),
        ({"operator_config": ""}, True),
        ({"checkpoint_enabled": True, "desc": "x"}, True),
    ],
)
@pytest.mark.parametrize("outcome", ["job_submit_fail", "job_running_exception", "accept"])
def test_savepoint_compatibility(api: Api, changes: dict[str, Any], is_compatible: bool, outcome: str) -> None:
    api.dli.settings.update({"incompatible_savepoint": outcome})
    job_id = stopped_with_savepoint(api)
    update_job(api, job_id, **changes)
    status = start(api, job_id, resume=True)
    if is_compatible or outcome == "accept":
        assert status == "job_running"
        return
    assert status == outcome
    assert "Cannot map checkpoint/savepoint state" in api.detail(job_id)["status_desc"]
    history = [item for _at, item in api.dli.job(job_id).history]
    assert ("job_running" in history[-2:]) is (outcome == "job_running_exception")


def test_rollback_after_incompatible_savepoint(api: Api) -> None:
    job_id = stopped_with_savepoint(api)
    last = 30  # ten numbers per second in three seconds, two of them during the savepoint
    update_job(api, job_id, sql_body=OTHER)
    assert start(api, job_id, resume=True) == "job_submit_fail"
    assert api.detail(job_id)["has_savepoint"] is True
    update_job(api, job_id, sql_body=GOOD)
    assert start(api, job_id, resume=True) == "job_running"
    assert numbers(api, job_id)[0] == last + 1


def test_start_without_resume_accepts_any_definition(api: Api) -> None:
    job_id = stopped_with_savepoint(api)
    update_job(api, job_id, sql_body=OTHER)
    assert start(api, job_id) == "job_running"
    assert numbers(api, job_id)[0] == 1


@pytest.mark.parametrize("body", [{"entrypoint": "other.jar"}, {"main_class": "a.C"}])
def test_savepoint_of_another_jar_is_incompatible(api: Api, body: dict[str, Any]) -> None:
    job_id = create_job(api, jar=True, entrypoint="some.jar", main_class="a.B")
    start(api, job_id)
    stop(api, job_id)
    update_job(api, job_id, jar=True, **body)
    assert start(api, job_id, resume=True) == "job_submit_fail"


def test_markers_in_arguments_of_jar_job(api: Api) -> None:
    job_id = create_job(api, jar=True, entrypoint_args='--x 1 local-dli: {"submit_fail": "no such class"}')
    assert start(api, job_id) == "job_submit_fail"
    assert api.detail(job_id)["status_desc"] == "no such class"


def test_checkpoint_compatibility(api: Api) -> None:
    job_id = create_job(api, checkpoint_enabled=True, checkpoint_interval=1)
    start(api, job_id, seconds=5)
    stop(api, job_id, savepoint=False)
    update_job(api, job_id, sql_body=OTHER)
    assert start(api, job_id, resume=True) == "job_submit_fail"
    update_job(api, job_id, sql_body=GOOD)
    assert start(api, job_id, resume=True) == "job_running"


def test_update_of_running_job_takes_effect_at_next_start(api: Api) -> None:
    """A job runs the submitted definition, so a savepoint after an update still belongs to the old definition."""
    api.dli.settings.update({"edit_active": "accept"})
    job_id = create_job(api)
    start(api, job_id)
    update_job(api, job_id, sql_body=OTHER)
    stop(api, job_id)
    assert start(api, job_id, resume=True) == "job_submit_fail"


def test_seeded_savepoint_belongs_to_seeded_definition(api: Api) -> None:
    update_job(api, 131, sql_body=OTHER)
    assert start(api, 131, resume=True) == "job_submit_fail"


def test_seeded_running_job_runs_seeded_definition(api: Api) -> None:
    api.dli.settings.update({"edit_active": "accept"})
    update_job(api, 207, sql_body=OTHER)
    stop(api, 207)
    assert start(api, 207, resume=True) == "job_submit_fail"


def test_import_of_seeded_savepoint(api: Api) -> None:
    seeded = api.dli.job(130).savepoints[0].path
    twin, other = create_job(api, sql_body=api.dli.job(130).sql_body), create_job(api, name="other")
    for job_id, status in ((twin, "job_running"), (other, "job_submit_fail")):
        body = {"job_id": job_id, "savepoint_path": f"obs://{seeded}"}
        assert api.call("POST", f"/jobs/{job_id}/import-savepoint", body)[0] == 200
        assert start(api, job_id, resume=True) == status


def test_restore_fail_marker(api: Api) -> None:
    job_id = stopped_with_savepoint(api)
    update_job(api, job_id, sql_body=f"{GOOD} -- local-dli: {{restore_fail: the savepoint is broken}}")
    assert start(api, job_id, resume=True) == "job_submit_fail"
    assert api.detail(job_id)["status_desc"] == "the savepoint is broken"
    assert start(api, job_id) == "job_running"


def test_import_then_resume(api: Api) -> None:
    """A job with the same script continues from the imported savepoint. A job with another script fails."""
    first = stopped_with_savepoint(api)
    path = api.dli.job(first).savepoints[-1].path
    folder = path.rpartition("/")[0]
    twin, other = create_job(api, name="second"), create_job(api, name="other", sql_body=OTHER)
    for job_id in (twin, other):
        body = {"job_id": job_id, "savepoint_path": f"obs://{folder}/"}
        assert api.call("POST", f"/jobs/{job_id}/import-savepoint", body)[0] == 200
        assert (api.detail(job_id)["savepoint_path"], api.detail(job_id)["has_savepoint"]) == (f"obs://{folder}/", True)
    assert start(api, twin, resume=True) == "job_running"
    assert numbers(api, twin)[0] == numbers(api, first)[1] + 1
    assert start(api, other, resume=True) == "job_submit_fail"


def test_import_selects_newest_savepoint_of_folder(api: Api) -> None:
    first = create_job(api)
    start(api, first)
    for _count in range(2):
        api.call("POST", f"/jobs/{first}/savepoint", {"action": "TRIGGER", "savepoint_path": "bucket/own/"})
        api.clock.advance(5)
    second = create_job(api, name="second")
    body = {"job_id": second, "savepoint_path": "obs://bucket/own"}
    assert api.call("POST", f"/jobs/{second}/import-savepoint", body)[0] == 200
    assert api.dli.job(second).restorable == api.dli.job(first).savepoints[-1].path
    assert len({item.path for item in api.dli.job(first).savepoints}) == 2


@pytest.mark.parametrize(("choice", "status"), [("trust", "job_running"), ("known", "job_submit_fail")])
def test_import_of_unknown_savepoint(api: Api, choice: str, status: str) -> None:
    api.dli.settings.update({"imported_savepoints": choice})
    body = {"job_id": 201, "savepoint_path": "obs://bucket/nowhere/"}
    assert api.call("POST", "/jobs/201/import-savepoint", body)[0] == 200
    assert start(api, 201, resume=True) == status


def test_reset_deletes_savepoints(api: Api) -> None:
    path = api.dli.job(stopped_with_savepoint(api)).savepoints[-1].path
    api.dli.reset()
    api.dli.settings.update({"imported_savepoints": "known"})
    api.call("POST", "/jobs/201/import-savepoint", {"job_id": 201, "savepoint_path": f"obs://{path}"})
    assert start(api, 201, resume=True) == "job_submit_fail"
    assert "Cannot find checkpoint or savepoint" in api.detail(201)["status_desc"]


def test_failures_are_counted_per_script(api: Api) -> None:
    job_id = create_job(api, sql_body=f"{GOOD} -- local-dli: {{fail_after: 0, fail_times: 1}}")
    assert [start(api, job_id), start(api, job_id)] == ["job_running_exception", "job_running"]
    stop(api, job_id)
    update_job(api, job_id, sql_body=f"{OTHER} -- local-dli: {{fail_after: 0, fail_times: 1}}")
    assert [start(api, job_id), start(api, job_id)] == ["job_running_exception", "job_running"]


def test_markers_in_a_seed(api: Api) -> None:
    api.dli.seed([{"job_id": 900, "status": "job_running", "sql_body": f"{GOOD} -- local-dli: {{fail_after: 2}}"}])
    assert api.status(900) == "job_running"
    api.clock.advance(3)
    assert api.status(900) == "job_running_exception"


def test_markers() -> None:
    text = "a -- local-dli: {fail_after: 1}\n/* local-dli: {run_for: 2, fail_after: 3} */ -- local-dli: nothing"
    assert markers(text) == {"fail_after": 3, "run_for": 2}


@pytest.mark.parametrize("marker", ["{nope: 1}", "{fail_after: [}", "{1}", "{fail_after: soon}", "{submit_fail: 1}"])
def test_invalid_markers_are_refused_on_write(api: Api, marker: str) -> None:
    with pytest.raises(ScriptError):
        markers(f"local-dli: {marker}")
    sql = {"name": "bad", "sql_body": f"{GOOD} -- local-dli: {marker}"}
    assert api.call("POST", "/sql-jobs", sql)[1]["error_code"] == "DLI.0001"
    assert api.call("PUT", "/sql-jobs/201", sql)[1]["error_code"] == "DLI.0001"
    jar = {"name": "bad", "entrypoint_args": f"local-dli: {marker}"}
    assert api.call("POST", "/flink-jobs", jar)[1]["error_code"] == "DLI.0001"
