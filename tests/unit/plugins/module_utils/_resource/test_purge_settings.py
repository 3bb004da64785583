# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The option ``purge_settings``: the values that reset settings, the requests, and the result if a reset is not possible."""

from __future__ import annotations

import pytest

from ansible_collections.huaweicloud.cloud.plugins.module_utils._dli.batch_response import BatchResponse, ItemResponse
from ansible_collections.huaweicloud.cloud.plugins.module_utils._dli.job import JAR, SQL
from ansible_collections.huaweicloud.cloud.plugins.module_utils._dli.job_settings import BY_NAME, LIST, OBJECT
from ansible_collections.huaweicloud.cloud.plugins.module_utils._errors import ResponseLost, ServiceError
from ansible_collections.huaweicloud.cloud.plugins.module_utils._resource.diff import (
    complete,
    diff,
    from_api,
    parse_definition,
    payload_for_update,
)

from ..fake_jobs import ResourceDli, job, run
from .test_diff import COMPARABLE, TABLE, detail, params
from .test_manage import predict_and_run

REFUSED = ServiceError("Could not update job 7: HTTP 400 DLI.12002 (no). Check the settings.", 400, "DLI.12002")
SPEC = {"cpu": 1, "memory": "4G"}


@pytest.mark.parametrize(("name", "kind"), [pair for pair in COMPARABLE if pair[0] not in ("name", "job_type")])
def test_value_that_resets_a_setting(name, kind):
    """It is the default or an empty value. The others cannot be removed, or are required."""
    _kinds, place, option, *_others = TABLE[name]
    # Other values than those that the service fills in.
    option = {"tm_slot_num": 3, "checkpoint_interval": 60}.get(name, option or ["one"])
    setting = BY_NAME[name]
    shown = detail(place, name, parse_definition(kind, params(kind, **{name: option}))[name])
    reset = complete(kind, shown, {})
    assert list(reset) == [name]
    if name in ("tm_slot_num", "checkpoint_interval", "feature", "sql_body", "entrypoint"):
        assert reset[name] is None and diff(kind, shown, reset) == [name]
    elif setting.kind == OBJECT:
        sent = payload_for_update(shown, reset)[name]
        assert sent == {"jobmanager_resource_spec": SPEC, "taskmanager_resource_spec": SPEC}
        assert diff(kind, shown, reset) == [name] and diff(kind, detail(place, name, sent), reset) == []
    else:
        empty = [] if setting.kind == LIST else ""
        assert reset[name] == (empty if setting.default is None else setting.default)
        assert diff(kind, detail(place, name, None), reset) == []


def test_members_of_an_object_are_reset():
    shown = {"job_config": {"resource_config": {"max_slot": 4, "jobmanager_resource_spec": {"cpu": 2, "memory": "8G"}}}}
    desired = parse_definition(SQL, params(SQL, resource_config={"jobmanager_resource_spec": {"cpu": 2}}))
    assert diff(SQL, shown, desired) == []
    completed = complete(SQL, shown, desired)
    assert diff(SQL, shown, completed) == ["resource_config"]
    specs = {"jobmanager_resource_spec": {"cpu": 2, "memory": "4G"}, "taskmanager_resource_spec": SPEC}
    assert payload_for_update(shown, completed) == {"resource_config": specs}


def test_type_name_and_generated_path_are_kept():
    config = {"checkpoint_enabled": True, "checkpoint_path": "b/generated"}
    shown = {"name": "a", "job_type": "flink_jar_job", "job_config": config}
    assert complete(JAR, shown, {}) == {"checkpoint_enabled": False}
    assert "checkpoint_path" not in from_api(JAR, shown)
    assert complete(SQL, {"name": "a", "job_type": "flink_sql_job", "job_config": {}}, {"name": "b"}) == {"name": "b"}


def test_settings_are_reset_with_a_request_of_their_own():
    """Defaults are documented. It is not documented that the service accepts every empty value."""
    dli = ResourceDli(job(7, "job_cancel_success", smn_topic="t", runtime_config='{"a": 1}', cu_number=4, desc="d"))
    result = predict_and_run(dli, desc="e", purge_settings=True)
    assert (result["actions"], result["job"]["state"], result["failed"]) == (["update", "reset"], "updated", False)
    assert result["msg"] == "Updated and reset job 7 (a)."
    sent = [fields for call, *_rest, fields in dli.calls if call == "update"]
    assert sent == [{"desc": "e", "cu_number": 2}, {"smn_topic": "", "runtime_config": ""}]
    assert predict_and_run(dli, desc="e", purge_settings=True)["changed"] is False
    assert predict_and_run(dli, desc="e")["changed"] is False


