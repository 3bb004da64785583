# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Messages for unusable responses: the request, the response and the remedy (dli-api.md 4.1)."""

from __future__ import annotations

import json

import pytest

from ansible_collections.huaweicloud.cloud.plugins.module_utils._auth.iam_client import IAM, IAM_AGENCY, IAM_TOKEN
from ansible_collections.huaweicloud.cloud.plugins.module_utils._dli.remedies import DLI
from ansible_collections.huaweicloud.cloud.plugins.module_utils._errors import ServiceError
from ansible_collections.huaweicloud.cloud.plugins.module_utils._http.errors import Remedies, api_error, error_parts
from ansible_collections.huaweicloud.cloud.plugins.module_utils._http.request_response import ApiResponse, parse_json
from ansible_collections.huaweicloud.cloud.plugins.module_utils._result import one_line

URL = "https://dli.example.test"


def response(status, value=None, text=None, request_id=None, content_type=None):
    headers = {"content-type": content_type} if content_type else {}
    if text is None:
        return ApiResponse(status, value, True, json.dumps(value), request_id, headers)
    return ApiResponse(status, None, False, text, request_id, headers)


@pytest.mark.parametrize(
    "value, code, text",
    [
        ({"error_code": "DLI.16001", "error_msg": "no such job"}, "DLI.16001", "no such job"),
        ({"error_msg": "bad", "error_code": "APIGW.0301", "request_id": "r"}, "APIGW.0301", "bad"),
        ({"error_code": "DLI.0001"}, "DLI.0001", ""),
        ({"error_code": 7, "error_msg": None}, "7", ""),
        ({"error": {"code": "IAM.0101", "message": "Bad token", "title": "Unauthorized"}}, "IAM.0101", "Bad token"),
        ({"error": {"code": 401, "message": "Bad token", "title": "Unauthorized"}}, "401", "Bad token"),
        # IAM repeats the HTTP status
        ({"error": {"code": 500, "message": "Bad token", "title": "Unauthorized"}}, None, "Bad token"),
        ({"error": {"code": "500", "message": "Bad token"}}, None, "Bad token"),
        ({"code": 500, "message": "m"}, None, "m"),
        ({"errorCode": "X.1", "errorMsg": "m"}, "X.1", "m"),
        ({"code": "X.2", "message": "m"}, "X.2", "m"),
        ({"error_code": "A", "code": "B", "message": "m"}, "A", ""),
        ({"error_code": None, "code": "B", "message": "m"}, "B", "m"),
        ({"is_success": False, "message": "two\n lines"}, None, "two lines"),
        ({"error": "text"}, None, ""),
        ({}, None, ""),
        ([{"error_code": "DLI.13007"}], None, '[{"error_code": "DLI.13007"}]'),
        ("größe", None, '"größe"'),
        (None, None, "null"),
    ],
)
def test_code_and_text_in_every_shape(value, code, text):
    """dli-api.md 4.1."""
    assert error_parts(response(500, value)) == (code, text)


@pytest.mark.parametrize(
    "text, message",
    [("<html>", "the response is not JSON"), ("", "the response is empty"), (" \n", "the response is empty")],
)
def test_a_response_that_is_not_json_is_not_quoted(text, message):
    assert error_parts(response(502, text=text)) == (None, message)


@pytest.mark.parametrize(
    "given, start",
    [
        (
            response(401, {"error_code": "APIGW.0301", "error_msg": "verify aksk signature fail"}, request_id="r1"),
            "Could not list the jobs: HTTP 401 APIGW.0301 (verify aksk signature fail) from https://dli.example.test, "
            "request ID r1. The secret key does not match the access key, or ",
        ),
        (
            response(401, {"error": {"code": 401, "message": "Bad token", "title": "Unauthorized"}}),
            "Could not list the jobs: HTTP 401 (Bad token) from https://dli.example.test. "
            "Check the access key and secret key, or the token. ",
        ),
        (
            response(403, {"error": {"code": 403, "message": "no", "title": "Forbidden"}}),
            "Could not list the jobs: HTTP 403 (no) from https://dli.example.test. Grant the IAM permission that "
            "this call requires to the user of these credentials, and check project_id.",
        ),
        (
            response(404, {"error_code": "APIG.0101", "error_msg": "not published"}),
            "Could not list the jobs: HTTP 404 APIG.0101 (not published) from https://dli.example.test. This address does "
            "not provide the DLI streaming job API. Check region, cloud and endpoint.",
        ),
        (
            response(502, text="{"),
            "Could not list the jobs: HTTP 502 (the response is not JSON) from https://dli.example.test. Try again later. ",
        ),
        (
            response(200, text="{"),
            "Could not list the jobs: HTTP 200 (the response is not JSON) from https://dli.example.test. A server other "
            "than DLI may have responded. Check endpoint and proxy.",
        ),
        (
            response(200, {"job_list": None}),
            "Could not list the jobs: HTTP 200 (the response does not match the API documentation) from "
            "https://dli.example.test. A server other than DLI may have responded. Check endpoint and proxy.",
        ),
        (
            response(200, {"is_success": "false", "message": "Cluster is frozen"}),
            "Could not list the jobs: HTTP 200 (Cluster is frozen) from https://dli.example.test.",
        ),
        (
            response(200, {"is_success": False, "message": ""}),
            "Could not list the jobs: HTTP 200 (the service reports a failure without a reason) from https://dli.example.test.",
        ),
        (response(418, {}), "Could not list the jobs: HTTP 418 from https://dli.example.test."),
    ],
)
def test_the_message_for_an_error_of_the_whole_request(given, start):
    error = api_error("Could not list the jobs", URL, given, DLI)
    assert isinstance(error, ServiceError)
    assert str(error).startswith(start) and str(error).endswith(".") and not str(error).endswith("..")
    assert error.status == given.status
    assert given.request_id is None or given.request_id in str(error)


