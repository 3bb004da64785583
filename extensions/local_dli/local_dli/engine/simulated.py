# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""A simulated engine: a job is a counter, a start time and a script that defines its events.

The state is computed from the current time on each call. It needs no thread, and the clock of a test can jump.
A savepoint is the value of the counter. A job that is restored from it continues with the next number (local-flink.md 3.2).
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Protocol

from ..clock import Clock
from . import interface
from .interface import JobSpec, Observation, OperationResult

RECORDS_PER_SECOND = 10
_MOMENT = 1e-6
_COUNTER = re.compile(r"-(\d+)/?$")

_KINDS: dict[str, tuple[type, ...]] = {"float": (int, float), "int": (int,), "str": (str,), "bool": (bool,)}


class ScriptError(ValueError):
    """An invalid script. The text is a complete message for the user."""


class Pace(Protocol):
    """Default durations in seconds, unless the script of a job sets others."""

    submit_delay: float
    stop_delay: float
    savepoint_delay: float


@dataclass(frozen=True)
class Script:
    """The events of one job. Times are seconds. None: the default duration, or the event does not occur."""

    submit_delay: float | None = None
    stop_delay: float | None = None
    savepoint_delay: float | None = None
    run_for: float | None = None
    fail_after: float | None = None
    fail_text: str = "java.lang.ArithmeticException: / by zero"
    fail_times: int | None = None
    """How many runs fail with `fail_after` and `submit_fail` before one succeeds; None: all of them."""
    lose_after: float | None = None
    submit_fail: str | None = None
    savepoint_fail: str | None = None
    restore_fail: str | None = None
    """The error of a start from a savepoint. A start without savepoint succeeds."""
    restore_fail_late: bool = False
    """Whether `restore_fail` is a crash immediately after the start instead of a failed submission."""
    ignore_cancel: bool = False

    @classmethod
    def parse(cls, values: Mapping[str, Any]) -> Script:
        known = {item.name: _KINDS[str(item.type).partition(" ")[0]] for item in fields(cls)}
        for name in values:
            if name not in known:
                raise ScriptError(f"Invalid script: it has no key {name!r}. The keys are {', '.join(sorted(known))}.")
            if values[name] is not None and not isinstance(values[name], known[name]):
                raise ScriptError(f"Invalid script: {name} cannot be {values[name]!r}.")
        return cls(**values)


@dataclass
class _Ending:
    at: float
    state: str
    error: str = ""


@dataclass
class _Operation:
    completed_at: float
    failure: str | None
    path: str | None


@dataclass
class _Run:
    spec: JobSpec
    script: Script
    first: int
    starts_at: float
    drained_at: float = float("inf")
    """When the savepoint of a stop was created. The job processes nothing after it."""
    endings: list[_Ending] = field(default_factory=list)
    operations: dict[str, _Operation] = field(default_factory=dict)

    def ending(self, at: float) -> _Ending | None:
        """Return the first event that ended this run until ``at``, if any."""
        due = [item for item in self.endings if item.at <= at]
        return min(due, key=lambda item: item.at) if due else None

    def counter(self, at: float) -> int:
        """Return the last number that was processed until ``at``."""
        return self.first - 1 + int(max(0.0, min(at, self.drained_at) - self.starts_at) * RECORDS_PER_SECOND)


