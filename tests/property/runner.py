# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Runs tasks in process against a local DLI, for random scenarios."""

from __future__ import annotations

import os
import typing as t

import message_rules
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from local_dli.clock import ManualClock
from local_dli.instance import LocalDli
from local_dli.testing.faults import Rule

from ansible_collections.huaweicloud.cloud.plugins.module_utils._batch.execute import BatchOptions, execute_batch
from ansible_collections.huaweicloud.cloud.plugins.module_utils._batch.job_result import JobResult
from ansible_collections.huaweicloud.cloud.plugins.module_utils._batch.operation import Operation
from ansible_collections.huaweicloud.cloud.plugins.module_utils._dli.task_context import Context
from ansible_collections.huaweicloud.cloud.plugins.module_utils._errors import CloudError
from ansible_collections.huaweicloud.cloud.plugins.module_utils._options import WaitOptions, select

from .checks import OVERRUN, Mismatch, Statistics
from .in_process import InProcessSender, VirtualClock, connect
from .scenarios import BatchScenario, Scenario

#: Scenarios of the largest test; the others run a part of it. ``make property N=...`` sets the variable.
SCENARIOS = int(os.environ.get("PROPERTY_SCENARIOS", "300"))
#: Whether each run draws other scenarios, as with ``make explore``; otherwise they are the same in every run.
EXPLORE = "PROPERTY_EXPLORE" in os.environ
#: Options of ``for_each`` for tests that run the same scenarios every time and stop at the first failure.
DETERMINISTIC: dict[str, t.Any] = {"derandomize": True, "phases": [Phase.generate], "report_multiple_bugs": False}

Example = t.TypeVar("Example")
Outcome = t.TypeVar("Outcome")


def for_each(strategy: st.SearchStrategy[Example], count: int, check: t.Callable[[Example], t.Any], **options: t.Any) -> None:
    """Call a function with so many random examples, which are the same ones in every run, except with EXPLORE."""
    options = {"derandomize": not EXPLORE, **options}

    @settings(
        max_examples=count, deadline=None, database=None, print_blob=True, suppress_health_check=list(HealthCheck), **options
    )  # fmt: skip
    @given(strategy)
    def check_example(example: Example) -> None:
        check(example)

    check_example()


class Runner:
    """A local DLI that all scenarios use, because creating an instance takes longer than most scenarios.

    :ivar statistics: counts of all scenarios so far.
    :ivar actor: the name of the last task in the ledger.
    """

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.dli = LocalDli(clock=self.clock)
        self.statistics = Statistics()
        self.actor = self.dli.env()["HW_ACCESS_KEY"]

    def run(self, scenario: Scenario, task: t.Callable[[Context], Outcome], waits: bool) -> Outcome | None:
        """Set up a scenario and run a task in it. Return its outcome, or None if the task failed as a whole.

        :raises Mismatch: the task exceeded its time limit.
        :raises AssertionError: its error message is not in the form of ``message_rules``.
        """
        self.dli.reset()
        self.dli.service.clear()
        self.dli.settings.update(scenario.settings)
        self.dli.seed(scenario.jobs)
        for rule in scenario.faults:
            self.dli.faults.add(Rule.parse(rule))
        clock = VirtualClock(self.clock, scenario.seed)
        times = scenario.times
        sender = InProcessSender(self.dli, clock, scenario.unreachable)
        client = connect(self.dli, clock, sender, times["request_timeout"], scenario.max_retries)
        began = clock.now()
        try:
            outcome = task(Context(client, clock, began + times["overall_timeout"], lambda text: None))
        except CloudError as error:
            outcome = None
            self.statistics["aborted"] += 1
            message_rules.check([str(error)])
        limit = times["overall_timeout"] + (times["wait_timeout"] + OVERRUN if waits else 0)
        elapsed = clock.now() - began
        self.statistics["longest overrun"] = max(self.statistics["longest overrun"], elapsed - limit)
        if elapsed > limit + OVERRUN:
            raise Mismatch(f"the task took {elapsed:.1f} s, its limit is {limit:g} s")
        self.statistics["scenarios"] += 1
        self.statistics["requests"] += len(self.dli.requests)
        self.statistics["faults"] += sum(rule["hit"] for rule in self.dli.faults.pending())
        self.statistics["starts"] += len(self.dli.ledger.starts(actor=self.actor))
        return outcome

    def run_batch(self, scenario: BatchScenario, operation: Operation, check_mode: bool) -> list[JobResult] | None:
        """Run one operation for the jobs of a scenario; return the result of each job, or None as above."""
        times = (scenario.times[name] for name in ("wait_timeout", "wait_interval", "confirm_timeout"))
        selection = select([str(job_id) for job_id in scenario.job_ids], scenario.job_names)
        options = BatchOptions(operation, selection, check_mode, WaitOptions(scenario.wait, *times))
        waits = scenario.wait and not check_mode
        results = self.run(scenario, lambda context: execute_batch(context, options).results, waits)
        message_rules.check(result.msg for result in results or ())
        return results
