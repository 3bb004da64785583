# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An agency, which lends its permissions for a while (dli-api.md 5.4); another way of signing in has to come first."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping
from dataclasses import dataclass

from ..base import CredentialsProvider, IamCalls, Scope, ScopedCredentials


@dataclass(frozen=True)
class Agency:
    """An agency of an account that trusts us; ``agency`` holds ``agency_name`` and ``domain_name`` or ``domain_id``."""

    base: CredentialsProvider
    agency: Mapping[str, str]

    is_refreshable: t.ClassVar[bool] = True
    needs_iam: t.ClassVar[bool] = True

    @property
    def words(self) -> str:
        """Say how the agency was reached."""
        return f"{self.base.words}, then the agency {self.agency['agency_name']}"

    def secrets(self) -> list[str]:
        """Return those of the way before it."""
        return self.base.secrets()

    def sign_in(self, iam: IamCalls, scope: Scope | None) -> ScopedCredentials:
        """Get temporary keys. The project is the agency's, so the way before it signs in to its account as a whole."""
        return ScopedCredentials(iam.agency_keys(self.base.sign_in(iam, None).credential, self.agency))
