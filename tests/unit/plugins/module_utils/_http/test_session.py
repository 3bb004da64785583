# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""One exchange over real sockets on loopback, with faulty servers.

The tests check the kind of each failure: after ``NotDelivered`` a request may be sent again, after ``ResponseLost`` it must
not be.
"""

from __future__ import annotations

import base64
import contextlib
import datetime
import gzip
import importlib.util
import json
import os
import socket
import ssl
import struct
import subprocess
import sys
import threading
import time
import types
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests
from urllib3.exceptions import NewConnectionError

from ansible_collections.huaweicloud.cloud.plugins.module_utils._auth.providers.access_key import AccessKey
from ansible_collections.huaweicloud.cloud.plugins.module_utils._auth.providers.token import IamToken
from ansible_collections.huaweicloud.cloud.plugins.module_utils._errors import (
    InputError,
    NotDelivered,
    PermanentlyUnreachable,
    ResponseLost,
)
from ansible_collections.huaweicloud.cloud.plugins.module_utils._http import session
from ansible_collections.huaweicloud.cloud.plugins.module_utils._http.options import HttpOptions
from ansible_collections.huaweicloud.cloud.plugins.module_utils._http.request_response import HttpRequest
from ansible_collections.huaweicloud.cloud.plugins.module_utils._http.session import HttpSession

VECTORS = json.loads((Path(__file__).parents[3] / "signing-vectors.json").read_text(encoding="utf-8"))["vectors"]
#: Headers that this client does not sign, unlike the client of the vendor.
NOT_SIGNED = {"User-Agent", "X-Sdk-Content-Sha256"}
TOKEN = IamToken("a-token")
#: Sufficient for every exchange that is expected to succeed, even on a busy machine.
AMPLE = 20.0
#: For exchanges that are expected to time out.
SHORT = 0.25
#: Seconds that an exchange may take after its deadline, also on a busy machine.
GRACE = 4.0


class Exchange:
    """A request as the server received it."""

    def __init__(self, head: bytes, body: bytes) -> None:
        self.head = head
        self.body = body
        first, *lines = head.decode("latin-1").split("\r\n")
        self.method, self.target, _version = first.split(" ")
        self.headers = {name.lower(): value.strip() for name, _colon, value in (line.partition(":") for line in lines)}


class Connection:
    """One accepted connection, controlled by a script."""

    def __init__(self, peer: Peer, sock: socket.socket) -> None:
        self.peer = peer
        self.sock = sock

    def read_head(self) -> bytes | None:
        data = b""
        while not data.endswith(b"\r\n\r\n"):
            piece = self.sock.recv(1)
            if not piece:
                return None
            data += piece
        return data[:-4]

    def read(self) -> Exchange | None:
        """Read and record a complete request; None if the connection ended."""
        head = self.read_head()
        if head is None:
            return None
        exchange = Exchange(head, b"")
        while len(exchange.body) < int(exchange.headers.get("content-length", 0)):
            piece = self.sock.recv(65536)
            if not piece:
                return None
            exchange.body += piece
        self.peer.seen.append(exchange)
        return exchange

    def send(self, *pieces: bytes, pause: float = 0.0) -> None:
        for piece in pieces:
            self.sock.sendall(piece)
            if pause:
                time.sleep(pause)

    def reset(self) -> None:
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.sock.close()

    def encrypt(self, context: ssl.SSLContext) -> None:
        self.sock = context.wrap_socket(self.sock, server_side=True)


class Peer:
    """A server that passes each connection to the next script (the last script serves all further connections)."""

    def __init__(self, *scripts) -> None:
        self.seen: list[Exchange] = []
        self.connections = 0
        self.done = threading.Event()
        self._scripts = list(scripts)
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.https = f"https://127.0.0.1:{self.port}"
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                sock, _address = self._socket.accept()
                script = self._scripts[min(self.connections, len(self._scripts) - 1)]
                self.connections += 1
                threading.Thread(target=self._serve, args=(script, sock), daemon=True).start()

    def _serve(self, script, sock: socket.socket) -> None:
        connection = Connection(self, sock)
        with contextlib.suppress(OSError):
            script(connection)
        connection.sock.close()
        self.done.set()

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()


@pytest.fixture
def peer():
    """Return a factory of servers that are closed at the end of the test."""
    with contextlib.ExitStack() as stack:

        def make(*scripts) -> Peer:
            server = Peer(*scripts)
            stack.callback(server.close)
            return server

        yield make


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch):
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy", "requests_ca_bundle", "curl_ca_bundle"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setenv("NETRC", os.devnull)


@pytest.fixture(scope="session")
def certificates(tmp_path_factory):
    """Create two self-signed certificates for 127.0.0.1 and the name of a service: return (context, CA file) twice."""
    folder = tmp_path_factory.mktemp("certificates")
    config = folder / "openssl.cnf"
    config.write_text(
        "[req]\nprompt=no\ndistinguished_name=name\nx509_extensions=more\n[name]\nCN=test\n[more]\n"
        "subjectAltName=IP:127.0.0.1,DNS:dli.example.test\nbasicConstraints=critical,CA:TRUE\n"
        "keyUsage=critical,digitalSignature,keyCertSign\nsubjectKeyIdentifier=hash\n",
        encoding="ascii",
    )
    made = []
    for name in ("one", "two"):
        key, certificate = folder / f"{name}.key", folder / f"{name}.pem"
        command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-config", str(config)]
        subprocess.run([*command, "-keyout", str(key), "-out", str(certificate)], check=True, capture_output=True)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        made.append((context, str(certificate)))
    return made


def response(body: bytes = b"{}", status: str = "200 OK", *headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def always(reply: bytes):
    """Return a script that sends the same response to each request of a connection."""

    def script(connection: Connection) -> None:
        while connection.read():
            connection.send(reply)

    return script


OK = always(response())


def over_tls(context: ssl.SSLContext, script=OK):
    def encrypted(connection: Connection) -> None:
        connection.encrypt(context)
        script(connection)

    return encrypted


def sender(credential=TOKEN, **network) -> HttpSession:
    return HttpSession(credential, HttpOptions(**network))


def get(url: str, **headers: str) -> HttpRequest:
    return HttpRequest("GET", url, None, {"Content-Type": "application/json", **headers})


def post(url: str, body: bytes = b'{"job_ids":[131]}', **headers: str) -> HttpRequest:
    return HttpRequest("POST", url, body, {"Content-Type": "application/json", **headers})


both = pytest.mark.parametrize("make", [get, post])


def failure(request: HttpRequest, timeout: float = AMPLE, **options):
    """Send a request that is expected to fail; return the error and the duration in seconds."""
    begin = time.monotonic()
    with pytest.raises((NotDelivered, ResponseLost)) as caught:
        sender(**options).send(request, timeout)
    return caught.value, time.monotonic() - begin


# Requests and responses


def test_the_request_is_sent_unchanged(peer):
    server = peer(OK)
    sender().send(post(f"{server.url}/v1.0/p/streaming/jobs/run?a=b%20c&d=", b"{}", **{"User-Agent": "me"}), AMPLE)
    (seen,) = server.seen
    assert (seen.method, seen.target, seen.body) == ("POST", "/v1.0/p/streaming/jobs/run?a=b%20c&d=", b"{}")
    assert seen.headers["host"] == f"127.0.0.1:{server.port}"
    assert seen.headers["content-length"] == "2"
    assert seen.headers["content-type"] == "application/json"
    assert seen.headers["user-agent"] == "me"
    assert seen.headers["x-auth-token"] == "a-token"
    assert "transfer-encoding" not in seen.headers


def test_a_read_has_no_body(peer):
    server = peer(OK)
    sender().send(get(server.url), AMPLE)
    assert not {"content-length", "transfer-encoding"} & set(server.seen[0].headers)


@pytest.mark.parametrize(
    "wire, status, body",
    [
        (response(b"{}"), 200, b"{}"),
        (response(b"", "204 No Content"), 204, b""),
        (response(b"", "400 Bad Request"), 400, b""),
        (response(b"[1]", "503 Busy"), 503, b"[1]"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n", 200, b"abcde"),
        (response(gzip.compress(b"zipped", mtime=0), "200 OK", "Content-Encoding: gzip"), 200, b"zipped"),
        (response(b"x" * 300_000), 200, b"x" * 300_000),
    ],
)
@both
def test_the_response_is_complete(peer, make, wire, status, body):
    reply = sender().send(make(peer(always(wire)).url), AMPLE)
    assert (reply.status, reply.body) == (status, body)


def test_header_names_are_in_lower_case(peer):
    server = peer(always(response(b"", "429 Slow", "X-Request-Id: r1", "RETRY-AFTER: 3")))
    headers = sender().send(get(server.url), AMPLE).headers
    assert (headers["x-request-id"], headers["retry-after"]) == ("r1", "3")


def test_one_connection_is_used_for_several_requests(peer):
    server = peer(OK)
    one = sender()
    for make in (get, post, get, post):
        one.send(make(server.url), AMPLE)
    assert (len(server.seen), server.connections) == (4, 1)


def test_a_new_connection_is_used_after_a_failure(peer):
    server = peer(lambda connection: connection.read(), OK)
    one = sender()
    with pytest.raises(ResponseLost):
        one.send(post(server.url), AMPLE)
    assert one.send(post(server.url), AMPLE).status == 200
    assert server.connections == 2


def test_a_closed_connection_is_not_used_again(peer):
    def once(connection: Connection) -> None:
        connection.read()
        connection.send(response())

    server = peer(once)
    one = sender()
    for _time in range(3):
        assert one.send(post(server.url), AMPLE).status == 200
        assert server.done.wait(AMPLE)
        server.done.clear()
        time.sleep(0.05)
    assert server.connections == 3


@pytest.mark.parametrize("status", ["301 A", "302 B", "303 C", "307 D", "308 E"])
@both
def test_a_redirect_is_not_followed(peer, make, status):
    """Otherwise the signature or the token would be sent to another server."""
    other = peer(OK)
    server = peer(always(response(b"", status, f"Location: {other.url}/else")))
    reply = sender().send(make(server.url), AMPLE)
    assert (reply.status, len(server.seen)) == (int(status[:3]), 1)
    assert other.connections == 0


@both
def test_netrc_does_not_replace_the_signature(peer, make, tmp_path, monkeypatch):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login user password other\n", encoding="ascii")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    server = peer(OK)
    sender(credential=AccessKey("AK", "SK")).send(make(server.url), AMPLE)
    sender(credential=TOKEN).send(make(server.url), AMPLE)
    assert server.seen[0].headers["authorization"].startswith("SDK-HMAC-SHA256 Access=AK, ")
    assert server.seen[1].headers["x-auth-token"] == "a-token"
    assert "authorization" not in server.seen[1].headers


@pytest.mark.parametrize("network", [{}, {"direct": True}])
@both
def test_netrc_is_not_used_without_a_signer(peer, make, tmp_path, monkeypatch, network):
    """Token requests and requests to the metadata service have no signer."""
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login user password other\n", encoding="ascii")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    server = peer(OK)
    sender(credential=None, **network).send(make(server.url), AMPLE)
    assert not {"authorization", "x-auth-token", "x-sdk-date"} & set(server.seen[0].headers)


def test_a_put_without_a_body(peer):
    """The metadata service requires it for tokens (dli-api.md 5.4)."""
    server = peer(OK)
    request = HttpRequest("PUT", f"{server.url}/meta-data/latest/api/token", None, {"X-Metadata-Token-Ttl-Seconds": "21600"})
    sender(credential=None, direct=True).send(request, AMPLE)
    (seen,) = server.seen
    assert (seen.method, seen.target, seen.body) == ("PUT", "/meta-data/latest/api/token", b"")
    assert seen.headers["x-metadata-token-ttl-seconds"] == "21600"
    assert "content-type" not in seen.headers


class AtTheTimeOf:
    """A signer with a fixed time."""

    def __init__(self, credential, moment: str) -> None:
        self._credential = credential
        self._moment = datetime.datetime.strptime(moment, "%Y%m%dT%H%M%S%z")

    def headers(self, request, now):
        assert abs(now - datetime.datetime.now(datetime.timezone.utc)) < datetime.timedelta(seconds=60)
        return self._credential.headers(request, self._moment)


@pytest.mark.parametrize(
    "vector",
    [vector for vector in VECTORS if not NOT_SIGNED & set(vector["expected"]["headers_after_signing"])],
    ids=lambda vector: vector["name"],
)
def test_vector_in_a_sent_request(peer, vector):
    """The library sends the URL and the body that were signed. A plain proxy allows any host name in the request."""
    keys, request, message = vector["credentials"], vector["request"], vector["expected"]
    expected = message["headers_after_signing"]
    pair = AccessKey(keys["access_key"], keys["secret_key"], keys["security_token"], keys["project_id"])
    proxy = peer(OK)
    sender(proxy=proxy.url, credential=AtTheTimeOf(pair, expected["X-Sdk-Date"])).send(
        HttpRequest(
            request["method"],
            f"http://{request['host']}{message['wire_uri']}",
            base64.b64decode(request["body_base64"]) if request["body_base64"] else None,
            {"Content-Type": request["headers"]["Content-Type"], "Accept": "application/json"},
        ),
        AMPLE,
    )
    (seen,) = proxy.seen
    assert {name: seen.headers[name.lower()] for name in expected} == expected
    parts = urlsplit(seen.target)
    assert f"{parts.path}{'?' + parts.query if parts.query else ''}" == message["wire_uri"]
    assert seen.body == base64.b64decode(request["body_base64"] or "")


def test_each_request_is_signed_at_its_own_time(peer):
    moments = []

    class RecordingSigner:
        def headers(self, request, now):
            moments.append(now)
            return {}

    server = peer(OK)
    one = sender(credential=RecordingSigner())
    one.send(get(server.url), AMPLE)
    one.send(get(server.url), AMPLE)
    assert moments[0] < moments[1]


# Failures, delivered or not delivered


@both
def test_connection_refused(peer, make):
    server = peer(OK)
    server.close()
    error, _seconds = failure(make(server.url))
    assert isinstance(error, NotDelivered)
    assert "refused" in str(error).lower()


@both
def test_unknown_host_name(monkeypatch, make):
    def unknown(*_args, **_kwargs):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    error, _seconds = failure(make("http://dli.example.test"))
    assert isinstance(error, NotDelivered)
    assert str(error) == "the host name could not be resolved"


@both
def test_timeout_of_the_connection(make):
    """A listener with a full queue does not respond to the first packet of the client."""
    with contextlib.ExitStack() as stack:
        full = stack.enter_context(socket.socket())
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        for _number in range(4):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(full.getsockname())
        error, seconds = failure(make(f"http://127.0.0.1:{full.getsockname()[1]}"), SHORT)
    assert isinstance(error, NotDelivered) or make is get
    assert seconds < SHORT + GRACE


def test_reset_before_the_body_is_sent(peer):
    """The headers are larger than every buffer, so the server resets the connection while they are sent."""

    def script(connection: Connection) -> None:
        connection.sock.recv(1)
        connection.reset()

    error, _seconds = failure(post(peer(script).url, **{"X-Long": "x" * 16_000_000}))
    assert isinstance(error, NotDelivered)


def reset(connection: Connection) -> None:
    connection.read()
    connection.reset()


def reset_in_the_request_body(connection: Connection) -> None:
    connection.read_head()
    connection.sock.recv(10)
    connection.reset()


def close_connection(connection: Connection) -> None:
    connection.read()


def sends(content: bytes) -> Callable[[Connection], None]:
    """Return a script that sends the content and ends."""

    def script(connection: Connection) -> None:
        connection.read()
        connection.send(content)

    return script


def reset_in_the_response(connection: Connection) -> None:
    connection.read()
    connection.send(response(b"x" * 1000)[:-5])
    connection.reset()


BROKEN = {
    "reset": reset,
    "close": close_connection,
    "half the body": sends(response(b'[{"is_success":"true"}]')[:-5]),
    "half the chunks": sends(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n5\r\nab"),
    "reset in the response": reset_in_the_response,
    "not HTTP": sends(b"220 mail.example.test ESMTP\r\n"),
    "broken gzip": sends(response(b"not zipped", "200 OK", "Content-Encoding: gzip")),
}


@pytest.mark.parametrize("script", BROKEN.values(), ids=BROKEN)
@both
def test_no_usable_response(peer, make, script):
    server = peer(script)
    error, _seconds = failure(make(server.url))
    assert isinstance(error, ResponseLost)
    assert str(error).strip() and "0x" not in str(error) and len(str(error)) <= 200
    assert len(server.seen) == 1


@both
def test_incomplete_headers_result_in_an_empty_body(peer, make):
    """The library treats the end of the connection as the end of the headers, so the body is empty (an error)."""

    def script(connection: Connection) -> None:
        connection.read()
        connection.send(b"HTTP/1.1 200 OK\r\nContent-Le")

    assert sender().send(make(peer(script).url), AMPLE).body == b""


def test_reset_in_the_middle_of_the_request_body(peer):
    """A part of the body was sent, so the outcome is unknown."""
    error, _seconds = failure(post(peer(reset_in_the_request_body).url, b"x" * 32_000_000))
    assert isinstance(error, ResponseLost)


def test_a_response_before_the_body_is_read(peer):
    """A gateway responds to a body that is too large and closes the connection (dli-api.md 4.4, 413)."""

    def script(connection: Connection) -> None:
        connection.read_head()
        connection.send(response(b"{}", "413 Too large", "Connection: close"))
        connection.sock.shutdown(socket.SHUT_WR)
        while connection.sock.recv(1_000_000):
            pass

    assert sender().send(post(peer(script).url, b"x" * 4_000_000), AMPLE).status == 413


def test_a_response_that_is_too_large_is_abandoned(peer, monkeypatch):
    monkeypatch.setattr(session, "LARGEST_RESPONSE", 100_000)

    def script(connection: Connection) -> None:
        connection.read()
        connection.send(b"HTTP/1.1 200 OK\r\n\r\n", *[b"x" * 10_000] * 1000)

    error, _seconds = failure(post(peer(script).url))
    assert isinstance(error, ResponseLost) and "the response is too large" in str(error)


# The deadline covers the whole exchange


def hang(connection: Connection) -> None:
    connection.read()
    connection.sock.recv(1)


def drip_headers(connection: Connection) -> None:
    connection.read()
    connection.send(b"HTTP/1.1 200 OK\r\n")
    connection.send(*(f"X-{number}: y\r\n".encode() for number in range(100)), pause=0.05)


def drip_body(connection: Connection) -> None:
    connection.read()
    connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n")
    connection.send(*[b" "] * 100, pause=0.05)


def drip_chunks(connection: Connection) -> None:
    connection.read()
    connection.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    connection.send(*[b"1\r\nx\r\n"] * 100, pause=0.05)


@pytest.mark.parametrize(
    "make, script",
    [(post, hang), (get, hang), (post, drip_headers), (post, drip_body), (get, drip_body), (post, drip_chunks)],
)
def test_no_complete_response_before_the_deadline(peer, make, script):
    """Each byte arrives before a read timeout, but the deadline still ends the exchange."""
    error, seconds = failure(make(peer(script).url), SHORT)
    assert isinstance(error, ResponseLost)
    assert f"timed out after {SHORT:g} s" in str(error)
    assert SHORT * 0.9 <= seconds < SHORT + GRACE


def test_the_thread_of_an_abandoned_exchange_ends(peer):
    """It does not read until the server ends the response."""

    def send_slowly(connection: Connection) -> None:
        connection.read()
        connection.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        connection.send(*[b"1\r\nx\r\n"] * 10_000, pause=0.05)

    server = peer(send_slowly)
    failure(get(server.url), SHORT)
    assert server.done.wait(AMPLE)


@both
def test_a_response_just_after_the_deadline(peer, make, monkeypatch):
    """The exchange ends between the end of the wait and the classification of the failure."""
    workers = []
    late = threading.Event()

    class Worker(threading.Thread):
        def start(self):
            workers.append(self)
            super().start()

    class Abandoned(threading.Event):
        def set(self):
            late.set()
            workers[0].join(AMPLE)
            super().set()

    class Slow:
        def headers(self, request, now):
            late.wait(AMPLE)
            return {}

    monkeypatch.setattr(session, "threading", types.SimpleNamespace(Thread=Worker, Event=Abandoned, Lock=threading.Lock))
    error, _seconds = failure(make(peer(OK).url), SHORT, credential=Slow())
    assert isinstance(error, ResponseLost) and f"timed out after {SHORT:g} s" in str(error)


def test_a_session_is_usable_after_a_timeout(peer):
    server = peer(hang, OK)
    one = sender()
    with pytest.raises(ResponseLost):
        one.send(get(server.url), SHORT)
    assert one.send(get(server.url), AMPLE).status == 200


# TLS


def test_a_certificate_of_the_specified_authority(peer, certificates):
    (context, ca_cert), _other = certificates
    server = peer(over_tls(context))
    assert sender(verify=ca_cert).send(post(server.https), AMPLE).status == 200


@pytest.mark.filterwarnings("ignore:Unverified HTTPS request")
def test_verification_can_be_disabled(peer, certificates, monkeypatch):
    (context, _ca_cert), (_context, other) = certificates
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", other)
    server = peer(over_tls(context))
    assert sender(verify=False).send(post(server.https), AMPLE).status == 200


@both
def test_an_unknown_certificate(peer, certificates, make):
    (context, _ca_cert), (_context, other) = certificates
    server = peer(over_tls(context))
    for verify in (True, other):
        error, _seconds = failure(make(server.https), verify=verify)
        assert isinstance(error, PermanentlyUnreachable)
        assert str(error).startswith("TLS: ") and "certificate" in str(error)
    assert server.seen == []


def test_a_certificate_for_another_name(peer, certificates):
    (context, ca_cert), _other = certificates
    server = peer(over_tls(context))
    error, _seconds = failure(post(f"https://localhost:{server.port}"), verify=ca_cert)
    assert isinstance(error, NotDelivered) and str(error).startswith("TLS: ")
    assert not str(error).endswith("."), "the message adds the period"
    assert server.seen == []


@pytest.mark.parametrize("variable", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
def test_the_ca_option_has_precedence_over_the_environment(peer, certificates, monkeypatch, variable):
    (context, ca_cert), (_context, other) = certificates
    server = peer(over_tls(context))
    monkeypatch.setenv(variable, other)
    assert sender(verify=ca_cert).send(post(server.https), AMPLE).status == 200
    error, _seconds = failure(post(server.https), verify=True)
    assert isinstance(error, NotDelivered)
    monkeypatch.setenv(variable, ca_cert)
    assert sender(verify=True).send(post(server.https), AMPLE).status == 200
    error, _seconds = failure(post(server.https), verify=other)
    assert isinstance(error, NotDelivered)


@both
def test_a_missing_ca_file(peer, make, certificates, tmp_path):
    (context, _ca_cert), _other = certificates
    error, _seconds = failure(make(peer(over_tls(context)).https), verify=str(tmp_path / "nothing.pem"))
    assert isinstance(error, PermanentlyUnreachable)
    assert "nothing.pem" in str(error)


@both
def test_reset_during_the_handshake(peer, make):
    def script(connection: Connection) -> None:
        connection.sock.recv(1)
        connection.reset()

    error, _seconds = failure(make(peer(script).https))
    assert isinstance(error, NotDelivered) or make is get


@both
def test_plain_http_where_tls_is_expected(peer, make):
    def script(connection: Connection) -> None:
        connection.sock.recv(1)
        connection.send(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        connection.sock.recv(1)

    error, _seconds = failure(make(peer(script).https))
    assert isinstance(error, NotDelivered)


def test_a_handshake_that_hangs(peer):
    def script(connection: Connection) -> None:
        while connection.sock.recv(1000):
            pass

    error, seconds = failure(post(peer(script).https), SHORT)
    assert isinstance(error, NotDelivered)
    assert seconds < SHORT + GRACE


# Client certificates


@pytest.fixture(scope="session")
def client_auth(certificates):
    """Return a context that requires the second certificate, its CA file, and this certificate with its key."""
    (_context, ca_cert), (_other, mine) = certificates
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(ca_cert, ca_cert.replace(".pem", ".key"))
    context.load_verify_locations(mine)
    context.verify_mode = ssl.CERT_REQUIRED
    context.maximum_version = ssl.TLSVersion.TLSv1_2  # later versions reject a certificate only after the handshake
    return context, ca_cert, mine, mine.replace(".pem", ".key")


@pytest.mark.parametrize("in_one_file", [False, True])
@pytest.mark.parametrize("through_proxy", [False, True])
def test_the_client_certificate_is_sent(peer, client_auth, tmp_path, in_one_file, through_proxy):
    context, ca_cert, mine, key = client_auth
    both_in_one = tmp_path / "both.pem"
    both_in_one.write_text(Path(mine).read_text(encoding="ascii") + Path(key).read_text(encoding="ascii"), encoding="ascii")
    options = {"verify": ca_cert, "client_cert": str(both_in_one) if in_one_file else (mine, key)}
    if through_proxy:
        server = peer(tunnel(context))
        assert sender(proxy=server.url, **options).send(post("https://dli.example.test/run"), AMPLE).status == 200
    else:
        server = peer(over_tls(context))
        assert sender(**options).send(post(server.https), AMPLE).status == 200
    assert server.seen[-1].method == "POST"


@both
@pytest.mark.parametrize("wrong", [False, True])
def test_nothing_is_delivered_without_the_required_client_certificate(peer, client_auth, make, wrong):
    context, ca_cert, _mine, _key = client_auth
    server = peer(over_tls(context))
    client_cert = (ca_cert, ca_cert.replace(".pem", ".key")) if wrong else None
    error, _seconds = failure(make(server.https), verify=ca_cert, client_cert=client_cert)
    assert isinstance(error, NotDelivered) or make is get
    assert server.seen == []


@both
@pytest.mark.parametrize("missing", ["certificate", "key"])
def test_a_missing_client_certificate_or_key(peer, client_auth, make, tmp_path, missing):
    context, ca_cert, mine, _key = client_auth
    nothing = str(tmp_path / "nothing.pem")
    server = peer(over_tls(context))
    client_cert = (mine, nothing) if missing == "key" else nothing
    error, _seconds = failure(make(server.https), verify=ca_cert, client_cert=client_cert)
    assert isinstance(error, PermanentlyUnreachable) and "nothing.pem" in str(error)
    assert server.seen == []


def test_a_client_key_of_another_certificate(peer, client_auth):
    context, ca_cert, mine, _key = client_auth
    server = peer(over_tls(context))
    error, _seconds = failure(post(server.https), verify=ca_cert, client_cert=(mine, ca_cert.replace(".pem", ".key")))
    assert isinstance(error, NotDelivered) and "KEY_VALUES_MISMATCH" in str(error)
    assert server.seen == []


# Proxies


def tunnel(context: ssl.SSLContext, pause: float = 0.0):
    """Return a script of a proxy and its service: accept CONNECT, then use TLS on the same connection."""

    def script(connection: Connection) -> None:
        connection.read()
        connection.send(*(bytes((byte,)) for byte in b"HTTP/1.1 200 Connection established\r\n\r\n"), pause=pause)
        connection.encrypt(context)
        if connection.read():
            connection.send(response())

    return script


def test_a_proxy_from_the_option(peer):
    server, proxy = peer(OK), peer(OK)
    assert sender(proxy=proxy.url).send(get(f"{server.url}/a?b=c"), AMPLE).status == 200
    assert server.connections == 0
    assert proxy.seen[0].target == f"{server.url}/a?b=c"
    assert proxy.seen[0].headers["host"] == f"127.0.0.1:{server.port}"


@pytest.mark.parametrize("variable", ["HTTP_PROXY", "http_proxy", "ALL_PROXY"])
def test_a_proxy_from_the_environment(peer, monkeypatch, variable):
    server, proxy = peer(OK), peer(OK)
    monkeypatch.setenv(variable, proxy.url)
    one = sender()
    for _time in range(2):
        assert one.send(get(server.url), AMPLE).status == 200
    assert (server.connections, len(proxy.seen)) == (0, 2)


def test_no_proxy_variable(peer, monkeypatch):
    server, proxy = peer(OK), peer(OK)
    monkeypatch.setenv("HTTP_PROXY", proxy.url)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    assert sender().send(get(server.url), AMPLE).status == 200
    assert (len(server.seen), proxy.connections) == (1, 0)


def test_the_proxy_option_has_precedence_over_the_environment(peer, monkeypatch):
    server, selected, proxy = peer(OK), peer(OK), peer(OK)
    monkeypatch.setenv("HTTP_PROXY", proxy.url)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    assert sender(proxy=selected.url).send(get(server.url), AMPLE).status == 200
    assert (len(selected.seen), server.connections, proxy.connections) == (1, 0, 0)


@pytest.mark.parametrize("variable", ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"])
def test_direct_ignores_the_proxy_of_the_environment(peer, monkeypatch, variable):
    """The metadata service is link-local, and its keys must not be sent through a proxy."""
    server, proxy = peer(OK), peer(OK)
    monkeypatch.setenv(variable, proxy.url)
    assert sender(credential=None, direct=True).send(get(server.url), AMPLE).status == 200
    assert (len(server.seen), proxy.connections) == (1, 0)


def test_tls_uses_a_tunnel(peer, certificates):
    (context, ca_cert), _other = certificates
    proxy = peer(tunnel(context))
    request = post("https://dli.example.test/v1.0/p/streaming/jobs/run")
    assert sender(verify=ca_cert, proxy=proxy.url).send(request, AMPLE).status == 200
    connect, inner = proxy.seen
    assert (connect.method, connect.target) == ("CONNECT", "dli.example.test:443")
    assert "x-auth-token" not in connect.headers
    assert (inner.method, inner.target, inner.body) == ("POST", "/v1.0/p/streaming/jobs/run", request.body)
    assert inner.headers["host"] == "dli.example.test"


@pytest.mark.parametrize(
    ("status", "shown"),
    [
        ("407 user u password s3cret-of-the-proxy", "407 Proxy Authentication Required"),
        ("407", "407 Proxy Authentication Required"),
        ("502 Bad Gateway", "502 Bad Gateway"),
        ("599 s3cret-of-the-proxy", "599"),
    ],
)
@both
def test_a_proxy_that_refuses_the_tunnel(peer, make, status, shown):
    """The text of the proxy is not used, because it can repeat the password."""
    proxy = peer(always(response(b"", status))).url.replace("//", "//u:s3cret-of-the-proxy@")
    error, _seconds = failure(make("https://dli.example.test"), proxy=proxy)
    assert isinstance(error, NotDelivered) and str(error) == f"proxy error: Tunnel connection failed: {shown}"


@both
@pytest.mark.parametrize("url", ["http://dli.example.test", "https://dli.example.test"])
def test_an_unreachable_proxy(peer, make, url):
    proxy = peer(OK)
    proxy.close()
    error, _seconds = failure(make(url), proxy=proxy.url)
    assert (error.__class__, str(error)) == (NotDelivered, "the proxy refused the connection")


@pytest.mark.parametrize("url", ["http://dli.example.test", "https://dli.example.test"])
def test_a_proxy_whose_name_is_unknown(url):
    error, _seconds = failure(get(url), proxy="http://user:secret@proxy.invalid:3128")
    assert (error.__class__, str(error)) == (NotDelivered, "the host name of the proxy could not be resolved")


@both
@pytest.mark.parametrize("url", ["http://dli.example.test", "https://dli.example.test"])
def test_a_proxy_without_tls(peer, make, url):
    proxy = peer(lambda connection: connection.send(b"HTTP/1.1 400 Bad Request\r\n\r\n"))
    error, _seconds = failure(make(url), proxy=proxy.url.replace("http:", "https:"))
    assert (error.__class__, str(error)) == (PermanentlyUnreachable, "the proxy does not use TLS (its scheme is http)")


class SocksError(OSError):
    """Errors of the library PySocks, which the tests do not require. ``urllib3`` raises a NewConnectionError from them."""

    __module__ = "socks"


class ProxyConnectionError(SocksError):
    __module__ = "socks"


REFUSED = ConnectionRefusedError(111, "Connection refused")
UNKNOWN = socket.gaierror(-2, "Name or service not known")


@pytest.mark.parametrize(
    "error, cause, reason",
    [
        (ProxyConnectionError("Error connecting"), REFUSED, "the proxy refused the connection"),
        (ProxyConnectionError("Error connecting"), OSError(113, "No route to host"), "proxy error: No route to host"),
        (SocksError("Socket error"), UNKNOWN, "the host name could not be resolved"),
        (SocksError("0x05: Connection refused"), None, "proxy error: 0x05: Connection refused"),
        (SocksError("0x01: failed for socks5://me:pass@proxy"), None, "proxy error: 0x01: failed for socks5://proxy"),
    ],
    ids=str,
)
@both
def test_a_socks_proxy_that_fails(monkeypatch, make, error, cause, reason):
    def send(_session, _request, **_settings):
        error.__cause__ = cause
        wrapped = NewConnectionError(None, "Failed to establish a new connection")
        wrapped.__cause__ = error
        raise requests.ConnectionError(wrapped) from wrapped

    monkeypatch.setattr(session, "has_pysocks", lambda: True)
    monkeypatch.setattr(requests.Session, "send", send)
    failed, _seconds = failure(make("https://dli.example.test"), proxy="socks5://proxy:1080")
    assert (failed.__class__, str(failed)) == (NotDelivered, reason)


PLACES = ("proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy")
SOCKS = ("socks4", "socks4a", "socks5", "socks5h")
#: Value -> the proxy that is used, or None if the value is refused.
VALUES = {
    "http://user:2026@proxy:3128": "http://user:2026@proxy:3128",
    "https://proxy": "https://proxy",
    "HTTP://proxy:3128/\r": "http://proxy:3128/",
    **{f"{scheme}://user:2026@proxy:1080": f"{scheme}://user:2026@proxy:1080" for scheme in SOCKS},
    "SOCKS5H://proxy:1080": "socks5h://proxy:1080",
    "proxy:3128": "http://proxy:3128",
    "user:2026@proxy:3128": "http://user:2026@proxy:3128",
    "http://[::1]:3128": "http://[::1]:3128",
    "socks://127.0.0.1:1080": None,
    "socks4h://proxy:1080": None,
    "socks6://proxy:1080": None,
    "ftp://user:2026@proxy:21": None,
    "proxy": None,
    "//proxy:3128": None,
    "http:proxy:3128": None,
    "http://": None,
    "http://:3128": None,
    "http://proxy:port": None,
    "http://proxy:99999": None,
    "http://proxy:0": None,
    "http://user:2026/x@proxy:3128": None,
    "http://proxy:3128/proxy.pac": None,
    "http://pro xy:3128": None,
    "http://proxy..example:3128": None,
    "http://[::1:3128": None,
    "://": None,
    '"http://proxy:3128"': None,
}


@pytest.mark.parametrize("pysocks", [False, True])
@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("value", VALUES)
def test_every_place_and_scheme_of_a_proxy(monkeypatch, place, value, pysocks):
    """A proxy that cannot be used is refused in one message, which names its place and contains no part of the value."""
    used = []

    def send(_session, _request, proxies, **_settings):
        used.append(proxies)
        raise requests.ConnectionError("end of the test")

    monkeypatch.setattr(requests.Session, "send", send)
    monkeypatch.setattr(session, "has_pysocks", lambda: pysocks)
    scheme = "http" if place.lower() == "http_proxy" else "https"
    options = {"proxy": value} if place == "proxy" else {}
    if not options:
        monkeypatch.setenv(place, value)
    expected = VALUES[value]
    needs_library = expected is not None and expected.startswith("socks")
    one, request = sender(**options), get(f"{scheme}://dli.example.test")
    if expected and (pysocks or not needs_library):
        with pytest.raises(ResponseLost, match="end of the test"):
            one.send(request, AMPLE)
        assert used == [{scheme: expected}]
        return
    with pytest.raises(InputError) as caught:
        one.send(request, AMPLE)
    message, source = str(caught.value), place if options else f"environment variable {place}"
    if needs_library:
        name = expected.partition(":")[0]
        assert message.startswith(f"Invalid {source}: the scheme {name} requires the Python library PySocks, which is not ")
    else:
        schemes = "http, https, socks4, socks4a, socks5 or socks5h"
        assert message.startswith(f"Invalid {source}: it is not the URL of a proxy. Specify a URL with the scheme {schemes}, ")
    assert used == [] and "2026" not in message


@pytest.mark.parametrize("url", ["http://dli.example.test", "https://dli.example.test"])
def test_a_proxy_that_is_not_used_is_not_checked(monkeypatch, url):
    """Desktops set ALL_PROXY to a SOCKS proxy in addition to the proxies that are used."""
    monkeypatch.setattr(session, "has_pysocks", lambda: False)
    monkeypatch.setenv("ALL_PROXY", "socks://127.0.0.1:1080")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    assert str(failure(get(url))[0]) == "the proxy refused the connection"
    monkeypatch.setenv("NO_PROXY", "dli.example.test")
    assert str(failure(get(url))[0]) == "the host name could not be resolved"


def test_a_request_reported_as_not_delivered_is_not_delivered_later(peer, certificates):
    """The tunnel is ready only after the deadline. The abandoned exchange must not send the request then."""
    (context, ca_cert), _other = certificates
    proxy = peer(tunnel(context, pause=0.015))
    error, seconds = failure(post("https://dli.example.test/run"), SHORT, verify=ca_cert, proxy=proxy.url)
    assert isinstance(error, NotDelivered) and seconds < SHORT + GRACE
    assert proxy.done.wait(AMPLE)
    assert [seen.method for seen in proxy.seen] == ["CONNECT"]


# Defects, and a missing library


@both
def test_a_defect_before_sending_is_raised(peer, make):
    class Broken:
        def headers(self, request, now):
            raise ZeroDivisionError("defect")

    server = peer(OK)
    with pytest.raises(ZeroDivisionError, match="defect"):
        sender(credential=Broken()).send(make(server.url), AMPLE)
    assert server.connections == 0


@both
@pytest.mark.parametrize("url", ["http://", "ftp://dli.example.test", "http://dli..example.test", "http://[::1"])
def test_an_invalid_url_is_not_delivered(make, url):
    error, _seconds = failure(make(url))
    assert isinstance(error, NotDelivered)


def test_the_file_can_be_imported_without_the_library(monkeypatch):
    """The module reports the missing library in a message instead of a traceback."""
    monkeypatch.setitem(sys.modules, "requests", None)
    spec = importlib.util.spec_from_file_location(f"{session.__name__}_without_requests", session.__file__)
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, spec.name, module)
    spec.loader.exec_module(module)
    assert "requests" in module.REQUESTS_IMPORT_ERROR
    assert session.REQUESTS_IMPORT_ERROR is None


def test_a_defect_after_sending_is_a_lost_response(peer, monkeypatch):
    """The status of the jobs is then read, which is more important than the defect."""
    server = peer(OK)
    monkeypatch.setattr(session, "LARGEST_RESPONSE", "not a number")
    with pytest.raises(ResponseLost, match="not supported between instances"):
        sender().send(post(server.url), AMPLE)
