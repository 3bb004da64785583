# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A job as a resource, with a service in memory: requests, steps, results and messages."""

from __future__ import annotations

import copy
import re
from unittest import mock

import pytest
import yaml

from ansible_collections.huaweicloud.cloud.plugins.module_utils._batch.job_result import JobResult
from ansible_collections.huaweicloud.cloud.plugins.module_utils._dli.batch_response import BatchResponse, ItemResponse
from ansible_collections.huaweicloud.cloud.plugins.module_utils._dli.job import JAR, SQL
from ansible_collections.huaweicloud.cloud.plugins.module_utils._dli.job_settings import NOT_RESTORABLE, settings_of
from ansible_collections.huaweicloud.cloud.plugins.module_utils._errors import (
    InputError,
    NotDelivered,
    ResponseLost,
    ServiceError,
)
from ansible_collections.huaweicloud.cloud.plugins.modules import dli_streaming_jar_job, dli_streaming_sql_job

from ..fake_jobs import ResourceDli, job, run

LOST = ResponseLost("No complete response to the request to do it.")
REFUSED = ServiceError("Could not do it: HTTP 400 DLI.11016 (no). Authorise the bucket.", 400, "DLI.11016")


def predict_and_run(dli, **given):
    """Run in check mode and then for real, and compare the results. Return the result of the second run."""
    predicted = run(copy.deepcopy(dli), check_mode=True, **given).values
    reading = copy.deepcopy(dli)
    reading.calls.clear()
    run(reading, check_mode=True, **given)
    assert set(reading.call_names) <= {"list", "show", "tags"}
    result = run(dli, **given).values
    for member in ("changed", "failed", "actions", "differences"):
        assert predicted[member] == result[member]
    if given.get("wait"):
        return result
    if "create" in result["actions"]:
        assert predicted["job"]["job_id"] is None and result["job"].pop("job_id")
        predicted["job"].pop("job_id")
    assert predicted["job"] == result["job"]
    return result


#: status (None: no job), requested state, settings that differ, other options -> actions, state of the result.
WHILE_RUNNING, WHILE_STOPPED = {"resume_max_num": 3}, {"tm_cus": 3, "resume_max_num": 3}
CASES = [
    (None, "present", {}, {}, ["create"], "created"),
    (None, "present", {"operator_config": "[1]"}, {}, ["create", "update"], "created"),
    (None, "started", {}, {}, ["create", "start"], "created"),
    (None, "stopped", {}, {}, ["create"], "created"),
    (None, "absent", {}, {}, [], "absent"),
    ("job_init", "present", {}, {}, [], "unchanged"),
    ("job_init", "present", WHILE_STOPPED, {}, ["update"], "updated"),
    ("job_init", "started", WHILE_STOPPED, {}, ["update", "start"], "started"),
    ("job_init", "stopped", WHILE_STOPPED, {}, ["update"], "updated"),
    ("job_init", "stopped", {}, {}, [], "unchanged"),
    ("job_init", "absent", {}, {}, ["delete"], "deleted"),
    ("job_finish", "started", {}, {}, ["start"], "started"),
    ("job_cancel_success", "started", {}, {"resume_savepoint": True}, ["start"], "started"),
    ("job_running", "present", {}, {}, [], "unchanged"),
    ("job_running", "started", {}, {}, [], "unchanged"),
    ("job_running", "started", {}, {"wait": True}, [], "unchanged"),
    ("job_running", "present", WHILE_RUNNING, {}, ["update"], "updated"),
    ("job_running", "started", WHILE_RUNNING, {}, ["update"], "updated"),
    ("job_running", "present", WHILE_STOPPED, {}, [], "restart_needed"),
    ("job_running", "started", WHILE_STOPPED, {}, [], "restart_needed"),
    ("job_running", "present", WHILE_STOPPED, {"restart": "allowed"}, ["stop", "update", "start"], "restarted"),
    ("job_running", "started", WHILE_STOPPED, {"restart": "allowed"}, ["stop", "update", "start"], "restarted"),
    ("job_running", "stopped", WHILE_STOPPED, {}, ["stop", "update"], "stopped"),
    ("job_running", "stopped", {}, {}, ["stop"], "stopped"),
    ("job_running", "stopped", {}, {"wait": True}, ["stop"], "stopped"),
    ("job_running", "absent", {}, {}, [], "still_active"),
    ("job_running", "absent", {}, {"force": True}, ["delete"], "deleted"),
    ("job_submitting", "present", WHILE_STOPPED, {"restart": "allowed"}, ["stop", "update", "start"], "restarted"),
    ("job_savepointing", "stopped", {}, {}, [], "not_stoppable"),
    ("job_savepointing", "present", WHILE_STOPPED, {"restart": "allowed"}, [], "not_stoppable"),
    ("job_savepointing", "present", WHILE_RUNNING, {}, ["update"], "updated"),
    ("job_canceling", "stopped", {}, {}, [], "unchanged"),
    ("job_canceling", "present", WHILE_RUNNING, {}, ["update"], "updated"),
    ("job_canceling", "started", {}, {}, [], "not_startable"),
    ("job_arrearage_stopped", "started", WHILE_STOPPED, {}, ["update"], "not_startable"),
    ("job_future_status", "started", {}, {}, [], "not_startable"),
    ("job_future_status", "present", WHILE_STOPPED, {}, [], "restart_needed"),
]


