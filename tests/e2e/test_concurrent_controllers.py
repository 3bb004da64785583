# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Several controllers run the same task at the same time: no change is claimed twice."""

from __future__ import annotations

import itertools
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from task_runs import MODULE, Ansible

CONTROLLERS = 5
JOBS = [131, 130, 138, 137]
#: module: the call, and the status of the jobs before.
TASKS = {
    MODULE: ("run", "job_cancel_success"),
    MODULE.replace("_run", "_stop"): ("stop", "job_running"),
    MODULE.replace("_run", "_delete"): ("delete", "job_cancel_success"),
}


@pytest.mark.parametrize("module", TASKS)
def test_each_change_is_claimed_once(tmp_path, dli, module):
    """Each controller has other jobs, so that some responses accept a part of the jobs, in another order."""
    call, status = TASKS[module]
    dli.other_client("force", JOBS, fields={"status": status})
    dli.settings.update({f"{call}_response": "reversed"})
    barrier = threading.Barrier(CONTROLLERS)
    readers = itertools.count()

    def on_request(request) -> None:
        # The first read of each controller receives its response when all of them have read the jobs.
        if request.call == "list" and next(readers) < CONTROLLERS:
            barrier.wait(120)

    dli.requests.on_request = on_request
    folders = [tmp_path / str(number) for number in range(CONTROLLERS)]
    for folder in folders:
        folder.mkdir()

    def run(number: int) -> list[dict]:
        job_ids = [JOBS[(number + position) % len(JOBS)] for position in range(number % 3 + 2)]
        ended = Ansible(folders[number]).task({"job_ids": job_ids}, module=module, env=dli.env())
        return ended.result["jobs"]

    with ThreadPoolExecutor(CONTROLLERS) as pool:
        rows = [row for result in pool.map(run, range(CONTROLLERS)) for row in result]
    for job_id in JOBS:
        claims = [row["changed"] for row in rows if row["job_id"] == job_id]
        assert claims.count(True) <= 1, (job_id, claims)
        assert not set(claims).isdisjoint((True, None)), (job_id, claims)
    operation = {"run": "start"}.get(call, call)
    assert not barrier.broken and len(dli.requests.find(call)) == CONTROLLERS
    changes = [entry.job_id for entry in dli.ledger.find(operation=operation, accepted=True)]
    assert sorted(changes) == sorted(JOBS)
