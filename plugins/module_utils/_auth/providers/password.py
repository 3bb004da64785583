# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An IAM user's name and password, which IAM turns into a token (dli-api.md 5.1)."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ..base import IamCalls, Scope, ScopedCredentials


@dataclass(frozen=True)
class Password:
    """An IAM user. ``domain_name`` is the account that the user belongs to."""

    username: str
    password: str = field(repr=False)
    domain_name: str

    words: t.ClassVar[str] = "user name and password"
    is_refreshable: t.ClassVar[bool] = True
    needs_iam: t.ClassVar[bool] = True

    def secrets(self) -> list[str]:
        """Return the password."""
        return [self.password]

    def sign_in(self, iam: IamCalls, scope: Scope | None) -> ScopedCredentials:
        """Get a token: for the project, or for the whole account."""
        return iam.token(self.username, self.password, self.domain_name, scope)