@pytest.mark.parametrize(("status", "state", "differing", "more", "actions", "expected_state"), CASES)
def test_actions_and_state_of_each_case(status, state, differing, more, actions, expected_state):
    jobs = [] if status is None else [job(7, status, sql_body="A", has_savepoint=True)]
    dli = ResourceDli(*jobs)
    desired = {"sql_body": "A", **differing}
    result = predict_and_run(dli, state=state, **desired, **more)
    assert (result["actions"], result["job"]["state"]) == (actions, expected_state)
    assert result["changed"] is bool(actions)
    writes = [call for call in dli.call_names if call not in ("list", "show", "tags")]
    assert writes == [{"start": "run"}.get(action, action) for action in actions]
    successful = ("created", "updated", "started", "restarted", "stopped", "deleted", "absent", "unchanged")
    assert result["failed"] is (expected_state not in successful)
    if not actions and expected_state in ("unchanged", "absent", "restart_needed"):
        assert dli.call_names in (["list", "show"], ["list"]) or more.get("wait")


@pytest.mark.parametrize(
    ("options", "remedy"),
    [
        ({"cu_number": 4}, "Set restart=allowed, or stop the job first."),
        ({"sql_body": "B"}, "Set restart=allowed and resume_savepoint, or stop the job first."),
        ({"sql_body": "B", "resume_savepoint": False}, "Set restart=allowed, or stop the job first."),
        ({"sql_body": "B", "savepoint": False}, "Set restart=allowed, or stop the job first."),
    ],
)
def test_needed_restart_lists_all_required_options(options, remedy):
    dli = ResourceDli(job(7, "job_running", sql_body="A", has_savepoint=True))
    assert predict_and_run(dli, state="present", **options)["job"]["msg"].endswith(f"while the job is running. {remedy}")


@pytest.mark.parametrize("state", ["started", "stopped"])
def test_wait_includes_job_in_transition(state):
    dli = ResourceDli(job(7, {"started": "job_submitting", "stopped": "job_canceling"}[state]))
    dli.clock.at(3, lambda: dli.set(7, {"started": "job_running", "stopped": "job_cancel_success"}[state]))
    result = run(dli, state=state, wait=True).values
    assert (result["changed"], result["job"]["state"]) == (False, "unchanged")
    assert result["job"]["status"] == {"started": "job_running", "stopped": "job_cancel_success"}[state]


def test_job_being_stopped_is_changed_when_it_is_inactive():
    dli = ResourceDli(job(7, "job_canceling", sql_body="A"))
    dli.clock.at(3, lambda: dli.set(7, "job_cancel_success"))
    result = run(dli, sql_body="B").values
    assert (result["actions"], result["job"]["state"], result["job"]["status"]) == (["update"], "updated", "job_cancel_success")
    assert dli.clock.time >= 1003


def test_requests_by_id_and_with_tags():
    dli = ResourceDli(job(7), tags={"a": "1"})
    assert run(dli, name=None, job_id="7").values["job"]["state"] == "unchanged"
    assert dli.call_names == ["show"]
    dli.calls.clear()
    assert run(dli, tags={"a": 1}).values["changed"] is False
    assert dli.call_names == ["list", "show", "tags"]


def test_update_of_running_job_contains_only_differences():
    dli = ResourceDli(job(7, "job_running", obs_bucket="b", sql_body="A"))
    run(dli, obs_bucket="b", sql_body="A", smn_topic="t")
    assert dli.calls[-1] == ("update", SQL, 7, {"smn_topic": "t"})


