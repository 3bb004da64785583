# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Temporary keys of an agency are requested with the credentials of another provider (dli-api.md 5.4)."""

from __future__ import annotations

import pytest

from ansible_collections.huaweicloud.cloud.plugins.module_utils._auth.provider import Scope, ScopedCredentials
from ansible_collections.huaweicloud.cloud.plugins.module_utils._auth.providers.access_key import AccessKey
from ansible_collections.huaweicloud.cloud.plugins.module_utils._auth.providers.agency import Agency
from ansible_collections.huaweicloud.cloud.plugins.module_utils._auth.providers.metadata import Metadata
from ansible_collections.huaweicloud.cloud.plugins.module_utils._auth.providers.password import Password
from ansible_collections.huaweicloud.cloud.plugins.module_utils._auth.providers.token import IamToken
from ansible_collections.huaweicloud.cloud.plugins.module_utils._errors import InputError

AGENCY = {"agency_name": "agency", "domain_name": "account"}
LENT = AccessKey("lent-key", "lent-secret", "lent-token")
BASES = [
    AccessKey("access-key", "hidden-secret"),
    AccessKey("access-key", "hidden-secret", "hidden-security-token"),
    IamToken("hidden-token"),
    Password("user", "hidden-password", "account"),
    Metadata("http://metadata.test", 5.0, "Could not authenticate", "Use another server."),
]


class Iam:
    """Returns the requested credentials, and records the requests."""

    def __init__(self):
        self.requests = []

    def token(self, _username, _password, _domain_name, scope):
        self.requests.append(("token", scope))
        return "token-of-the-account", "a project of the user's account"

    def machine_keys(self, url, timeout):
        self.requests.append(("machine_keys",))
        return "machine", "keys", "token"

    def agency_keys(self, credential, agency):
        self.requests.append(("agency_keys", credential, agency))
        return LENT.secrets()


@pytest.mark.parametrize(
    "base, first, signer",
    [
        (BASES[0], [], BASES[0]),
        (BASES[1], [], BASES[1]),
        (BASES[2], [], BASES[2]),
        # the project belongs to the account of the agency, so a token for the project of the user is not possible
        (BASES[3], [("token", None)], IamToken("token-of-the-account")),
        (BASES[4], [("machine_keys",)], AccessKey("machine", "keys", "token")),
    ],
    ids=lambda value: getattr(value, "description", None),
)
@pytest.mark.parametrize("scope", [Scope("p1", None), Scope(None, "cn-north-4"), None])
def test_the_base_provider_authenticates_for_the_account_and_assumes_the_agency(base, first, signer, scope):
    iam = Iam()
    assert Agency(base, AGENCY).get_credentials(lambda: iam, scope) == ScopedCredentials(LENT, None)
    assert iam.requests == [*first, ("agency_keys", signer, AGENCY)]


@pytest.mark.parametrize("base", BASES, ids=lambda value: value.description)
def test_secrets_are_the_secrets_of_the_base_provider(base):
    agency = Agency(base, AGENCY)
    assert agency.secrets() == base.secrets()
    assert agency.description == f"{base.description}, then the agency agency"
    assert "hidden" not in repr(agency) and "hidden" not in agency.description


@pytest.mark.parametrize("base", BASES, ids=lambda value: value.description)
def test_agency_keys_are_refreshable_for_every_base_provider(base):
    assert Agency(base, AGENCY).is_refreshable is True


def test_an_error_of_the_base_provider_is_reported():
    class NoMachine(Iam):
        def machine_keys(self, url, timeout):
            raise InputError("Connection refused")

    with pytest.raises(InputError, match="^Could not authenticate .Connection refused.. Use"):
        Agency(BASES[4], AGENCY).get_credentials(NoMachine, None)
