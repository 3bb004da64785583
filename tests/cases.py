# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Runs many tasks at the same time, because most of them wait. Each case has its own local DLI.

With ansible commands, each case is a host of one play. In process, the module runs in copies of this process.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import sys
import warnings
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from local_dli.instance import LocalDli
from task_runs import MODULE, Ansible, CommandResult, InProcess, play

from ansible_collections.huaweicloud.cloud.plugins.modules import dli_streaming_jobs_run

#: Copies of this process. A module in process uses the processor for 0.05 s and waits for up to 5 s.
PROCESSES = 16
#: Imported here, because otherwise each copy of this process would import it again.
_MODULE = dli_streaming_jobs_run


@dataclass
class Case:
    """A task and its service. ``run_cases`` sets ``result``, ``failed`` and ``output``."""

    dli: LocalDli
    arguments: dict[str, Any]
    check_mode: bool = False
    result: dict[str, Any] | None = None
    failed: bool | None = None
    #: The output of the task, or of the command that ran all cases.
    output: str = ""

    @property
    def actor(self) -> str:
        """The actor of the task in the ledger of the service."""
        return self.dli.env()["HW_ACCESS_KEY"]

    @property
    def all_arguments(self) -> dict[str, Any]:
        """The arguments with the service and the credentials."""
        env = self.dli.env()
        return {
            **self.arguments,
            "access_key": env["HW_ACCESS_KEY"],
            "secret_key": env["HW_SECRET_KEY"],
            "project_id": env["HW_PROJECT_ID"],
            "endpoint": env["HW_DLI_ENDPOINT"],
        }


def run_cases(ansible: Ansible | InProcess, cases: Collection[Case]) -> None:
    """Run all cases, several at a time, and set their results."""
    if isinstance(ansible, Ansible):
        _run_hosts(ansible, cases)
    else:
        _run_processes(ansible, cases)


def _run_hosts(ansible: Ansible, cases: Collection[Case]) -> None:
    names = {f"case{number}": case for number, case in enumerate(cases)}
    inventory = ansible.folder / "inventory.json"
    hosts = {name: _host(case) for name, case in names.items()}
    inventory.write_text(json.dumps({"all": {"hosts": hosts}}), encoding="utf-8")
    task = {MODULE: "{{ arguments }}", "check_mode": "{{ is_check_mode }}"}
    content = play(task, hosts="all", strategy="free")
    forks = str(4 * (os.cpu_count() or 1))
    ended = ansible.playbook(content, "-i", inventory, "--forks", forks, "-vvvv", env={"ANSIBLE_PIPELINING": "true"})
    for entry in ended.results:
        case = names[entry["host"]]
        case.result, case.failed, case.output = entry["result"], entry["failed"], ended.output
    if any(case.result is None for case in names.values()):
        raise RuntimeError(f"some cases did not run: {ended.output[-3000:]}")


def _host(case: Case) -> dict[str, Any]:
    return {
        "ansible_connection": "local",
        "ansible_python_interpreter": sys.executable,
        "is_check_mode": case.check_mode,
        "arguments": case.all_arguments,
    }


def _run_processes(ansible: InProcess, cases: Collection[Case]) -> None:
    calls = [(ansible, case.all_arguments, ["--check"] if case.check_mode else []) for case in cases]
    with warnings.catch_warnings():
        # Python warns about copies of processes with threads. The copies use no lock of the threads of the local DLIs.
        warnings.simplefilter("ignore", DeprecationWarning)
        # All copies are created before the first request, so they have no copy of a connection, which would keep it open.
        pool = multiprocessing.get_context("fork").Pool(PROCESSES)
    with pool:
        for case, ended in zip(cases, pool.starmap(_run, calls, chunksize=1)):
            case.result, case.failed, case.output = ended.result, ended.failed, ended.output


def _run(ansible: InProcess, arguments: dict[str, Any], words: list[str]) -> CommandResult:
    return ansible.task(arguments, *words)
