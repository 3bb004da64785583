# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An IAM token that exists already (dli-api.md 5.1)."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field

from ..._http.request_response import SignableRequest
from ..provider import GivenProvider, Values


@dataclass(frozen=True)
class IamToken(GivenProvider):
    """An IAM token with the scope of the project."""

    token: str = field(repr=False)

    NAME = "token"
    REQUIRED = SECRETS = ("auth_token",)
    description = "IAM token"

    @classmethod
    def from_values(cls, values: Values, location: Values) -> IamToken:
        return cls(values["auth_token"])

    def headers(self, request: SignableRequest, now: datetime.datetime) -> dict[str, str]:
        """Return the header of the token, independent of the request and the time."""
        return {"X-Auth-Token": self.token}

    def secrets(self) -> list[str]:
        return [self.token]
