# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""A sample of the random worlds of tests/chaos, through real module processes and real sockets.

Time is real here, so every time in a world is shortened, and unreachable moments (nobody listens) are left out.
"""

from __future__ import annotations

import itertools
from contextlib import ExitStack

import pytest
from property.oracle import Tally, check_rows, check_task
from property.scenarios import Scenario, scenario
from hypothesis import HealthCheck, Phase, given, settings
from local_dli import seed as seeds
from local_dli.faults import Rule
from local_dli.server import serve

from .cells import Cell, play
from .conftest import Ansible

from ansible_collections.huaweicloud.cloud.plugins.module_utils._rows import Row  # isort: skip

WORLDS = 60
#: A minute of a world takes two seconds.
PACE = 1 / 30
LONGEST = 4.0


def worlds(count: int) -> list[Scenario]:
    """Return so many worlds, the same ones every time."""
    drawn: list[Scenario] = []

    @settings(
        max_examples=count * 3, derandomize=True, database=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(scenario())
    def draw(world: Scenario) -> None:
        drawn.append(world)

    draw()
    # The first ones that are drawn are the simplest.
    return list(itertools.islice(reversed(drawn), count))


def shorter(seconds: float) -> float:
    return min(LONGEST, max(0.2, seconds * PACE)) if seconds else 0


def cell_of(stack: ExitStack, world: Scenario) -> Cell:
    """Build a world with shortened times behind a real socket."""
    example = seeds.load()
    jobs = [{**job, "script": {key: shorter(value) if isinstance(value, (int, float)) else value
                               for key, value in job["script"].items()}} for job in world.jobs]  # fmt: skip
    service = stack.enter_context(serve(seeds.Seed(example.account, tuple(jobs), {})))
    lags = {key: shorter(world.settings[key]) for key in ("accept_lag", "submit_delay")}
    service.settings.update({**world.settings, **lags})
    for rule in world.faults:
        service.faults.add(Rule.parse({**rule, **({"seconds": rule["seconds"] * PACE} if "seconds" in rule else {})}))
    times = {name: max(0.5, shorter(value)) for name, value in world.times.items()}
    return Cell(
        service,
        {
            **times,
            "overall_timeout": 2 * times["overall_timeout"],
            "job_ids": world.job_ids,
            "job_names": world.job_names,
            "resume_savepoint": world.resume_savepoint,
            "wait": world.wait,
            "max_retries": min(2, world.max_retries),
        },
    )


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    """Play the sample; return the worlds with their cells."""
    ansible = Ansible(tmp_path_factory.mktemp("sample"))
    with ExitStack() as stack:
        played = {number: (world, cell_of(stack, world)) for number, world in enumerate(worlds(WORLDS))}
        play(ansible, {number: cell for number, (_world, cell) in played.items()})
        yield played


def test_results_match_ledger(sample, figure):
    tally = Tally()
    for world, cell in sample.values():
        rows = [Row(**job) for job in cell.result["jobs"]]
        tally.schedules += 1
        tally.requests += len(cell.dli.requests)
        tally.faults += sum(rule["hit"] for rule in cell.dli.faults.pending())
        tally.starts += len(cell.dli.ledger.starts(actor=cell.me))
        tally.aborted += not rows
        check_task(cell.dli, cell.me, 0, check_mode=False)
        check_rows(cell.dli, cell.me, rows, world.wait, tally)
        assert rows or not cell.dli.requests.of("run")
    figure(f"chaos through real processes: {tally}")
    assert tally.schedules == WORLDS and tally.faults > 10 and tally.starts > 10
