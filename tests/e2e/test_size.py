# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The number of requests, the time and the memory of a task for one to ten thousand jobs."""

from __future__ import annotations

import json
import resource
import time

import pytest
from local_dli.server import serve

from .conftest import STATEMENT, Ansible, started


@pytest.fixture(scope="module")
def big():
    """A service for many jobs."""
    with serve() as service:
        yield service


def fill(dli, count: int) -> list[int]:
    """Put exactly ``count`` startable jobs into the service; return their ids."""
    dli.reset()
    dli.service.clear()
    ids = list(range(1, count + 1))
    dli.seed([{"job_id": i, "name": f"job_{i}", "status": "job_cancel_success", "sql_body": STATEMENT} for i in ids])
    return ids


def start_all(folder, dli, ids, **options) -> tuple[dict, float]:
    """Start the jobs by one task; return its result and the seconds it took."""
    ansible = Ansible(folder)
    ansible.env.update(dli.env())
    (folder / "ids.json").write_text(json.dumps({"wanted": ids}), encoding="utf-8")
    began = time.monotonic()
    ended = ansible.task({"job_ids": "{{ wanted }}", **options}, "-e", f"@{folder / 'ids.json'}")
    assert ended.code == 0, ended.output[-2000:]
    return ended.result, time.monotonic() - began


@pytest.mark.parametrize(("count", "requests"), [(1, 1 + 1), (4, 1 + 1), (100, 1 + 1), (1000, 10 + 1), (10000, 100 + 1)])
def test_number_of_requests(tmp_path, big, statistics, count, requests):
    ids = fill(big, count)
    result, seconds = start_all(tmp_path, big, ids)
    assert result["summary"]["started"] == count and started(big) == ids
    assert len(big.requests) == requests
    assert big.requests.connections() == 1
    assert len(json.dumps(result)) < 1024 * (count + 4)
    memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
    statistics(f"size: {count} jobs, {requests} requests, {seconds:.1f} s, {memory} MiB at most in any process")


def test_smaller_batch_limit(tmp_path, big):
    """The batch is halved until the service accepts it; each part is processed separately."""
    ids = fill(big, 1000)
    big.settings.update({"max_batch": 300})
    result, _seconds = start_all(tmp_path, big, ids)
    assert result["summary"]["started"] == 1000 and started(big) == ids
    assert [len(request.job_ids) for request in big.requests.of("run")] == [1000, 500, 250, 250, 250, 250]


def test_smaller_body_limit(tmp_path, big):
    ids = fill(big, 1000)
    big.settings.update({"max_body": 3000})
    result, _seconds = start_all(tmp_path, big, ids)
    assert result["summary"]["started"] == 1000 and sorted(started(big)) == ids


def test_many_names(tmp_path, big):
    fill(big, 1000)
    ansible = Ansible(tmp_path)
    ansible.env.update(big.env())
    names = ",".join(f"job_{number}" for number in range(1, 201))
    ended = ansible.task({"job_names": names})
    assert ended.result["summary"]["started"] == 200
    assert len(big.requests) == 10 + 1


def test_overall_timeout_while_listing(tmp_path, big):
    """Ten pages that take a second each exceed the timeout of three seconds."""
    fill(big, 1000)
    big.faults.add("delay", call="list", seconds=1, times=None)
    ansible = Ansible(tmp_path)
    ansible.env.update(big.env())
    names = ",".join(f"job_{number}" for number in range(1, 201))
    ended = ansible.task({"job_names": names, "overall_timeout": 3})
    assert ended.code == 2 and ended.result["msg"].startswith("Could not list the jobs")
    assert len(big.requests) <= 4
    assert not big.requests.of("run")
