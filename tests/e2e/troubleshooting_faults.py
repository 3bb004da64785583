# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The faults of docs/troubleshooting.md: a task for each of its sections, most of them in one play."""

from __future__ import annotations

import contextlib
import shutil

from local_dli.server import serve
from local_dli.testing import network
from local_dli.testing.faults import Rule

from .conftest import MODULE, PYTHONS, READER, Ansible, CommandResult, play

ONCE = {"max_retries": 0, "job_ids": [131]}


def run_faults(ansible: Ansible, collections: str) -> dict[str, CommandResult]:
    """Return the output of Ansible or the messages of the task for the title of each section."""
    with contextlib.ExitStack() as running:
        tasks = dict(_tasks(running, PYTHONS["without_requests"]))
        named = ({"name": title, MODULE: {**ONCE, **task.pop("options", {})}, **task} for title, task in tasks.items())
        ended = ansible.playbook(play(*named, ignore_errors=True))
    results = {entry["task"]: CommandResult(ended.code, _messages(entry["result"]), "") for entry in ended.results}
    assert set(results) == set(tasks), ended.output
    return {**results, **dict(_without_a_task(ansible, collections))}


def _messages(result: dict) -> str:
    """Return the messages of a result."""
    return "\n".join([*result.get("warnings", []), result.get("msg", ""), *(job["msg"] for job in result.get("jobs", []))])


def _tasks(running: contextlib.ExitStack, without_requests: str):
    def service(**settings):
        """Return a local DLI with these settings, and the variables that lead to it."""
        made = running.enter_context(serve(**settings))
        return made, made.env()

    def faulty(fault):
        made, env = service()
        made.faults.add(fault)
        return env

    _plain, plain = service()
    yield "requests is missing", {"environment": plain, "vars": {"ansible_python_interpreter": without_requests}}
    yield "No credentials", {"environment": {"HW_REGION_NAME": "cn-north-4"}}
    keys = {name: plain[name] for name in ("HW_ACCESS_KEY", "HW_SECRET_KEY")}
    yield "No region", {"environment": keys}
    _tls, secure = service(tls=network.Authority().server("127.0.0.1").context())
    yield "A certificate that is not trusted", {"environment": secure}
    proxy = running.enter_context(network.proxy(credentials=("user", "right-password")))
    elsewhere = {"endpoint": "https://dli.cn-north-4.myhuaweicloud.com"}
    yield "A proxy in between", {"environment": keys, "options": {"proxy": proxy.url, "region": "cn-north-4", **elsewhere}}
    closed = running.enter_context(network.closed_port())
    yield "The service cannot be reached", {"environment": plain, "options": {"endpoint": f"http://{closed}"}}
    yield "Throttling", {"environment": faulty(Rule("status", status=429, times=None))}
    wrong = {**plain, "HW_SECRET_KEY": "wrongForTheLocalDliOnly000000000000000001"}
    yield "A wrong secret key", {"environment": wrong}
    locked, to_lock = service()
    for _number in range(6):
        locked.accounts.strike(locked.accounts.key(to_lock["HW_ACCESS_KEY"]))
    yield "A locked key", {"environment": to_lock}
    late, slow = service()
    late.clock.offset = 23 * 60
    yield "A clock that is wrong", {"environment": slow}
    yield "A missing permission", {"environment": {**plain, **READER}}
    hangs = faulty(Rule("hang", times=None))
    yield "A request without an answer", {"environment": hangs, "options": {"request_timeout": 1, "overall_timeout": 3}}
    waiting = {"job_ids": [244], "wait": True, "wait_timeout": 1, "wait_interval": 1}
    yield "A wait that is not long enough", {"environment": plain, "options": waiting}
    patient = {**waiting, "wait_timeout": 60}
    yield "A task that is cut off", {"environment": plain, "options": patient, "async": 2, "poll": 1}
    yield "Nothing happens", {"environment": plain, "options": {"job_ids": [207]}}


def _without_a_task(ansible: Ansible, collections: str):
    nowhere = {"ANSIBLE_COLLECTIONS_PATH": str(ansible.folder)}
    yield "The collection is not found", ansible.adhoc("job_ids=131", env=nowhere)
    newer = ansible.folder / "newer"
    shutil.copytree(collections, newer)
    (runtime,) = newer.glob("ansible_collections/*/*/meta/runtime.yml")
    runtime.write_text('requires_ansible: ">=99.0"\n', encoding="utf-8")
    yield "ansible-core is too old", ansible.adhoc("job_ids=131", env={"ANSIBLE_COLLECTIONS_PATH": str(newer)})
