# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The messages in docs/troubleshooting.md: one or more tasks or commands for each section."""

from __future__ import annotations

import contextlib
import json
import shutil

from local_dli.server import serve
from local_dli.testing import network
from local_dli.testing.faults import Rule
from task_runs import MODULE, READER, Ansible, CommandResult, InProcess, play

from .conftest import PYTHONS

ONCE = {"max_retries": 0, "job_ids": [131]}
STOP = "huaweicloud.cloud.dli_streaming_jobs_stop"
#: The tasks that Ansible runs: those with keywords, and a sample of the others, which run in this process.
REAL = {"Job not started", "Missing Python library requests", "Async timeout"}


def run_faults(ansible: Ansible, in_process: InProcess, collections: str) -> dict[str, CommandResult]:
    """Return the title of each section with the outputs of its commands and the messages of its tasks."""
    outputs = []
    with contextlib.ExitStack() as running:
        real = []
        for title, task in _tasks(running, PYTHONS["without_requests"]):
            if set(task) <= {"environment", "module", "options"}:
                options = {**ONCE, **task.get("options", {})}
                ended = in_process.task(options, env=task["environment"], module=task.get("module", MODULE))
                outputs.append((title, _messages(ended.result)))
            if title in REAL:
                real.append((title, task))
        ended = ansible.playbook(play(*(_named(title, **task) for title, task in real), ignore_errors=True))
    assert [entry["task"] for entry in ended.results] == [title for title, _task in real], ended.output
    # Ansible prints the messages of the sample unchanged.
    sample = [line for title, messages in outputs if title in REAL for line in messages.splitlines()]
    assert sample and all(json.dumps(line) in ended.output for line in sample), ended.output
    outputs += [(entry["task"], _messages(entry["result"])) for entry in ended.results]
    outputs += [(title, ended.output) for title, ended in _commands(ansible, collections)]
    joined: dict[str, str] = {}
    for title, output in outputs:
        joined[title] = f"{joined[title]}\n{output}" if title in joined else output
    return {title: CommandResult(2, output, "") for title, output in joined.items()}


def _named(title: str, module: str = MODULE, options: dict | None = None, **keywords) -> dict:
    return {"name": title, module: {**ONCE, **(options or {})}, **keywords}


def _messages(result: dict) -> str:
    """Return all messages of a result."""
    return "\n".join([*result.get("warnings", []), result.get("msg", ""), *(job["msg"] for job in result.get("jobs", []))])


def _tasks(running: contextlib.ExitStack, without_requests: str):
    def service(**settings):
        """Return a local DLI with these settings, and the environment variables for a client."""
        dli = running.enter_context(serve(**settings))
        return dli, dli.env()

    def with_faults(*faults):
        dli, env = service()
        for fault in faults:
            dli.faults.add(fault)
        return env

    _plain, plain = service()
    yield "Some jobs failed", {"environment": plain, "options": {"job_ids": [130, 999999]}}
    yield "Job not started", {"environment": plain, "options": {"job_ids": [221], "resume_savepoint": True}}
    yield "Job not started", {"environment": plain, "options": {"job_ids": [208]}}
    lost = with_faults(Rule("reset_after", call="run"), Rule("status", call="detail", status=500, skip=1, times=None))
    yield "Unknown outcome", {"environment": lost, "options": {"confirm_timeout": 1}}
    failing = {"job_ids": [241], "wait": True, "wait_timeout": 60, "wait_interval": 0.2}
    yield "Job failed after the start", {"environment": plain, "options": failing}
    yield "Job not stopped", {"environment": plain, "module": STOP, "options": {"job_ids": [211]}}
    yield "Missing Python library requests", {"environment": plain, "vars": {"ansible_python_interpreter": without_requests}}
    yield "No credentials found", {"environment": {"HW_REGION_NAME": "cn-north-4"}}
    keys = {name: plain[name] for name in ("HW_ACCESS_KEY", "HW_SECRET_KEY")}
    yield "Missing region", {"environment": keys}
    _tls, secure = service(tls=network.Authority().server("127.0.0.1").context())
    yield "Untrusted certificate", {"environment": secure}
    proxy = running.enter_context(network.proxy(credentials=("user", "right-password")))
    other_endpoint = {"endpoint": "https://dli.cn-north-4.myhuaweicloud.com"}
    yield "Proxy authentication", {"environment": keys, "options": {"proxy": proxy.url, "region": "cn-north-4", **other_endpoint}}
    desktop = {**plain, "ALL_PROXY": "socks://127.0.0.1:1080", "NO_PROXY": ""}
    yield "Invalid proxy", {"environment": desktop}
    yield "Response of another server", {"environment": with_faults(Rule("html", status=403, times=None))}
    closed = running.enter_context(network.closed_port())
    yield "Connection failure", {"environment": plain, "options": {"endpoint": f"http://{closed}", "max_retries": 1}}
    yield "Throttling", {"environment": with_faults(Rule("status", status=429, times=None))}
    wrong = {**plain, "HW_SECRET_KEY": "wrongForTheLocalDliOnly000000000000000001"}
    yield "Wrong secret key", {"environment": wrong}
    locked, locked_env = service()
    for _number in range(6):
        locked.accounts.record_failure(locked.accounts.key(locked_env["HW_ACCESS_KEY"]))
    yield "Locked access key", {"environment": locked_env}
    slow, slow_env = service()
    slow.clock.offset = 23 * 60
    yield "Clock skew", {"environment": slow_env}
    yield "Missing IAM permission", {"environment": {**plain, **READER}}
    gateway = with_faults(Rule("status", status=403, code="APIGW.0302", msg="no", times=None))
    yield "Missing IAM permission", {"environment": gateway}
    hanging = with_faults(Rule("hang", times=None))
    yield "Request timeout", {"environment": hanging, "options": {"request_timeout": 1, "overall_timeout": 3}}
    waiting = {"job_ids": [244], "wait": True, "wait_timeout": 1, "wait_interval": 1}
    yield "Wait timeout", {"environment": plain, "options": waiting}
    interrupted = {**waiting, "wait_timeout": 60}
    yield "Async timeout", {"environment": plain, "options": interrupted, "async": 2, "poll": 1}
    yield "Unchanged job", {"environment": plain, "options": {"job_ids": [207]}}


def _commands(ansible: Ansible, collections: str):
    empty_path = {"ANSIBLE_COLLECTIONS_PATH": str(ansible.folder)}
    yield "Collection not found", ansible.adhoc("job_ids=131", env=empty_path)
    # An own project in AWX imports the playbook.
    imported = [{"ansible.builtin.import_playbook": "huaweicloud.cloud.streaming_jobs_run"}]
    yield "Collection not found", ansible.playbook(imported, env=empty_path)
    yield "Collection not found", ansible.command("ansible-playbook", "huaweicloud.cloud.streaming_jobs_run", env=empty_path)
    newer = ansible.folder / "newer"
    shutil.copytree(collections, newer)
    (runtime,) = newer.glob("ansible_collections/*/*/meta/runtime.yml")
    runtime.write_text('requires_ansible: ">=99.0"\n', encoding="utf-8")
    yield "Unsupported ansible-core version", ansible.adhoc("job_ids=131", env={"ANSIBLE_COLLECTIONS_PATH": str(newer)})
