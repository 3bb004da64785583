# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What the service says to a batch (dli-api.md 0.1, 1.3, 4)."""

from __future__ import annotations

import json

import pytest

from ansible_collections.huaweicloud.cloud.plugins.module_utils._dli.batch_response import (
    BatchResponse,
    ItemResponse,
    parse_batch_response,
    parse_item,
)
from ansible_collections.huaweicloud.cloud.plugins.module_utils._dli.error_codes import DLI
from ansible_collections.huaweicloud.cloud.plugins.module_utils._errors import NotDelivered, ServiceError
from ansible_collections.huaweicloud.cloud.plugins.module_utils._http.errors import api_error
from ansible_collections.huaweicloud.cloud.plugins.module_utils._http.request_response import ApiResponse

YES = {"is_success": "true", "message": "The request for submitting DLI jobs is successfully delivered."}
NO = {"error_code": "DLI.13017", "error_msg": "no savepoint"}


def answer(status, value=None, text=None):
    if text is None:
        return ApiResponse(status, value, True, json.dumps(value), "r1")
    return ApiResponse(status, None, False, text, "r1")


def read(given, sent):
    return parse_batch_response(given, sent, api_error("start jobs", "https://dli.test", given, DLI, "dli:jobs:startFlinkJob"))


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
        # something broke on the way: no refusal (4.2, 4.3)
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
        # says neither
        ({}, ItemResponse(None)),
        ({"message": "m"}, ItemResponse(None, None, "m")),
        ({"is_success": "maybe"}, ItemResponse(None)),
        ({"is_success": None}, ItemResponse(None)),
        ({"is_success": 1}, ItemResponse(None)),
        # no object
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
        ({"message": {"start": "1", "text": "x"}}, 'syntax error [{"start": "1", "text": "x"}]'),
        ({"message": "just words"}, "syntax error [just words]"),
        ({"error": "NoSuchElementException: None.get"}, 'syntax error [{"error": "NoSuchElementException: None.get"}]'),
        ("no JSON", "syntax error [no JSON]"),
        ('"größe"', "syntax error [größe]"),
        ([1, 2], "syntax error [[1, 2]]"),
    ],
)
def test_the_position_of_an_sql_error(extra, text):
    """error_json_opt is an object in the definition and a text in an older SDK (1.3, 4.1)."""
    item = {"error_code": "DLI.13005", "error_msg": "syntax error", "error_json_opt": extra}
    assert parse_item(item) == ItemResponse(False, "DLI.13005", text)


def test_a_long_text_is_cut():
    item = {"error_code": "DLI.13005", "error_msg": "x" * 1000, "error_json_opt": {"message": "y" * 1000}}
    assert len(parse_item(item).text) <= 300


@pytest.mark.parametrize("status", [200, 400])
@pytest.mark.parametrize("items", [[], [YES], [NO], [YES, NO, YES], [YES, {"is_success": False}]])
def test_an_array_holds_elements(status, items):
    """A 400 may hold successes (0.1-1)."""
    assert read(answer(status, items), 3) == BatchResponse(elements=tuple(map(parse_item, items)))


def test_the_published_example():
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
    assert read(answer(400, value), 4).elements == (
        ItemResponse(False, "DLI.13007", "作业id不存在"),
        ItemResponse(True, None, "作业提交请求下发成功"),
        ItemResponse(False, "DLI.13017", "作业保存点或checkpoint不存在"),
        ItemResponse(False, "DLI.13005", "SQL语法错误 [line 1, column 0: mismatched input 'select' expecting {CREATE, INSERT}]"),
    )


@pytest.mark.parametrize("status", [200, 400])
@pytest.mark.parametrize("value", [YES, NO, {"is_success": "false"}, {"error_code": "APIGW.0201"}])
def test_an_object_for_one_job_is_its_element(status, value):
    """Schema and example disagree on whether it is an array (1.3); older sites send a bare object (6)."""
    assert read(answer(status, value), 1) == BatchResponse(elements=(parse_item(value),))


