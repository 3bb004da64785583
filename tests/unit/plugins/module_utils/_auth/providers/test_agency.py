# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""An agency needs somebody who takes it on, and lends temporary keys (dli-api.md 5.4)."""

from __future__ import annotations

import pytest

from ansible_collections.huaweicloud.cloud.plugins.module_utils._auth.iam_client import Scope
from ansible_collections.huaweicloud.cloud.plugins.module_utils._auth.provider import ScopedCredentials
from ansible_collections.huaweicloud.cloud.plugins.module_utils._auth.providers.access_key import AccessKey
from ansible_collections.huaweicloud.cloud.plugins.module_utils._auth.providers.agency import Agency
from ansible_collections.huaweicloud.cloud.plugins.module_utils._auth.providers.metadata import Metadata
from ansible_collections.huaweicloud.cloud.plugins.module_utils._auth.providers.password import Password
from ansible_collections.huaweicloud.cloud.plugins.module_utils._auth.providers.token import IamToken
from ansible_collections.huaweicloud.cloud.plugins.module_utils._errors import InputError

WHAT = {"agency_name": "agency", "domain_name": "account"}
LENT = AccessKey("lent-key", "lent-secret", "lent-token")
BASES = [
    AccessKey("access-key", "hidden-secret"),
    AccessKey("access-key", "hidden-secret", "hidden-security-token"),
    IamToken("hidden-token"),
    Password("user", "hidden-password", "account"),
    Metadata("http://metadata.test", 5.0, "cannot sign in:"),
]


class Iam:
    """Gives whatever it is asked for, and keeps the questions."""

    def __init__(self):
        self.asked = []

    def token(self, _username, _password, _domain_name, scope):
        self.asked.append(("token", scope))
        return "token-of-the-account", "a project of the user's account"

    def machine_keys(self, url, patience):
        self.asked.append(("machine_keys",))
        return "machine", "keys", "token"

    def agency_keys(self, credential, agency):
        self.asked.append(("agency_keys", credential, agency))
        return LENT.secrets()


@pytest.mark.parametrize(
    "base, first, signer",
    [
        (BASES[0], [], BASES[0]),
        (BASES[1], [], BASES[1]),
        (BASES[2], [], BASES[2]),
        # the project belongs to the account that made the agency: nobody else can be signed in for it
        (BASES[3], [("token", None)], IamToken("token-of-the-account")),
        (BASES[4], [("machine_keys",)], AccessKey("machine", "keys", "token")),
    ],
    ids=lambda value: getattr(value, "words", None),
)
@pytest.mark.parametrize("scope", [Scope("p1", None), Scope(None, "cn-north-4"), None])
def test_the_way_before_it_signs_in_for_the_account_and_takes_it_on(base, first, signer, scope):
    iam = Iam()
    assert Agency(base, WHAT).get_credentials(iam, scope) == ScopedCredentials(LENT, None)
    assert iam.asked == [*first, ("agency_keys", signer, WHAT)]


@pytest.mark.parametrize("base", BASES, ids=lambda value: value.description)
def test_its_secrets_are_those_of_the_way_before_it(base):
    agency = Agency(base, WHAT)
    assert agency.secrets() == base.secrets()
    assert agency.description == f"{base.description}, then the agency agency"
    assert "hidden" not in repr(agency) and "hidden" not in agency.description


@pytest.mark.parametrize("base", BASES, ids=lambda value: value.description)
def test_signing_in_again_gives_something_new_whatever_the_way_before_it(base):
    assert Agency(base, WHAT).is_refreshable is True


def test_what_keeps_the_way_before_it_from_signing_in_is_told():
    class NoMachine(Iam):
        def machine_keys(self, url, patience):
            raise InputError("Connection refused")

    with pytest.raises(InputError, match="^cannot sign in: the metadata service .* gave no keys .Connection refused.; only"):
        Agency(BASES[4], WHAT).get_credentials(NoMachine(), None)
