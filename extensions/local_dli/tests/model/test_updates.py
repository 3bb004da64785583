# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Refusals of create and update calls, and updates of active jobs (dli-api.md 1.9, 1.10, 2.3, 8)."""

from __future__ import annotations

from typing import Any

import pytest
from support import Api
from test_definitions import SQL, assert_values, create, created_job, update


@pytest.mark.parametrize("jar", [False, True])
def test_update_refusals(api: Api, jar: bool) -> None:
    job_id = created_job(api, jar)
    assert update(api, 5, jar, desc="x")[1]["error_code"] == "DLI.12004"
    assert update(api, 301, jar, desc="x")[1]["error_code"] == "DLI.12004"
    assert update(api, job_id, not jar, desc="x")[1]["error_code"] == "DLI.12002"
    status, response = update(api, job_id, jar, name="running")
    assert (status, response["error_code"]) == (400, "DLI.12002")
    assert update(api, job_id, jar, name="new")[0] == 200
    recorded = [(item.job_id, item.accepted, item.error_code) for item in api.dli.ledger.find("edit")]
    assert recorded == [
        (5, False, "DLI.12004"),
        (301, False, "DLI.12004"),
        (job_id, False, "DLI.12002"),
        (job_id, False, "DLI.12002"),
        (job_id, True, None),
    ]
    api.dli.settings.update({"rename_exists_code": "DLI.11004"})
    assert update(api, job_id, jar, name="running")[1]["error_code"] == "DLI.11004"


def test_job_type_cannot_be_changed(api: Api) -> None:
    job_id = created_job(api, jar=True)
    assert update(api, job_id, jar=True, job_type="flink_jar_job")[0] == 200
    assert update(api, job_id, jar=True, job_type="flink_sql_job")[1]["error_code"] == "DLI.0001"
    assert update(api, 201, job_type="flink_sql_job")[0] == 200
    assert api.detail(201)["job_type"] == "flink_opensource_sql_job"


@pytest.mark.parametrize(
    ("setting", "jar", "body", "code"),
    [
        ("queues", False, {"queue_name": "other"}, "DLI.0002"),
        ("queues", True, {"queue_name": "other"}, "DLI.0002"),
        ("smn_topics", False, {"smn_topic": "other"}, "DLI.11032"),
        ("obs_buckets", True, {"obs_bucket": "other"}, "DLI.11016"),
        ("packages", True, {"entrypoint": "group/other.jar"}, "DLI.11099"),
        ("packages", True, {"dependency_files": ["known", "other.jar"]}, "DLI.11099"),
        ("packages", False, {"udf_jar_url": "other.jar"}, "DLI.11099"),
    ],
)
def test_missing_resources(api: Api, setting: str, jar: bool, body: dict[str, Any], code: str) -> None:
    job_id = created_job(api, jar, name="before", **body)
    api.dli.settings.update({setting: "known, more"})
    status, response = create(api, jar, **body)
    assert (status, response["error_code"]) == (400, code)
    status, response = update(api, job_id, jar, **body)
    assert (status, response["error_code"]) == (400, "DLI.12002")
    valid = {name: ["known"] if isinstance(value, list) else "known" for name, value in body.items()}
    assert create(api, jar, **valid)[0] == 200
    assert [(item.job_id, item.error_code) for item in api.dli.ledger.find("create", accepted=False)] == [(0, code)]


def test_bucket_can_be_given_as_path(api: Api) -> None:
    api.dli.settings.update({"obs_buckets": "known"})
    for number, bucket in enumerate(("known", "known/folder", "obs://known/folder")):
        assert create(api, name=f"b{number}", obs_bucket=bucket)[0] == 200


def test_recorded_messages(api: Api) -> None:
    api.dli.settings.update({"packages": "", "queues": "", "smn_topics": ""})
    api.language = "zh-cn"
    job_id = created_job(api, jar=True, entrypoint="obs://bucket/x.jar")
    text = update(api, job_id, jar=True, entrypoint="/FemaleInfoCollec.jar")[1]["error_msg"]
    assert text == (
        "作业更新失败，错误原因:invalid resource /FemaleInfoCollec.jar, cannot find resource FemaleInfoCollec.jar，请检查后重试。"
    )
    assert create(api, name="b", queue_name="testqueue")[1]["error_msg"] == "There is no queue named testqueue"
    assert create(api, name="b", smn_topic="t")[1]["error_msg"] == "SMN主题不存在请用户选择一个可用SMN主题"


