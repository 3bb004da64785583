# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One exchange over the network; the only file that imports ``requests``.

The guards around the library, each for a failure that was observed: the signer is an ``AuthBase`` (otherwise ``~/.netrc``
replaces its header), redirects are not followed, ``verify`` is set on each request (otherwise REQUESTS_CA_BUNDLE replaces
it), and one deadline covers the *whole* exchange, since a peer that sends a byte now and then defeats the timeouts of the
library. So each exchange runs in a daemon thread, which is abandoned when its time is up.
"""

from __future__ import annotations

import datetime
import io
import socket
import ssl
import threading
import traceback
import typing as t
from urllib.parse import parse_qsl, urlsplit

from .._errors import NotDelivered, PermanentlyUnreachable, ResponseLost
from .options import HttpOptions
from .request_response import HttpRequest, HttpResponse, RequestSigner, SignableRequest

REQUESTS_IMPORT_ERROR: str | None = None
try:
    import requests
    from requests.auth import AuthBase
    from urllib3.exceptions import HTTPError
except ImportError:
    REQUESTS_IMPORT_ERROR = traceback.format_exc()
    AuthBase = object  # type: ignore[assignment,misc]

#: Headers that are signed besides those that the signer adds; proxies may change the rest (Accept-Encoding, Connection …).
SIGNED_HEADERS = ("Content-Type", "Host")
#: Bytes; a longer response is not one of this API (100 list items with details stay far below).
LARGEST_RESPONSE = 256 * 1024 * 1024


class _TrackedBody(io.BytesIO):
    """A request body that records whether any of it was read, and that can be withdrawn.

    The library connects, does the TLS handshake and sends the headers before it reads the body. So a body that was not read
    proves that the service cannot have carried the request out; and a withdrawn one keeps an abandoned exchange from sending it
    later.
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
        """Let nothing more of it be read; return whether anything was."""
        with self._lock:
            self._is_withdrawn = True
            return self._was_read


class _RequestAuth(AuthBase):
    """Adds the headers of a signer to a prepared request; also used without a signer, since otherwise ``~/.netrc`` is read."""

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
    """Sends requests over one kept-alive connection."""

    def __init__(self, signer: RequestSigner | None, options: HttpOptions) -> None:
        """Prepare; nothing is sent yet.

        :arg signer: signs the requests; :data:`None` sends them unsigned.
        """
        self._signer = signer
        self._options = options
        self._proxies = {"http": options.proxy, "https": options.proxy} if options.proxy else {}
        self._session: requests.Session | None = None

    def send(self, request: HttpRequest, timeout: float) -> HttpResponse:
        """Send a request and read the whole response within ``timeout`` seconds.

        :raises NotDelivered: the service did not get the request; :class:`PermanentlyUnreachable` if it cannot get it.
        :raises ResponseLost: the service may have got the request.
        """
        body = _TrackedBody(request.body) if request.body is not None else None
        outcome: list[t.Any] = []
        session = self._session or self._new_session()
        self._session = session
        abandoned = threading.Event()

        def exchange() -> None:
            try:
                outcome.append(self._exchange(session, request, body, timeout, abandoned))
            except BaseException as error:  # handed over to the waiting thread, which raises it
                outcome.append(error)

        worker = threading.Thread(target=exchange, daemon=True)
        worker.start()
        worker.join(timeout)
        ended = outcome[0] if outcome else None  # what comes from here on comes too late
        if isinstance(ended, HttpResponse):
            return ended
        abandoned.set()
        self._session = None
        raise _classify(ended, body, timeout)

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
        settings = session.merge_environment_settings(request.url, self._proxies, True, options.verify, options.client_cert)
        with session.send(prepared, timeout=timeout, allow_redirects=False, **settings) as response:
            content = bytearray()
            for piece in response.iter_content(64 * 1024):
                content += piece
                if abandoned.is_set() or len(content) > LARGEST_RESPONSE:
                    raise requests.ConnectionError("the answer does not end")
            if response.raw.length_remaining:  # urllib3 1 does not raise for it
                raise requests.ConnectionError("the answer broke off")
            headers = {name.lower(): value for name, value in response.headers.items()}
            return HttpResponse(response.status_code, headers, bytes(content))


def _classify(error: BaseException | None, body: _TrackedBody | None, timeout: float) -> BaseException:
    """Return the error to raise for an exchange without a response; ``error`` is None if the time was up."""
    was_read = body.withdraw() if body else None
    if error and not was_read and not isinstance(error, (requests.RequestException, HTTPError, OSError)):
        return error  # a defect of this code; but once something was sent, whether it arrived is more important
    # The library's clock and ours run equally long, and either may be the first to expire.
    in_time = error is not None and not isinstance(error, requests.Timeout)
    reason = _reason(t.cast(BaseException, error)) if in_time else f"no complete answer within {timeout:.3g} s"
    is_delivered = was_read if body else not (error and _never_connected(error))
    if not is_delivered and error and _is_permanent(error):
        return PermanentlyUnreachable(reason)
    return ResponseLost(reason) if is_delivered else NotDelivered(reason)


def _chain(error: BaseException) -> list[BaseException]:
    """Return an error and its causes, outermost first; the libraries wrap each other's errors several times."""
    chain = [error]
    while (inner := chain[-1].__cause__ or chain[-1].__context__) is not None and inner not in chain:
        chain.append(inner)
    return chain


def _never_connected(error: BaseException) -> bool:
    """Return whether an exchange failed before there was a connection."""
    known = requests.exceptions
    if isinstance(error, (known.SSLError, known.ProxyError, known.ConnectTimeout, known.InvalidURL, known.InvalidSchema)):
        return True
    if not isinstance(error, requests.RequestException):
        return True  # a missing file of authorities, or an invalid host name: the library does not begin
    return any(type(one).__name__ in ("NewConnectionError", "NameResolutionError") for one in _chain(error))


def _is_permanent(error: BaseException) -> bool:
    """Return whether the next attempt would fail for the same reason."""
    if not isinstance(error, requests.RequestException):
        return True
    if isinstance(error, (requests.exceptions.InvalidURL, requests.exceptions.InvalidSchema)):
        return True
    return any(
        isinstance(one, ssl.SSLCertVerificationError) or getattr(one, "reason", None) == "WRONG_VERSION_NUMBER"
        for one in _chain(error)
    )


def _reason(error: BaseException) -> str:
    """Return in a few words why an exchange failed; the texts of the libraries are long and nested."""
    root: t.Any = _chain(error)[-1]
    if isinstance(root, socket.gaierror):
        return "the host name cannot be resolved"
    if getattr(root, "reason", None) == "WRONG_VERSION_NUMBER":
        return "TLS: the answer is not TLS; perhaps this port speaks plain http"
    if isinstance(error, requests.exceptions.SSLError):
        return f"TLS: {getattr(root, 'verify_message', '') or getattr(root, 'reason', '') or root}"
    if isinstance(error, requests.exceptions.ProxyError):
        return f"the proxy failed: {root}"
    return str(getattr(root, "strerror", None) or root or type(root).__name__)[:200]
