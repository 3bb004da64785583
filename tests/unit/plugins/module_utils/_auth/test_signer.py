# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The signature compared with the signer of the vendor (signing-vectors.json), and each rule of dli-api.md 5.2."""

from __future__ import annotations

import base64
import datetime
import hashlib
import hmac
import json
import time
from pathlib import Path
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.huaweicloud.cloud.plugins.module_utils._auth.signer import sdk_date, signed_headers
from ansible_collections.huaweicloud.cloud.plugins.module_utils._http.request_response import query_string

VECTORS = json.loads((Path(__file__).parents[3] / "signing-vectors.json").read_text(encoding="utf-8"))["vectors"]
DATE = "20260102T030405Z"
EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def expected(canonical_lines: list[str]) -> str:
    """Sign the lines of a canonical request as documented, independent of the code."""
    digest = hashlib.sha256("\n".join(canonical_lines).encode()).hexdigest()
    return hmac.new(b"SK", f"SDK-HMAC-SHA256\n{DATE}\n{digest}".encode(), hashlib.sha256).hexdigest()


def signature(**changes) -> str:
    request = dict(
        method="GET", path="/", query=[], headers={"X-Sdk-Date": DATE}, body=b"", access_key="AK", secret_key="SK"
    )
    request.update(changes)
    return signed_headers(**request)["Authorization"].rpartition("Signature=")[2]


def test_number_of_vectors():
    assert len(VECTORS) >= 20


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_vector(vector):
    request, message = vector["request"], vector["expected"]
    headers = dict(message["headers_after_signing"])
    authorization = headers.pop("Authorization")
    body = base64.b64decode(request["body_base64"] or "")
    added = signed_headers(
        vector["credentials"]["access_key"],
        vector["credentials"]["secret_key"],
        request["method"],
        request["path"],
        request["query"],
        headers,
        body,
    )
    assert added == {"Authorization": authorization}
    assert query_string(request["query"]) == message["wire_uri"].partition("?")[2]


@pytest.mark.parametrize(
    "path, canonical",
    [
        ("/", "/"),
        ("", "/"),
        ("/a", "/a/"),
        ("/a/", "/a/"),
        ("/a%20b", "/a%20b/"),
        ("/a b", "/a%20b/"),
        ("/a%2Fb", "/a/b/"),  # %2F becomes a separator
        ("/a+b~c", "/a%2Bb~c/"),
        ("/größe", "/gr%C3%B6%C3%9Fe/"),
    ],
)
def test_path_is_decoded_and_encoded_and_ends_with_a_slash(path, canonical):
    assert signature(path=path) == expected(["GET", canonical, "", f"x-sdk-date:{DATE}", "", "x-sdk-date", EMPTY])


@pytest.mark.parametrize(
    "query, encoded",
    [
        ([], ""),
        ([("b", "2"), ("a", "1")], "a=1&b=2"),
        ([("a", "2"), ("a", "1")], "a=1&a=2"),
        ([("a", ["c", "b"]), ("a", "a")], "a=a&a=b&a=c"),
        ([("a", ("y", "x"))], "a=x&a=y"),
        ([("a", "")], "a="),
        ([("a", True), ("b", False)], "a=true&b=false"),
        ([("limit", 100)], "limit=100"),
        ([("n", "a b+c/d=e&f,g")], "n=a%20b%2Bc%2Fd%3De%26f%2Cg"),
        ([("n", "-._~aZ0")], "n=-._~aZ0"),
        ([("n", "*'()!")], "n=%2A%27%28%29%21"),
        ([("é", "流")], "%C3%A9=%E6%B5%81"),
        # Sorted by the raw text; in encoded form, %C3… would precede z.
        ([("é", "1"), ("z", "1")], "z=1&%C3%A9=1"),
    ],
)
def test_query_string(query, encoded):
    assert query_string(query) == encoded


@given(st.lists(st.tuples(st.text(min_size=1), st.text())))
def test_a_query_parsed_from_a_url_encodes_to_the_same_bytes(pairs):
    """The session signs the query of the URL, so the signature must cover the same bytes."""
    wire = query_string(pairs)
    assert query_string(parse_qsl(wire, keep_blank_values=True)) == wire


@pytest.mark.parametrize(
    "headers, lines, names",
    [
        ({}, [], "x-sdk-date"),
        ({"Host": "h"}, ["host:h"], "host;x-sdk-date"),
        ({"HOST": "  h \t"}, ["host:h"], "host;x-sdk-date"),
        ({"B": "1", "a": "2"}, ["a:2", "b:1"], "a;b;x-sdk-date"),
        ({"X_Trace": "1"}, [], "x-sdk-date"),  # proxies remove or change names with an underscore
    ],
)
def test_headers(headers, lines, names):
    canonical = ["GET", "/", "", *lines, f"x-sdk-date:{DATE}", "", names, EMPTY]
    assert signature(headers={**headers, "X-Sdk-Date": DATE}) == expected(canonical)
    added = signed_headers("AK", "SK", "GET", "/", [], {**headers, "X-Sdk-Date": DATE}, b"")
    assert f" SignedHeaders={names}, " in added["Authorization"]


def test_method_is_upper_case():
    assert signature(method="post") == signature(method="POST") != signature(method="GET")


@pytest.mark.parametrize("body", [b"{}", b" {}", "größe".encode()])
def test_payload_is_hashed_byte_by_byte(body):
    digest = hashlib.sha256(body).hexdigest()
    assert signature(body=body) == expected(["GET", "/", "", f"x-sdk-date:{DATE}", "", "x-sdk-date", digest])


def test_payload_hash_in_a_header_is_used_unchanged():
    headers = {"X-Sdk-Date": DATE, "X-Sdk-Content-Sha256": "UNSIGNED-PAYLOAD"}
    lines = ["x-sdk-content-sha256:UNSIGNED-PAYLOAD", f"x-sdk-date:{DATE}", "", "x-sdk-content-sha256;x-sdk-date"]
    assert signature(headers=headers, body=b"abc") == expected(["GET", "/", "", *lines, "UNSIGNED-PAYLOAD"])


@pytest.mark.parametrize("hours, text", [(0, "20260102T030405Z"), (8, "20260101T190405Z"), (-5, "20260102T080405Z")])
def test_date_is_utc(hours, text):
    zone = datetime.timezone(datetime.timedelta(hours=hours))
    assert sdk_date(datetime.datetime(2026, 1, 2, 3, 4, 5, 999999, tzinfo=zone)) == text


def test_date_does_not_depend_on_the_time_zone_of_the_machine(monkeypatch):
    try:
        with monkeypatch.context() as patch:
            patch.setenv("TZ", "UTC-8")
            time.tzset()
            assert sdk_date(datetime.datetime(2026, 1, 2, 3, 4, 5, tzinfo=datetime.timezone.utc)) == DATE
    finally:
        time.tzset()
