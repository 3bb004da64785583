# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The cases of the benchmark. In each round, every subject runs once, so that other load affects all subjects."""

from __future__ import annotations

import itertools
import json
import math
import random
import subprocess
import sys
from collections.abc import Iterable
from typing import Any, Callable

import results
from environment import (
    HERE,
    MODULE,
    Bench,
    Collector,
    Measured,
    Version,
    check_starts,
    first_task,
    ours,
    rotated,
    uri_post,
    uri_read,
    uri_read_and_post,
)
from local_dli import LocalDli
from results import Series

#: Measured repetitions in one play, after a first one that is not measured.
REPETITIONS = 3
SIZES = (1, 100, 1000, 10_000)
#: Loops over 100 jobs, which take 40 s each.
LOOPS = 2
#: Seconds until the first and the last of the jobs run in the case WAIT. The time of the last one differs in each round, so
#: that it does not always have the same distance from a read.
FIRST_READY, LAST_READY = 0.5, (3.0, 4.0)


def one_job_in_a_play(bench: Bench) -> Iterable[Series]:
    """One job in a longer play: the duration of each task after the first one of its kind."""
    collector = Collector(results.TASK)
    for number in range(math.ceil(bench.rounds / REPETITIONS)):
        for version in bench.ordered(number):
            count = (1 + REPETITIONS) * 5
            with bench.service(count) as service:
                ids = itertools.count(1)
                tasks: list[dict[str, Any]] = []
                for repetition in range(1 + REPETITIONS):
                    units = [
                        [ours([next(ids)], version.subject)],
                        uri_read_and_post(service, next(ids)),
                        [uri_post(service, next(ids))],
                        [{"name": results.SDK, "sdk_run": {"job_id": next(ids)}}],
                    ]
                    tasks += itertools.chain.from_iterable(rotated(units, repetition))
                measured = bench.play(service, tasks, version)
                for one in _joined(measured[len(tasks) // (1 + REPETITIONS) :]):
                    collector.add(one.name, one)
                for _repetition in range(REPETITIONS):
                    collector.add(results.SCRIPT, bench.script(service, [next(ids)]))
                check_starts(service, range(1, next(ids)))
    return collector


def _joined(measured: Iterable[Measured]) -> Iterable[Measured]:
    """Join consecutive tasks with the same name, that is the two tasks with uri."""
    for name, group in itertools.groupby(measured, key=lambda one: one.name):
        tasks = list(group)
        requests = [request for task in tasks for request in task.requests]
        yield Measured(sum(task.seconds for task in tasks), requests, sum(task.server_seconds for task in tasks), name)


def ad_hoc(bench: Bench) -> Iterable[Series]:
    """One job in an ad hoc command: the duration of the whole command."""
    collector = Collector(results.ADHOC)
    with bench.service((1 + bench.rounds) * 5) as service:
        ids = itertools.count(1)
        for number in range(1 + bench.rounds):
            runs: list[tuple[str, str, str, Version | None]] = [
                (results.URI_POST, "ansible.builtin.uri", _uri_words(service, next(ids)), None),
                (results.SDK, "sdk_run", f"job_id={next(ids)}", None),
            ]
            runs += [(version.subject, MODULE, f"job_ids={next(ids)}", version) for version in bench.versions]
            measured = [
                (subject, bench.command(service, ["ansible", "localhost", "-m", module, "-a", words], version))
                for subject, module, words, version in rotated(runs, number)
            ]
            measured.append((results.SCRIPT, bench.script(service, [next(ids)])))
            # The first round fills caches, such as compiled files.
            for subject, one in measured if number > 0 else ():
                collector.add(subject, one)
        check_starts(service, range(1, next(ids)))
    return collector


def _uri_words(service: LocalDli, job_id: int) -> str:
    """Return the options of uri in one line."""
    options = uri_post(service, job_id)["ansible.builtin.uri"]
    texts = {name: value if isinstance(value, str) else json.dumps(value) for name, value in options.items()}
    return " ".join(f"{name}='{text}'" for name, text in texts.items())


def hundred_jobs(bench: Bench) -> Iterable[Series]:
    """100 jobs in one task, and 100 requests in a loop."""
    collector = Collector(results.HUNDRED)
    for number in range(bench.rounds):
        for version in bench.ordered(number):
            with bench.service(100) as service:
                measured = bench.play(service, [first_task(100), ours(range(1, 101))], version)
                collector.add(version.subject, measured[1], 100)
                check_starts(service, range(1, 101))
        with bench.service(100) as service:
            collector.add(results.SCRIPT, bench.script(service, range(1, 101)), 100)
        if number < LOOPS:
            with bench.service(100) as service:
                loop = {**uri_post(service, "{{ item }}"), "loop": list(range(1, 101))}
                collector.add(results.URI_LOOP, bench.play(service, [uri_read(service, 1, "first task"), loop])[1], 100)
                check_starts(service, range(1, 101))
    return collector


def sizes(bench: Bench) -> Iterable[Series]:
    """1 to 10,000 jobs in one task: duration, requests, and memory of the module."""
    collector = Collector(results.SIZES)
    for number in range(bench.rounds):
        for jobs in SIZES:
            for version in bench.ordered(number):
                with bench.service(jobs) as service:
                    measured = bench.play(service, [first_task(), ours(range(1, jobs + 1))], version)
                    collector.add(version.subject, measured[1], jobs)
                    check_starts(service, range(1, jobs + 1))
            with bench.service(jobs) as service:
                collector.add(results.SCRIPT, bench.script(service, range(1, jobs + 1)), jobs)
    # In separate runs, because the interpreter that measures the memory takes time to start.
    for jobs in SIZES:
        for version in bench.versions:
            with bench.service(jobs) as service:
                memory = bench.peak_memory_mb(service, [ours(range(1, jobs + 1))], version)
                collector.series(version.subject, jobs).memory_mb.append(memory)
    return collector


def wait_for_jobs(bench: Bench) -> Iterable[Series]:
    """100 jobs that run after random times, and a task that waits for them."""
    collector = Collector(results.WAIT)
    for number in range(bench.rounds):
        random_numbers = random.Random(number)
        latest = random_numbers.uniform(*LAST_READY)
        delays = [round(random_numbers.uniform(FIRST_READY, latest), 2) for _job in range(100)]
        for version in bench.ordered(number):
            with bench.service(100, delays) as service:
                task = ours(range(1, 101), wait=True, wait_interval=results.WAIT_INTERVAL)
                measured = bench.play(service, [first_task(), task], version)[1]
                series = collector.add(version.subject, measured, 100)
                posted = next(index for index, request in enumerate(measured.requests) if request.method == "POST")
                reads = [request.at / 1000 for request in measured.requests[posted + 1 :]]
                series.reads_per_round.append(_largest_group(reads))
                series.noticed_after.append(reads[-1] - measured.requests[posted].at / 1000 - max(delays))
    return collector


def _largest_group(moments: list[float]) -> int:
    """Return the size of the largest group of requests without a longer pause between them, that is of a round of reads."""
    largest = size = 1
    for earlier, later in itertools.pairwise(moments):
        size = size + 1 if later - earlier < results.WAIT_INTERVAL / 4 else 1
        largest = max(largest, size)
    return largest


def with_latency(bench: Bench) -> Iterable[Series]:
    """100 jobs in one task, with and without a delay of every response."""
    collectors = {0.0: Collector(results.NO_LATENCY), results.LATENCY_SECONDS: Collector(results.LATENCY)}
    for number in range(bench.rounds):
        for version in bench.ordered(number):
            for seconds, collector in collectors.items():
                with bench.service(100) as service:
                    if seconds:
                        service.faults.add("delay", seconds=seconds, times=None)
                    measured = bench.play(service, [first_task(), ours(range(1, 101))], version)
                    collector.add(version.subject, measured[1], 100)
    return itertools.chain.from_iterable(collectors.values())


def payload(bench: Bench) -> Iterable[Series]:
    """The time in which the controller builds the payload of a module, in a new process for each measurement."""
    collector = Collector(results.PAYLOAD)
    for number in range(1 + bench.rounds):
        runs = [(version, version.subject, MODULE, {"job_ids": [131]}) for version in bench.versions]
        options: dict[str, Any] = {"url": "https://example.com", "method": "POST", "body_format": "json"}
        runs.append((bench.versions[0], results.URI, "ansible.builtin.uri", options))
        for version, subject, module, arguments in rotated(runs, number):
            command = [sys.executable, str(HERE / "payload.py"), module, json.dumps(arguments)]
            env = bench.environment(version)
            output = subprocess.run(command, env=env, check=True, capture_output=True, text=True).stdout
            values = json.loads(output)
            if number > 0:
                series = collector.series(subject)
                series.seconds.append(values["seconds"])
                series.payload_kb.append(values["bytes"] / 1000)
    return collector


CASES: dict[str, Callable[[Bench], Iterable[Series]]] = {
    results.TASK: one_job_in_a_play,
    results.ADHOC: ad_hoc,
    results.HUNDRED: hundred_jobs,
    results.SIZES: sizes,
    results.WAIT: wait_for_jobs,
    results.LATENCY: with_latency,
    results.PAYLOAD: payload,
}
