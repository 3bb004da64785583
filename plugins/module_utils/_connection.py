# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where the service is and who we are: options first, then one family of environment variables as a whole.

Pure: plain parameters and an environment in, a :class:`Connection` out. Nothing is mixed across families: an access key
from one and a secret (or a project, or an endpoint) from another would sign in as nobody, or at somebody else's door.
"""

from __future__ import annotations

import re
import typing as t
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from ._checks import not_negative, positive, text_or_none
from ._credentials.aksk import AccessKey
from ._credentials.interface import Credential
from ._credentials.token import IamToken
from ._errors import InputError

DEFAULT_CLOUD = "myhuaweicloud.com"
#: Regions that live under another domain than their cloud's (dli-api.md 6).
REGION_CLOUDS = {"eu-west-101": "myhuaweicloud.eu"}
#: A password of fewer characters is not masked: every word of every message would lose some letter.
SHORTEST_MASKED = 4
LOOPBACK = ("localhost", "::1")

#: Families of environment variables in the order tried; option -> variable (dli-api.md 5.5).
FAMILIES: dict[str, dict[str, str]] = {
    "HW_*": {
        "access_key": "HW_ACCESS_KEY",
        "secret_key": "HW_SECRET_KEY",
        "security_token": "HW_SECURITY_TOKEN",
        "auth_token": "HW_AUTH_TOKEN",
        "project_id": "HW_PROJECT_ID",
        "region": "HW_REGION_NAME",
        "cloud": "HW_CLOUD",
        "endpoint": "HW_DLI_ENDPOINT",
    },
    "HUAWEICLOUD_SDK_*": {
        "access_key": "HUAWEICLOUD_SDK_AK",
        "secret_key": "HUAWEICLOUD_SDK_SK",
        "security_token": "HUAWEICLOUD_SDK_SECURITY_TOKEN",
        "project_id": "HUAWEICLOUD_SDK_PROJECT_ID",
    },
    "OS_*": {
        "access_key": "OS_ACCESS_KEY",
        "secret_key": "OS_SECRET_KEY",
        "security_token": "OS_SECURITY_TOKEN",
        "auth_token": "OS_AUTH_TOKEN",
        "project_id": "OS_PROJECT_ID",
        "region": "OS_REGION_NAME",
    },
}
SIGN_IN = ("access_key", "secret_key", "security_token", "auth_token")
SETTINGS = ("project_id", "region", "cloud", "endpoint")


@dataclass(frozen=True)
class Connection:
    """Everything the transport needs to know.

    :ivar endpoint: base URL without a trailing slash.
    :ivar source: where the credential came from, for messages: ``options`` or a family's name; never a value.
    :ivar request_timeout: seconds for one exchange, connecting and reading the whole answer included.
    """

    endpoint: str
    project_id: str
    credential: Credential
    source: str
    validate_certs: bool
    ca_cert: str | None
    proxy: str | None
    request_timeout: float
    max_retries: int


def url_secrets(params: Mapping[str, t.Any]) -> set[str]:
    """Return the passwords that stand inside the URLs among the options, whether these are good URLs or not."""
    secrets: set[str] = set()
    for option in ("proxy", "endpoint"):
        sign_in = (text_or_none(params.get(option)) or "").rpartition("@")[0].rpartition("//")[2]
        password = sign_in.partition(":")[2]
        secrets.update((password, unquote(password)) if len(password) >= SHORTEST_MASKED else ())
    return secrets


def resolve(params: Mapping[str, t.Any], environ: Mapping[str, str]) -> Connection:
    """Decide where and who from module parameters and an environment.

    :raises InputError: something is missing, contradictory or not possible.
    """
    given = {name: text_or_none(params.get(name)) for name in SIGN_IN + SETTINGS}
    source, found = _complete(given, environ)
    project_id = found["project_id"]
    if not project_id:
        raise InputError(f"project_id is missing: set it, or {_variables('project_id', source)}")
    if not re.fullmatch(r"[A-Za-z0-9]{1,64}", project_id):
        raise InputError(f"project_id must be 1 to 64 letters and digits, not {project_id!r}")
    return Connection(
        endpoint=_endpoint(found, source),
        project_id=project_id,
        credential=_credential(found),
        source=source,
        validate_certs=params["validate_certs"],
        ca_cert=text_or_none(params.get("ca_cert")),
        proxy=_proxy(text_or_none(params.get("proxy"))),
        request_timeout=positive("request_timeout", params["request_timeout"]),
        max_retries=int(not_negative("max_retries", params["max_retries"])),
    )


def _complete(given: dict[str, str | None], environ: Mapping[str, str]) -> tuple[str, dict[str, str | None]]:
    """Fill what the options leave out from one family; return the credential's source and the values."""
    families = {
        name: {option: text_or_none(environ.get(variable)) for option, variable in variables.items()}
        for name, variables in FAMILIES.items()
    }
    if any(given[name] for name in SIGN_IN):
        _check_sign_in(given, "the options")
        family = next((values for values in families.values() if any(values.values())), {})
        return "options", {**{name: family.get(name) for name in SETTINGS}, **_set(given)}
    for name, values in families.items():
        if any(values.get(option) for option in SIGN_IN):
            _check_sign_in(values, name)
            return name, {**{option: values.get(option) for option in SIGN_IN + SETTINGS}, **_set(given)}
    raise InputError(
        "no credentials: set access_key and secret_key, or auth_token, or the environment variables "
        "HW_ACCESS_KEY and HW_SECRET_KEY (or HW_AUTH_TOKEN)"
    )


