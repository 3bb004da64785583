# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where credentials come from: options, then the environment, then profile files, then the machine's own role.

Pure: parameters, an environment and a function that reads files in; one :class:`Found` out. What signs in comes from one
source as a whole: an access key from one and a secret from another would sign in as nobody, or as somebody else.
"""

from __future__ import annotations

import os.path
import re
import typing as t
from collections.abc import Mapping
from dataclasses import dataclass

from .._errors import InputError
from .._options import SHORTEST_SECRET, text_or_none
from .base import CredentialsProvider
from .environment import DEFAULT_CLOUD, FAMILIES, Values, family_values, sdk_endpoint
from .providers import koocli_file, metadata, sdk_file
from .providers.access_key import AccessKey
from .providers.agency import Agency
from .providers.password import Password
from .providers.token import IamToken

SECRETS = ("access_key", "secret_key", "security_token", "auth_token", "password")
#: What signs in, and is never mixed across sources; and what says where to.
CREDENTIALS = (*SECRETS, "username")
AGENCY = ("agency_name", "agency_domain_name", "agency_domain_id")
LOCATION = ("domain_name", "project_id", "project_name", "region", "cloud", "endpoint", "auth_url")
FILES = ("profile", "shared_config_file", "credentials_file")
#: Ways that can be asked for with ``auth_method``: those whose values an option or the environment holds, and the others.
AUTO = "auto"
GIVEN = ("token", "aksk", "password")
METHODS = (AUTO, *GIVEN, "sdk_file", "hcloud", "metadata")
OPTIONS = "the options"
METADATA = "the metadata service"
ReadFile = t.Callable[[str], t.Optional[str]]


@dataclass(frozen=True)
class ResolvedCredentials:
    """Who signs in and where to.

    :ivar source: where the credentials came from, for messages; never a value of theirs.
    :ivar place: the values of :data:`PLACE` that are known.
    :ivar hint: what else to think of, as a sentence, if the credentials are not accepted.
    """

    way: CredentialsProvider
    source: str
    place: Values
    hint: str = ""


class _Source(t.NamedTuple):
    name: str
    values: Values
    hint: str = ""


class ProviderChain:
    """One search for credentials, through options, environment and files."""

    def __init__(self, params: Mapping[str, t.Any], environ: Mapping[str, str], read_file: ReadFile) -> None:
        """Prepare; nothing is read yet.

        :arg read_file: returns a file's text, or :data:`None` if there is no such file.
        """
        self._options = {
            name: value for name in CREDENTIALS + AGENCY + LOCATION + FILES if (value := text_or_none(params.get(name)))
        }
        self._families = [_Source(name, family_values(variables, environ)) for name, variables in FAMILIES.items()]
        self._method = text_or_none(params.get("auth_method")) or AUTO
        self._metadata_url = (text_or_none(params.get("metadata_url")) or metadata.DEFAULT_URL).rstrip("/")
        self._environ = environ
        self._read_file = read_file

    def run(self) -> ResolvedCredentials:
        """Return the first credentials there are, and what belongs to them.

        :raises InputError: there are none, or they are not whole, or they contradict each other.
        """
        if self._method not in METHODS:
            raise InputError(f"auth_method must be one of {', '.join(METHODS)}, not {self._method!r}")
        if self._method == AUTO:
            self._method = self._named_method()
        for source in self._sources():
            kind = _pick(source, self._method)
            if kind is not None:
                place = self._place(source)
                way = _provider(kind, source.values, place, source.name)
                return ResolvedCredentials(self._with_agency(way, source.values), source.name, place, source.hint)
        return self._machine()

    def _named_method(self) -> str:
        """Return the method that the options mean: a file that is named there is to be used."""
        options = self._options
        wanted = {"sdk_file" if name == "credentials_file" else "hcloud" for name in FILES if name in options}
        if len(wanted) > 1 or (wanted and any(name in options for name in CREDENTIALS)):
            raise _contradiction(name for name in CREDENTIALS + FILES if name in options)
        return wanted.pop() if wanted else AUTO

    def _sources(self) -> t.Iterator[_Source]:
        """Yield the places that may hold credentials, in the order tried. A file is read only when its turn has come."""
        method = self._method
        if method in (AUTO, *GIVEN):
            yield _Source(OPTIONS, self._options)
            yield from self._families
        files = {"sdk_file": self._sdk_file, "hcloud": self._hcloud}
        # A file that a variable names is meant; the other may merely be there.
        named = {"hcloud": bool(self._named("shared_config_file") or self._named("profile"))}
        for name in sorted(files, key=lambda name: (not named.get(name), name != "sdk_file")):
            if method in (AUTO, name):
                yield from files[name](method)

    def _sdk_file(self, method: str) -> t.Iterator[_Source]:
        named = self._named("credentials_file")
        path = os.path.expanduser(named or sdk_file.DEFAULT_PATH)
        is_needed = method == "sdk_file" or named is not None
        text = self._text(path, is_needed)
        values = sdk_file.values(text, path) if text is not None else {}
        if is_needed and not _holds_any(values):
            raise InputError(f"{path} holds no ak and sk in a section [{sdk_file.SECTION}]")
        yield _Source(path, values)

    def _hcloud(self, method: str) -> t.Iterator[_Source]:
        named, wanted = self._named("shared_config_file"), self._named("profile")
        path = os.path.expanduser(named or koocli_file.DEFAULT_PATH)
        is_needed = method == "hcloud" or named is not None or wanted is not None
        text = self._text(path, is_needed)
        if text is None:
            return
        profile, values = koocli_file.values(text, path, wanted)
        if is_needed and not _holds_any(values):
            raise InputError(f"the profile {profile} of {path} holds no access key: only profiles with keys can be used")
        yield _Source(f"the profile {profile} of {path}", values, koocli_file.ENCRYPTED)

    def _text(self, path: str, is_needed: bool) -> str | None:
        text = self._read_file(path)
        if text is None and is_needed:
            raise InputError(f"there is no file {path} to sign in with")
        return text

    def _named(self, name: str) -> str | None:
        """Return the name of a file or profile, if the options or any variable give one."""
        sources = (self._options, *(family.values for family in self._families))
        return next((values[name] for values in sources if name in values), None)

    def _place(self, source: _Source) -> Values:
        """Return where to go: what the options say, completed by what came with the credentials.

        If they came from the options, a file or the machine, one family of the environment completes the rest.
        """
        place = _only(LOCATION, self._options)
        if source.name in FAMILIES:
            return _completed(place, self._with_sdk_endpoint(source.name, _only(LOCATION, source.values)))
        return _completed(_completed(place, _only(LOCATION, source.values)), self._surroundings())

    def _surroundings(self) -> Values:
        """Return the place that the first family with any of it speaks of."""
        places = (self._with_sdk_endpoint(name, _only(LOCATION, values)) for name, values, _hint in self._families)
        return next((place for place in places if place), {})

    def _with_sdk_endpoint(self, family: str, place: Values) -> Values:
        """Add the address that the SDK's own variable gives for the region."""
        region = self._options.get("region") or place.get("region")
        if family != "HUAWEICLOUD_SDK_*" or not region:
            return place
        endpoint = sdk_endpoint(region, self._environ)
        return {**place, "endpoint": endpoint} if endpoint else place

    def _with_agency(self, way: CredentialsProvider, values: Values) -> CredentialsProvider:
        """Put the agency behind the way, if one is named by the options, or else by the source of the credentials."""
        chosen = _only(AGENCY, self._options) or _only(AGENCY, values)
        if not chosen:
            return way
        if "agency_name" not in chosen:
            raise InputError("agency_name is missing: the account of an agency is given, but not the agency")
        owners = {"domain_id": "agency_domain_id", "domain_name": "agency_domain_name"}
        owner = {member: chosen[name] for member, name in owners.items() if name in chosen}
        if not owner:
            raise InputError(f"agency_domain_name is missing: the account that the agency {chosen['agency_name']} belongs to")
        member = next(iter(owner))
        return Agency(way, {"agency_name": chosen["agency_name"], member: owner[member]})

    def _machine(self) -> ResolvedCredentials:
        """Return the machine's own role, which is asked for, or the last thing to try."""
        if self._method in GIVEN:
            raise InputError(f"auth_method is {self._method}, but neither the options nor the environment hold what it needs")
        source = _Source(METADATA, {})
        place = self._place(source)
        missing = (
            "no credentials: set access_key and secret_key (or HW_ACCESS_KEY and HW_SECRET_KEY in the environment), or sign in"
            " in another way; nothing was found in the options, the environment and the profile files"
        )
        way = metadata.Metadata(self._metadata_url, metadata.TIMEOUT, "cannot sign in:")
        if self._method == AUTO:
            if not any(name in place for name in ("region", "endpoint", "project_name")):
                raise InputError(missing)
            way = metadata.Metadata(self._metadata_url, metadata.LAST_RESORT_TIMEOUT, f"{missing}, and")
        return ResolvedCredentials(self._with_agency(way, {}), source.name, place)


