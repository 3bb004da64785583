# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The event source with real requests to the local DLI, without ansible-rulebook; tests/eda runs it with ansible-rulebook."""

from __future__ import annotations

import logging
import re

import pytest
from local_dli.server import serve

from ansible_collections.huaweicloud.cloud.plugins.module_utils._events.monitor import SourceError, new_monitor

INFO = "huaweicloud.cloud.dli_streaming_jobs_info"
LOGGER = logging.getLogger("test")


def events_of(monitor):
    return {event["dli"]["job_id"]: event["dli"] for event in monitor.poll()}


@pytest.fixture
def dli():
    """A local DLI with the example jobs."""
    with serve() as service:
        yield service


def test_first_poll_reports_failed_jobs(dli):
    events = events_of(new_monitor({}, dli.env(), LOGGER))
    kinds = {job_id: event["kind"] for job_id, event in events.items()}
    assert kinds == {137: "failed", 202: "failed", 204: "failed", 210: "action_required", 212: "action_required"}
    assert events[137]["has_savepoint"] is True and events[204]["has_savepoint"] is False
    assert {event["project_id"] for event in events.values()} == {dli.project_id}
    assert {event["endpoint"] for event in events.values()} == {dli.url}


def test_changes_of_selected_jobs(dli):
    monitor = new_monitor({"job_ids": "131", "job_names": ["orders_to_dws"], "interval": 1}, dli.env(), LOGGER)
    assert events_of(monitor) == {}
    for job_id in (131, 130, 138):
        dli.force(job_id, "job_running_exception", "disk full")
    assert {job_id: event["status_desc"] for job_id, event in events_of(monitor).items()} == {131: "disk full", 130: "disk full"}


def test_automatic_restart_is_recognised(dli):
    dli.settings.update({"restart_delay": 600.0})
    dli.seed([{"job_id": 1, "name": "restarts", "status": "job_running", "job_config": {"restart_when_exception": True}}])
    monitor = new_monitor({"job_ids": 1}, dli.env(), LOGGER)
    monitor.poll()
    dli.force(1, "job_running_exception")
    assert (events_of(monitor)[1]["kind"], events_of(monitor)) == ("changed", {})


@pytest.mark.parametrize("environment", ["env", "password_env", "agency_env"])
def test_expired_credentials_are_renewed(dli, environment, caplog):
    """More than once, unlike in a task, and without a failed poll."""
    monitor = new_monitor({}, getattr(dli, environment)(), LOGGER)
    monitor.poll()
    for _day in range(3):
        dli.expire_credentials()
        assert monitor.poll() == []
    assert not caplog.records


def test_secret_in_a_text_of_the_service_is_masked(dli, caplog):
    environ = dli.env()
    dli.force(131, "job_running_exception", f"failed with {environ['HW_SECRET_KEY']}")
    monitor = new_monitor({"job_ids": 131, "max_retries": 0}, environ, LOGGER)
    assert events_of(monitor)[131]["status_desc"] == "failed with ********"
    dli.faults.add("status", status=500, msg=f"error with {environ['HW_SECRET_KEY']}")
    assert monitor.poll() == []
    assert "error with ********" in caplog.text and environ["HW_SECRET_KEY"] not in caplog.text


def without_request_id(text):
    return re.sub(r"request ID [0-9a-f]+", "request ID", text)


@pytest.mark.parametrize(
    "changes",
    [
        {"HW_SECRET_KEY": "wrong-secret-key"},
        {"HW_ACCESS_KEY": "UNKNOWNACCESSKEY"},
        {"HW_PROJECT_ID": "", "HW_PROJECT_NAME": "other"},
    ],
)
def test_message_at_the_end_is_that_of_the_module(dli, ansible, changes):
    environ = {**dli.env(), **changes}
    with pytest.raises(SourceError) as caught:
        new_monitor({}, environ, LOGGER).poll()
    module = ansible.task({}, module=INFO, env=environ)
    assert without_request_id(str(caught.value)) == without_request_id(module.result["msg"])


def test_missing_permission_ends_the_source(dli):
    dli.faults.add("status", call="list", status=403, code="DLI.0003", msg="denied")
    with pytest.raises(SourceError, match="dli:jobs:list"):
        new_monitor({}, dli.env(), LOGGER).poll()


def test_hanging_service_is_a_failed_poll(dli):
    monitor = new_monitor({"poll_timeout": 1, "trouble_after": 1}, dli.env(), LOGGER)
    monitor.poll()
    dli.faults.add("hang", call="list")
    (event,) = monitor.poll()
    assert event["dli"]["kind"] == "source_trouble" and "timed out" in event["dli"]["msg"]
    (event,) = monitor.poll()
    assert event["dli"]["kind"] == "source_recovered"
