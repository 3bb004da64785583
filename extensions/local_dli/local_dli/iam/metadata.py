# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The metadata service of an ECS, limited to the keys of its agency (dli-api.md 5.4).

It uses the socket of the service, because its paths do not overlap with other paths. Its error responses are assumptions
unless a source is cited.
"""

from __future__ import annotations

import secrets

from .accounts import AccessKey, Accounts
from .principals import Agency

LONGEST = 21600
"""Maximum lifetime of a metadata token in seconds."""

# The text that the SDK searches for in a 401 response (CORE auth/internal.py).
_NO_AGENCY = "Please configure Cloud Service Agency first"


class MetadataError(Exception):
    """An error response in plain text."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


class Metadata:
    """The metadata service for one ECS of the main account. Tokens and keys stay valid after a reset."""

    def __init__(self, accounts: Accounts) -> None:
        self._accounts = accounts
        self._tokens: dict[str, float] = {}
        self._key: AccessKey | None = None
        self._lifetime = 0.0
        account = accounts.account
        self._agency = Agency("ecs", "ecs_agency", account.domain)

    def token(self, seconds: str | None) -> str:
        """PUT /meta-data/latest/api/token."""
        self._must_exist()
        if seconds is None or not seconds.isdecimal() or not 1 <= int(seconds) <= LONGEST:
            raise MetadataError(400, f"[X-Metadata-Token-Ttl-Seconds must be from 1 to {LONGEST}.]")
        token = secrets.token_urlsafe(32)
        self._tokens[token] = self._accounts.clock.now() + int(seconds)
        return token

    def key(self, token: str | None) -> AccessKey:
        """GET /openstack/latest/securitykey. A token is checked even if none is required."""
        self._must_exist()
        required = self._accounts.settings.metadata == "required"
        if (required and token is None) or (token is not None and not self._is_valid(token)):
            raise MetadataError(401, "[X-Metadata-Token is missing, unknown or expired.]")
        if self._accounts.settings.metadata == "no_agency":
            raise MetadataError(401, _NO_AGENCY)
        return self._current()

    def _must_exist(self) -> None:
        if self._accounts.settings.metadata == "absent":
            raise MetadataError(404, "[There is no metadata service here.]")

    def _is_valid(self, token: str) -> bool:
        return self._accounts.clock.now() < self._tokens.get(token, 0.0)

    def _current(self) -> AccessKey:
        """Return the same key for the first half of its lifetime, then a new one."""
        accounts, lifetime = self._accounts, self._accounts.settings.metadata_key_lifetime
        key = self._key
        if key is None or lifetime != self._lifetime or self._is_old(key):
            self._lifetime = lifetime
            key = self._key = accounts.issue_key(self._agency, lifetime)
        return key

    def _is_old(self, key: AccessKey) -> bool:
        remaining = (key.expires_at or 0.0) - self._accounts.clock.now()
        return remaining < self._lifetime / 2 or self._accounts.key(key.access_key) is not key
