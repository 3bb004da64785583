# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The event source over a long time and in random schedules: memory, and each change reported exactly once."""

from __future__ import annotations

import gc
import itertools
import logging
import os
import random
import resource
import sys
import time
from dataclasses import replace
from pathlib import Path

from hypothesis import strategies as st
from unit.plugins.module_utils._events.fakes import Connections, monitor
from unit.plugins.module_utils.fakes import FakeDli, job

from ansible_collections.huaweicloud.cloud.plugins.module_utils._dli.job_status import STATUSES
from ansible_collections.huaweicloud.cloud.plugins.module_utils._errors import NotDelivered, ResponseLost, ServiceError

from .runner import for_each

INTERVAL = 30.0
SCHEDULES = 500
#: Polls at an interval of 8.64 seconds: 10,000 of them are 24 hours.
POLLS, JOBS, SECONDS = int(os.environ.get("EVENT_SOURCE_POLLS", "2000")), 500, 8.64
FAILED = {"job_running_exception", "job_submit_fail"}
ALERTS = FAILED | {"job_arrearage_stopped", "job_cancel_fail"}
#: Functions, because each raise of the same exception extends its traceback.
ERRORS = {
    "refused": lambda: NotDelivered("connection refused"),
    "lost": lambda: ResponseLost("timed out"),
    "server_error": lambda: ServiceError("HTTP 500", 500, None),
    "throttled": lambda: ServiceError("HTTP 429", 429, "APIGW.0308"),
}
#: Credentials that were accepted are rejected once.
EXPIRED = "expired"

#: Seconds, status, and whether the job is started with this change.
segments = st.lists(
    st.tuples(st.floats(1, 300), st.sampled_from(sorted(STATUSES)), st.booleans()), min_size=1, max_size=12
)
#: Before each poll: no fault, an error, or expired credentials.
faults = st.lists(st.sampled_from([None] * 6 + [*ERRORS, EXPIRED]), min_size=40, max_size=40)
schedules = st.tuples(st.lists(segments, min_size=1, max_size=4), faults)


class Schedule:
    """The jobs of one schedule at any time. A job is deleted after its last segment."""

    def __init__(self, jobs):
        self.jobs = {}
        for job_id, given in enumerate(jobs, 1):
            ends = list(itertools.accumulate((seconds for seconds, _status, _start in given), initial=1000.0))[1:]
            starts = list(itertools.accumulate((int(is_start) for _seconds, _status, is_start in given), initial=1))[1:]
            self.jobs[job_id] = [
                (end, status, start) for end, (_seconds, status, _start), start in zip(ends, given, starts)
            ]

    def at(self, now):
        """Return job ID -> status and start time."""
        found = {}
        for job_id, parts in self.jobs.items():
            current = next(((status, start) for end, status, start in parts if now < end), None)
            if current is not None:
                found[job_id] = current
        return found


def expected(before, now):
    """Return (job ID, status before, status) for each difference; the first observation contains only alerts."""
    if before is None:
        return [(job_id, None, status) for job_id, (status, _start) in now.items() if status in ALERTS]
    return [
        (job_id, before.get(job_id, (None,))[0], now.get(job_id, (None,))[0])
        for job_id in before.keys() | now.keys()
        if before.get(job_id) != now.get(job_id)
    ]


def run(example, counts):
    jobs, planned = example
    schedule, dli = Schedule(jobs), FakeDli()
    source = monitor(dli, Connections(dli), interval=INTERVAL, reminder_interval=0, auto_restart_timeout=0)
    seen, reported, previous, is_accepted = [], [], None, False
    for fault in planned:
        now = schedule.at(dli.clock.now())
        dli.jobs = {job_id: job(job_id, status, start_time=start) for job_id, (status, start) in now.items()}
        dli.errors = [ERRORS[fault]()] if fault in ERRORS else []
        if fault == EXPIRED and is_accepted:
            dli.errors = [ServiceError("HTTP 401", 401, None)]
        events = [event["dli"] for event in source.poll() if not event["dli"]["kind"].startswith("source_")]
        found = sorted((event["job_id"], event["status_before"], event["status"]) for event in events)
        is_accepted = fault not in ERRORS
        if is_accepted:
            wanted = sorted(expected(previous, now), key=lambda change: change[0])
            assert found == wanted
            previous = now
            seen.append(dli.clock.now())
            reported += [(dli.clock.now(), event) for event in events]
        else:
            assert found == []
        counts["polls"] += 1
        counts["faults"] += fault is not None
        dli.clock.sleep(source.pause)
    counts["events"] += len(reported)
    counts["long"] += check_long_segments(schedule, seen, reported)


