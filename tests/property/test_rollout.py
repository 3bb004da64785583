# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The role streaming_jobs_rollout in random scenarios: after a failure, the job is as before, or the result names what differs.

The tasks of the role run in this process. The test compares the job in the local DLI before and after the role.
"""

from __future__ import annotations

import json
import typing as t
from functools import partial
from pathlib import Path

import pytest
import role_runs
import task_runs
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from local_dli.clock import epoch_ms
from local_dli.model.jobs import default_config
from local_dli.model.representation import detail
from role_runs import Role, Variables, read_yaml

from ansible_collections.huaweicloud.cloud.plugins.module_utils import _argspec
from ansible_collections.huaweicloud.cloud.plugins.module_utils._dli import job_settings
from ansible_collections.huaweicloud.cloud.plugins.module_utils._dli.job import JAR, SQL
from ansible_collections.huaweicloud.cloud.plugins.module_utils._dli.job_settings import settings_of
from ansible_collections.huaweicloud.cloud.plugins.module_utils._dli.task_context import Context
from ansible_collections.huaweicloud.cloud.plugins.module_utils._errors import CloudError
from ansible_collections.huaweicloud.cloud.plugins.module_utils._module.info import find_jobs, parse_info_options
from ansible_collections.huaweicloud.cloud.plugins.module_utils._module.savepoint import parse_savepoint_options, run_savepoint
from ansible_collections.huaweicloud.cloud.plugins.module_utils._resource import plan
from ansible_collections.huaweicloud.cloud.plugins.module_utils._resource.argspec import streaming_job
from ansible_collections.huaweicloud.cloud.plugins.module_utils._resource.desired import parse_desired_job
from ansible_collections.huaweicloud.cloud.plugins.module_utils._resource.diff import tag_changes
from ansible_collections.huaweicloud.cloud.plugins.module_utils._resource.manage import EMPTY_RESULT, manage

from .checks import Mismatch
from .rollout_scenarios import GOOD, RolloutScenario, rollout_scenario
from .runner import DETERMINISTIC, SCENARIOS, Runner, for_each

COUNT = SCENARIOS * 5 // 3
FOLDER = task_runs.CHECKOUT / "roles" / "streaming_jobs_rollout"
INACTIVE = ("job_init", "job_submit_fail", "job_running_exception", "job_cancel_success", "job_finish")
DEFAULTS = default_config()
DEFAULT_SPEC = {"cpu": 1.0, "memory": "4G"}
DEFAULT_OBJECT = {"jobmanager_resource_spec": DEFAULT_SPEC, "taskmanager_resource_spec": DEFAULT_SPEC}


class RoleRun:
    """A run of the role for the job of a scenario, on a service that other runs have used before."""

    def __init__(self, runner: Runner, scenario: RolloutScenario) -> None:
        self.runner = runner
        self.scenario = scenario
        self.facts = {**scenario.variables, "ansible_check_mode": False}

    def play(self, *definitions: Variables) -> list[Variables]:
        """Run the role once for each definition; return the result of each, and the number of write requests so far."""
        return self.runner.run(self.scenario, lambda context: [self._play(context, one) for one in definitions], waits=True)

    def _play(self, context: Context, definition: Variables) -> Variables:
        modules = {
            "huaweicloud.cloud.dli_streaming_sql_job": partial(self._job, context, SQL),
            "huaweicloud.cloud.dli_streaming_jar_job": partial(self._job, context, JAR),
            "huaweicloud.cloud.dli_streaming_job_savepoint": partial(self._savepoint, context),
            "huaweicloud.cloud.dli_streaming_jobs_info": partial(self._info, context),
            "ansible.builtin.pause": partial(self._pause, context),
        }
        self.facts["streaming_jobs_rollout_result"] = []
        before = self.snapshot()
        Role(FOLDER, modules, self.facts).include("job.yml", {"_streaming_jobs_rollout_job": definition})
        (result,) = self.facts["streaming_jobs_rollout_result"]
        writes = len([entry for entry in self.runner.dli.ledger.entries if entry.actor == self.runner.actor])
        return {**result, "found": differences(before, self.snapshot()), "writes": writes}

    def _job(self, context: Context, kind: str, arguments: Variables, check_mode: bool) -> Variables:
        parsed = ArgumentSpecValidator({**streaming_job(kind), **_argspec.waiting()}).validate(arguments)
        assert not parsed.error_messages, parsed.error_messages
        run = partial(manage, desired=parse_desired_job(kind, parsed.validated_parameters, check_mode))
        return {**EMPTY_RESULT, **self._result(context, run)}

    def _savepoint(self, context: Context, arguments: Variables, check_mode: bool) -> Variables:
        given = {**arguments, "job_name": None, "confirm_timeout": 60.0}
        return self._result(context, partial(run_savepoint, options=parse_savepoint_options(given, check_mode)))

    def _info(self, context: Context, arguments: Variables, check_mode: bool) -> Variables:
        names = ("job_names", "status", "queue_name", "job_type", "user_name", "tags", "has_savepoint")
        given = {**dict.fromkeys(names), "job_ids": [arguments["job_ids"]], "show_detail": False, "order": "desc"}
        return self._result(context, partial(find_jobs, options=parse_info_options(given, check_mode)))

    def _pause(self, context: Context, arguments: Variables, _check_mode: bool) -> Variables:
        context.clock.sleep(arguments["seconds"])
        return {"failed": False, "changed": False}

    def _result(self, context: Context, run: t.Callable[[Context], t.Any]) -> Variables:
        """Return the result of a module, which has its own deadline."""
        try:
            values = run(context._replace(deadline=context.clock.now() + 60)).values
        except CloudError as error:
            return {"failed": True, "changed": False, "msg": str(error)}
        return {"failed": False, **json.loads(json.dumps(values))}

    def snapshot(self) -> Variables:
        """Return the settings, tags and status of the job by their names in the result."""
        dli = self.runner.dli
        dli.service.tick()
        if 7 not in dli.jobs:
            return {}
        job = dli.jobs[7]
        shown = detail(job, dli.clock.monotonic(), epoch_ms(dli.clock))
        found: Variables = {"tags": dict(job.tags), "status": job.status}
        for setting in settings_of(JAR if job.is_jar else SQL):
            if setting.name != "template_id":
                holder = shown if setting.place == job_settings.TOP else shown["job_config"]
                found[setting.name] = normal(setting, holder.get(setting.name))
        if found["checkpoint_enabled"]:
            found.pop("checkpoint_path", None)
        return found


def normal(setting: job_settings.Setting, value: t.Any) -> t.Any:
    """Return a value in a form in which equal settings are equal: a default is the same as no value."""
    if setting.kind == job_settings.JSON and isinstance(value, str) and value:
        return json.loads(value)
    if setting.kind == job_settings.OBJECT:
        given = {name: inner for name, inner in (value or {}).items() if inner is not None}
        return {**DEFAULT_OBJECT, **given}
    return DEFAULTS.get(setting.name) if value in (None, "", []) else value


def differences(before: Variables, after: Variables) -> list[str]:
    """Return what differs. An active job can be in several statuses, like an inactive one."""
    names = [name for name in sorted({*before, *after} - {"status"}) if before.get(name) != after.get(name)]
    was_active = before["status"] == "job_running"
    is_same = after.get("status") in (("job_running", "job_finish") if was_active else INACTIVE)
    return names + ([] if is_same else ["status"])


def check(runner: Runner, scenario: RolloutScenario) -> None:
    """Run the role once, and compare its result with the job."""
    (result,) = RoleRun(runner, scenario).play(scenario.definition)
    outcome, found = result["outcome"], result["found"]
    runner.statistics[f"outcome {outcome}"] += 1
    if outcome in ("rolled_out", "unchanged"):
        if result["differences"]:
            raise Mismatch(f"rolled out with differences: {result}")
        return
    if result["differences"] != ["unknown"] and sorted(result["differences"]) != sorted(found):
        raise Mismatch(f"{found} differ: {result}")
    if outcome == "rolled_back" and found:
        raise Mismatch(f"{found} differ after a rollback: {result}")
    if outcome == "failed" and result["differences"] and not all(name in result["msg"] for name in result["differences"]):
        raise Mismatch(f"differences that the message does not contain: {result}")


def test_rollback_restores_or_reports(statistics):
    runner = Runner()
    for_each(rollout_scenario(), COUNT, partial(check, runner))
    statistics(f"property, rollout: {runner.statistics}")
    assert all(runner.statistics[f"outcome {outcome}"] > COUNT / 50 for outcome in ("rolled_out", "rolled_back", "failed"))


def test_refused_reset():
    """The job runs with its other settings."""
    refused = {"kind": "status", "status": 400, "carried_out": False, "body": {"error_code": "DLI.12002", "error_msg": "no"}}
    scenario = RolloutScenario(
        jobs=[{"job_id": 7, "name": "old", "status": "job_running", "sql_body": GOOD["sql"]}],
        settings={"submit_delay": 0},
        faults=[{**refused, "call": "update", "skip": 2, "times": 1}],
        unreachable=frozenset(),
        definition={"name": "old", "desc": "one", "sql_body": f"{GOOD['sql']} -- local-dli: {{submit_fail: no such table}}"},
        variables={
            "streaming_jobs_rollout_verify_seconds": 5,
            "streaming_jobs_rollout_resume_savepoint": False,
            "streaming_jobs_rollout_savepoint_path": "",
            "streaming_jobs_rollout_rollback_without_state": False,
            "streaming_jobs_rollout_wait_timeout": 60,
            "streaming_jobs_rollout_wait_interval": 1,
        },
        times={"request_timeout": 20.0, "overall_timeout": 10000.0, "wait_timeout": 60.0},
        max_retries=0,
        seed=0,
    )
    (result,) = RoleRun(Runner(), scenario).play(scenario.definition)
    assert (result["outcome"], result["differences"], result["found"]) == ("failed", ["desc"], ["desc"]), result


def test_second_rollout_changes_nothing():
    runner = Runner()

    def roll_out_twice(scenario: RolloutScenario) -> None:
        first, second = RoleRun(runner, scenario).play(scenario.definition, scenario.definition)
        if first["outcome"] == "rolled_out" and (second["outcome"], second["writes"]) != ("unchanged", first["writes"]):
            raise Mismatch(f"the second rollout is not without changes: {first}, {second}")

    for_each(rollout_scenario(with_faults=False), COUNT // 10, roll_out_twice)


def keep_settings(monkeypatch):
    """A rollback keeps settings that were not set before."""
    monkeypatch.setattr(plan, "complete", lambda kind, detail, desired: desired)


def keep_tags(monkeypatch):
    """A rollback keeps tags that were not set before."""
    monkeypatch.setattr(plan, "tag_changes", lambda current, wanted, purge: tag_changes(current, wanted, False))


def read_by_name(monkeypatch):
    """A job with an ID is read by its new name."""
    replace_variable(monkeypatch, "_streaming_jobs_rollout_id", "")


def trust_rollback(monkeypatch):
    """The job is not compared."""
    replace_variable(monkeypatch, "_streaming_jobs_rollout_differences", [])


def replace_variable(monkeypatch, name: str, value: t.Any) -> None:
    def read(path: Path) -> t.Any:
        content = read_yaml(path)
        return {**content, name: value} if name in content else content

    monkeypatch.setattr(role_runs, "read_yaml", read)


@pytest.mark.parametrize("defect", [keep_settings, keep_tags, read_by_name, trust_rollback])
def test_defect_is_detected(monkeypatch, defect):
    defect(monkeypatch)
    with pytest.raises(Mismatch):
        for_each(rollout_scenario(), 1000, partial(check, Runner()), **DETERMINISTIC)
