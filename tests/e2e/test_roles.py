# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The roles, compared with the operations that the service executed."""

from __future__ import annotations

import re

import pytest
import yaml
from task_runs import CHECKOUT, STATEMENT, play, started

from ansible_collections.huaweicloud.cloud.plugins.module_utils._dli import job, job_settings
from ansible_collections.huaweicloud.cloud.plugins.module_utils._resource import argspec

from .environments import ExampleJobs

RECOVER = "huaweicloud.cloud.streaming_jobs_recover"
ROLLOUT = "huaweicloud.cloud.streaming_jobs_rollout"
ROLE = CHECKOUT / "roles" / "streaming_jobs_rollout"
CRASHES = f"-- local-dli: {{fail_after: 0.5, fail_text: boom}}\n{STATEMENT}"


def run_role(ansible, role: str, *words, **variables):
    """Run a role, and print the fact that it sets also after a failure; return the result of the command, and the fact."""
    fact = f"{role.rpartition('.')[2]}_result"
    task = {
        "block": [{"name": "Run the role", "ansible.builtin.include_role": {"name": role}}],
        "always": [{"name": "Print the fact", "ansible.builtin.debug": {"var": fact}}],
    }
    ended = ansible.playbook(play(task, vars=variables), *words)
    shown = [entry["result"][fact] for entry in ended.results if fact in entry["result"]]
    return ended, shown[-1]


@pytest.fixture
def running(dli):
    """A service with two running jobs that support savepoints."""
    for number, name in ((401, "orders"), (402, "clicks")):
        job = {"job_id": number, "name": name, "status": "job_running", "sql_body": STATEMENT, "queue_name": "flink_queue"}
        dli.seed([{**job, "run_mode": "exclusive_cluster", "job_config": {"parallel_number": 1}}])
    return dli


def done(dli, job_id: int) -> list[str]:
    """Return the operations on a job, in order."""
    return [entry.operation for entry in dli.ledger.find(job_id=job_id, accepted=True)]


