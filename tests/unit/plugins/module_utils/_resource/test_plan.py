# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The plan for one job: its steps, or the whole result if there are none."""

from __future__ import annotations

import pytest

from ansible_collections.huaweicloud.cloud.plugins.module_utils._batch.job_result import JobResult
from ansible_collections.huaweicloud.cloud.plugins.module_utils._batch.operations.delete import Delete
from ansible_collections.huaweicloud.cloud.plugins.module_utils._batch.operations.start import Start
from ansible_collections.huaweicloud.cloud.plugins.module_utils._batch.operations.stop import Stop
from ansible_collections.huaweicloud.cloud.plugins.module_utils._dli.job import JAR, SQL
from ansible_collections.huaweicloud.cloud.plugins.module_utils._errors import InputError
from ansible_collections.huaweicloud.cloud.plugins.module_utils._resource import plan as planning
from ansible_collections.huaweicloud.cloud.plugins.module_utils._resource.desired import parse_desired_job
from ansible_collections.huaweicloud.cloud.plugins.module_utils._resource.plan import ChangePlan, Step

from ..fake_jobs import job, options


def desired_job(kind=SQL, **given):
    return parse_desired_job(kind, options(kind, **{"name": "a", **given}), False)


def plan(current, current_tags=None, /, kind=SQL, **given):
    return planning.plan(desired_job(kind, **given), current, current_tags or {})


def unchanged(state="unchanged", status="job_running", msg="", **members):
    return JobResult(7, "a", state, status_before=status, status=status, msg=msg, **members)


def without_id(state, msg, **members):
    return JobResult(None, "a", state, msg=msg, **members)


# Without a job


@pytest.mark.parametrize(
    ("given", "result"),
    [
        ({"state": "absent"}, without_id("absent", "Unchanged: the project has no job with this name.")),
        (
            {"state": "absent", "job_id": "9"},
            JobResult(9, "a", "absent", msg="Unchanged: the project has no job with this ID."),
        ),
        (
            {"job_id": "9"},
            JobResult(
                9,
                "a",
                "not_found",
                failed=True,
                error_code="DLI.16001",
                msg=(
                    "Not changed: the project has no job with this ID (DLI.16001). Check the ID. The job may have been deleted, "
                    "or may belong to another project. To create a job, omit job_id."
                ),
            ),
        ),
        (
            {"state": "started"},
            without_id(
                "not_found",
                "Not changed: the project has no job with this name. "
                "Check the name, or set sql_body or template_id to create the job.",
                failed=True,
            ),
        ),
        (
            {"state": "stopped", "kind": JAR},
            without_id(
                "not_found",
                "Not changed: the project has no job with this name. "
                "Check the name, or set entrypoint or image to create the job.",
                failed=True,
            ),
        ),
    ],
)
def test_result_without_a_job(given, result):
    assert plan(None, **given) == ChangePlan(result)


def test_steps_of_a_creation():
    assert plan(None, state="present") == ChangePlan(
        JobResult(None, "a", "unchanged"), [Step("create", settings={"name": "a"}, payload={"name": "a"})], ["name"]
    )
    made = plan(None, state="started", sql_body="A", operator_config="[1]", tags={"k": "v"}, resume_savepoint=True)
    assert made.steps == [
        Step(
            "create",
            settings={"name": "a", "sql_body": "A"},
            payload={"name": "a", "sql_body": "A", "tags": [{"key": "k", "value": "v"}]},
        ),
        Step("update", settings={"operator_config": "[1]"}, payload={"operator_config": "[1]"}),
        Step("start", Start(True)),
    ]
    assert made.differences == ["name", "sql_body", "operator_config", "tags"]
    assert plan(None, state="started", template_id=7).steps[-1] == Step("start", Start(False))


# Refused changes


@pytest.mark.parametrize(
    ("current", "ids", "result", "differences"),
    [
        (
            None,
            [7, 8],
            without_id("ambiguous", "Not changed: 2 jobs have this name: 7, 8. Set job_id to select one of them.", failed=True),
            (),
        ),
        (
            job(7, "job_running"),
            [8],
            unchanged("ambiguous", msg="Not changed: the name b is used by job 8. Specify another name.", failed=True),
            ["name"],
        ),
        (
            job(7, "job_running"),
            [8, 9],
            unchanged("ambiguous", msg="Not changed: the name b is used by jobs 8, 9. Specify another name.", failed=True),
            ["name"],
        ),
    ],
)
def test_ambiguous_name(current, ids, result, differences):
    desired = desired_job(name="b" if current else "a")
    assert planning.ambiguous(desired, current, {}, ids) == ChangePlan(result, differences=differences)


