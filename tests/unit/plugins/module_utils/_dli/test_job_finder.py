# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The finder sends as few requests as the API allows (dli-api.md 3: pages of 100, no filter by ID)."""

from __future__ import annotations

import pytest

from ansible_collections.huaweicloud.cloud.plugins.module_utils._dli.job_finder import JobFinder

from ..fakes import FakeDli, job


def service(count):
    return FakeDli(*[job(number) for number in range(1, count + 1)])


@pytest.mark.parametrize(
    ("jobs", "ids", "requests"),
    [
        (50, [7], 1),  # one job: a request of its own
        (50, [7, 8], 1),  # two jobs on one page
        (50, list(range(1, 51)), 1),
        (1000, [1], 1),
        (1000, [1, 2], 3),  # the first page contains neither, and nine pages remain: two requests for single jobs
        (1000, list(range(1, 1001)), 10),
        (1000, list(range(1, 6)), 6),  # one page, then five requests for single jobs
        (300, list(range(1, 6)), 3),  # one page, then the other two
        (10000, list(range(1, 10001)), 100),
    ],
)
def test_requests_for_ids(jobs, ids, requests):
    dli = service(jobs)
    found = JobFinder(dli).find(ids)
    assert all(found.jobs[job_id].job_id == job_id for job_id in ids)
    assert len(dli.calls) == requests


def test_second_read_uses_the_known_length_of_the_list():
    dli = service(1000)
    finder = JobFinder(dli)
    finder.find([1, 2, 3])
    dli.calls.clear()
    finder.find([1, 2])
    assert dli.calls == [("show", 1), ("show", 2)]


def test_job_on_no_page_is_read_by_id_before_it_counts_as_missing():
    dli = service(3)
    found = JobFinder(dli).find([1, 2, 999])
    assert found.jobs[999] is None
    assert ("show", 999) in dli.calls


def test_list_that_shifts_between_pages_loses_no_job():
    dli = service(250)
    dli.on_list(lambda _offset: dli.jobs.update({(new := max(dli.jobs) + 1): job(new)}))
    found = JobFinder(dli).find(range(1, 251))
    assert all(found.jobs[job_id].job_id == job_id for job_id in range(1, 251))


def test_names_match_exactly_even_if_the_service_matches_in_part():
    dli = FakeDli(job(1, name="orders"), job(2, name="orders_eu"), job(3, name="old_orders"))
    found = JobFinder(dli).find([], ["orders"])
    assert found.by_name == {"orders": [1]}
    assert dli.calls == [("list", 0, "orders")]


def test_several_names_are_read_from_a_short_list():
    dli = FakeDli(*[job(number, name=f"name_{number}") for number in range(1, 51)])
    found = JobFinder(dli).find([50], ["name_1", "name_2"])
    assert found.by_name["name_1"] == [1] and found.by_name["name_2"] == [2]
    assert len(dli.calls) == 1


def test_names_are_requested_one_by_one_if_the_list_is_long():
    dli = FakeDli(*[job(number, name=f"name_{number:04}") for number in range(1, 1001)])
    found = JobFinder(dli).find([], ["name_0001", "name_0002"])
    assert found.by_name == {"name_0001": [1], "name_0002": [2]}
    assert len(dli.calls) == 3


def test_name_of_two_jobs_returns_both_across_pages_of_partial_matches():
    jobs = [job(number, name=f"clicks_{number}") for number in range(2, 202)]
    dli = FakeDli(job(1, name="clicks"), job(500, name="clicks"), *jobs)
    assert JobFinder(dli).find([], ["clicks"]).by_name == {"clicks": [1, 500]}


def test_unknown_name_has_no_ids():
    dli = FakeDli(job(1, name="a"), job(2, name="b"))
    assert JobFinder(dli).find([], ["zebra", "a"]).by_name == {"zebra": [], "a": [1]}


def test_empty_project():
    dli = FakeDli()
    found = JobFinder(dli).find([1, 2], ["x"])
    assert found.jobs == {1: None, 2: None} and found.by_name == {"x": []}


def test_empty_selection_sends_no_request():
    dli = service(3)
    JobFinder(dli).find([])
    assert dli.calls == []
