# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The playbooks of the collection as AWX jobs: events, artifacts, job types, and workflows."""

from __future__ import annotations

import json
import re

import pytest
from task_runs import CHECKOUT, MODULE, STATEMENT, play, started

from .awx_job import INFO, LARGEST_RESULT, RECOVER, RUN, SAVEPOINT, STOP, JobTemplate, inputs_of, template

PAGE = CHECKOUT / "docs" / "awx.md"


# Events and artifacts


def test_events_contain_all_results(ansible, cloud):
    job = template(ansible, cloud, RUN).launch(
        {"dli_job_ids": "131\n204\n999", "dli_job_names": "nope, twin", "dli_wait": "false"}
    )
    (result,) = job.results(MODULE)
    states = [row["state"] for row in result["jobs"]]
    assert states == ["started", "started", "not_found", "not_found", "ambiguous"] and not job.succeeded
    assert job.artifacts == {
        "dli_started_job_ids": [131, 204],
        "dli_failed_job_ids": [999],
        "dli_failed_job_names": ["nope", "twin"],
        "dli_unknown_job_ids": [],
        "dli_msg": result["msg"],
    }
    (shown,) = job.results("ansible.builtin.debug")
    assert shown["msg"][0] == result["msg"]
    assert [line.partition(": ")[0] for line in shown["msg"][1:]] == ["999", "nope", "twin"]


def test_unknown_outcome(ansible, cloud):
    """The start is accepted, but its outcome is unknown, because the service rejects the reads after it."""
    cloud.faults.add("unauthorized", call="detail", skip=1, times=None)
    job = template(ansible, cloud, RUN).launch({"dli_job_ids": "131", "dli_wait": "true"})
    ids = [job.artifacts[f"dli_{word}_job_ids"] for word in ("started", "failed", "unknown")]
    assert not job.succeeded and ids == [[131]] * 3, job.ended.output


def test_savepoints_of_several_jobs(ansible, cloud):
    survey_input = {"dli_job_ids": "207\n131", "dli_job_names": "nope", "dli_savepoint_path": "bucket/saved", "dli_wait": "true"}
    job = template(ansible, cloud, SAVEPOINT).launch(survey_input)
    assert not job.succeeded and [entry.job_id for entry in cloud.ledger.find(operation="savepoint", accepted=True)] == [207]
    artifacts = job.artifacts
    assert artifacts["dli_saved_job_ids"] == [207] and artifacts["dli_msg"] == "1 of 3 savepoints triggered.", job.ended.output
    assert artifacts["dli_failed_job_ids"] == [131] and artifacts["dli_failed_job_names"] == ["nope"]


def test_savepoint_with_failed_read(ansible, cloud):
    """The read of the second job fails before anything is sent; the third is processed."""
    for job_id in (137, 138):
        cloud.force(job_id, "job_running")
    body = {"error_code": "DLI.0001", "error_msg": "no"}
    cloud.faults.add("status", status=400, call="detail", job_id=137, times=None, body=body)
    job = template(ansible, cloud, SAVEPOINT).launch({"dli_job_ids": "207\n137\n138", "dli_savepoint_path": "bucket/saved"})
    assert not job.succeeded and job.artifacts["dli_saved_job_ids"] == [207, 138], job.ended.output
    assert job.artifacts["dli_failed_job_ids"] == ["137"] and job.artifacts["dli_msg"] == "2 of 3 savepoints triggered."


@pytest.mark.parametrize("playbook", [RUN, STOP, SAVEPOINT, RECOVER, INFO])
def test_rejected_credentials_are_used_once(ansible, cloud, playbook):
    """A few rejected signatures lock the key. All jobs are reported as failed."""
    inputs = {**inputs_of(cloud.env()), "secret_key": "not-the-secret-key-of-this-access-key"}
    survey_input = {"dli_job_ids": "131, 207"}
    if playbook == SAVEPOINT:
        survey_input["dli_savepoint_path"] = "bucket/saved"
    job = JobTemplate(ansible, playbook, inputs).launch(survey_input)
    assert not job.succeeded and "HTTP 401" in job.artifacts["dli_msg"] and len(cloud.requests) == 1, job.ended.output
    if playbook != INFO:
        assert list(map(int, job.artifacts["dli_failed_job_ids"])) == [131, 207]


