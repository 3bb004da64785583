# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Jobs as resources through real Ansible: what the modules say, what check mode foresees, and what the service did then."""

from __future__ import annotations

import json
from dataclasses import dataclass

import pytest
import yaml

from .conftest import started

SQL = "huaweicloud.cloud.dli_streaming_sql_job"
JAR = "huaweicloud.cloud.dli_streaming_jar_job"
QUICK = {"wait_interval": 0.1, "wait_timeout": 30, "confirm_timeout": 3}
#: name -> module, its settings, one that changes while the job runs, one that does not.
KINDS = {
    "sql": (
        SQL,
        {"sql_body": "INSERT INTO a\nSELECT id FROM b\n", "parallel_number": 1, "checkpoint_mode": "exactly_once"},
        {"resume_max_num": 3},
        {"sql_body": "INSERT INTO a\nSELECT id + 1 FROM b\n"},
    ),
    "jar": (
        JAR,
        {"entrypoint": "a.jar", "main_class": "A", "flink_version": "1.15", "dependency_files": ["a.conf"]},
        {"checkpoint_path": "bucket/here"},
        {"entrypoint": "b.jar"},
    ),
}
kinds = pytest.mark.parametrize("kind", KINDS)


@dataclass
class Job:
    """One job that tasks are about."""

    ansible: object
    module: str
    options: dict

    def task(self, *words, **options):
        """Run the module once."""
        task = {"name": "The task", self.module: {**QUICK, **self.options, **options}}
        return self.ansible.playbook(json.dumps([{"hosts": "localhost", "gather_facts": False, "tasks": [task]}]), *words)

    def both(self, *words, **options):
        """Run the module in check mode and then for real; both must say the same. Return the real result."""
        foreseen, ended = self.task("--check", *words, **options), self.task(*words, **options)
        assert (ended.code == 0) is (foreseen.code == 0), ended.output
        for member in ("changed", "actions", "differences"):
            assert foreseen.result[member] == ended.result[member], (foreseen.result, ended.result)
        for member in ("state", "changed", "failed", "name", "status_before", "error_code"):
            assert foreseen.result["job"][member] == ended.result["job"][member], (foreseen.result, ended.result)
        return ended.result


@pytest.fixture
def job(ansible, dli, request):
    """A job of the kind that the test is parametrised with, ``sql`` otherwise; it is not there yet."""
    kind = request.node.callspec.params.get("kind", "sql") if hasattr(request.node, "callspec") else "sql"
    module, settings, _live, _fixed = KINDS[kind]
    return Job(ansible, module, {"name": "the_job", **settings})


def writes(dli) -> list[str]:
    """Return the calls that change something, in their order."""
    return [request.call for request in dli.requests.of() if request.call not in ("list", "detail", "tags")]


def the_job(dli):
    """Return the job that the tests make, as the service has it."""
    (found,) = [job for job in dli.jobs.values() if job.name == "the_job"]
    return found


@kinds
def test_the_whole_life(job, dli, kind):
    """Check, create, unchanged; a live setting; one that needs a restart, refused and allowed; stopped; absent, twice."""
    _module, _settings, live, resting = KINDS[kind]
    suffix = "_jar" if kind == "jar" else ""
    result = job.both(state="started", wait=True)
    assert (result["job"]["state"], result["actions"]) == ("created", ["create", "start"])
    assert result["job"]["status"] == "job_running" and result["msg"].startswith("Created and started job ")
    assert writes(dli) == ["create" + suffix, "run"]

    dli.requests.clear()
    result = job.task(state="started").result
    assert (result["changed"], result["job"]["state"], result["actions"], result["differences"]) == (False, "unchanged", [], [])
    assert [request.call for request in dli.requests.of()] == ["list", "detail"]

    result = job.both(**live)
    assert (result["actions"], result["differences"]) == (["update"], list(live))
    job.options.update(live)
    assert job.task().result["changed"] is False

    dli.requests.clear()
    result = job.both(**resting)
    assert result["job"]["state"] == "restart_needed" and result["job"]["failed"] and list(resting)[0] in result["msg"]
    assert writes(dli) == []

    result = job.both(**resting, restart="allowed", wait=True)
    assert (result["job"]["state"], result["actions"]) == ("restarted", ["stop", "update", "start"])
    assert writes(dli) == ["stop", "update" + suffix, "run"]
    assert dli.ledger.of("stop")[-1].trigger_savepoint is True
    assert dli.ledger.starts()[-1].resume_savepoint is True
    assert the_job(dli).resumed_from
    job.options.update(resting)
    assert job.task(state="started").result["changed"] is False

    result = job.both(state="stopped", wait=True)
    assert (result["job"]["state"], result["job"]["status"]) == ("stopped", "job_cancel_success")
    assert job.task(state="stopped").result["changed"] is False

    result = job.both(state="absent")
    assert (result["job"]["state"], result["actions"]) == ("deleted", ["delete"])
    dli.requests.clear()
    result = job.task(state="absent").result
    assert (result["changed"], result["job"]["state"]) == (False, "absent")
    assert [request.call for request in dli.requests.of()] == ["list"]
