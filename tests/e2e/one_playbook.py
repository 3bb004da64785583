# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Runs the plays of several tests in one process of ansible-playbook, which takes less time than a process for each test."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from local_dli.server import serve
from task_runs import Ansible, CommandResult


@dataclass
class Case:
    """The plays of a test, with a local DLI for these plays only."""

    name: str
    plays: list[dict]
    dli: object
    results: list = field(default_factory=list)

    @property
    def result(self):
        """The result of the last task."""
        return self.results[-1]["result"]

    @property
    def failed(self) -> bool:
        """Whether a task failed on any host."""
        return any(one["failed"] for one in self.results)


class Playbook:
    """The playbook. First add all cases, and then run it; ``ended`` is the outcome of the command."""

    def __init__(self, folder: Path, stack: contextlib.ExitStack) -> None:
        self.ansible = Ansible(folder)
        self.cases: dict[str, Case] = {}
        self.ended = CommandResult(-1, "", "")
        self._stack = stack

    def add(self, name: str, *plays: dict, with_environment: bool = True) -> Case:
        """Add the plays of a case. The names of their tasks begin with its name, and their environment is for its DLI."""
        dli = self._stack.enter_context(serve())
        environment = {"environment": dli.env()} if with_environment else {}
        renamed = []
        for one in plays:
            tasks = [{**task, "name": f"{name}: {task['name']}"} for task in one["tasks"]]
            renamed.append({**one, **environment, "tasks": tasks})
        self.cases[name] = Case(name, renamed, dli)
        return self.cases[name]

    def run(self, *words: str) -> None:
        """Run all plays in the order in which they were added."""
        self.ended = self.ansible.playbook([one for case in self.cases.values() for one in case.plays], *words)
        for entry in self.ended.results:
            self.cases[entry["task"].partition(": ")[0]].results.append(entry)
        assert all(case.results for case in self.cases.values()) and "Traceback" not in self.ended.output, self.ended.output

    def sections(self) -> dict[str, str]:
        """Return what Ansible printed to stdout for each task, by its name."""
        parts = re.split(r"^TASK \[(.*)\] \*+$", self.ended.stdout, flags=re.MULTILINE)
        return dict(zip(parts[1::2], parts[2::2]))


@contextlib.contextmanager
def one_playbook(folder: Path) -> Iterator[Playbook]:
    """Yield an empty playbook; its local DLIs end with the block."""
    with contextlib.ExitStack() as stack:
        yield Playbook(folder, stack)
