# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The roles, compared with the operations that the service executed.

Each test has a host with its own local DLI. Two commands run the roles on all hosts: one of them is in check mode.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest
import yaml
from local_dli.instance import LocalDli
from task_runs import CHECKOUT, STATEMENT, play, started

from ansible_collections.huaweicloud.cloud.plugins.module_utils._dli import job, job_settings
from ansible_collections.huaweicloud.cloud.plugins.module_utils._resource import argspec

from .environments import contains, seed_examples
from .scenarios import Scenario, Scenarios, scenarios

RECOVER = "huaweicloud.cloud.streaming_jobs_recover"
ROLLOUT = "huaweicloud.cloud.streaming_jobs_rollout"
ROLE = CHECKOUT / "roles" / "streaming_jobs_rollout"
CRASHES = f"-- local-dli: {{fail_after: 0.5, fail_text: boom}}\n{STATEMENT}"
#: Waits of the examples are not in their plays.
QUICK = {"streaming_jobs_rollout_wait_interval": 0.2, "streaming_jobs_recover_wait_interval": 0.2}
INVALID_JOBS = {
    "unsupported settings of the sql job orders: sqlbody.": {"name": "orders", "sqlbody": STATEMENT},
    "unsupported settings of the sql job orders: restart, state.": {"name": "orders", "state": "stopped", "restart": "never"},
    "job orders has the kind jarr. Set kind to sql or jar.": {"name": "orders", "kind": "jarr"},
    "Invalid streaming_jobs_rollout_jobs: a job has no name.": {"tm_cus": 2},
    (
        "the settings of job orders are not allowed. Invalid desc: it has 600 characters. Specify at most 512 characters. "
        "Invalid cu_number: 1. Specify a number: from 2 to 400."
    ): {"name": "orders", "kind": "jar", "cu_number": 1, "desc": "d" * 600},
    "Invalid tags: the value of 'a' has 256 characters.": {"name": "orders", "tags": {"a": "x" * 256}},
    "and we were unable to convert to int": {"name": "orders", "tm_cus": "many"},
}


@dataclass
class RoleRun:
    """A run of a role on a host.

    :ivar result: the fact that the role sets, also after a failure.
    :ivar failure: the result of the task that failed as a text, or an empty text.
    """

    scenario: Scenario

    @property
    def dli(self) -> LocalDli:
        return self.scenario.dli

    @property
    def result(self):
        return self._result_of("Print the fact")["msg"]

    @property
    def failure(self) -> str:
        return str(self._result_of("Print the failure").get("ansible_failed_result", ""))

    @property
    def outcomes(self) -> list[str]:
        return [job["outcome"] for job in self.result]

    def done(self, job_id: int) -> list[str]:
        """Return the operations on a job, in order."""
        return [entry.operation for entry in self.dli.ledger.find(job_id=job_id, accepted=True)]

    def _result_of(self, task: str) -> dict:
        return next((entry["result"] for entry in self.scenario.results if entry["task"] == task), {})


