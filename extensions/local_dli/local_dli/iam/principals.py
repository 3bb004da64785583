# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What a seed says about accounts: whose projects, users, agencies and keys there are (dli-api.md 5).

An account is what IAM calls a domain. These records never change; what lives is in `accounts.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple


@dataclass(frozen=True)
class Project:
    """A project; a region's main project carries the region's name (dli-api.md 5.6)."""

    id: str
    name: str


@dataclass(frozen=True)
class Principal:
    """Whoever a token or a key speaks for. ``denied``: calls it may not make, and "assume_role"."""

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
    """A role in ``domain`` that users of the domain ``trusts`` may step into (dli-api.md 5.1)."""

    trusts: str = ""


class KeyPair(NamedTuple):
    """A key pair that a seed hands out; one with a security token counts as temporary."""

    access_key: str
    secret_key: str
    security_token: str | None
    owner: User


@dataclass(frozen=True)
class Account:
    """One domain with all that is in it. The first project is the main one, the first user the main one."""

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
        """The project with that id, or else the first with that name."""
        for project in self.projects:
            if (id is not None and project.id == id) or (id is None and project.name == name):
                return project
        return None
