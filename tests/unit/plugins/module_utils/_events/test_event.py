# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The events: their members, messages and IDs."""

from __future__ import annotations

import pytest

from ansible_collections.huaweicloud.cloud.plugins.module_utils._events.changes import (
    ACTION_REQUIRED,
    CHANGED,
    DONE,
    FAILED,
    GONE,
    PENDING,
    Change,
    ObservedJob,
)
from ansible_collections.huaweicloud.cloud.plugins.module_utils._events.event import (
    SOURCE_TROUBLE,
    Origin,
    job_event,
    source_event,
)

ORIGIN = Origin("0a1b", "https://dli.cn-north-4.myhuaweicloud.com")
FAILURE = ObservedJob(131, "orders", "job_running_exception", "disk full", "flink_queue", True, 5, 0)


def plain(text):
    return text


def test_members_of_a_failure():
    event = job_event(Change(FAILED, FAILURE, "job_running", 2, is_repeatable=True), ORIGIN, plain)
    assert event["dli"] == {
        "kind": "failed",
        "msg": "Job 131 (orders) failed: job_running_exception (stopped by a runtime error). Failures: 2. Reason: disk full.",
        "job_id": 131,
        "name": "orders",
        "status": "job_running_exception",
        "status_before": "job_running",
        "status_desc": "disk full",
        "queue_name": "flink_queue",
        "has_savepoint": True,
        "start_time": 5,
        "restart_times": 0,
        "failures": 2,
        "reminder": 0,
        "auto_restart": None,
        "project_id": "0a1b",
        "endpoint": "https://dli.cn-north-4.myhuaweicloud.com",
    }


def test_event_of_the_source_has_the_same_members():
    trouble = source_event(SOURCE_TROUBLE, "The jobs could not be read.", ORIGIN, plain)
    of_job = job_event(Change(CHANGED, FAILURE, "job_running"), ORIGIN, plain)
    assert list(trouble["dli"]) == list(of_job["dli"]) and set(trouble) == {"dli"}
    assert (trouble["dli"]["kind"], trouble["dli"]["job_id"], trouble["dli"]["failures"]) == ("source_trouble", None, 0)


RUNNING = ObservedJob(131, "orders", "job_running")
ARREARS = ObservedJob(131, "orders", "job_arrearage_stopped")


@pytest.mark.parametrize(
    "change, message",
    [
        (Change(FAILED, FAILURE, FAILURE.status, 1, 2), "Job 131 (orders) is still failed: job_running_exception (stopped by a"
            " runtime error). Failures: 1. Reminder 2. Reason: disk full."),
        (Change(ACTION_REQUIRED, ARREARS), "Job 131 (orders) requires an action: job_arrearage_stopped (stopped because the"
            " account is in arrears)."),
        (Change(CHANGED, RUNNING, "job_submitting"), "Job 131 (orders) changed from job_submitting to job_running (running)."),
        (Change(CHANGED, RUNNING), "Job 131 (orders) is new: job_running (running)."),
        (Change(CHANGED, RUNNING, "job_running"), "Job 131 (orders) was started again: job_running (running)."),
        (Change(CHANGED, RUNNING, "job_running", auto_restart=DONE), "Job 131 (orders) was started again: job_running (running)."
            " DLI restarted it automatically."),
        (Change(CHANGED, FAILURE, "job_running", auto_restart=PENDING), "Job 131 (orders) changed from job_running to"
            " job_running_exception (stopped by a runtime error). DLI restarts it automatically. Reason: disk full."),
        (Change(GONE, RUNNING, "job_running"), "Job 131 (orders) was deleted or is no longer selected. Its last status was"
            " job_running."),
    ],
)
def test_message(change, message):
    assert job_event(change, ORIGIN, plain)["dli"]["msg"] == message


def test_deleted_job_has_no_status():
    event = job_event(Change(GONE, RUNNING, "job_running"), ORIGIN, plain)
    assert (event["dli"]["status"], event["dli"]["status_before"]) == (None, "job_running")


def test_long_reason_is_shortened():
    long = FAILURE._replace(status_desc="at\n java " * 1000)
    event = job_event(Change(FAILED, long, "job_running", 1), ORIGIN, plain)
    assert len(event["dli"]["status_desc"]) == 200 and len(event["dli"]["msg"]) < 400 and "\n" not in event["dli"]["msg"]


def event_id(job=FAILURE, origin=ORIGIN):
    return job_event(Change(FAILED, job, None, 1, is_repeatable=True), origin, plain)["meta"]["uuid"]


def test_id_of_a_failure_is_stable():
    assert event_id() == event_id(FAILURE._replace(status_desc="other", has_savepoint=False)) == (
        "b45ebd3c-d0f4-5ba1-9e4a-cdeb33572abd"
    )


@pytest.mark.parametrize(
    "job, origin",
    [
        (FAILURE._replace(start_time=6), ORIGIN),
        (FAILURE._replace(job_id=132), ORIGIN),
        (FAILURE._replace(status="job_submit_fail"), ORIGIN),
        (FAILURE, ORIGIN._replace(project_id="other")),
    ],
)
def test_id_of_another_failure_differs(job, origin):
    assert event_id(job, origin) != event_id()


def test_other_events_have_no_id():
    assert "meta" not in job_event(Change(FAILED, FAILURE, None, 1, 1), ORIGIN, plain)
    assert "meta" not in job_event(Change(CHANGED, RUNNING), ORIGIN, plain)


def test_texts_of_the_service_are_masked():
    """Members that rules compare are not masked."""
    job = FAILURE._replace(status_desc="password hunter22failed", name="hunter22")

    def mask(text):
        return text.replace("hunter22", "*").replace("failed", "#")

    event = job_event(Change(FAILED, job, "job_running", 1), ORIGIN, mask)
    assert event["dli"]["kind"] == "failed" and event["dli"]["name"] == "*"
    assert "hunter22" not in str(event) and event["dli"]["status_desc"] == "password *#"
