# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A ready IAM token (dli-api.md 5.1)."""

from __future__ import annotations

import datetime
import typing as t
from dataclasses import dataclass, field

from ..._http.messages import SignableRequest
from ..base import IamCalls, Scope, ScopedCredentials


@dataclass(frozen=True)
class IamToken:
    """A token of IAM, scoped to the project."""

    token: str = field(repr=False)

    words: t.ClassVar[str] = "IAM token"
    is_refreshable: t.ClassVar[bool] = False
    needs_iam: t.ClassVar[bool] = False

    def headers(self, request: SignableRequest, now: datetime.datetime) -> dict[str, str]:
        """Return the token's header; neither the request nor the time matters."""
        return {"X-Auth-Token": self.token}

    def secrets(self) -> list[str]:
        """Return the token."""
        return [self.token]

    def sign_in(self, iam: IamCalls, scope: Scope | None) -> ScopedCredentials:
        """Return itself: a token is ready as it is."""
        return ScopedCredentials(self)