RESTARTS = [
    # options, status, has_savepoint before -> trigger, resume
    ({}, "job_running", False, True, True),
    ({"savepoint": False}, "job_running", False, False, False),
    ({"savepoint": False, "resume_savepoint": True}, "job_running", True, False, True),
    ({"resume_savepoint": False}, "job_running", False, True, False),
    ({}, "job_submitting", False, True, False),
    ({}, "job_submitting", True, True, True),
]


@pytest.mark.parametrize(("more", "status", "saved", "trigger", "resume"), RESTARTS)
def test_savepoints_of_restart(more, status, saved, trigger, resume):
    dli = ResourceDli(job(7, status, sql_body="A", has_savepoint=saved))
    dli.creates_savepoints = status == "job_running"
    report = run(dli, desc="B", restart="allowed", **more)
    assert report.values["job"]["state"] == "restarted"
    assert [call for call in dli.calls if call[0] in ("stop", "run")] == [("stop", 7, trigger), ("run", 7, resume)]
    assert not report.warnings


@pytest.mark.parametrize("check_mode", [False, True])
@pytest.mark.parametrize("name", sorted(NOT_RESTORABLE & {field.name for field in settings_of(SQL)}))
def test_restart_after_incompatible_change_requires_resume_savepoint(name, check_mode):
    """dli-api.md 7.6; without a wait, the failure of a start from such a savepoint would not be reported."""
    desired = {name: 2 if name == "parallel_number" else "B", "restart": "allowed"}
    dli = ResourceDli(job(7, "job_running", sql_body="A", has_savepoint=True))
    result = run(dli, check_mode, **desired).values
    assert (result["actions"], result["job"]["state"], result["failed"]) == ([], "resume_undecided", True)
    assert result["msg"].startswith(f"Job 7 (a) not changed: a change of {name} can make the savepoint incompatible.")
    assert set(dli.call_names) <= {"list", "show"}
    assert run(dli, check_mode, **desired, resume_savepoint=False).warnings == []
    dli = ResourceDli(job(7, "job_running", sql_body="A", has_savepoint=True))
    (warning,) = run(dli, check_mode, **desired, resume_savepoint=True).warnings
    assert name in warning


def test_restart_without_savepoint_does_not_require_resume_savepoint():
    dli = ResourceDli(job(7, "job_running", sql_body="A"))
    result = run(dli, sql_body="B", restart="allowed", savepoint=False).values
    assert result["job"]["state"] == "restarted"


def test_restart_waits_for_stop_but_not_for_start():
    dli = ResourceDli(job(7, "job_running", sql_body="A"))
    result = run(dli, desc="B", restart="allowed").values
    assert result["job"]["status"] == "job_submitting"
    assert dli.call_names.index("update") > dli.call_names.index("stop") + 1
    assert result["job"]["msg"] == "Stopped (job_cancel_success). Settings updated. Start accepted."
    assert result["msg"] == "Stopped, updated and started job 7 (a)."
    assert result["job"]["status_before"] == "job_running"


def test_missing_savepoint_loses_no_state():
    dli = ResourceDli(job(7, "job_running", sql_body="A", has_savepoint=False))
    dli.creates_savepoints = False
    dli.faults["run"] = BatchResponse(elements=(ItemResponse(False, "DLI.13017", "none"),))
    result = run(dli, cu_number=4, restart="allowed").values
    assert (result["actions"], result["changed"]) == (["stop", "update"], True)
    assert result["job"]["error_code"] == "DLI.13017"
    assert "The job has its new settings." in result["job"]["msg"] and "state=started" in result["job"]["msg"]


def test_stop_that_times_out_changes_no_settings():
    dli = ResourceDli(job(7, "job_running", sql_body="A"))
    original = dli.set
    dli.set = lambda job_id, status, **more: original(job_id, status, **more) if status == "job_canceling" else None
    result = run(dli, desc="B", restart="allowed", wait_timeout=5.0).values
    assert (result["actions"], result["changed"], result["job"]["state"]) == (["stop"], True, "timed_out")
    assert result["job"]["status"] == "job_canceling" and "The settings are unchanged." in result["job"]["msg"]
    assert "update" not in dli.call_names and dli.clock.time < 1010


