# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Runs tasks against a local DLI: with ansible commands, or a module alone in this process, which takes a hundredth of the time.

``make e2e`` sets these variables: E2E_BIN, the directory of the ansible commands; E2E_COLLECTIONS, the collections path with
the installed collection; E2E_PYTHONS, the interpreters that modules run with; E2E_AWX, the collections path with awx.awx.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import json
import os
import subprocess
from dataclasses import dataclass, field, replace
from pathlib import Path
from unittest import mock

import message_rules
import pytest
from ansible.module_utils import basic
from ansible.module_utils.testing import patch_module_args
from ansible.parsing.splitter import parse_kv

CHECKOUT = Path(__file__).resolve().parents[1]
MODULE = "huaweicloud.cloud.dli_streaming_jobs_run"
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


class InProcess:
    """Runs modules in this process, with the same methods as ``Ansible``.

    The module is complete, from its options to its JSON result, and sends real requests. Not run are: Ansible itself with its
    templates and its masking of output, and the action plugin.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.env = {"HOME": str(folder / "home"), "LANG": "C.UTF-8", "NO_PROXY": "127.0.0.1"}
        (folder / "home").mkdir()

    def task(self, arguments: dict, *words: str, env=None, module=MODULE) -> CommandResult:
        """Run a module once; ``words`` are ``--check`` and ``--diff``."""
        internal = {"_ansible_check_mode": "--check" in words, "_ansible_diff": "--diff" in words}
        if set(words) - {"--check", "--diff"}:
            raise ValueError(f"{words} requires a real ansible command; move the test to tests/e2e")
        namespace, collection, name = module.split(".")
        main = importlib.import_module(f"ansible_collections.{namespace}.{collection}.plugins.modules.{name}").main
        warnings: list[str] = []
        output = io.StringIO()
        with contextlib.ExitStack() as stack:
            stack.enter_context(mock.patch.dict(os.environ, {**self.env, **(env or {})}, clear=True))
            stack.enter_context(mock.patch.object(basic.AnsibleModule, "warn", lambda _self, text, **_: warnings.append(text)))
            stack.enter_context(mock.patch.object(basic.AnsibleModule, "log", lambda _self, *_args, **_more: None))
            stack.enter_context(patch_module_args({**arguments, **internal}))
            stack.enter_context(contextlib.redirect_stdout(output))
            ended = stack.enter_context(pytest.raises(SystemExit))
            main()
        result = json.loads(output.getvalue())
        if warnings:
            result["warnings"] = warnings
        message_rules.check_task(result)
        failed = bool(ended.value.code)
        assert failed == bool(result.get("failed"))
        text = "\n".join([*warnings, json.dumps(result, indent=4)])
        return CommandResult(2 if failed else 0, text, "", [{"host": "localhost", "result": result, "failed": failed}])

    def adhoc(self, arguments: str, *words: str, env=None, module=MODULE) -> CommandResult:
        """Run a module with arguments such as ``job_ids=131,130``."""
        return self.task(parse_kv(arguments), *words, env=env, module=module)

    def tasks(self, *tasks: dict, env=None) -> list[CommandResult]:
        """Run tasks one after the other, also after failures; return the result of each."""
        ended = []
        for task in tasks:
            words = [f"--{word}" for word in ("check", "diff") if task.get({"check": "check_mode"}.get(word, word))]
            (module,) = set(task) - {"name", "check_mode", "diff"}
            ended.append(replace(self.task(task[module], *words, env=env, module=module), code=0))
        return ended


class Ansible:
    """Runs ansible commands in a directory, with only the environment variables that they need."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.bin = Path(os.environ["E2E_BIN"])
        self.env = {
            "PATH": f"{self.bin}:{os.environ['PATH']}",
            "HOME": str(folder / "home"),
            "ANSIBLE_ASYNC_DIR": str(folder / "async"),
            "LANG": "C.UTF-8",
            "ANSIBLE_COLLECTIONS_PATH": os.environ["E2E_COLLECTIONS"],
            "ANSIBLE_LOCALHOST_WARNING": "false",
            "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false",
            "ANSIBLE_CALLBACK_PLUGINS": str(CHECKOUT / "tests" / "e2e" / "callback_plugins"),
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
            [str(self.bin / words[0]), *map(str, words[1:])],
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