@pytest.mark.parametrize("role", [RECOVER, ROLLOUT])
def test_readme_example(ansible, dli, role):
    """The example is run unchanged, except for the time in which the role verifies that the jobs run."""
    ExampleJobs(ansible, dli)
    text = (CHECKOUT / "roles" / role.rpartition(".")[2] / "README.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"^```yaml\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    ended = ansible.playbook(example.replace("verify_seconds: 60", "verify_seconds: 1"))
    assert ended.code == 0 and started(dli), ended.output


# Recovery


def test_recover(ansible, dli):
    """Jobs with a savepoint resume from it; jobs without one are reported, and the others are started."""
    dli.seed([{"job_id": 411, "name": "stateless", "status": "job_running_exception", "sql_body": STATEMENT}])
    quick = {"streaming_jobs_recover_wait_interval": 0.2}
    ended, result = run_role(ansible, RECOVER, streaming_jobs_recover_job_ids=[137, 411, 131], **quick)
    assert ended.code == 2, ended.output
    assert len(result["found"]) == 2 and result["failed"] == [411] and result["without_state"] == []
    assert [entry.job_id for entry in dli.ledger.starts() if entry.resume_savepoint] == [137]
    assert dli.job(137).status == "job_running"
    assert "1 of 2 failed jobs could not be recovered. Job 411: " in ended.output and "DLI.13017" in ended.output
    variables = {"streaming_jobs_recover_without_state": True, "streaming_jobs_recover_wait_interval": 0.2}
    ended, result = run_role(ansible, RECOVER, streaming_jobs_recover_job_names=["stateless"], **variables)
    assert ended.code == 0 and result["without_state"] == [411] and dli.job(411).status == "job_running", ended.output
    ended, result = run_role(ansible, RECOVER, streaming_jobs_recover_job_ids=[137, 411], **variables)
    assert ended.code == 0 and result["found"] == [] and result["jobs"] == [], ended.output


def test_recover_in_check_mode(ansible, dli):
    ended, result = run_role(ansible, RECOVER, "--check", streaming_jobs_recover_job_ids=[137])
    assert ended.code == 0 and [job["state"] for job in result["jobs"]] == ["started"], ended.output
    assert dli.ledger.entries == []


def test_recover_all_failed_jobs(ansible, dli):
    ended, result = run_role(ansible, RECOVER, streaming_jobs_recover_wait=False)
    failed = {204, 202, 137}
    assert set(result["found"]) == failed and {job["job_id"] for job in result["jobs"]} == failed, ended.output
    assert set(started(dli)) == failed - set(result["failed"])


def test_recover_with_failed_read(ansible, dli):
    dli.faults.add("unauthorized", call="list", times=9)
    ended = ansible.playbook(play(roles=[RECOVER]))
    assert ended.code == 2 and "HTTP 401" in ended.output


# Rollout. A savepoint fits more CUs per task manager, but no other STATEMENT or parallelism (dli-api.md 7.6).

QUICK = {"streaming_jobs_rollout_verify_seconds": 2, "streaming_jobs_rollout_wait_interval": 0.2}


def test_rollout_is_idempotent(ansible, running):
    jobs = [{"name": "orders", "tm_cus": 2}, {"name": "clicks", "tm_cus": 1}]
    ended, result = run_role(ansible, ROLLOUT, streaming_jobs_rollout_jobs=jobs, **QUICK)
    assert ended.code == 0 and [job["outcome"] for job in result] == ["rolled_out", "unchanged"], ended.output
    assert done(running, 401) == ["stop", "edit", "start"] and done(running, 402) == []
    assert running.ledger.find(operation="stop", job_id=401)[0].trigger_savepoint
    assert running.ledger.starts(401)[0].resume_savepoint
    ended, result = run_role(ansible, ROLLOUT, streaming_jobs_rollout_jobs=jobs, **QUICK)
    assert ended.code == 0 and [job["outcome"] for job in result] == ["unchanged", "unchanged"], ended.output


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


@pytest.mark.parametrize(
    ("job", "message"),
    [
        ({"name": "orders", "sqlbody": STATEMENT}, "unsupported settings of the sql job orders: sqlbody."),
        (
            {"name": "orders", "state": "stopped", "restart": "never"},
            "unsupported settings of the sql job orders: restart, state.",
        ),
        ({"name": "orders", "kind": "jarr"}, "job orders has the kind jarr. Set kind to sql or jar."),
        ({"tm_cus": 2}, "Invalid streaming_jobs_rollout_jobs: a job has no name."),
    ],
)
def test_invalid_job_changes_nothing(ansible, running, job, message):
    jobs = [{"name": "clicks", "tm_cus": 2}, job]
    ended = ansible.playbook(play(roles=[ROLLOUT], vars={"streaming_jobs_rollout_jobs": jobs, **QUICK}))
    assert ended.code == 2 and message in ended.output and running.ledger.entries == [], ended.output


def test_rollout_with_failed_read(ansible, running):
    jobs = [{"name": "twin", "tm_cus": 2}, {"name": "clicks", "tm_cus": 2}]
    ended, result = run_role(ansible, ROLLOUT, streaming_jobs_rollout_jobs=jobs, streaming_jobs_rollout_go_on=True, **QUICK)
    assert ended.code == 2 and [job["outcome"] for job in result] == ["failed", "rolled_out"], ended.output
    assert "2 jobs have this name" in result[0]["msg"]


def test_recover_missing_job(ansible, dli):
    ended, result = run_role(ansible, RECOVER, streaming_jobs_recover_job_ids="", streaming_jobs_recover_job_names=["nope"])
    assert ended.code == 2 and result["missing"] == ["nope"] and "Not found: nope." in ended.output, ended.output


def test_rollout_without_savepoint(ansible, running):
    """A job with another parallelism can start without state."""
    jobs = [{"name": "orders", "parallel_number": 2}]
    variables = {**QUICK, "streaming_jobs_rollout_resume_savepoint": False}
    ended, result = run_role(ansible, ROLLOUT, streaming_jobs_rollout_jobs=jobs, **variables)
    assert ended.code == 0 and [job["outcome"] for job in result] == ["rolled_out"], ended.output
    assert not running.ledger.starts(401)[0].resume_savepoint and "WARNING" not in ended.stderr


def test_rollout_in_check_mode(ansible, running):
    jobs = [{"name": "orders", "tm_cus": 2}]
    ended, result = run_role(ansible, ROLLOUT, "--check", "--diff", streaming_jobs_rollout_jobs=jobs, **QUICK)
    assert ended.code == 0 and [job["outcome"] for job in result] == ["rolled_out"], ended.output
    assert "+tm_cus: 2" in ended.stdout and running.ledger.entries == []


def test_rollback(ansible, running):
    """The second job is not changed after the failure of the first, unless an option requires it."""
    jobs = [{"name": "orders", "sql_body": CRASHES}, {"name": "clicks", "tm_cus": 2}]
    variables = {**QUICK, "streaming_jobs_rollout_savepoint_path": "bucket/saved"}
    ended, result = run_role(ansible, ROLLOUT, streaming_jobs_rollout_jobs=jobs, **variables)
    assert ended.code == 2 and [job["outcome"] for job in result] == ["rolled_back"], ended.output
    assert "boom" in result[0]["msg"]
    job = running.job(401)
    assert (job.status, job.sql_body) == ("job_running", STATEMENT)
    assert done(running, 402) == []
    assert done(running, 401) == ["savepoint", "stop", "edit", "start", "edit", "start"]
    assert running.ledger.starts(401)[-1].resume_savepoint
    assert "1 of 2 jobs not rolled out. Job orders not rolled out: " in ended.output
    ended, result = run_role(ansible, ROLLOUT, streaming_jobs_rollout_jobs=jobs, streaming_jobs_rollout_go_on=True, **variables)
    assert [job["outcome"] for job in result] == ["rolled_back", "rolled_out"], ended.output


def test_rollback_without_savepoint(ansible, running):
    """The service has deleted the savepoint of the stop (dli-api.md 7.2)."""
    jobs = [{"name": "orders", "sql_body": CRASHES}]
    ended, result = run_role(ansible, ROLLOUT, streaming_jobs_rollout_jobs=jobs, **QUICK)
    assert ended.code == 2 and [job["outcome"] for job in result] == ["failed"], ended.output
    assert "DLI.13017" in result[0]["msg"] and running.job(401).sql_body == STATEMENT
    variables = {**QUICK, "streaming_jobs_rollout_rollback_without_state": True}
    running.force(401, "job_running")
    ended, result = run_role(ansible, ROLLOUT, streaming_jobs_rollout_jobs=jobs, **variables)
    assert [job["outcome"] for job in result] == ["rolled_back"] and running.job(401).status == "job_running", ended.output


def test_rollout_creates_job(ansible, running):
    jobs = [{"name": "valid", "sql_body": STATEMENT}, {"name": "invalid", "sql_body": CRASHES}]
    ended, result = run_role(ansible, ROLLOUT, streaming_jobs_rollout_jobs=jobs, **QUICK)
    assert [job["outcome"] for job in result] == ["rolled_out", "rolled_back"], ended.output
    jobs = {job.name: job for job in running.jobs.values()}
    assert jobs["valid"].status == "job_running" and jobs["invalid"].status == "job_running_exception"
