# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Selection of the credentials: options, then the environment, then credentials files, then the role of the machine.

Pure: parameters, an environment and a function that reads files in; one :class:`ResolvedCredentials` out. All credentials
come from one source, because an access key from one source and a secret key from another do not belong together.
"""

from __future__ import annotations

import typing as t
from collections.abc import Iterable, Iterator, Mapping

from .._errors import InputError
from .._options import text_or_none
from .environment import DEFAULT_CLOUD, FAMILIES, SDK, family_values, sdk_endpoint
from .provider import (
    CredentialsFile,
    CredentialsProvider,
    GivenProvider,
    ReadFile,
    Values,
    ValueSource,
    check_quotes,
    is_quoted,
)
from .providers.access_key import AccessKey
from .providers.password import Password
from .providers.token import IamToken

#: Providers whose values are in options, variables or files. The order is the precedence where a source contains several:
#: a token, then keys, then a password, as in Terraform.
GIVEN: tuple[type[GivenProvider], ...] = (IamToken, AccessKey, Password)


def _load_sdk_file(selected: Values, read_file: ReadFile, is_method_set: bool) -> ValueSource | None:
    from .providers.sdk_file import load  # most tasks read no credentials file

    return load(selected, read_file, is_method_set)


def _load_koocli_file(selected: Values, read_file: ReadFile, is_method_set: bool) -> ValueSource | None:
    from .providers.koocli_file import load  # most tasks read no credentials file

    return load(selected, read_file, is_method_set)


#: Credentials files of other tools, in the order of precedence.
FILES = (
    CredentialsFile("sdk_file", ("credentials_file",), _load_sdk_file),
    CredentialsFile("hcloud", ("profile", "shared_config_file"), _load_koocli_file),
)

SECRETS = tuple(name for provider in GIVEN for name in provider.SECRETS)
#: Options with credentials, which are never combined from several sources; options of files; options of the location.
CREDENTIALS = tuple(name for provider in GIVEN for name in provider.REQUIRED + provider.OPTIONAL)
AGENCY_OPTIONS = ("agency_name", "agency_domain_name", "agency_domain_id")
FILE_OPTIONS = tuple(name for file in FILES for name in file.options)
LOCATION = ("domain_name", "project_id", "project_name", "region", "cloud", "endpoint", "auth_url")

#: Values of the option auth_method.
AUTO = "auto"
GIVEN_METHODS = tuple(provider.NAME for provider in GIVEN)
METHODS = (AUTO, *GIVEN_METHODS, *(file.name for file in FILES), "metadata")

OPTIONS = "the options"
METADATA = "the metadata service"
METADATA_URL = "http://169.254.169.254"

NO_CREDENTIALS = "No credentials found in the options, the environment"
NO_CREDENTIALS_REMEDY = (
    "Set access_key and secret_key (environment variables HW_ACCESS_KEY and HW_SECRET_KEY), or use another"
    " authentication method."
)
#: Hint if a password is rejected, which may contain quotation marks.
QUOTED_PASSWORD = "The password begins and ends with a quotation mark. Remove the quotation marks if they are not a part of it."


class ResolvedCredentials(t.NamedTuple):
    """The selected provider, and the location of the services.

    :ivar source: the source of the credentials, for messages; contains no credential.
    :ivar location: the values of :data:`LOCATION` that are known.
    :ivar hint: a sentence to add if the credentials are rejected.
    """

    provider: CredentialsProvider
    source: str
    location: Values
    hint: str = ""


class ProviderChain:
    def __init__(self, params: Mapping[str, t.Any], environ: Mapping[str, str], read_file: ReadFile) -> None:
        """Create a chain; nothing is read yet.

        :arg read_file: returns the text of a file, or :data:`None` if the file does not exist.
        """
        known = CREDENTIALS + AGENCY_OPTIONS + LOCATION + FILE_OPTIONS
        self._options = {name: value for name in known if (value := text_or_none(params.get(name)))}
        self._families = [ValueSource(name, family_values(variables, environ)) for name, variables in FAMILIES.items()]
        self._method = text_or_none(params.get("auth_method")) or AUTO
        self._metadata_url = (text_or_none(params.get("metadata_url")) or METADATA_URL).rstrip("/")
        self._environ = environ
        self._read_file = read_file

    def run(self) -> ResolvedCredentials:
        """Return the first credentials found, and their location.

        :raises InputError: no credentials are found, credentials are incomplete, or options exclude each other.
        """
        if self._method not in METHODS:
            raise InputError(f"Invalid auth_method: {self._method!r} is not supported. Specify one of {', '.join(METHODS)}.")
        if self._method == AUTO:
            self._method = self._method_of_options()
        for source in self._sources():
            provider_class = _pick(source, self._method)
            if provider_class is not None:
                location = self._location(source)
                check_quotes(source.values, f" in {source.name}")
                for given in GIVEN:
                    given.check_secrets(source)
                provider = provider_class.from_values(source.values, location)
                hint = QUOTED_PASSWORD if is_quoted(source.values.get("password", "")) else source.hint
                return ResolvedCredentials(self._with_agency(provider, source.values), source.name, location, hint)
        return self._machine_role()

    def _method_of_options(self) -> str:
        """Return the method that the options imply: an option that selects a file implies the method of this file."""
        options = self._options
        implied = [file.name for file in FILES if _only(file.options, options)]
        if len(implied) > 1 or (implied and _only(CREDENTIALS, options)):
            raise _conflict(_only(CREDENTIALS + FILE_OPTIONS, options))
        return implied[0] if implied else AUTO

    def _sources(self) -> Iterator[ValueSource]:
        """Yield the possible sources of credentials by precedence. A file is read only if no earlier source is used."""
        if self._method in (AUTO, *GIVEN_METHODS):
            yield ValueSource(OPTIONS, self._options)
            yield from self._families
        # A file that an option or a variable selects has precedence over other files; of two selected files, the last one.
        named = [file for file in reversed(FILES) if self._named(file)]
        for file in [*named, *(file for file in FILES if file not in named)]:
            if self._method in (AUTO, file.name):
                source = file.load(self._named(file), self._read_file, self._method == file.name)
                if source is not None:
                    yield source

    def _named(self, file: CredentialsFile) -> Values:
        """Return the options of a credentials file that the module options or any variable set."""
        sources = (self._options, *(family.values for family in self._families))
        first = {name: next((values[name] for values in sources if name in values), "") for name in file.options}
        return {name: value for name, value in first.items() if value}

    def _location(self, source: ValueSource) -> Values:
        """Return the location: from the options, completed by the source of the credentials.

        If the source is the options, a file or the machine, one family of the environment supplies the missing values.
        """
        location = _only(LOCATION, self._options)
        if source.name in FAMILIES:
            return _completed(location, self._with_sdk_endpoint(source))
        return _completed(_completed(location, _only(LOCATION, source.values)), self._location_of_environment())

    def _location_of_environment(self) -> Values:
        """Return the location in the first family that contains any of its values."""
        return next(filter(None, map(self._with_sdk_endpoint, self._families)), {})

    def _with_sdk_endpoint(self, family: ValueSource) -> Values:
        """Return the location in a family, with the address of the region from the variable of the SDK."""
        location = _only(LOCATION, family.values)
        region = self._options.get("region") or location.get("region")
        if family.name != SDK or not region:
            return location
        endpoint = sdk_endpoint(region, self._environ)
        return {**location, "endpoint": endpoint} if endpoint else location

    def _with_agency(self, provider: CredentialsProvider, values: Values) -> CredentialsProvider:
        selected = _only(AGENCY_OPTIONS, self._options) or _only(AGENCY_OPTIONS, values)
        if not selected:
            return provider
        from .providers.agency import Agency  # most tasks assume no agency

        return Agency.from_values(provider, selected)

    def _machine_role(self) -> ResolvedCredentials:
        """Return the role of the machine: the user selected it, or it is the last provider of the chain."""
        if self._method in GIVEN_METHODS:
            required = next(provider.REQUIRED for provider in GIVEN if self._method == provider.NAME)
            raise InputError(
                f"Missing credentials for auth_method {self._method}. Set {' and '.join(required)} in the options or in the"
                " environment."
            )
        from .providers import metadata  # most tasks do not use the role of the machine

        location = self._location(ValueSource(METADATA, {}))
        service = f"{METADATA} at {self._metadata_url}"
        failure = f"Could not authenticate: {service} returned no keys"
        provider = metadata.Metadata(self._metadata_url, metadata.TIMEOUT, failure, metadata.REMEDY)
        if self._method == AUTO:
            if not _only(("region", "endpoint", "project_name"), location):
                raise InputError(f"{NO_CREDENTIALS} or the credentials files. {NO_CREDENTIALS_REMEDY}")
            failure = f"{NO_CREDENTIALS}, the credentials files or {service}"
            provider = metadata.Metadata(self._metadata_url, metadata.LAST_RESORT_TIMEOUT, failure, NO_CREDENTIALS_REMEDY)
        return ResolvedCredentials(self._with_agency(provider, {}), METADATA, location)


def _pick(source: ValueSource, method: str) -> type[GivenProvider] | None:
    """Return the provider whose values a source contains; :data:`None` if there is none.

    Options with the values of several providers exclude each other.

    :raises InputError: a part of the values is missing.
    """
    allowed = [provider for provider in GIVEN if method == provider.NAME or method not in GIVEN_METHODS]
    complete = [provider for provider in allowed if all(name in source.values for name in provider.REQUIRED)]
    for provider in allowed:
        provider.check_complete(source, bool(complete))
    if len(complete) > 1 and source.name == OPTIONS:
        raise _conflict(_only(CREDENTIALS, source.values))
    return complete[0] if complete else None


def _conflict(names: Iterable[str]) -> InputError:
    return InputError(
        f"Conflicting options: {', '.join(sorted(names))}. Set the options of one authentication method only, or select a"
        " method with auth_method."
    )


def _completed(location: Values, more: Values) -> Values:
    """Add the missing values of a location.

    A project and an address belong to one region of one cloud, so they are ignored if the location has another region or
    cloud. A project ID is ignored if the location has a project name.
    """
    has_region = "region" in location and "region" in more
    is_other_place = (has_region and location["region"] != more["region"]) or (
        "cloud" in location and location["cloud"] != more.get("cloud", DEFAULT_CLOUD)
    )
    ignored = {"project_id", "project_name", "endpoint", "auth_url"} if is_other_place else set()
    if "project_name" in location:
        ignored.add("project_id")
    return {**{name: value for name, value in more.items() if name not in ignored}, **location}


def _only(names: Iterable[str], values: Values) -> Values:
    return {name: values[name] for name in names if name in values}
