# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Parsing the response to a batch (dli-api.md 0.1, 1.3, 4)."""

from __future__ import annotations

import json

import pytest

from ansible_collections.huaweicloud.cloud.plugins.module_utils._dli.batch_response import (
    BatchResponse,
    ItemResponse,
    parse_batch_response,
    parse_item,
)
from ansible_collections.huaweicloud.cloud.plugins.module_utils._dli.remedies import DLI
from ansible_collections.huaweicloud.cloud.plugins.module_utils._errors import NotDelivered, ServiceError
from ansible_collections.huaweicloud.cloud.plugins.module_utils._http.client import ApiClient
from ansible_collections.huaweicloud.cloud.plugins.module_utils._http.request_response import ApiResponse

YES = {"is_success": "true", "message": "The request for submitting DLI jobs is successfully delivered."}
NO = {"error_code": "DLI.13017", "error_msg": "no savepoint"}


def response(status, value=None, text=None):
    if text is None:
        return ApiResponse(status, value, True, json.dumps(value), "r1")
    return ApiResponse(status, None, False, text, "r1")


def parse(given, sent):
    client = ApiClient(None, "https://dli.test", None, 60, 0)
    error = client.error("start jobs", given, DLI, "dli:jobs:startFlinkJob")
    return parse_batch_response(given, sent, lambda: error, lambda: client.unclear("start jobs", given, DLI))


@pytest.mark.parametrize(
    "item, element",
    [
        # is_success is documented as a boolean and sent as a text (0.1-4)
        ({"is_success": "true"}, ItemResponse(True)),
        ({"is_success": True}, ItemResponse(True)),
        ({"is_success": "True", "message": " two\n lines "}, ItemResponse(True, None, "two lines")),
        ({"is_success": "false", "message": "m"}, ItemResponse(False, None, "m")),
        ({"is_success": False}, ItemResponse(False)),
        # a refusal has no is_success (0.1-2)
        (NO, ItemResponse(False, "DLI.13017", "no savepoint")),
        ({"error_code": "DLI.13024"}, ItemResponse(False, "DLI.13024")),
        ({"error_code": 13024, "message": "m"}, ItemResponse(False, "13024", "m")),
        # an error of the service is not a refusal (4.2, 4.3)
        ({"error_code": "DLI.0019", "error_msg": "timeout"}, ItemResponse(None, "DLI.0019", "timeout")),
        ({"error_code": "DLI.0999"}, ItemResponse(None, "DLI.0999")),
        ({"error_code": "DLI.10001", "error_msg": "internal"}, ItemResponse(None, "DLI.10001", "internal")),
        ({**NO, "is_success": "false"}, ItemResponse(False, "DLI.13017", "no savepoint")),
        ({**NO, "is_success": "true"}, ItemResponse(False, "DLI.13017", "no savepoint")),
        # null, empty and absent are the same
        ({"is_success": "true", "error_code": None, "error_msg": None}, ItemResponse(True)),
        ({"is_success": "true", "error_code": "", "error_msg": ""}, ItemResponse(True)),
        ({"is_success": "false", "error_code": ""}, ItemResponse(False)),
        ({"error_code": "", "error_msg": "m"}, ItemResponse(None)),
        # neither accepted nor refused
        ({}, ItemResponse(None)),
        ({"message": "m"}, ItemResponse(None, None, "m")),
        ({"is_success": "maybe"}, ItemResponse(None)),
        ({"is_success": None}, ItemResponse(None)),
        ({"is_success": 1}, ItemResponse(None)),
        # not an object
        (None, ItemResponse(None, None, "null")),
        ("größe", ItemResponse(None, None, '"größe"')),
        ([True], ItemResponse(None, None, "[true]")),
    ],
)
def test_element(item, element):
    assert parse_item(item) == element


