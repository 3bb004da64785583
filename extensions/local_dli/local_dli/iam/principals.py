# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The accounts of a seed: projects, users, agencies and keys (dli-api.md 5).

An account is a domain in IAM. These records are immutable. `accounts.py` has the runtime state.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple


@dataclass(frozen=True)
class Project:
    """A project. The main project of a region has the name of the region (dli-api.md 5.6)."""

    id: str
    name: str


@dataclass(frozen=True)
class Principal:
    """The owner of a token or key. ``denied``: calls that it may not use, and "assume_role"."""

    id: str
    name: str
    domain: str
    denied: tuple[str, ...] = ()


@dataclass(frozen=True)
class User(Principal):
    """An IAM user."""

    password: str = ""


@dataclass(frozen=True)
class Agency(Principal):
    """An agency of ``domain`` that users of the domain ``trusts`` may assume (dli-api.md 5.1)."""

    trusts: str = ""


class KeyPair(NamedTuple):
    """A key pair in a seed. A key pair with a security token is temporary."""

    access_key: str
    secret_key: str
    security_token: str | None
    owner: User


@dataclass(frozen=True)
class Account:
    """One domain. The first project is the main project, the first user is the main user."""

    region: str
    domain: str
    domain_id: str
    users: tuple[User, ...]
    projects: tuple[Project, ...]
    keys: tuple[KeyPair, ...]
    agencies: tuple[Agency, ...] = ()

    def user(self, name: str) -> User | None:
        return next((user for user in self.users if user.name == name), None)

    def agency(self, name: str) -> Agency | None:
        return next((agency for agency in self.agencies if agency.name == name), None)

    def project(self, *, id: str | None = None, name: str | None = None) -> Project | None:  # noqa: A002
        """Return the project with this ID, or the first project with this name."""
        for project in self.projects:
            if (id is not None and project.id == id) or (id is None and project.name == name):
                return project
        return None
