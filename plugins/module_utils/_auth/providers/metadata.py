# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The role of a cloud server, which gets temporary keys from its metadata service (dli-api.md 5.4)."""

from __future__ import annotations

from dataclasses import dataclass

from ..._errors import InputError
from ..provider import CredentialsProvider, NewIamClient, Scope, ScopedCredentials
from .access_key import AccessKey

#: Seconds for each request if the user selected the metadata service, and if it is the last provider of the chain.
TIMEOUT = 5.0
LAST_RESORT_TIMEOUT = 1.0
REMEDY = "Only a cloud server that has an agency receives keys from it."


@dataclass(frozen=True)
class Metadata(CredentialsProvider):
    """The metadata service.

    :ivar timeout: seconds for each request.
    :ivar failure: the message if it returns no keys, to follow with the reason; ``remedy``: last sentence of this message.
    """

    url: str
    timeout: float
    failure: str
    remedy: str

    description = "temporary keys of the machine"
    is_refreshable = True

    def get_credentials(self, new_iam: NewIamClient, scope: Scope | None) -> ScopedCredentials:
        """Request keys.

        :raises InputError: there is no metadata service, or the machine has no agency.
        """
        try:
            return ScopedCredentials(AccessKey(*new_iam().machine_keys(self.url, self.timeout)))
        except InputError as error:
            raise InputError(f"{self.failure} ({error}). {self.remedy}") from None
