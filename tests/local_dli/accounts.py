# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Who may use the service: access keys with their strikes, users, tokens and projects (dli-api.md 5)."""

from __future__ import annotations

import secrets
import threading
from dataclasses import dataclass, field

from .clock import Clock
from .settings import Settings


@dataclass(frozen=True)
class Project:
    """A project; a region's main project carries the region's name (dli-api.md 5.6)."""

    id: str
    name: str


@dataclass(frozen=True)
class User:
    """An IAM user."""

    id: str
    name: str
    password: str
    domain: str


@dataclass
class AccessKey:
    """A key pair. ``security_token`` is set on temporary ones. Times are monotonic seconds."""

    access_key: str
    secret_key: str
    security_token: str | None = None
    strikes: int = 0
    locked_until: float = 0.0


@dataclass(frozen=True)
class Token:
    """An IAM token. ``project`` is None for one that is scoped to the domain. Times are epoch seconds."""

    value: str
    user: User
    project: Project | None
    issued_at: float
    expires_at: float


@dataclass(frozen=True)
class Account:
    """What a seed says about the account. The first project is the region's main one."""

    region: str
    domain: str
    domain_id: str
    users: tuple[User, ...]
    projects: tuple[Project, ...]
    keys: tuple[tuple[str, str, str | None], ...]
    """(access key, secret key, security token or None)."""


@dataclass
class Accounts:
    """The account as it lives: strikes are counted, tokens come and go."""

    account: Account
    clock: Clock
    settings: Settings
    _tokens: dict[str, Token] = field(default_factory=dict)
    _keys: dict[str, AccessKey] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """Back to the seed: no strikes. Tokens stay good, so that a reset does not sign anyone out."""
        with self._lock:
            self._keys = {key: AccessKey(key, secret, token) for key, secret, token in self.account.keys}

    def key(self, access_key: str) -> AccessKey | None:
        return self._keys.get(access_key)

    def is_locked(self, key: AccessKey) -> bool:
        return self.clock.monotonic() < key.locked_until

    def strike(self, key: AccessKey) -> None:
        """One more failure in a row; the fifth locks the key (dli-api.md 0.1-9, 9)."""
        with self._lock:
            key.strikes += 1
            if key.strikes >= self.settings.strikes:
                key.strikes = 0
                key.locked_until = self.clock.monotonic() + self.settings.lock_seconds

    def clear_strikes(self, key: AccessKey) -> None:
        with self._lock:
            key.strikes = 0

    def user(self, name: str, password: str, domain: str) -> User | None:
        """The user if name, password and domain are all right."""
        for user in self.account.users:
            if (user.name, user.domain) == (name, domain) and secrets.compare_digest(
                user.password.encode(), password.encode()
            ):
                return user
        return None

    def project(self, *, id: str | None = None, name: str | None = None) -> Project | None:  # noqa: A002
        """The first project with that id, or with that name."""
        for project in self.account.projects:
            if (id is not None and project.id == id) or (id is None and project.name == name):
                return project
        return None

    def issue(self, user: User, project: Project | None, life: float | None = None) -> Token:
        """A new token; ``life`` in seconds, else the setting ``token_life`` (24 h, dli-api.md 5.1)."""
        now = self.clock.now()
        expires_at = now + (self.settings.token_life if life is None else life)
        token = Token(secrets.token_urlsafe(96), user, project, now, expires_at)
        self._tokens[token.value] = token
        return token

    def token(self, value: str) -> Token | None:
        return self._tokens.get(value)

    def revoke(self, value: str) -> None:
        """Make a token unknown, as a changed password does (dli-api.md 5.1)."""
        self._tokens.pop(value, None)
