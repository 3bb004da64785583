# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The number of requests, the time and the memory of a task for one to ten thousand jobs."""

from __future__ import annotations

import json
import resource
import time

import pytest
from local_dli.server import serve
from task_runs import STATEMENT, Ansible, started


@pytest.fixture(scope="module")
def large_dli():
    """A local DLI for many jobs."""
    with serve() as service:
        yield service


def fill(dli, count: int) -> list[int]:
    """Replace all jobs of the service with ``count`` jobs that can be started. Return their IDs."""
    dli.reset()
    dli.service.clear()
    ids = list(range(1, count + 1))
    dli.seed([{"job_id": i, "name": f"job_{i}", "status": "job_cancel_success", "sql_body": STATEMENT} for i in ids])
    return ids


def start_all(folder, dli, ids, **options) -> tuple[dict, float]:
    """Start the jobs in one task. Return its result and its duration in seconds."""
    ansible = Ansible(folder)
    ansible.env.update(dli.env())
    (folder / "ids.json").write_text(json.dumps({"ids_to_start": ids}), encoding="utf-8")
    began = time.monotonic()
    ended = ansible.task({"job_ids": "{{ ids_to_start }}", **options}, "-e", f"@{folder / 'ids.json'}")
    assert ended.code == 0, ended.output[-2000:]
    return ended.result, time.monotonic() - began


@pytest.mark.parametrize(("count", "requests"), [(1, 1 + 1), (4, 1 + 1), (100, 1 + 1), (1000, 10 + 1), (10000, 100 + 1)])
def test_number_of_requests(tmp_path, large_dli, statistics, count, requests):
    ids = fill(large_dli, count)
    result, seconds = start_all(tmp_path, large_dli, ids)
    assert result["summary"]["started"] == count and started(large_dli) == ids
    assert len(large_dli.requests) == requests
    assert large_dli.requests.connections() == 1
    assert len(json.dumps(result)) < 1024 * (count + 4)
    memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
    statistics(f"size: {count} jobs, {requests} requests, {seconds:.1f} s, {memory} MiB at most in any process")


def test_smaller_batch_limit(tmp_path, large_dli):
    """The batch is halved until the service accepts it; each part is processed separately."""
    ids = fill(large_dli, 1000)
    large_dli.settings.update({"max_batch": 300})
    result, _seconds = start_all(tmp_path, large_dli, ids)
    assert result["summary"]["started"] == 1000 and started(large_dli) == ids
    assert [len(request.job_ids) for request in large_dli.requests.find("run")] == [1000, 500, 250, 250, 250, 250]


def test_smaller_body_limit(tmp_path, large_dli):
    ids = fill(large_dli, 1000)
    large_dli.settings.update({"max_body": 3000})
    result, _seconds = start_all(tmp_path, large_dli, ids)
    assert result["summary"]["started"] == 1000 and sorted(started(large_dli)) == ids


def test_many_names(tmp_path, large_dli):
    fill(large_dli, 1000)
    ansible = Ansible(tmp_path)
    ansible.env.update(large_dli.env())
    names = ",".join(f"job_{number}" for number in range(1, 201))
    ended = ansible.task({"job_names": names})
    assert ended.result["summary"]["started"] == 200
    assert len(large_dli.requests) == 10 + 1


def test_overall_timeout_while_listing(tmp_path, large_dli):
    """Ten pages that take a second each exceed the timeout of three seconds."""
    fill(large_dli, 1000)
    large_dli.faults.add("delay", call="list", seconds=1, times=None)
    ansible = Ansible(tmp_path)
    ansible.env.update(large_dli.env())
    names = ",".join(f"job_{number}" for number in range(1, 201))
    ended = ansible.task({"job_names": names, "overall_timeout": 3})
    assert ended.code == 2 and ended.result["msg"].startswith("Could not list the jobs")
    assert len(large_dli.requests) <= 4
    assert not large_dli.requests.find("run")
