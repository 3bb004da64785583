# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An agency, which lends its permissions for a while (dli-api.md 5.4); another provider signs in first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..._errors import InputError
from ..iam_client import IamClient, Scope
from ..provider import CredentialsProvider, ScopedCredentials, Values
from .access_key import AccessKey

OPTIONS = ("agency_name", "agency_domain_name", "agency_domain_id")
#: Option that names the account of the agency -> member of the request; the first that is set counts.
ACCOUNT = {"agency_domain_id": "domain_id", "agency_domain_name": "domain_name"}


@dataclass(frozen=True)
class Agency(CredentialsProvider):
    """An agency of an account that trusts us; ``agency`` holds ``agency_name`` and ``domain_name`` or ``domain_id``."""

    base: CredentialsProvider
    agency: Mapping[str, str]

    is_refreshable = needs_iam = True

    @classmethod
    def from_values(cls, base: CredentialsProvider, values: Values) -> Agency:
        """Return the agency that the values of OPTIONS name.

        :raises InputError: the agency or its account is not named.
        """
        if "agency_name" not in values:
            raise InputError("agency_name is missing: the account of an agency is given, but not the agency")
        account = next((name for name in ACCOUNT if name in values), None)
        if account is None:
            raise InputError(f"agency_domain_name is missing: the account that the agency {values['agency_name']} belongs to")
        return cls(base, {"agency_name": values["agency_name"], ACCOUNT[account]: values[account]})

    @property
    def description(self) -> str:
        """How the agency is reached."""
        return f"{self.base.description}, then the agency {self.agency['agency_name']}"

    def secrets(self) -> list[str]:
        return self.base.secrets()

    def get_credentials(self, iam: IamClient, scope: Scope | None) -> ScopedCredentials:
        """Get temporary keys. The project is the agency's, so the provider before it signs in to its account as a whole."""
        signer = self.base.get_credentials(iam, None).signer
        return ScopedCredentials(AccessKey(*iam.agency_keys(signer, self.agency)))
