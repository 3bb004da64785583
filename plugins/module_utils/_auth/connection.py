# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where the services are, and how to connect: what the options say, and what follows from it (dli-api.md 6).

Pure: parameters, an environment and a function that reads files in, a :class:`ConnectionConfig` out. Which credentials are
used is decided in ``provider_chain.py``.
"""

from __future__ import annotations

import re
import typing as t
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from .._errors import InputError
from .._http.options import HttpOptions, parse_http_options
from .._options import not_negative, positive
from .environment import DEFAULT_CLOUD, FAMILIES
from .iam_client import Scope
from .provider import CredentialsProvider, ReadFile, Values
from .provider_chain import ProviderChain

#: Regions under another domain than their cloud's (dli-api.md 6).
REGION_CLOUDS = {"eu-west-101": "myhuaweicloud.eu"}

#: The known clouds (dli-api.md 6), to recognise in an address.
CLOUDS = (
    DEFAULT_CLOUD,
    *REGION_CLOUDS.values(),
    "otc.t-systems.com",
    "prod-cloud-ocb.orange-business.com",
    "hc.sbercloud.ru",
)

LOOPBACK = ("localhost", "::1")


@dataclass(frozen=True)
class ConnectionConfig:
    """What is needed to connect to the services.

    :ivar endpoint: base URL of DLI without a trailing slash.
    :ivar auth_url: base URL of IAM likewise; :data:`None` if it is not needed.
    :ivar scope: the project; its id is to be looked up if only its name is known.
    :ivar source: where the credentials come from, for messages; never a value of theirs.
    :ivar hint: a sentence to add if the credentials are rejected.
    :ivar request_timeout: seconds for one exchange, connecting and reading the whole answer included.
    :ivar warnings: sentences for the user.
    """

    endpoint: str
    auth_url: str | None
    scope: Scope
    provider: CredentialsProvider
    source: str
    hint: str
    http: HttpOptions
    request_timeout: float
    max_retries: int
    warnings: tuple[str, ...] = ()


def resolve_connection(params: Mapping[str, t.Any], environ: Mapping[str, str], read_file: ReadFile) -> ConnectionConfig:
    """Return the connection that module parameters, an environment and files describe.

    :arg read_file: returns a file's text, or :data:`None` if there is no such file.
    :raises InputError: something is missing, contradictory or not possible.
    """
    credentials = ProviderChain(params, environ, read_file).run()
    resolver = _EndpointResolver(credentials.location, credentials.source, bool(params.get("allow_http")))
    endpoint = resolver.endpoint()
    scope = resolver.scope()
    needs_iam = credentials.provider.needs_iam or scope.project_id is None
    return ConnectionConfig(
        endpoint=endpoint,
        auth_url=resolver.auth_url() if needs_iam else None,
        scope=scope,
        provider=credentials.provider,
        source=credentials.source,
        hint=credentials.hint,
        http=parse_http_options(params),
        request_timeout=positive("request_timeout", params["request_timeout"]),
        max_retries=int(not_negative("max_retries", params["max_retries"])),
        warnings=tuple(_warnings(params, resolver)),
    )


class _EndpointResolver:
    """The addresses and the project that follow from a location."""

    def __init__(self, location: Values, source: str, allow_http: bool) -> None:
        self._location = location
        self._source = source
        self._allow_http = allow_http
        self.unencrypted: list[str] = []

    def scope(self) -> Scope:
        """Return the project. A region's main project carries the region's name (dli-api.md 5.6)."""
        project_id, name = self._location.get("project_id"), self._location.get("project_name") or self._region()
        if project_id:
            if not re.fullmatch(r"[A-Za-z0-9]{1,64}", project_id):
                raise InputError(f"project_id must be 1 to 64 letters and digits, not {project_id!r}")
            return Scope(project_id, None)
        if name is None:
            raise InputError(
                f"project_id is missing: set it, or {self._variables('project_id')}; with project_name or region it is looked up"
            )
        return Scope(None, name)

    def endpoint(self) -> str:
        given = self._location.get("endpoint")
        return self._checked("endpoint", given) if given else f"https://dli.{self._domain('endpoint')}"

    def auth_url(self) -> str:
        """Return the address of IAM: the one given, or the one beside DLI's."""
        given, endpoint = self._location.get("auth_url"), self._location.get("endpoint")
        if given:
            return re.sub(r"/v3(\.0)?$", "", self._checked("auth_url", given))
        if endpoint and "cloud" not in self._location:
            parts = urlsplit(self._checked("endpoint", endpoint))
            if not parts.netloc.startswith("dli."):
                raise InputError(f"auth_url is missing: nobody can tell which identity service belongs to {endpoint}")
            return f"{parts.scheme}://iam.{parts.netloc[len('dli.'):]}"
        return f"https://iam.{self._domain('auth_url')}"

    def _domain(self, otherwise: str) -> str:
        region = self._region()
        if not region:
            raise InputError(f"region is missing: set it (or {otherwise}), or {self._variables('region')}")
        if not re.fullmatch(r"[a-z0-9-]+", region):
            raise InputError(f"region must look like cn-north-4, not {region!r}")
        cloud = self._location.get("cloud") or self._cloud_of_iam(region) or REGION_CLOUDS.get(region, DEFAULT_CLOUD)
        if not re.fullmatch(r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*", cloud):
            raise InputError(f"cloud must be a domain such as {DEFAULT_CLOUD}, not {cloud!r}")
        return f"{region}.{cloud}"

    def _region(self) -> str | None:
        """Return the region; a project's name begins with it (dli-api.md 5.6)."""
        return self._location.get("region") or self._location.get("project_name", "").partition("_")[0] or None

    def _cloud_of_iam(self, region: str) -> str | None:
        """Return the domain of the cloud that the address of IAM belongs to: ``iam.region.cloud`` or ``iam.cloud``."""
        auth_url = self._location.get("auth_url")
        host = (urlsplit(self._checked("auth_url", auth_url)).hostname or "") if auth_url else ""
        known = next((cloud for cloud in CLOUDS if host.endswith(f".{cloud}")), None)
        if known:
            return known
        for beginning in (f"iam.{region}.", "iam."):
            if host.startswith(beginning):
                return host[len(beginning):]
        if host:
            raise InputError(f"endpoint is missing: nobody can tell which DLI belongs to {auth_url}")
        return None

    def _checked(self, option: str, url: str) -> str:
        if "@" in url:  # not quoted: what stands before it is a secret
            raise InputError(f"{option} must not hold a user name or password")
        try:
            parts = urlsplit(url)
            usable = parts.scheme in ("https", "http") and _is_host(parts.hostname) and parts.port != 0
        except ValueError:
            usable = False
        if not usable or parts.query or parts.fragment:
            service = "dli" if option == "endpoint" else "iam"
            raise InputError(f"{option} must be a URL such as https://{service}.cn-north-4.{DEFAULT_CLOUD}, not {url!r}")
        host = parts.hostname or ""
        if parts.scheme == "http" and host not in LOOPBACK and not re.fullmatch(r"127(\.[0-9]{1,3}){3}", host):
            if not self._allow_http:
                raise InputError(
                    f"{option} {url!r} is not encrypted: plain http is for this machine (loopback) only, unless allow_http is set"
                )
            self.unencrypted.append(url)
        return url.rstrip("/")

    def _variables(self, option: str) -> str:
        """Name the variable that could have supplied an option: of the family in use, else of the first."""
        family = FAMILIES.get(self._source, FAMILIES["HW_*"])
        if option in family:
            return f"the environment variable {family[option][0]}"
        return f"sign in with another family than {self._source}, which has no variable for it"


def _warnings(params: Mapping[str, t.Any], resolver: _EndpointResolver) -> t.Iterator[str]:
    if not params["validate_certs"]:
        yield "validate_certs is false: anybody between here and the service can read and change what is sent"
    for url in dict.fromkeys(resolver.unencrypted):
        yield f"{url} is not encrypted: anybody between here and there can read and change what is sent"


def _is_host(name: str | None) -> bool:
    """Return whether a text is a host name: labels of 1 to 63 characters (an empty label is a common typing error)."""
    return re.fullmatch(r"([^.\s]{1,63}\.)*[^.\s]{1,63}\.?", name or "") is not None
