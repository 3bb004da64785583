# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""For tests, on loopback: a certificate authority, a forward proxy, a host that never answers, a closed port.

The proxy maps a few host names to loopback, so that clients can use the public name of a service, and refuses all others.
Certificates need the library trustme, which is imported only when an `Authority` is made.
"""

from __future__ import annotations

import atexit
import base64
import contextlib
import datetime
import select
import shutil
import socket
import ssl
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

HOST = "127.0.0.1"
_AGES_AGO = datetime.datetime(2001, 1, 1, tzinfo=datetime.timezone.utc)


@dataclass(frozen=True)
class Certificate:
    """A certificate with its key, in files. ``ca_file`` is the authority that it, and who talks to it, is judged by."""

    cert_file: Path
    key_file: Path
    ca_file: Path

    def context(self, require_client: bool = False) -> ssl.SSLContext:
        """For a server; with ``require_client`` it wants a certificate of the same authority from every client."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.cert_file, self.key_file)
        if require_client:
            context.verify_mode = ssl.CERT_REQUIRED
            context.load_verify_locations(self.ca_file)
        return context


class Authority:
    """A certificate authority of its own: ``ca_file`` is what a client must trust. Its files stay until Python ends."""

    def __init__(self) -> None:
        import trustme

        self._folder = tempfile.mkdtemp(prefix="authority-")
        atexit.register(shutil.rmtree, self._folder, ignore_errors=True)
        self._ca = trustme.CA()
        self._count = 0
        self.ca_file = Path(self._folder, "ca.pem")
        self._ca.cert_pem.write_to_path(str(self.ca_file))

    def server(self, *names: str, expired: bool = False) -> Certificate:
        """For 127.0.0.1, localhost and the names."""
        return self._issue(HOST, "localhost", *names, expired=expired)

    def only(self, *names: str) -> Certificate:
        """For the names and not for loopback: a client that gets there by address must refuse it."""
        return self._issue(*names)

    def client(self, name: str = "client.invalid") -> Certificate:
        """For a client; ``requests`` takes it as ``cert=(cert_file, key_file)``."""
        return self._issue(name)

    def _issue(self, *names: str, expired: bool = False) -> Certificate:
        issued = self._ca.issue_cert(*names, not_before=_AGES_AGO, not_after=_AGES_AGO if expired else None)
        self._count += 1
        cert, key = (Path(self._folder, f"{self._count}-{what}.pem") for what in ("cert", "key"))
        for number, blob in enumerate(issued.cert_chain_pems):
            blob.write_to_path(str(cert), append=number > 0)
        issued.private_key_pem.write_to_path(str(key))
        return Certificate(cert, key, self.ca_file)


@dataclass
class ProxyRequest:
    """One request to a proxy. ``target`` is as it stood in the request line, ``status`` what the proxy answered."""

    method: str
    target: str
    authorized: bool
    status: int = 0


@dataclass
class Proxy:
    """A running proxy. ``names`` and ``credentials`` (user, password) may be changed while it runs."""

    port: int
    names: dict[str, str] = field(default_factory=dict)
    credentials: tuple[str, str] | None = None
    asked: list[ProxyRequest] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"

    def url_with(self, user: str, password: str) -> str:
        return f"http://{quote(user, safe='')}:{quote(password, safe='')}@{HOST}:{self.port}"

    def admits(self, header: str | None) -> bool:
        """Whether a ``Proxy-Authorization`` is the right one."""
        if self.credentials is None:
            return True
        return header == "Basic " + base64.b64encode(":".join(self.credentials).encode()).decode()

    def address_of(self, name: str) -> tuple[str, int] | None:
        """Where ``host:port`` really is: loopback as it stands, a known name by ``names``, anything else nowhere."""
        place = self.names.get(name.lower(), name)
        host, _colon, port = (urlsplit(place).netloc or place).rpartition(":")
        return (HOST, int(port)) if host in (HOST, "localhost") and port.isdecimal() else None


