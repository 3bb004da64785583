# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which jobs are found, the number of requests, and the members returned (dli-api.md 1.7, 3)."""

from __future__ import annotations

import json

import pytest

from ansible_collections.huaweicloud.cloud.plugins.module_utils._dli.client import PAGE_SIZE, JobPage
from ansible_collections.huaweicloud.cloud.plugins.module_utils._dli.job import Job
from ansible_collections.huaweicloud.cloud.plugins.module_utils._dli.job_finder import list_all_jobs
from ansible_collections.huaweicloud.cloud.plugins.module_utils._errors import InputError
from ansible_collections.huaweicloud.cloud.plugins.module_utils._module.info import (
    BRIEF,
    DETAILED,
    Filters,
    find_jobs,
    job_summary,
    matches,
    message,
    parse_filters,
    parse_info_options,
    service_query,
)

from ..fakes import FakeDli, context

OPTIONS = {
    "job_ids": None,
    "job_names": None,
    "status": None,
    "queue_name": None,
    "job_type": None,
    "user_name": None,
    "tags": None,
    "has_savepoint": None,
    "show_detail": False,
    "order": "desc",
}


def seen(job_id, status="job_running", **members):
    """Return a job as the service returns it."""
    return Job.from_api({"job_id": job_id, "name": f"job_{job_id}", "status": status, "create_time": job_id, **members})


class FilteringDli(FakeDli):
    """A service that filters as documented."""

    def __init__(self, *jobs, tags=None):
        super().__init__(*jobs)
        self.tags = tags or {}

    def list_jobs(self, offset=0, name=None, deadline=None, filters=None):
        query = dict(filters or {})
        self._called("list", offset, name, dict(query))
        jobs = [job for _id, job in sorted(self.jobs.items(), reverse=query.pop("order", "desc") == "desc")]
        query.pop("show_detail", None)
        tags = dict(pair.split("=", 1) for pair in query.pop("tags", "").split(",") if pair)
        jobs = [job for job in jobs if all(job.raw.get(key) == value for key, value in query.items())]
        jobs = [job for job in jobs if tags.items() <= self.tags.get(job.job_id, {}).items()]
        jobs = [job for job in jobs if name is None or name in job.name]
        return JobPage(len(jobs), jobs[offset : offset + PAGE_SIZE])


def find(dli, **options):
    return find_jobs(context(dli), parse_info_options({**OPTIONS, **options}, False)).values


def ids(result):
    return [job["job_id"] for job in result["jobs"]]


# Filters


@pytest.mark.parametrize(
    ("options", "query"),
    [
        ({}, {}),
        ({"status": ["", " "], "queue_name": " ", "tags": {}}, {}),
        ({"status": ["job_init"]}, {"status": "job_init"}),
        ({"status": ["job_init, job_init"]}, {"status": "job_init"}),
        ({"status": ["job_init", "job_running"]}, {}),
        ({"status": ["job_future_status"]}, {}),
        (
            {"queue_name": " q ", "job_type": "flink_jar_job", "user_name": "u"},
            {"queue_name": "q", "job_type": "flink_jar_job", "user_name": "u"},
        ),
        ({"tags": {"a": 1, "b": "x=y"}}, {"tags": "a=1,b=x=y"}),
        ({"has_savepoint": False}, {}),
    ],
)
def test_filters_sent_to_service(options, query):
    assert service_query(parse_filters({**OPTIONS, **options})) == query


@pytest.mark.parametrize("tags", [{"a,b": "1"}, {"a": "1,2"}, {"a=b": "1"}, {"": "1"}, {"a": None}, {"a": " "}], ids=str)
def test_tags_that_cannot_be_used_as_filter(tags):
    with pytest.raises(InputError, match="^Invalid tags: "):
        parse_filters({**OPTIONS, "tags": tags})


@pytest.mark.parametrize(
    ("filters", "members", "alone", "prefiltered"),
    [
        (Filters(), {}, True, True),
        (Filters(statuses=("job_init", "job_running")), {}, True, True),
        (Filters(statuses=("job_init",)), {}, False, False),
        (Filters(has_savepoint=True), {"has_savepoint": True}, True, True),
        (Filters(has_savepoint=False), {"has_savepoint": True}, False, False),
        (Filters(has_savepoint=False), {}, False, False),  # unknown is not false
        (Filters(by_value={"queue_name": "q"}), {"queue_name": "q"}, True, True),
        (Filters(by_value={"queue_name": "q"}), {"queue_name": "q2"}, False, False),
        (Filters(by_value={"user_name": "u"}), {}, False, True),
        (Filters(by_value={"user_name": "u"}), {"user_name": ""}, False, True),
    ],
)
def test_job_matches_filters(filters, members, alone, prefiltered):
    job = seen(1, **members)
    assert (matches(job, filters, prefiltered=False), matches(job, filters, prefiltered=True)) == (alone, prefiltered)


