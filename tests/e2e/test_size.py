# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The number of requests, the time and the memory of a task for ten thousand jobs (smaller numbers: tests/functional)."""

from __future__ import annotations

import json
import resource
import time

from task_runs import STATEMENT, started


def test_ten_thousand_jobs(ansible, dli, statistics):
    ids = list(range(1, 10_001))
    dli.service.clear()
    dli.seed([{"job_id": i, "name": f"job_{i}", "status": "job_cancel_success", "sql_body": STATEMENT} for i in ids])
    (ansible.folder / "ids.json").write_text(json.dumps({"ids_to_start": ids}), encoding="utf-8")
    began = time.monotonic()
    ended = ansible.task({"job_ids": "{{ ids_to_start }}"}, "-e", f"@{ansible.folder / 'ids.json'}")
    seconds = time.monotonic() - began
    assert ended.code == 0, ended.output[-2000:]
    assert ended.result["summary"]["started"] == len(ids) and started(dli) == ids
    assert len(dli.requests) == 100 + 1
    assert dli.requests.connections() == 1
    assert len(json.dumps(ended.result)) < 1024 * (len(ids) + 4)
    memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
    statistics(f"size: {len(ids)} jobs, {100 + 1} requests, {seconds:.1f} s, {memory} MiB at most in any process")
