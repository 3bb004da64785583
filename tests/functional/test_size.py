# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The number and size of the requests of a task, for one to a thousand jobs and for each case."""

from __future__ import annotations

import json

import pytest
from task_runs import STATEMENT, started


def fill(dli, count: int) -> list[int]:
    """Replace all jobs of the service with ``count`` jobs that can be started. Return their IDs."""
    dli.service.clear()
    ids = list(range(1, count + 1))
    dli.seed([{"job_id": i, "name": f"job_{i}", "status": "job_cancel_success", "sql_body": STATEMENT} for i in ids])
    return ids


def start_all(ansible, ids) -> dict:
    """Start the jobs in one task. Return its result."""
    ended = ansible.task({"job_ids": ids})
    assert ended.code == 0, ended.output[-2000:]
    return ended.result


@pytest.mark.parametrize(("count", "requests"), [(1, 1 + 1), (4, 1 + 1), (100, 1 + 1), (1000, 10 + 1)])
def test_number_of_requests(ansible, dli, count, requests):
    ids = fill(dli, count)
    result = start_all(ansible, ids)
    assert result["summary"]["started"] == count and started(dli) == ids
    assert len(dli.requests) == requests
    assert dli.requests.connections() == 1
    assert len(json.dumps(result)) < 1024 * (count + 4)


@pytest.mark.parametrize(
    ("arguments", "calls"),
    [
        ({"job_ids": [131]}, ["detail", "run"]),
        ({"job_names": "orders_to_dws"}, ["list", "run"]),
        ({"job_ids": [131, 130, 138, 137], "resume_savepoint": True}, ["list", "run"]),
        ({"job_ids": [210]}, ["detail"]),
        ({"job_ids": [999_999]}, ["detail"]),
        # A response with a refusal is confirmed by reading the jobs.
        ({"job_ids": [131, 221], "resume_savepoint": True}, ["list", "run", "list"]),
        ({"job_ids": [131], "auth_method": "password"}, ["token", "detail", "run"]),
        ({"job_ids": [131], "project_name": "cn-north-4"}, ["projects", "detail", "run"]),
    ],
    ids=["id", "name", "resume", "active", "missing", "refusal", "password", "project name"],
)
def test_requests_of_cases(ansible, dli, arguments, calls):
    if "auth_method" in arguments:
        arguments |= {"username": "local-dli-user", "password": "local-dli-password-1", "domain_name": "local-dli-domain"}
    ansible.task(arguments)
    assert [request.call for request in dli.requests.find()] == calls


def test_requests_of_check_mode(ansible, dli):
    ansible.task({"job_ids": [131, 221]}, "--check")
    assert [request.call for request in dli.requests.find()] == ["list"]


def test_requests_of_a_wait(ansible, dli):
    """Each read of a wait is one request for a hundred jobs, and the wait ends with the first read that shows all of them."""
    ids = fill(dli, 100)
    dli.settings.update({"submit_delay": 1.0})
    ended = ansible.task({"job_ids": ids, "wait": True, "wait_interval": 0.4})
    assert ended.result["summary"]["started"] == 100 and {row["status"] for row in ended.result["jobs"]} == {"job_running"}
    calls = [request.call for request in dli.requests.find()]
    assert calls[:2] == ["list", "run"] and set(calls[2:]) == {"list"}
    assert len(calls[2:]) == 3


def test_smaller_batch_limit(ansible, dli):
    """The batch is halved until the service accepts it; each part is processed separately."""
    ids = fill(dli, 1000)
    dli.settings.update({"max_batch": 300})
    result = start_all(ansible, ids)
    assert result["summary"]["started"] == 1000 and started(dli) == ids
    assert [len(request.job_ids) for request in dli.requests.find("run")] == [1000, 500, 250, 250, 250, 250]


def test_smaller_body_limit(ansible, dli):
    ids = fill(dli, 1000)
    dli.settings.update({"max_body": 3000})
    result = start_all(ansible, ids)
    assert result["summary"]["started"] == 1000 and sorted(started(dli)) == ids


def test_many_names(ansible, dli):
    fill(dli, 1000)
    names = ",".join(f"job_{number}" for number in range(1, 201))
    ended = ansible.task({"job_names": names})
    assert ended.result["summary"]["started"] == 200
    assert len(dli.requests) == 10 + 1


def test_overall_timeout_while_listing(ansible, dli):
    """Ten pages that take a second each exceed the timeout of three seconds."""
    fill(dli, 1000)
    dli.faults.add("delay", call="list", seconds=1, times=None)
    names = ",".join(f"job_{number}" for number in range(1, 201))
    ended = ansible.task({"job_names": names, "overall_timeout": 3})
    assert ended.code == 2 and ended.result["msg"].startswith("Could not list the jobs")
    assert len(dli.requests) <= 4
    assert not dli.requests.find("run")
