# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The playbooks of the collection as AWX jobs: authentication with a credential, and survey input."""

from __future__ import annotations

import json

import pytest
from task_runs import MODULE, started

from ansible_collections.huaweicloud.cloud.plugins.module_utils._dli.job_status import STATUSES

from . import awx_job
from .awx_job import INFO, RECOVER, RUN, SAVEPOINT, STOP, JobTemplate, inputs_of, template


def environments(cloud) -> dict:
    """Return the environment of each authentication method."""
    endpoints = {name: value for name, value in cloud.env().items() if name not in ("HW_ACCESS_KEY", "HW_SECRET_KEY")}
    temporary = next(pair for pair in cloud.accounts.account.keys if pair.security_token)
    keys = {"HW_ACCESS_KEY": temporary.access_key, "HW_SECRET_KEY": temporary.secret_key}
    return {
        "keys": cloud.env(),
        "temporary keys": {**endpoints, **keys, "HW_SECURITY_TOKEN": temporary.security_token},
        "token": {**endpoints, "HW_AUTH_TOKEN": cloud.token()},
        "user": cloud.password_env(),
        "agency": cloud.agency_env(),
    }


# The credential


def test_credential_type_has_every_variable():
    """All but those of files, which jobs do not have. The fields have the names of the options."""
    expected = {option: name for option, name in awx_job.VARIABLES.items() if option not in ("profile", "shared_config_file")}
    assert awx_job.TYPE["injectors"]["env"] == {name: f"{{{{ {option} }}}}" for option, name in expected.items()}
    assert set(awx_job.FIELDS) == set(expected)
    secret = {field["id"] for field in awx_job.TYPE["inputs"]["fields"] if field.get("secret")}
    assert secret == {"secret_key", "security_token", "auth_token", "password"}


@pytest.mark.parametrize("method", ["keys", "temporary keys", "token", "user", "agency"])
def test_credential(ansible, cloud, method):
    """Empty fields become empty variables, which are unset. The environment that AWX shows contains no secret."""
    inputs = inputs_of(environments(cloud)[method])
    secrets = {name: inputs[name] for name in ("secret_key", "security_token", "auth_token", "password") if inputs[name]}
    env, shown = awx_job.inject(inputs, ansible.folder)
    assert "" in env.values() and not set(secrets.values()) & set(shown.values())
    ids = "301\n999" if method == "agency" else "131\n999"
    job = JobTemplate(ansible, RUN, inputs).launch({"dli_job_ids": ids, "dli_wait": "false"})
    assert [row["state"] for row in job.results(MODULE)[0]["jobs"]] == ["started", "not_found"], job.ended.output
    assert started(cloud) == [int(ids[:3])]
    assert_no_secret(job, secrets)


def assert_no_secret(job, secrets: dict) -> None:
    """ansible-runner writes the environment into env/ and artifacts/ID/command; no other file may contain a secret."""
    assert secrets
    files = [path for path in job.private.rglob("*") if path.is_file()]
    by_runner = [path for path in files if path.name == "command" or path.parent.name == "env"]
    assert len(files) > len(by_runner) + 10
    for path in set(files) - set(by_runner):
        for name, value in secrets.items():
            assert value.encode() not in path.read_bytes(), f"{path} contains {name}"


def test_secret_in_response_is_masked(ansible, cloud):
    secrets = {"secret_key": cloud.env()["HW_SECRET_KEY"]}
    cloud.faults.add("status", status=400, call="run", body=[{"error_code": "DLI.13005", "error_msg": str(secrets)}])
    job = template(ansible, cloud, RUN).launch({"dli_job_ids": "131", "dli_wait": "false"})
    assert not job.succeeded and "DLI.13005" in job.artifacts["dli_msg"], job.ended.output
    assert_no_secret(job, secrets)


# Surveys


def test_text_area(ansible, cloud):
    """Browsers end lines with CR LF, and empty lines are possible. The inventory can be empty."""
    survey_input = {"dli_job_ids": " 131\r\n130\r\n\r\n138, 209\t214\n", "dli_job_names": "\r\ndraft \r\n", "dli_wait": "false"}
    job = template(ansible, cloud, RUN, hosts={}).launch(survey_input)
    assert job.succeeded and started(cloud) == [131, 130, 138, 209, 214, 201] == job.artifacts["dli_started_job_ids"]


def test_surveys_with_required_input_only(ansible, cloud):
    """All other questions are empty or have their default."""
    job = template(ansible, cloud, INFO).launch({})
    assert job.succeeded and len(job.artifacts["dli_found_job_ids"]) > 20, job.ended.output
    for playbook in (RUN, STOP):
        job = template(ansible, cloud, playbook).launch({})
        assert not job.succeeded and "Missing dli_job_ids or dli_job_names. " in job.artifacts["dli_msg"], job.ended.output
    job = template(ansible, cloud, SAVEPOINT).launch({"dli_savepoint_path": "bucket/saved"})
    assert not job.succeeded and "Missing dli_job_ids or dli_job_names. " in job.artifacts["dli_msg"], job.ended.output
    job = template(ansible, cloud, RECOVER).launch({})
    assert job.artifacts["dli_started_job_ids"] == [137] and job.artifacts["dli_failed_job_ids"] == [204, 202], job.ended.output


