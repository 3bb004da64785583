# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which credentials are used: options, then the environment, then profile files, then the role of the machine.

Pure: parameters, an environment and a function that reads files in; one :class:`ResolvedCredentials` out. Credentials come
from one source as a whole: an access key from one source and a secret key from another do not belong together.
"""

from __future__ import annotations

import typing as t
from collections.abc import Iterable, Iterator, Mapping

from .._errors import InputError
from .._options import text_or_none
from .environment import DEFAULT_CLOUD, FAMILIES, family_values, sdk_endpoint
from .provider import CredentialsProvider, GivenProvider, ProfileFile, ReadFile, Values, ValueSource
from .providers import agency, koocli_file, metadata, sdk_file
from .providers.access_key import AccessKey
from .providers.agency import Agency
from .providers.password import Password
from .providers.token import IamToken

#: Providers whose values are in options, variables or files, in the order preferred where a source holds several: a token
#: comes before keys, and keys before a password, as in Terraform.
GIVEN: tuple[type[GivenProvider], ...] = (IamToken, AccessKey, Password)
#: Files that other tools keep credentials in, in the order tried.
FILES = (sdk_file.FILE, koocli_file.FILE)

SECRETS = tuple(name for provider in GIVEN for name in provider.SECRETS)
#: Options that sign in, and are never mixed across sources; that name files; and that say where to.
CREDENTIALS = tuple(name for provider in GIVEN for name in provider.REQUIRED + provider.OPTIONAL)
FILE_OPTIONS = tuple(name for file in FILES for name in file.options)
LOCATION = ("domain_name", "project_id", "project_name", "region", "cloud", "endpoint", "auth_url")

#: Values of the option auth_method.
AUTO = "auto"
GIVEN_METHODS = tuple(provider.NAME for provider in GIVEN)
METHODS = (AUTO, *GIVEN_METHODS, *(file.name for file in FILES), metadata.NAME)

OPTIONS = "the options"
METADATA = "the metadata service"


class ResolvedCredentials(t.NamedTuple):
    """The provider to sign in with, and where to.

    :ivar source: where the credentials come from, for messages; never a value of theirs.
    :ivar location: the values of :data:`LOCATION` that are known.
    :ivar hint: a sentence to add if the credentials are rejected.
    """

    provider: CredentialsProvider
    source: str
    location: Values
    hint: str = ""


class ProviderChain:
    def __init__(self, params: Mapping[str, t.Any], environ: Mapping[str, str], read_file: ReadFile) -> None:
        """Prepare; nothing is read yet.

        :arg read_file: returns a file's text, or :data:`None` if there is no such file.
        """
        known = CREDENTIALS + agency.OPTIONS + LOCATION + FILE_OPTIONS
        self._options = {name: value for name in known if (value := text_or_none(params.get(name)))}
        self._families = [ValueSource(name, family_values(variables, environ)) for name, variables in FAMILIES.items()]
        self._method = text_or_none(params.get("auth_method")) or AUTO
        self._metadata_url = (text_or_none(params.get("metadata_url")) or metadata.DEFAULT_URL).rstrip("/")
        self._environ = environ
        self._read_file = read_file

    def run(self) -> ResolvedCredentials:
        """Return the first credentials there are, and what belongs to them.

        :raises InputError: there are none, or they are not complete, or they contradict each other.
        """
        if self._method not in METHODS:
            raise InputError(f"auth_method must be one of {', '.join(METHODS)}, not {self._method!r}")
        if self._method == AUTO:
            self._method = self._method_of_options()
        for source in self._sources():
            provider_class = _pick(source, self._method)
            if provider_class is not None:
                location = self._location(source)
                for given in GIVEN:
                    given.check_secrets(source)
                provider = provider_class.from_values(source.values, location)
                return ResolvedCredentials(self._with_agency(provider, source.values), source.name, location, source.hint)
        return self._machine_role()

    def _method_of_options(self) -> str:
        """Return the method that the options mean: a file that they name is to be used."""
        options = self._options
        wanted = [file.name for file in FILES if _only(file.options, options)]
        if len(wanted) > 1 or (wanted and _only(CREDENTIALS, options)):
            raise _contradiction(_only(CREDENTIALS + FILE_OPTIONS, options))
        return wanted[0] if wanted else AUTO

    def _sources(self) -> Iterator[ValueSource]:
        """Yield the places that may hold credentials, in the order tried. A file is read only when its turn has come."""
        if self._method in (AUTO, *GIVEN_METHODS):
            yield ValueSource(OPTIONS, self._options)
            yield from self._families
        # A file that an option or a variable names comes before those that are merely there; of two named ones, the later.
        named = [file for file in reversed(FILES) if self._named(file)]
        for file in [*named, *(file for file in FILES if file not in named)]:
            if self._method in (AUTO, file.name):
                source = file.load(self._named(file), self._read_file, self._method == file.name)
                if source is not None:
                    yield source

    def _named(self, file: ProfileFile) -> Values:
        """Return the options of a profile file, as far as the options or any variable set them."""
        sources = (self._options, *(family.values for family in self._families))
        first = {name: next((values[name] for values in sources if name in values), "") for name in file.options}
        return {name: value for name, value in first.items() if value}

    def _location(self, source: ValueSource) -> Values:
        """Return where to go: what the options say, completed by what came with the credentials.

        If they came from the options, a file or the machine, one family of the environment completes the rest.
        """
        location = _only(LOCATION, self._options)
        if source.name in FAMILIES:
            return _completed(location, self._with_sdk_endpoint(source))
        return _completed(_completed(location, _only(LOCATION, source.values)), self._location_of_environment())

    def _location_of_environment(self) -> Values:
        """Return the location in the first family that says anything about it."""
        return next(filter(None, map(self._with_sdk_endpoint, self._families)), {})

    def _with_sdk_endpoint(self, family: ValueSource) -> Values:
        """Return the location in a family, with the address that the SDK's own variable gives for the region."""
        location = _only(LOCATION, family.values)
        region = self._options.get("region") or location.get("region")
        if family.name != "HUAWEICLOUD_SDK_*" or not region:
            return location
        endpoint = sdk_endpoint(region, self._environ)
        return {**location, "endpoint": endpoint} if endpoint else location

    def _with_agency(self, provider: CredentialsProvider, values: Values) -> CredentialsProvider:
        chosen = _only(agency.OPTIONS, self._options) or _only(agency.OPTIONS, values)
        return Agency.from_values(provider, chosen) if chosen else provider

    def _machine_role(self) -> ResolvedCredentials:
        """Return the role of the machine, which the user chose, or the last provider to try."""
        if self._method in GIVEN_METHODS:
            raise InputError(f"auth_method is {self._method}, but neither the options nor the environment hold what it needs")
        location = self._location(ValueSource(METADATA, {}))
        missing = (
            "no credentials: set access_key and secret_key (or HW_ACCESS_KEY and HW_SECRET_KEY in the environment), or sign in"
            " in another way; nothing was found in the options, the environment and the profile files"
        )
        provider = metadata.Metadata(self._metadata_url, metadata.TIMEOUT, "cannot sign in:")
        if self._method == AUTO:
            if not _only(("region", "endpoint", "project_name"), location):
                raise InputError(missing)
            provider = metadata.Metadata(self._metadata_url, metadata.LAST_RESORT_TIMEOUT, f"{missing}, and")
        return ResolvedCredentials(self._with_agency(provider, {}), METADATA, location)


