# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Name and password of an IAM user; IAM returns a token (dli-api.md 5.1)."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..._errors import InputError
from ..provider import NOT_IN_A_PASSWORD, GivenProvider, NewIamClient, Scope, ScopedCredentials, Values, ValueSource
from .token import IamToken


@dataclass(frozen=True)
class Password(GivenProvider):
    """An IAM user. ``domain_name`` is the account of the user."""

    username: str
    password: str = field(repr=False)
    domain_name: str

    NAME = "password"
    REQUIRED = ("username", "password")
    SECRETS = ("password",)
    NOT_IN_A_SECRET = NOT_IN_A_PASSWORD
    description = "user name and password"
    is_refreshable = needs_iam = True

    @classmethod
    def check_complete(cls, source: ValueSource, has_other: bool) -> None:
        """Refuse incomplete values. A user name without a password is allowed with keys, because other tools use it."""
        values = source.values
        if ("username" in values) != ("password" in values) and ("password" in values or not has_other):
            missing = "password" if "username" in values else "username"
            raise InputError(f"Missing {missing} in {source.name}. Specify username and password in the same place.")

    @classmethod
    def from_values(cls, values: Values, location: Values) -> Password:
        """Return the user; its account is a part of the location."""
        if "domain_name" not in location:
            raise InputError(
                "Missing domain_name. Set the option domain_name, or the environment variable HW_DOMAIN_NAME or"
                " OS_USER_DOMAIN_NAME, to the account of the user."
            )
        return cls(values["username"], values["password"], location["domain_name"])

    def secrets(self) -> list[str]:
        return [self.password]

    def get_credentials(self, new_iam: NewIamClient, scope: Scope | None) -> ScopedCredentials:
        """Get a token for the project, or for the whole account."""
        token, project_id = new_iam().token(self.username, self.password, self.domain_name, scope)
        return ScopedCredentials(IamToken(token), project_id)
