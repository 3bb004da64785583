# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Runs many tasks in one ansible-playbook command. Each case is a host with its own local DLI."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from local_dli.instance import LocalDli
from task_runs import MODULE, Ansible, CommandResult, play


@dataclass
class Case:
    """A task and its service. ``run_cases`` sets ``result`` and ``failed``."""

    dli: LocalDli
    arguments: dict[str, Any]
    check_mode: bool = False
    result: dict[str, Any] | None = None
    failed: bool | None = None

    @property
    def actor(self) -> str:
        """The actor of the task in the ledger of the service."""
        return self.dli.env()["HW_ACCESS_KEY"]


def run_cases(ansible: Ansible, cases: Iterable[Case]) -> CommandResult:
    """Run all cases, several at a time, and set their results."""
    names = {f"case{number}": case for number, case in enumerate(cases)}
    inventory = ansible.folder / "inventory.json"
    hosts = {name: _host(case) for name, case in names.items()}
    inventory.write_text(json.dumps({"all": {"hosts": hosts}}), encoding="utf-8")
    task = {MODULE: "{{ arguments }}", "check_mode": "{{ is_check_mode }}"}
    content = play(task, hosts="all", strategy="free")
    forks = str(4 * (os.cpu_count() or 1))
    ended = ansible.playbook(content, "-i", inventory, "--forks", forks, "-vvvv", env={"ANSIBLE_PIPELINING": "true"})
    for entry in ended.results:
        names[entry["host"]].result, names[entry["host"]].failed = entry["result"], entry["failed"]
    if any(case.result is None for case in names.values()):
        raise RuntimeError(f"some cases did not run: {ended.output[-3000:]}")
    return ended


def _host(case: Case) -> dict[str, Any]:
    env = case.dli.env()
    return {
        "ansible_connection": "local",
        "ansible_python_interpreter": sys.executable,
        "is_check_mode": case.check_mode,
        "arguments": {
            **case.arguments,
            "access_key": env["HW_ACCESS_KEY"],
            "secret_key": env["HW_SECRET_KEY"],
            "project_id": env["HW_PROJECT_ID"],
            "endpoint": env["HW_DLI_ENDPOINT"],
        },
    }
