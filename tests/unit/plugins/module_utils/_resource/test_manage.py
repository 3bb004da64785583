# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A job as a resource over a service in memory: what is asked, what is done, what is said."""

from __future__ import annotations

import copy
import re
from dataclasses import fields

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

from ..fake_jobs import ResourceDli, go, job

LOST = ResponseLost("Could not do it: no complete answer.")
REFUSED = ServiceError("Could not do it: HTTP 400 DLI.11016 (no); authorise the bucket.", 400, "DLI.11016")


def both(dli, **given):
    """Run in check mode and for real; the predictions must hold. Return the real result."""
    foreseen = go(copy.deepcopy(dli), check_mode=True, **given).values
    reading = copy.deepcopy(dli)
    reading.calls.clear()
    go(reading, check_mode=True, **given)
    assert set(reading.words) <= {"list", "show", "tags"}
    result = go(dli, **given).values
    for member in ("changed", "failed", "actions", "differences"):
        assert foreseen[member] == result[member]
    if given.get("wait"):
        return result
    if "create" in result["actions"]:
        assert foreseen["job"]["job_id"] is None and result["job"].pop("job_id")
        foreseen["job"].pop("job_id")
    assert foreseen["job"] == result["job"]
    return result


#: status, state wanted, what differs, other options -> actions, state of the report. None: as it is.
LIVE, REST = {"resume_max_num": 3}, {"tm_cus": 3, "resume_max_num": 3}
CASES = [
    (None, "present", {}, {}, ["create"], "created"),
    (None, "present", {"operator_config": "[1]"}, {}, ["create", "update"], "created"),
    (None, "started", {}, {}, ["create", "start"], "created"),
    (None, "stopped", {}, {}, ["create"], "created"),
    (None, "absent", {}, {}, [], "absent"),
    ("job_init", "present", {}, {}, [], "unchanged"),
    ("job_init", "present", REST, {}, ["update"], "updated"),
    ("job_init", "started", REST, {}, ["update", "start"], "started"),
    ("job_init", "stopped", REST, {}, ["update"], "updated"),
    ("job_init", "stopped", {}, {}, [], "unchanged"),
    ("job_init", "absent", {}, {}, ["delete"], "deleted"),
    ("job_finish", "started", {}, {}, ["start"], "started"),
    ("job_cancel_success", "started", {}, {"resume_savepoint": True}, ["start"], "started"),
    ("job_running", "present", {}, {}, [], "unchanged"),
    ("job_running", "started", {}, {}, [], "unchanged"),
    ("job_running", "started", {}, {"wait": True}, [], "unchanged"),
    ("job_running", "present", LIVE, {}, ["update"], "updated"),
    ("job_running", "started", LIVE, {}, ["update"], "updated"),
    ("job_running", "present", REST, {}, [], "restart_needed"),
    ("job_running", "started", REST, {}, [], "restart_needed"),
    ("job_running", "present", REST, {"restart": "allowed"}, ["stop", "update", "start"], "restarted"),
    ("job_running", "started", REST, {"restart": "allowed"}, ["stop", "update", "start"], "restarted"),
    ("job_running", "stopped", REST, {}, ["stop", "update"], "stopped"),
    ("job_running", "stopped", {}, {}, ["stop"], "stopped"),
    ("job_running", "stopped", {}, {"wait": True}, ["stop"], "stopped"),
    ("job_running", "absent", {}, {}, [], "still_active"),
    ("job_running", "absent", {}, {"force": True}, ["delete"], "deleted"),
    ("job_submitting", "present", REST, {"restart": "allowed"}, ["stop", "update", "start"], "restarted"),
    ("job_savepointing", "stopped", {}, {}, [], "not_stoppable"),
    ("job_savepointing", "present", REST, {"restart": "allowed"}, [], "not_stoppable"),
    ("job_savepointing", "present", LIVE, {}, ["update"], "updated"),
    ("job_canceling", "stopped", {}, {}, [], "unchanged"),
    ("job_canceling", "present", LIVE, {}, ["update"], "updated"),
    ("job_canceling", "started", {}, {}, [], "not_startable"),
    ("job_arrearage_stopped", "started", REST, {}, ["update"], "not_startable"),
    ("job_word_of_tomorrow", "started", {}, {}, [], "not_startable"),
    ("job_word_of_tomorrow", "present", REST, {}, [], "restart_needed"),
]


