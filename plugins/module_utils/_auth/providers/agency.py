# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Temporary keys of an agency (dli-api.md 5.4), requested with the credentials of another provider."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..._errors import InputError
from ..provider import CredentialsProvider, NewIamClient, Scope, ScopedCredentials, Values
from .access_key import AccessKey

#: Option with the account of the agency -> member of the request; the first that is set is used.
ACCOUNT = {"agency_domain_id": "domain_id", "agency_domain_name": "domain_name"}


@dataclass(frozen=True)
class Agency(CredentialsProvider):
    """An agency of an account that trusts this one; ``agency``: ``agency_name``, and ``domain_name`` or ``domain_id``."""

    base: CredentialsProvider
    agency: Mapping[str, str]

    is_refreshable = needs_iam = True

    @classmethod
    def from_values(cls, base: CredentialsProvider, values: Values) -> Agency:
        """Return the agency that the options describe.

        :raises InputError: the agency or its account is missing.
        """
        if "agency_name" not in values:
            raise InputError("Missing agency_name. Set it together with agency_domain_name or agency_domain_id.")
        account = next((name for name in ACCOUNT if name in values), None)
        if account is None:
            raise InputError(f"Missing agency_domain_name. Set it to the account of the agency {values['agency_name']}.")
        return cls(base, {"agency_name": values["agency_name"], ACCOUNT[account]: values[account]})

    @property
    def description(self) -> str:
        return f"{self.base.description}, then the agency {self.agency['agency_name']}"

    def secrets(self) -> list[str]:
        return self.base.secrets()

    def get_credentials(self, new_iam: NewIamClient, scope: Scope | None) -> ScopedCredentials:
        """Get temporary keys. The project is in the account of the agency, so the base provider uses no project scope."""
        signer = self.base.get_credentials(new_iam, None).signer
        return ScopedCredentials(AccessKey(*new_iam().agency_keys(signer, self.agency)))
