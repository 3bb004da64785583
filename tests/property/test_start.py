# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Starts in random scenarios: the results match the ledger of the local DLI under every fault and with other clients."""

from __future__ import annotations

from dataclasses import replace

from ansible_collections.huaweicloud.cloud.plugins.module_utils._batch.operations.start import Start

from .checks import Mismatch, check_rows, check_task
from .runner import SCENARIOS, Runner, for_each
from .scenarios import BatchScenario, batch_scenario

#: Errors that only the start itself returns, so that check mode cannot predict them.
UNPREDICTABLE = {"DLI.13005", "DLI.13024"}


def start(runner: Runner, scenario: BatchScenario, check_mode: bool = False) -> list | None:
    """Run the start of a scenario and check its results; return them."""
    rows = runner.run_batch(scenario, Start(scenario.resume_savepoint), check_mode)
    check_task(runner.dli, runner.actor, check_mode)
    if rows is None:
        if runner.dli.requests.find("run"):
            raise Mismatch("the task failed as a whole after it sent a start")
    elif not check_mode:
        check_rows(runner.dli, runner.actor, rows, scenario.wait, runner.statistics)
    return rows


def test_results_match_ledger(statistics):
    runner = Runner()
    for_each(batch_scenario(), SCENARIOS, lambda scenario: start(runner, scenario))
    statistics(f"property, start: {runner.statistics}")
    counts = runner.statistics
    assert counts["scenarios"] >= SCENARIOS * 0.9
    assert counts["faults"] > counts["scenarios"] / 2 and counts["starts"] > counts["scenarios"] / 4


def test_check_mode_writes_nothing(statistics):
    runner = Runner()
    for_each(batch_scenario(), max(100, SCENARIOS // 10), lambda scenario: start(runner, scenario, check_mode=True))
    statistics(f"property, start in check mode: {runner.statistics}")
    assert runner.statistics["faults"] and not runner.statistics["starts"]


def test_check_mode_equals_run(statistics):
    runner, compared = Runner(), []

    def compare(scenario: BatchScenario) -> None:
        # A service that responds as documented: no lag, no batch limit, and complete responses in order. Without start_time,
        # the start of a job that fails immediately is not visible.
        documented = {"accept_lag": 0, "max_batch": None, "run_response": "array", "start_time_at": "accept"}
        scenario = replace(scenario, wait=False, settings={**scenario.settings, **documented})
        predicted = start(runner, scenario, check_mode=True)
        reported = start(runner, scenario)
        if predicted is None or reported is None:
            assert predicted == reported
            return
        assert len(predicted) == len(reported)
        for before, after in zip(predicted, reported):
            if after.error_code not in UNPREDICTABLE:
                compared.append(after.state)
                # A response with errors is confirmed by reading the jobs, whose status may already be a later one.
                # Only a run shows whether another client may have acted at the same time.
                assert before._replace(status=None) == after._replace(status=None, reconciled=False)

    for_each(batch_scenario(with_faults=False), max(200, SCENARIOS // 5), compare)
    statistics(f"property, start: {len(compared)} predictions of check mode equal to the results")
    assert len(compared) > SCENARIOS / 5
