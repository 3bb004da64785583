# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The goals of the module, and whether a run reached them."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterator
from typing import NamedTuple

import results
from results import Results

PAGE = 100
MEMORY_MB = 80
READ_SECONDS = 0.1


class Goal(NamedTuple):
    name: str
    limit: str
    measured: str
    reached: bool


def jobs_text(count: int) -> str:
    return f"{count:,} {'job' if count == 1 else 'jobs'}"


def goals(found: Results) -> list[Goal]:
    """Return the goals of all cases that the run measured."""
    return [*_ratios(found), *_sizes(found), *_wait(found), *_latency(found)]


#: Case, the other client, the highest ratio of the median of the module to that of the other client, and the name of the goal.
_RATIOS = (
    (results.TASK, results.URI_POST, 1.10, "one task, relative to a `uri` POST without a read"),
    (results.TASK, results.URI_READ_AND_POST, 0.65, "one task, relative to `uri` GET and `uri` POST"),
    (results.TASK, results.SDK, 0.85, "one task, relative to a module that uses the SDK"),
    (results.ADHOC, results.URI_POST, 1.03, "ad hoc command, relative to a `uri` POST"),
    (results.PAYLOAD, results.URI, 1.5, "payload, relative to `uri`"),
)
_FASTER = 70


def _ratios(found: Results) -> Iterator[Goal]:
    for case, other, limit, name in _RATIOS:
        module, reference = found.get(case, results.OURS), found.get(case, other)
        if module and reference:
            ratio = module.median / reference.median
            yield Goal(name, f"≤ {limit:.2f} ×", f"{ratio:.2f} ×", ratio <= limit)
    module, loop = found.get(results.HUNDRED, results.OURS), found.get(results.HUNDRED, results.URI_LOOP)
    if module and loop:
        ratio = loop.median / module.median
        yield Goal("100 jobs: faster than a loop of `uri` POSTs", f"≥ {_FASTER} ×", f"{ratio:.1f} ×", ratio >= _FASTER)
        posts = max(module.posts)
        yield Goal("100 jobs: POST requests", "1", str(posts), set(module.posts) == {1})


def _sizes(found: Results) -> Iterator[Goal]:
    measured = [one for one in found.series if (one.case, one.subject) == (results.SIZES, results.OURS)]
    for one in measured:
        limits = [math.ceil(one.jobs / PAGE) + posts + 2 for posts in one.posts]
        reached = all(requests <= limit for requests, limit in zip(one.requests, limits))
        yield Goal(f"{jobs_text(one.jobs)} in one task: requests", f"≤ {max(limits)}", f"{max(one.requests)}", reached)
    by_jobs = {one.jobs: one for one in measured}
    for smaller, larger in zip(measured, measured[1:]):
        if smaller.jobs >= PAGE:
            ratio, limit = larger.own_median / smaller.own_median, larger.jobs / smaller.jobs
            name = f"time for {larger.jobs:,} jobs, compared with {smaller.jobs:,} jobs, without the time in the local DLI"
            yield Goal(name, f"≤ {limit:.0f} ×", f"{ratio:.1f} ×", ratio <= limit)
    largest = by_jobs.get(10_000)
    if largest and largest.memory_mb:
        memory = max(largest.memory_mb)
        yield Goal("10,000 jobs: peak memory of the module", f"≤ {MEMORY_MB} MB", f"{memory:.0f} MB", memory <= MEMORY_MB)


def _wait(found: Results) -> Iterator[Goal]:
    one = found.get(results.WAIT, results.OURS)
    if one:
        limit, reads = math.ceil(one.jobs / PAGE), max(one.reads_per_round)
        yield Goal("wait for 100 jobs: reads per round", f"≤ {limit}", str(reads), reads <= limit)
        latest = max(one.noticed_after)
        limit_seconds = results.WAIT_INTERVAL + READ_SECONDS
        name = f"wait for 100 jobs: time until the last job is noticed (`wait_interval` and {READ_SECONDS} s for a read)"
        yield Goal(name, f"≤ {limit_seconds:.2f} s", f"{latest:.2f} s", latest <= limit_seconds)


def _latency(found: Results) -> Iterator[Goal]:
    slow, fast = found.get(results.LATENCY, results.OURS), found.get(results.NO_LATENCY, results.OURS)
    if slow and fast:
        # The requests of a task are sent one after the other.
        limit = 1.2 * statistics.median(slow.requests) * results.LATENCY_SECONDS + fast.median
        name = "100 ms latency: at most 1.2 × requests × latency + the time without latency"
        yield Goal(name, f"≤ {limit:.2f} s", f"{slow.median:.2f} s", slow.median <= limit)