@pytest.mark.parametrize(
    "extra, text",
    [
        (None, "syntax error"),
        ({}, "syntax error"),
        ("", "syntax error"),
        ({"message": {"start": [1, 0], "text": "expecting {"}}, "syntax error [line 1, column 0: expecting {]"),
        ('{"message": {"start": [3, 7], "text": "x"}}', "syntax error [line 3, column 7: x]"),
        ({"start": [2, 5], "text": "x"}, "syntax error [line 2, column 5: x]"),
        ({"message": {"start": [4], "text": "x"}}, "syntax error [line 4: x]"),
        ({"message": {"start": [5, 6, 7], "text": "x"}}, "syntax error [line 5, column 6: x]"),
        ({"error": "größe"}, 'syntax error [{"error": "größe"}]'),
        ({"message": {"start": "1", "text": "x"}}, 'syntax error [{"start": "1", "text": "x"}]'),
        ({"message": "plain text"}, "syntax error [plain text]"),
        ({"error": "NoSuchElementException: None.get"}, 'syntax error [{"error": "NoSuchElementException: None.get"}]'),
        ("no JSON", "syntax error [no JSON]"),
        ('"größe"', "syntax error [größe]"),
        ([1, 2], "syntax error [[1, 2]]"),
    ],
)
def test_position_of_an_sql_error(extra, text):
    """error_json_opt is an object in the definition and a text in an older SDK (1.3, 4.1)."""
    item = {"error_code": "DLI.13005", "error_msg": "syntax error", "error_json_opt": extra}
    assert parse_item(item) == ItemResponse(False, "DLI.13005", text)


def test_long_text_is_truncated():
    item = {"error_code": "DLI.13005", "error_msg": "x" * 1000, "error_json_opt": {"message": "y" * 1000}}
    assert len(parse_item(item).text) <= 300


@pytest.mark.parametrize("status", [200, 400])
@pytest.mark.parametrize("items", [[], [YES], [NO], [YES, NO, YES], [YES, {"is_success": False}]])
def test_array_contains_one_element_per_job(status, items):
    """A 400 may contain successes (0.1-1)."""
    assert parse(response(status, items), 3) == BatchResponse(elements=tuple(map(parse_item, items)))


def test_published_example():
    value = [
        {"error_code": "DLI.13007", "error_msg": "作业id不存在"},
        {"is_success": "true", "message": "作业提交请求下发成功"},
        {"error_code": "DLI.13017", "error_msg": "作业保存点或checkpoint不存在"},
        {
            "error_code": "DLI.13005",
            "error_json_opt": {
                "message": {"start": [1, 0], "text": "mismatched input 'select' expecting {CREATE, INSERT}"}
            },
            "error_msg": "SQL语法错误",
        },
    ]
    assert parse(response(400, value), 4).elements == (
        ItemResponse(False, "DLI.13007", "作业id不存在"),
        ItemResponse(True, None, "作业提交请求下发成功"),
        ItemResponse(False, "DLI.13017", "作业保存点或checkpoint不存在"),
        ItemResponse(False, "DLI.13005", "SQL语法错误 [line 1, column 0: mismatched input 'select' expecting {CREATE, INSERT}]"),
    )


@pytest.mark.parametrize("status", [200, 400])
@pytest.mark.parametrize("value", [YES, NO, {"is_success": "false"}, {"error_code": "APIGW.0201"}])
def test_object_is_the_element_of_a_single_job(status, value):
    """Schema and example disagree on whether it is an array (1.3); older sites send a bare object (6)."""
    assert parse(response(status, value), 1) == BatchResponse(elements=(parse_item(value),))


@pytest.mark.parametrize("status", [200, 400])
@pytest.mark.parametrize(
    "items, message",
    [
        ([YES, {}], "an empty item"),
        ([{"message": "hm"}], "(hm)"),
        ([None, YES], "(null)"),
        ([YES, {"error_code": "DLI.0999", "error_msg": "server error"}], "DLI.0999 (server error)"),
    ],
)
def test_undecided_element_makes_the_outcome_unknown(status, items, message):
    assert parse(response(status, items), 2) == BatchResponse(
        indeterminate=f"The response neither accepts nor refuses the request: {message}."
    )


ELEMENT, REFUSED, UNCLEAR = "element", "refused", "unclear"