@pytest.mark.parametrize(("status", "state", "differing", "more", "actions", "message"), CASES)
def test_every_way(status, state, differing, more, actions, message):
    there = [] if status is None else [job(7, status, sql_body="A", has_savepoint=True)]
    dli = ResourceDli(*there)
    wanted = {"sql_body": "A", **differing}
    result = both(dli, state=state, **wanted, **more)
    assert (result["actions"], result["job"]["state"]) == (actions, message)
    assert result["changed"] is bool(actions)
    writes = [word for word in dli.words if word not in ("list", "show", "tags")]
    assert writes == [{"start": "run"}.get(word, word) for word in actions]
    good = ("created", "updated", "started", "restarted", "stopped", "deleted", "absent", "unchanged")
    assert result["failed"] is (message not in good)
    if not actions and message in ("unchanged", "absent", "restart_needed"):
        assert dli.words in (["list", "show"], ["list"]) or more.get("wait")


@pytest.mark.parametrize("state", ["started", "stopped"])
def test_a_job_on_its_way_is_waited_for(state):
    dli = ResourceDli(job(7, {"started": "job_submitting", "stopped": "job_canceling"}[state]))
    dli.clock.at(3, lambda: dli.set(7, {"started": "job_running", "stopped": "job_cancel_success"}[state]))
    result = go(dli, state=state, wait=True).values
    assert (result["changed"], result["job"]["state"]) == (False, "unchanged")
    assert result["job"]["status"] == {"started": "job_running", "stopped": "job_cancel_success"}[state]


def test_a_job_that_is_being_stopped_is_changed_once_it_is_at_rest():
    dli = ResourceDli(job(7, "job_canceling", sql_body="A"))
    dli.clock.at(3, lambda: dli.set(7, "job_cancel_success"))
    result = go(dli, sql_body="B").values
    assert (result["actions"], result["job"]["state"], result["job"]["status"]) == (["update"], "updated", "job_cancel_success")
    assert dli.clock.time >= 1003


def test_requests_by_id_and_with_tags():
    dli = ResourceDli(job(7), tags={"a": "1"})
    assert go(dli, name=None, job_id="7").values["job"]["state"] == "unchanged"
    assert dli.words == ["show"]
    dli.calls.clear()
    assert go(dli, tags={"a": 1}).values["changed"] is False
    assert dli.words == ["list", "show", "tags"]


def test_only_what_differs_is_sent_while_it_runs():
    dli = ResourceDli(job(7, "job_running", obs_bucket="b", sql_body="A"))
    go(dli, obs_bucket="b", sql_body="A", smn_topic="t")
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
def test_savepoints_of_a_restart(more, status, saved, trigger, resume):
    dli = ResourceDli(job(7, status, sql_body="A", has_savepoint=saved))
    dli.saves = status == "job_running"
    report = go(dli, desc="B", restart="allowed", **more)
    assert report.values["job"]["state"] == "restarted"
    assert [call for call in dli.calls if call[0] in ("stop", "run")] == [("stop", 7, trigger), ("run", 7, resume)]
    assert not report.warnings


@pytest.mark.parametrize("check_mode", [False, True])
@pytest.mark.parametrize("name", sorted(NOT_RESTORABLE & {field.name for field in settings_of(SQL)}))
def test_whether_a_restart_resumes_that_no_savepoint_fits_has_to_be_said(name, check_mode):
    """dli-api.md 7.6; a job that was started from such a savepoint without being waited for would die unseen."""
    wanted = {name: 2 if name == "parallel_number" else "B", "restart": "allowed"}
    dli = ResourceDli(job(7, "job_running", sql_body="A", has_savepoint=True))
    result = go(dli, check_mode, **wanted).values
    assert (result["actions"], result["job"]["state"], result["failed"]) == ([], "resume_undecided", True)
    assert name in result["msg"] and set(dli.words) <= {"list", "show"}
    assert go(dli, check_mode, **wanted, resume_savepoint=False).warnings == []
    dli = ResourceDli(job(7, "job_running", sql_body="A", has_savepoint=True))
    (warning,) = go(dli, check_mode, **wanted, resume_savepoint=True).warnings
    assert name in warning