def test_update_refused_after_stop():
    dli = ResourceDli(job(7, "job_running", sql_body="A"))
    dli.faults["update"] = REFUSED
    result = run(dli, obs_bucket="b", desc="B", restart="allowed").values
    assert (result["actions"], result["changed"], result["failed"]) == (["stop"], True, True)
    row = result["job"]
    assert (row["state"], row["changed"], row["error_code"]) == ("refused", True, "DLI.11016")
    assert row["status"] == "job_cancel_success"
    assert "DLI.11016" in row["msg"] and "The job is inactive now and has its previous settings." in row["msg"]
    assert "resume_savepoint=true" in row["msg"] and "Authorise" in row["msg"]
    assert "run" not in dli.call_names


def test_job_that_finishes_before_its_stop_is_not_started_again():
    dli = ResourceDli(job(7, "job_running", sql_body="A"))
    show_job = dli.show_job

    def finish_after_read(job_id, deadline=None):
        found = show_job(job_id, deadline)
        dli.set(7, "job_finish")
        return found

    dli.show_job = finish_after_read
    report = run(dli, desc="B", restart="allowed")
    assert (report.values["actions"], report.values["job"]["state"]) == (["update"], "updated")
    assert report.warnings == ["The job became inactive before this task stopped it, so it was not started again."]


def test_failed_savepoint_keeps_job_running():
    dli = ResourceDli(job(7, "job_running", sql_body="A"))
    original = dli._batch
    dli._batch = lambda call, job_ids, flag, first, then: original(call, job_ids, flag, "job_savepointing", "job_running")
    result = run(dli, desc="B", restart="allowed").values
    assert (result["actions"], result["job"]["state"], result["job"]["status"]) == (["stop"], "failed", "job_running")
    assert "savepoint before it failed" in result["job"]["msg"] and "The settings are unchanged." in result["job"]["msg"]
    assert "update" not in dli.call_names


@pytest.mark.parametrize("state", ["present", "started"])
def test_incomplete_creation_continues_in_next_run(state):
    """The job is created once, and the next run of the task performs the remaining steps."""
    dli = ResourceDli()
    dli.faults["update"] = REFUSED
    given = {"sql_body": "A", "operator_config": "[1]", "state": state}
    result = run(dli, **given).values
    assert (result["actions"], result["changed"], result["job"]["state"]) == (["create"], True, "refused")
    assert result["job"]["job_id"] == 1001 and "can be run again" in result["msg"]
    again = predict_and_run(dli, **given)
    assert again["actions"] == ["update"] + (["start"] if state == "started" else [])
    assert dli.call_names.count("create") == 1


# Lost responses


def test_creation_with_lost_response_is_confirmed_from_list():
    dli = ResourceDli()
    dli.faults["create"] = (LOST,)
    result = run(dli, sql_body="A", state="started").values
    row = result["job"]
    assert (row["state"], row["changed"], row["reconciled"], row["job_id"]) == ("created", True, True, 1001)
    assert dli.call_names.count("create") == 1 and result["actions"] == ["create", "start"]


def test_creation_shown_late_is_confirmed():
    dli = ResourceDli()
    dli.faults["create"] = LOST
    dli.clock.at(3, lambda: dli.jobs.update({9: job(9, "job_init")}))
    row = run(dli, sql_body="A").values["job"]
    assert (row["state"], row["job_id"], row["reconciled"]) == ("created", 9, True)


def test_creation_with_lost_response_and_no_job_is_unknown():
    dli = ResourceDli()
    dli.faults["create"] = LOST
    result = run(dli, sql_body="A", state="started").values
    assert (result["job"]["state"], result["job"]["changed"], result["changed"]) == ("unknown", None, True)
    assert dli.call_names.count("create") == 1 and "run" not in dli.call_names
    assert 1009 <= dli.clock.time <= 1011


def test_creation_with_lost_response_and_several_jobs_of_the_name_is_unknown():
    dli = ResourceDli()
    dli.faults["create"] = LOST
    dli.clock.at(0.1, lambda: dli.jobs.update({8: job(8), 9: job(9)}))
    row = run(dli, sql_body="A").values["job"]
    assert (row["state"], row["changed"]) == ("unknown", None) and "8, 9" in row["msg"]


def test_update_with_lost_response_is_determined_from_job():
    dli = ResourceDli(job(7, sql_body="A"))
    dli.faults["update"] = (LOST,)
    row = run(dli, sql_body="B").values["job"]
    assert (row["state"], row["changed"], row["reconciled"]) == ("updated", True, True)
    assert row["msg"] == (
        "Settings updated. This was determined from the job's settings, because the response was lost or unclear."
    )
    assert dli.call_names.count("update") == 1


