# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The modules for one job in random scenarios: the results match the ledger of the local DLI."""

from __future__ import annotations

import itertools
import typing as t
from dataclasses import dataclass, replace

import message_rules
import pytest
from hypothesis import strategies as st
from local_dli.model.jobs import STATUSES

from ansible_collections.huaweicloud.cloud.plugins.module_utils._dli.job import SQL
from ansible_collections.huaweicloud.cloud.plugins.module_utils._dli.job_settings import settings_of
from ansible_collections.huaweicloud.cloud.plugins.module_utils._resource import apply, report
from ansible_collections.huaweicloud.cloud.plugins.module_utils._resource import manage as manage_module
from ansible_collections.huaweicloud.cloud.plugins.module_utils._resource.desired import parse_desired_job
from ansible_collections.huaweicloud.cloud.plugins.module_utils._resource.diff import diff
from ansible_collections.huaweicloud.cloud.plugins.module_utils._resource.manage import manage

from .checks import Mismatch
from .runner import DETERMINISTIC, SCENARIOS, Runner, for_each
from .scenarios import SCRIPTS, TIMES, Scenario, change_by_other_client, fault, seconds

COUNT = max(50, SCENARIOS // 4)
NAME = "the_job"
SQLS = ("INSERT INTO a SELECT id FROM b", "INSERT INTO a SELECT id + 1 FROM b")
CALLS = ("create", "update", "tag", "tags", "run", "stop", "delete", "list", "detail", "any")
#: Operations with different names in the ledger and in results. An update and a reset are the same operation.
OPERATIONS = {"edit": "update", "untag": "tag", "reset": "update"}
SUCCESS_STATES = {"created", "updated", "started", "restarted", "stopped", "deleted", "absent", "unchanged"}
#: Statuses whose permitted operations are documented (dli-api.md 2.1).
DOCUMENTED = (
    *("job_init", "job_running", "job_running", "job_submitting"),
    *("job_cancel_success", "job_finish", "job_running_exception"),
)


@dataclass(frozen=True)
class JobScenario(Scenario):
    """A scenario with a task for one job. If the job exists, ``jobs`` contains it."""

    options: dict[str, t.Any]


@st.composite
def config(draw: st.DrawFn) -> dict[str, t.Any]:
    """Return some settings of each kind."""
    some = st.fixed_dictionaries(
        {},
        optional={
            "cu_number": st.sampled_from([2, 4]),
            "obs_bucket": st.sampled_from(["one", "two"]),
            "resume_max_num": st.sampled_from([-1, 3]),
            "runtime_config": st.sampled_from(['{"a": 1}', '{"a": 2}']),
            "operator_config": st.just('{"operator_list": []}'),
        },
    )
    return draw(some)


TAGS = st.dictionaries(st.sampled_from("abc"), st.sampled_from("xy"), max_size=3)


@st.composite
def job_scenario(draw: st.DrawFn) -> JobScenario:
    """Return a scenario whose job often differs from the options."""
    jobs = []
    if draw(st.integers(0, 3)):
        job = {
            "job_id": 7,
            "name": NAME,
            "status": draw(st.one_of(st.sampled_from(DOCUMENTED), st.sampled_from(DOCUMENTED), st.sampled_from(STATUSES))),
            "sql_body": draw(st.sampled_from(SQLS)),
            "job_config": draw(config()),
            "tags": draw(TAGS),
            "script": draw(SCRIPTS),
        }
        if draw(st.booleans()):
            job["savepoint"] = "x/savepoint-7"
        jobs.append(job)
    times = draw(TIMES)
    options = {
        "name": NAME,
        "sql_body": draw(st.sampled_from([*SQLS, None])),
        **draw(config()),
        "job_id": None,
        "state": draw(st.sampled_from(["present", "started", "started", "stopped", "absent"])),
        "tags": draw(st.one_of(st.none(), st.none(), TAGS)),
        "purge_tags": draw(st.booleans()),
        "purge_settings": draw(st.sampled_from([False, False, True])),
        "restart": draw(st.sampled_from(["never", "allowed", "allowed"])),
        "savepoint": draw(st.booleans()),
        "resume_savepoint": draw(st.sampled_from([None, None, True, False])),
        "force": draw(st.booleans()),
        "show_detail": draw(st.booleans()),
        "wait": draw(st.booleans()),
    }
    faults = [rule for rule in draw(st.lists(fault(), max_size=3)) if rule["kind"] != "response"]
    changes = draw(st.lists(change_by_other_client([7]), max_size=1)) if jobs and draw(st.booleans()) else []
    return JobScenario(
        jobs=jobs,
        settings={
            "accept_lag": draw(seconds(0, 0, 1, 10)),
            "submit_delay": draw(seconds(0, 0.3, 5)),
            "stop_delay": draw(seconds(0.2, 2, 20)),
            "savepoint_failure": draw(st.sampled_from(["job_running", "job_cancel_fail"])),
            "name_match": draw(st.sampled_from(["substring", "exact"])),
        },
        faults=[{**rule, "call": draw(st.sampled_from(CALLS))} for rule in [*faults, *changes]],
        unreachable=frozenset(draw(st.sets(st.integers(0, 8), max_size=2))),
        options={**dict.fromkeys(setting.name for setting in settings_of(SQL)), **options},
        max_retries=draw(st.integers(0, 3)),
        times=times,
        seed=draw(st.integers(0, 2**16)),
    )


def desired_job(scenario: JobScenario, check_mode: bool = False):
    """Return the parsed options of a scenario."""
    names = ("wait_timeout", "wait_interval", "confirm_timeout")
    times = {name: scenario.times[name] for name in names}
    return parse_desired_job(SQL, {**scenario.options, **times}, check_mode)


def execute(runner: Runner, scenario: JobScenario, check_mode: bool = False) -> dict | None:
    """Run the task of a scenario and check its result; return it, or None if the task failed as a whole."""
    result = runner.run(scenario, lambda context: manage(context, desired_job(scenario, check_mode)).values, waits=True)
    message_rules.check(message_rules.messages(result or {}))
    own = [entry.operation for entry in runner.dli.ledger.find(actor=runner.actor, accepted=True)]
    done = _grouped(own)
    if check_mode or result is None:
        if done:
            raise Mismatch(f"{done} was done and is not reported")
    else:
        _check(runner, scenario, result, done)
    if result:
        runner.statistics[f"state {result['job']['state']}"] += 1
    return result


def _grouped(operations: list[str]) -> list[str]:
    return [action for action, _group in itertools.groupby(OPERATIONS.get(what, what) for what in operations)]


def _check(runner: Runner, scenario: JobScenario, result: dict, done: list[str]) -> None:
    row, actions = result["job"], _grouped(result["actions"])
    is_unknown = row["changed"] is None or row["state"] == "unknown"
    if row["changed"] is None and not row["reconciled"]:
        raise Mismatch(f"changed is null although nothing was reconciled: {row}")
    is_open = is_unknown and done[:-1] == actions
    # A job that ends by itself while the response to its stop is lost. The message reports it.
    if "whether the job was stopped by this task or has ended by itself" in row["msg"]:
        is_open = is_open or [action for action in done if action != "stop"] == actions
    has_others = any(entry.actor != runner.actor for entry in runner.dli.ledger.find(accepted=True))
    if done != actions and not is_open and not (row["reconciled"] and has_others):
        raise Mismatch(f"{done} was done, {actions} is reported: {row}")
    if result["changed"] is not (row["changed"] is not False) or (row["changed"] is True) is not bool(actions):
        raise Mismatch(f"changed does not fit {actions}: {row}")
    if result["failed"] is not (row["state"] not in SUCCESS_STATES) or not row["msg"]:
        raise Mismatch(f"not a valid result: {row}")
    jobs = [job for job in runner.dli.jobs.values() if job.name == NAME]
    if len(jobs) > 1:
        raise Mismatch("created twice")
    if result["failed"] or has_others:
        return
    if bool(jobs) is (scenario.options["state"] == "absent"):
        raise Mismatch(f"the job {'exists' if jobs else 'does not exist'}: {row}")
    if jobs:
        _check_definition(scenario, jobs[0], row)


def _check_definition(scenario: JobScenario, job: t.Any, row: dict) -> None:
    """Check that the job matches the options after a successful task."""
    desired = desired_job(scenario)
    detail = {"name": job.name, "sql_body": job.sql_body, "job_config": job.job_config}
    differences = diff(SQL, detail, desired.settings)
    if differences:
        raise Mismatch(f"{differences} is not as desired: {row}")
    tags = desired.tags or {}
    if not set(tags.items()) <= set(job.tags.items()) or (desired.tags is not None and desired.purge_tags and job.tags != tags):
        raise Mismatch(f"tags are {job.tags}: {row}")


def test_results_match_ledger(statistics):
    runner = Runner()
    for_each(job_scenario(), COUNT, lambda scenario: execute(runner, scenario))
    statistics(f"property, one job: {runner.statistics}")
    assert runner.statistics["state created"] + runner.statistics["state updated"] > COUNT / 20


def test_check_mode_equals_run():
    runner = Runner()

    def compare(scenario: JobScenario) -> None:
        # Not predictable: jobs that end by themselves, and stops whose outcome is not documented.
        if any(job["status"] not in DOCUMENTED for job in scenario.jobs):
            return
        scenario = replace(
            scenario,
            jobs=[{**job, "script": {}} for job in scenario.jobs],
            faults=[],
            unreachable=frozenset(),
            options={**scenario.options, "wait": False},
            times={**scenario.times, "wait_timeout": 600.0, "overall_timeout": 600.0, "request_timeout": 60.0},
        )
        predicted, reported = execute(runner, scenario, check_mode=True), execute(runner, scenario)
        predicted["job"].pop("job_id"), reported["job"].pop("job_id")
        if any(predicted[key] != reported[key] for key in ("actions", "differences", "changed", "failed", "job")):
            raise Mismatch(f"predicted {predicted}, reported {reported}")

    for_each(job_scenario(), COUNT // 2, compare)


def report_unknown_as_done(monkeypatch):
    """A lost response means that the request was carried out."""
    monkeypatch.setattr(apply, "poll", lambda check, clock, deadline, pauses: ([7], None))


def create_without_lookup(monkeypatch):
    """The name is not looked up."""
    monkeypatch.setattr(manage_module, "_ids_of_name", lambda context, desired: [])


def report_last_action_only(monkeypatch):
    """Only the last action is reported."""
    add = report.Progress.add

    def add_last(self, step, result):
        self.actions.clear()
        add(self, step, result)

    monkeypatch.setattr(report.Progress, "add", add_last)


@pytest.mark.parametrize("defect", [report_unknown_as_done, create_without_lookup, report_last_action_only])
def test_defect_is_detected(monkeypatch, defect):
    defect(monkeypatch)
    runner = Runner()
    with pytest.raises(Mismatch):
        for_each(job_scenario(), 3000, lambda scenario: execute(runner, scenario), **DETERMINISTIC)
