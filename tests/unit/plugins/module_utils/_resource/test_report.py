# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The messages, the diff and the definition after one or several steps."""

from __future__ import annotations

import pytest

from ansible_collections.huaweicloud.cloud.plugins.module_utils._dli.batch_response import BatchResponse, ItemResponse
from ansible_collections.huaweicloud.cloud.plugins.module_utils._errors import ResponseLost, ServiceError

from ..fake_jobs import ResourceDli, job, run

LOST = ResponseLost("No complete response to the request to do it.")
REFUSED = ServiceError("Could not do it: HTTP 400 DLI.11016 (no).", 400, "DLI.11016")
REFUSED_ITEM = BatchResponse(elements=(ItemResponse(False, "DLI.13024", "no queue"),))
CREATE_AND_START = {"state": "started", "sql_body": "A"}
RESTART = {"desc": "B", "restart": "allowed"}
ENDS_ITSELF = BatchResponse(indeterminate="The response was lost.")


def running():
    return ResourceDli(job(7, "job_running"))


# The message of the task


@pytest.mark.parametrize(
    ("status", "given", "done", "would"),
    [
        ("job_running", {}, "Job 7 (a) is already in the requested state.", None),
        (None, {"state": "absent"}, "Job a is absent.", None),
        (None, {"state": "absent", "name": None, "job_id": "9"}, "Job 9 is absent.", None),
        (None, {}, "Created job 1001 (a).", "Would create job a."),
        (None, CREATE_AND_START, "Created and started job 1001 (a).", "Would create and start job a."),
        ("job_running", RESTART, "Stopped, updated and started job 7 (a).", "Would stop, update and start job 7 (a)."),
        ("job_running", {"tags": {"a": "1"}}, "Tagged job 7 (a).", "Would tag job 7 (a)."),
        ("job_running", {"state": "absent", "force": True}, "Deleted job 7 (a).", "Would delete job 7 (a)."),
    ],
)
def test_message_of_a_successful_task(status, given, done, would):
    dli = ResourceDli(*[job(7, status)] if status else [])
    assert run(dli, check_mode=True, **given).values["msg"] == (would or done)
    assert run(dli, **given).values["msg"] == done


def test_message_of_a_failed_task():
    dli = running()
    dli.faults["update"] = REFUSED
    assert run(dli, smn_topic="t").values["msg"] == f"Job 7 (a) is not in the requested state. {REFUSED}"
    dli.faults["update"] = LOST
    unknown = run(dli, smn_topic="t").values["msg"]
    assert unknown.startswith(f"Job 7 (a) may not be in the requested state. Outcome unknown. {LOST}")
    refused = run(ResourceDli(), state="started").values
    assert refused["msg"] == f"Job a n{refused['job']['msg'][1:]}"


# How to continue after a failed step


AGAIN = "run the task with state=started and resume_savepoint=true"


@pytest.mark.parametrize(
    ("call", "fault", "given", "msg"),
    [
        (
            "stop",
            REFUSED_ITEM,
            {},
            "Not stopped: the job has no queue (DLI.13024). Assign the job to a queue first. If another client may have stopped "
            "the job in the meantime, run the task again. The settings are unchanged. Run the task again or, if the job is "
            f"inactive by then, {AGAIN}.",
        ),
        (
            "update",
            REFUSED,
            {},
            f"Stopped (job_cancel_success). {REFUSED} The job is inactive now and has its previous settings. Fix the cause, "
            f"then {AGAIN}.",
        ),
        (
            "update",
            LOST,
            {"confirm_timeout": 1.0},
            f"Stopped (job_cancel_success). Outcome unknown. {LOST} Run the task again. Only values that differ are changed. "
            f"The job is inactive now and may have its new settings. Fix the cause, then {AGAIN}.",
        ),
        (
            "run",
            REFUSED_ITEM,
            {},
            "Stopped (job_cancel_success). Settings updated. Not started: the job has no queue (DLI.13024). Assign the job to a "
            f"queue first. The job has its new settings. Fix the cause, then {AGAIN}, or with resume_savepoint=false to start "
            "without Flink state.",
        ),
        (
            "run",
            REFUSED_ITEM,
            {"resume_savepoint": False},
            "Stopped (job_cancel_success). Settings updated. Not started: the job has no queue (DLI.13024). Assign the job to a "
            "queue first. The job has its new settings. Fix the cause, then run the task with state=started and "
            "resume_savepoint=false.",
        ),
        ("create_tags", REFUSED, {"tags": {"a": "1"}}, str(REFUSED)),
    ],
)
def test_recovery_after_a_failed_step_of_a_restart(call, fault, given, msg):
    dli = running()
    dli.faults[call] = fault
    assert run(dli, **RESTART, **given).values["job"]["msg"] == msg


