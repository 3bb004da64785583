# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The role of the machine (dli-api.md 5.4)."""

from __future__ import annotations

import pytest

from ansible_collections.huaweicloud.cloud.plugins.module_utils._auth.provider import Scope, ScopedCredentials
from ansible_collections.huaweicloud.cloud.plugins.module_utils._auth.providers.access_key import AccessKey
from ansible_collections.huaweicloud.cloud.plugins.module_utils._auth.providers.metadata import Metadata
from ansible_collections.huaweicloud.cloud.plugins.module_utils._errors import InputError

KEYS = AccessKey("access-key", "secret-key", "security-token")


class Iam:
    """Returns the keys of the machine, or raises the reason for missing keys."""

    def __init__(self, keys):
        self.keys = keys
        self.requests = []

    def machine_keys(self, *arguments):
        self.requests.append(arguments)
        if isinstance(self.keys, Exception):
            raise self.keys
        return self.keys.secrets()


@pytest.mark.parametrize("scope", [Scope("p1", None), Scope(None, "cn-north-4"), None])
def test_authentication_requests_keys_from_the_service(scope):
    iam = Iam(KEYS)
    provider = Metadata("http://metadata.test", 5.0, "Could not authenticate", "")
    assert provider.get_credentials(lambda: iam, scope) == ScopedCredentials(KEYS, None)
    assert iam.requests == [("http://metadata.test", 5.0)]


@pytest.mark.parametrize("failure", ["Could not authenticate", "No credentials found in the options"])
@pytest.mark.parametrize("remedy", ["Only a cloud server that has an agency receives keys from it.", "Set access_key."])
def test_missing_keys(failure, remedy):
    with pytest.raises(InputError) as caught:
        Metadata("http://metadata.test", 5.0, failure, remedy).get_credentials(lambda: Iam(InputError("HTTP 404")), None)
    assert str(caught.value) == f"{failure} (HTTP 404). {remedy}"


def test_keys_are_refreshable_and_there_is_no_configured_secret():
    provider = Metadata("http://metadata.test", 5.0, "Could not authenticate", "")
    assert (provider.secrets(), provider.is_refreshable, provider.description) == ([], True, "temporary keys of the machine")
