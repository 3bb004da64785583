# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The metadata service of an ECS, as far as it hands out keys (dli-api.md 5.4).

Here it stands on the service's own socket: its paths meet nobody else's. Its refusals are ours unless a source is named.
"""

from __future__ import annotations

import secrets

from .accounts import AccessKey, Accounts
from .principals import Agency

LONGEST = 21600
"""Seconds a metadata token may be asked for."""

# The words the SDK looks for in a 401 (CORE auth/internal.py).
_NO_AGENCY = "Please configure Cloud Service Agency first"


class MetadataError(Exception):
    """A refusal; the service answers plain text."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


class Metadata:
    """What the one ECS of the main account would be told. Tokens and keys outlive a reset."""

    def __init__(self, accounts: Accounts) -> None:
        self._accounts = accounts
        self._tokens: dict[str, float] = {}
        self._key: AccessKey | None = None
        self._life = 0.0
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
        """GET /openstack/latest/securitykey. A token is checked even where none is needed."""
        self._must_exist()
        needed = self._accounts.settings.metadata == "required"
        if (needed and token is None) or (token is not None and not self._is_good(token)):
            raise MetadataError(401, "[X-Metadata-Token is missing, unknown or expired.]")
        if self._accounts.settings.metadata == "no_agency":
            raise MetadataError(401, _NO_AGENCY)
        return self._current()

    def _must_exist(self) -> None:
        if self._accounts.settings.metadata == "absent":
            raise MetadataError(404, "[There is no metadata service here.]")

    def _is_good(self, token: str) -> bool:
        return self._accounts.clock.now() < self._tokens.get(token, 0.0)

    def _current(self) -> AccessKey:
        """The same key for the first half of its life, then the next one."""
        accounts, life = self._accounts, self._accounts.settings.metadata_key_life
        key = self._key
        if key is None or life != self._life or self._is_old(key):
            self._life = life
            key = self._key = accounts.issue_key(self._agency, life)
        return key

    def _is_old(self, key: AccessKey) -> bool:
        left = (key.expires_at or 0.0) - self._accounts.clock.now()
        return left < self._life / 2 or self._accounts.key(key.access_key) is not key
