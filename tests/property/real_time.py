# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Runs random scenarios with complete modules and real sockets.

The clock is real here. Every time in a scenario is shortened, and refused connections are omitted.
"""

from __future__ import annotations

from contextlib import ExitStack

from cases import Case, run_cases
from local_dli import seed as seeds
from local_dli.server import serve
from local_dli.testing.faults import Rule
from task_runs import Ansible, InProcess

from ansible_collections.huaweicloud.cloud.plugins.module_utils._batch.job_result import JobResult

from .checks import Statistics, check_rows, check_task
from .runner import DETERMINISTIC, for_each
from .scenarios import BatchScenario, batch_scenario

#: One minute of a scenario takes two seconds.
PACE = 1 / 30
LONGEST = 4.0
#: The first scenarios are the simplest, and are not used.
SIMPLEST = 20


def run_scenarios(ansible: Ansible | InProcess, count: int) -> Statistics:
    """Run so many scenarios, the same ones every time, and compare their results with the ledgers; return the counts."""
    counts = Statistics()
    with ExitStack() as stack:
        sample = [(scenario, _case_of(stack, scenario)) for scenario in _scenarios(count)]
        run_cases(ansible, [case for _scenario, case in sample])
        for scenario, case in sample:
            rows = [JobResult(**job) for job in case.result["jobs"]]
            counts["scenarios"] += 1
            counts["requests"] += len(case.dli.requests)
            counts["faults"] += sum(rule["hit"] for rule in case.dli.faults.pending())
            counts["starts"] += len(case.dli.ledger.starts(actor=case.actor))
            counts["aborted"] += not rows
            check_task(case.dli, case.actor, check_mode=False)
            check_rows(case.dli, case.actor, rows, scenario.wait, counts)
            assert rows or not case.dli.requests.find("run")
    return counts


def _scenarios(count: int) -> list[BatchScenario]:
    drawn: list[BatchScenario] = []
    for_each(batch_scenario(), SIMPLEST + count, drawn.append, **DETERMINISTIC)
    return drawn[: -count - 1 : -1]


def _shorten(seconds: float) -> float:
    return min(LONGEST, max(0.2, seconds * PACE)) if seconds else 0


def _case_of(stack: ExitStack, scenario: BatchScenario) -> Case:
    """Return a case with the shortened times of a scenario."""
    example = seeds.load()
    jobs = [{**job, "script": {key: _shorten(value) if isinstance(value, (int, float)) else value
                               for key, value in job["script"].items()}} for job in scenario.jobs]  # fmt: skip
    service = stack.enter_context(serve(seeds.Seed(example.account, tuple(jobs), {})))
    lags = {key: _shorten(scenario.settings[key]) for key in ("accept_lag", "submit_delay")}
    service.settings.update({**scenario.settings, **lags})
    for rule in scenario.faults:
        service.faults.add(Rule.parse({**rule, **({"seconds": rule["seconds"] * PACE} if "seconds" in rule else {})}))
    times = {name: max(0.5, _shorten(value)) for name, value in scenario.times.items()}
    return Case(
        service,
        {
            **times,
            "overall_timeout": 2 * times["overall_timeout"],
            "job_ids": scenario.job_ids,
            "job_names": scenario.job_names,
            "resume_savepoint": scenario.resume_savepoint,
            "wait": scenario.wait,
            "max_retries": min(2, scenario.max_retries),
        },
    )
