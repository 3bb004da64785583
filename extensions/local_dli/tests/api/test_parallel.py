# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Many clients at once: the ledger stays true."""

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


def test_of_twenty_starts_exactly_one_is_accepted(dli: LocalDli, monkeypatch: pytest.MonkeyPatch) -> None:
    def slow(text: str) -> Any:
        # Between looking at the status and changing it, so that without the lock all of them would get through.
        time.sleep(0.005)
        return syntax_error(text)

    syntax_error = sql.syntax_error
    monkeypatch.setattr(sql, "syntax_error", slow)
    gate = threading.Barrier(CLIENTS)
    headers = {"X-Auth-Token": dli.token()}
    url = f"{dli.url}/v1.0/{dli.project_id}/streaming/jobs/run"

    def start(_number: int) -> int:
        gate.wait()
        return requests.post(url, json={"job_ids": [131]}, headers=headers, timeout=30).status_code

    with ThreadPoolExecutor(CLIENTS) as pool:
        answers = sorted(pool.map(start, range(CLIENTS)))
    assert answers == [200] + [400] * (CLIENTS - 1)
    assert len(dli.ledger.starts(131)) == 1
    assert len(dli.ledger.of("start", 131, accepted=False)) == CLIENTS - 1
    assert dli.requests.connections("run") == CLIENTS


def test_jobs_created_at_once_have_ids_of_their_own(dli: LocalDli) -> None:
    headers = {"X-Auth-Token": dli.token()}
    url = f"{dli.url}/v1.0/{dli.project_id}/streaming/sql-jobs"

    def create(number: int) -> int:
        return int(requests.post(url, json={"name": f"n{number}"}, headers=headers, timeout=30).json()["job"]["job_id"])

    with ThreadPoolExecutor(CLIENTS) as pool:
        ids = list(pool.map(create, range(CLIENTS)))
    assert len(set(ids)) == CLIENTS
