# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Polls of the event source: events, failed polls, connections, the end of the source."""

from __future__ import annotations

import logging

import pytest

from ansible_collections.huaweicloud.cloud.plugins.module_utils._errors import (
    InputError,
    NotDelivered,
    ResponseLost,
    ServiceError,
)
from ansible_collections.huaweicloud.cloud.plugins.module_utils._events.monitor import SourceError, new_monitor

from ..fakes import FakeDli, job
from .fakes import Connections, monitor

OUTAGE = NotDelivered("connection refused, hunter22")
KEYS = {"access_key": "AK123456", "secret_key": "SK123456"}
REJECTED = ServiceError("HTTP 401, hunter22", 401, "APIGW.0301")


def kinds(events):
    return [event["dli"]["kind"] for event in events]


def test_events_of_polls():
    dli = FakeDli(job(1, "job_running", start_time=5), job(2, "job_submit_fail", status_desc="no hunter22"))
    source = monitor(dli)
    (event,) = source.poll()
    assert (event["dli"]["job_id"], event["dli"]["kind"], event["dli"]["project_id"]) == (2, "failed", "0a1b")
    assert "********" in event["dli"]["msg"] and "hunter22" not in str(event)
    assert source.poll() == []
    dli.set(1, "job_running_exception")
    dli.set(2, "job_submitting")
    assert kinds(source.poll()) == ["changed", "failed"]
    del dli.jobs[2]
    assert kinds(source.poll()) == ["gone"]


def test_changes_to_other_statuses_are_not_reported():
    dli = FakeDli(job(1, "job_init"), job(2, "job_running"))
    source = monitor(dli, statuses=["job_running"])
    source.poll()
    dli.set(1, "job_submitting")
    dli.set(2, "job_submit_fail")
    assert kinds(source.poll()) == ["failed"]
    dli.set(1, "job_running")
    assert kinds(source.poll()) == ["changed"]


def test_selected_jobs():
    dli = FakeDli(job(1, "job_submit_fail"), job(2, "job_submit_fail"), job(3, "job_submit_fail", name="orders"))
    assert [event["dli"]["job_id"] for event in monitor(dli, job_ids=[2], job_names="orders").poll()] == [2, 3]


def test_missing_jobs_are_logged_once(caplog):
    source = monitor(FakeDli(job(1)), job_ids=[7], job_names=["nothing"])
    source.poll()
    source.poll()
    assert [record.getMessage() for record in caplog.records] == ["Not found: 7, nothing. Check job_ids and job_names."]


def test_poll_has_a_deadline():
    dli = FakeDli(job(1))
    monitor(dli, poll_timeout=20).poll()
    assert dli.deadlines == [1020.0]


# Automatic restarts


def test_automatic_restart_is_read_from_details():
    dli = FakeDli(job(1, "job_running"), job(2, "job_running"))
    source = monitor(dli, auto_restart_timeout=100)
    source.poll()
    for job_id, config in ((1, {"restart_when_exception": True}), (2, {"restart_when_exception": False})):
        dli.set(job_id, "job_running_exception", raw={"job_config": config})
    assert [(event["dli"]["job_id"], event["dli"]["kind"], event["dli"]["auto_restart"]) for event in source.poll()] == [
        (2, "failed", None),
        (1, "changed", "pending"),
    ]
    requests = len(dli.calls)
    assert source.poll() == [] and len(dli.calls) == requests + 1, "the details are read once"
    dli.clock.sleep(100)
    assert kinds(source.poll()) == ["failed"]


@pytest.mark.parametrize("config", [None, "text", {}, {"restart_when_exception": "true"}])
def test_unclear_details_mean_no_automatic_restart(config):
    assert kinds(monitor(FakeDli(job(1, "job_running_exception", raw={"job_config": config}))).poll()) == ["failed"]


def test_failed_read_of_details_loses_no_failure():
    dli = FakeDli(job(1, "job_running"))
    source = monitor(dli)
    source.poll()
    dli.set(1, "job_running_exception")
    dli.errors = [None, OUTAGE]
    assert source.poll() == []
    assert kinds(source.poll()) == ["failed"]


# Failed polls


def test_outage_is_reported_once_and_loses_nothing(caplog):
    dli = FakeDli(job(1, "job_running"))
    source = monitor(dli, interval=30)
    source.poll()
    dli.set(1, "job_submit_fail")
    dli.errors = [OUTAGE] * 6
    polls = [source.poll() for _poll in range(6)]
    assert [kinds(events) for events in polls] == [[], [], ["source_trouble"], [], [], []]
    (trouble,) = polls[2]
    assert trouble["dli"]["msg"] == "The jobs could not be read in 3 consecutive polls. connection refused, ********"
    assert trouble["dli"]["endpoint"] == "http://127.0.0.1:1" and trouble["dli"]["project_id"] == "0a1b"
    assert kinds(source.poll()) == ["source_recovered", "failed"]
    assert source.poll() == [] and source.pause == 30
    messages = [record.getMessage() for record in caplog.records]
    assert messages[0] == "Poll failed. connection refused, ******** Next poll in 30 s." and len(messages) == 7
    assert messages[-1] == "The jobs were read again after 6 failed polls." and "hunter22" not in caplog.text


