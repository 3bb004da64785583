# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The control endpoints under ``/_local/``."""

from __future__ import annotations

import json
from typing import Any

import pytest
from support import Api
from werkzeug.test import Client


def control(api: Api, method: str, path: str, body: Any = None) -> tuple[int, Any]:
    data = None if body is None else json.dumps(body)
    response = Client(api.dli.wsgi).open(f"/_local{path}", method=method, data=data)
    return response.status_code, json.loads(response.get_data())


def test_control(api: Api) -> None:
    assert control(api, "POST", "/jobs", [{"job_id": 7, "sql_body": "INSERT INTO t SELECT 1"}]) == (
        200,
        {"job_ids": [7]},
    )
    assert control(api, "POST", "/settings", {"active_code": "DLI.1"})[1]["active_code"] == "DLI.1"
    control(
        api, "POST", "/faults", [{"kind": "status", "status": 503}, {"kind": "other_client", "action": "start", "job_ids": [7]}]
    )
    assert api.call("GET", "/jobs")[0] == 503
    assert control(api, "DELETE", "/faults") == (200, [])
    entries = control(api, "GET", "/ledger")[1]
    assert [(item["actor"], item["operation"], item["job_id"]) for item in entries] == [("other_client", "start", 7)]
    assert [item["call"] for item in control(api, "GET", "/requests")[1]] == ["list"]
    control(api, "POST", "/other_client", {"action": "force", "job_ids": [7], "fields": {"status": "job_idle"}})
    assert {item["job_id"]: item["status"] for item in control(api, "GET", "/jobs")[1]}[7] == "job_idle"
    assert control(api, "POST", "/clock", {"offset": 1200, "advance": 5})[1]["offset"] == 1200
    control(api, "POST", "/reset")
    assert 7 not in api.dli.jobs
    assert api.dli.settings.active_code == "DLI.13099"
    assert control(api, "GET", "/ledger") == (200, [])


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/faults", {"kind": "nope"}),
        ("/faults", {"kind": "hang", "call": "nope"}),
        ("/faults", {"kind": "hang", "more": 1}),
        ("/faults", {"kind": "redirect"}),
        ("/faults", {"kind": "other_client"}),
        ("/faults", {"call": "run"}),
        ("/settings", {"nope": 1}),
        ("/settings", {"accept_lag": "1"}),
        ("/settings", []),
        ("/jobs", [{"job_id": 131}]),
        ("/jobs", [{"name": "x"}]),
        ("/other_client", {"action": "force", "job_ids": [131], "fields": {"status": "x"}}),
    ],
)
def test_invalid_control_requests(api: Api, path: str, body: Any) -> None:
    status, response = control(api, "POST", path, body)
    assert (status, list(response)) == (400, ["error"])
    assert response["error"].endswith(".")
