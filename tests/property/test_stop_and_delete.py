# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Stops and deletions in random scenarios: the results match the ledger of the local DLI, as for starts."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import strategies as st

from ansible_collections.huaweicloud.cloud.plugins.module_utils import _acts, _road
from ansible_collections.huaweicloud.cloud.plugins.module_utils._act import Act, states
from ansible_collections.huaweicloud.cloud.plugins.module_utils._acts import Delete, Stop

from .checks import Mismatch
from .runner import DETERMINISTIC, SCENARIOS, Runner, for_each
from .scenarios import BatchScenario, batch_scenario

COUNT = max(50, SCENARIOS // 4)
ACTIVE = ("job_running", "job_running", "job_submitting", "job_running_exception", "job_finish")
#: Statuses in which it is not documented whether a stop is accepted (dli-api.md 2.1).
UNDOCUMENTED = ("job_downloading", "job_idle", "job_cancel_fail", "job_arrearage_recovering")
#: The call of the API, which is also the ledger's name of the operation.
CALLS = {Stop: "stop", Delete: "delete"}
SUCCESS_STATES = {Stop: {"stopped", "already_stopped"}, Delete: {"deleted", "absent"}}


@st.composite
def scenario_for(draw: st.DrawFn, act: Act) -> BatchScenario:
    """Return a scenario with jobs that the operation changes, and with the faults of a start in its own call."""
    scenario = draw(batch_scenario())
    call = CALLS[type(act)]
    jobs = scenario.jobs
    if isinstance(act, Stop):
        jobs = [{**job, "status": draw(st.one_of(st.sampled_from(ACTIVE), st.just(job["status"])))} for job in jobs]
    faults = [{**rule, "call": call} if rule["call"] == "run" else rule for rule in scenario.faults]
    answers = {f"{call}_answer": scenario.settings["run_answer"], "run_answer": "array"}
    return replace(scenario, jobs=jobs, faults=faults, settings={**scenario.settings, **answers, "stop_delay": 2})


def execute(runner: Runner, act: Act, scenario: BatchScenario, check_mode: bool = False) -> list:
    """Run the operation for the jobs of a scenario and check its results; return them."""
    if isinstance(act, Stop):
        act = replace(act, patient=scenario.wait)
    rows = runner.run_batch(scenario, act, check_mode)
    if rows is None and runner.dli.requests.of(CALLS[type(act)]):
        raise Mismatch("the task failed as a whole after it sent a request that changes jobs")
    if check_mode and runner.dli.ledger.of(actor=runner.actor):
        raise Mismatch("check mode wrote something")
    for row in [] if check_mode else rows or []:
        _check(runner, act, row)
    return rows or []


def _check(runner: Runner, act: Act, row) -> None:
    runner.statistics[f"state {row.state}"] += 1
    if row.state not in states(act) or row.failed != (row.state not in SUCCESS_STATES[type(act)]) or not row.msg:
        raise Mismatch(f"not a result of this operation: {row}")
    if row.job_id is None:
        return
    ledger = runner.dli.ledger
    own = ledger.of(what=CALLS[type(act)], job_id=row.job_id, actor=runner.actor, accepted=True)
    others = [entry for entry in ledger.of(accepted=True) if entry.actor != runner.actor]
    if len(own) > 1:
        raise Mismatch(f"done twice: {row}")
    if row.changed is not None and row.changed != bool(own):
        if not others:
            raise Mismatch(f"changed is {row.changed}, but the ledger has {len(own)}: {row}")
        runner.statistics["coincidences with other clients"] += 1
    if row.changed is None and not row.reconciled:
        raise Mismatch(f"changed is null although nothing was reconciled: {row}")


@pytest.mark.parametrize("act", [Stop(False), Stop(True), Delete(False), Delete(True)], ids=str)
def test_results_match_ledger(statistics, act):
    runner = Runner()
    for_each(scenario_for(act), COUNT, lambda scenario: execute(runner, act, scenario))
    statistics(f"property, {act}: {runner.statistics}")
    assert runner.statistics[f"state {act.done}"] > COUNT / 20


@pytest.mark.parametrize("act", [Stop(True), Delete(False)], ids=str)
def test_check_mode_equals_run(act):
    runner = Runner()

    def compare(scenario: BatchScenario) -> None:
        settings = {**scenario.settings, "stop_answer": "array", "delete_answer": "array"}
        scenario = replace(scenario, faults=[], unreachable=frozenset(), wait=False, settings=settings)
        predicted = execute(runner, act, scenario, check_mode=True)
        reported = execute(runner, act, scenario)
        for before, after in zip(predicted, reported):
            # Not predictable: a job that ends by itself in between, and a stop of which it is not documented whether the
            # service accepts it.
            is_undocumented = isinstance(act, Stop) and after.status_before in UNDOCUMENTED
            if before != after and not (is_undocumented or after.reconciled or before.status_before != after.status_before):
                raise Mismatch(f"predicted {before}, reported {after}")

    for_each(scenario_for(act), COUNT // 5, compare)


def attribute_every_end_to_the_task(monkeypatch):
    """A job that has ended is reported as stopped by the task."""
    monkeypatch.setattr(_acts.Stop, "is_moot", lambda self, now: False)


def report_unknown_as_done(monkeypatch):
    """A lost response means that the operation was carried out."""
    monkeypatch.setattr(_road, "unknown", lambda act, row, status, reason: _road.done(act, row, status=status))


def lose_response(scenario: BatchScenario, call: str) -> BatchScenario:
    """The service carries the operation out, and its response is lost."""
    return replace(scenario, faults=[{"kind": "reset_after", "call": call}], unreachable=frozenset())


def end_all_jobs(scenario: BatchScenario, call: str) -> BatchScenario:
    """All jobs end by themselves before the request arrives, and the request is lost."""
    ending = {"act": "force", "job_ids": [job["job_id"] for job in scenario.jobs], "fields": {"status": "job_finish"}}
    faults = [{"kind": "actor", "call": call, **ending}, {"kind": "reset_before", "call": call}]
    return replace(scenario, faults=faults, unreachable=frozenset())


@pytest.mark.parametrize(
    ("defect", "act", "change"),
    [
        (attribute_every_end_to_the_task, Stop(False), end_all_jobs),
        (report_unknown_as_done, Delete(True), lose_response),
        (report_unknown_as_done, Stop(True), lose_response),
    ],
)
def test_defect_is_detected(monkeypatch, statistics, defect, act, change):
    defect(monkeypatch)
    runner, call = Runner(), CALLS[type(act)]
    with pytest.raises(Mismatch):
        for_each(scenario_for(act), 1000, lambda scenario: execute(runner, act, change(scenario, call)), **DETERMINISTIC)
    statistics(f"property, defect {defect.__name__} of {act}: detected after {runner.statistics['scenarios']} scenarios")