def test_short_outage_is_not_reported():
    dli = FakeDli(job(1))
    source = monitor(dli)
    dli.errors = [OUTAGE, ResponseLost("lost")]
    assert [source.poll() for _poll in range(3)] == [[], [], []]


def test_trouble_before_the_first_observation():
    dli = FakeDli(job(1, "job_submit_fail"))
    source = monitor(dli, trouble_after=1)
    dli.errors = [OUTAGE]
    assert kinds(source.poll()) == ["source_trouble"]
    assert kinds(source.poll()) == ["source_recovered", "failed"]


@pytest.mark.parametrize(
    "interval, pauses",
    [(30, [30, 30, 60, 60, 60]), (1, [1, 1, 2, 4, 8, 16, 32, 60, 60]), (300, [300, 300, 300])],
)
def test_pause_after_failed_polls(interval, pauses):
    """Twice the previous pause, at most 60 seconds or the interval."""
    dli = FakeDli()
    source = monitor(dli, interval=interval)
    dli.errors = [OUTAGE] * (len(pauses) - 1)
    found = [source.pause]
    for _poll in range(len(pauses) - 1):
        source.poll()
        found.append(source.pause)
    assert found == pauses


def test_pause_after_weeks_of_failed_polls():
    dli = FakeDli()
    source = monitor(dli)
    dli.errors = [OUTAGE] * 20_000
    assert sum(len(source.poll()) for _poll in range(20_000)) == 1
    assert source.pause == 60


# Connections


def test_one_connection_for_polls_without_errors():
    connections = Connections(FakeDli())
    source = monitor(connections.dli, connections)
    for _poll in range(3):
        source.poll()
    assert connections.created == 1


def test_new_connection_after_an_error():
    connections = Connections(FakeDli())
    source = monitor(connections.dli, connections)
    connections.dli.errors = [None, OUTAGE, ServiceError("HTTP 500", 500, None)]
    for _poll in range(4):
        source.poll()
    assert connections.created == 3


def test_expired_credentials_are_renewed_in_the_same_poll(caplog):
    connections = Connections(FakeDli(job(1, "job_running")))
    source = monitor(connections.dli, connections)
    source.poll()
    connections.dli.set(1, "job_submit_fail")
    connections.dli.errors = [REJECTED]
    assert kinds(source.poll()) == ["failed"]
    assert connections.created == 2 and not caplog.records


def test_rejected_credentials_end_the_source():
    connections = Connections(FakeDli())
    source = monitor(connections.dli, connections)
    source.poll()
    connections.dli.errors = [REJECTED, REJECTED]
    with pytest.raises(SourceError, match=r"^HTTP 401, \*{8}$"):
        source.poll()
    assert len(connections.dli.calls) == 3, "one request with the old credentials, one with the new ones"


def test_credentials_rejected_at_the_start_are_used_once():
    connections = Connections(FakeDli())
    connections.dli.errors = [REJECTED]
    with pytest.raises(SourceError):
        monitor(connections.dli, connections).poll()
    assert connections.dli.calls == [("list", 0, None)]


def test_invalid_options_end_the_source_before_the_first_observation():
    dli = FakeDli()
    source = monitor(dli)
    dli.errors = [OUTAGE, InputError("Invalid project_name.")]
    source.poll()
    with pytest.raises(SourceError, match="Invalid project_name"):
        source.poll()


def test_credentials_file_that_cannot_be_read_later_does_not_end_the_source():
    connections = Connections(FakeDli())
    source = monitor(connections.dli, connections)
    source.poll()
    connections.dli.errors, connections.errors = [OUTAGE], [InputError("the file is empty")]
    assert [source.poll() for _poll in range(3)] == [[], [], []]


def test_other_errors_are_not_hidden():
    """A defect ends the source, instead of a source that never reports anything."""
    dli = FakeDli()
    source = monitor(dli)
    dli.errors = [KeyError("defect")]
    with pytest.raises(KeyError):
        source.poll()


# Start


def test_warnings_of_options_are_logged(caplog):
    monitor(FakeDli(), job_ids="1,1")
    assert [record.getMessage() for record in caplog.records] == [
        "The option job_ids contains 1 more than once. Each job is handled once."
    ]


@pytest.mark.parametrize(
    "args, message",
    [
        ({"intervall": 1}, "Unsupported options: intervall."),
        ({"interval": 0}, "Invalid interval: 0"),
        ({"region": "cn-north-4", **KEYS, "interval": 1}, "Invalid interval: 1. Specify at least 5 seconds."),
        ({"region": "cn-north-4", **KEYS, "secret_key": ""}, "Missing secret_key"),
        ({"region": "cn-north-4", **KEYS, "secret_key": "short"}, "Invalid secret_key in the options"),
    ],
)
def test_invalid_options_end_the_source_before_the_first_request(args, message):
    with pytest.raises(SourceError) as caught:
        new_monitor(args, {}, logging.getLogger("test"))
    assert str(caught.value).startswith(message) and "short" not in str(caught.value)
