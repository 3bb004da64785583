# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A token for a user and a password (dli-api.md 5.1)."""

from __future__ import annotations

import pytest

from ansible_collections.huaweicloud.cloud.plugins.module_utils._auth.provider import Scope, ScopedCredentials
from ansible_collections.huaweicloud.cloud.plugins.module_utils._auth.providers.password import Password
from ansible_collections.huaweicloud.cloud.plugins.module_utils._auth.providers.token import IamToken

USER = Password("user", "hidden-password", "account")


class Iam:
    """Returns a token, and records the requests."""

    def __init__(self):
        self.requests = []

    def token(self, *arguments):
        self.requests.append(arguments)
        return "token", "p1"


@pytest.mark.parametrize("scope", [Scope("p1", None), Scope(None, "cn-north-4"), None])
def test_authentication_is_one_request_to_iam(scope):
    iam = Iam()
    assert USER.get_credentials(lambda: iam, scope) == ScopedCredentials(IamToken("token"), "p1")
    assert iam.requests == [("user", "hidden-password", "account", scope)]


def test_only_the_password_is_a_secret_and_is_not_shown():
    assert USER.secrets() == ["hidden-password"]
    assert "hidden" not in repr(USER) and "hidden" not in USER.description


def test_the_token_is_refreshable():
    assert USER.is_refreshable is True
