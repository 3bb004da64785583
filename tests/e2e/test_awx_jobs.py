# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The shipped playbooks as AWX jobs: credentials, surveys, events, artifacts, workflows, check and diff."""

from __future__ import annotations

import json
import re

import pytest

from ansible_collections.huaweicloud.cloud.plugins.module_utils._environment import FAMILIES
from ansible_collections.huaweicloud.cloud.plugins.module_utils._jobs import STATUSES

from .awx_job import LARGEST_RESULT, TYPE, JobTemplate, inject, survey_of
from .conftest import MODULE, TESTS, serve, started

RUN, STOP, INFO, SAVEPOINT, RECOVER = (f"streaming_jobs_{name}" for name in ("run", "stop", "info", "savepoint", "recover"))
#: Which variable each field of the credential type becomes.
VARIABLES = {option: names[0] for option, names in FAMILIES["HW_*"].items()}
PAGE = TESTS.parent / "docs" / "awx.md"
SQL = "INSERT INTO sink SELECT id FROM source"


@pytest.fixture
def cloud(ansible):
    """A local DLI that nothing in the environment points at: a job knows of it by its credential alone."""
    with serve() as service:
        yield service


def inputs_of(env: dict) -> dict:
    """Return the fields of a credential that say the same as an environment; as in the form, all others are empty."""
    return {option: env.get(variable, "") for option, variable in VARIABLES.items() if option in field_ids()}


def field_ids() -> set:
    return {field["id"] for field in TYPE["inputs"]["fields"]}


def template(ansible, cloud, playbook=RUN, **members) -> JobTemplate:
    return JobTemplate(ansible, playbook, inputs_of(cloud.env()), **members)


def ways(cloud) -> dict:
    """Ways to sign in, each an environment."""
    place = {name: value for name, value in cloud.env().items() if name not in ("HW_ACCESS_KEY", "HW_SECRET_KEY")}
    temporary = next(pair for pair in cloud.accounts.account.keys if pair.security_token)
    keys = {"HW_ACCESS_KEY": temporary.access_key, "HW_SECRET_KEY": temporary.secret_key}
    return {
        "keys": cloud.env(),
        "temporary keys": {**place, **keys, "HW_SECURITY_TOKEN": temporary.security_token},
        "token": {**place, "HW_AUTH_TOKEN": cloud.token()},
        "user": cloud.password_env(),
        "agency": cloud.agency_env(),
    }


# The credential


def test_the_credential_type_holds_every_variable():
    """All but those of files, which no job has. A field bears the name of the option."""
    expected = {option: name for option, name in VARIABLES.items() if option not in ("profile", "shared_config_file")}
    assert TYPE["injectors"]["env"] == {name: f"{{{{ {option} }}}}" for option, name in expected.items()}
    assert field_ids() == set(expected)
    secret = {field["id"] for field in TYPE["inputs"]["fields"] if field.get("secret")}
    assert secret == {"secret_key", "security_token", "auth_token", "password"}


@pytest.mark.parametrize("way", ["keys", "temporary keys", "token", "user", "agency"])
def test_a_credential_signs_in(ansible, cloud, way):
    """Empty fields become empty variables, which count as unset. What AWX shows of the environment holds no secret."""
    inputs = inputs_of(ways(cloud)[way])
    secrets = {name: inputs[name] for name in ("secret_key", "security_token", "auth_token", "password") if inputs[name]}
    env, shown = inject(inputs, ansible.folder)
    assert "" in env.values() and not set(secrets.values()) & set(shown.values())
    ids = "301\n999" if way == "agency" else "131\n999"
    job = JobTemplate(ansible, RUN, inputs).launch({"dli_job_ids": ids, "dli_wait": "false"})
    assert [row["state"] for row in job.results(MODULE)[0]["jobs"]] == ["started", "not_found"], job.ended.output
    assert started(cloud) == [int(ids[:3])]
    assert_no_secret(job, secrets)


def assert_no_secret(job, secrets: dict) -> None:
    """ansible-runner itself writes the environment into env/ and artifacts/ID/command; nothing else may hold a secret."""
    assert secrets
    files = [path for path in job.private.rglob("*") if path.is_file()]
    by_runner = [path for path in files if path.name == "command" or path.parent.name == "env"]
    assert len(files) > len(by_runner) + 10
    for path in set(files) - set(by_runner):
        for name, value in secrets.items():
            assert value.encode() not in path.read_bytes(), f"{name} stands in {path}"