BLOCKED = "<html><head><title>Blocked</title><style>p {color: red}</style></head><p>Category: cloud&nbsp;&amp; more"
SERVICES = {"DLI": DLI, "IAM": IAM, "IAM for a token": IAM_TOKEN, "IAM for an agency": IAM_AGENCY}


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("status", [200, 201, 400, 401, 403, 404, 407, 429, 500, 502, 503, 504])
@pytest.mark.parametrize(
    "content_type, text, page",
    [
        ("text/html; charset=utf-8", BLOCKED, "content type text/html (Blocked Category: cloud & more)"),
        (None, BLOCKED, "no content type (Blocked Category: cloud & more)"),
        ("TEXT/HTML", "<body></body>", "content type TEXT/HTML (the page contains no text)"),
        ("text/plain", "No access\n(policy 7)", "content type text/plain (No access policy 7)"),
        ("text/html", "<p>" + "x" * 500, f"content type text/html ({'x' * 99}…)"),
        ("application/xml", "<?xml version='1.0'?><Error>\x00\x1bdenied", "content type application/xml (denied)"),
        ("text/html", "<script>if (a < b) {}</script>Sign in", "content type text/html (Sign in)"),
    ],
)
def test_a_page_of_another_server(service, status, content_type, text, page):
    """A firewall or a sign-in page responds: keys, permissions and addresses of the service are not the cause."""
    given = response(status, text=text, content_type=content_type, request_id="r1")
    error = api_error("Could not list the jobs", URL, given, SERVICES[service], "dli:jobs:list")
    cause = f"a server other than the service responded, between this host and {URL} or at this address"
    assert str(error).startswith(f"Could not list the jobs: {cause}: HTTP {status}, {page}, request ID r1. ")
    assert not any(word in str(error) for word in ("permission", "access key", "password", "region", "agency"))
    remedy = "The proxy requires credentials. Check proxy." if status == 407 else "or the network requires a sign-in."
    assert str(error).endswith(remedy) and ("Try again later." in str(error)) == (status >= 500)
    assert (error.status, error.code, error.is_auth_failure) == (status, None, False)


@pytest.mark.parametrize(
    "status, content_type, text",
    [
        (200, "application/json", '{"job_list":'),
        (403, "application/json;charset=utf-8", "<html>"),
        (403, "text/html", " \n"),
        (302, "text/html", "<html>Moved"),
        (403, None, "text"),
    ],
)
def test_a_response_that_is_not_a_page(status, content_type, text):
    error = api_error("Could not list the jobs", URL, response(status, text=text, content_type=content_type), DLI)
    assert str(error).startswith(f"Could not list the jobs: HTTP {status} (") and error.is_auth_failure == (status == 403)


def test_json_with_another_content_type_is_not_a_page():
    given = response(403, {"error_code": "APIGW.0306", "error_msg": "denied"}, content_type="text/html")
    assert api_error("Could not list the jobs", URL, given, DLI).code == "APIGW.0306"


@pytest.mark.parametrize(
    "value, text",
    [(None, ""), ("", ""), (" a\n\tb ", "a b"), (7, "7"), ("x" * 300, "x" * 300), ("x" * 301, "x" * 299 + "…")],
)
def test_one_line(value, text):
    assert one_line(value) == text


@pytest.mark.parametrize("code", ["DLI.0003", "APIGW.0302", "APIGW.0306", "APIG.0302", None, "DLI.99999"])
def test_the_message_contains_the_missing_permission(code):
    given = response(403, {"error_code": code, "error_msg": "no"} if code else {})
    error = api_error("Could not list the jobs", URL, given, DLI, "dli:jobs:list")
    assert ". Grant the IAM permission dli:jobs:list to the user of these credentials" in str(error)
    assert "dli:jobs:list" not in str(api_error("Could not list the jobs", URL, response(404, {}), DLI, "dli:jobs:list"))


@pytest.mark.parametrize(
    "status, message",
    [
        (401, ". Wait."),
        (403, ". Grant the IAM permission x to the user of these credentials, and "),
        (400, ". Check the options."),
    ],
)
def test_a_service_can_override_the_remedy_of_a_status(status, message):
    given = response(
        status, {"error_code": "APIGW.0301" if status == 401 else "X.1", "error_msg": "verify aksk signature fail"}
    )
    error = api_error("Could not authenticate", URL, given, Remedies(overrides={401: "Wait."}), "x")
    assert message in str(error) and "lock the access key" not in str(error)


def test_the_message_contains_the_clock_difference_for_rejected_signatures():
    given = response(401, {"error_code": "APIGW.0301", "error_msg": "verify aksk signature fail"})
    message = (
        ". The clock of the host that runs the module is 23 minutes ahead of the clock of the service (limit: 15 minutes)."
        " Correct the clock."
    )
    assert str(api_error("Could not list the jobs", URL, given._replace(clock_ahead=23 * 60.0))).endswith(message)


@pytest.mark.parametrize(
    "body, parsed",
    [
        (b"{}", ({}, True)),
        (b"null", (None, True)),
        ('"größe"'.encode(), ("größe", True)),
        (b"", (None, False)),
        (b"<html>", (None, False)),
        (b"\xff", (None, False)),
        (b"[" * 100_000, (None, False)),
    ],
)
def test_parse(body, parsed):
    assert parse_json(body) == parsed
