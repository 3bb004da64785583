# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Runtime state of accounts: issued tokens and keys, and locks after failed authentication (dli-api.md 5)."""

from __future__ import annotations

import secrets
import string
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from ..clock import Clock
from ..model.settings import Settings
from .principals import Account, Principal, Project, User

_LETTERS = string.ascii_uppercase + string.digits


@dataclass(kw_only=True)
class Lockable:
    """A user or key that too many consecutive failures lock. Times are monotonic seconds."""

    failures: int = 0
    locked_until: float = 0.0


@dataclass
class AccessKey(Lockable):
    """A key pair. Temporary keys have a ``security_token``. ``expires_at``: epoch seconds, None for keys of a seed."""

    access_key: str
    secret_key: str
    security_token: str | None
    owner: Principal
    expires_at: float | None = None


@dataclass(frozen=True)
class Token:
    """An IAM token. Without ``project`` it is scoped to the domain or unscoped. Times are epoch seconds."""

    value: str
    principal: Principal
    project: Project | None
    domain_scoped: bool
    assumed_by: Principal | None
    """The user who assumed the agency."""
    issued_at: float
    expires_at: float


@dataclass
class Accounts:
    """The accounts with their tokens and keys. The first account is the main account."""

    accounts: Sequence[Account]
    clock: Clock
    settings: Settings
    _tokens: dict[str, Token] = field(default_factory=dict)
    _seeded: dict[str, AccessKey] = field(default_factory=dict)
    _issued: dict[str, AccessKey] = field(default_factory=dict)
    _users: dict[User, Lockable] = field(default_factory=dict)
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def __post_init__(self) -> None:
        self.reset()

    @property
    def account(self) -> Account:
        """The main account."""
        return self.accounts[0]

    def reset(self) -> None:
        """Restore the keys of the seed and remove all locks. Issued tokens and keys stay valid."""
        with self._lock:
            self._users.clear()
            pairs = [pair for account in self.accounts for pair in account.keys]
            self._seeded = {pair.access_key: AccessKey(*pair) for pair in pairs}

    def find(self, name: str | None = None, id: str | None = None) -> Account | None:  # noqa: A002
        """Return the account with this domain name and domain ID, if given."""
        for account in self.accounts:
            if name in (None, account.domain) and id in (None, account.domain_id):
                return account
        return None

    def account_of(self, principal: Principal) -> Account:
        """Return the account of a user or an agency."""
        return next(account for account in self.accounts if account.domain == principal.domain)

    # --- locks -------------------------------------------------------------------------------------------------

    def is_locked(self, item: Lockable) -> bool:
        return self.clock.monotonic() < item.locked_until

    def record_failure(self, item: Lockable) -> None:
        """Count a failed authentication and lock the key or user at the limit (dli-api.md 0.1-9, 5.1, 9)."""
        is_key = isinstance(item, AccessKey)
        limit = self.settings.max_failed_signatures if is_key else self.settings.max_failed_passwords
        seconds = self.settings.lock_seconds if is_key else self.settings.user_lock_seconds
        with self._lock:
            item.failures += 1
            if item.failures >= limit:
                item.failures = 0
                item.locked_until = self.clock.monotonic() + seconds

    def clear_failures(self, item: Lockable) -> None:
        with self._lock:
            item.failures = 0

    def lock_of(self, user: User) -> Lockable:
        """Return the counter of a user's wrong passwords."""
        with self._lock:
            return self._users.setdefault(user, Lockable())

    # --- tokens and keys ---------------------------------------------------------------------------------------

    def issue(
        self,
        principal: Principal,
        project: Project | None,
        lifetime: float | None = None,
        *,
        domain_scoped: bool = False,
        assumed_by: Principal | None = None,
    ) -> Token:
        """Return a new token. ``lifetime`` in seconds, default: setting ``token_lifetime`` (24 h, dli-api.md 5.1)."""
        now = self.clock.now()
        expires_at = now + (self.settings.token_lifetime if lifetime is None else lifetime)
        value = secrets.token_urlsafe(96)
        token = Token(value, principal, project, domain_scoped, assumed_by, now, expires_at)
        with self._lock:
            self._tokens[value] = token
        return token

    def token(self, value: str) -> Token | None:
        return self._tokens.get(value)

    def issue_key(self, owner: Principal, lifetime: float) -> AccessKey:
        """Return a new temporary key pair. ``lifetime`` in seconds (dli-api.md 5.4)."""
        access_key = "".join(secrets.choice(_LETTERS) for _count in range(20))
        expires_at = self.clock.now() + lifetime
        pair = AccessKey(access_key, secrets.token_hex(20), secrets.token_urlsafe(300), owner, expires_at)
        with self._lock:
            self._issued[access_key] = pair
        return pair

    def key(self, access_key: str) -> AccessKey | None:
        return self._seeded.get(access_key) or self._issued.get(access_key)

    def revoke(self, value: str) -> None:
        """Remove a token or an issued key, as a changed password does (dli-api.md 5.1)."""
        with self._lock:
            self._tokens.pop(value, None)
            self._issued.pop(value, None)

    def expire_credentials(self) -> None:
        """Expire all tokens and temporary keys."""
        now = self.clock.now()
        with self._lock:
            self._tokens = {
                value: replace(token, expires_at=min(now, token.expires_at)) for value, token in self._tokens.items()
            }
            for key in (*self._seeded.values(), *self._issued.values()):
                if key.security_token is not None:
                    key.expires_at = now if key.expires_at is None else min(now, key.expires_at)