def test_start_with_missing_queue(api: Api) -> None:
    api.dli.settings.update({"queues": "other"})
    status, response = api.run(131, 215)
    assert (status, response[0]["error_code"], response[1]["is_success"]) == (400, "DLI.0002", "true")


def test_missing_template(api: Api) -> None:
    assert create(api, template_id=5)[1]["error_code"] == "DLI.18005"
    assert api.detail(created_job(api, template_id=5, sql_body=SQL))["sql_body"] == SQL


CHANGEABLE: dict[str, Any] = {
    "smn_topic": "topic",
    "restart_when_exception": True,
    "resume_checkpoint": True,
    "resume_max_num": 3,
    "obs_bucket": "bucket",
}


@pytest.mark.parametrize("name", CHANGEABLE)
def test_settings_that_can_change_while_running(api: Api, name: str) -> None:
    assert update(api, 207, **{name: CHANGEABLE[name]})[0] == 200
    assert_values(api, 207, {name: CHANGEABLE[name]})
    assert api.status(207) == "job_running"


@pytest.mark.parametrize("choice", ["refuse", "accept", "ignore"])
@pytest.mark.parametrize("job_id", [203, 205, 207, 208, 211, 213])
def test_other_settings_of_active_jobs(api: Api, job_id: int, choice: str) -> None:
    api.dli.settings.update({"edit_active": choice})
    before = api.detail(job_id)
    status, response = update(api, job_id, sql_body=SQL, parallel_number=2, smn_topic="topic")
    after = api.detail(job_id)
    if choice == "refuse":
        assert (status, response["error_code"], after) == (400, "DLI.12002", before)
        assert "sql_body, parallel_number" in response["error_msg"]
        return
    assert status == 200
    assert after["job_config"]["smn_topic"] == "topic"
    assert after["sql_body"] == (SQL if choice == "accept" else before["sql_body"])
    assert after["job_config"]["parallel_number"] == (2 if choice == "accept" else 1)
    assert api.dli.ledger.find("edit")[0].fields == (
        ("sql_body", "parallel_number", "smn_topic") if choice == "accept" else ("smn_topic",)
    )


@pytest.mark.parametrize("job_id", [201, 202, 204, 206, 209, 210, 212, 214])
def test_every_setting_of_inactive_jobs_can_change(api: Api, job_id: int) -> None:
    assert update(api, job_id, sql_body=SQL, cu_number=8, obs_bucket="b")[0] == 200
    assert update(api, job_id, obs_bucket="b")[0] == 200


def test_update_after_the_job_has_ended(api: Api) -> None:
    api.dli.job(201).script = {"run_for": 1}
    api.run(201)
    assert update(api, 201, sql_body=SQL)[0] == 400
    api.clock.advance(10)
    assert update(api, 201, sql_body=SQL)[0] == 200


def test_unchanged_values_are_accepted_except_bucket(api: Api) -> None:
    before = api.detail(207)
    assert update(api, 207, sql_body=before["sql_body"], name="running", cu_number=2)[0] == 200
    assert update(api, 207, obs_bucket="b")[0] == 200
    assert update(api, 207, obs_bucket="b")[1]["error_code"] == "DLI.12002"
    assert update(api, 207, obs_bucket="c")[0] == 200
    api.dli.settings.update({"same_bucket": "accept"})
    assert update(api, 207, obs_bucket="c")[0] == 200


def test_checkpoint_path_is_shown_after_first_start(api: Api) -> None:
    job_id = created_job(api, sql_body=SQL, checkpoint_enabled=True, obs_bucket="bucket")
    assert api.detail(job_id)["job_config"]["checkpoint_path"] is None
    api.run(job_id)
    api.clock.advance(3)
    path = api.detail(job_id)["job_config"]["checkpoint_path"]
    assert path == f"bucket/jobs/checkpoint/{job_id}_new"


def test_update_keeps_savepoints_and_resume_settings(api: Api) -> None:
    before = api.detail(130)
    update(api, 130, desc="x", resume_checkpoint=True, resume_max_num=4)
    update(api, 130, desc="y")
    after = api.detail(130)
    assert (after["has_savepoint"], after["savepoint_path"]) == (True, before["savepoint_path"])
    assert (after["job_config"]["resume_checkpoint"], after["job_config"]["resume_max_num"]) == (True, 4)
