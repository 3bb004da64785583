# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The interface of all ways to sign in; each way is one file in ``providers/``.

A *provider* holds the values that were given (a user and a password, the name of an agency). Its ``get_credentials`` returns
a *request signer*, which makes the headers of one request; what is ready at once is both. Which provider is used, and where
its values come from, is decided in ``provider_chain.py``.
"""

from __future__ import annotations

import abc
import re
import typing as t

from .._errors import InputError
from .._http.request_response import RequestSigner
from .._options import SHORTEST_SECRET
from .iam_client import IamClient, Scope

#: Option -> value.
Values = dict[str, str]
#: Returns the text of a file, or None if there is no such file.
ReadFile = t.Callable[[str], t.Optional[str]]

#: What no key or token contains; a password may contain spaces.
NOT_IN_A_KEY = r"[^\x21-\x7e]"
NOT_IN_A_PASSWORD = r"[\x00-\x1f\x7f]"


class ScopedCredentials(t.NamedTuple):
    """What a provider returns; ``project_id`` is the project that IAM named, if it named any."""

    signer: RequestSigner
    project_id: str | None = None


class CredentialsProvider(abc.ABC):
    """One way to sign in, with the values it needs.

    :cvar is_refreshable: whether signing in again returns new credentials; ``needs_iam``: whether it calls IAM.
    """

    is_refreshable = needs_iam = False

    @property
    @abc.abstractmethod
    def description(self) -> str:
        """What is used to sign in, for messages; never a value."""

    def secrets(self) -> list[str]:
        """Return every value that must never be seen in an output."""
        return []

    def get_credentials(self, iam: IamClient, scope: Scope | None) -> ScopedCredentials:
        """Sign in; by default, the values are ready as they are.

        :arg scope: the project to sign in for; :data:`None` for the account as a whole.
        :raises CloudError: it failed.
        """
        return ScopedCredentials(t.cast(RequestSigner, self))


class ValueSource(t.NamedTuple):
    """One place that may hold credentials: its name for messages, and a sentence to add if they are rejected."""

    name: str
    values: Values
    hint: str = ""


class GivenProvider(CredentialsProvider):
    """Base of the providers whose values are in options, variables or files.

    :cvar NAME: as in the option ``auth_method``.
    :cvar REQUIRED: options that it needs; ``OPTIONAL``: options that may be beside them; ``SECRETS``: those that are secret.
    :cvar NOT_IN_A_SECRET: pattern of a character that none of its secrets contains.
    """

    NAME: t.ClassVar[str]
    REQUIRED: t.ClassVar[tuple[str, ...]]
    OPTIONAL: t.ClassVar[tuple[str, ...]] = ()
    SECRETS: t.ClassVar[tuple[str, ...]]
    NOT_IN_A_SECRET: t.ClassVar[str] = NOT_IN_A_KEY

    @classmethod
    @abc.abstractmethod
    def from_values(cls, values: Values, location: Values) -> CredentialsProvider:
        """Return a provider with all of its values.

        :arg location: domain, project, region and so on, as far as they are known.
        :raises InputError: a value is missing in the location.
        """

    @classmethod
    def check_complete(cls, source: ValueSource, has_other: bool) -> None:
        """Raise InputError if a source holds only a part of the values.

        :arg has_other: whether the source holds all values of this or another provider.
        """

    @classmethod
    def check_secrets(cls, source: ValueSource) -> None:
        """Raise InputError for a value that cannot be a secret; the message never quotes it."""
        for name in cls.SECRETS:
            value = source.values.get(name)
            if value is None:
                continue
            if len(value) < SHORTEST_SECRET:
                raise InputError(f"{name} in {source.name} has fewer than {SHORTEST_SECRET} characters: it cannot be complete")
            if re.search(cls.NOT_IN_A_SECRET, value):
                what = "a character that no credential has, such as a space or a line break"
                raise InputError(f"{name} in {source.name} holds {what}: was it wrapped?")


class ProfileFile(t.NamedTuple):
    """A file that other tools keep credentials in.

    :ivar name: as in the option ``auth_method``; ``options``: those that name the file or a part of it.
    :ivar load: reads the file. It takes the values of ``options`` that any option or variable holds, the function that reads
        files, and whether the user chose this file; it returns None if there is no such file and none is needed, and raises
        InputError if it cannot be read, or holds no credentials although it is needed.
    """

    name: str
    options: tuple[str, ...]
    load: t.Callable[[Values, ReadFile, bool], ValueSource | None]


def read_text(read_file: ReadFile, path: str, is_needed: bool) -> str | None:
    """Return the text of a file; None if there is no such file.

    :raises InputError: it is needed, and there is none.
    """
    text = read_file(path)
    if text is None and is_needed:
        raise InputError(f"there is no file {path} to sign in with")
    return text