def test_a_restart_without_a_savepoint_has_nothing_to_decide():
    dli = ResourceDli(job(7, "job_running", sql_body="A"))
    result = go(dli, sql_body="B", restart="allowed", savepoint=False).values
    assert result["job"]["state"] == "restarted"


def test_a_restart_waits_for_the_stop_but_not_for_the_start():
    dli = ResourceDli(job(7, "job_running", sql_body="A"))
    result = go(dli, desc="B", restart="allowed").values
    assert result["job"]["status"] == "job_submitting"
    assert dli.words.index("update") > dli.words.index("stop") + 1
    assert result["job"]["msg"] == "stop accepted; now job_cancel_success, then settings changed, then start accepted"
    assert result["msg"] == "Stopped, updated and started job 7 a."
    assert result["job"]["status_before"] == "job_running"


def test_a_savepoint_that_was_not_made_loses_no_state():
    dli = ResourceDli(job(7, "job_running", sql_body="A", has_savepoint=False))
    dli.saves = False
    dli.faults["run"] = BatchResponse(elements=(ItemResponse(False, "DLI.13017", "none"),))
    result = go(dli, cu_number=4, restart="allowed").values
    assert (result["actions"], result["changed"]) == (["stop", "update"], True)
    assert result["job"]["error_code"] == "DLI.13017"
    assert "new settings" in result["job"]["msg"] and "state started" in result["job"]["msg"]


def test_a_stop_that_does_not_arrive():
    dli = ResourceDli(job(7, "job_running", sql_body="A"))
    original = dli.set
    dli.set = lambda job_id, status, **more: original(job_id, status, **more) if status == "job_canceling" else None
    result = go(dli, desc="B", restart="allowed", wait_timeout=5.0).values
    assert (result["actions"], result["changed"], result["job"]["state"]) == (["stop"], True, "timed_out")
    assert result["job"]["status"] == "job_canceling" and "settings are as they were" in result["job"]["msg"]
    assert "update" not in dli.words and dli.clock.time < 1010


def test_an_update_that_is_refused_after_the_stop():
    dli = ResourceDli(job(7, "job_running", sql_body="A"))
    dli.faults["update"] = REFUSED
    result = go(dli, obs_bucket="b", desc="B", restart="allowed").values
    assert (result["actions"], result["changed"], result["failed"]) == (["stop"], True, True)
    row = result["job"]
    assert (row["state"], row["changed"], row["error_code"]) == ("refused", True, "DLI.11016")
    assert row["status"] == "job_cancel_success"
    assert "DLI.11016" in row["msg"] and "at rest now, with the old settings" in row["msg"]
    assert "resume_savepoint true" in row["msg"] and "authorise" in row["msg"]
    assert "run" not in dli.words


def test_a_job_that_finishes_before_its_stop_is_not_started_again():
    dli = ResourceDli(job(7, "job_running", sql_body="A"))
    looked = dli.show_job

    def finishing(job_id, deadline=None):
        found = looked(job_id, deadline)
        dli.set(7, "job_finish")
        return found

    dli.show_job = finishing
    report = go(dli, desc="B", restart="allowed")
    assert (report.values["actions"], report.values["job"]["state"]) == (["update"], "updated")
    assert "not started again" in report.warnings[-1]


def test_a_savepoint_that_fails_leaves_the_job_running():
    dli = ResourceDli(job(7, "job_running", sql_body="A"))
    original = dli._batch
    dli._batch = lambda word, job_ids, flag, first, then: original(word, job_ids, flag, "job_savepointing", "job_running")
    result = go(dli, desc="B", restart="allowed").values
    assert (result["actions"], result["job"]["state"], result["job"]["status"]) == (["stop"], "failed", "job_running")
    assert "savepoint before it, has failed" in result["job"]["msg"] and "settings are as they were" in result["job"]["msg"]
    assert "update" not in dli.words


