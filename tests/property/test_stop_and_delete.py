# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Stops and deletions in random scenarios: the results match the ledger of the local DLI."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import strategies as st
from task_runs import STATEMENT

from ansible_collections.huaweicloud.cloud.plugins.module_utils._batch import reconcile
from ansible_collections.huaweicloud.cloud.plugins.module_utils._batch.job_result import accepted
from ansible_collections.huaweicloud.cloud.plugins.module_utils._batch.operation import Operation, states
from ansible_collections.huaweicloud.cloud.plugins.module_utils._batch.operations.delete import Delete
from ansible_collections.huaweicloud.cloud.plugins.module_utils._batch.operations.stop import Stop

from .checks import Mismatch, check_claim
from .runner import DETERMINISTIC, SCENARIOS, Runner, for_each
from .scenarios import BatchScenario, batch_scenario

COUNT = max(50, SCENARIOS // 4)
ACTIVE = ("job_running", "job_running", "job_submitting", "job_running_exception", "job_finish")
#: Statuses for which the outcome of a stop is not documented (dli-api.md 2.1).
UNDOCUMENTED = ("job_downloading", "job_idle", "job_cancel_fail", "job_arrearage_recovering")
#: The call of the API. The ledger has the same name for the operation.
CALLS = {Stop: "stop", Delete: "delete"}
SUCCESS_STATES = {Stop: {"stopped", "already_stopped"}, Delete: {"deleted", "absent"}}


@st.composite
def scenario_for(draw: st.DrawFn, operation: Operation) -> BatchScenario:
    """Return a scenario with jobs that the operation changes, and with the faults of a start in its own call."""
    scenario = draw(batch_scenario())
    call = CALLS[type(operation)]
    jobs = scenario.jobs
    if isinstance(operation, Stop):
        jobs = [{**job, "status": draw(st.one_of(st.sampled_from(ACTIVE), st.just(job["status"])))} for job in jobs]
    faults = [{**rule, "call": call} if rule["call"] == "run" else rule for rule in scenario.faults]
    responses = {f"{call}_response": scenario.settings["run_response"], "run_response": "array"}
    return replace(scenario, jobs=jobs, faults=faults, settings={**scenario.settings, **responses, "stop_delay": 2})


def execute(runner: Runner, operation: Operation, scenario: BatchScenario, check_mode: bool = False) -> list:
    """Run the operation for the jobs of a scenario and check its results; return them."""
    if isinstance(operation, Stop):
        operation = replace(operation, will_wait=scenario.wait)
    rows = runner.run_batch(scenario, operation, check_mode)
    if rows is None and runner.dli.requests.find(CALLS[type(operation)]):
        raise Mismatch("the task failed as a whole after it sent a request that changes jobs")
    if check_mode and runner.dli.ledger.find(actor=runner.actor):
        raise Mismatch("check mode wrote something")
    for row in [] if check_mode else rows or []:
        _check(runner, operation, row)
    return rows or []


def _check(runner: Runner, operation: Operation, row) -> None:
    runner.statistics[f"state {row.state}"] += 1
    if row.state not in states(operation) or row.failed != (row.state not in SUCCESS_STATES[type(operation)]) or not row.msg:
        raise Mismatch(f"not a result of this operation: {row}")
    if row.job_id is None:
        return
    ledger = runner.dli.ledger
    own = ledger.find(operation=CALLS[type(operation)], job_id=row.job_id, actor=runner.actor, accepted=True)
    if len(own) > 1:
        raise Mismatch(f"done twice: {row}")
    check_claim(runner.dli, runner.actor, row.changed, row.reconciled, bool(own))
    if row.changed is None and not row.reconciled:
        raise Mismatch(f"changed is null although nothing was reconciled: {row}")


@pytest.mark.parametrize("operation", [Stop(False), Stop(True), Delete(False), Delete(True)], ids=str)
def test_results_match_ledger(statistics, operation):
    runner = Runner()
    for_each(scenario_for(operation), COUNT, lambda scenario: execute(runner, operation, scenario))
    statistics(f"property, {operation}: {runner.statistics}")
    assert runner.statistics[f"state {operation.done}"] > COUNT / 20


def compare_check_mode(runner: Runner, operation: Operation, scenario: BatchScenario) -> None:
    """Raise Mismatch if check mode predicts another result than a run returns."""
    settings = {**scenario.settings, "stop_response": "array", "delete_response": "array"}
    times = {**scenario.times, "overall_timeout": 600}  # the end of a shorter time limit is not predictable
    jobs = [{**job, "script": {}} for job in scenario.jobs]  # no job ends by itself
    scenario = replace(scenario, jobs=jobs, faults=[], unreachable=frozenset(), wait=False, settings=settings, times=times)
    predicted = execute(runner, operation, scenario, check_mode=True)
    reported = execute(runner, operation, scenario)
    if any(row.failed for row in reported):
        # A response with errors is confirmed by reading the jobs, whose status may already be a later one.
        predicted, reported = ([row._replace(status=None) for row in rows] for rows in (predicted, reported))
    for before, after in zip(predicted, reported):
        # Not predictable: a job that ends by itself in between, and a stop whose outcome is not documented.
        is_undocumented = isinstance(operation, Stop) and after.status_before in UNDOCUMENTED
        if before != after and not (is_undocumented or after.reconciled or before.status_before != after.status_before):
            raise Mismatch(f"predicted {before}, reported {after}")


@pytest.mark.parametrize("operation", [Stop(True), Delete(False)], ids=str)
def test_check_mode_equals_run(operation):
    runner = Runner()
    for_each(scenario_for(operation), COUNT // 5, lambda scenario: compare_check_mode(runner, operation, scenario))


def test_check_mode_of_a_stop_that_refuses_another_job():
    """The run reads the jobs, and the running one has a later status than check mode can predict."""
    jobs = [
        {"job_id": 1, "name": "job_1", "status": "job_downloading", "sql_body": STATEMENT, "script": {}},
        {"job_id": 2, "name": "job_2", "status": "job_running", "sql_body": STATEMENT, "script": {}},
    ]
    times = {"request_timeout": 2, "wait_timeout": 1, "wait_interval": 0.5, "confirm_timeout": 20, "overall_timeout": 600}
    settings = {"accept_lag": 1, "stop_delay": 2}
    scenario = BatchScenario(jobs, settings, [], frozenset(), times, 0, 0, [1, 2], [], False, False)
    compare_check_mode(Runner(), Stop(True), scenario)


def attribute_every_end_to_the_task(monkeypatch):
    """A job that has ended is reported as stopped by the task."""
    monkeypatch.setattr(Stop, "may_be_spontaneous", lambda self, now: False)


def report_unknown_as_done(monkeypatch):
    """A lost response means that the operation was carried out."""
    monkeypatch.setattr(
        reconcile,
        "undetermined",
        lambda operation, planned, status, reason, error=None: accepted(operation, planned, status=status),
    )


def lose_response(scenario: BatchScenario, call: str) -> BatchScenario:
    """The service carries the operation out, and its response is lost."""
    return replace(scenario, faults=[{"kind": "reset_after", "call": call}], unreachable=frozenset())


def end_all_jobs(scenario: BatchScenario, call: str) -> BatchScenario:
    """All jobs end by themselves before the request arrives, and the request is lost."""
    ending = {"action": "force", "job_ids": [job["job_id"] for job in scenario.jobs], "fields": {"status": "job_finish"}}
    faults = [{"kind": "other_client", "call": call, **ending}, {"kind": "reset_before", "call": call}]
    return replace(scenario, faults=faults, unreachable=frozenset())


@pytest.mark.parametrize(
    ("defect", "operation", "change"),
    [
        (attribute_every_end_to_the_task, Stop(False), end_all_jobs),
        (report_unknown_as_done, Delete(True), lose_response),
        (report_unknown_as_done, Stop(True), lose_response),
    ],
)
def test_defect_is_detected(monkeypatch, statistics, defect, operation, change):
    defect(monkeypatch)
    runner, call = Runner(), CALLS[type(operation)]

    def run(scenario: BatchScenario) -> None:
        execute(runner, operation, change(scenario, call))

    with pytest.raises(Mismatch):
        for_each(scenario_for(operation), 1000, run, **DETERMINISTIC)
    statistics(f"property, defect {defect.__name__} of {operation}: detected after {runner.statistics['scenarios']} scenarios")
