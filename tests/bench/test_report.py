# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The goals and the tables of the benchmark. ``make bench`` runs these tests before it measures."""

from __future__ import annotations

import pytest
import report
import results
from goals import goals
from results import Results, Series, load


def run(*series: Series, baseline: str = "") -> Results:
    return Results(7, "a machine", "versions", "abc1234", baseline, "2026-01-01", list(series))


def one_task(module: float, other: float) -> Results:
    ours = Series(results.TASK, results.OURS, 1, [module], [0.01], [2], [1])
    return run(ours, Series(results.TASK, results.URI_POST, 1, [other], [0.01], [1], [1]))


@pytest.mark.parametrize("module, reached", [(1.1, True), (1.11, False)])
def test_ratio(module, reached):
    (goal,) = goals(one_task(module, 1.0))
    assert (goal.limit, goal.reached) == ("≤ 1.10 ×", reached)


@pytest.mark.parametrize("requests, memory, reached", [(103, 80, True), (104, 80.1, False)])
def test_requests_and_memory(requests, memory, reached):
    one = Series(results.SIZES, results.OURS, 10_000, [2.0], [1.0], [requests], [1], memory_mb=[memory])
    found = goals(run(one))
    assert [goal.limit for goal in found] == ["≤ 103", "≤ 80 MB"]
    assert [goal.reached for goal in found] == [reached, reached]


@pytest.mark.parametrize("larger, reached", [(20.0, True), (21.0, False)])
def test_linear_time_without_the_server(larger, reached):
    smaller = Series(results.SIZES, results.OURS, 100, [2.0], [1.0], [2], [1])
    found = goals(run(smaller, Series(results.SIZES, results.OURS, 1000, [larger], [10.0], [11], [1])))
    assert [goal.reached for goal in found if goal.name.startswith("time for")] == [reached]


@pytest.mark.parametrize("posts, loop, reached", [([1, 1], 70.0, [True, True]), ([1, 2], 69.0, [False, False])])
def test_hundred_jobs(posts, loop, reached):
    ours = Series(results.HUNDRED, results.OURS, 100, [1.0, 1.0], [0.1, 0.1], [2, 2], posts)
    found = goals(run(ours, Series(results.HUNDRED, results.URI_LOOP, 100, [loop], [1.0], [100], [100])))
    assert [goal.reached for goal in found] == reached


@pytest.mark.parametrize("reads, noticed, reached", [(1, 1.1, [True, True]), (2, 1.2, [False, False])])
def test_wait(reads, noticed, reached):
    one = Series(results.WAIT, results.OURS, 100, [5.0], [0.1], [7], [1], reads_per_round=[reads], noticed_after=[noticed])
    assert [goal.reached for goal in goals(run(one))] == reached


@pytest.mark.parametrize("seconds, reached", [(1.24, True), (1.25, False)])
def test_latency(seconds, reached):
    fast = Series(results.NO_LATENCY, results.OURS, 100, [1.0], [0.1], [2], [1])
    found = goals(run(fast, Series(results.LATENCY, results.OURS, 100, [seconds], [0.1], [2], [1])))
    assert [(goal.limit, goal.reached) for goal in found] == [("≤ 1.24 s", reached)]


def test_tables():
    found = one_task(0.5, 0.4)
    found.series.append(Series(results.PAYLOAD, results.URI, 1, [0.2, 0.1], payload_kb=[190, 190]))
    header, _line, *rows = report.value_table(found).splitlines()
    assert len(rows) == 3 and len({line.count("|") for line in (header, *rows)}) == 1
    assert "| uri POST | 400 ms | 400 ms to 400 ms | 1 | 0.80 × | 10 ms | 1, 1 of them POST |" in rows[1]
    assert "| uri | 150 ms | 100 ms to 200 ms | 2 |" in rows[2] and "payload: 190 kB" in rows[2]


def test_generated_part_of_the_page():
    found = run(baseline="def5678")
    page = report.replace_generated(f"Before.\n{report.BEGIN}\nold\n{report.END}\nAfter.\n", report.generated(found, "a.svg"))
    assert page.startswith("Before.\n") and page.endswith(f"{report.END}\nAfter.\n") and "old" not in page
    assert "revision abc1234. `before` is the module of revision def5678." in page and "](a.svg)" in page
    with pytest.raises(ValueError):
        report.replace_generated("a page without marks", "")


def test_results_file(tmp_path):
    found = one_task(0.5, 0.4)
    found.save(tmp_path / "results.json")
    assert load(tmp_path / "results.json") == found