def test_update_with_unknown_outcome_starts_nothing():
    dli = ResourceDli(job(7, "job_running", sql_body="A"))
    dli.faults["update"] = LOST
    result = run(dli, desc="B", restart="allowed").values
    row = result["job"]
    assert (row["state"], row["changed"], result["changed"]) == ("unknown", True, True)
    assert dli.call_names.count("update") == 1 and "run" not in dli.call_names
    assert "may have its new settings" in row["msg"]


def test_single_update_with_lost_response_is_unknown():
    dli = ResourceDli(job(7, sql_body="A"))
    dli.faults["update"] = LOST
    result = run(dli, sql_body="B").values
    row = result["job"]
    assert (row["state"], row["changed"], row["failed"]) == ("unknown", None, True)
    assert row["msg"] == f"Outcome unknown. {LOST} Run the task again. Only values that differ are changed."
    assert result["msg"] == f"Job 7 (a) may not be in the requested state. {row['msg']}"


def test_job_deleted_during_update():
    dli = ResourceDli(job(7, sql_body="A"))
    dli.faults["update"] = LOST
    dli.clock.at(1, dli.jobs.clear)
    row = run(dli, sql_body="B").values["job"]
    assert (row["state"], row["changed"], row["msg"]) == ("failed", None, "Failed: the job was deleted in the meantime.")


def test_rejected_credentials_end_confirmation_at_once():
    dli = ResourceDli(job(7, sql_body="A"))
    dli.faults["update"] = (LOST,)
    show_job = dli.show_job

    def reject(job_id, deadline=None):
        if "update" in dli.call_names:
            raise ServiceError("Could not read job 7: HTTP 401", 401, "APIGW.0301")
        return show_job(job_id, deadline)

    dli.show_job = reject
    row = run(dli, sql_body="B").values["job"]
    assert row["state"] == "unknown" and "HTTP 401" in row["msg"]
    assert dli.clock.time == 1000


def test_failed_read_during_confirmation_is_repeated():
    dli = ResourceDli(job(7, sql_body="A"))
    dli.faults["update"] = (LOST,)
    show_job, failures = dli.show_job, [LOST, ServiceError("HTTP 500", 500, None)]

    def fail_twice(job_id, deadline=None):
        if "update" in dli.call_names and failures:
            raise failures.pop(0)
        return show_job(job_id, deadline)

    dli.show_job = fail_twice
    assert run(dli, sql_body="B").values["job"]["state"] == "updated"


@pytest.mark.parametrize("error", [REFUSED, NotDelivered("Could not do it: connection failed.")])
@pytest.mark.parametrize(("call", "given"), [("create", {"sql_body": "A", "name": "new"}), ("update", {"sql_body": "B"})])
def test_refused_creation_and_update(call, given, error):
    dli = ResourceDli(job(7, sql_body="A"))
    dli.faults[call] = error
    result = run(dli, state="started", **given).values
    assert (result["changed"], result["actions"]) == (False, [])
    assert (result["job"]["state"], result["job"]["changed"]) == ("refused", False)
    assert result["job"]["error_code"] == getattr(error, "code", None)
    assert str(error) in result["msg"]


def test_failed_read_between_steps_keeps_earlier_results():
    dli = ResourceDli(job(7, sql_body="A"))
    dli.no_reads_after = "update"
    result = run(dli, sql_body="B", state="started").values
    assert (result["actions"], result["changed"], result["job"]["state"]) == (["update"], True, "refused")
    assert "Not started." in result["job"]["msg"] and "can be run again" in result["job"]["msg"]


# Selection of the job


def test_selection_by_name_and_id():
    dli = ResourceDli(job(7), job(8), job(9, name="b"))
    result = predict_and_run(dli, sql_body="A")
    assert result["job"]["state"] == "ambiguous" and "7, 8" in result["job"]["msg"]
    assert predict_and_run(dli, state="absent")["job"]["state"] == "ambiguous"
    assert predict_and_run(dli, job_id="7", sql_body=None)["job"]["state"] == "unchanged"
    clash = predict_and_run(dli, job_id="7", name="b")
    assert clash["job"]["state"] == "ambiguous" and "job 9" in clash["job"]["msg"] and clash["differences"] == ["name"]
    renamed = predict_and_run(dli, job_id="7", name="c")
    assert (renamed["job"]["state"], renamed["job"]["name"], renamed["differences"]) == ("updated", "c", ["name"])
    assert dli.jobs[7].name == "c"
    missing = predict_and_run(dli, job_id="99", sql_body="A")
    assert (missing["job"]["state"], missing["job"]["error_code"]) == ("not_found", "DLI.16001")
    assert predict_and_run(dli, job_id="99", state="absent")["job"]["state"] == "absent"
    assert predict_and_run(dli, job_id="7", name="b", state="absent")["job"]["state"] == "deleted"