@pytest.mark.parametrize("state", ["present", "started"])
def test_a_new_job_that_is_not_done_with(state):
    """It is created and not started twice, and what is left can be done by another run of the task."""
    dli = ResourceDli()
    dli.faults["update"] = REFUSED
    given = {"sql_body": "A", "operator_config": "[1]", "state": state}
    result = go(dli, **given).values
    assert (result["actions"], result["changed"], result["job"]["state"]) == (["create"], True, "refused")
    assert result["job"]["job_id"] == 1001 and "can be run again" in result["msg"]
    again = both(dli, **given)
    assert again["actions"] == ["update"] + (["start"] if state == "started" else [])
    assert dli.words.count("create") == 1


# Lost answers


def test_a_creation_that_was_carried_out_though_its_answer_was_lost():
    dli = ResourceDli()
    dli.faults["create"] = (LOST,)
    result = go(dli, sql_body="A", state="started").values
    row = result["job"]
    assert (row["state"], row["changed"], row["reconciled"], row["job_id"]) == ("created", True, True, 1001)
    assert dli.words.count("create") == 1 and result["actions"] == ["create", "start"]


def test_a_creation_that_shows_late():
    dli = ResourceDli()
    dli.faults["create"] = LOST
    dli.clock.at(3, lambda: dli.jobs.update({9: job(9, "job_init")}))
    row = go(dli, sql_body="A").values["job"]
    assert (row["state"], row["job_id"], row["reconciled"]) == ("created", 9, True)


def test_a_creation_nobody_knows_of():
    dli = ResourceDli()
    dli.faults["create"] = LOST
    result = go(dli, sql_body="A", state="started").values
    assert (result["job"]["state"], result["job"]["changed"], result["changed"]) == ("unknown", None, False)
    assert dli.words.count("create") == 1 and "run" not in dli.words
    assert 1009 <= dli.clock.time <= 1011


def test_a_creation_after_which_several_bear_the_name():
    dli = ResourceDli()
    dli.faults["create"] = LOST
    dli.clock.at(0.1, lambda: dli.jobs.update({8: job(8), 9: job(9)}))
    row = go(dli, sql_body="A").values["job"]
    assert (row["state"], row["changed"]) == ("unknown", None) and "8, 9" in row["msg"]


def test_an_update_that_was_carried_out_though_its_answer_was_lost():
    dli = ResourceDli(job(7, sql_body="A"))
    dli.faults["update"] = (LOST,)
    row = go(dli, sql_body="B").values["job"]
    assert (row["state"], row["changed"], row["reconciled"]) == ("updated", True, True)
    assert dli.words.count("update") == 1


def test_an_update_nobody_knows_of():
    dli = ResourceDli(job(7, "job_running", sql_body="A"))
    dli.faults["update"] = LOST
    result = go(dli, desc="B", restart="allowed").values
    row = result["job"]
    assert (row["state"], row["changed"], result["changed"]) == ("unknown", True, True)
    assert dli.words.count("update") == 1 and "run" not in dli.words
    assert "nobody knows which settings" in row["msg"]


def test_an_update_alone_nobody_knows_of():
    dli = ResourceDli(job(7, sql_body="A"))
    dli.faults["update"] = LOST
    row = go(dli, sql_body="B").values["job"]
    assert (row["state"], row["changed"], row["failed"]) == ("unknown", None, True)


def test_a_job_that_vanishes_under_an_update():
    dli = ResourceDli(job(7, sql_body="A"))
    dli.faults["update"] = LOST
    dli.clock.at(1, dli.jobs.clear)
    row = go(dli, sql_body="B").values["job"]
    assert (row["state"], row["changed"], row["msg"]) == ("failed", None, "it was deleted meanwhile")


def test_a_sign_in_that_dies_ends_the_confirming_at_once():
    dli = ResourceDli(job(7, sql_body="A"))
    dli.faults["update"] = (LOST,)
    shown = dli.show_job

    def closing(job_id, deadline=None):
        if "update" in dli.words:
            raise ServiceError("Could not read job 7: HTTP 401", 401, "APIGW.0301")
        return shown(job_id, deadline)

    dli.show_job = closing
    row = go(dli, sql_body="B").values["job"]
    assert row["state"] == "unknown" and "HTTP 401" in row["msg"]
    assert dli.clock.time == 1000


