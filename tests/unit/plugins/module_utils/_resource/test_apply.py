# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The result of each step that changes a job: all members and the whole message, also after a lost response."""

from __future__ import annotations

import pytest

from ansible_collections.huaweicloud.cloud.plugins.module_utils._batch.job_result import JobResult
from ansible_collections.huaweicloud.cloud.plugins.module_utils._dli.job import JAR, SQL
from ansible_collections.huaweicloud.cloud.plugins.module_utils._errors import ResponseLost, ServiceError

from ..fake_jobs import ResourceDli, job, run

LOST = ResponseLost("No complete response to the request to do it.")
REFUSED = ServiceError("Could not do it: HTTP 400 DLI.11016 (no).", 400, "DLI.11016")
UNCLEAR = "because the response was lost or unclear."


def changed(state, msg, job_id=7, status="job_init", **members):
    """Return the result of the job, which has not been read as changed before."""
    before = {"status_before": None if state == "created" else "job_init", "changed": True}
    return JobResult(job_id, "a", state, status=status, msg=msg, **{**before, **members}).as_dict()


def draft(**settings):
    return ResourceDli(job(7, "job_init", **settings))


@pytest.mark.parametrize(
    ("kind", "settings"),
    [(SQL, {"sql_body": "A", "cu_number": 2}), (JAR, {"entrypoint": "a.jar", "main_class": "A"})],
)
def test_created_job(kind, settings):
    dli = ResourceDli()
    assert run(dli, kind=kind, **settings).values["job"] == changed("created", "Created.", 1001)
    assert dli.calls[-1] == ("create", kind, {"name": "a", **settings})


def test_created_job_with_lost_response():
    dli = ResourceDli()
    dli.faults["create"] = (LOST,)
    msg = f"Created. This was determined from the list of jobs, {UNCLEAR}"
    assert run(dli, sql_body="A").values["job"] == changed("created", msg, 1001, reconciled=True)


UNKNOWN_CREATION = {"job_id": None, "status": None, "status_before": None, "changed": None, "failed": True, "reconciled": True}


def test_creation_with_several_jobs_of_the_name():
    dli = ResourceDli()
    dli.faults["create"] = LOST
    dli.clock.at(0.1, lambda: dli.jobs.update({8: job(8), 9: job(9)}))
    msg = f"Outcome unknown. {LOST} 2 jobs have this name now: 8, 9. Set job_id to select one of them."
    assert run(dli, sql_body="A").values["job"] == changed("unknown", msg, **UNKNOWN_CREATION)


def test_creation_that_is_not_confirmed_in_time():
    dli = ResourceDli()
    dli.faults["create"] = LOST
    msg = f"Outcome unknown. {LOST} Run the task again. The job is created only if it does not exist."
    assert run(dli, sql_body="A").values["job"] == changed("unknown", msg, **UNKNOWN_CREATION)
    assert dli.deadlines[:2] == [1600, 1600] and set(dli.deadlines[2:-1]) == {1010}


def name_exists(code):
    return ServiceError(f"Could not create the job a: HTTP 400 {code} (in use).", 400, code)


@pytest.mark.parametrize("code", ["DLI.11004", "DLI.0006"])
@pytest.mark.parametrize("lag", [0, 3])
@pytest.mark.parametrize("state", ["present", "started"])
@pytest.mark.parametrize(
    ("ids", "job_id", "listed"),
    [((8,), 8, ""), ((8, 9), None, " The jobs 8, 9 have this name now.")],
)
def test_creation_of_a_job_that_another_client_creates(code, lag, state, ids, job_id, listed):
    """The list contains the job immediately, or after some seconds. No second creation is sent."""
    dli = ResourceDli()
    dli.faults["create"] = name_exists(code)
    add = {number: job(number) for number in ids}
    dli.clock.at(lag, lambda: dli.jobs.update(add))
    row = run(dli, sql_body="A", state=state).values["job"]
    cause = "another client created a job with this name in the meantime, or the list did not contain it yet."
    msg = f"Not created: {cause}{listed} Run the task again."
    assert row == changed("refused", msg, job_id, status=None, changed=False, failed=True, error_code=code, status_before=None)
    assert dli.call_names.count("create") == 1 and "run" not in dli.call_names


@pytest.mark.parametrize("code", ["DLI.11004", "DLI.0006"])
def test_creation_with_a_name_that_the_list_does_not_contain(code):
    dli = ResourceDli()
    dli.faults["create"] = name_exists(code)
    row = run(dli, sql_body="A").values["job"]
    msg = f"{name_exists(code)} The list of jobs contains no job with this name. Run the task again, or choose another name."
    assert row == changed("refused", msg, None, status=None, changed=False, failed=True, error_code=code, status_before=None)
    assert dli.clock.now() == 1010 and dli.call_names.count("create") == 1


