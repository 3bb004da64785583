# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One exchange over the network; the only file that imports ``requests``.

The guards around the library, each of which has bitten somebody: signing in is an ``AuthBase`` (or ``~/.netrc`` replaces it),
no redirects, ``verify`` on each request (or REQUESTS_CA_BUNDLE beats it), and one deadline over the *whole* exchange, since
a peer that sends a byte now and then defeats the library's own timeouts. So each exchange runs in a daemon thread that is
left behind when its time is up.
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
from .messages import HttpRequest, HttpResponse, RequestSigner, SignableRequest
from .options import HttpOptions

REQUESTS_IMPORT_ERROR: str | None = None


try:
    import requests
    from requests.auth import AuthBase
    from urllib3.exceptions import HTTPError
except ImportError:
    REQUESTS_IMPORT_ERROR = traceback.format_exc()
    AuthBase = object  # type: ignore[assignment,misc]


#: Headers that are signed besides those that signing in adds; the rest (Accept-Encoding, Connection …) proxies may change.
SIGNED_HEADERS = ("Content-Type", "Host")
#: An answer longer than this is no answer of this API (100 list items with details stay far below).
LARGEST_RESPONSE = 256 * 1024 * 1024


class _TrackedBody(io.BytesIO):
    """A body that knows whether any of it was asked for, and that can be taken back.

    The library connects, shakes hands and sends the headers before it reads the body. So a body nobody has read is the
    proof that the service cannot have carried the request out; and one that was taken back keeps an exchange that was left
    behind from sending it later.
    """

    def __init__(self, content: bytes) -> None:
        super().__init__(content)
        self._lock = threading.Lock()
        self._touched = False
        self._taken_back = False

    def read(self, size: int | None = -1) -> bytes:
        with self._lock:
            if self._taken_back:
                raise OSError("the request was given up")
            self._touched = True
        return super().read(size)

    def take_back(self) -> bool:
        """Let nothing more of it be read; return whether anything was."""
        with self._lock:
            self._taken_back = True
            return self._touched


class _RequestAuth(AuthBase):
    """Hands the prepared request to whoever signs in; also for nobody, since without it ``~/.netrc`` is read."""

    def __init__(self, credential: RequestSigner | None, body: bytes) -> None:
        self.credential = credential
        self.body = body

    def __call__(self, prepared: t.Any) -> t.Any:
        parts = urlsplit(prepared.url)
        prepared.headers["Host"] = parts.netloc
        unsigned = SignableRequest(
            method=prepared.method,
            path=parts.path,
            query=parse_qsl(parts.query, keep_blank_values=True),
            body=self.body,
            headers={name: prepared.headers[name] for name in SIGNED_HEADERS if name in prepared.headers},
        )
        if self.credential is not None:
            prepared.headers.update(self.credential.headers(unsigned, datetime.datetime.now(datetime.timezone.utc)))
        return prepared


class HttpSession:
    """Sends requests over one kept-alive connection."""

    def __init__(self, credential: RequestSigner | None, network: HttpOptions) -> None:
        """Prepare; nothing is sent yet.

        :arg credential: who signs the requests; :data:`None` for nobody.
        """
        self._credential = credential
        self._network = network
        self._proxies = {"http": network.proxy, "https": network.proxy} if network.proxy else {}
        self._session: requests.Session | None = None

    def send(self, request: HttpRequest, timeout: float) -> HttpResponse:
        """Send a request and read the whole answer within ``timeout`` seconds.

        :raises NotDelivered: the service provably has not got the request; :class:`Unreachable` if it never will.
        :raises AnswerLost: it may have got it.
        """
        body = _TrackedBody(request.body) if request.body is not None else None
        outcome: list[t.Any] = []
        session = self._session or self._new_session()
        self._session = session
        gone = threading.Event()

        def exchange() -> None:
            try:
                outcome.append(self._exchange(session, request, body, timeout, gone))
            except BaseException as error:  # handed over to the waiting thread, which raises it
                outcome.append(error)

        worker = threading.Thread(target=exchange, daemon=True)
        worker.start()
        worker.join(timeout)
        ended = outcome[:]  # what comes from here on comes too late
        if ended and isinstance(ended[0], HttpResponse):
            return ended[0]
        gone.set()
        self._session = None
        touched = body.take_back() if body else None
        if ended and not touched and not isinstance(ended[0], (requests.RequestException, HTTPError, OSError)):
            raise ended[0]  # a defect of ours; but once something was sent, the truth about it comes first
        # Both clocks run equally long, and either may be the first to go off.
        in_time = ended and not isinstance(ended[0], requests.Timeout)
        reason = _reason(ended[0]) if in_time else f"no complete answer within {timeout:.3g} s"
        delivered = touched if body else not (ended and _never_connected(ended[0]))
        if not delivered and ended and _is_permanent(ended[0]):
            raise PermanentlyUnreachable(reason)
        raise (ResponseLost if delivered else NotDelivered)(reason)

    def _new_session(self) -> requests.Session:
        session = requests.Session()
        session.headers.clear()
        session.trust_env = not self._network.direct
        return session

    def _exchange(
        self, session: requests.Session, request: HttpRequest, body: _TrackedBody | None, timeout: float, gone: threading.Event
    ) -> HttpResponse:
        prepared = session.prepare_request(
            requests.Request(
                request.method,
                request.url,
                headers=request.headers,
                data=body,
                auth=_RequestAuth(self._credential, request.body or b""),
            )
        )
        network = self._network
        settings = session.merge_environment_settings(request.url, self._proxies, True, network.verify, network.client_cert)
        with session.send(prepared, timeout=timeout, allow_redirects=False, **settings) as response:
            content = bytearray()
            for piece in response.iter_content(64 * 1024):
                content += piece
                if gone.is_set() or len(content) > LARGEST_RESPONSE:
                    raise requests.ConnectionError("the answer does not end")
            if response.raw.length_remaining:  # urllib3 1 leaves it at that
                raise requests.ConnectionError("the answer broke off")
            headers = {name.lower(): value for name, value in response.headers.items()}
            return HttpResponse(response.status_code, headers, bytes(content))


def _chain(error: BaseException) -> list[BaseException]:
    """Return an error and what it came from, outermost first; the libraries wrap each other's errors several times."""
    chain = [error]
    while (inner := chain[-1].__cause__ or chain[-1].__context__) is not None and inner not in chain:
        chain.append(inner)
    return chain


def _never_connected(error: BaseException) -> bool:
    """Tell whether an exchange failed before the connection stood."""
    known = requests.exceptions
    if isinstance(error, (known.SSLError, known.ProxyError, known.ConnectTimeout, known.InvalidURL, known.InvalidSchema)):
        return True
    if not isinstance(error, requests.RequestException):
        return True  # no file of authorities, or a host name that is none: the library does not even begin
    return any(type(one).__name__ in ("NewConnectionError", "NameResolutionError") for one in _chain(error))


def _is_permanent(error: BaseException) -> bool:
    """Tell whether an exchange failed for a reason that the next attempt will meet again."""
    if not isinstance(error, requests.RequestException):
        return True
    if isinstance(error, (requests.exceptions.InvalidURL, requests.exceptions.InvalidSchema)):
        return True
    return any(
        isinstance(one, ssl.SSLCertVerificationError) or getattr(one, "reason", None) == "WRONG_VERSION_NUMBER"
        for one in _chain(error)
    )


def _reason(error: BaseException) -> str:
    """Say in a few words why an exchange failed; the libraries' own texts are long and nested."""
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
