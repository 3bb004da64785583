# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Launches a job template as AWX does, without AWX.

The tests use the credential injector of AWX (awx-plugins-interfaces; a private interface, pinned), ansible-runner with its
events, and the collection. Extra variables are merged here as in the source code of AWX (awx/main/tasks, models/mixins,
utils/safe_yaml): all except those of the job template itself are marked unsafe, both names and values.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import yaml
from awx_plugins.interfaces._temporary_private_api import ManagedCredentialType
from awx_plugins.interfaces._temporary_private_credential_api import Credential
from awx_plugins.interfaces._temporary_private_inject_api import inject_credential
from task_runs import CHECKOUT, Ansible, CommandResult

from ansible_collections.huaweicloud.cloud.plugins.module_utils._auth.environment import FAMILIES, HW

from .awx_rules import check_survey_input

RUN, STOP, INFO, SAVEPOINT, RECOVER = (f"streaming_jobs_{name}" for name in ("run", "stop", "info", "savepoint", "recover"))
AWX_FILES = CHECKOUT / "extensions" / "awx"
TYPE = yaml.safe_load((AWX_FILES / "credential_types" / "huaweicloud.yml").read_text(encoding="utf-8"))
FIELDS = [field["id"] for field in TYPE["inputs"]["fields"]]
#: The variable of each field of the credential type.
VARIABLES = {option: names[0] for option, names in FAMILIES[HW].items()}
#: MAX_EVENT_RES_DATA of awx/settings/defaults.py: a larger result of a task is dropped from its event.
LARGEST_RESULT = 700_000


def inputs_of(env: dict) -> dict:
    """Return the fields of a credential with the values of an environment; as in the form, all others are empty."""
    return {name: env.get(VARIABLES[name], "") for name in FIELDS}


def survey_of(playbook: str) -> dict:
    return json.loads((AWX_FILES / "surveys" / f"{playbook}.json").read_text(encoding="utf-8"))


def inject(inputs: dict, private: Path) -> tuple[dict, dict]:
    """Return the environment of a credential, and the part of it that AWX displays."""
    kind = ManagedCredentialType("huaweicloud", TYPE["name"], TYPE["kind"], TYPE["inputs"], TYPE["injectors"])
    env, shown = {}, {}
    inject_credential(kind, Credential(inputs), env, shown, [], str(private), container_root=str(private))
    return env, shown


def _defaults(survey: dict) -> dict:
    """Return the values of questions without input: an empty text, or the default."""
    questions = survey["spec"]
    return {item["variable"]: item["default"] for item in questions if item["default"] or item["type"] in ("text", "textarea")}


class _Unsafe(yaml.SafeDumper):
    def represent_data(self, data):
        return self.represent_scalar("!unsafe", data) if isinstance(data, str) else super().represent_data(data)


@dataclass
class Job:
    """A finished job."""

    private: Path
    ended: CommandResult

    @cached_property
    def events(self) -> list:
        files = sorted(self.private.glob("artifacts/*/job_events/*.json"), key=lambda file: int(file.name.partition("-")[0]))
        return [json.loads(file.read_text(encoding="utf-8")) for file in files]

    def results(self, action: str) -> list:
        """The results of the tasks of one action, from their events."""
        parts = [event["event_data"] for event in self.events]
        return [part["res"] for part in parts if part.get("task_action") == action and part.get("res")]

    @property
    def artifacts(self) -> dict:
        """The artifacts, which AWX passes to the next node of a workflow."""
        (stats,) = [event for event in self.events if event["event"] == "playbook_on_stats"]
        return stats["event_data"]["artifact_data"]

    @property
    def succeeded(self) -> bool:
        return self.ended.code == 0


@dataclass
class JobTemplate:
    """A job template with the inputs of its credential, its extra variables, and the hosts of its inventory."""

    ansible: Ansible
    playbook: str
    inputs: dict
    survey: bool = True
    extra_vars: dict | None = None
    #: The interpreter does not exist, so a playbook has to set another one.
    hosts: dict = field(default_factory=lambda: {"localhost": {"ansible_python_interpreter": "/nowhere/python"}})

    def launch(self, survey_input=None, artifacts=None, *words: str) -> Job:
        """Run a job with input to the survey, artifacts of a previous node, and arguments of a job type."""
        own = dict(self.extra_vars or {})
        given = {"awx_job_id": 1, **(artifacts or {}), **(survey_input or {})}
        if self.survey:
            check_survey_input(survey_of(self.playbook), survey_input or {})
            given = {**_defaults(survey_of(self.playbook)), **given}
        private = self._private_folder()
        env, _shown = inject(self.inputs, private)
        files = {
            # An import, because AWX runs only playbooks that are in the project.
            f"project/{self.playbook}.yml": f"- import_playbook: huaweicloud.cloud.{self.playbook}\n",
            "inventory/hosts.json": json.dumps({"all": {"hosts": self.hosts}}),
            "env/envvars": json.dumps({**env, "MAX_EVENT_RES": str(LARGEST_RESULT)}),
            "env/extravars": yaml.safe_dump({k: v for k, v in own.items() if k not in given}) if own else "",
            "env/cmdline": " ".join(words),
        }
        files["env/extravars"] += yaml.dump(given, Dumper=_Unsafe)
        for name, text in files.items():
            (private / name).write_text(text, encoding="utf-8")
        ended = self.ansible.command("ansible-runner", "run", private, "-p", f"{self.playbook}.yml")
        return Job(private, ended)

    def _private_folder(self) -> Path:
        private = self.ansible.folder / f"job-{len(list(self.ansible.folder.glob('job-*'))) + 1}"
        for folder in ("project", "inventory", "env"):
            (private / folder).mkdir(parents=True)
        return private


def template(ansible: Ansible, cloud, playbook: str, **members) -> JobTemplate:
    """Return a job template with a credential for a local DLI."""
    return JobTemplate(ansible, playbook, inputs_of(cloud.env()), **members)
