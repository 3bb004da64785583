# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A user and a password become a token (dli-api.md 5.1)."""

from __future__ import annotations

import pytest

from ansible_collections.huaweicloud.cloud.plugins.module_utils._auth.iam_client import Scope
from ansible_collections.huaweicloud.cloud.plugins.module_utils._auth.provider import ScopedCredentials
from ansible_collections.huaweicloud.cloud.plugins.module_utils._auth.providers.password import Password
from ansible_collections.huaweicloud.cloud.plugins.module_utils._auth.providers.token import IamToken

USER = Password("user", "hidden-password", "account")


class Iam:
    """Gives a token, and keeps what it was asked."""

    def __init__(self):
        self.asked = []

    def token(self, *arguments):
        self.asked.append(arguments)
        return "token", "p1"


@pytest.mark.parametrize("scope", [Scope("p1", None), Scope(None, "cn-north-4"), None])
def test_signing_in_is_one_question_to_iam(scope):
    iam = Iam()
    assert USER.get_credentials(iam, scope) == ScopedCredentials(IamToken("token"), "p1")
    assert iam.asked == [("user", "hidden-password", "account", scope)]


def test_only_the_password_is_a_secret_and_nothing_shows_it():
    assert USER.secrets() == ["hidden-password"]
    assert "hidden" not in repr(USER) and "hidden" not in USER.description


def test_signing_in_again_gives_something_new():
    assert USER.is_refreshable is True