@pytest.mark.parametrize("refused", [False, True])
def test_event_size_of_a_thousand_jobs(ansible, cloud, statistics, refused):
    """If refused, each job has the longest message: it has no savepoint to resume from."""
    cloud.service.clear()
    ids = list(range(1, 1001))
    cloud.seed([{"job_id": i, "name": f"job_{i}", "status": "job_cancel_success", "sql_body": STATEMENT} for i in ids])
    survey_input = {"dli_job_ids": "\n".join(map(str, ids)), "dli_wait": "false", "dli_resume_savepoint": str(refused).lower()}
    job = template(ansible, cloud, RUN).launch(survey_input)
    sizes = [len(str(event["event_data"].get("res"))) for event in job.events if event["event"] != "playbook_on_stats"]
    (result,) = job.results(MODULE)
    assert len(result["jobs"]) == 1000 and job.succeeded != refused
    assert max(sizes) < LARGEST_RESULT
    assert job.artifacts["dli_failed_job_ids" if refused else "dli_started_job_ids"] == ids
    (documented,) = re.findall(r"it has about ([\d,]+) characters, or ([\d,]+) if each", PAGE.read_text(encoding="utf-8"))
    assert max(sizes) == pytest.approx(int(documented[refused].replace(",", "")), rel=0.05)
    written = max(len(json.dumps(event)) for event in job.events)
    state = "refused" if refused else "started"
    statistics(f"awx: 1000 jobs {state}, largest result of an event {max(sizes)} of {LARGEST_RESULT}, of all {written} bytes")


# Job types


@pytest.mark.parametrize("playbook", [RUN, STOP, SAVEPOINT, RECOVER, INFO])
def test_check_and_diff_mode(ansible, cloud, playbook):
    survey_input = {"dli_job_ids": {RUN: "131", STOP: "207", SAVEPOINT: "207", RECOVER: "137", INFO: "131"}[playbook]}
    if playbook == SAVEPOINT:
        survey_input["dli_savepoint_path"] = "bucket/saved"
    job = template(ansible, cloud, playbook).launch(survey_input, None, "--check", "--diff")
    assert job.succeeded and cloud.ledger.entries == [], job.ended.output
    (name,) = [name for name in job.artifacts if name.split("_")[1] in ("started", "stopped", "saved", "found")]
    assert job.artifacts[name] == [int(survey_input["dli_job_ids"])]
    diffs = [event["event_data"]["res"]["diff"] for event in job.events if event["event_data"].get("res", {}).get("diff")]
    assert bool(diffs) == (playbook in (RUN, STOP, RECOVER))
    assert "job_running" in json.dumps(diffs) or playbook in (RUN, RECOVER, SAVEPOINT, INFO)


# Workflows


@pytest.mark.parametrize("survey_of_the_workflow", [False, True])
def test_workflow_retries_failed_jobs(ansible, cloud, survey_of_the_workflow):
    """The input of the survey of a workflow is passed to every node, and overrides artifacts."""
    cloud.faults.add("other_client", action="force", job_ids=(138,), fields={"status": "job_canceling"}, call="list")
    survey_input = {"dli_job_ids": "131\n138\n130", "dli_wait": "false"}
    first = template(ansible, cloud, RUN).launch(survey_input)
    assert not first.succeeded and first.artifacts["dli_failed_job_ids"] == [138], first.ended.output
    (shown,) = first.results("ansible.builtin.debug")
    assert len(shown["msg"]) == 2 and shown["msg"][1].startswith("138 (fraud_rules): Not started: "), shown
    cloud.force(138, "job_cancel_success")
    retry = template(ansible, cloud, RUN, survey=False, extra_vars={"dli_retry_failed": True})
    second = retry.launch(survey_input if survey_of_the_workflow else {}, first.artifacts)
    assert second.succeeded and second.artifacts["dli_started_job_ids"] == [138], second.ended.output
    assert [row["job_id"] for row in second.results(MODULE)[0]["jobs"]] == [138]
    assert started(cloud) == [131, 130, 138]


def test_workflow_retries_after_failed_read(ansible, cloud):
    """Also jobs that are requested by name."""
    cloud.faults.add("status", status=400, call="list", body={"error_code": "DLI.0001", "error_msg": "no"}, times=1)
    survey_input = {"dli_job_ids": "131\r\n130", "dli_job_names": "fraud_rules", "dli_wait": "false"}
    first = template(ansible, cloud, RUN).launch(survey_input)
    assert not first.succeeded and started(cloud) == [], first.ended.output
    retry = template(ansible, cloud, RUN, survey=False, extra_vars={"dli_retry_failed": True}).launch({}, first.artifacts)
    assert retry.succeeded and started(cloud) == [131, 130, 138], retry.ended.output


def test_found_jobs_are_passed_to_next_node(ansible, cloud):
    """The extra variables of a job template can refer to an artifact."""
    found = template(ansible, cloud, INFO).launch({"dli_status": ["job_running"]})
    assert found.artifacts["dli_found_job_ids"] == [207], found.ended.output
    stop = template(ansible, cloud, STOP, survey=False, extra_vars={"dli_job_ids": "{{ dli_found_job_ids }}"})
    assert stop.launch({}, found.artifacts).artifacts["dli_stopped_job_ids"] == [207]


def test_artifacts_are_passed_to_notification(ansible, cloud):
    """A playbook after a failed job gets its message and the IDs."""
    first = template(ansible, cloud, RUN).launch({"dli_job_ids": "999"})
    task = {"ansible.builtin.debug": {"msg": "{{ dli_msg }} {{ dli_failed_job_ids | join(',') }}"}}
    ended = ansible.playbook(play(task), "-e", json.dumps(first.artifacts))
    assert ended.result["msg"] == f"{first.artifacts['dli_msg']} 999"