def _check_sign_in(values: Mapping[str, str | None], where: str) -> None:
    if bool(values.get("access_key")) != bool(values.get("secret_key")):
        missing = "secret_key" if values.get("access_key") else "access_key"
        raise InputError(f"{missing} is missing in {where}: access key and secret key must come from the same place")
    if values.get("security_token") and not values.get("access_key"):
        raise InputError(f"security_token in {where} needs access_key and secret_key beside it")
    if values.get("auth_token") and values.get("access_key"):
        raise InputError(f"{where} hold both a key pair and auth_token: keep one of them")


def _credential(found: Mapping[str, str | None]) -> Credential:
    for name in SIGN_IN:
        if not re.fullmatch(r"[\x21-\x7e]*", found.get(name) or ""):
            raise InputError(f"{name} holds a character that no credential has, such as a space or a line break: was it wrapped?")
    access_key, secret_key = found.get("access_key"), found.get("secret_key")
    if access_key and secret_key:
        return AccessKey(access_key, secret_key, found.get("security_token"), found["project_id"])
    return IamToken(t.cast(str, found["auth_token"]))


def _endpoint(found: Mapping[str, str | None], source: str) -> str:
    endpoint, region = found["endpoint"], found["region"]
    if not endpoint:
        if not region:
            raise InputError(f"region is missing: set it (or endpoint), or {_variables('region', source)}")
        if not re.fullmatch(r"[a-z0-9-]+", region):
            raise InputError(f"region must look like cn-north-4, not {region!r}")
        cloud = found["cloud"] or REGION_CLOUDS.get(region, DEFAULT_CLOUD)
        if not re.fullmatch(r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*", cloud):
            raise InputError(f"cloud must be a domain such as {DEFAULT_CLOUD}, not {cloud!r}")
        endpoint = f"https://dli.{region}.{cloud}"
    if "@" in endpoint:  # not quoted: what stands before it is a secret
        raise InputError("endpoint must not hold a user name or password")
    try:
        parts = urlsplit(endpoint)
        usable = parts.scheme in ("https", "http") and _is_host(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable or parts.query or parts.fragment:
        raise InputError(f"endpoint must be a URL such as https://dli.cn-north-4.{DEFAULT_CLOUD}, not {endpoint!r}")
    host = parts.hostname or ""
    if parts.scheme == "http" and host not in LOOPBACK and not re.fullmatch(r"127(\.[0-9]{1,3}){3}", host):
        raise InputError(f"endpoint {endpoint!r} is not encrypted: plain http is for this machine (loopback) only")
    return endpoint.rstrip("/")


def _is_host(name: str | None) -> bool:
    """Tell whether a host can bear a name: labels of up to 63 characters (a name with an empty one is a usual slip)."""
    return re.fullmatch(r"([^.\s]{1,63}\.)*[^.\s]{1,63}\.?", name or "") is not None


def _proxy(proxy: str | None) -> str | None:
    if proxy is not None and not re.match(r"(https?|socks[45]h?)://[^/]", proxy):
        raise InputError("proxy must be a URL such as http://proxy.example.com:3128")
    return proxy


def _variables(option: str, source: str) -> str:
    """Name the variable that could have supplied an option: of the family in use, else of the first."""
    family = FAMILIES.get(source, FAMILIES["HW_*"])
    if option in family:
        return f"the environment variable {family[option]}"
    return f"sign in with another family than {source}, which has no variable for it"


def _set(values: Mapping[str, str | None]) -> dict[str, str | None]:
    return {name: value for name, value in values.items() if value}
