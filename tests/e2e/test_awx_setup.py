# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""playbooks/awx_setup.yml with the real modules of awx.awx, against a fake of the AWX API."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
import yaml
from task_runs import CHECKOUT

from .awx_rules import Refused, check_credential_type, check_survey
from .fake_awx_api import PLATFORM, serve_awx

SETUP = "huaweicloud.cloud.awx_setup"
#: The playbooks that a project with this repository offers.
PLAYBOOKS = {f"playbooks/{path.name}" for path in (CHECKOUT / "playbooks").glob("*.yml")}
SURVEYS = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in CHECKOUT.glob("extensions/awx/surveys/*.json")}
TYPE = CHECKOUT / "extensions" / "awx" / "credential_types" / "huaweicloud.yml"
TEMPLATES = {f"DLI: {survey['name']}": name for name, survey in SURVEYS.items()}
RETRY = "DLI: Retry failed streaming jobs"
#: The job template that the rulebook streaming_jobs_heal_controller launches.
RESTART = yaml.safe_load((CHECKOUT / "playbooks" / "awx_setup.yml").read_text(encoding="utf-8"))[0]["vars"]["_setup_restart"]
RESTART = RESTART.replace("{{ setup_prefix }}", "DLI: ")
WORKFLOW = "DLI: Start streaming jobs with retry"


@pytest.fixture
def awx(ansible):
    """A fake of the AWX API with one credential. The environment of ``ansible`` contains its address."""
    with serve_awx(PLAYBOOKS) as (objects, env):
        yield prepared(ansible, objects, env)


@pytest.fixture
def platform(ansible):
    """The same, with the path of the API in Automation Platform."""
    with serve_awx(PLAYBOOKS, PLATFORM) as (objects, env):
        ansible.env["CONTROLLER_OPTIONAL_API_URLPATTERN_PREFIX"] = "/api/controller/"
        yield prepared(ansible, objects, env)


def prepared(ansible, objects, env):
    ansible.env.update(env)
    ansible.env["ANSIBLE_COLLECTIONS_PATH"] += f"{os.pathsep}{os.environ['E2E_AWX']}"
    ansible.env["ANSIBLE_DEPRECATION_WARNINGS"] = "false"  # awx.awx imports a deprecated name of ansible-core
    objects.add("credentials", {"name": "My cloud"})
    return objects


def set_up(ansible, awx, *words, **variables):
    """Run the playbook; return its result, and the log of its writes."""
    awx.writes.clear()
    ended = ansible.command("ansible-playbook", SETUP, *words, "-e", json.dumps(variables))
    return ended, list(awx.writes)


def test_setup_is_idempotent(ansible, awx):
    ended, written = set_up(ansible, awx)
    assert ended.code == 0 and "WARNING" not in ended.stderr, ended.output
    templates = awx.named("job_templates")
    assert set(templates) == {*TEMPLATES, RETRY} and awx.named("workflow_job_templates") == {}
    for name, playbook in TEMPLATES.items():
        template = templates[name]
        assert template["playbook"] == f"playbooks/{playbook}.yml" and template["survey_enabled"]
        assert template["ask_job_type_on_launch"] and template["ask_diff_mode_on_launch"] and template["ask_credential_on_launch"]
        assert awx.surveys[f"job_templates/{template['id']}"] == SURVEYS[playbook]
    assert json.loads(templates[RETRY]["extra_vars"]) == {"dli_retry_failed": True}
    created = awx.named("credential_types")["Huawei Cloud"]
    expected = yaml.safe_load(TYPE.read_text(encoding="utf-8"))
    assert {key: created[key] for key in expected} == expected
    assert json.loads(awx.named("hosts")["localhost"]["variables"]) == {"ansible_connection": "local"}
    assert written
    ended, written = set_up(ansible, awx)
    assert ended.code == 0 and "changed=0" in ended.stdout and written == [], ended.output


@pytest.mark.parametrize("status", ["failed", "error", "canceled", "missing", "never updated"])
def test_project_without_playbooks(ansible, awx, status):
    """The reason of the failed update is reported before any job template is created."""
    awx.add("projects", {"name": "Huawei Cloud", "status": status})
    (project,) = awx.objects["projects"].values()
    reason = ""
    if status in ("failed", "error", "canceled"):
        project["summary_fields"] = {"last_job": {"id": 7, "status": status}}
    if status == "failed":
        reason = "fatal: repository 'https://git.example.com/a.git/' not found"
        msg = {"event_data": {"res": {"msg": reason}}}
        awx.events[7] = [{"event": "runner_on_ok", "event_data": {"res": {"msg": "no"}}}, {"event": "runner_on_failed", **msg}]
    ended, written = set_up(ansible, awx, setup_project_url="")
    (failed,) = [entry for entry in ended.results if entry["failed"]]
    shown = f"The status of the project Huawei Cloud in AWX is '{status}'{': ' if reason else ''}{reason}. AWX finds no playbooks"
    assert ended.code == 2 and failed["result"]["msg"].startswith(shown), ended.output
    assert awx.named("job_templates") == {} and not any("job_templates" in line for line in written)