def test_a_look_that_fails_while_confirming_is_repeated():
    dli = ResourceDli(job(7, sql_body="A"))
    dli.faults["update"] = (LOST,)
    shown, failures = dli.show_job, [LOST, ServiceError("HTTP 500", 500, None)]

    def stumbling(job_id, deadline=None):
        if "update" in dli.words and failures:
            raise failures.pop(0)
        return shown(job_id, deadline)

    dli.show_job = stumbling
    assert go(dli, sql_body="B").values["job"]["state"] == "updated"


@pytest.mark.parametrize("error", [REFUSED, NotDelivered("Could not do it: not reached.")])
@pytest.mark.parametrize(("word", "given"), [("create", {"sql_body": "A", "name": "new"}), ("update", {"sql_body": "B"})])
def test_what_is_refused(word, given, error):
    dli = ResourceDli(job(7, sql_body="A"))
    dli.faults[word] = error
    result = go(dli, state="started", **given).values
    assert (result["changed"], result["actions"]) == (False, [])
    assert (result["job"]["state"], result["job"]["changed"]) == ("refused", False)
    assert result["job"]["error_code"] == getattr(error, "code", None)
    assert str(error).rstrip(".") in result["msg"]


def test_a_look_that_fails_between_two_steps_hides_nothing():
    dli = ResourceDli(job(7, sql_body="A"))
    dli.no_reads_after = "update"
    result = go(dli, sql_body="B", state="started").values
    assert (result["actions"], result["changed"], result["job"]["state"]) == (["update"], True, "refused")
    assert "not started" in result["job"]["msg"] and "can be run again" in result["job"]["msg"]


# Which job


def test_names_and_ids():
    dli = ResourceDli(job(7), job(8), job(9, name="b"))
    result = both(dli, sql_body="A")
    assert result["job"]["state"] == "ambiguous" and "7, 8" in result["job"]["msg"]
    assert both(dli, state="absent")["job"]["state"] == "ambiguous"
    assert both(dli, job_id="7", sql_body=None)["job"]["state"] == "unchanged"
    clash = both(dli, job_id="7", name="b")
    assert clash["job"]["state"] == "ambiguous" and "job 9" in clash["job"]["msg"] and clash["differences"] == ["name"]
    renamed = both(dli, job_id="7", name="c")
    assert (renamed["job"]["state"], renamed["job"]["name"], renamed["differences"]) == ("updated", "c", ["name"])
    assert dli.jobs[7].name == "c"
    missing = both(dli, job_id="99", sql_body="A")
    assert (missing["job"]["state"], missing["job"]["error_code"]) == ("not_found", "DLI.16001")
    assert both(dli, job_id="99", state="absent")["job"]["state"] == "absent"
    assert both(dli, job_id="7", name="b", state="absent")["job"]["state"] == "deleted"


@pytest.mark.parametrize("state", ["started", "stopped"])
def test_a_slip_in_a_name_makes_no_empty_job(state):
    dli = ResourceDli()
    result = both(dli, state=state, cu_number=4)
    assert result["job"]["state"] == "not_found" and "sql_body" in result["job"]["msg"]
    assert dli.jobs == {}


@pytest.mark.parametrize("state", ["present", "absent", "stopped"])
def test_a_job_of_another_type(state):
    dli = ResourceDli(job(7, job_type="flink_jar_job"))
    assert both(dli, state=state)["job"]["state"] == "wrong_type"
    assert go(dli, kind=JAR, state="present").values["job"]["state"] == "unchanged"
    edge = ResourceDli(job(7, job_type="flink_sql_edge_job"))
    assert both(edge, state=state)["job"]["state"] == "wrong_type"


def test_a_type_that_cannot_change():
    result = both(ResourceDli(job(7, sql_body="A")), job_type="flink_sql_job", sql_body="B")
    assert result["job"]["state"] == "wrong_type" and "flink_opensource_sql_job" in result["job"]["msg"]
    assert result["differences"] == ["job_type", "sql_body"]


