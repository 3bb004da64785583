# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Many tasks at once through one real ansible-playbook: a cell is a host with a local DLI of its own."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from local_dli.local import LocalDli

from .conftest import MODULE, Ansible, Ended


@dataclass
class Cell:
    """A task and the service it talks to; ``result`` and ``failed`` are there once it was played."""

    dli: LocalDli
    arguments: dict[str, Any]
    check_mode: bool = False
    result: dict[str, Any] | None = None
    failed: bool | None = None

    @property
    def me(self) -> str:
        """The name under which the service's ledger knows the task."""
        return self.dli.env()["HW_ACCESS_KEY"]


def play(ansible: Ansible, cells: Mapping[Any, Cell]) -> Ended:
    """Play all cells, several at a time, and fill in how they ended."""
    names = {f"cell{number}": cell for number, cell in enumerate(cells.values())}
    inventory = ansible.folder / "inventory.json"
    hosts = {name: _host(cell) for name, cell in names.items()}
    inventory.write_text(json.dumps({"all": {"hosts": hosts}}), encoding="utf-8")
    tasks = [{"name": "The cell", MODULE: "{{ arguments }}", "check_mode": "{{ checking }}"}]
    text = json.dumps([{"hosts": "all", "gather_facts": False, "strategy": "free", "tasks": tasks}])
    forks = str(4 * (os.cpu_count() or 1))
    ended = ansible.playbook(text, "-i", inventory, "--forks", forks, "-vvvv", env={"ANSIBLE_PIPELINING": "true"})
    for entry in ended.results:
        names[entry["host"]].result, names[entry["host"]].failed = entry["result"], entry["failed"]
    if any(cell.result is None for cell in cells.values()):
        raise RuntimeError(f"some cells were not played: {ended.output[-3000:]}")
    return ended


def _host(cell: Cell) -> dict[str, Any]:
    env = cell.dli.env()
    return {
        "ansible_connection": "local",
        "ansible_python_interpreter": sys.executable,
        "checking": cell.check_mode,
        "arguments": {
            **cell.arguments,
            "access_key": env["HW_ACCESS_KEY"],
            "secret_key": env["HW_SECRET_KEY"],
            "project_id": env["HW_PROJECT_ID"],
            "endpoint": env["HW_DLI_ENDPOINT"],
        },
    }
