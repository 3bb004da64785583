# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Fixtures that run ansible commands with the built and installed collection against local DLIs in this process.

``make e2e`` sets these variables: E2E_BIN, the directory of the ansible commands; E2E_COLLECTIONS, the collections path with
the installed collection; E2E_PYTHONS, the interpreters that modules run with; E2E_AWX, the collections path with awx.awx.
"""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass, field, replace
from pathlib import Path

import message_rules
import pytest
from local_dli.server import serve

CHECKOUT = Path(__file__).resolve().parents[2]
MODULE = "huaweicloud.cloud.dli_streaming_jobs_run"
BIN = Path(os.environ["E2E_BIN"])
PYTHONS = json.loads(os.environ["E2E_PYTHONS"])
#: Timeout of a command in seconds.
TIMEOUT = 300


#: Statement of an SQL job that can be started.
STATEMENT = "INSERT INTO sink SELECT id FROM source"
#: Access keys of the example account: of a user with only read permissions, and a temporary one.
READER = {"HW_ACCESS_KEY": "LOCALDLIREADERSKEY03", "HW_SECRET_KEY": "inventedForTheLocalDliOnly00000000000003"}
TEMPORARY = {
    "access_key": "LOCALDLITEMPORARYKE2",
    "secret_key": "inventedForTheLocalDliOnly00000000000002",
    "security_token": "invented-security-token-of-the-local-dli",
}


@dataclass
class CommandResult:
    """The outcome of a command; ``results`` are the results of its tasks."""

    code: int
    stdout: str
    stderr: str
    results: list = field(default_factory=list)

    @property
    def result(self):
        """The result of the last task."""
        return self.results[-1]["result"]

    @property
    def failed(self):
        """Whether the last task failed."""
        return self.results[-1]["failed"]

    @property
    def output(self):
        return self.stdout + self.stderr


class Ansible:
    """Runs ansible commands in a directory, with only the environment variables that they need."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.env = {
            "PATH": f"{BIN}:{os.environ['PATH']}",
            "HOME": str(folder / "home"),
            "ANSIBLE_ASYNC_DIR": str(folder / "async"),
            "LANG": "C.UTF-8",
            "ANSIBLE_COLLECTIONS_PATH": os.environ["E2E_COLLECTIONS"],
            "ANSIBLE_LOCALHOST_WARNING": "false",
            "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false",
            "ANSIBLE_CALLBACK_PLUGINS": str(Path(__file__).parent / "callback_plugins"),
            "ANSIBLE_CALLBACKS_ENABLED": "collect",
            "ANSIBLE_LOAD_CALLBACK_PLUGINS": "true",
            "E2E_RESULTS": str(folder / "results.jsonl"),
            "NO_PROXY": "127.0.0.1",
        }
        (folder / "home").mkdir()

    def command(self, *words, env=None) -> CommandResult:
        """Run a command of E2E_BIN."""
        results = Path(self.env["E2E_RESULTS"])
        results.unlink(missing_ok=True)
        ended = subprocess.run(
            [str(BIN / words[0]), *map(str, words[1:])],
            cwd=self.folder,
            env={**self.env, **(env or {})},
            capture_output=True,
            text=True,
            check=False,
            timeout=TIMEOUT,
            stdin=subprocess.DEVNULL,
        )
        lines = results.read_text(encoding="utf-8").splitlines() if results.exists() else []
        entries = [json.loads(line) for line in lines]
        for entry in entries:
            message_rules.check_task(entry["result"])
        return CommandResult(ended.returncode, ended.stdout, ended.stderr, entries)

    def adhoc(self, arguments, *words, env=None, module=MODULE) -> CommandResult:
        """Run ``ansible localhost -m MODULE -a ARGUMENTS``."""
        return self.command("ansible", "localhost", "-m", module, "-a", arguments, *words, env=env)

    def playbook(self, content, *words, env=None) -> CommandResult:
        """Run a playbook given as text, as one play or as several."""
        if not isinstance(content, str):
            content = json.dumps([content] if isinstance(content, dict) else content)
        file = self.folder / "playbook.yml"
        file.write_text(content, encoding="utf-8")
        return self.command("ansible-playbook", *words, file, env=env)

    def task(self, arguments: dict, *words, env=None, module=MODULE, **keywords) -> CommandResult:
        """Run a module as the only task of a playbook; ``keywords`` are keywords of the task."""
        return self.playbook(play({module: arguments, **keywords}), *words, env=env)

    def tasks(self, *tasks: dict, env=None) -> list[CommandResult]:
        """Run tasks in one play, also after failures; return the result of each. This is faster than a play for each task."""
        ended = self.playbook(play(*tasks, ignore_errors=True), env=env)
        assert ended.code == 0 and len(ended.results) == len(tasks) and "Traceback" not in ended.output, ended.output
        return [replace(ended, results=[result]) for result in ended.results]


@pytest.fixture
def ansible(tmp_path) -> Ansible:
    """Ansible commands without the environment variables of a service."""
    return Ansible(tmp_path)


@pytest.fixture
def dli(ansible):
    """A local DLI with the example jobs. The environment variables of ``ansible`` contain its endpoint and credentials."""
    with serve() as service:
        ansible.env.update(service.env())
        yield service


@pytest.fixture
def cloud():
    """A local DLI with the example jobs, without environment variables."""
    with serve() as service:
        yield service


def play(*tasks: dict, hosts: str = "localhost", **keywords) -> dict:
    """Return a play with named tasks."""
    named = [{"name": f"Task {number}", **task} for number, task in enumerate(tasks)]
    return {"hosts": hosts, "gather_facts": False, "tasks": named, **keywords}


def calls(dli) -> list[str]:
    """Return the names of the calls that the service received, in order."""
    return [request.call for request in dli.requests.find()]


def error_message(ended) -> str:
    """Return the message of a task that failed without changes."""
    assert ended.code == 2 and ended.result["changed"] is False, ended.output
    assert "Traceback" not in ended.output
    return ended.result["msg"]


def started(dli) -> list[int]:
    """Return the IDs of the jobs that the service started, in order."""
    return [entry.job_id for entry in dli.ledger.starts()]


def states(result) -> dict:
    """Return a dictionary of the job ID or name -> state of a result."""
    return {job["job_id"] or job["name"]: job["state"] for job in result["jobs"]}
