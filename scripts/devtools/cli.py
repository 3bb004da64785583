# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Run steps: one in the foreground, several in parallel with a table at the end."""

from __future__ import annotations

import contextlib
import os
import shlex
import shutil
import signal
import sys
import time
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from xml.etree import ElementTree

from .chores import CHORES
from .job import Job, StepFailed, stop_everything
from .matrix import MATRIX
from .pytests import reports_of
from .steps import STEPS, Step
from .work import WORK, DevError, lock, prepare

_HEARTBEAT = 20.0
_TAIL = 60
# Prefix of the lines that tests/conftest.py adds to the summary of pytest. They are printed even if the step passes.
_STATISTICS = ">> "


@dataclass
class Outcome:
    """The result of a step. A step that runs pytest counts its tests; any other step counts as one test."""

    name: str
    seconds: float
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    code: int = 0
    note: str = ""

    @property
    def word(self) -> str:
        if self.failed:
            return "FAILED"
        return "passed" if self.passed else "skipped"


def main(arguments: list[str]) -> int:
    args = shlex.split(os.environ.get("ARGS", ""))
    known = {**STEPS, **MATRIX, **CHORES}
    groups = {"test": list(STEPS), "matrix": list(MATRIX)}
    names = [name for word in arguments for name in groups.get(word, [word])]
    unknown = [name for name in names if name not in known]
    if unknown or not names:
        return _help(unknown)

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, interrupt)
    try:
        prepare()
        if len(names) == 1:
            return _alone(names[0], args)
        return _together(names)
    except KeyboardInterrupt:
        stop_everything()
        print("\nInterrupted.")
        return 130
    except (StepFailed, DevError) as error:
        print(error)
        return getattr(error, "code", 1)


def _help(unknown: list[str]) -> int:
    for name in unknown:
        print(f"Unknown step: {name}.\n")
    print("Usage: make STEP, or python3 scripts/dev.py STEP... (ARGS='...' passes arguments to the tool of the step)\n")
    print("  test           run these steps, two at a time (ONLY=unit,lint: only these steps; JOBS=1: one at a time)")
    _list(STEPS)
    print("\n  matrix         run these steps, for other versions of ansible-core and Python (same variables)")
    _list(MATRIX)
    print("\nOther targets")
    _list(CHORES)
    return 2 if unknown else 0


def _list(steps: dict[str, Step]) -> None:
    for name, function in steps.items():
        print(f"    {name:16}{function.__doc__}")


def _alone(name: str, args: list[str]) -> int:
    job = Job(name, echo=True)
    if name in CHORES:
        CHORES[name](job, args)
        return 0
    outcome = _run(job, args)
    print(f"{name}: {outcome.word} in {outcome.seconds:.0f} s{outcome.note and f' ({outcome.note})'}")
    return outcome.code


def _run(job: Job, args: list[str]) -> Outcome:
    shutil.rmtree(reports_of(job.name), ignore_errors=True)
    outcome = Outcome(job.name, 0)
    # Runs of the same step in the same checkout use the same directories.
    with lock(job.name, WORK / "locks"):
        start = time.monotonic()
        try:
            {**STEPS, **MATRIX}[job.name](job, args)
        except (StepFailed, DevError) as error:
            outcome.code, outcome.note = getattr(error, "code", 1), str(error)
        outcome.seconds = time.monotonic() - start
        _count(outcome)
    return outcome


def _count(outcome: Outcome) -> None:
    reports = list(reports_of(outcome.name).glob("*.xml"))
    for suite in (suite for report in reports for suite in ElementTree.parse(report).iter("testsuite")):
        tests, *others = (int(suite.get(key, 0)) for key in ("tests", "failures", "errors", "skipped"))
        outcome.passed += tests - sum(others)
        outcome.failed += others[0] + others[1]
        outcome.skipped += others[2]
    if not reports and not outcome.code and not outcome.skipped:
        outcome.passed = 1
    if outcome.code and not outcome.failed:
        # The step failed although no test failed, for example because of low coverage.
        outcome.failed = 1


def _together(names: list[str]) -> int:
    start = time.monotonic()
    jobs = max(1, int(os.environ.get("JOBS") or min(2, os.cpu_count() or 1)))
    outcomes: list[Outcome] = []
    with _workers(jobs) as workers:
        waiting = [Job(name, echo=False) for name in names]
        running: dict[Future[Outcome], tuple[Job, float]] = {}
        while waiting or running:
            while waiting and len(running) < jobs:
                job = waiting.pop(0)
                _print_progress(start, f"{job.name} started")
                running[workers.submit(_run, job, [])] = (job, time.monotonic())
            done = wait(running, timeout=_HEARTBEAT, return_when=FIRST_COMPLETED).done
            if not done:
                for job, since in running.values():
                    last_line = (job.lines() or [""])[-1].strip()[:90]
                    _print_progress(start, f"  {job.name}, {time.monotonic() - since:.0f} s: {last_line}")
            for future in done:
                job = running.pop(future)[0]
                outcomes.append(future.result())
                _show(start, job, outcomes[-1])
    return _table(outcomes, time.monotonic() - start)


@contextlib.contextmanager
def _workers(jobs: int) -> Iterator[ThreadPoolExecutor]:
    """Yield a pool of threads. If the run is interrupted, their processes are stopped first."""
    with ThreadPoolExecutor(jobs) as workers:
        try:
            yield workers
        except BaseException:
            stop_everything()
            raise


def _print_progress(start: float, text: str) -> None:
    print(f"[{time.monotonic() - start:4.0f} s] {text}", flush=True)


def _show(start: float, job: Job, outcome: Outcome) -> None:
    _print_progress(start, f"{outcome.name} {outcome.word} in {outcome.seconds:.0f} s{outcome.note and f': {outcome.note}'}")
    for line in job.lines():
        if line.startswith(_STATISTICS):
            print(f"    {line.removeprefix(_STATISTICS)}")
    if outcome.failed:
        for line in job.lines()[-_TAIL:]:
            print(f"    {line}")
        print(f"    (full log: {job.log})", flush=True)


def _table(outcomes: list[Outcome], seconds: float) -> int:
    print(f"\n{'step':16}{'':9}{'seconds':>7}{'passed':>8}{'failed':>8}{'skipped':>9}")
    for one in outcomes:
        print(f"{one.name:16}{one.word:9}{one.seconds:7.0f}{one.passed:8}{one.failed:8}{one.skipped:9}  {one.note}".rstrip())
    passed, failed, skipped = (sum(getattr(one, key) for one in outcomes) for key in ("passed", "failed", "skipped"))
    print(f"\nTotal: {seconds:.0f} s. Steps without pytest count as one test.")
    print(f"{passed} passed, {failed} failed{skipped and f', {skipped} skipped' or ''}")
    sys.stdout.flush()
    return 1 if any(one.code or one.failed for one in outcomes) else 0
