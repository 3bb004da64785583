# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""A task for several hosts starts a job once, with a warning (plugins/action)."""

from __future__ import annotations

import errno
import os
import re

import pytest
import yaml
from task_runs import CHECKOUT, MODULE, play, started

from .conftest import PYTHONS
from .one_playbook import one_playbook

CONTROLLER = ("-c", "local", "-e", f"ansible_python_interpreter={PYTHONS['controller']}", "--forks", "3")
STOP = MODULE.replace("jobs_run", "jobs_stop")


def rows(results) -> list:
    """Return the state of the first job in each result."""
    return sorted(one["result"]["jobs"][0]["state"] for one in results)


def warned(ended, hosts: str) -> bool:
    """Return whether there was a warning for hosts whose names begin with ``hosts``; Ansible prints equal warnings once."""
    text = " ".join(ended.stderr.split())
    times = len(re.findall(rf"with the same arguments, {hosts}_\d first\. [^\[]*run_once: true", text))
    assert times < 2, ended.stderr
    return times == 1


def test_ad_hoc(ansible, dli):
    inventory = "adhoc_1,adhoc_2,adhoc_3,"
    arguments = "job_ids=131,130,138,137 resume_savepoint=true"
    ended = ansible.command("ansible", "all", "-i", inventory, *CONTROLLER, "-m", MODULE, "-a", arguments)
    assert ended.code == 0, ended.output
    assert started(dli) == [131, 130, 138, 137] and len(dli.requests.find("run")) == 1
    assert all(entry.resume_savepoint for entry in dli.ledger.starts())
    assert rows(ended.results) == ["already_active", "already_active", "started"]
    assert warned(ended, "adhoc")


#: Code that all processes of Ansible run first, so that the plugin gets no file lock. Other files have locks, because
#: ansible-core 2.19 and later require them.
NO_LOCKS = """
import fcntl
lock = fcntl.flock
def flock(file, operation):
    if "/dli-" in str(getattr(file, "name", "")):
        raise OSError({code}, {text!r})
    lock(file, operation)
fcntl.flock = flock
"""


@pytest.mark.parametrize("code", [errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP])
def test_file_system_without_locks(ansible, dli, code):
    """The tasks run in parallel, with one warning for all hosts."""
    site = ansible.folder / "site"
    site.mkdir()
    (site / "sitecustomize.py").write_text(NO_LOCKS.format(code=code, text=os.strerror(code)), encoding="utf-8")
    arguments = ("all", "-i", "nfs_1,nfs_2,nfs_3,", *CONTROLLER, "-m", MODULE, "-a", "job_ids=131")
    ended = ansible.command("ansible", *arguments, env={"PYTHONPATH": str(site)})
    assert ended.code == 0 and 131 in started(dli), ended.output
    text = " ".join(ended.stderr.split())
    assert text.count(f"does not support file locks ({os.strerror(code)}), so hosts") == 1, ended.stderr
    assert "ANSIBLE_LOCAL_TEMP" in text


def hosts(name: str, count: int = 3) -> list[str]:
    return [f"{name}_{number}" for number in range(1, count + 1)]


def one_task(name: str, arguments, count: int = 3, **keywords) -> dict:
    """Return a play with one task for hosts with this name."""
    return play({MODULE: arguments, **keywords}, hosts=",".join(hosts(name, count)))


@pytest.fixture(scope="module")
def playbook(tmp_path_factory):
    """The plays of the tests below. Each play has its own hosts, because Ansible prints equal warnings once."""
    with one_playbook(tmp_path_factory.mktemp("several_hosts")) as book:
        serialized = one_task("serialized", {"job_ids": [131], "wait": True, "wait_interval": 0.2})
        book.add("serialized", serialized).dli.settings.update({"accept_lag": 3})
        book.add("check", {**one_task("check", {"job_ids": [131]}), "check_mode": True})
        jobs = dict(zip(hosts("different"), (131, 130, 138)))
        book.add("different", {**one_task("different", {"job_ids": "{{ jobs[inventory_hostname] }}"}), "vars": {"jobs": jobs}})
        book.add("once", one_task("once", {"job_ids": [131]}, run_once=True))
        again = {"register": "seen", "until": "seen.jobs[0].state == 'already_active'", "retries": 2, "delay": 0}
        book.add("loop", one_task("loop", {"job_ids": "{{ item }}"}, 1, loop=[131, 131], **again))
        book.add("two", *(play(*[{MODULE: {"job_ids": [131]}}] * 2, hosts=host) for host in hosts("two", 2)))
        book.add("async", one_task("async", {"job_ids": [131]}, **{"async": 60, "poll": 1}))
        defaults = {STOP: {"job_ids": [131]}, MODULE: {"job_ids": [130]}}
        book.add("defaults", play({STOP: {}}, module_defaults=defaults)).dli.force(131, "job_running")
        # The last one, because a playbook ends when a play fails on all of its hosts.
        book.add("failed", one_task("failed", {"job_ids": [999999]}))
        names = [name for case in book.cases.values() for one in case.plays for name in one["hosts"].split(",")]
        book.run("-i", ",".join(name for name in names if name != "localhost") + ",", *CONTROLLER)
        yield book


def test_tasks_are_serialized(playbook):
    """In parallel, all would read the previous status and send a start."""
    case = playbook.cases["serialized"]
    assert not case.failed and len(case.results) == 3, case.results
    assert len(case.dli.requests.find("run")) == 1
    assert {one["result"]["jobs"][0]["status"] for one in case.results} == {"job_running"}


def test_failed_host(playbook):
    case = playbook.cases["failed"]
    assert playbook.ended.code == 2 and rows(case.results) == ["not_found"] * 3, playbook.ended.output
    assert warned(playbook.ended, "failed")


def test_check_mode(playbook):
    case = playbook.cases["check"]
    assert not case.failed and rows(case.results) == ["started"] * 3, case.results
    assert warned(playbook.ended, "check") and not case.dli.requests.find("run")


def test_job_per_host(playbook):
    """Tasks with different arguments are not serialized, and there is no warning."""
    case = playbook.cases["different"]
    assert not case.failed and sorted(started(case.dli)) == [130, 131, 138], case.results
    assert not warned(playbook.ended, "different")


def test_run_once(playbook):
    case = playbook.cases["once"]
    assert not case.failed and started(case.dli) == [131] and not warned(playbook.ended, "once"), case.results


def test_loop_and_retries(playbook):
    """A loop and a retry repeat the task for the same host and arguments."""
    case = playbook.cases["loop"]
    assert not case.failed and started(case.dli) == [131] and not warned(playbook.ended, "loop"), case.results


def test_two_tasks(playbook):
    case = playbook.cases["two"]
    assert not case.failed and len(case.results) == 4, case.results
    assert started(case.dli) == [131] and not warned(playbook.ended, "two"), case.results


def test_async(playbook):
    """An asynchronous task is not serialized, but there is a warning."""
    case = playbook.cases["async"]
    assert started(case.dli) == [131] and warned(playbook.ended, "async"), playbook.ended.output


def test_module_defaults(playbook):
    case = playbook.cases["defaults"]
    assert not case.failed and [row["job_id"] for row in case.result["jobs"]] == [131], case.results


@pytest.mark.parametrize("module", sorted(path.stem for path in (CHECKOUT / "plugins" / "modules").glob("*.py")))
def test_modules_with_action_plugin(module):
    """Modules that change something have a route to the action plugin."""
    routes = yaml.safe_load((CHECKOUT / "meta" / "runtime.yml").read_text(encoding="utf-8"))["plugin_routing"]["modules"]
    assert (module in routes) != module.endswith("_info")