@pytest.mark.parametrize(
    ("current", "given", "state", "reason", "differences"),
    [
        (
            job(7, "job_running", job_type="flink_jar_job"),
            {},
            "wrong_type",
            "the job type is flink_jar_job. This module manages flink_opensource_sql_job and flink_sql_job.",
            (),
        ),
        (
            job(7, "job_running"),
            {"job_type": "flink_sql_job", "desc": "d", "tags": {"k": "v"}},
            "wrong_type",
            "job_type is flink_opensource_sql_job and cannot be changed after creation. To change it, delete the job first.",
            ["desc", "job_type", "tags"],
        ),
        (
            job(7, "job_running"),
            {"desc": "d", "cu_number": 4, "smn_topic": "t"},
            "restart_needed",
            "desc, cu_number cannot be changed while the job is running. Set restart=allowed, or stop the job first.",
            ["desc", "cu_number", "smn_topic"],
        ),
        (
            job(7, "job_running"),
            {"sql_body": "B"},
            "restart_needed",
            "sql_body cannot be changed while the job is running. "
            "Set restart=allowed and resume_savepoint, or stop the job first.",
            ["sql_body"],
        ),
        (
            job(7, "job_running"),
            {"sql_body": "B", "parallel_number": 2, "desc": "d", "restart": "allowed"},
            "resume_undecided",
            "a change of sql_body, parallel_number can make the savepoint incompatible. Set resume_savepoint to false to start "
            "without Flink state, or to true if the savepoint is compatible.",
            ["desc", "sql_body", "parallel_number"],
        ),
    ],
)
def test_refused_changes(current, given, state, reason, differences):
    made = plan(current, **given)
    assert made.result == unchanged(state, msg=f"Not changed: {reason}", failed=True)
    assert sorted(made.differences) == sorted(differences) and made.steps == () and made.warnings == ()


# Steps


@pytest.mark.parametrize(("state", "current"), [("present", "job_idle"), ("started", "job_running"), ("stopped", "job_init")])
def test_job_in_the_requested_state(state, current):
    made = plan(job(7, current), state=state)
    assert made == ChangePlan(unchanged(status=current, msg="Unchanged: the job is already in the requested state."))


def test_job_without_a_type_is_of_any_kind():
    assert plan(job(7, "job_running", job_type=None)).result.state == "unchanged"


@pytest.mark.parametrize("force", [False, True])
def test_deletion_ignores_all_differences(force):
    made = plan(job(7, "job_running"), {"k": "v"}, state="absent", sql_body="B", tags={}, purge_tags=True, force=force)
    assert made == ChangePlan(unchanged(), (Step("delete", Delete(force)),))


SQL_STEP = Step("update", settings={"sql_body": "B"}, payload={"sql_body": "B"})
DESC_STEP = Step("update", settings={"desc": "d"}, payload={"desc": "d"})


@pytest.mark.parametrize(
    ("status", "given", "steps"),
    [
        ("job_running", {"state": "stopped"}, [Step("stop", Stop(True))]),
        ("job_running", {"state": "stopped", "savepoint": False}, [Step("stop", Stop(False))]),
        ("job_running", {"state": "stopped", "wait": True}, [Step("stop", Stop(True, will_wait=True))]),
        ("job_running", {"state": "stopped", "desc": "d"}, [Step("stop", Stop(True), True), DESC_STEP]),
        ("job_canceling", {"state": "stopped"}, []),
        ("job_canceling", {"state": "stopped", "wait": True}, [Step("stop", Stop(True, will_wait=True))]),
        ("job_init", {"state": "stopped", "wait": True}, []),
        ("job_canceling", {"desc": "d"}, [Step("stop", Stop(True), True), DESC_STEP]),
        ("job_canceling", {"state": "started"}, [Step("start", Start(False))]),
        (
            "job_canceling",
            {"state": "started", "desc": "d"},
            [Step("stop", Stop(True), True), DESC_STEP, Step("start", Start(False))],
        ),
        (
            "job_running",
            {"desc": "d", "restart": "allowed", "wait": True},
            [Step("stop", Stop(True), True), DESC_STEP, Step("start", Start(True))],
        ),
        ("job_submitting", {"state": "started"}, []),
        ("job_submitting", {"state": "started", "wait": True}, [Step("start", Start(False))]),
        ("job_running", {"state": "started", "wait": True}, []),
        ("job_init", {"state": "started", "sql_body": "B"}, [SQL_STEP, Step("start", Start(False))]),
        ("job_init", {"state": "started", "resume_savepoint": True}, [Step("start", Start(True))]),
    ],
)
def test_steps_to_the_requested_state(status, given, steps):
    assert list(plan(job(7, status), **given).steps) == steps