def test_recovery_after_a_failed_step_without_a_restart():
    dli = ResourceDli()
    dli.faults["run"] = REFUSED_ITEM
    row = run(dli, **CREATE_AND_START).values["job"]
    assert row["msg"] == (
        "Created. Not started: the job has no queue (DLI.13024). Assign the job to a queue first. "
        "The earlier steps were completed. The task can be run again."
    )
    dli = ResourceDli(job(7, "job_init"))
    dli.faults["run"] = REFUSED_ITEM
    row = run(dli, state="started").values["job"]
    assert row["msg"] == "Not started: the job has no queue (DLI.13024). Assign the job to a queue first."


# The result after several steps


def test_stop_that_was_determined_from_the_status_is_reported_as_such():
    dli = running()
    dli.faults["stop"] = ENDS_ITSELF
    dli.clock.at(0.2, lambda: dli.set(7, "job_cancel_success"))
    row = run(dli, **RESTART).values["job"]
    assert row["msg"] == (
        "Stopped (job_cancel_success). This was determined from the job's status, because the response was lost or unclear. "
        "Settings updated. Start accepted."
    )
    assert (row["state"], row["changed"], row["reconciled"]) == ("restarted", True, True)


def test_stop_whose_effect_is_unknown_makes_the_change_unknown():
    """The job finishes by itself while the response to its stop is lost."""
    dli = running()
    dli.faults["stop"] = ENDS_ITSELF
    dli.clock.at(0.2, lambda: dli.set(7, "job_finish"))
    result = run(dli, state="stopped").values
    assert (result["changed"], result["actions"], result["failed"]) == (True, [], False)
    row = result["job"]
    assert (row["state"], row["changed"], row["status"], row["reconciled"]) == ("stopped", None, "job_finish", True)


def test_job_that_is_being_stopped_is_updated_and_started_when_it_is_inactive():
    dli = ResourceDli(job(7, "job_canceling"))
    dli.clock.at(3, lambda: dli.set(7, "job_cancel_success"))
    result = run(dli, state="started", desc="B").values
    assert (result["actions"], result["job"]["state"]) == (["update", "start"], "started")
    assert result["job"]["msg"] == "Unchanged: the job is already being stopped. Settings updated. Start accepted."


def test_job_deleted_between_steps_keeps_its_name():
    dli = ResourceDli(job(7, "job_init"))
    update_job = dli.update_job

    def update_and_delete(*arguments):
        update_job(*arguments)
        dli.jobs.clear()

    dli.update_job = update_and_delete
    row = run(dli, name="c", job_id="7", state="started").values["job"]
    assert (row["name"], row["state"], row["changed"], row["failed"]) == ("c", "not_found", True, True)


def test_job_deleted_by_another_client_before_its_deletion_is_absent():
    dli = ResourceDli(job(7))
    show_job = dli.show_job

    def delete_after_read(job_id, deadline=None):
        found = show_job(job_id, deadline)
        dli.jobs.clear()
        return found

    dli.show_job = delete_after_read
    result = run(dli, state="absent").values
    assert (result["changed"], result["failed"], result["actions"]) == (False, False, [])
    assert (result["msg"], result["job"]["state"]) == ("Job 7 (a) is absent.", "absent")