def check_long_segments(schedule, seen, reported):
    """Check that each status that lasted two intervals was reported once, by the first poll in it; return their number.

    :arg seen: times of the successful polls; ``reported``: pairs of a time and an event.
    """
    number = 0
    for job_id, parts in schedule.jobs.items():
        begin = 1000.0
        for end, status, start in parts:
            polls, earlier = [at for at in seen if begin <= at < end], [at for at in seen if at < begin]
            is_change = earlier and schedule.at(earlier[-1]).get(job_id) != (status, start)
            if end - begin >= 2 * INTERVAL and polls and is_change:
                events = [(at, event["status"]) for at, event in reported if event["job_id"] == job_id and begin <= at < end]
                assert events == [(polls[0], status)], (job_id, status, start)
                number += 1
            begin = end
    return number


def test_each_change_is_reported_exactly_once(statistics):
    counts = dict.fromkeys(("polls", "faults", "events", "long"), 0)
    logging.disable(logging.WARNING)
    try:
        for_each(schedules, SCHEDULES, lambda example: run(example, counts))
    finally:
        logging.disable(logging.NOTSET)
    statistics(
        f"event source: {SCHEDULES} schedules, {counts['polls']} polls, {counts['faults']} faults, {counts['events']} events,"
        f" {counts['long']} statuses of two intervals"
    )
    assert counts["faults"] > counts["polls"] / 10 and counts["long"] > SCHEDULES


def simulate(polls, jobs, on_poll):
    """Poll so many jobs, of which several fail or are restarted between two polls; return the number of events."""
    draw = random.Random(20)
    dli = FakeDli(*(job(number, "job_running", start_time=1, raw={"queue_name": "flink"}) for number in range(1, jobs + 1)))
    source = monitor(dli, interval=SECONDS)
    events = 0
    for number in range(polls):
        for job_id in draw.sample(range(1, jobs + 1), 3):
            old = dli.jobs[job_id]
            status = "job_running" if old.status in FAILED else draw.choice(["job_running_exception", "job_submitting"])
            dli.jobs[job_id] = replace(old, status=status, start_time=number + 2)
        dli.errors = [ERRORS[draw.choice(sorted(ERRORS))]()] if draw.random() < 0.02 else []
        events += len(source.poll())
        dli.calls.clear()
        dli.deadlines.clear()
        dli.clock.sleep(source.pause)
        on_poll(number)
    return events


def test_memory_is_constant(statistics):
    """The number of memory blocks after half of the polls and at the end is the same."""
    blocks, memory, began = {}, {}, time.monotonic()
    logging.disable(logging.WARNING)

    def measure(number):
        if number + 1 in (POLLS // 10, POLLS // 2, POLLS):
            gc.collect()
            blocks[number + 1], memory[number + 1] = sys.getallocatedblocks(), resident_memory()

    try:
        events = simulate(POLLS, JOBS, measure)
    finally:
        logging.disable(logging.NOTSET)
    figures = ", ".join(f"after {number}: {blocks[number]} blocks, {memory[number]} KiB" for number in blocks)
    seconds = time.monotonic() - began
    statistics(f"event source: {POLLS} polls of {JOBS} jobs, {events} events, {seconds:.0f} s; {figures}")
    assert abs(blocks[POLLS] - blocks[POLLS // 2]) < JOBS


def resident_memory():
    """Return the memory of this process in KiB."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize() // 1024