def test_multiple_choice(ansible, cloud):
    """An administrator may replace the text area with a choice of one or several."""
    one = template(ansible, cloud, RUN, survey=False).launch({"dli_job_names": "clickstream_enrich"})
    several = template(ansible, cloud, RUN, survey=False).launch({"dli_job_names": ["orders_to_dws", "fraud_rules"]})
    assert one.succeeded and several.succeeded and started(cloud) == [131, 130, 138], several.ended.output


def test_choices_and_numbers(ansible, cloud):
    cloud.force(137, "job_running")
    survey_input = {"dli_job_ids": "131, 137", "dli_resume_savepoint": "true", "dli_wait": "true", "dli_wait_timeout": 60}
    job = template(ansible, cloud, RUN).launch(survey_input)
    assert job.succeeded and cloud.job(131).status == "job_running", job.ended.output
    assert [entry.resume_savepoint for entry in cloud.ledger.starts()] == [True]
    job = template(ansible, cloud, INFO).launch({"dli_status": ["job_running"], "dli_job_ids": "131\n214", "dli_queue_name": ""})
    assert job.artifacts["dli_found_job_ids"] == [131] and job.artifacts["dli_missing_jobs"] == [], job.ended.output
    survey_input = {"dli_job_ids": "131", "dli_trigger_savepoint": "true", "dli_wait": "true", "dli_wait_timeout": 60}
    job = template(ansible, cloud, STOP).launch(survey_input)
    assert job.artifacts["dli_stopped_job_ids"] == [131] and cloud.job(131).status == "job_cancel_success", job.ended.output
    assert [entry.trigger_savepoint for entry in cloud.ledger.find(operation="stop")] == [True]


def test_status_choices():
    (question,) = [item for item in awx_job.survey_of(INFO)["spec"] if item["variable"] == "dli_status"]
    assert set(question["choices"]) == set(STATUSES)


def test_recovery_survey(ansible, cloud):
    survey_input = {"dli_job_ids": "204, 137, 131", "dli_without_state": "true", "dli_wait": "false", "dli_queue_name": ""}
    job = template(ansible, cloud, RECOVER).launch(survey_input)
    assert job.succeeded and job.artifacts["dli_failed_job_ids"] == [] and set(started(cloud)) == {204, 137}, job.ended.output
    job = template(ansible, cloud, RECOVER).launch({"dli_job_ids": "131", "dli_wait": "false"})
    assert job.succeeded and job.artifacts["dli_msg"] == "0 of 0 failed jobs recovered.", job.ended.output


@pytest.mark.parametrize(
    ("playbook", "variables", "message"),
    [
        (RUN, {"dli_job_ids": "131, abc"}, "Invalid job_ids: 'abc' is not a job ID"),
        (RUN, {"dli_job_ids": "131", "dli_wait": "perhaps"}, "Invalid dli_wait: 'perhaps' is not a boolean."),
        (RUN, {"dli_job_ids": "131", "dli_wait_timeout": "soon"}, "Invalid dli_wait_timeout: 'soon' is not a number of seconds."),
        (RUN, {"dli_job_ids": "131", "dli_wait_timeout": -1}, "Invalid dli_wait_timeout: '-1' is not a number of seconds."),
        (RECOVER, {"dli_wait_timeout": "15m"}, "Invalid dli_wait_timeout: '15m' is not a number of seconds."),
        (RECOVER, {"dli_job_ids": ","}, "Invalid job_ids: ',' contains no job"),
        (RECOVER, {"dli_job_ids": []}, "Missing dli_job_ids or dli_job_names. "),
        (RECOVER, {"dli_job_ids": 0}, "Invalid job_ids: '0' is not a job ID"),
        (RECOVER, {"dli_job_ids": "204;202"}, "Invalid job_ids: '204;202' is not a job ID"),
        (INFO, {"dli_job_names": ","}, "Invalid job_names: ',' contains no job"),
        (SAVEPOINT, {"dli_job_ids": "131;130", "dli_savepoint_path": "b/s"}, "Invalid job_ids: '131;130' is not a job ID"),
        (RUN, {"dli_job_ids": "{{ lookup('pipe', 'id') }}"}, "is not a job ID"),
        (SAVEPOINT, {"dli_job_ids": "207"}, "savepoint_path"),
        (SAVEPOINT, {"dli_job_ids": "x", "dli_savepoint_path": "b/s"}, "Invalid job_ids: 'x' is not a job ID"),
        (STOP, {}, "Missing dli_job_ids or dli_job_names. "),
    ],
)
def test_invalid_input(ansible, cloud, playbook, variables, message):
    """Without a survey, which would refuse it earlier. A template in a text is not evaluated."""
    job = template(ansible, cloud, playbook, survey=False).launch(variables)
    assert not job.succeeded and message in json.dumps(job.artifacts) + job.ended.output, job.ended.output
    assert cloud.ledger.entries == [] and "Traceback" not in job.ended.output and "is undefined" not in job.ended.output


def test_limit_without_localhost(ansible, cloud):
    """docs/awx.md warns of this limit, because Ansible reports no failure."""
    words = ("-i", "web,", "--limit", "web", "-e", "dli_job_ids=131")
    ended = ansible.command("ansible-playbook", "huaweicloud.cloud.streaming_jobs_run", *words, env=cloud.env())
    assert ended.code == 0 and "no hosts matched" in ended.output and started(cloud) == [], ended.output
