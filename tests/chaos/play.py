# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Plays one scenario in process and holds its report against the truth."""

from __future__ import annotations

from local_dli.clock import ManualClock
from local_dli.local import LocalDli
from local_dli.testing.faults import Rule

from ansible_collections.huaweicloud.cloud.plugins.module_utils._acts import Start
from ansible_collections.huaweicloud.cloud.plugins.module_utils._errors import DliError
from ansible_collections.huaweicloud.cloud.plugins.module_utils._road import BatchTask, walk
from ansible_collections.huaweicloud.cloud.plugins.module_utils._rows import Row
from ansible_collections.huaweicloud.cloud.plugins.module_utils._selection import select

from .harness import InProcess, VirtualClock, client
from .oracle import OVERRUN, Lie, Tally, check_rows, check_task
from .scenarios import Scenario


class World:
    """One local DLI, reused, because making one takes longer than playing in it."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.dli = LocalDli(clock=self.clock)

    def set_up(self, scenario: Scenario) -> None:
        """Make the world of a scenario."""
        self.dli.reset()
        self.dli.service.clear()
        self.dli.settings.update(scenario.settings)
        self.dli.seed(scenario.jobs)
        for rule in scenario.faults:
            self.dli.faults.add(Rule.parse(rule))

    def play(self, scenario: Scenario, check_mode: bool, tally: Tally) -> list[Row] | None:
        """Play the task; return its rows, or None if it failed as a whole.

        :raises Lie: the report is not what happened.
        """
        clock = VirtualClock(self.clock, scenario.seed)
        sender = InProcess(self.dli, clock, scenario.unreachable)
        times = scenario.times
        dli = client(self.dli, clock, sender, times["request_timeout"], scenario.max_retries)
        started = clock.now()
        try:
            rows = walk(dli, clock, self._task(scenario, check_mode), lambda text: None).rows
        except DliError as error:
            rows = None
            if not str(error).endswith("."):
                raise Lie(f"no sentence: {error}") from None
        self._check_time(scenario, clock.now() - started, check_mode, tally)
        tally.schedules += 1
        tally.requests += len(self.dli.requests)
        tally.faults += sum(rule["hit"] for rule in self.dli.faults.pending())
        tally.starts += len(self.dli.ledger.starts(actor=sender.access_key))
        check_task(self.dli, sender.access_key, int(started * 1000), check_mode)
        if rows is None:
            tally.aborted += 1
            if self.dli.requests.of("run"):
                raise Lie("the task failed as a whole after it had sent a start")
        elif not check_mode:
            check_rows(self.dli, sender.access_key, rows, scenario.wait, tally)
        return rows

    @staticmethod
    def _task(scenario: Scenario, check_mode: bool) -> BatchTask:
        times = scenario.times
        return BatchTask(
            act=Start(scenario.resume_savepoint),
            selection=select([str(job_id) for job_id in scenario.job_ids], scenario.job_names),
            check_mode=check_mode,
            wait=scenario.wait,
            wait_timeout=times["wait_timeout"],
            wait_interval=times["wait_interval"],
            confirm_timeout=times["confirm_timeout"],
            overall_timeout=times["overall_timeout"],
        )

    @staticmethod
    def _check_time(scenario: Scenario, elapsed: float, check_mode: bool, tally: Tally) -> None:
        allowed = scenario.times["overall_timeout"]
        if scenario.wait and not check_mode:
            allowed += scenario.times["wait_timeout"] + OVERRUN
        tally.longest_overrun = max(tally.longest_overrun, elapsed - allowed)
        if elapsed > allowed + OVERRUN:
            raise Lie(f"the task took {elapsed:.1f} s where {allowed:g} were allowed")