@pytest.mark.parametrize("state", ["started", "stopped"])
def test_misspelled_name_creates_no_empty_job(state):
    dli = ResourceDli()
    result = predict_and_run(dli, state=state, cu_number=4)
    assert result["job"]["state"] == "not_found" and "sql_body" in result["job"]["msg"]
    assert dli.jobs == {}


@pytest.mark.parametrize("state", ["present", "absent", "stopped"])
def test_job_of_another_type_is_refused(state):
    dli = ResourceDli(job(7, job_type="flink_jar_job"))
    assert predict_and_run(dli, state=state)["job"]["state"] == "wrong_type"
    assert run(dli, kind=JAR, state="present").values["job"]["state"] == "unchanged"
    edge = ResourceDli(job(7, job_type="flink_sql_edge_job"))
    assert predict_and_run(edge, state=state)["job"]["state"] == "wrong_type"


def test_job_type_cannot_be_changed():
    result = predict_and_run(ResourceDli(job(7, sql_body="A")), job_type="flink_sql_job", sql_body="B")
    assert result["job"]["state"] == "wrong_type" and "flink_opensource_sql_job" in result["job"]["msg"]
    assert result["differences"] == ["job_type", "sql_body"]


@pytest.mark.parametrize("given", [{"name": None}, {"name": " ", "job_id": ""}, {"job_id": "1,2"}, {"job_id": "x"}])
def test_options_without_a_valid_job_are_refused(given):
    with pytest.raises(InputError):
        run(ResourceDli(), **given)


# Tags


def test_tags_of_running_job_change_without_restart():
    dli = ResourceDli(job(7, "job_running"), tags={"a": "1", "b": "2", "c": "3"})
    result = predict_and_run(dli, tags={"a": "1", "b": "x", "d": "4"})
    assert (result["actions"], result["differences"], result["job"]["state"]) == (["tag"], ["tags"], "updated")
    assert dli.job_tags == {"a": "1", "b": "x", "c": "3", "d": "4"}
    result = predict_and_run(dli, tags={"a": "1"}, purge_tags=True)
    assert dli.job_tags == {"a": "1"} and result["changed"]
    assert predict_and_run(dli, tags={"a": "1"}, purge_tags=True)["changed"] is False


def test_tags_of_new_job_are_part_of_its_creation():
    dli = ResourceDli()
    result = predict_and_run(dli, sql_body="A", tags={"a": "1"})
    assert result["actions"] == ["create"] and result["differences"] == ["name", "sql_body", "tags"]
    assert dli.calls[-2][2]["tags"] == [{"key": "a", "value": "1"}] and dli.call_names[-1] == "tags"


NO_TAGS = "This region does not provide the API for the tags of existing jobs."


def without_tags(*jobs, code="APIGW.0101"):
    """Return a service of a region without the calls for tags."""
    dli = ResourceDli(*jobs)
    dli.tags = mock.Mock(side_effect=ServiceError(f"Could not read the tags: HTTP 404 {code}.", 404, code))
    return dli


@pytest.mark.parametrize("code", ["APIGW.0101", "APIG.0101"])
@pytest.mark.parametrize(
    ("status", "given", "actions", "warns"),
    [
        (None, {"tags": {"a": "1"}}, ["create"], True),
        (None, {"tags": {"a": "1"}, "state": "started"}, ["create", "start"], True),
        (None, {"tags": {}}, ["create"], False),
        (None, {}, ["create"], False),
        ("job_init", {"tags": {"a": "1"}}, [], True),
        ("job_init", {"tags": {}, "purge_tags": True}, [], True),
        ("job_init", {"tags": {"a": "1"}, "desc": "B"}, ["update"], True),
        ("job_init", {"tags": {"a": "1"}, "state": "started"}, ["start"], True),
        ("job_init", {"tags": {"a": "1"}, "state": "absent"}, ["delete"], False),
        ("job_init", {"desc": "B"}, ["update"], False),
    ],
)
@pytest.mark.parametrize("check_mode", [False, True])
def test_region_without_tags(code, status, given, actions, warns, check_mode):
    """The first run already warns, and everything except the tags is brought to the desired state."""
    dli = without_tags(*([job(7, status, sql_body="A")] if status else []), code=code)
    result = run(dli, check_mode, sql_body="A", **given)
    assert (result.values["failed"], result.values["actions"]) == (False, actions), result
    assert "tags" not in result.values["differences"] or not status
    warns = warns and not (check_mode and status is None)  # a job that does not exist has no tags to read
    assert [warning.startswith(NO_TAGS) for warning in result.warnings] == [True] * warns


