# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A key pair signs the headers of the request and its own headers (dli-api.md 5.2, 5.4)."""

from __future__ import annotations

import datetime

import pytest

from ansible_collections.huaweicloud.cloud.plugins.module_utils._auth.provider import Scope
from ansible_collections.huaweicloud.cloud.plugins.module_utils._auth.providers.access_key import AccessKey
from ansible_collections.huaweicloud.cloud.plugins.module_utils._auth.signer import signed_headers
from ansible_collections.huaweicloud.cloud.plugins.module_utils._http.request_response import SignableRequest

NOW = datetime.datetime(2026, 1, 2, 3, 4, 5, tzinfo=datetime.timezone.utc)
REQUEST = SignableRequest("POST", "/p", [("a", "b")], b"{}", {"Host": "h", "Content-Type": "application/json"})


@pytest.mark.parametrize(
    "token, project, added",
    [
        (None, None, {}),
        (None, "p1", {"X-Project-Id": "p1"}),
        ("tok", None, {"X-Security-Token": "tok"}),
        ("tok", "p1", {"X-Project-Id": "p1", "X-Security-Token": "tok"}),
    ],
)
def test_date_project_and_token_are_added_and_signed(token, project, added):
    added = {"X-Sdk-Date": "20260102T030405Z", **added}
    headers = AccessKey("AK", "SK", token, project).headers(REQUEST, NOW)
    assert headers == {
        **added,
        **signed_headers("AK", "SK", "POST", "/p", [("a", "b")], {**REQUEST.headers, **added}, b"{}"),
    }
    declared = headers["Authorization"].partition("SignedHeaders=")[2].partition(",")[0].split(";")
    assert declared == sorted(name.lower() for name in {**REQUEST.headers, **added})


def test_a_request_without_headers_is_signed():
    headers = AccessKey("AK", "SK").headers(SignableRequest("GET", "/", [], b""), NOW)
    assert "SignedHeaders=x-sdk-date," in headers["Authorization"]


@pytest.mark.parametrize("token, secrets", [(None, ["AK", "SK"]), ("tok", ["AK", "SK", "tok"])])
def test_all_secrets_are_returned(token, secrets):
    assert AccessKey("AK", "SK", token, "p1").secrets() == secrets


def test_repr_contains_no_secret():
    assert "hidden" not in repr(AccessKey("AK", "hidden-sk", "hidden-token"))


@pytest.mark.parametrize("token", [None, "tok"])
@pytest.mark.parametrize("before", [None, "p0"])
def test_within_changes_only_the_project(token, before):
    pair = AccessKey("AK", "SK", token, before)
    assert pair.within("p1") == AccessKey("AK", "SK", token, "p1")
    assert pair.within(None) == AccessKey("AK", "SK", token, None)
    assert pair.project_id == before


@pytest.mark.parametrize("scope", [Scope("p1", None), Scope(None, "cn-north-4"), None])
def test_credentials_are_ready_without_requests(scope):
    """IAM is not needed, and a refresh would not return new credentials."""
    pair = AccessKey("AK", "SK")
    assert pair.get_credentials(None, scope) == (pair, None)
    assert pair.is_refreshable is False and pair.description == "access key and secret key"