class Roles:
    """The runs of one command, by their names."""

    def __init__(self, found: Scenarios) -> None:
        self.scenarios = found

    def __getitem__(self, name: str) -> RoleRun:
        """Return a run, of which no task has failed outside of the role."""
        return RoleRun(self.scenarios.succeeded(name))

    def add(self, name: str, role: str, dli: LocalDli, **variables) -> None:
        """Run a role. After a failure, the play continues, and prints the message and the fact of the role."""
        fact = f"{{{{ {role.rpartition('.')[2]}_result | default(none) }}}}"
        task = {
            "block": [{"name": "Run the role", "ansible.builtin.include_role": {"name": role}}],
            "rescue": [{"name": "Print the failure", "ansible.builtin.debug": {"var": "ansible_failed_result"}}],
            "always": [{"name": "Print the fact", "ansible.builtin.debug": {"msg": fact}}],
        }
        self.scenarios.add(name, play(task, vars=variables), dli=dli, **QUICK)

    def recover(self, name: str, dli: LocalDli | None = None, **variables) -> None:
        """Recover jobs. The names of the variables are those of the role without its name."""
        variables = {f"streaming_jobs_recover_{key}": value for key, value in variables.items()}
        self.add(name, RECOVER, dli or self.scenarios.service(), **variables)

    def roll_out(self, name: str, *jobs: dict, dli: LocalDli | None = None, **variables) -> None:
        """Roll out jobs, of which two run. The names of the variables are those of the role without its name."""
        variables = {"jobs": list(jobs), "verify_seconds": 1, **variables}
        variables = {f"streaming_jobs_rollout_{key}": value for key, value in variables.items()}
        self.add(name, ROLLOUT, dli or self.with_running_jobs(), **variables)

    def with_running_jobs(self) -> LocalDli:
        """Return a service with two running jobs that support savepoints."""
        dli = self.scenarios.service()
        for number, name in ((401, "orders"), (402, "clicks")):
            job = {"job_id": number, "name": name, "status": "job_running", "sql_body": STATEMENT, "queue_name": "flink_queue"}
            dli.seed([{**job, "run_mode": "exclusive_cluster", "job_config": {"parallel_number": 1}}])
        return dli

    def add_example(self, role: str) -> None:
        """Run the example of a README file, except for the time in which the role verifies that the jobs run."""
        dli = self.scenarios.service()
        seed_examples(dli, self.scenarios.ansible.folder)
        text = (CHECKOUT / "roles" / role.rpartition(".")[2] / "README.md").read_text(encoding="utf-8")
        (example,) = re.findall(r"^```yaml\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
        self.scenarios.add(role, *yaml.safe_load(example.replace("verify_seconds: 60", "verify_seconds: 1")), dli=dli, **QUICK)


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """The runs of the roles. A savepoint fits more CUs per task manager, but no other STATEMENT (dli-api.md 7.6)."""
    with scenarios(tmp_path_factory.mktemp("roles")) as found:
        roles = Roles(found)
        for role in (RECOVER, ROLLOUT):
            roles.add_example(role)
        dli = found.service()
        dli.seed([{"job_id": 411, "name": "stateless", "status": "job_running_exception", "sql_body": STATEMENT}])
        roles.recover("recover", dli, job_ids=[137, 411, 131])
        roles.recover("recover_without_state", dli, job_names=["stateless"], without_state=True)
        roles.recover("recover_again", dli, job_ids=[137, 411], without_state=True)
        roles.recover("recover_all", wait=False)
        roles.recover("recover_missing", job_ids="", job_names=["nope"])
        two = ({"name": "orders", "tm_cus": 2}, {"name": "clicks", "tm_cus": 1})
        dli = roles.with_running_jobs()
        roles.roll_out("first", *two, dli=dli)
        roles.roll_out("second", *two, dli=dli, savepoint_path="bucket/saved")
        for number, invalid in enumerate(INVALID_JOBS.values()):
            roles.roll_out(f"invalid_{number}", {"name": "clicks", "tm_cus": 2}, invalid)
        roles.roll_out("failed_read", {"name": "twin", "tm_cus": 2}, {"name": "clicks", "tm_cus": 2}, go_on=True)
        roles.roll_out("without_savepoint", {"name": "orders", "parallel_number": 2}, resume_savepoint=False)
        crashing = {"name": "orders", "sql_body": CRASHES}
        two, saved = (crashing, {"name": "clicks", "tm_cus": 2}), {"savepoint_path": "bucket/saved"}
        roles.roll_out("rollback", *two, **saved)
        roles.roll_out("rollback_and_go_on", *two, **saved, go_on=True)
        roles.roll_out("failed_rollback", crashing)
        roles.roll_out("rollback_without_state", crashing, rollback_without_state=True)
        roles.roll_out("create", {"name": "valid", "sql_body": STATEMENT}, {"name": "invalid", "sql_body": CRASHES})
        # The last play fails, which ends the command.
        dli = found.service()
        dli.faults.add("unauthorized", call="list", times=9)
        found.add("unauthorized", play(roles=[RECOVER]), dli=dli)
        found.run()
        yield roles


@pytest.fixture(scope="module")
def check_mode(tmp_path_factory):
    """The runs in check mode, with differences."""
    with scenarios(tmp_path_factory.mktemp("check_mode")) as found:
        roles = Roles(found)
        roles.recover("recover", job_ids=[137])
        roles.roll_out("roll_out", {"name": "orders", "tm_cus": 2})
        found.run("--check", "--diff")
        yield roles


def test_warnings(runs, check_mode):
    """Rollbacks warn that their savepoint is older than the SQL; Ansible prints equal warnings once. There are no others."""
    printed = runs.scenarios.ended.stderr
    assert printed.count("[WARNING]") == 1 and contains(printed, "created before sql_body changed"), printed
    assert "[WARNING]" not in check_mode.scenarios.ended.stderr


@pytest.mark.parametrize("role", [RECOVER, ROLLOUT])
def test_readme_example(runs, role):
    scenario = runs.scenarios.succeeded(role)
    assert not any(entry["failed"] for entry in scenario.results) and started(scenario.dli)


# Recovery


def test_recover(runs):
    """Jobs with a savepoint resume from it; jobs without one are reported, and the others are started."""
    run = runs["recover"]
    assert len(run.result["found"]) == 2 and run.result["failed"] == [411] and run.result["without_state"] == []
    assert [entry.job_id for entry in run.dli.ledger.starts() if entry.resume_savepoint] == [137]
    assert run.dli.job(137).status == "job_running"
    assert "1 of 2 failed jobs could not be recovered. Job 411: " in run.failure and "DLI.13017" in run.failure
    run = runs["recover_without_state"]
    assert not run.failure and run.result["without_state"] == [411] and run.dli.job(411).status == "job_running"
    run = runs["recover_again"]
    assert not run.failure and run.result["found"] == [] and run.result["jobs"] == []


def test_recover_in_check_mode(check_mode):
    run = check_mode["recover"]
    assert not run.failure and [job["state"] for job in run.result["jobs"]] == ["started"]
    assert run.dli.ledger.entries == []


def test_recover_all_failed_jobs(runs):
    run = runs["recover_all"]
    failed = {204, 202, 137}
    assert set(run.result["found"]) == failed and {job["job_id"] for job in run.result["jobs"]} == failed
    assert set(started(run.dli)) == failed - set(run.result["failed"])


def test_recover_with_failed_read(runs):
    assert runs.scenarios.ended.code == 2 and "HTTP 401" in runs.scenarios.found["unauthorized"].messages


# Rollout


def test_rollout_is_idempotent(runs):
    run = runs["first"]
    assert not run.failure and run.outcomes == ["rolled_out", "unchanged"]
    assert run.done(401) == ["stop", "edit", "start"] and run.done(402) == []
    assert run.dli.ledger.find(operation="stop", job_id=401)[0].trigger_savepoint
    assert run.dli.ledger.starts(401)[0].resume_savepoint
    run = runs["second"]
    assert not run.failure and run.outcomes == ["unchanged", "unchanged"]
    assert run.done(401) == ["stop", "edit", "start"] and not any(one["result"].get("changed") for one in run.scenario.results)


def test_role_passes_every_option():
    """The arguments are listed, because Ansible warns of a template for all arguments."""
    for kind, const in (("sql", job.SQL), ("jar", job.JAR)):
        text = (ROLE / "tasks" / f"apply_{kind}.yml").read_text(encoding="utf-8")
        (task,) = yaml.safe_load(text)
        arguments = task[f"huaweicloud.cloud.dli_streaming_{kind}_job"]
        assert set(arguments) == {*argspec.streaming_job(const), "wait", "wait_timeout", "wait_interval"}
        settings = {field.name for field in job_settings.settings_of(const)} | {"job_id", "tags", "purge_tags"}
        supported = yaml.safe_load((ROLE / "vars" / "main.yml").read_text(encoding="utf-8"))
        assert set(supported["_streaming_jobs_rollout_settings"][kind]) == settings
        assert all(value == f"{{{{ _streaming_jobs_rollout_args.{name} | default(omit) }}}}" for name, value in arguments.items())


@pytest.mark.parametrize(("number", "message"), list(enumerate(INVALID_JOBS)))
def test_invalid_job_changes_nothing(runs, number, message):
    run = runs[f"invalid_{number}"]
    assert message in run.failure and run.dli.ledger.entries == [], run.failure
    assert len(run.dli.requests) == 0


def test_rollout_with_failed_read(runs):
    run = runs["failed_read"]
    assert run.failure and run.outcomes == ["failed", "rolled_out"]
    assert "2 jobs have this name" in run.result[0]["msg"]


def test_recover_missing_job(runs):
    run = runs["recover_missing"]
    assert run.result["missing"] == ["nope"] and "Not found: nope." in run.failure


def test_rollout_without_savepoint(runs):
    """A job with another parallelism can start without state."""
    run = runs["without_savepoint"]
    assert not run.failure and run.outcomes == ["rolled_out"]
    assert not run.dli.ledger.starts(401)[0].resume_savepoint


def test_rollout_in_check_mode(check_mode):
    run = check_mode["roll_out"]
    assert not run.failure and run.outcomes == ["rolled_out"]
    assert "+tm_cus: 2" in check_mode.scenarios.ended.stdout and run.dli.ledger.entries == []


def test_rollback(runs):
    """The second job is not changed after the failure of the first, unless an option requires it."""
    run = runs["rollback"]
    assert run.outcomes == ["rolled_back"]
    assert "boom" in run.result[0]["msg"]
    job = run.dli.job(401)
    assert (job.status, job.sql_body) == ("job_running", STATEMENT)
    assert run.done(402) == []
    assert run.done(401) == ["savepoint", "stop", "edit", "start", "edit", "start"]
    assert run.dli.ledger.starts(401)[-1].resume_savepoint
    assert "1 of 2 jobs not rolled out. Job orders not rolled out: " in run.failure
    assert runs["rollback_and_go_on"].outcomes == ["rolled_back", "rolled_out"]


def test_rollback_without_savepoint(runs):
    """The service has deleted the savepoint of the stop (dli-api.md 7.2)."""
    run = runs["failed_rollback"]
    assert run.failure and run.outcomes == ["failed"]
    assert "DLI.13017" in run.result[0]["msg"] and run.dli.job(401).sql_body == STATEMENT
    run = runs["rollback_without_state"]
    assert run.outcomes == ["rolled_back"] and run.dli.job(401).status == "job_running"


def test_rollout_creates_job(runs):
    run = runs["create"]
    assert run.outcomes == ["rolled_out", "failed"]
    jobs = {job.name: job for job in run.dli.jobs.values()}
    assert jobs["valid"].status == "job_running" and jobs["invalid"].status == "job_running_exception"
