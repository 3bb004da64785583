# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One exchange over the network. Only this file and ``failures.py`` import ``requests``.

Each of these rules prevents a failure that was observed: the signer is an ``AuthBase`` (otherwise ``~/.netrc`` replaces its
header); redirects are not followed; ``verify`` is set on each request (otherwise REQUESTS_CA_BUNDLE replaces it); and one
deadline covers the *whole* exchange, because the timeouts of the library do not stop a peer that sends single bytes at
intervals. For the deadline, each exchange runs in a daemon thread, which is abandoned when the time is up.
"""

from __future__ import annotations

import datetime
import importlib.util
import io
import os
import sys
import threading
import traceback
import typing as t
from collections.abc import MutableMapping
from urllib.parse import parse_qsl, urlsplit

from .._errors import InputError
from .options import HttpOptions, parse_proxy, proxy_source
from .request_response import HttpRequest, HttpResponse, RequestSigner, SignableRequest

REQUESTS_IMPORT_ERROR: str | None = None
try:
    import requests
    from requests.auth import AuthBase
except ImportError:
    REQUESTS_IMPORT_ERROR = traceback.format_exc()
    AuthBase = object  # type: ignore[assignment,misc]

#: Headers that are signed in addition to those of the signer; proxies may change others (Accept-Encoding, Connection …).
SIGNED_HEADERS = ("Content-Type", "Host")
#: Bytes; responses of this API are much shorter (100 list items with details included).
LARGEST_RESPONSE = 256 * 1024 * 1024


class _TrackedBody(io.BytesIO):
    """A request body that records whether any of it was read, and that can be withdrawn.

    The library connects, does the TLS handshake and sends the headers before it reads the body. If the body was not read,
    the service cannot have executed the request. A withdrawn body cannot be sent later by an abandoned exchange.
    """

    def __init__(self, content: bytes) -> None:
        super().__init__(content)
        self._lock = threading.Lock()
        self._was_read = False
        self._is_withdrawn = False

    def read(self, size: int | None = -1) -> bytes:
        with self._lock:
            if self._is_withdrawn:
                raise OSError("the request was abandoned")
            self._was_read = True
        return super().read(size)

    def withdraw(self) -> bool:
        """Prevent further reads; return whether any part was read before."""
        with self._lock:
            self._is_withdrawn = True
            return self._was_read


class _RequestAuth(AuthBase):
    """Adds the headers of a signer to a prepared request; used without a signer as well, to prevent reading ``~/.netrc``."""

    def __init__(self, signer: RequestSigner | None, body: bytes) -> None:
        self.signer = signer
        self.body = body

    def __call__(self, prepared: t.Any) -> t.Any:
        parts = urlsplit(prepared.url)
        prepared.headers["Host"] = parts.netloc
        request = SignableRequest(
            method=prepared.method,
            path=parts.path,
            query=parse_qsl(parts.query, keep_blank_values=True),
            body=self.body,
            headers={name: prepared.headers[name] for name in SIGNED_HEADERS if name in prepared.headers},
        )
        if self.signer is not None:
            prepared.headers.update(self.signer.headers(request, datetime.datetime.now(datetime.timezone.utc)))
        return prepared


class HttpSession:
    """Sends requests over one persistent connection."""

    def __init__(self, signer: RequestSigner | None, options: HttpOptions) -> None:
        """Create a session; nothing is sent yet.

        :arg signer: signs the requests; :data:`None` sends them unsigned.
        """
        self._signer = signer
        self._options = options
        self._session: requests.Session | None = None

    def send(self, request: HttpRequest, timeout: float) -> HttpResponse:
        """Send a request and read the whole response within ``timeout`` seconds.

        :raises InputError: the proxy for this request is invalid, or its library is missing.
        :raises NotDelivered: the service did not receive the request; :class:`PermanentlyUnreachable`: retries cannot help.
        :raises ResponseLost: the service may have received the request.
        """
        body = _TrackedBody(request.body) if request.body is not None else None
        outcome: list[t.Any] = []
        session = self._session or self._new_session()
        self._session = session
        abandoned = threading.Event()

        def exchange() -> None:
            try:
                outcome.append(self._exchange(session, request, body, timeout, abandoned))
            except BaseException as error:  # raised by the waiting thread
                outcome.append(error)

        worker = threading.Thread(target=exchange, daemon=True)
        worker.start()
        worker.join(timeout)
        result = outcome[0] if outcome else None  # a later outcome is ignored
        if isinstance(result, HttpResponse):
            return result
        abandoned.set()
        self._session = None
        was_read = body.withdraw() if body else None
        from .failures import classify  # most exchanges have a response

        raise classify(result, was_read, timeout)

    def _new_session(self) -> requests.Session:
        session = requests.Session()
        session.headers.clear()
        session.trust_env = not self._options.direct
        return session

    def _exchange(
        self,
        session: requests.Session,
        request: HttpRequest,
        body: _TrackedBody | None,
        timeout: float,
        abandoned: threading.Event,
    ) -> HttpResponse:
        auth = _RequestAuth(self._signer, request.body or b"")
        unsigned = requests.Request(request.method, request.url, headers=request.headers, data=body, auth=auth)
        prepared = session.prepare_request(unsigned)
        options = self._options
        settings = session.merge_environment_settings(request.url, {}, True, options.verify, options.client_cert)
        settings["proxies"] = self._proxies(request.url, settings["proxies"])
        with session.send(prepared, timeout=timeout, allow_redirects=False, **settings) as response:
            content = bytearray()
            for piece in response.iter_content(64 * 1024):
                content += piece
                if abandoned.is_set() or len(content) > LARGEST_RESPONSE:
                    raise requests.ConnectionError("the response is too large")
            if response.raw.length_remaining:  # urllib3 1 does not raise for it
                raise requests.ConnectionError("the response is incomplete")
            headers = {name.lower(): value for name, value in response.headers.items()}
            return HttpResponse(response.status_code, headers, bytes(content))

    def _proxies(self, url: str, configured: MutableMapping[str, str]) -> dict[str, str]:
        """Return scheme -> proxy for a request, empty without a proxy.

        :arg configured: the proxies of the environment.
        :raises InputError: the URL of the proxy is invalid, or its library is missing.
        """
        proxy = self._options.proxy or requests.utils.select_proxy(url, configured)
        if not proxy:
            return {}
        scheme = urlsplit(url).scheme
        source = proxy_source(self._options.proxy, scheme, proxy, os.environ)
        checked = parse_proxy(proxy, source)
        if checked.startswith("socks") and not has_pysocks():
            raise InputError(
                f"Invalid {source}: the scheme {checked.partition(':')[0]} requires the Python library PySocks, which is not"
                f" installed for {sys.executable}. Install it, or specify a proxy with the scheme http or https."
            )
        return {scheme: checked}


def has_pysocks() -> bool:
    return importlib.util.find_spec("socks") is not None
