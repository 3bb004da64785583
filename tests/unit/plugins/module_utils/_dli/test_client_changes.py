# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Requests that change one job, and the responses after which the outcome is unknown (dli-api.md 1.9, 1.10, 4)."""

from __future__ import annotations

import json

import pytest

from ansible_collections.huaweicloud.cloud.plugins.module_utils._dli.job import JAR, SQL
from ansible_collections.huaweicloud.cloud.plugins.module_utils._errors import NotDelivered, ResponseLost, ServiceError

from .test_client import over, service

CREATED = {"is_success": "true", "message": "", "job": {"job_id": 148, "status_name": "job_init", "status_desc": ""}}
UPDATED = {"is_success": True, "message": "", "job": {"update_time": 1578905682534}}
BASE = "https://dli.test"


@pytest.mark.parametrize("kind", [SQL, JAR])
@pytest.mark.parametrize("is_success", ["true", True, "True"])
def test_create(kind, is_success):
    dli, sender = service(200, {**CREATED, "is_success": is_success})
    assert dli.create_job(kind, {"name": "a"}) == 148
    (request,) = sender.requests
    assert (request.method, request.url) == ("POST", f"{BASE}/v1.0/p1/streaming/{kind}")
    assert json.loads(request.body) == {"name": "a"}


def test_update():
    dli, sender = service(200, UPDATED)
    dli.update_job(JAR, 7, {"desc": "d"})
    (request,) = sender.requests
    assert (request.method, request.url) == ("PUT", f"{BASE}/v1.0/p1/streaming/flink-jobs/7")
    assert json.loads(request.body) == {"desc": "d"}


@pytest.mark.parametrize("action", ["create", "delete"])
def test_change_tags(action):
    dli, sender = service(204, body=b"")
    dli.change_tags(7, action, {"k": "v"})
    (request,) = sender.requests
    assert (request.method, request.url) == ("POST", f"{BASE}/v3/p1/dli_flink_job/7/tags/{action}")
    assert json.loads(request.body) == {"tags": [{"key": "k", "value": "v"}]}


REFUSALS = [
    (400, {"error_code": "DLI.11032", "error_msg": "no"}, "DLI.11032"),
    (400, {"message": "no"}, None),
    (200, {"is_success": "false", "message": "no"}, None),
    (200, {"is_success": False, "message": "no"}, None),
    (200, {"error_code": "DLI.11016", "error_msg": "no"}, "DLI.11016"),
    (403, {"error_code": "APIGW.0302", "error_msg": "no"}, "APIGW.0302"),
    (413, None, None),
    (404, {"error_code": "APIGW.0101", "error_msg": "no"}, "APIGW.0101"),
]


@pytest.mark.parametrize(("status", "value", "code"), REFUSALS)
def test_refusals(status, value, code):
    dli, sender = service(status, value)
    with pytest.raises(ServiceError) as caught:
        dli.create_job(SQL, {"name": "a"})
    assert caught.value.code == code and len(sender.requests) == 1


@pytest.mark.parametrize(
    ("status", "value"),
    [
        (500, {"error_code": "DLI.0999", "error_msg": "no"}),
        (502, None),
        (504, None),
        (302, None),
        (200, None),
        (200, [CREATED]),
        (200, {**CREATED, "is_success": ["true"]}),
        (200, {**CREATED, "is_success": None}),
        (200, {"is_success": "true"}),
        (200, {"is_success": "true", "job": {"job_id": "<148>"}}),
        (200, {"is_success": "true", "job": None}),
        (400, {"error_code": "DLI.10001", "error_msg": "internal"}),
        (400, {"error_code": "DLI.0019", "error_msg": "timeout"}),
        (400, ["x"]),
    ],
)
def test_responses_that_make_the_outcome_unknown(status, value):
    """The request is not sent again."""
    dli, sender = service(status, value)
    with pytest.raises(ResponseLost):
        dli.create_job(SQL, {"name": "a"})
    assert len(sender.requests) == 1


@pytest.mark.parametrize("error", [ResponseLost("reset"), NotDelivered("refused")])
def test_connection_errors(error):
    dli, _sender = over(error)
    with pytest.raises(type(error)):
        dli.update_job(SQL, 7, {"desc": "d"})