def test_a_secret_that_the_service_repeats_is_in_no_artifact(ansible, cloud):
    secrets = {"secret_key": cloud.env()["HW_SECRET_KEY"]}
    cloud.faults.add("status", status=400, call="run", body=[{"error_code": "DLI.13005", "error_msg": str(secrets)}])
    job = template(ansible, cloud).launch({"dli_job_ids": "131", "dli_wait": "false"})
    assert not job.succeeded and "DLI.13005" in job.artifacts["dli_msg"], job.ended.output
    assert_no_secret(job, secrets)


# Surveys


def test_a_text_area(ansible, cloud):
    """Browsers end lines with CR LF, and people leave empty lines. The inventory may hold nothing."""
    answers = {"dli_job_ids": " 131\r\n130\r\n\r\n138, 209\t214\n", "dli_job_names": "\r\ndraft \r\n", "dli_wait": "false"}
    job = template(ansible, cloud, hosts={}).launch(answers)
    assert job.succeeded and started(cloud) == [131, 130, 138, 209, 214, 201] == job.artifacts["dli_started_job_ids"]


def test_every_survey_with_as_few_answers_as_may_be(ansible, cloud):
    """Nothing but what is required: everything else is empty, or the default."""
    job = template(ansible, cloud, INFO).launch({})
    assert job.succeeded and len(job.artifacts["dli_found_job_ids"]) > 20, job.ended.output
    for playbook in (RUN, STOP):
        job = template(ansible, cloud, playbook).launch({})
        assert not job.succeeded and "no jobs are named" in job.artifacts["dli_msg"], job.ended.output
    job = template(ansible, cloud, SAVEPOINT).launch({"dli_savepoint_path": "bucket/saved"})
    assert not job.succeeded and "no jobs are named" in job.artifacts["dli_msg"], job.ended.output
    job = template(ansible, cloud, RECOVER).launch({})
    assert job.artifacts["dli_started_job_ids"] == [137] and job.artifacts["dli_failed_job_ids"] == [204, 202], job.ended.output


def test_names_from_a_multiple_choice(ansible, cloud):
    """An administrator may turn the text area into a choice of one, or of several."""
    one = template(ansible, cloud, survey=False).launch({"dli_job_names": "clickstream_enrich"})
    several = template(ansible, cloud, survey=False).launch({"dli_job_names": ["orders_to_dws", "fraud_rules"]})
    assert one.succeeded and several.succeeded and started(cloud) == [131, 130, 138], several.ended.output


def test_choices_and_numbers(ansible, cloud):
    cloud.force(137, "job_running")
    answers = {"dli_job_ids": "131, 137", "dli_resume_savepoint": "true", "dli_wait": "true", "dli_wait_timeout": 60}
    job = template(ansible, cloud).launch(answers)
    assert job.succeeded and cloud.job(131).status == "job_running", job.ended.output
    assert [entry.resume_savepoint for entry in cloud.ledger.starts()] == [True]
    job = template(ansible, cloud, INFO).launch({"dli_status": ["job_running"], "dli_job_ids": "131\n214", "dli_queue_name": ""})
    assert job.artifacts["dli_found_job_ids"] == [131] and job.artifacts["dli_missing_jobs"] == [], job.ended.output
    answers = {"dli_job_ids": "131", "dli_trigger_savepoint": "true", "dli_wait": "true", "dli_wait_timeout": 60}
    job = template(ansible, cloud, STOP).launch(answers)
    assert job.artifacts["dli_stopped_job_ids"] == [131] and cloud.job(131).status == "job_cancel_success", job.ended.output
    assert [entry.trigger_savepoint for entry in cloud.ledger.of(what="stop")] == [True]


def test_the_statuses_to_choose_from_are_the_service_s():
    (question,) = [item for item in survey_of(INFO)["spec"] if item["variable"] == "dli_status"]
    assert set(question["choices"]) == set(STATUSES)


def test_a_survey_of_recovery(ansible, cloud):
    answers = {"dli_job_ids": "204, 137, 131", "dli_without_state": "true", "dli_wait": "false", "dli_queue_name": ""}
    job = template(ansible, cloud, RECOVER).launch(answers)
    assert job.succeeded and job.artifacts["dli_failed_job_ids"] == [] and set(started(cloud)) == {204, 137}, job.ended.output
    job = template(ansible, cloud, RECOVER).launch({"dli_job_ids": "131", "dli_wait": "false"})
    assert job.succeeded and job.artifacts["dli_msg"] == "Recovered 0 of 0 failed jobs.", job.ended.output


