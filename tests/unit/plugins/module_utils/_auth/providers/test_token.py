# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A token is sent unchanged (dli-api.md 5.1)."""

from __future__ import annotations

import datetime

import pytest

from ansible_collections.huaweicloud.cloud.plugins.module_utils._auth.provider import Scope
from ansible_collections.huaweicloud.cloud.plugins.module_utils._auth.providers.token import IamToken
from ansible_collections.huaweicloud.cloud.plugins.module_utils._http.request_response import SignableRequest

NOW = datetime.datetime(2026, 1, 2, tzinfo=datetime.timezone.utc)


def test_one_header_and_one_secret():
    token = IamToken("tok")
    assert token.headers(SignableRequest("GET", "/", [], b""), NOW) == {"X-Auth-Token": "tok"}
    assert token.secrets() == ["tok"]


def test_repr_contains_no_secret():
    assert "hidden" not in repr(IamToken("hidden"))


@pytest.mark.parametrize("scope", [Scope("p1", None), Scope(None, "cn-north-4"), None])
def test_credentials_are_ready_without_requests(scope):
    """IAM is not needed, and a refresh would not return new credentials."""
    token = IamToken("tok")
    assert token.get_credentials(None, scope) == (token, None)
    assert token.is_refreshable is False and token.description == "IAM token"