def _pick(source: ValueSource, method: str) -> type[GivenProvider] | None:
    """Return the provider whose values a source holds; :data:`None` if it holds none.

    Options that hold the values of several contradict each other.

    :raises InputError: a part of the values is missing.
    """
    allowed = [provider for provider in GIVEN if method == provider.NAME or method not in GIVEN_METHODS]
    complete = [provider for provider in allowed if all(name in source.values for name in provider.REQUIRED)]
    for provider in allowed:
        provider.check_complete(source, bool(complete))
    if len(complete) > 1 and source.name == OPTIONS:
        raise _contradiction(_only(CREDENTIALS, source.values))
    return complete[0] if complete else None


def _contradiction(names: Iterable[str]) -> InputError:
    return InputError(
        f"the options say several times how to sign in ({', '.join(sorted(names))}): keep one, or choose with auth_method"
    )


def _completed(location: Values, more: Values) -> Values:
    """Complete what is known of where to go.

    A project and an address belong to one region of one cloud, so they do not count where another one is named already;
    and a project that is named already is another one.
    """
    has_region = "region" in location and "region" in more
    is_elsewhere = (has_region and location["region"] != more["region"]) or (
        "cloud" in location and location["cloud"] != more.get("cloud", DEFAULT_CLOUD)
    )
    hidden = {"project_id", "project_name", "endpoint", "auth_url"} if is_elsewhere else set()
    if "project_name" in location:
        hidden.add("project_id")
    return {**{name: value for name, value in more.items() if name not in hidden}, **location}


def _only(names: Iterable[str], values: Values) -> Values:
    return {name: values[name] for name in names if name in values}