@pytest.mark.parametrize(
    ("playbook", "variables", "said"),
    [
        (RUN, {"dli_job_ids": "131, abc"}, "job_ids: 'abc' is not a job id"),
        (RUN, {"dli_job_ids": "131", "dli_wait": "perhaps"}, "'perhaps' is not a valid boolean"),
        (RUN, {"dli_job_ids": "131", "dli_wait_timeout": "soon"}, "unable to convert to float"),
        (RUN, {"dli_job_ids": "131", "dli_wait_timeout": -1}, "wait_timeout must be more than 0"),
        (RUN, {"dli_job_ids": "{{ lookup('pipe', 'id') }}"}, "is not a job id"),
        (SAVEPOINT, {"dli_job_ids": "207"}, "savepoint_path"),
        (SAVEPOINT, {"dli_job_ids": "x", "dli_savepoint_path": "b/s"}, "job_ids: 'x' is not a job id"),
        (STOP, {}, "no jobs are named"),
    ],
)
def test_bad_input_is_told_in_one_sentence(ansible, cloud, playbook, variables, said):
    """Without a survey that would stop it before. A text that looks like a template is none."""
    job = template(ansible, cloud, playbook, survey=False).launch(variables)
    assert not job.succeeded and said in json.dumps(job.artifacts) + job.ended.output, job.ended.output
    assert cloud.ledger.entries == [] and "Traceback" not in job.ended.output and "is undefined" not in job.ended.output


# Events and artifacts


def test_events_hold_every_row_also_of_a_failed_job(ansible, cloud):
    job = template(ansible, cloud).launch({"dli_job_ids": "131\n204\n999", "dli_job_names": "nope, twin", "dli_wait": "false"})
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
    assert shown["msg"][0] == result["msg"] and len(shown["msg"]) == 1 + 3


def test_an_unknown_job_is_told_apart(ansible, cloud):
    """The start is sure; what became of it is not, since the service lets nobody look any more."""
    cloud.faults.add("unauthorized", call="detail", skip=1, times=None)
    job = template(ansible, cloud).launch({"dli_job_ids": "131", "dli_wait": "true"})
    ids = [job.artifacts[f"dli_{word}_job_ids"] for word in ("started", "failed", "unknown")]
    assert not job.succeeded and ids == [[131]] * 3, job.ended.output


def test_savepoints_of_several_jobs(ansible, cloud):
    answers = {"dli_job_ids": "207\n131", "dli_job_names": "nope", "dli_savepoint_path": "bucket/saved", "dli_wait": "true"}
    job = template(ansible, cloud, SAVEPOINT).launch(answers)
    assert not job.succeeded and [entry.job_id for entry in cloud.ledger.of(what="savepoint", accepted=True)] == [207]
    artifacts = job.artifacts
    assert artifacts["dli_saved_job_ids"] == [207] and artifacts["dli_msg"] == "Made 1 of 3 savepoints.", job.ended.output
    assert artifacts["dli_failed_job_ids"] == [131] and artifacts["dli_failed_job_names"] == ["nope"]


@pytest.mark.parametrize("playbook", [RUN, STOP, SAVEPOINT, RECOVER, INFO])
def test_a_refused_sign_in_is_one_sign_in(ansible, cloud, playbook):
    """A few wrong signatures lock the key; and all that was asked for has failed."""
    inputs = {**inputs_of(cloud.env()), "secret_key": "not-the-secret-key-of-this-access-key"}
    answers = {"dli_job_ids": "131, 207"}
    if playbook == SAVEPOINT:
        answers["dli_savepoint_path"] = "bucket/saved"
    job = JobTemplate(ansible, playbook, inputs).launch(answers)
    assert not job.succeeded and "HTTP 401" in job.artifacts["dli_msg"] and len(cloud.requests) == 1, job.ended.output
    if playbook != INFO:
        assert list(map(int, job.artifacts["dli_failed_job_ids"])) == [131, 207]


@pytest.mark.parametrize("refused", [False, True])
def test_a_thousand_jobs_fit_into_an_event(ansible, cloud, figure, refused):
    """The second time each job is refused, with the longest of messages: none has a savepoint to start from."""
    cloud.service.clear()
    ids = list(range(1, 1001))
    cloud.seed([{"job_id": i, "name": f"job_{i}", "status": "job_cancel_success", "sql_body": SQL} for i in ids])
    answers = {"dli_job_ids": "\n".join(map(str, ids)), "dli_wait": "false", "dli_resume_savepoint": str(refused).lower()}
    job = template(ansible, cloud).launch(answers)
    sizes = [len(str(event["event_data"].get("res"))) for event in job.events if event["event"] != "playbook_on_stats"]
    (result,) = job.results(MODULE)
    assert len(result["jobs"]) == 1000 and job.succeeded != refused
    assert max(sizes) < LARGEST_RESULT
    assert job.artifacts["dli_failed_job_ids" if refused else "dli_started_job_ids"] == ids
    (documented,) = re.findall(r"it is\nabout ([\d,]+), or ([\d,]+) if each", PAGE.read_text(encoding="utf-8"))
    assert max(sizes) == pytest.approx(int(documented[refused].replace(",", "")), rel=0.05)
    written = max(len(json.dumps(event)) for event in job.events)
    told = "refused" if refused else "started"
    figure(f"awx: 1000 jobs {told}, largest result in an event {max(sizes)} of {LARGEST_RESULT}, largest event {written} bytes")