class SimulatedEngine:
    """The default engine."""

    def __init__(self, clock: Clock, pace: Pace) -> None:
        self._clock = clock
        self._pace = pace
        self._runs: dict[str, _Run] = {}
        self._ids = itertools.count(1)
        self._failures: dict[tuple[str, str], int] = {}

    def submit(self, spec: JobSpec, restore: str | None) -> str:
        script = Script.parse(spec.hints)
        handle = f"{next(self._ids):032x}"
        starts_at = self._clock.monotonic() + _default(script.submit_delay, self._pace.submit_delay)
        run = _Run(spec, script, first=_counter_of(restore) + 1, starts_at=starts_at)
        if restore is not None and script.restore_fail is not None:
            failed_at = starts_at + (_MOMENT if script.restore_fail_late else 0.0)
            run.endings.append(_Ending(failed_at, interface.FAILED, script.restore_fail))
        self._plan(run)
        self._runs[handle] = run
        return handle

    def poll(self, handle: str) -> Observation:
        run = self._runs.get(handle)
        if run is None:
            return Observation(interface.LOST, "The engine has no job with this handle.")
        now = self._clock.monotonic()
        ending = run.ending(now)
        if ending is None:
            state = interface.CREATED if now < run.starts_at else interface.RUNNING
            return Observation(state, "", _checkpoint(run, now), started=state == interface.RUNNING)
        return Observation(ending.state, ending.error, _checkpoint(run, ending.at), started=ending.at > run.starts_at)

    def stop(self, handle: str, target: str) -> str:
        operation, completed_at = self._operate(handle, target)
        run = self._runs[handle]
        if run.operations[operation].failure is None:
            stop_delay = _default(run.script.stop_delay, self._pace.stop_delay)
            run.drained_at = completed_at
            run.endings.append(_Ending(completed_at + stop_delay, interface.FINISHED))
        return operation

    def savepoint(self, handle: str, target: str) -> str:
        return self._operate(handle, target)[0]

    def stop_result(self, handle: str, operation: str) -> OperationResult:
        run = self._runs[handle]
        known = run.operations[operation]
        now = self._clock.monotonic()
        ending = run.ending(min(now, known.completed_at))
        if ending is not None:
            return OperationResult(False, failure=f"FlinkJobNotFoundException: the job is {ending.state}.")
        if now < known.completed_at:
            return OperationResult(True)
        return OperationResult(False, path=known.path, failure=known.failure)

    def cancel(self, handle: str) -> None:
        run = self._runs.get(handle)
        if run is None or run.script.ignore_cancel:
            return
        delay = _default(run.script.stop_delay, self._pace.stop_delay)
        run.endings.append(_Ending(self._clock.monotonic() + delay, interface.CANCELED))

    def close(self) -> None:
        self._runs.clear()
        self._failures.clear()

    def numbers(self, handle: str) -> tuple[int, int]:
        """Return the first and last number of this run. Tests use them to check that a resumed job continues."""
        run = self._runs[handle]
        now = self._clock.monotonic()
        ending = run.ending(now)
        return run.first, run.counter(now if ending is None else ending.at)

    def _plan(self, run: _Run) -> None:
        script = run.script
        fails = (script.submit_fail is not None or script.fail_after is not None) and self._fails_this_time(run)
        if script.submit_fail is not None and fails:
            run.endings.append(_Ending(run.starts_at, interface.FAILED, script.submit_fail))
        elif script.fail_after is not None and fails:
            # A crash immediately after the start is a crash of a started job, not a failed submission.
            run.endings.append(_Ending(run.starts_at + max(script.fail_after, _MOMENT), interface.FAILED, script.fail_text))
        if script.run_for is not None:
            run.endings.append(_Ending(run.starts_at + max(script.run_for, _MOMENT), interface.FINISHED))
        if script.lose_after is not None:
            run.endings.append(
                _Ending(run.starts_at + max(script.lose_after, _MOMENT), interface.LOST, "The engine has lost the job.")
            )

    def _fails_this_time(self, run: _Run) -> bool:
        # Runs of different scripts are counted separately.
        program, limit = (run.spec.name, run.spec.script), run.script.fail_times
        failed = self._failures.get(program, 0)
        self._failures[program] = failed + 1
        return limit is None or failed < limit

    def _operate(self, handle: str, target: str) -> tuple[str, float]:
        run = self._runs[handle]
        now = self._clock.monotonic()
        failure = run.script.savepoint_fail
        if now < run.starts_at or run.ending(now) is not None:
            failure = "Not all required tasks are currently running."
        completed_at = now + _default(run.script.savepoint_delay, self._pace.savepoint_delay)
        path = None if failure else f"{target.rstrip('/')}/savepoint-{run.counter(completed_at)}"
        operation = f"{next(self._ids):032x}"
        run.operations[operation] = _Operation(completed_at, failure, path)
        return operation, completed_at


def _checkpoint(run: _Run, at: float) -> str | None:
    interval = run.spec.checkpoint_interval
    if not interval or at < run.starts_at + interval:
        return None
    created_at = run.starts_at + int((at - run.starts_at) / interval) * interval
    return f"{run.spec.checkpoint_directory.rstrip('/')}/checkpoint-{run.counter(created_at)}"


def _counter_of(path: str | None) -> int:
    """Return the counter in a savepoint. 0 without savepoint and for an imported one from another source."""
    match = _COUNTER.search(path or "")
    return int(match.group(1)) if match else 0


def _default(value: float | None, default: float) -> float:
    return default if value is None else value
