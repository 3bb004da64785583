# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Access key and secret key, permanent or temporary (dli-api.md 5.2, 5.4)."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field, replace

from ..._errors import InputError
from ..._http.request_response import SignableRequest
from ..provider import GivenProvider, Values, ValueSource
from ..signer import DATE_HEADER, sdk_date, signed_headers


@dataclass(frozen=True)
class AccessKey(GivenProvider):
    """A key pair, temporary if it has a security token. Requests to a sub-project are signed with ``project_id``."""

    access_key: str
    secret_key: str = field(repr=False)
    security_token: str | None = field(default=None, repr=False)
    project_id: str | None = None

    NAME = "aksk"
    REQUIRED = ("access_key", "secret_key")
    OPTIONAL = ("security_token",)
    SECRETS = REQUIRED + OPTIONAL
    description = "access key and secret key"

    @classmethod
    def check_complete(cls, source: ValueSource, has_other: bool) -> None:
        """Refuse an incomplete pair, and a security token without a pair."""
        values = source.values
        if ("access_key" in values) != ("secret_key" in values):
            missing = "secret_key" if "access_key" in values else "access_key"
            raise InputError(f"Missing {missing} in {source.name}. Specify access_key and secret_key in the same place.")
        if "security_token" in values and "access_key" not in values:
            raise InputError(
                f"Missing access_key and secret_key in {source.name}. Specify them in the same place as security_token."
            )

    @classmethod
    def from_values(cls, values: Values, location: Values) -> AccessKey:
        return cls(values["access_key"], values["secret_key"], values.get("security_token"))

    def headers(self, request: SignableRequest, now: datetime.datetime) -> dict[str, str]:
        """Sign the request: date, project, security token and ``Authorization``."""
        added = {DATE_HEADER: sdk_date(now)}
        if self.project_id:
            added["X-Project-Id"] = self.project_id
        if self.security_token:
            added["X-Security-Token"] = self.security_token
        parts = request.method, request.path, request.query, {**request.headers, **added}, request.body
        return {**added, **signed_headers(self.access_key, self.secret_key, *parts)}

    def secrets(self) -> list[str]:
        return [value for value in (self.access_key, self.secret_key, self.security_token) if value]

    def within(self, project_id: str | None) -> AccessKey:
        return replace(self, project_id=project_id)