# Job types


@pytest.mark.parametrize("playbook", [RUN, STOP, SAVEPOINT, RECOVER, INFO])
def test_check_and_show_changes(ansible, cloud, playbook):
    answers = {"dli_job_ids": {RUN: "131", STOP: "207", SAVEPOINT: "207", RECOVER: "137", INFO: "131"}[playbook]}
    if playbook == SAVEPOINT:
        answers["dli_savepoint_path"] = "bucket/saved"
    job = template(ansible, cloud, playbook).launch(answers, None, "--check", "--diff")
    assert job.succeeded and cloud.ledger.entries == [], job.ended.output
    (name,) = [name for name in job.artifacts if name.split("_")[1] in ("started", "stopped", "saved", "found")]
    assert job.artifacts[name] == [int(answers["dli_job_ids"])]
    diffs = [event["event_data"]["res"]["diff"] for event in job.events if event["event_data"].get("res", {}).get("diff")]
    assert bool(diffs) == (playbook in (RUN, STOP, RECOVER))
    assert "job_running" in json.dumps(diffs) or playbook in (RUN, RECOVER, SAVEPOINT, INFO)


# Workflows


@pytest.mark.parametrize("survey_of_the_workflow", [False, True])
def test_a_workflow_tries_again_what_failed(ansible, cloud, survey_of_the_workflow):
    """The answers to a workflow's own survey go to every node, and beat what a node hands on."""
    cloud.faults.add("actor", act="force", job_ids=(138,), fields={"status": "job_canceling"}, call="list")
    asked = {"dli_job_ids": "131\n138\n130", "dli_wait": "false"}
    first = template(ansible, cloud).launch(asked)
    assert not first.succeeded and first.artifacts["dli_failed_job_ids"] == [138], first.ended.output
    cloud.force(138, "job_cancel_success")
    again = template(ansible, cloud, survey=False, extra_vars={"dli_retry_failed": True})
    second = again.launch(asked if survey_of_the_workflow else {}, first.artifacts)
    assert second.succeeded and second.artifacts["dli_started_job_ids"] == [138], second.ended.output
    assert [row["job_id"] for row in second.results(MODULE)[0]["jobs"]] == [138]
    assert started(cloud) == [131, 130, 138]


def test_what_failed_before_anything_could_be_looked_at_is_tried_again(ansible, cloud):
    """Also what is named by its name."""
    cloud.faults.add("status", status=400, call="list", body={"error_code": "DLI.0001", "error_msg": "no"}, times=1)
    first = template(ansible, cloud).launch({"dli_job_ids": "131\r\n130", "dli_job_names": "fraud_rules", "dli_wait": "false"})
    assert not first.succeeded and started(cloud) == [], first.ended.output
    again = template(ansible, cloud, survey=False, extra_vars={"dli_retry_failed": True}).launch({}, first.artifacts)
    assert again.succeeded and started(cloud) == [131, 130, 138], again.ended.output


def test_found_jobs_go_to_the_next_node(ansible, cloud):
    """A job template may write the name of what was handed on into its own extra variables."""
    found = template(ansible, cloud, INFO).launch({"dli_status": ["job_running"]})
    assert found.artifacts["dli_found_job_ids"] == [207], found.ended.output
    stop = template(ansible, cloud, STOP, survey=False, extra_vars={"dli_job_ids": "{{ dli_found_job_ids }}"})
    assert stop.launch({}, found.artifacts).artifacts["dli_stopped_job_ids"] == [207]


def test_an_alarm_is_given_what_happened(ansible, cloud):
    """Any playbook after a failed job has the sentence and the ids at hand."""
    first = template(ansible, cloud).launch({"dli_job_ids": "999"})
    task = {"name": "Alarm", "ansible.builtin.debug": {"msg": "{{ dli_msg }} {{ dli_failed_job_ids | join(',') }}"}}
    play = json.dumps([{"hosts": "localhost", "gather_facts": False, "tasks": [task]}])
    ended = ansible.playbook(play, "-e", json.dumps(first.artifacts))
    assert ended.result["msg"] == f"{first.artifacts['dli_msg']} 999"
