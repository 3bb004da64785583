# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""As few requests as the API allows (dli-api.md 3: pages of 100, no filter by id)."""

from __future__ import annotations

import pytest

from ansible_collections.huaweicloud.cloud.plugins.module_utils._dli.job_finder import JobFinder

from ..fakes import FakeDli, job


def service(count):
    return FakeDli(*[job(number) for number in range(1, count + 1)])


@pytest.mark.parametrize(
    ("jobs", "wanted", "requests"),
    [
        (50, [7], 1),  # one job: its own read
        (50, [7, 8], 1),  # two on one page
        (50, list(range(1, 51)), 1),
        (1000, [1], 1),
        (1000, [1, 2], 3),  # first page holds neither, nine pages are left: two reads of their own
        (1000, list(range(1, 1001)), 10),
        (1000, list(range(1, 6)), 6),  # one page, then five reads
        (300, list(range(1, 6)), 3),  # one page, then the other two
        (10000, list(range(1, 10001)), 100),
    ],
)
def test_requests_for_ids(jobs, wanted, requests):
    dli = service(jobs)
    found = JobFinder(dli).find(wanted)
    assert all(found.jobs[job_id].job_id == job_id for job_id in wanted)
    assert len(dli.calls) == requests


def test_a_second_look_knows_how_long_the_list_is():
    dli = service(1000)
    looker = JobFinder(dli)
    looker.find([1, 2, 3])
    dli.calls.clear()
    looker.find([1, 2])
    assert dli.calls == [("show", 1), ("show", 2)]


def test_what_no_page_shows_is_read_singly_before_it_counts_as_missing():
    dli = service(3)
    found = JobFinder(dli).find([1, 2, 999])
    assert found.jobs[999] is None
    assert ("show", 999) in dli.calls


def test_a_list_that_shifts_between_pages_loses_nothing():
    dli = service(250)
    dli.on_list(lambda _offset: dli.jobs.update({(new := max(dli.jobs) + 1): job(new)}))
    found = JobFinder(dli).find(range(1, 251))
    assert all(found.jobs[job_id].job_id == job_id for job_id in range(1, 251))


def test_names_are_matched_exactly_even_where_the_service_matches_in_part():
    dli = FakeDli(job(1, name="orders"), job(2, name="orders_eu"), job(3, name="old_orders"))
    found = JobFinder(dli).find([], ["orders"])
    assert found.by_name == {"orders": [1]}
    assert dli.calls == [("list", 0, "orders")]


def test_several_names_come_from_the_list_when_that_is_cheaper():
    dli = FakeDli(*[job(number, name=f"name_{number}") for number in range(1, 51)])
    found = JobFinder(dli).find([50], ["name_1", "name_2"])
    assert found.by_name["name_1"] == [1] and found.by_name["name_2"] == [2]
    assert len(dli.calls) == 1


def test_names_are_asked_for_singly_when_the_list_is_long():
    dli = FakeDli(*[job(number, name=f"name_{number:04}") for number in range(1, 1001)])
    found = JobFinder(dli).find([], ["name_0001", "name_0002"])
    assert found.by_name == {"name_0001": [1], "name_0002": [2]}
    assert len(dli.calls) == 3


def test_a_name_of_two_jobs_shows_both_also_across_pages_of_partial_matches():
    jobs = [job(number, name=f"clicks_{number}") for number in range(2, 202)]
    dli = FakeDli(job(1, name="clicks"), job(500, name="clicks"), *jobs)
    assert JobFinder(dli).find([], ["clicks"]).by_name == {"clicks": [1, 500]}


def test_an_unknown_name_has_no_ids():
    dli = FakeDli(job(1, name="a"), job(2, name="b"))
    assert JobFinder(dli).find([], ["zebra", "a"]).by_name == {"zebra": [], "a": [1]}


def test_an_empty_project():
    dli = FakeDli()
    found = JobFinder(dli).find([1, 2], ["x"])
    assert found.jobs == {1: None, 2: None} and found.by_name == {"x": []}


def test_nothing_wanted_asks_nothing():
    dli = service(3)
    JobFinder(dli).find([])
    assert dli.calls == []