# Diff and definition


@pytest.mark.parametrize(
    ("exists", "given", "headers"),
    [
        (True, {"job_id": "7", "name": "c"}, ("a", "c")),
        (True, {"job_id": "7", "name": None}, ("a", "a")),
        (True, {"state": "absent"}, ("a", "a")),
        (False, {"state": "absent"}, ("a", "a")),
        (False, {"state": "absent", "job_id": "9", "name": None}, ("9", "9")),
        (False, {}, ("a", "a")),
    ],
)
def test_headers_of_the_diff(exists, given, headers):
    diff = run(ResourceDli(*[job(7)] if exists else []), **given).diff
    assert (diff["before_header"], diff["after_header"]) == headers


def test_diff_without_secrets():
    """A change of a secret is reported without its value."""
    sql = "CREATE TABLE a (id INT) WITH ('password' = '{}')"
    new = run(ResourceDli(), sql_body=sql.format("5ecret")).diff
    assert sql.format("********") in new["after"]
    changed = run(ResourceDli(job(7, sql_body=sql.format("0ld"))), sql_body=sql.format("5ecret"))
    assert changed.values["differences"] == ["sql_body"]
    assert changed.diff["after"] == changed.diff["before"] + "A masked value differs.\n"
    assert "5ecret" not in str(changed.diff) and "0ld" not in str(changed.diff)
    same = run(ResourceDli(job(7, sql_body=sql.format("5ecret"))), sql_body=sql.format("5ecret"))
    assert same.diff["after"] == same.diff["before"]


@pytest.mark.parametrize("check_mode", [True, False])
def test_tags_in_the_diff_and_the_definition(check_mode):
    new = run(ResourceDli(), check_mode, tags={"a": "1", "b": "2"}, show_detail=True)
    assert new.diff["after"] == "name: a\nstatus: job_init\ntags:\n  a: 1\n  b: 2\n"
    assert new.values["definition"]["tags"] == {"a": "1", "b": "2"}
    changed = run(ResourceDli(job(7), tags={"a": "1", "c": "3"}), check_mode, tags={"a": "2"}, show_detail=True)
    assert changed.diff["before"].endswith("tags:\n  a: 1\n  c: 3\n")
    assert changed.diff["after"].endswith("tags:\n  a: 2\n  c: 3\n")
    assert changed.values["definition"]["tags"] == {"a": "2", "c": "3"}
    untagged = run(ResourceDli(job(7), tags={"a": "1"}), check_mode, tags={}, purge_tags=True, show_detail=True)
    assert "tags" not in untagged.diff["after"] and "tags" not in untagged.values["definition"]
    unmanaged = run(ResourceDli(job(7), tags={"a": "1"}), check_mode, desc="B", show_detail=True)
    assert "tags" not in unmanaged.values["definition"]


def test_unchanged_settings_are_not_read_again():
    dli = ResourceDli(job(7, cu_number=4))
    assert run(dli, cu_number=4, show_detail=True).values["definition"]["cu_number"] == 4
    assert dli.call_names == ["list", "show"]


def test_settings_are_read_again_after_a_change():
    dli = ResourceDli(job(7, cu_number=2, obs_bucket="b"))
    assert run(dli, cu_number=4, show_detail=True).values["definition"]["obs_bucket"] == "b"
    assert dli.call_names == ["list", "show", "update", "show"] and dli.deadlines == [1600] * 4


def test_settings_of_a_job_that_was_deleted_after_its_change_are_empty():
    dli = ResourceDli(job(7))
    update_job = dli.update_job

    def update_and_delete(*arguments):
        update_job(*arguments)
        dli.jobs.clear()

    dli.update_job = update_and_delete
    assert run(dli, cu_number=4, show_detail=True).values["definition"] == {}


def test_warnings_of_a_task():
    dli = ResourceDli(job(7))
    dli.no_reads_after = "update"
    assert run(dli, cu_number=4, show_detail=True).warnings == [
        "The settings could not be read again: lost. The return value definition contains the expected settings."
    ]
