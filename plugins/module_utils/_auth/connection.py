# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Addresses of the services, and the connection options, from the options of a module (dli-api.md 6).

Pure: parameters, an environment and a function that reads files in, a :class:`ConnectionConfig` out. ``provider_chain.py``
selects the credentials.
"""

from __future__ import annotations

import re
import typing as t
from collections.abc import Mapping
from urllib.parse import urlsplit

from .._errors import InputError
from .._http.options import HttpOptions, parse_http_options
from .._options import is_host, not_negative, positive
from .environment import DEFAULT_CLOUD, FAMILIES, HW
from .provider import CredentialsProvider, ReadFile, Scope, Values, check_quotes
from .provider_chain import ProviderChain

#: Regions with another domain than the rest of their cloud (dli-api.md 6).
REGION_CLOUDS = {"eu-west-101": "myhuaweicloud.eu"}

#: Known cloud domains (dli-api.md 6), to find in an address.
CLOUDS = (
    DEFAULT_CLOUD,
    *REGION_CLOUDS.values(),
    "otc.t-systems.com",
    "prod-cloud-ocb.orange-business.com",
    "hc.sbercloud.ru",
)

LOOPBACK = ("localhost", "::1")


class ConnectionConfig(t.NamedTuple):
    """Everything that a connection to the services requires.

    :ivar endpoint: base URL of DLI without a trailing slash.
    :ivar auth_url: base URL of IAM without a trailing slash; :data:`None` if IAM is not needed.
    :ivar scope: the project; if only its name is known, its ID is to be looked up.
    :ivar source: the source of the credentials, for messages; contains no credential.
    :ivar hint: a sentence to add if the credentials are rejected.
    :ivar request_timeout: seconds for one exchange, connecting and reading the whole response included.
    :ivar warnings: messages for the user.
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
    :raises InputError: an option is missing or invalid, or options exclude each other.
    """
    credentials = ProviderChain(params, environ, read_file).run()
    check_quotes(credentials.location)
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
    """Determines the addresses and the project from a location."""

    def __init__(self, location: Values, source: str, allow_http: bool) -> None:
        self._location = location
        self._source = source
        self._allow_http = allow_http
        self.unencrypted: list[str] = []

    def scope(self) -> Scope:
        """Return the project. The main project of a region has the name of the region (dli-api.md 5.6)."""
        project_id, name = self._location.get("project_id"), self._location.get("project_name") or self._region()
        if project_id:
            if not re.fullmatch(r"[A-Za-z0-9]{1,64}", project_id):
                raise InputError(
                    f"Invalid project_id: {project_id!r} is not a project ID. Specify 1 to 64 letters and digits."
                )
            return Scope(project_id, None)
        if name is None:
            raise InputError(
                f"Missing project_id. Set the option project_id, project_name or region{self._or_variable('project_id')}"
            )
        return Scope(None, name)

    def endpoint(self) -> str:
        given = self._location.get("endpoint")
        return self._checked("endpoint", given) if given else f"https://dli.{self._domain('endpoint and project_id')}"

    def auth_url(self) -> str:
        """Return the address of IAM: from the option, or derived from the address of DLI or the region."""
        given, endpoint = self._location.get("auth_url"), self._location.get("endpoint")
        if given:
            return re.sub(r"/v3(\.0)?$", "", self._checked("auth_url", given))
        if endpoint and "cloud" not in self._location:
            parts = urlsplit(self._checked("endpoint", endpoint))
            if not parts.netloc.startswith("dli."):
                raise InputError(
                    f"Missing auth_url. Set it to the address of the identity service (IAM) that belongs to {endpoint}."
                )
            return f"{parts.scheme}://iam.{parts.netloc[len('dli.'):]}"
        return f"https://iam.{self._domain('auth_url')}"

    def _domain(self, alternative: str) -> str:
        region = self._region()
        if not region:
            remedy = f"Set the option region{self._or_variable('region')} Alternatively, set {alternative}."
            raise InputError(f"Missing region. {remedy}")
        if not re.fullmatch(r"[a-z0-9-]+", region):
            raise InputError(f"Invalid region: {region!r} is not a region name. Specify a name such as cn-north-4.")
        cloud = self._location.get("cloud") or self._cloud_of_iam(region) or REGION_CLOUDS.get(region, DEFAULT_CLOUD)
        if not re.fullmatch(r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*", cloud):
            raise InputError(f"Invalid cloud: {cloud!r} is not a domain name. Specify a domain such as {DEFAULT_CLOUD}.")
        return f"{region}.{cloud}"

    def _region(self) -> str | None:
        """Return the region; the name of a project begins with its region (dli-api.md 5.6)."""
        return self._location.get("region") or self._location.get("project_name", "").partition("_")[0] or None

    def _cloud_of_iam(self, region: str) -> str | None:
        """Return the domain of the cloud that the address of IAM belongs to: ``iam.region.cloud`` or ``iam.cloud``."""
        auth_url = self._location.get("auth_url")
        host = (urlsplit(self._checked("auth_url", auth_url)).hostname or "") if auth_url else ""
        known = next((cloud for cloud in CLOUDS if host.endswith(f".{cloud}")), None)
        if known:
            return known
        for prefix in (f"iam.{region}.", "iam."):
            if host.startswith(prefix):
                return host[len(prefix):]
        if host:
            raise InputError(f"Missing endpoint. Set it to the address of the DLI service that belongs to {auth_url}.")
        return None

    def _checked(self, option: str, url: str) -> str:
        if "@" in url:  # not quoted, because the part before it is a secret
            raise InputError(
                f"Invalid {option}: the URL must not contain a user name or password. Remove them from the URL."
            )
        try:
            parts = urlsplit(url)
            usable = parts.scheme in ("https", "http") and is_host(parts.hostname) and parts.port != 0
        except ValueError:
            usable = False
        if not usable or parts.query or parts.fragment:
            service = "dli" if option == "endpoint" else "iam"
            example = f"https://{service}.cn-north-4.{DEFAULT_CLOUD}"
            raise InputError(f"Invalid {option}: {url!r} is not the URL of a service. Specify a URL such as {example}.")
        host = parts.hostname or ""
        if parts.scheme == "http" and host not in LOOPBACK and not re.fullmatch(r"127(\.[0-9]{1,3}){3}", host):
            if not self._allow_http:
                raise InputError(
                    f"Invalid {option}: {url!r} is not encrypted. Use https, or set allow_http to true."
                    " Without allow_http, plain http is accepted for loopback addresses only."
                )
            self.unencrypted.append(url)
        return url.rstrip("/")

    def _or_variable(self, option: str) -> str:
        """Return the end of a message: the variable for an option, from the family in use or else from the first one."""
        family = FAMILIES.get(self._source, FAMILIES[HW])
        if option in family:
            return f", or the environment variable {family[option][0]}."
        return f". It cannot be set with {self._source}."


def _warnings(params: Mapping[str, t.Any], resolver: _EndpointResolver) -> t.Iterator[str]:
    if not params["validate_certs"]:
        yield "The option validate_certs is false. The connection is not protected against interception and modification."
    for url in dict.fromkeys(resolver.unencrypted):
        yield f"The connection to {url} is not encrypted. It is not protected against interception and modification."