def test_refused_creation_is_not_searched_for():
    dli = ResourceDli()
    dli.faults["create"] = REFUSED
    row = run(dli, sql_body="A").values["job"]
    assert (row["state"], row["msg"], dli.clock.now()) == ("refused", str(REFUSED), 1000)


@pytest.mark.parametrize(("overall_timeout", "ends"), [(600.0, 1010), (5.0, 1005)])
def test_confirmation_ends_with_its_timeout_or_with_the_task(overall_timeout, ends):
    dli = draft()
    dli.faults["update"] = LOST
    row = run(dli, desc="B", overall_timeout=overall_timeout).values["job"]
    assert row["state"] == "unknown" and dli.clock.now() == ends


def test_updated_job():
    dli = draft(sql_body="A")
    assert run(dli, sql_body="B").values["job"] == changed("updated", "Settings updated.")
    assert dli.deadlines == [1600] * 3


def test_updated_job_with_lost_response():
    dli = draft(sql_body="A")
    dli.faults["update"] = (LOST,)
    msg = f"Settings updated. This was determined from the job's settings, {UNCLEAR}"
    assert run(dli, sql_body="B").values["job"] == changed("updated", msg, reconciled=True)


def test_update_that_cannot_be_confirmed_reports_the_last_failed_read():
    dli = draft(sql_body="A")
    dli.faults["update"] = LOST
    dli.no_reads_after = "update"
    msg = f"Outcome unknown. {LOST} Run the task again. Only values that differ are changed. The last read failed: lost."
    assert run(dli, sql_body="B").values["job"] == changed("unknown", msg, changed=None, failed=True, reconciled=True)


def test_job_deleted_during_an_update_has_no_status():
    dli = draft(sql_body="A")
    dli.faults["update"] = LOST
    dli.clock.at(0.1, dli.jobs.clear)
    row = run(dli, sql_body="B").values["job"]
    msg = "Failed: the job was deleted in the meantime."
    assert row == changed("failed", msg, status=None, changed=None, failed=True, reconciled=True)


def test_refused_update():
    dli = draft(sql_body="A")
    dli.faults["update"] = REFUSED
    row = run(dli, sql_body="B").values["job"]
    assert row == changed("refused", str(REFUSED), changed=False, failed=True, error_code="DLI.11016")


def test_stop_of_a_job_that_cannot_be_read():
    """The batch of a start, a stop or a deletion reads the job again."""
    dli = ResourceDli(job(7, "job_running"))
    show_job = dli.show_job
    dli.list_jobs = None

    def show_once(job_id, deadline=None):
        if dli.calls:
            raise ServiceError("Could not read job 7: HTTP 500", 500, None)
        return show_job(job_id, deadline)

    dli.show_job = show_once
    dli.list_jobs = lambda *arguments, **options: show_once(7)
    row = run(dli, name=None, job_id="7", state="stopped").values["job"]
    assert (row["state"], row["changed"], row["failed"]) == ("refused", False, True)
    assert row["msg"] == "Not stopped. Could not read job 7: HTTP 500."


# Tags


@pytest.mark.parametrize(
    ("before", "given", "calls"),
    [
        ({}, {"tags": {"a": "1"}}, [("create_tags", 7, {"a": "1"})]),
        ({"a": "1"}, {"tags": {}, "purge_tags": True}, [("delete_tags", 7, {"a": "1"})]),
        ({"a": "1"}, {"tags": {"a": "2"}}, [("create_tags", 7, {"a": "2"}), ("tags", 7)]),
        (
            {"a": "1", "b": "1"},
            {"tags": {"c": "2"}, "purge_tags": True},
            [("create_tags", 7, {"c": "2"}), ("delete_tags", 7, {"a": "1", "b": "1"})],
        ),
        (
            {"a": "1", "b": "1"},
            {"tags": {"a": "2"}, "purge_tags": True},
            [("create_tags", 7, {"a": "2"}), ("tags", 7), ("delete_tags", 7, {"b": "1"})],
        ),
    ],
)
def test_requests_for_tags(before, given, calls):
    """No tag is removed to change its value, and tags are removed only after the new ones are set."""
    dli = ResourceDli(job(7, "job_init"), tags=before)
    assert run(dli, **given).values["job"] == changed("updated", "Tags updated.")
    assert dli.calls[3:] == calls


DETERMINED = f"Tags updated. This was determined from the job's tags, {UNCLEAR}"


@pytest.mark.parametrize(("call", "msg"), [("delete_tags", DETERMINED), ("create_tags", "Tags updated.")])
def test_tags_with_lost_response(call, msg):
    dli = ResourceDli(job(7, "job_init"), tags={"a": "1", "b": "1"})
    dli.faults[call] = (LOST,)
    row = run(dli, tags={"a": "2"}, purge_tags=True).values["job"]
    assert row == changed("updated", msg, reconciled=True)
    assert dli.job_tags == {"a": "2"}