@pytest.mark.parametrize("error", [LOST, REFUSED, ServiceError("Could not: HTTP 404 (a page).", 404, None)], ids=str)
def test_tags_of_new_job_that_cannot_be_read_for_another_reason(error):
    """The job was created, so the task does not fail, and there is no proof for a warning."""
    dli = ResourceDli()
    dli.tags = mock.Mock(side_effect=error)
    result = run(dli, sql_body="A", tags={"a": "1"})
    assert (result.values["actions"], result.values["failed"], list(result.warnings)) == (["create"], False, [])


@pytest.mark.parametrize("error", [LOST, REFUSED, ServiceError("Could not: HTTP 404 (a page).", 404, None)], ids=str)
def test_tags_of_existing_job_that_cannot_be_read_for_another_reason(error):
    dli = ResourceDli(job(7))
    dli.tags = mock.Mock(side_effect=error)
    with pytest.raises(type(error)):
        run(dli, tags={"a": "1"}, desc="B")
    assert "update" not in dli.call_names


def test_partial_tag_change():
    dli = ResourceDli(job(7, "job_running", sql_body="A"), tags={"a": "1"})
    dli.faults["delete_tags"] = REFUSED
    report = run(dli, tags={"b": "2"}, purge_tags=True, desc="B", restart="allowed")
    result = report.values
    assert (result["actions"], result["changed"], result["failed"], result["job"]["state"]) == (["tag"], True, True, "refused")
    assert dli.job_tags == {"a": "1", "b": "2"} and "stop" not in dli.call_names
    assert report.diff["before"].endswith("tags:\n  a: 1\n") and report.diff["after"].endswith("tags:\n  a: 1\n  b: 2\n")


@pytest.mark.parametrize("call", ["delete_tags", "create_tags"])
@pytest.mark.parametrize("carried_out", [True, False])
def test_tag_change_with_lost_response(call, carried_out):
    dli = ResourceDli(job(7), tags={"a": "1"})
    dli.faults[call] = (LOST,) if carried_out else LOST
    row = run(dli, tags={"b": "2"}, purge_tags=True).values["job"]
    if carried_out:
        assert (row["state"], row["changed"], row["reconciled"]) == ("updated", True, True)
        assert dli.job_tags == {"b": "2"}
    else:
        assert (row["state"], row["failed"]) == ("unknown", True)
        assert row["changed"] is (True if call == "delete_tags" else None)


# Settings in the result, and the diff


def test_settings_are_returned_only_with_show_detail():
    secret = "INSERT INTO a SELECT 'very private' FROM b"
    for given in ({}, {"state": "started"}, {"cu_number": 4}):
        dli = ResourceDli(job(7, sql_body=secret))
        assert "private" not in str(run(dli, sql_body=secret, **given).values)
    shown = run(ResourceDli(job(7, sql_body=secret, cu_number=2), tags={"a": "1"}), show_detail=True, tags={"a": "1"}).values
    assert shown["definition"] == {
        "name": "a",
        "job_type": "flink_opensource_sql_job",
        "sql_body": secret,
        "cu_number": 2,
        "tags": {"a": "1"},
    }


@pytest.mark.parametrize("check_mode", [True, False])
def test_settings_after_change(check_mode):
    dli = ResourceDli(job(7, cu_number=2))
    result = run(dli, check_mode, cu_number=4, checkpoint_mode="2", tags={"a": "1"}, show_detail=True).values
    settings = {name: result["definition"][name] for name in ("cu_number", "checkpoint_mode", "tags")}
    assert settings == {"cu_number": 4, "checkpoint_mode": "at_least_once", "tags": {"a": "1"}}
    gone = run(ResourceDli(job(7)), check_mode, state="absent", show_detail=True).values
    assert gone["definition"] == {}


