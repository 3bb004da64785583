# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What the module reports is what the service did, under every fault and whoever else has a hand in it.

``CHAOS_SCHEDULES`` (default 2000) says how many random worlds are played.
"""

from __future__ import annotations

import os
from dataclasses import replace

from hypothesis import HealthCheck, given, settings

from .oracle import Tally
from .play import World
from .scenarios import Scenario, scenario

SCHEDULES = int(os.environ.get("CHAOS_SCHEDULES", "2000"))
QUICKLY = settings(
    deadline=None, database=None, print_blob=True, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
#: What only a start itself shows, so that check mode cannot predict it.
UNPREDICTABLE = {"DLI.13005", "DLI.13024"}


def test_every_report_is_true(figure):
    world, tally = World(), Tally()

    @settings(QUICKLY, max_examples=SCHEDULES)
    @given(scenario())
    def play(world_and_task: Scenario) -> None:
        world.set_up(world_and_task)
        world.play(world_and_task, check_mode=False, tally=tally)

    play()
    figure(f"chaos: {tally}")
    assert tally.schedules >= SCHEDULES * 0.9
    assert tally.faults > tally.schedules / 2 and tally.starts > tally.schedules / 4


def test_check_mode_writes_nothing_under_faults(figure):
    world, tally = World(), Tally()

    @settings(QUICKLY, max_examples=max(100, SCHEDULES // 10))
    @given(scenario())
    def play(world_and_task: Scenario) -> None:
        world.set_up(world_and_task)
        world.play(world_and_task, check_mode=True, tally=tally)

    play()
    figure(f"check mode under faults: {tally.schedules} schedules, {tally.faults} faults and other hands, {tally.starts} starts")
    assert tally.faults and not tally.starts


def test_check_mode_predicts_the_run(figure):
    world, tally, compared = World(), Tally(), []

    @settings(QUICKLY, max_examples=max(200, SCHEDULES // 5))
    @given(scenario(troubled=False))
    def play(calm: Scenario) -> None:
        # A settled service that answers as the contract says: no lag, no batch limit, no bent array; and every start leaves
        # a trace, which a job that fails at once does only if its start_time tells.
        settled = {"accept_lag": 0, "max_batch": None, "run_answer": "array", "start_time_at": "accept"}
        calm = replace(calm, wait=False, settings={**calm.settings, **settled})
        world.set_up(calm)
        predicted = world.play(calm, check_mode=True, tally=tally)
        reported = world.play(calm, check_mode=False, tally=tally)
        if predicted is None or reported is None:
            assert predicted == reported
            return
        assert len(predicted) == len(reported)
        for before, after in zip(predicted, reported):
            if after.error_code not in UNPREDICTABLE:
                compared.append(after.state)
                # A mixed answer is confirmed by reading the jobs, which may show more than the status a start leads to.
                assert replace(before, status=None) == replace(after, status=None)

    play()
    figure(f"check == run: {len(compared)} predictions equal to their reports")
    assert len(compared) > SCHEDULES / 5
