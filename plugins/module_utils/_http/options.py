# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Options of the HTTP connection: verification, proxies, certificates. Pure."""

from __future__ import annotations

import re
import typing as t
from collections.abc import Iterable, Mapping
from urllib.parse import unquote, urlsplit

from .._errors import InputError
from .._options import is_host, text_or_none

#: The schemes of proxies. Those of SOCKS proxies require the library PySocks.
PROXY_SCHEMES = ("http", "https", "socks4", "socks4a", "socks5", "socks5h")
#: Characters; a shorter password in a URL is not masked, because that would remove letters from all messages.
SHORTEST_MASKED = 4


class HttpOptions(t.NamedTuple):
    """How to connect to a service.

    :ivar verify: whether to verify the certificate of the service, or the CA file to verify it with.
    :ivar proxy: URL of a forward proxy; :data:`None` uses the proxy of the environment.
    :ivar client_cert: files of a client certificate and its key; one file may contain both.
    :ivar direct: whether to connect without a proxy, independent of the environment.
    """

    verify: bool | str = True
    proxy: str | None = None
    client_cert: str | tuple[str, str] | None = None
    direct: bool = False


def parse_http_options(params: Mapping[str, t.Any]) -> HttpOptions:
    """Return the HTTP options of the parameters.

    :raises InputError: an option is invalid or missing.
    """
    ca_cert, cert, key = (text_or_none(params.get(name)) for name in ("ca_cert", "client_cert", "client_key"))
    proxy = text_or_none(params.get("proxy"))
    if key and not cert:
        raise InputError("Missing client_cert. Set it to the certificate that client_key belongs to.")
    return HttpOptions(
        verify=(ca_cert or True) if params["validate_certs"] else False,
        proxy=parse_proxy(proxy, "proxy") if proxy else None,
        client_cert=(cert, key) if cert and key else cert,
    )


def parse_proxy(url: str, source: str) -> str:
    """Return the URL of a proxy, with the scheme in lower case. Without a scheme, it is HOST:PORT of an http proxy.

    :arg source: the option or the environment variable, for the message.
    :raises InputError: the URL is invalid. The message does not quote it, because it may contain a password.
    """
    scheme, separator, address = url.strip().partition("://")
    scheme, address = (scheme.lower(), address) if separator else ("http", scheme)
    try:
        parts = urlsplit(f"{scheme}://{address}")
        is_complete = bool(separator) or parts.port is not None
        is_address = is_host(parts.hostname) and parts.port != 0 and parts.path in ("", "/") and not re.search(r"[\s?#]", address)
    except ValueError:  # the port is not a number from 0 to 65535, or brackets are not closed
        is_complete = is_address = False
    if scheme not in PROXY_SCHEMES or not is_complete or not is_address:
        schemes = f"{', '.join(PROXY_SCHEMES[:-1])} or {PROXY_SCHEMES[-1]}"
        raise InputError(
            f"Invalid {source}: it is not the URL of a proxy. Specify a URL with the scheme {schemes}, such as"
            " http://proxy.example.com:3128."
        )
    return f"{scheme}://{address}"


def proxy_source(option: str | None, scheme: str, proxy: str, environ: Mapping[str, str]) -> str:
    """Return where the proxy for requests with a scheme comes from, for messages."""
    if option:
        return "proxy"
    names = (f"{scheme}_proxy", f"{scheme}_proxy".upper(), "all_proxy", "ALL_PROXY")
    found = next((name for name in names if environ.get(name) == proxy), None)
    return f"environment variable {found}" if found else "proxy of the environment"


def without_user_info(text: str) -> str:
    """Return a text without the user names and passwords of URLs.

    The passwords of proxies are not masked like other secrets: they may be short, or equal to a part of an ID or of a name,
    and masking would change these in the result.
    """
    return re.sub(r"[^\s/'\"]*@", "", text)


def url_secrets(urls: Iterable[object]) -> set[str]:
    """Return the passwords in URLs, invalid URLs included."""
    secrets: set[str] = set()
    for url in urls:
        user_and_password = (text_or_none(url) or "").rpartition("@")[0].rpartition("//")[2]
        password = user_and_password.partition(":")[2]
        secrets.update((password, unquote(password)) if len(password) >= SHORTEST_MASKED else ())
    return secrets