@pytest.mark.parametrize("status", [200, 400])
@pytest.mark.parametrize(
    "items, message",
    [
        ([YES, {}], "an empty element"),
        ([{"message": "hm"}], "hm"),
        ([None, YES], "null"),
        ([YES, {"error_code": "DLI.0999", "error_msg": "server error"}], "DLI.0999 server error"),
    ],
)
def test_an_element_that_says_neither_leaves_all_open(status, items, message):
    assert read(answer(status, items), 2) == BatchResponse(
        indeterminate=f"the service neither accepted nor refused it: {message}"
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
def test_an_object_for_several_jobs(status, value, meaning):
    """A code of five digits is about one job (4.2); of the gateway, or of four digits, about the request (4.3, 4.4)."""
    batch = read(answer(status, value), 2)
    if meaning == ELEMENT:
        assert batch == BatchResponse(elements=(parse_item(value),))
    elif meaning == REFUSED:
        assert isinstance(batch.refusal, ServiceError) and batch.refusal.code == value["error_code"]
        assert batch == BatchResponse(refusal=batch.refusal)
    else:
        assert batch.indeterminate and batch == BatchResponse(indeterminate=batch.indeterminate)


@pytest.mark.parametrize("status", [401, 403, 404, 405, 407, 411, 413, 414, 415, 429, 431, 494])
@pytest.mark.parametrize("value", [{"error_code": "APIGW.0301", "error_msg": "m"}, [YES], None])
def test_turned_away(status, value):
    """Gateway or service look at these before they carry anything out (4.3, 4.4)."""
    batch = read(answer(status, value), 2)
    assert isinstance(batch.refusal, ServiceError) and batch.refusal.status == status
    assert not batch.elements and batch.indeterminate is None


@pytest.mark.parametrize("sent", [1, 2])
@pytest.mark.parametrize(
    "given",
    [
        answer(500, {"error_code": "DLI.0999"}),
        answer(500, [YES]),
        answer(502, text="<html>"),
        answer(503, {"error_code": "APIGW.0613"}),
        answer(504, {"error_code": "APIGW.0201", "error_msg": "Backend timeout."}),
        answer(408, {}),
        answer(302, text=""),
        answer(204, text=""),
        answer(201, [YES]),
        answer(200, text="<html>"),
        answer(200, text=""),
        answer(400, text="<html>"),
        answer(200, "text"),
        answer(200, None),
        answer(400, 7),
    ],
)
def test_anything_else_leaves_open_what_happened(given, sent):
    batch = read(given, sent)
    assert batch.indeterminate is not None and batch.indeterminate.startswith(f"Could not start jobs: HTTP {given.status}")
    assert not batch.elements and batch.refusal is None


@pytest.mark.parametrize(
    "given, too_much",
    [
        (answer(413, {"error_code": "APIGW.0201", "error_msg": "Request entity too large."}), True),
        (answer(413, text=""), True),
        (answer(400, {"error_code": "DLI.0001"}), True),
        (answer(400, {"error_code": "APIGW.0201"}), False),
        (answer(401, {"error_code": "APIGW.0301"}), False),
        (answer(429, {"error_code": "APIGW.0308"}), False),
        (answer(400, [NO]), False),
        (answer(500, {}), False),
    ],
)
def test_what_a_smaller_batch_may_mend(given, too_much):
    assert read(given, 2).is_too_large is too_much


def test_what_never_arrived_was_not_too_much():
    assert BatchResponse(refusal=NotDelivered("no route")).is_too_large is False


@pytest.mark.parametrize("value", [{"error_code": "DLI.0003", "error_msg": "no"}, {"error_code": "APIGW.0306"}, {}, []])
def test_a_missing_permission_is_named(value):
    """dli-api.md 1.2."""
    assert "ask for the IAM permission dli:jobs:startFlinkJob" in str(read(answer(403, value), 2).refusal)