def _pick(source: _Source, method: str) -> str | None:
    """Return which kind of credentials a source holds; :data:`None` if it holds none.

    Where one holds several, a token comes before keys and keys before a password, as Terraform has it; but options that
    name several are a contradiction.

    :raises InputError: half of one is missing.
    """
    values, where = source.values, source.name
    needs = {"token": ("auth_token",), "aksk": ("access_key", "secret_key"), "password": ("username", "password")}
    wanted = (method,) if method in GIVEN else GIVEN
    complete = [kind for kind in wanted if all(name in values for name in needs[kind])]
    if "aksk" in wanted:
        _check_keys(values, where)
    if "password" in wanted:
        _check_user(values, where, bool(complete))
    if len(complete) > 1 and where == OPTIONS:
        raise _contradiction(name for name in CREDENTIALS if name in values)
    return complete[0] if complete else None


def _check_keys(values: Values, where: str) -> None:
    if ("access_key" in values) != ("secret_key" in values):
        missing = "secret_key" if "access_key" in values else "access_key"
        raise InputError(f"{missing} is missing in {where}: access key and secret key must come from the same place")
    if "security_token" in values and "access_key" not in values:
        raise InputError(f"security_token in {where} needs access_key and secret_key beside it")


def _check_user(values: Values, where: str, is_other_complete: bool) -> None:
    """Refuse half of a user. A name by itself may stand beside keys, for other tools."""
    if ("username" in values) != ("password" in values) and ("password" in values or not is_other_complete):
        missing = "password" if "username" in values else "username"
        raise InputError(f"{missing} is missing in {where}: user name and password must come from the same place")