@pytest.mark.parametrize("given", [{"name": None}, {"name": " ", "job_id": ""}, {"job_id": "1,2"}, {"job_id": "x"}])
def test_options_that_name_no_job(given):
    with pytest.raises(InputError):
        go(ResourceDli(), **given)


# Tags


def test_tags_of_a_running_job_change_without_a_restart():
    dli = ResourceDli(job(7, "job_running"), tags={"a": "1", "b": "2", "c": "3"})
    result = both(dli, tags={"a": "1", "b": "x", "d": "4"})
    assert (result["actions"], result["differences"], result["job"]["state"]) == (["tag"], ["tags"], "updated")
    assert dli.job_tags == {"a": "1", "b": "x", "c": "3", "d": "4"}
    result = both(dli, tags={"a": "1"}, purge_tags=True)
    assert dli.job_tags == {"a": "1"} and result["changed"]
    assert both(dli, tags={"a": "1"}, purge_tags=True)["changed"] is False


def test_tags_of_a_new_job_go_with_its_creation():
    dli = ResourceDli()
    result = both(dli, sql_body="A", tags={"a": "1"})
    assert result["actions"] == ["create"] and result["differences"] == ["name", "sql_body", "tags"]
    assert dli.calls[-1][2]["tags"] == [{"key": "a", "value": "1"}]


def test_tags_that_are_half_done():
    dli = ResourceDli(job(7, "job_running", sql_body="A"), tags={"a": "1"})
    dli.faults["create_tags"] = REFUSED
    report = go(dli, tags={"a": "2"}, desc="B", restart="allowed")
    result = report.values
    assert (result["actions"], result["changed"], result["failed"], result["job"]["state"]) == (["tag"], True, True, "refused")
    assert dli.job_tags == {} and "stop" not in dli.words
    assert "tags:" in report.diff["before"] and "tags:" not in report.diff["after"]


@pytest.mark.parametrize("word", ["delete_tags", "create_tags"])
@pytest.mark.parametrize("carried_out", [True, False])
def test_tags_whose_answer_is_lost(word, carried_out):
    dli = ResourceDli(job(7), tags={"a": "1"})
    dli.faults[word] = (LOST,) if carried_out else LOST
    row = go(dli, tags={"a": "2"}).values["job"]
    if carried_out:
        assert (row["state"], row["changed"], row["reconciled"]) == ("updated", True, True)
        assert dli.job_tags == {"a": "2"}
    else:
        assert (row["state"], row["failed"]) == ("unknown", True)
        assert row["changed"] is (True if word == "create_tags" else None)


# What is told


def test_settings_are_told_only_if_wanted():
    secret = "INSERT INTO a SELECT 'very private' FROM b"
    for given in ({}, {"state": "started"}, {"cu_number": 4}):
        dli = ResourceDli(job(7, sql_body=secret))
        assert "private" not in str(go(dli, sql_body=secret, **given).values)
    shown = go(ResourceDli(job(7, sql_body=secret, cu_number=2), tags={"a": "1"}), show_detail=True, tags={"a": "1"}).values
    assert shown["definition"] == {
        "name": "a",
        "job_type": "flink_opensource_sql_job",
        "sql_body": secret,
        "cu_number": 2,
        "tags": {"a": "1"},
    }


@pytest.mark.parametrize("check_mode", [True, False])
def test_settings_after_a_change(check_mode):
    dli = ResourceDli(job(7, cu_number=2))
    result = go(dli, check_mode, cu_number=4, checkpoint_mode="2", tags={"a": "1"}, show_detail=True).values
    settings = {name: result["definition"][name] for name in ("cu_number", "checkpoint_mode", "tags")}
    assert settings == {"cu_number": 4, "checkpoint_mode": "at_least_once", "tags": {"a": "1"}}
    gone = go(ResourceDli(job(7)), check_mode, state="absent", show_detail=True).values
    assert gone["definition"] == {}


def test_settings_that_cannot_be_read_again():
    dli = ResourceDli(job(7, cu_number=2))
    dli.faults["update"] = None
    dli.no_reads_after = "update"
    report = go(dli, cu_number=4, show_detail=True)
    assert report.values["changed"] and not report.values["failed"]
    assert report.values["definition"]["cu_number"] == 4 and "could not be read again" in report.warnings[0]


