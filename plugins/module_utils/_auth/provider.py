# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Interface of the authentication methods; each method is one file in ``providers/``.

A *provider* contains the configured values (a user and a password, the name of an agency). Its ``get_credentials`` returns
a *request signer*, which creates the headers of one request. Keys and tokens are both, because they are ready for use.
``provider_chain.py`` selects the provider and the source of its values.
"""

from __future__ import annotations

import abc
import re
import typing as t

from .._errors import InputError
from .._http.request_response import RequestSigner
from .._options import SHORTEST_SECRET

if t.TYPE_CHECKING:
    from .iam_client import IamClient

#: Option -> value.
Values = dict[str, str]
#: Returns the text of a file, or None if the file does not exist.
ReadFile = t.Callable[[str], t.Optional[str]]
NewIamClient = t.Callable[[], "IamClient"]

#: Quotation marks, also those of word processors. Some tools keep them when they read variables from a file.
QUOTES = "\"'\u201c\u201d\u2018\u2019"

#: Characters that no key or token contains, and characters that no password contains (it may contain spaces).
NOT_IN_A_KEY = r"[^\x21-\x7e]"
NOT_IN_A_PASSWORD = r"[\x00-\x1f\x7f]"


class Scope(t.NamedTuple):
    """The project of the requests: its ID, or else its name."""

    project_id: str | None
    project_name: str | None


class ScopedCredentials(t.NamedTuple):
    """What a provider returns; ``project_id`` is the project that IAM returned, if any."""

    signer: RequestSigner
    project_id: str | None = None


class CredentialsProvider(abc.ABC):
    """One authentication method, with the values that it requires.

    :cvar is_refreshable: whether another authentication returns new credentials; ``needs_iam``: whether it calls IAM.
    """

    is_refreshable = needs_iam = False

    @property
    @abc.abstractmethod
    def description(self) -> str:
        """Kind of the credentials, for messages; contains no credential."""

    def secrets(self) -> list[str]:
        """Return every value that must not appear in any output."""
        return []

    def get_credentials(self, new_iam: NewIamClient, scope: Scope | None) -> ScopedCredentials:
        """Authenticate. The default returns the provider itself, whose values are ready for use.

        :arg new_iam: returns a client of IAM, which not every provider requires.
        :arg scope: the project of the credentials; :data:`None` for the whole account.
        :raises CloudError: the authentication failed.
        """
        return ScopedCredentials(t.cast(RequestSigner, self))


class ValueSource(t.NamedTuple):
    """One possible source of credentials: its name for messages, and a sentence to add if they are rejected."""

    name: str
    values: Values
    hint: str = ""


class GivenProvider(CredentialsProvider):
    """Base of the providers whose values are in options, variables or files.

    :cvar NAME: value of the option ``auth_method``.
    :cvar REQUIRED: required options; ``OPTIONAL``: further options; ``SECRETS``: the options that are secret.
    :cvar NOT_IN_A_SECRET: pattern of a character that its secrets do not contain.
    """

    NAME: t.ClassVar[str]
    REQUIRED: t.ClassVar[tuple[str, ...]]
    OPTIONAL: t.ClassVar[tuple[str, ...]] = ()
    SECRETS: t.ClassVar[tuple[str, ...]]
    NOT_IN_A_SECRET: t.ClassVar[str] = NOT_IN_A_KEY

    @classmethod
    @abc.abstractmethod
    def from_values(cls, values: Values, location: Values) -> CredentialsProvider:
        """Return a provider with all its values.

        :arg location: domain, project, region and so on, as far as they are known.
        :raises InputError: a value is missing in the location.
        """

    @classmethod
    def check_complete(cls, source: ValueSource, has_other: bool) -> None:
        """Raise InputError if a source contains only a part of the values.

        :arg has_other: whether the source contains all values of this or another provider.
        """

    @classmethod
    def check_secrets(cls, source: ValueSource) -> None:
        """Raise InputError for a value that cannot be a secret; the message does not quote it."""
        for name in cls.SECRETS:
            value = source.values.get(name)
            if value is None:
                continue
            if len(value) < SHORTEST_SECRET:
                problem = f"it has fewer than {SHORTEST_SECRET} characters"
                raise InputError(f"Invalid {name} in {source.name}: {problem}. Specify the complete value.")
            if re.search(cls.NOT_IN_A_SECRET, value):
                problem = "it contains a character that is not allowed, such as a space or a line break"
                raise InputError(f"Invalid {name} in {source.name}: {problem}. Specify the value on one line.")


def check_quotes(values: Values, where: str = "") -> None:
    """Raise InputError for a value that begins or ends with a quotation mark; the message does not quote it.

    It would be sent as it is, and repeated rejections lock an access key or a user. A password may contain quotation marks.

    :arg where: the source of the values, to follow the name of an option.
    """
    for name, value in values.items():
        if name != "password" and (value[0] in QUOTES or value[-1] in QUOTES):
            raise InputError(f"Invalid {name}{where}: it begins or ends with a quotation mark. Remove the quotation marks.")


def is_quoted(text: str) -> bool:
    return len(text) > 1 and text[0] in QUOTES and text[-1] in QUOTES


class CredentialsFile(t.NamedTuple):
    """A credentials file of other tools.

    :ivar name: value of the option ``auth_method``; ``options``: options that select the file or a part of it.
    :ivar load: reads the file. Its arguments are the values of ``options`` from the options or the environment, the function
        that reads files, and whether the user selected this method. It returns None if the file does not exist and is not
        required. It raises InputError if the file cannot be read, or is required but contains no credentials.
    """

    name: str
    options: tuple[str, ...]
    load: t.Callable[[Values, ReadFile, bool], ValueSource | None]


def read_text(read_file: ReadFile, path: str, is_needed: bool) -> str | None:
    """Return the text of a file; None if the file does not exist.

    :raises InputError: the file is required but does not exist.
    """
    text = read_file(path)
    if text is None and is_needed:
        remedy = "Check the path, or use another authentication method."
        raise InputError(f"Could not read credentials: the file {path} does not exist. {remedy}")
    return text
