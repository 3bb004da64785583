# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Runs whole plays, such as roles and examples, in one process of ansible-playbook. Each scenario is a host with its own facts.

one_playbook.py does the same for single tasks on localhost, which share their facts.
"""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from unittest import mock

import task_runs
from local_dli.instance import LocalDli
from local_dli.server import serve
from task_runs import Ansible, CommandResult

#: Timeout of a command in seconds: it takes 90 s, and several times as long on a busy machine.
TIMEOUT = 1200


@dataclass
class Scenario:
    """The plays of a host, their local DLI, and the results of their tasks."""

    plays: list[dict]
    dli: LocalDli
    results: list = field(default_factory=list)

    @property
    def messages(self) -> str:
        """The messages of all tasks, also of those that failed."""
        return "\n".join(str(entry["result"]["msg"]) for entry in self.results if "msg" in entry["result"])


class Scenarios:
    """The scenarios of a command. First add all of them, and then run them; ``ended`` is the outcome of the command."""

    def __init__(self, folder: Path, stack: contextlib.ExitStack) -> None:
        self.ansible = Ansible(folder)
        self.found: dict[str, Scenario] = {}
        self.ended = CommandResult(-1, "", "")
        self._stack = stack
        self._hosts: dict[str, dict] = {}

    def service(self) -> LocalDli:
        """Return a new local DLI with the example jobs, which ends after the tests."""
        return self._stack.enter_context(serve())

    def add(self, name: str, *plays: dict, dli: LocalDli, environment: Mapping | None = None, **variables) -> Scenario:
        """Add plays for localhost, which are run on a host with this name.

        :param environment: the environment of the modules; without it, that of the local DLI.
        :param variables: variables of the host.
        """
        assert all(one["hosts"] == "localhost" for one in plays) and re.fullmatch(r"[\w.]+", name), name
        environment = dli.env() if environment is None else dict(environment)
        self.found[name] = Scenario([{**one, "hosts": name, "environment": environment} for one in plays], dli)
        connection = {"ansible_connection": "local", "ansible_python_interpreter": "{{ ansible_playbook_python }}"}
        self._hosts[name] = {**connection, **variables}
        return self.found[name]

    def run(self, *words: str, env: Mapping | None = None) -> None:
        """Run all plays in the order in which they were added. A play that fails ends the command."""
        inventory = self.ansible.folder / "inventory.json"
        inventory.write_text(json.dumps({"all": {"hosts": self._hosts}}), encoding="utf-8")
        plays = [one for scenario in self.found.values() for one in scenario.plays]
        with mock.patch.object(task_runs, "TIMEOUT", TIMEOUT):
            self.ended = self.ansible.playbook(plays, "-i", inventory, *words, env=env)
        assert "Traceback" not in self.ended.output, self.ended.output
        for entry in self.ended.results:
            self.found[entry["host"]].results.append(entry)

    def succeeded(self, name: str) -> Scenario:
        """Return a scenario, and fail if its plays have failed, or if they have not run because plays before them have failed."""
        recap = self.ended.stdout.rpartition("PLAY RECAP")[2]
        assert re.search(rf"(?m)^{re.escape(name)} .* unreachable=0 +failed=0 ", recap), self.ended.output
        assert self.found[name].results, self.ended.output
        return self.found[name]


@contextlib.contextmanager
def scenarios(folder: Path):
    """Yield an object without scenarios; their local DLIs end with the block."""
    with contextlib.ExitStack() as stack:
        yield Scenarios(folder, stack)