@contextlib.contextmanager
def proxy(names: Mapping[str, str] | None = None, credentials: tuple[str, str] | None = None) -> Iterator[Proxy]:
    """A forward proxy on a free port until the block ends: CONNECT, and whole addresses for plain http.

    ``names`` maps "host:port" as clients ask for it to a place on loopback: a url, or "127.0.0.1:port".
    """
    server = _ProxyServer((HOST, 0), _ProxyHandler)
    server.proxy = Proxy(server.server_address[1], dict(names or {}), credentials)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server.proxy
    finally:
        server.closing.set()
        server.shutdown()
        server.server_close()
        thread.join()


@contextlib.contextmanager
def silent_host() -> Iterator[str]:
    """ "127.0.0.1:port" of a host that takes connections and never answers."""
    with socket.socket() as listener:
        # Nobody accepts: the system completes the connections and keeps what is sent.
        listener.bind((HOST, 0))
        listener.listen(16)
        yield f"{HOST}:{listener.getsockname()[1]}"


@contextlib.contextmanager
def closed_port() -> Iterator[str]:
    """ "127.0.0.1:port" where nobody listens, kept from everybody else until the block ends."""
    with socket.socket() as holder:
        holder.bind((HOST, 0))
        yield f"{HOST}:{holder.getsockname()[1]}"


class _ProxyServer(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    proxy: Proxy

    def __init__(self, *arguments: Any) -> None:
        self.closing = threading.Event()
        super().__init__(*arguments)

    def server_bind(self) -> None:
        # The inherited one asks the name service for the host's name, which can take seconds.
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = HOST, self.server_address[1]

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that disconnects is expected; anything else is a bug and must be seen."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


class _ProxyHandler(BaseHTTPRequestHandler):
    """One request per connection, then either a tunnel or the answer of the one host it was for."""

    protocol_version = "HTTP/1.1"
    server: _ProxyServer

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Quiet: the proxy records its requests."""

    def do_CONNECT(self) -> None:
        upstream = self._connect(self.path)
        if upstream is not None:
            self._answer(200)
            self._relay(upstream)

    def do_GET(self) -> None:
        # Read all of it: a response to a request whose body was not read can get lost.
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        parts = urlsplit(self.path)
        name = parts.netloc if parts.port else f"{parts.netloc}:80"
        upstream = self._connect(name if parts.scheme == "http" else "")
        if upstream is None:
            return
        kept = [(name, value) for name, value in self.headers.items() if not name.lower().startswith("proxy-")]
        lines = [f"{self.command} {parts._replace(scheme='', netloc='').geturl() or '/'} HTTP/1.1"]
        lines += [f"{name}: {value}" for name, value in kept if name.lower() != "connection"]
        upstream.sendall("\r\n".join([*lines, "Connection: close", "", ""]).encode("latin-1") + body)
        self._asked.status = 200
        self._relay(upstream)

    do_POST = do_PUT = do_DELETE = do_HEAD = do_GET

    def _connect(self, name: str) -> socket.socket | None:
        """Record the request, and connect to its target unless it is refused."""
        self.close_connection = True
        proxy = self.server.proxy
        self._asked = ProxyRequest(self.command, self.path, proxy.admits(self.headers.get("Proxy-Authorization")))
        proxy.asked.append(self._asked)
        address = proxy.address_of(name)
        if not self._asked.authorized:
            self._answer(407, ("Proxy-Authenticate", 'Basic realm="proxy"'))
        elif address is None:
            self._answer(403)
        else:
            try:
                return socket.create_connection(address, timeout=10)
            except OSError:
                self._answer(502)
        return None

    def _answer(self, status: int, *headers: tuple[str, str]) -> None:
        self._asked.status = status
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        if status != 200:
            self.send_header("Content-Length", "0")
            self.send_header("Connection", "close")
        self.end_headers()

    def _relay(self, upstream: socket.socket) -> None:
        """Carry bytes both ways until one side ends or the proxy stops."""
        with upstream:
            other = {upstream: self.connection, self.connection: upstream}
            while not self.server.closing.is_set():
                for side in select.select(list(other), (), (), 0.05)[0]:
                    data = side.recv(65536)
                    if not data:
                        return
                    other[side].sendall(data)