def test_other_steps_follow_a_refused_reset():
    dli = ResourceDli(job(7, "job_running", udf_jar_url="j", has_savepoint=True))
    dli.faults["update"] = REFUSED
    restart = {"state": "started", "restart": "allowed", "resume_savepoint": True}
    result = run(dli, purge_settings=True, **restart).values
    assert (result["actions"], result["changed"], result["failed"]) == (["stop", "start"], True, True)
    assert (result["job"]["state"], result["job"]["status"]) == ("not_reset", "job_submitting")
    assert (result["job"]["error_code"], result["differences"]) == ("DLI.12002", ["udf_jar_url"])
    assert "Not reset: udf_jar_url. Could not update job 7: HTTP 400 DLI.12002" in result["msg"]


def test_step_that_fails_after_a_refused_reset():
    dli = ResourceDli(job(7, "job_cancel_success", udf_jar_url="j", has_savepoint=False))
    dli.faults.update(update=REFUSED, run=BatchResponse(elements=(ItemResponse(False, "DLI.13017", "none"),)))
    result = run(dli, purge_settings=True, state="started", resume_savepoint=True).values
    assert (result["actions"], result["job"]["state"], result["job"]["error_code"]) == ([], "refused", "DLI.13017")
    assert "not reset: udf_jar_url. " in result["msg"]


def test_lost_response_to_a_reset():
    dli = ResourceDli(job(7, "job_cancel_success", udf_jar_url="j"))
    dli.faults["update"] = (ResponseLost("No complete response."),)
    result = run(dli, purge_settings=True).values
    assert (result["actions"], result["job"]["reconciled"], result["failed"]) == (["reset"], True, False)


@pytest.mark.parametrize(
    ("kind", "settings"), [(SQL, {"tm_slot_num": 3}), (SQL, {"checkpoint_interval": 60}), (JAR, {"feature": "basic"})]
)
def test_setting_that_cannot_be_reset(kind, settings):
    job_type = "flink_jar_job" if kind == JAR else "flink_sql_job"
    dli = ResourceDli(job(7, "job_cancel_success", job_type=job_type, **settings))
    result = predict_and_run(dli, kind=kind, purge_settings=True)
    assert (result["actions"], result["changed"], result["job"]["state"]) == ([], False, "not_reset")
    assert result["differences"] == list(settings)
    assert f"Job 7 (a) not reset: {', '.join(settings)}. An update cannot remove these settings." in result["msg"]
    assert predict_and_run(dli, kind=kind, purge_settings=True, **settings)["failed"] is False


@pytest.mark.parametrize(
    ("config", "differs"),
    [
        ({"checkpoint_interval": 10}, []),
        ({"checkpoint_interval": 30}, []),
        ({"checkpoint_interval": 60}, ["checkpoint_interval"]),
        ({"tm_slot_num": 1}, []),
        ({"tm_slot_num": 2}, ["tm_slot_num"]),
        ({"tm_slot_num": 4, "parallel_number": 4}, ["parallel_number"]),
    ],
)
def test_values_of_the_service_are_not_reset(config, differs):
    """The service fills in these settings if they are not specified, so a second run changes nothing."""
    existing = job(7, sql_body="A", **config)
    values = run(ResourceDli(existing), name="a", sql_body="A", purge_settings=True).values
    assert values["differences"] == differs


@pytest.mark.parametrize(("slots", "sent"), [(1, {"parallel_number": 2, "tm_slot_num": 1}), (3, {"parallel_number": 2})])
def test_specified_value_that_the_service_derives_is_sent_with_the_settings_that_change_it(slots, sent):
    """Otherwise the service derives another value, and the second run changes it."""
    dli = ResourceDli(job(7, sql_body="A", tm_slot_num=slots))
    values = run(dli, name="a", parallel_number=2, tm_slot_num=slots).values
    assert values["differences"] == ["parallel_number"] and [call[-1] for call in dli.calls if call[0] == "update"] == [sent]
