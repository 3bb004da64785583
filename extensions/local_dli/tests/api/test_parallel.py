# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Concurrent clients: the ledger stays consistent."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests
from local_dli import LocalDli
from local_dli.model import sql

CLIENTS = 20


def test_one_of_twenty_concurrent_starts_is_accepted(dli: LocalDli, monkeypatch: pytest.MonkeyPatch) -> None:
    def slow(text: str) -> Any:
        # Called between the read and the change of the status. Without the lock, all starts would be accepted.
        time.sleep(0.005)
        return syntax_error(text)

    syntax_error = sql.syntax_error
    monkeypatch.setattr(sql, "syntax_error", slow)
    barrier = threading.Barrier(CLIENTS)
    headers = {"X-Auth-Token": dli.token()}
    url = f"{dli.url}/v1.0/{dli.project_id}/streaming/jobs/run"

    def start(_number: int) -> int:
        barrier.wait()
        return requests.post(url, json={"job_ids": [131]}, headers=headers, timeout=30).status_code

    with ThreadPoolExecutor(CLIENTS) as pool:
        responses = sorted(pool.map(start, range(CLIENTS)))
    assert responses == [200] + [400] * (CLIENTS - 1)
    assert len(dli.ledger.starts(131)) == 1
    assert len(dli.ledger.find("start", 131, accepted=False)) == CLIENTS - 1
    assert dli.requests.connections("run") == CLIENTS


def test_jobs_created_concurrently_have_unique_ids(dli: LocalDli) -> None:
    headers = {"X-Auth-Token": dli.token()}
    url = f"{dli.url}/v1.0/{dli.project_id}/streaming/sql-jobs"

    def create(number: int) -> int:
        return int(requests.post(url, json={"name": f"n{number}"}, headers=headers, timeout=30).json()["job"]["job_id"])

    with ThreadPoolExecutor(CLIENTS) as pool:
        ids = list(pool.map(create, range(CLIENTS)))
    assert len(set(ids)) == CLIENTS
