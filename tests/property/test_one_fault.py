# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""With one fault and no other client, the outcome of almost every request that was carried out is known."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ansible_collections.huaweicloud.cloud.plugins.module_utils._batch.operation import Operation
from ansible_collections.huaweicloud.cloud.plugins.module_utils._batch.operations.delete import Delete
from ansible_collections.huaweicloud.cloud.plugins.module_utils._batch.operations.start import Start
from ansible_collections.huaweicloud.cloud.plugins.module_utils._batch.operations.stop import Stop

from . import test_start, test_stop_and_delete
from .runner import SCENARIOS, Runner, for_each
from .scenarios import BatchScenario, batch_scenario

COUNT = max(200, SCENARIOS // 4)
#: The defaults of the modules, in seconds. Shorter limits end the reads before a job shows its start.
DEFAULTS = {"request_timeout": 60.0, "confirm_timeout": 60.0, "overall_timeout": 600.0}


def with_one_fault(scenario: BatchScenario) -> BatchScenario:
    """Return the scenario with at most one fault, without other clients, and otherwise with documented responses."""
    faults = [{**rule, "times": 1} for rule in scenario.faults if rule["kind"] != "other_client"][:1]
    settings = {name: "array" if name.endswith("_response") else value for name, value in scenario.settings.items()}
    times = {**scenario.times, **DEFAULTS}
    return replace(scenario, faults=faults, unreachable=frozenset(), settings=settings, times=times)


@pytest.mark.parametrize("operation", [Start(False), Stop(False), Stop(True), Delete(False), Delete(True)], ids=str)
def test_outcome_of_requests_that_were_carried_out_is_known(statistics, operation: Operation):
    """A request that was not carried out stays unknown after a lost response: the service may still carry it out."""
    runner = Runner()
    counts = runner.statistics

    def execute(scenario: BatchScenario) -> None:
        scenario = with_one_fault(scenario)
        if isinstance(operation, Start):
            rows = test_start.start(runner, scenario)
        else:
            rows = test_stop_and_delete.execute(runner, operation, scenario)
        done = {entry.job_id for entry in runner.dli.ledger.find(actor=runner.actor, accepted=True)}
        counts["rows"] += len(rows or ())
        for row in rows or ():
            if row.changed is None:
                counts["unknown, carried out" if row.job_id in done else "unknown, not carried out"] += 1

    scenarios = batch_scenario() if isinstance(operation, Start) else test_stop_and_delete.scenario_for(operation)
    for_each(scenarios, COUNT, execute)
    statistics(f"property, one fault, {operation}: {counts}")
    assert counts["faults"] > 10
    assert counts["unknown, carried out"] < counts["rows"] / 100