def _contradiction(names: t.Iterable[str]) -> InputError:
    return InputError(
        f"the options say several times how to sign in ({', '.join(sorted(names))}): keep one, or choose with auth_method"
    )


def _provider(kind: str, values: Values, place: Values, where: str) -> CredentialsProvider:
    for name in SECRETS:
        _check_secret(name, values.get(name), where)
    if kind == "token":
        return IamToken(values["auth_token"])
    if kind == "aksk":
        return AccessKey(values["access_key"], values["secret_key"], values.get("security_token"))
    if "domain_name" not in place:
        raise InputError(
            "domain_name is missing: set it, HW_DOMAIN_NAME or OS_USER_DOMAIN_NAME to the account that the user belongs to"
        )
    return Password(values["username"], values["password"], place["domain_name"])


def _check_secret(name: str, value: str | None, where: str) -> None:
    """Refuse what cannot be a secret; the message never quotes it."""
    if value is None:
        return
    if len(value) < SHORTEST_SECRET:
        raise InputError(f"{name} in {where} has fewer than {SHORTEST_SECRET} characters: it cannot be complete")
    broken = r"[\x00-\x1f\x7f]" if name == "password" else r"[^\x21-\x7e]"
    if re.search(broken, value):
        raise InputError(
            f"{name} in {where} holds a character that no credential has, such as a space or a line break: was it wrapped?"
        )


def _completed(place: Values, more: Values) -> Values:
    """Complete what is known of where to go.

    A project and an address belong to one region of one cloud, so they do not count where another one is named already;
    and a project that is named already is another one.
    """
    has_region = "region" in place and "region" in more
    is_elsewhere = (has_region and place["region"] != more["region"]) or (
        "cloud" in place and place["cloud"] != more.get("cloud", DEFAULT_CLOUD)
    )
    hidden = {"project_id", "project_name", "endpoint", "auth_url"} if is_elsewhere else set()
    if "project_name" in place:
        hidden.add("project_id")
    return {**{name: value for name, value in more.items() if name not in hidden}, **place}


def _only(names: tuple[str, ...], values: Values) -> Values:
    return {name: values[name] for name in names if name in values}


def _holds_any(values: Values) -> bool:
    return any(name in values for name in CREDENTIALS)
