# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Options of the HTTP connection: verification, proxies, certificates. Pure."""

from __future__ import annotations

import re
import typing as t
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import unquote

from .._errors import InputError
from .._options import text_or_none

#: Characters; a shorter password of a proxy is not masked, because that would remove letters from all messages.
SHORTEST_MASKED = 4


@dataclass(frozen=True)
class HttpOptions:
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
    if proxy is not None and not re.match(r"(https?|socks[45]h?)://[^/]", proxy):
        raise InputError("Invalid proxy: the value is not a proxy URL. Specify a URL such as http://proxy.example.com:3128.")
    if key and not cert:
        raise InputError("Missing client_cert. Set it to the certificate that client_key belongs to.")
    return HttpOptions(
        verify=(ca_cert or True) if params["validate_certs"] else False,
        proxy=proxy,
        client_cert=(cert, key) if cert and key else cert,
    )


def url_secrets(urls: Iterable[object]) -> set[str]:
    """Return the passwords in URLs, invalid URLs included."""
    secrets: set[str] = set()
    for url in urls:
        user_and_password = (text_or_none(url) or "").rpartition("@")[0].rpartition("//")[2]
        password = user_and_password.partition(":")[2]
        secrets.update((password, unquote(password)) if len(password) >= SHORTEST_MASKED else ())
    return secrets