def test_unknown_status_causes_warning():
    assert Filters(statuses=("job_init", "job_runing")).warnings == [
        "Unknown status in the option status: job_runing. Check the spelling."
    ]


# Reading the list to its end


def test_long_list_takes_one_request_per_page():
    dli = FilteringDli(*[seen(number) for number in range(1, 251)])
    assert list(list_all_jobs(dli)) == list(range(250, 0, -1))
    assert [call[1] for call in dli.calls] == [0, 100, 200]


def test_empty_list_takes_one_request():
    dli = FilteringDli()
    assert list_all_jobs(dli) == {} and len(dli.calls) == 1


@pytest.mark.parametrize("gone", [[250], [250, 249], range(250, 150, -1), range(1, 100), range(1, 251)], ids=len)
def test_deleted_jobs_hide_no_other_job(gone):
    dli = FilteringDli(*[seen(number) for number in range(1, 251)])
    dli.on_list(lambda offset: [dli.jobs.pop(job_id, None) for job_id in gone] if offset == 0 else None)
    assert set(list_all_jobs(dli)) >= set(dli.jobs)
    assert len(dli.calls) <= 6


def test_new_jobs_are_returned_once():
    dli = FilteringDli(*[seen(number) for number in range(1, 251)])
    dli.on_list(lambda _offset: dli.jobs.update({(new := max(dli.jobs) + 1): seen(new)}))
    assert set(list_all_jobs(dli)) >= set(range(1, 251))


# Members of a job


def test_brief_result_is_small_and_has_constant_members():
    full = seen(1, desc="d" * 2000, status_desc="e\n" * 9000, sql_body="s", start_time=0, has_savepoint="x", queue_name="q" * 128)
    assert tuple(job_summary(full, False)) == tuple(job_summary(seen(2), False)) == BRIEF
    assert len(json.dumps(job_summary(full, False))) < 1024
    shown = job_summary(full, False)
    assert (shown["start_time"], shown["has_savepoint"], shown["user_name"]) == (None, None, None)


def test_detailed_result_is_complete():
    shown = job_summary(seen(1, desc="d" * 2000, sql_body="a\nb", job_config={"cu_number": 2}), True)
    assert tuple(shown) == BRIEF + DETAILED
    assert (len(shown["desc"]), shown["sql_body"], shown["job_config"]) == (2000, "a\nb", {"cu_number": 2})


# The flow


@pytest.mark.parametrize(
    ("options", "expected", "requests"),
    [
        ({}, [4, 3, 2, 1], 1),
        ({"order": "asc"}, [1, 2, 3, 4], 1),
        ({"status": ["job_init"]}, [4], 1),
        ({"status": ["job_init", "job_finish"]}, [4, 3], 1),
        ({"job_ids": ["2"]}, [2], 1),
        ({"job_ids": ["1", "3"], "order": "asc"}, [1, 3], 1),
        ({"job_ids": ["1"], "job_names": ["job_4", "job_1"]}, [4, 1], 1),
        ({"job_ids": ["1"], "status": ["job_init"]}, [], 1),
        ({"job_ids": ["1", "2"], "tags": {"team": "a"}}, [2], 2),
        ({"job_ids": ["77"], "tags": {"team": "a"}}, [], 1),  # no job is left to filter
        ({"job_ids": ["1", "2"], "user_name": "u"}, [1], 2),
    ],
    ids=str,
)
def test_found_jobs_and_requests(options, expected, requests):
    dli = FilteringDli(
        seen(1, user_name="u"), seen(2), seen(3, "job_finish"), seen(4, "job_init"), tags={2: {"team": "a"}, 3: {"team": "a"}}
    )
    result = find(dli, **options)
    assert ids(result) == expected and len(dli.calls) == requests
    assert result["summary"]["found"] == len(expected)
    assert result["changed"] is False


def test_details_are_requested_for_every_selection():
    dli = FilteringDli(seen(1), seen(2))
    for options in ({}, {"job_ids": ["1", "2"]}, {"job_names": ["job_1"]}):
        assert "sql_body" in find(dli, show_detail=True, **options)["jobs"][0]
        assert dli.calls[-1][3].get("show_detail") is True


@pytest.mark.parametrize(
    ("jobs", "missing", "expected"),
    [
        ([], [], "Found no jobs."),
        ([seen(1)], [], "Found 1 job: 1 job_running."),
        ([seen(1), seen(2, "job_init"), seen(3)], [], "Found 3 jobs: 1 job_init, 2 job_running."),
        ([], [1, "x"], "Found no jobs. Not found: 1, x."),
        ([], list(range(8)), "Found no jobs. Not found: 0, 1, 2, 3, 4 and 3 more."),
    ],
)
def test_message(jobs, missing, expected):
    assert message(jobs, missing) == expected


def test_missing_contains_jobs_that_do_not_exist():
    result = find(FilteringDli(seen(1), seen(2)), job_ids=["1", "9"], job_names=["job_2", "job"], status=["job_init"])
    assert result["missing"] == [9, "job"] and result["jobs"] == []
