# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The machine's own role (dli-api.md 5.4)."""

from __future__ import annotations

import pytest

from ansible_collections.huaweicloud.cloud.plugins.module_utils._auth.iam_client import Scope
from ansible_collections.huaweicloud.cloud.plugins.module_utils._auth.provider import ScopedCredentials
from ansible_collections.huaweicloud.cloud.plugins.module_utils._auth.providers.access_key import AccessKey
from ansible_collections.huaweicloud.cloud.plugins.module_utils._auth.providers.metadata import Metadata
from ansible_collections.huaweicloud.cloud.plugins.module_utils._errors import InputError

KEYS = AccessKey("access-key", "secret-key", "security-token")


class Iam:
    """Gives the machine's keys, or says why there are none."""

    def __init__(self, keys):
        self.keys = keys
        self.asked = []

    def machine_keys(self, *arguments):
        self.asked.append(arguments)
        if isinstance(self.keys, Exception):
            raise self.keys
        return self.keys.secrets()


@pytest.mark.parametrize("scope", [Scope("p1", None), Scope(None, "cn-north-4"), None])
def test_signing_in_asks_the_service_for_keys(scope):
    iam = Iam(KEYS)
    assert Metadata("http://metadata.test", 5.0, "cannot sign in:").get_credentials(iam, scope) == ScopedCredentials(KEYS, None)
    assert iam.asked == [("http://metadata.test", 5.0)]


@pytest.mark.parametrize("missing", ["cannot sign in:", "no credentials: set access_key, and"])
def test_no_keys(missing):
    with pytest.raises(InputError) as caught:
        Metadata("http://metadata.test", 5.0, missing).get_credentials(Iam(InputError("HTTP 404")), None)
    assert str(caught.value) == (
        f"{missing} the metadata service at http://metadata.test gave no keys (HTTP 404);"
        " only a cloud server with an agency gets any"
    )


def test_there_is_no_secret_before_signing_in_and_signing_in_again_gives_new_ones():
    way = Metadata("http://metadata.test", 5.0, "cannot sign in:")
    assert (way.secrets(), way.is_refreshable, way.description) == ([], True, "temporary keys of the machine")