@pytest.mark.parametrize(
    ("status", "saved", "given", "resumes"),
    [
        ("job_running", None, {}, True),
        ("job_running", False, {}, True),
        ("job_running", True, {"savepoint": False}, False),
        ("job_running", True, {"resume_savepoint": False}, False),
        ("job_running", False, {"resume_savepoint": True, "savepoint": False}, True),
        ("job_submitting", None, {}, False),
        ("job_submitting", False, {}, False),
        ("job_submitting", True, {}, True),
    ],
)
def test_savepoint_from_which_a_restart_resumes(status, saved, given, resumes):
    made = plan(job(7, status, has_savepoint=saved), desc="d", restart="allowed", **given)
    assert made.steps[-1] == Step("start", Start(resumes))


@pytest.mark.parametrize(
    ("current", "given", "limits"),
    [
        (None, {"parallel_number": 4}, None),
        (None, {"parallel_number": 5}, "5. .*cu_number=2, manager_cu_number=1"),
        (None, {"parallel_number": 5, "cu_number": 3}, None),
        (None, {"manager_cu_number": 2}, "1. .*cu_number=2, manager_cu_number=2"),
        (None, {"parallel_number": 5, "resource_config_version": "v2"}, None),
        (None, {"parallel_number": 5, "kind": JAR}, None),
        ({"cu_number": 4}, {"parallel_number": 12}, None),
        ({"cu_number": 4}, {"parallel_number": 13}, "13. .*cu_number=4, manager_cu_number=1"),
        ({"parallel_number": 12, "cu_number": "4"}, {"cu_number": 3}, "12. .*cu_number=3, manager_cu_number=1"),
        ({"parallel_number": 5, "resource_config_version": "v2"}, {"resource_config_version": "v1"}, "5. "),
        ({"parallel_number": 5, "resource_config_version": "v2"}, {"cu_number": 2}, None),
        ({"parallel_number": 5}, {"desc": "d"}, None),
        ({"cu_number": "two"}, {"parallel_number": 5}, None),
    ],
)
def test_number_of_parallel_tasks(current, given, limits):
    """dli-api.md 1.9. The limit is not checked for a job whose settings for it do not change."""
    kind = given.pop("kind", SQL)
    existing = None if current is None else job(7, "job_init", **current)
    if limits is None:
        assert plan(existing, kind=kind, **given).result.failed is False
    else:
        with pytest.raises(InputError, match=f"^Invalid parallel_number: {limits}"):
            plan(existing, kind=kind, **given)


def test_tags_precede_the_other_steps():
    made = plan(job(7, "job_init"), {"a": "1", "b": "2"}, tags={"a": "3"}, purge_tags=True, desc="d")
    assert made.steps == [Step("tag", add={"a": "3"}, replaces=True, remove={"b": "2"}), DESC_STEP]
    assert made.differences == ["desc", "tags"]
    assert plan(job(7, "job_init"), {"a": "1"}, tags={}).steps == ()
    assert plan(job(7, "job_init"), {"a": "1"}, purge_tags=True).steps == (), "tags are not managed"


def test_warning_before_a_start_from_a_savepoint_that_may_be_incompatible():
    given = {"sql_body": "B", "parallel_number": 2, "desc": "d", "restart": "allowed", "resume_savepoint": True}
    assert plan(job(7, "job_running"), **given).warnings == [
        "The job resumes from a savepoint that was created before sql_body, parallel_number changed. If the start fails, set "
        "resume_savepoint to false to start the job without Flink state."
    ]
    assert plan(job(7, "job_running"), desc="d", restart="allowed").warnings == []
    stopped = plan(job(7, "job_init"), state="started", sql_body="B", resume_savepoint=True)
    assert [warning.split(".")[0] for warning in stopped.warnings] == [
        "The job resumes from a savepoint that was created before sql_body changed"
    ]


def test_update_without_a_start_gives_no_warning():
    assert plan(job(7, "job_init"), sql_body="B", resume_savepoint=True).warnings == []