def test_setup_with_credential_image_and_project(ansible, platform):
    """With a credential, the playbook creates a workflow, whose second node runs only if the first has failed."""
    platform.add("projects", {"name": "Ours", "organization": platform.named("organizations")["Default"]["id"]})
    variables = {
        "setup_credential": "My cloud",
        "setup_project": "Ours",
        "setup_project_url": "",
        "setup_execution_environment": "Huawei Cloud",
        "setup_image": "ee-huaweicloud:1.0",
    }
    ended, _written = set_up(ansible, platform, **variables)
    assert ended.code == 0, ended.output
    credential = platform.named("credentials")["My cloud"]["id"]
    environment = platform.named("execution_environments")["Huawei Cloud"]
    assert environment["image"] == "ee-huaweicloud:1.0" and set(platform.named("projects")) == {"Ours"}
    templates = platform.named("job_templates")
    for template in templates.values():
        assert platform.associations[f"job_templates/{template['id']}/credentials"] == [credential]
        assert template["execution_environment"] == environment["id"] and not template["ask_credential_on_launch"]
    assert set(templates) == {*TEMPLATES, RETRY, RESTART}
    restart = templates[RESTART]
    assert restart["playbook"] == "playbooks/streaming_jobs_recover.yml" and not restart["survey_enabled"]
    assert restart["ask_variables_on_launch"] and restart["allow_simultaneous"]
    assert json.loads(restart["extra_vars"]) == {"dli_wait": False}
    assert RESTART in (CHECKOUT / "extensions/eda/rulebooks/streaming_jobs_heal_controller.yml").read_text(encoding="utf-8")
    workflow, nodes = platform.named("workflow_job_templates")[WORKFLOW], platform.named("workflow_job_template_nodes")
    assert platform.surveys[f"workflow_job_templates/{workflow['id']}"] == SURVEYS["streaming_jobs_run"]
    chosen = {name: node["unified_job_template"] for name, node in nodes.items()}
    assert chosen == {"start": templates["DLI: Start streaming jobs"]["id"], "retry": templates[RETRY]["id"]}
    assert platform.associations[f"workflow_job_template_nodes/{nodes['start']['id']}/failure_nodes"] == [nodes["retry"]["id"]]
    ended, written = set_up(ansible, platform, **variables)
    assert ended.code == 0 and "changed=0" in ended.stdout and written == [], ended.output


def test_check_mode_reports_drift(ansible, awx):
    set_up(ansible, awx)
    awx.named("job_templates")["DLI: Stop streaming jobs"]["ask_diff_mode_on_launch"] = False
    ended, written = set_up(ansible, awx, "--check")
    assert ended.code == 0 and "changed=1" in ended.stdout and written == [], ended.output
    ended, written = set_up(ansible, awx)
    assert "changed=1" in ended.stdout and written == ["job_templates DLI: Stop streaming jobs"], ended.output


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        ({"setup_organization": "Elsewhere"}, "Elsewhere"),
        ({"setup_playbook_folder": "plays/"}, "Playbook not found for project."),
        ({"setup_credential": "Unknown"}, "returned 0 items, expected 1"),
    ],
)
def test_missing_object(ansible, awx, variables, message):
    ended, _written = set_up(ansible, awx, **variables)
    assert ended.code == 2 and message in ended.output


def test_missing_collection(ansible):
    ended = ansible.command("ansible-playbook", SETUP)
    assert ended.code != 0 and "awx.awx.credential_type" in ended.output


def credential_type(**changes):
    text = yaml.safe_load(TYPE.read_text(encoding="utf-8"))
    (field,) = [field for field in text["inputs"]["fields"] if field["id"] == "region"]
    field.update(changes.pop("field", {}))
    text["injectors"]["env"].update(changes.pop("env", {}))
    return {"kind": text["kind"], "inputs": text["inputs"], "injectors": text["injectors"], **changes}


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": "ssh"},
        {"field": {"type": "number"}},
        {"field": {"id": "1region"}},
        {"field": {"id": "access_key"}},
        {"field": {"type": "boolean", "secret": True}},
        {"field": {"placeholder": "cn-north-4"}},
        {"env": {"ANSIBLE_REGION": "{{ region }}"}},
        {"env": {"PYTHONPATH": "{{ region }}"}},
        {"env": {"HW_REGION": "{{ regoin }}"}},
        {"env": {"HW_REGION": "{{ region }"}},
        {"env": {"HW_REGION": "región"}},
        {"injectors": {"environment": {}}},
    ],
)
def test_invalid_credential_type_is_refused(changes):
    check_credential_type(**credential_type())
    with pytest.raises(Refused):
        check_credential_type(**credential_type(**changes))


@pytest.mark.parametrize(
    "changes",
    [
        {"type": "choice"},
        {"required": "true"},
        {"variable": "dli_job_ids"},
        {"default": "perhaps"},
        {"choices": ""},
        {"max": "1024"},
        {"question_name": None},
    ],
)
def test_invalid_survey_is_refused(changes):
    for survey in SURVEYS.values():
        check_survey(survey)
    survey = json.loads(json.dumps(SURVEYS["streaming_jobs_run"]))
    (question,) = [question for question in survey["spec"] if question["variable"] == "dli_wait"]
    question.update(changes)
    with pytest.raises(Refused):
        check_survey(survey)


def test_surveys_match_playbooks():
    """Each playbook has a survey for exactly the variables that its header describes."""
    assert {f"playbooks/{name}.yml" for name in SURVEYS} | {"playbooks/awx_setup.yml"} == PLAYBOOKS
    for name, survey in SURVEYS.items():
        head = Path(CHECKOUT / "playbooks" / f"{name}.yml").read_text(encoding="utf-8").partition("Artifacts for")[0]
        explained = {line.split()[1] for line in head.splitlines() if line.startswith("#   dli_")}
        assert {question["variable"] for question in survey["spec"]} == explained - {"dli_retry_failed"}