#: Call with the fault, fault -> state, changed, tags afterwards, actions. Without a fault, the task sets a and c, and removes b.
TAG_FAULTS = {
    ("create_tags", "refused"): ("refused", False, {"a": "1", "b": "1"}, []),
    ("create_tags", "not carried out"): ("unknown", None, {"a": "1", "b": "1"}, []),
    ("create_tags", "lost response"): ("updated", True, {"a": "2", "c": "3"}, ["tag"]),
    ("delete_tags", "refused"): ("refused", True, {"a": "2", "b": "1", "c": "3"}, ["tag"]),
    ("delete_tags", "not carried out"): ("unknown", True, {"a": "2", "b": "1", "c": "3"}, ["tag"]),
    ("delete_tags", "lost response"): ("updated", True, {"a": "2", "c": "3"}, ["tag"]),
}


@pytest.mark.parametrize(("call", "fault"), TAG_FAULTS)
def test_tag_keeps_its_value_until_it_has_the_new_one(call, fault):
    state, is_changed, after, actions = TAG_FAULTS[call, fault]
    dli = ResourceDli(job(7, "job_init"), tags={"a": "1", "b": "1"})
    dli.faults[call] = {"refused": REFUSED, "not carried out": LOST, "lost response": (LOST,)}[fault]
    report = run(dli, tags={"a": "2", "c": "3"}, purge_tags=True)
    result = report.values
    assert (result["job"]["state"], result["job"]["changed"], result["actions"]) == (state, is_changed, actions)
    assert dli.job_tags == after
    assert report.diff["after"].endswith("tags:\n" + "".join(f"  {key}: {value}\n" for key, value in after.items()))


def test_value_that_the_service_does_not_replace():
    dli = ResourceDli(job(7, "job_init"), tags={"a": "1"})
    dli.change_tags = lambda *_arguments: None
    row = run(dli, tags={"a": "2"}).values["job"]
    msg = (
        "Outcome unknown. The service accepted the tags, but the module did not detect the new values. If the job keeps the "
        "previous values, remove these tags in another task first. Run the task again. Only values that differ are changed."
    )
    assert row == changed("unknown", msg, changed=None, failed=True, reconciled=True)
    assert dli.job_tags == {"a": "1"} and dli.clock.now() == 1010


def test_tags_that_are_not_confirmed_in_time():
    dli = ResourceDli(job(7, "job_init"), tags={"b": "1"})
    dli.faults["create_tags"] = LOST
    row = run(dli, tags={"a": "2"}).values["job"]
    msg = f"Outcome unknown. {LOST} Run the task again. Only values that differ are changed."
    assert row == changed("unknown", msg, changed=None, failed=True, reconciled=True)


def test_refused_tags_of_a_job_without_other_changes():
    dli = ResourceDli(job(7, "job_init"))
    dli.faults["create_tags"] = REFUSED
    result = run(dli, tags={"a": "1"}).values
    assert result["job"] == changed("refused", str(REFUSED), changed=False, failed=True, error_code="DLI.11016")
    assert result["actions"] == []


def test_refused_removal_after_tags_were_set():
    dli = ResourceDli(job(7, "job_init"), tags={"a": "1"})
    dli.faults["delete_tags"] = REFUSED
    result = run(dli, tags={"b": "2"}, purge_tags=True).values
    msg = f"{REFUSED} The earlier steps were completed. The task can be run again."
    assert result["job"] == changed("refused", msg, failed=True, error_code="DLI.11016")
    assert result["actions"] == ["tag"]


# Timeouts of several steps


def test_time_of_a_wait_is_not_available_to_later_waits():
    """The wait for the stop uses 2 s of the 60 s, so that the wait for the start ends after the other 58 s."""
    dli = ResourceDli(job(7, "job_running"))
    original = dli._batch
    dli._batch = lambda call, job_ids, flag, first, then: original(call, job_ids, flag, first, then if call == "stop" else None)
    row = run(dli, desc="B", restart="allowed", wait=True, wait_timeout=60.0).values["job"]
    assert row["state"] == "timed_out" and dli.clock.now() == 1060
    assert "Not running after 58 s." in row["msg"]
    update = dli.call_names.index("update")
    assert dli.deadlines[update] == 1602, "the wait does not count towards the time for requests"


def test_start_after_a_stop_that_used_all_time_is_not_waited_for():
    dli = ResourceDli(job(7, "job_running"))
    row = run(dli, desc="B", restart="allowed", wait=True, wait_timeout=2.0).values["job"]
    assert (row["state"], row["status"], dli.clock.now()) == ("timed_out", "job_submitting", 1002)
    assert "Not running after 0 s." in row["msg"]