def test_settings_that_cannot_be_read_after_change():
    dli = ResourceDli(job(7, cu_number=2))
    dli.faults["update"] = None
    dli.no_reads_after = "update"
    report = run(dli, cu_number=4, show_detail=True)
    assert report.values["changed"] and not report.values["failed"]
    assert report.values["definition"]["cu_number"] == 4 and "could not be read again" in report.warnings[0]


def test_diff_of_restart():
    dli = ResourceDli(job(7, "job_running", sql_body="A\nB", cu_number=2))
    diff = run(dli, sql_body="A\nC", restart="allowed", resume_savepoint=False).diff
    assert diff["before"] == (
        "cu_number: 2\njob_type: flink_opensource_sql_job\nname: a\nsql_body: |\n  A\n  B\nstatus: job_running\n"
    )
    assert diff["after"] == diff["before"].replace("  B\n", "  C\n").replace("job_running", "job_submitting")
    assert (diff["before_header"], diff["after_header"]) == ("a", "a")


def test_diff_of_new_unchanged_deleted_and_refused_job():
    new = run(ResourceDli(), sql_body="A", checkpoint_mode="1").diff
    assert (new["before"], new["after"]) == ("", "checkpoint_mode: exactly_once\nname: a\nsql_body: A\nstatus: job_init\n")
    same = run(ResourceDli(job(7)), state="present").diff
    assert same["before"] == same["after"] != ""
    gone = run(ResourceDli(job(7)), state="absent").diff
    assert gone["before"] and gone["after"] == ""
    refused = run(ResourceDli(job(7, "job_running")), sql_body="B").diff
    assert refused["before"] == refused["after"]


def test_wait_does_not_count_towards_overall_timeout():
    dli = ResourceDli(job(7, "job_running", sql_body="A"))
    original = dli._batch

    def slow(call, job_ids, flag, first, then):
        response = original(call, job_ids, flag, first, None)
        dli.clock.at(dli.clock.time - 1000 + 50, lambda: dli.set(7, then))
        return response

    dli._batch = slow
    result = run(dli, desc="B", restart="allowed", overall_timeout=20.0, wait_timeout=60.0, wait=True).values
    assert result["actions"] == ["stop", "update", "start"]
    assert (result["job"]["state"], result["job"]["status"]) == ("timed_out", "job_submitting")
    assert 1055 < dli.clock.time < 1065


# Documentation

MODULES = {SQL: dli_streaming_sql_job, JAR: dli_streaming_jar_job}
#: All states of a result: those of the resource, and those of steps that can fail.
STATES = {
    *("created", "updated", "started", "restarted", "stopped", "deleted", "absent", "unchanged"),
    *("restart_needed", "resume_undecided", "wrong_type", "ambiguous", "not_found", "not_reset"),
    *("not_startable", "not_stoppable", "still_active"),
    *("refused", "failed", "timed_out", "unknown"),
}


@pytest.mark.parametrize("kind", MODULES)
def test_all_states_and_members_are_documented(kind):
    returned = yaml.safe_load(MODULES[kind].RETURN)
    documented = " ".join(line.partition(" - ")[0] for line in returned["job"]["contains"]["state"]["description"])
    assert set(re.findall(r"\bV\((\w+)\)", documented)) == STATES
    assert {state for *_rest, state in CASES} <= STATES
    members = set(JobResult._fields)
    assert set(returned["job"]["contains"]) == set(returned["job"]["sample"]) == members
    actions = re.findall(r"\bV\((\w+)\)", " ".join(returned["actions"]["description"]))
    assert actions == ["create", "tag", "stop", "update", "reset", "start", "delete", "reset"]


@pytest.mark.parametrize("kind", MODULES)
def test_samples_are_one_result(kind):
    returned = yaml.safe_load(MODULES[kind].RETURN)
    row = returned["job"]["sample"]
    current, desired = ({"sql_body": "A"}, {"sql_body": "B"}) if kind == SQL else ({"entrypoint": "A"}, {"entrypoint": "B"})
    job_type = "flink_sql_job" if kind == SQL else "flink_jar_job"
    dli = ResourceDli(job(1001, "job_running", row["name"], job_type, parallel_number=1, **current))
    given = {"parallel_number": 4, "restart": "allowed", "resume_savepoint": False, **desired}
    result = run(dli, kind=kind, name=row["name"], **given).values
    for member in ("job", "actions", "differences", "msg"):
        assert result[member] == returned[member]["sample"]
