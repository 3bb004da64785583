# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A ready IAM token (dli-api.md 5.1)."""

from __future__ import annotations

import datetime
import typing as t
from dataclasses import dataclass, field

from ..._http.messages import SignableRequest
from ..base import NOT_IN_A_KEY, IamCalls, Scope, ScopedCredentials, Values, ValueSource


@dataclass(frozen=True)
class IamToken:
    """A token of IAM, scoped to the project."""

    token: str = field(repr=False)

    NAME: t.ClassVar[str] = "token"
    REQUIRED: t.ClassVar[tuple[str, ...]] = ("auth_token",)
    OPTIONAL: t.ClassVar[tuple[str, ...]] = ()
    SECRETS: t.ClassVar[tuple[str, ...]] = REQUIRED
    NOT_IN_A_SECRET: t.ClassVar[str] = NOT_IN_A_KEY

    description: t.ClassVar[str] = "IAM token"
    is_refreshable: t.ClassVar[bool] = False
    needs_iam: t.ClassVar[bool] = False

    @classmethod
    def check_complete(cls, source: ValueSource, has_other: bool) -> None:
        """One value is always complete."""

    @classmethod
    def from_values(cls, values: Values, location: Values) -> IamToken:
        """Return the token."""
        return cls(values["auth_token"])

    def headers(self, request: SignableRequest, now: datetime.datetime) -> dict[str, str]:
        """Return the header of the token; neither the request nor the time matters."""
        return {"X-Auth-Token": self.token}

    def secrets(self) -> list[str]:
        """Return the token."""
        return [self.token]

    def get_credentials(self, iam: IamCalls, scope: Scope | None) -> ScopedCredentials:
        """Return itself: a token is ready as it is."""
        return ScopedCredentials(self)
