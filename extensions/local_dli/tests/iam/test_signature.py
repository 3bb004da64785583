# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The content of signatures, for each row of dli-api.md 5.2. test_sdk.py tests the signatures of the SDK."""

from __future__ import annotations

import hashlib
import hmac
import time

import pytest
from local_dli.iam.signature import Authorization, canonical_query, canonical_uri, parse_authorization
from support import Api
from werkzeug.test import Client


@pytest.mark.parametrize(
    ("path", "canonical"),
    [
        ("/", "/"),
        ("/a/b", "/a/b/"),
        ("/a/b/", "/a/b/"),
        ("/a%20b", "/a%20b/"),
        ("/a%2Fb", "/a/b/"),
        ("/a~b_c-d.e", "/a~b_c-d.e/"),
        ("/a:b@c", "/a%3Ab%40c/"),
        ("/%E4%BD%9C", "/%E4%BD%9C/"),
    ],
)
def test_uri(path: str, canonical: str) -> None:
    assert canonical_uri(path) == canonical


@pytest.mark.parametrize(
    ("query", "canonical"),
    [
        ("", ""),
        ("b=1&a=2", "a=2&b=1"),
        ("a=2&a=10", "a=10&a=2"),
        ("a=%7E&b=%2a", "a=~&b=%2A"),
        ("a", "a="),
        ("a=", "a="),
        ("a=b=c", "a=b%3Dc"),
        ("a=1+2", "a=1%2B2"),
        ("a=1%202", "a=1%202"),
    ],
)
def test_query(query: str, canonical: str) -> None:
    assert canonical_query(query) == canonical


@pytest.mark.parametrize(
    ("header", "parsed"),
    [
        ("SDK-HMAC-SHA256 Access=A, SignedHeaders=a;b, Signature=0f", Authorization("A", ("a", "b"), "0f")),
        ("SDK-HMAC-SHA256 Access=A,SignedHeaders=a,Signature=0f", Authorization("A", ("a",), "0f")),
        ("SDK-HMAC-SHA256 Access=A, SignedHeaders=a, Signature=xyz", None),
        ("SDK-HMAC-SHA256 Access=A, Signature=0f", None),
        ("V11-HMAC-SHA256 Access=A, SignedHeaders=a, Signature=0f", None),
    ],
)
def test_authorization(header: str, parsed: Authorization | None) -> None:
    assert parse_authorization(header) == parsed


def signed_get(api: Api, signed: str, lines: str, payload: str | None = None, **extra: str) -> int:
    """Send a list request that is signed with these header lines. Return the HTTP status."""
    env = api.dli.env()
    path = f"/v1.0/{api.dli.project_id}/streaming/jobs"
    date = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(api.clock.now()))
    digest = payload or hashlib.sha256(b"").hexdigest()
    canonical = f"GET\n{path}/\n\n{lines.format(date=date)}\n{signed}\n{digest}"
    to_sign = f"SDK-HMAC-SHA256\n{date}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    signature = hmac.new(env["HW_SECRET_KEY"].encode(), to_sign.encode(), hashlib.sha256).hexdigest()
    headers = {
        "X-Sdk-Date": date,
        "Authorization": f"SDK-HMAC-SHA256 Access={env['HW_ACCESS_KEY']}, SignedHeaders={signed}, Signature={signature}",
        **extra,
    }
    return Client(api.dli.wsgi).get(path, headers=headers).status_code


def test_only_signed_headers_are_checked(api: Api) -> None:
    # The Go SDK signs without Host and adds X-Project-Id afterwards.
    late = {"X-Project-Id": api.dli.project_id, "X-Other": "x"}
    assert signed_get(api, "x-sdk-date", "x-sdk-date:{date}\n", **late) == 200


def test_signed_header_is_stripped(api: Api) -> None:
    assert signed_get(api, "x-other;x-sdk-date", "x-other:y\nx-sdk-date:{date}\n", **{"X-Other": "  y "}) == 200


def test_changed_signed_header(api: Api) -> None:
    assert signed_get(api, "x-other;x-sdk-date", "x-other:y\nx-sdk-date:{date}\n", **{"X-Other": "z"}) == 401


def test_missing_signed_header(api: Api) -> None:
    assert signed_get(api, "x-other;x-sdk-date", "x-other:\nx-sdk-date:{date}\n") == 401


def test_the_date_must_be_signed(api: Api) -> None:
    assert signed_get(api, "x-other", "x-other:y\n", **{"X-Other": "y"}) == 401


@pytest.mark.parametrize("payload", ["UNSIGNED-PAYLOAD", "anything"])
def test_content_sha256_replaces_the_digest(api: Api, payload: str) -> None:
    assert signed_get(api, "x-sdk-date", "x-sdk-date:{date}\n", payload, **{"X-Sdk-Content-Sha256": payload}) == 200
    assert signed_get(api, "x-sdk-date", "x-sdk-date:{date}\n", None, **{"X-Sdk-Content-Sha256": payload}) == 401
