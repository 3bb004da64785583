# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who we are: the interfaces behind which every way of signing in stands, one file each in this folder.

A *way* holds the values that somebody gave (a user and a password, the name of an agency). Signing in turns it into a
*credential*, which knows how to make the headers of one request; what is ready at once is both. Which way it is, and where
its values come from, is decided in one place, ``_sources.py``.
"""

from __future__ import annotations

import typing as t
from collections.abc import Mapping
from dataclasses import dataclass

from .._http.messages import RequestSigner


@dataclass(frozen=True)
class Scope:
    """The project that is to be worked in: its id, or else its name."""

    project_id: str | None
    project_name: str | None


class ScopedCredentials(t.NamedTuple):
    """The outcome of signing in; ``project_id`` is what IAM said it is good for, if it said anything."""

    credential: RequestSigner
    project_id: str | None = None


class IamCalls(t.Protocol):
    """The calls of the identity service that ways need; see :class:`._iam.Iam`."""

    def token(self, username: str, password: str, domain_name: str, scope: Scope | None) -> ScopedCredentials:
        """Get a token for a user."""

    def agency_keys(self, credential: RequestSigner, agency: Mapping[str, str]) -> RequestSigner:
        """Get temporary keys of an agency."""

    def machine_keys(self, url: str, patience: float) -> RequestSigner:
        """Get the temporary keys of the machine that this runs on."""


class CredentialsProvider(t.Protocol):
    """One way of signing in, with the values it needs."""

    @property
    def words(self) -> str:
        """Say what is used to sign in, for messages; never a value."""

    @property
    def is_refreshable(self) -> bool:
        """Tell whether signing in again gives something new."""

    @property
    def needs_iam(self) -> bool:
        """Tell whether signing in asks the identity service."""

    def secrets(self) -> list[str]:
        """Return every value that must never be seen in an output."""

    def sign_in(self, iam: IamCalls, scope: Scope | None) -> ScopedCredentials:
        """Sign in.

        :arg scope: the project to sign in for; :data:`None` for the account as a whole.
        :raises DliError: it did not work.
        """
