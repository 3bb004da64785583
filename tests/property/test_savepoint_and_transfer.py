# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Savepoints, exports and imports in random scenarios: the results match the ledger of the local DLI."""

from __future__ import annotations

import typing as t
from dataclasses import replace

import pytest
from hypothesis import strategies as st
from local_dli.model.transfer import pack

from ansible_collections.huaweicloud.cloud.plugins.module_utils._dli.task_context import Context
from ansible_collections.huaweicloud.cloud.plugins.module_utils._module import import_jobs as import_module
from ansible_collections.huaweicloud.cloud.plugins.module_utils._module.export_jobs import export_jobs, parse_export_options
from ansible_collections.huaweicloud.cloud.plugins.module_utils._module.import_jobs import import_jobs, parse_import_options
from ansible_collections.huaweicloud.cloud.plugins.module_utils._module.savepoint import parse_savepoint_options, run_savepoint
from ansible_collections.huaweicloud.cloud.plugins.module_utils._result import ModuleResult

from .checks import Mismatch, check_claim
from .runner import DETERMINISTIC, SCENARIOS, Runner, for_each
from .scenarios import BatchScenario, batch_scenario

COUNT = max(50, SCENARIOS // 4)
#: The call of the API. The ledger has the same name for the operation.
SAVEPOINTS = {"trigger": "savepoint", "import": "import_savepoint"}
STATUSES = {"trigger": ("job_running",), "import": ("job_init", "job_cancel_success", "job_finish")}
ZIP_FILE = "local-dli/jobs.zip"


@st.composite
def scenario_with(draw: st.DrawFn, call: str, statuses: tuple[str, ...] = ()) -> BatchScenario:
    """Return a scenario with faults in this call, and with most jobs in one of these statuses."""
    scenario = draw(batch_scenario())
    faults = [{**rule, "call": call} if rule["call"] == "run" else rule for rule in scenario.faults]
    jobs = scenario.jobs
    if statuses:
        jobs = [{**job, "status": draw(st.sampled_from([*statuses, *statuses, job["status"]]))} for job in jobs]
    return replace(scenario, jobs=jobs, faults=faults)


def waiting(scenario: BatchScenario) -> dict[str, t.Any]:
    times = {name: scenario.times[name] for name in ("wait_timeout", "wait_interval", "confirm_timeout")}
    return {**times, "wait": scenario.wait}


def run(runner: Runner, scenario: BatchScenario, task: t.Callable[[Context], ModuleResult], call: str) -> list[dict]:
    """Run a task and return the result of each job; no result if it failed as a whole."""
    result = runner.run(scenario, lambda context: task(context).values, waits=True)
    if result is None:
        if runner.dli.ledger.find(operation=call, actor=runner.actor, accepted=True):
            raise Mismatch("the task failed as a whole after a request was carried out")
        return []
    rows = [result["job"]] if "job" in result else result["jobs"] if "jobs" in result else result["job_mapping"]
    if result["changed"] is not any(row["changed"] is not False for row in rows):
        raise Mismatch(f"changed of the task does not fit {rows}")
    for row in rows:
        runner.statistics[f"state {row['state']}"] += 1
    return rows


def check_row(runner: Runner, row: dict, call: str) -> None:
    own = runner.dli.ledger.find(operation=call, job_id=row["job_id"], actor=runner.actor, accepted=True)
    if len(own) > 1:
        raise Mismatch(f"done twice: {row}")
    check_claim(runner.dli, runner.actor, row["changed"], row["reconciled"], bool(own))
    if row["changed"] is None and not row["reconciled"]:
        raise Mismatch(f"changed is null although nothing was reconciled: {row}")


@pytest.mark.parametrize("action", SAVEPOINTS)
def test_savepoints_match_ledger(statistics, action):
    runner, call = Runner(), SAVEPOINTS[action]

    def check(scenario: BatchScenario) -> None:
        options = {"job_id": "1", "job_name": None, "action": action, "savepoint_path": "local-dli/savepoints"}
        parsed = parse_savepoint_options({**options, **waiting(scenario)}, False)
        for row in run(runner, scenario, lambda context: run_savepoint(context, parsed), call):
            check_row(runner, row, call)

    for_each(scenario_with(call, STATUSES[action]), COUNT, check)
    statistics(f"property, {call}: {runner.statistics}")
    done = sum(runner.statistics[f"state {state}"] for state in ("triggered", "made", "imported"))
    assert done > COUNT / 20


def test_exports_match_ledger(statistics):
    runner = Runner()

    def check(scenario: BatchScenario) -> None:
        options = {"job_ids": None, "job_names": None, "all": True, "obs_dir": "local-dli/exports"}
        if not scenario.wait:
            options = {**options, "job_ids": [job["job_id"] for job in scenario.jobs], "all": False}
        parsed = parse_export_options(options, False)
        for row in run(runner, scenario, lambda context: export_jobs(context, parsed), "export"):
            check_row(runner, row, "export")

    for_each(scenario_with("export"), COUNT, check)
    statistics(f"property, export: {runner.statistics}")
    assert runner.statistics["state exported"] > COUNT / 20


def import_in(runner: Runner, scenario: BatchScenario) -> None:
    """Import the jobs of a scenario, some of which exist, and compare the result with the ledger."""
    parsed = parse_import_options({"zip_file": ZIP_FILE, "is_cover": scenario.wait, **waiting(scenario)}, False)

    def task(context: Context) -> ModuleResult:
        dli = runner.dli
        dli.objects.put(ZIP_FILE, pack(list(dli.jobs.values())))
        for job_id in list(dli.jobs):
            if job_id not in scenario.job_ids:
                del dli.service.jobs[job_id]
        return import_jobs(context, parsed)

    rows = run(runner, scenario, task, "import")
    imported = [entry.job_id for entry in runner.dli.ledger.find(operation="import", actor=runner.actor, accepted=True)]
    reported = [row["new_job_id"] for row in rows if row["changed"]]
    is_open = any(row["changed"] is None for row in rows)
    if not set(reported) <= set(imported) or not (is_open or sorted(reported) == sorted(imported)):
        raise Mismatch(f"{imported} were imported: {rows}")


def test_imports_match_ledger(statistics):
    runner = Runner()
    for_each(scenario_with("import"), COUNT, lambda scenario: import_in(runner, scenario))
    statistics(f"property, import: {runner.statistics}")
    assert runner.statistics["state created"] > COUNT / 20


def test_defect_is_detected(monkeypatch):
    """A lost response means that no job was overwritten."""
    infer = import_module.infer_from_listing
    monkeypatch.setattr(import_module, "infer_from_listing", lambda new, is_cover: infer(new, False))
    runner = Runner()
    with pytest.raises(Mismatch):
        for_each(scenario_with("import"), 3000, lambda scenario: import_in(runner, scenario), **DETERMINISTIC)
