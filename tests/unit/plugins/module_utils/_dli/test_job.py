# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Parsing a job, and comparing two reads of it (dli-api.md 1.7, 2, 3)."""

from __future__ import annotations

import pytest

from ansible_collections.huaweicloud.cloud.plugins.module_utils._dli.job import Job, was_started

ITEM = {"job_id": 131, "name": "n", "status": "job_init"}


@pytest.mark.parametrize(
    "more, job",
    [
        ({}, Job(131, "n", "job_init")),
        ({"job_id": "131"}, Job(131, "n", "job_init")),
        ({"job_id": 2**63 - 1}, Job(2**63 - 1, "n", "job_init")),
        ({"name": None}, Job(131, "", "job_init")),
        ({"status_desc": "out of memory"}, Job(131, "n", "job_init", "out of memory")),
        ({"status_desc": None}, Job(131, "n", "job_init")),
        ({"status_desc": ["text"]}, Job(131, "n", "job_init")),
        ({"has_savepoint": True}, Job(131, "n", "job_init", has_savepoint=True)),
        ({"has_savepoint": False}, Job(131, "n", "job_init", has_savepoint=False)),
        ({"has_savepoint": None}, Job(131, "n", "job_init")),
        ({"has_savepoint": "true"}, Job(131, "n", "job_init")),
        ({"start_time": 1578892414688}, Job(131, "n", "job_init", start_time=1578892414688)),
        ({"start_time": 0}, Job(131, "n", "job_init")),
        ({"start_time": -1}, Job(131, "n", "job_init")),
        ({"start_time": None}, Job(131, "n", "job_init")),
        ({"start_time": "soon"}, Job(131, "n", "job_init")),
        ({"status": "job_status_of_the_future"}, Job(131, "n", "job_status_of_the_future")),
        ({"something": "new"}, Job(131, "n", "job_init")),
    ],
)
def test_from_api(more, job):
    assert Job.from_api({**ITEM, **more}) == job


@pytest.mark.parametrize(
    "item",
    [
        None,
        "131",
        [ITEM],
        {},
        {**ITEM, "job_id": None},
        {**ITEM, "job_id": True},
        {**ITEM, "job_id": 131.0},
        {**ITEM, "job_id": "x"},
        {**ITEM, "job_id": "-1"},
        {**ITEM, "job_id": "²"},
        {**ITEM, "name": 7},
        {**ITEM, "name": ["n"]},
        {**ITEM, "status": None},
        {**ITEM, "status": 7},
    ],
)
def test_from_api_rejects_what_is_not_a_job(item):
    with pytest.raises(ValueError):
        Job.from_api(item)


def job(status, start_time=None):
    return Job(131, "n", status, start_time=start_time)


@pytest.mark.parametrize(
    "before, now, started",
    [
        (job("job_init"), job("job_init"), False),
        (job("job_init"), job("job_submitting"), True),
        (job("job_init"), job("job_running"), True),
        (job("job_init"), job("job_finish"), True),  # a bounded job finishes within seconds (2.2)
        (job("job_init"), job("job_submit_fail"), True),
        (job("job_cancel_success"), job("job_cancel_success"), False),
        (job("job_cancel_success", 5), job("job_cancel_success", 5), False),
        (job("job_cancel_success", 5), job("job_running", 5), True),
        # the same status, but started in the meantime
        (job("job_running_exception", 5), job("job_running_exception", 6), True),
        (job("job_finish", 5), job("job_finish", 6), True),
        (job("job_finish"), job("job_finish", 6), True),
        # the service does not always return the start time
        (job("job_finish", 5), job("job_finish"), False),
        # an import resets a job to a draft (2.1), and a draft is still read for a while after a run (0.1-8)
        (job("job_cancel_success", 5), job("job_init", 5), False),
        (job("job_cancel_success", 5), job("job_init"), False),
        (job("job_cancel_success", 5), job("job_init", 6), True),
    ],
)
def test_was_started(before, now, started):
    assert was_started(before, now) is started
