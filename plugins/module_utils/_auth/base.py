# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The interfaces of all ways to sign in; each way is one file in ``providers/``.

A *provider* holds the values that were given (a user and a password, the name of an agency). Its ``get_credentials`` returns
a *request signer*, which makes the headers of one request; what is ready at once is both. Which provider is used, and where
its values come from, is decided in ``provider_chain.py``.
"""

from __future__ import annotations

import re
import typing as t
from collections.abc import Mapping

from .._errors import InputError
from .._http.messages import RequestSigner
from .._options import SHORTEST_SECRET

#: Option -> value.
Values = dict[str, str]
#: Returns the text of a file, or None if there is no such file.
ReadFile = t.Callable[[str], t.Optional[str]]

#: What no key or token contains; a password may contain spaces.
NOT_IN_A_KEY = r"[^\x21-\x7e]"
NOT_IN_A_PASSWORD = r"[\x00-\x1f\x7f]"


class Scope(t.NamedTuple):
    """The project to work in: its id, or else its name."""

    project_id: str | None
    project_name: str | None


class ScopedCredentials(t.NamedTuple):
    """What a provider returns; ``project_id`` is the project that IAM named, if it named any."""

    signer: RequestSigner
    project_id: str | None = None


class IamCalls(t.Protocol):
    """The calls of the identity service that providers need; see :class:`._auth.iam_client.IamClient`."""

    def token(self, username: str, password: str, domain_name: str, scope: Scope | None) -> ScopedCredentials:
        """Get a token for a user."""

    def agency_keys(self, signer: RequestSigner, agency: Mapping[str, str]) -> RequestSigner:
        """Get temporary keys of an agency."""

    def machine_keys(self, url: str, timeout: float) -> RequestSigner:
        """Get the temporary keys of the machine that this runs on."""


class CredentialsProvider(t.Protocol):
    """One way to sign in, with the values it needs."""

    @property
    def description(self) -> str:
        """What is used to sign in, for messages; never a value."""

    @property
    def is_refreshable(self) -> bool:
        """Whether signing in again returns new credentials."""

    @property
    def needs_iam(self) -> bool:
        """Whether signing in calls the identity service."""

    def secrets(self) -> list[str]:
        """Return every value that must never be seen in an output."""

    def get_credentials(self, iam: IamCalls, scope: Scope | None) -> ScopedCredentials:
        """Sign in.

        :arg scope: the project to sign in for; :data:`None` for the account as a whole.
        :raises CloudError: it failed.
        """


class ValueSource(t.NamedTuple):
    """One place that may hold credentials.

    :ivar name: for messages.
    :ivar hint: a sentence to add if the credentials are rejected.
    """

    name: str
    values: Values
    hint: str = ""


class GivenProvider(t.Protocol):
    """A provider class whose values are in options, variables or files.

    :cvar NAME: as in the option ``auth_method``.
    :cvar REQUIRED: options that it needs; ``OPTIONAL``: options that may be beside them; ``SECRETS``: those that are secret.
    """

    NAME: t.ClassVar[str]
    REQUIRED: t.ClassVar[tuple[str, ...]]
    OPTIONAL: t.ClassVar[tuple[str, ...]]
    SECRETS: t.ClassVar[tuple[str, ...]]
    NOT_IN_A_SECRET: t.ClassVar[str]

    @classmethod
    def check_complete(cls, source: ValueSource, has_other: bool) -> None:
        """Raise InputError if a source holds a part of the values only.

        :arg has_other: whether the source holds all values of this or another provider.
        """

    @classmethod
    def from_values(cls, values: Values, location: Values) -> CredentialsProvider:
        """Return a provider with all of its values.

        :arg location: domain, project, region and so on, as far as they are known.
        :raises InputError: a value is missing in the location.
        """


class ProfileFile(t.Protocol):
    """A module for a file that other tools keep credentials in."""

    NAME: str
    #: Options that name the file or a part of it.
    OPTIONS: tuple[str, ...]

    def load(self, named: Values, read_file: ReadFile, is_chosen: bool) -> ValueSource | None:
        """Read the file.

        :arg named: values of OPTIONS, as far as any option or variable holds them.
        :arg is_chosen: whether the user chose this file with ``auth_method``.
        :return: None if there is no such file and none is needed.
        :raises InputError: it cannot be read, or holds no credentials although it is needed.
        """


def check_secrets(provider: type[GivenProvider], source: ValueSource) -> None:
    """Raise InputError for a value that cannot be a secret; the message never quotes it."""
    for name in provider.SECRETS:
        value = source.values.get(name)
        if value is None:
            continue
        if len(value) < SHORTEST_SECRET:
            raise InputError(f"{name} in {source.name} has fewer than {SHORTEST_SECRET} characters: it cannot be complete")
        if re.search(provider.NOT_IN_A_SECRET, value):
            what = "a character that no credential has, such as a space or a line break"
            raise InputError(f"{name} in {source.name} holds {what}: was it wrapped?")


def read_text(read_file: ReadFile, path: str, is_needed: bool) -> str | None:
    """Return the text of a file; None if there is no such file.

    :raises InputError: it is needed, and there is none.
    """
    text = read_file(path)
    if text is None and is_needed:
        raise InputError(f"there is no file {path} to sign in with")
    return text