def test_the_diff():
    dli = ResourceDli(job(7, "job_running", sql_body="A\nB", cu_number=2))
    diff = go(dli, sql_body="A\nC", restart="allowed", resume_savepoint=False).diff
    assert diff["before"] == (
        "cu_number: 2\njob_type: flink_opensource_sql_job\nname: a\nsql_body: |\n  A\n  B\nstatus: job_running\n"
    )
    assert diff["after"] == diff["before"].replace("  B\n", "  C\n").replace("job_running", "job_submitting")
    assert (diff["before_header"], diff["after_header"]) == ("a", "a")


def test_the_diff_of_what_is_new_unchanged_or_gone():
    new = go(ResourceDli(), sql_body="A", checkpoint_mode="1").diff
    assert (new["before"], new["after"]) == ("", "checkpoint_mode: exactly_once\nname: a\nsql_body: A\nstatus: job_init\n")
    same = go(ResourceDli(job(7)), state="present").diff
    assert same["before"] == same["after"] != ""
    gone = go(ResourceDli(job(7)), state="absent").diff
    assert gone["before"] and gone["after"] == ""
    refused = go(ResourceDli(job(7, "job_running")), sql_body="B").diff
    assert refused["before"] == refused["after"]


def test_waiting_takes_nothing_from_the_deadline_of_the_rest():
    dli = ResourceDli(job(7, "job_running", sql_body="A"))
    original = dli._batch

    def slow(word, job_ids, flag, first, then):
        answer = original(word, job_ids, flag, first, None)
        dli.clock.at(dli.clock.time - 1000 + 50, lambda: dli.set(7, then))
        return answer

    dli._batch = slow
    result = go(dli, desc="B", restart="allowed", overall_timeout=20.0, wait_timeout=60.0, wait=True).values
    assert result["actions"] == ["stop", "update", "start"]
    assert (result["job"]["state"], result["job"]["status"]) == ("timed_out", "job_submitting")
    assert 1055 < dli.clock.time < 1065


# What is documented

MODULES = {SQL: dli_streaming_sql_job, JAR: dli_streaming_jar_job}
#: Every state that a row can have: those of the resource, and those of the steps that can fail.
STATES = {
    *("created", "updated", "started", "restarted", "stopped", "deleted", "absent", "unchanged"),
    *("restart_needed", "resume_undecided", "wrong_type", "ambiguous", "not_found"),
    *("not_startable", "not_stoppable", "still_active"),
    *("refused", "failed", "timed_out", "unknown"),
}


@pytest.mark.parametrize("kind", MODULES)
def test_every_state_and_member_is_documented(kind):
    returned = yaml.safe_load(MODULES[kind].RETURN)
    explained = " ".join(line.partition(" - ")[0] for line in returned["job"]["contains"]["state"]["description"])
    assert set(re.findall(r"\bV\((\w+)\)", explained)) == STATES
    assert {message for *_rest, message in CASES} <= STATES
    members = {member.name for member in fields(JobResult)}
    assert set(returned["job"]["contains"]) == set(returned["job"]["sample"]) == members
    words = re.findall(r"\bV\((\w+)\)", " ".join(returned["actions"]["description"]))
    assert words == ["create", "tag", "stop", "update", "start", "delete"]


@pytest.mark.parametrize("kind", MODULES)
def test_the_samples_are_one_result(kind):
    returned = yaml.safe_load(MODULES[kind].RETURN)
    row = returned["job"]["sample"]
    was, wanted = ({"sql_body": "A"}, {"sql_body": "B"}) if kind == SQL else ({"entrypoint": "A"}, {"entrypoint": "B"})
    job_type = "flink_sql_job" if kind == SQL else "flink_jar_job"
    dli = ResourceDli(job(1001, "job_running", row["name"], job_type, parallel_number=1, **was))
    given = {"parallel_number": 4, "restart": "allowed", "resume_savepoint": False, **wanted}
    result = go(dli, kind=kind, name=row["name"], **given).values
    for member in ("job", "actions", "differences", "msg"):
        assert result[member] == returned[member]["sample"]