@pytest.mark.parametrize("status", [200, 400])
@pytest.mark.parametrize(
    "value, meaning",
    [
        (YES, ELEMENT),
        (NO, ELEMENT),
        ({"is_success": "false", "message": "m"}, ELEMENT),
        ({"error_code": "APIGW.0201", "error_msg": "m"}, REFUSED),
        ({"error_code": "APIG.0201", "error_msg": "m"}, REFUSED),
        ({"error_code": "DLI.0001", "error_msg": "m"}, REFUSED),
        ({"error_code": "DLI.0019", "error_msg": "m"}, UNCLEAR),
        ({"error_code": "DLI.0999", "error_msg": "m"}, UNCLEAR),
        ({"message": "m"}, UNCLEAR),
        ({}, UNCLEAR),
    ],
)
def test_object_for_several_jobs(status, value, meaning):
    """A code of five digits applies to one job (4.2). Other codes apply to the request (4.3, 4.4)."""
    batch = parse(response(status, value), 2)
    if meaning == ELEMENT:
        assert batch == BatchResponse(elements=(parse_item(value),))
    elif meaning == REFUSED:
        assert isinstance(batch.refusal, ServiceError) and batch.refusal.code == value["error_code"]
        assert batch == BatchResponse(refusal=batch.refusal)
    else:
        assert batch.indeterminate and batch == BatchResponse(indeterminate=batch.indeterminate)


@pytest.mark.parametrize("status", [401, 403, 404, 405, 407, 411, 413, 414, 415, 429, 431, 494])
@pytest.mark.parametrize("value", [{"error_code": "APIGW.0301", "error_msg": "m"}, [YES], None])
def test_request_rejected_as_a_whole(status, value):
    """Gateway and service respond with these before anything is carried out (4.3, 4.4)."""
    batch = parse(response(status, value), 2)
    assert isinstance(batch.refusal, ServiceError) and batch.refusal.status == status
    assert not batch.elements and batch.indeterminate is None


@pytest.mark.parametrize("sent", [1, 2])
@pytest.mark.parametrize(
    "given",
    [
        response(500, {"error_code": "DLI.0999"}),
        response(500, [YES]),
        response(502, text="<html>"),
        response(503, {"error_code": "APIGW.0613"}),
        response(504, {"error_code": "APIGW.0201", "error_msg": "Backend timeout."}),
        response(408, {}),
        response(302, text=""),
        response(204, text=""),
        response(201, [YES]),
        response(200, text="<html>"),
        response(200, text=""),
        response(400, text="<html>"),
        response(200, "text"),
        response(200, None),
        response(400, 7),
    ],
)
def test_any_other_response_makes_the_outcome_unknown(given, sent):
    batch = parse(given, sent)
    assert batch.indeterminate is not None
    assert batch.indeterminate.startswith("The request to start jobs received an unclear response: ")
    assert f"HTTP {given.status}" in batch.indeterminate
    assert not batch.elements and batch.refusal is None


@pytest.mark.parametrize(
    "given, is_too_large",
    [
        (response(413, {"error_code": "APIGW.0201", "error_msg": "Request entity too large."}), True),
        (response(413, text=""), True),
        (response(400, {"error_code": "DLI.0001"}), True),
        (response(400, {"error_code": "APIGW.0201"}), False),
        (response(401, {"error_code": "APIGW.0301"}), False),
        (response(429, {"error_code": "APIGW.0308"}), False),
        (response(400, [NO]), False),
        (response(500, {}), False),
    ],
)
def test_errors_that_a_smaller_batch_may_avoid(given, is_too_large):
    assert parse(given, 2).is_too_large is is_too_large


def test_request_that_was_not_delivered_is_not_too_large():
    assert BatchResponse(refusal=NotDelivered("no route")).is_too_large is False


@pytest.mark.parametrize("value", [{"error_code": "DLI.0003", "error_msg": "no"}, {"error_code": "APIGW.0306"}, {}, []])
def test_refusal_contains_the_missing_permission(value):
    """dli-api.md 1.2."""
    assert "Grant the IAM permission dli:jobs:startFlinkJob" in str(parse(response(403, value), 2).refusal)
