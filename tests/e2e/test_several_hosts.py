# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""A task for several hosts starts a job once, with a warning (plugins/action)."""

from __future__ import annotations

import json

import pytest
import yaml
from task_runs import CHECKOUT, MODULE, play, started

from .conftest import PYTHONS

CONTROLLER = ("-c", "local", "-e", f"ansible_python_interpreter={PYTHONS['controller']}")
HOSTS = ("-i", "ares,boreas,chloe,", *CONTROLLER, "--forks", "3")
STOP = MODULE.replace("jobs_run", "jobs_stop")


def rows(ended) -> list:
    """Return the state of the job in each result."""
    return sorted(one["result"]["jobs"][0]["state"] for one in ended.results)


def warned(ended) -> bool:
    """Return whether there was a warning; Ansible prints equal warnings once."""
    times = ended.stderr.count("run_once: true")
    assert times < 2, ended.stderr
    return times == 1


def task(arguments, **keywords) -> dict:
    """Return a play with one task for all hosts."""
    return play({MODULE: arguments, **keywords}, hosts="all")


def test_ad_hoc(ansible, dli):
    ended = ansible.command("ansible", "all", *HOSTS, "-m", MODULE, "-a", "job_ids=131")
    assert ended.code == 0, ended.output
    assert started(dli) == [131] and len(dli.requests.find("run")) == 1
    assert rows(ended) == ["already_active", "already_active", "started"]
    assert warned(ended)


def test_tasks_are_serialized(ansible, dli):
    """In parallel, all would read the previous status and send a start."""
    dli.settings.update({"accept_lag": 3})
    ended = ansible.playbook(task({"job_ids": [131], "wait": True, "wait_interval": 0.2}), *HOSTS)
    assert ended.code == 0, ended.output
    assert len(dli.requests.find("run")) == 1 and {one["result"]["jobs"][0]["status"] for one in ended.results} == {"job_running"}


def test_failed_host(ansible, dli):
    ended = ansible.playbook(task({"job_ids": [999999]}), *HOSTS)
    assert ended.code == 2 and rows(ended) == ["not_found"] * 3, ended.output
    assert warned(ended)


def test_check_mode(ansible, dli):
    ended = ansible.playbook(task({"job_ids": [131]}), *HOSTS, "--check")
    assert ended.code == 0 and rows(ended) == ["started"] * 3, ended.output
    assert warned(ended) and not dli.requests.find("run")


def test_job_per_host(ansible, dli):
    """Tasks with different arguments are not serialized, and there is no warning."""
    jobs = {"ares": 131, "boreas": 130, "chloe": 138}
    ended = ansible.playbook(task({"job_ids": "{{ jobs[inventory_hostname] }}"}), *HOSTS, "-e", json.dumps({"jobs": jobs}))
    assert ended.code == 0 and sorted(started(dli)) == [130, 131, 138], ended.output
    assert not warned(ended)


def test_run_once(ansible, dli):
    ended = ansible.playbook(task({"job_ids": [131]}, run_once=True), *HOSTS)
    assert ended.code == 0 and started(dli) == [131] and not warned(ended), ended.output


def test_loop_and_retries(ansible, dli):
    """A loop and a retry repeat the task for the same host and arguments."""
    again = {"loop": [131, 131], "register": "seen", "until": "seen.jobs[0].state == 'already_active'", "retries": 2, "delay": 0}
    ended = ansible.playbook(task({"job_ids": "{{ item }}"}, **again), "-i", "ares,", *CONTROLLER)
    assert ended.code == 0 and started(dli) == [131] and not warned(ended), ended.output


def test_two_tasks(ansible, dli):
    plays = [play(*[{MODULE: {"job_ids": [131]}}] * 2, hosts=host) for host in ("ares", "boreas")]
    ended = ansible.playbook(plays, *HOSTS)
    assert ended.code == 0 and started(dli) == [131] and not warned(ended), ended.output


def test_async(ansible, dli):
    """An asynchronous task is not serialized, but there is a warning."""
    ended = ansible.playbook(task({"job_ids": [131]}, **{"async": 60, "poll": 1}), *HOSTS)
    assert started(dli) == [131] and warned(ended), ended.output


@pytest.mark.parametrize("module", sorted(path.stem for path in (CHECKOUT / "plugins" / "modules").glob("*.py")))
def test_modules_with_action_plugin(module):
    """Modules that change something have a route to the action plugin."""
    routes = yaml.safe_load((CHECKOUT / "meta" / "runtime.yml").read_text(encoding="utf-8"))["plugin_routing"]["modules"]
    assert (module in routes) != module.endswith("_info")


def test_module_defaults(ansible, dli):
    dli.force(131, "job_running")
    defaults = {STOP: {"job_ids": [131]}, MODULE: {"job_ids": [130]}}
    ended = ansible.playbook(play({STOP: {}}, module_defaults=defaults))
    assert ended.code == 0 and [row["job_id"] for row in ended.result["jobs"]] == [131], ended.output
