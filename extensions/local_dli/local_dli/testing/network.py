# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Network fixtures for tests on loopback: certificate authority, forward proxy, unresponsive host, closed port.

The proxy maps some host names to loopback, which allows clients to use the public name of a service. It refuses all
other names. Certificates require the library trustme, which is imported only when an `Authority` is created.
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
_LONG_AGO = datetime.datetime(2001, 1, 1, tzinfo=datetime.timezone.utc)


@dataclass(frozen=True)
class Certificate:
    """The files of a certificate and its key. ``ca_file``: the authority that issued it and that verifies its peers."""

    cert_file: Path
    key_file: Path
    ca_file: Path

    def context(self, require_client: bool = False) -> ssl.SSLContext:
        """Return the context of a server. ``require_client``: clients need a certificate of the same authority."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.cert_file, self.key_file)
        if require_client:
            context.verify_mode = ssl.CERT_REQUIRED
            context.load_verify_locations(self.ca_file)
        return context


class Authority:
    """A certificate authority. Clients must trust ``ca_file``. The files are deleted when Python exits."""

    def __init__(self) -> None:
        import trustme

        self._folder = tempfile.mkdtemp(prefix="authority-")
        atexit.register(shutil.rmtree, self._folder, ignore_errors=True)
        self._ca = trustme.CA()
        self._count = 0
        self.ca_file = Path(self._folder, "ca.pem")
        self._ca.cert_pem.write_to_path(str(self.ca_file))

    def server(self, *names: str, expired: bool = False) -> Certificate:
        """Return a certificate for 127.0.0.1, localhost and the names."""
        return self._issue(HOST, "localhost", *names, expired=expired)

    def server_without_loopback(self, *names: str) -> Certificate:
        """Return a certificate for the names only. A client that connects to 127.0.0.1 must refuse it."""
        return self._issue(*names)

    def client(self, name: str = "client.invalid") -> Certificate:
        """Return a certificate for a client: ``cert=(cert_file, key_file)`` in ``requests``."""
        return self._issue(name)

    def _issue(self, *names: str, expired: bool = False) -> Certificate:
        issued = self._ca.issue_cert(*names, not_before=_LONG_AGO, not_after=_LONG_AGO if expired else None)
        self._count += 1
        cert, key = (Path(self._folder, f"{self._count}-{kind}.pem") for kind in ("cert", "key"))
        for number, pem in enumerate(issued.cert_chain_pems):
            pem.write_to_path(str(cert), append=number > 0)
        issued.private_key_pem.write_to_path(str(key))
        return Certificate(cert, key, self.ca_file)


@dataclass
class ProxyRequest:
    """One request to a proxy. ``target``: the target in the request line. ``status``: the status in the response."""

    method: str
    target: str
    authorized: bool
    status: int = 0


@dataclass
class Proxy:
    """A running proxy. ``names`` and ``credentials`` (user, password) can be changed while it runs."""

    port: int
    names: dict[str, str] = field(default_factory=dict)
    credentials: tuple[str, str] | None = None
    requests: list[ProxyRequest] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"

    def url_with(self, user: str, password: str) -> str:
        return f"http://{quote(user, safe='')}:{quote(password, safe='')}@{HOST}:{self.port}"

    def accepts(self, header: str | None) -> bool:
        """Return whether the value of ``Proxy-Authorization`` is valid."""
        if self.credentials is None:
            return True
        return header == "Basic " + base64.b64encode(":".join(self.credentials).encode()).decode()

    def resolve(self, name: str) -> tuple[str, int] | None:
        """Return the address of ``host:port``: loopback unchanged, other names by ``names``. None for unknown names."""
        target = self.names.get(name.lower(), name)
        host, _colon, port = (urlsplit(target).netloc or target).rpartition(":")
        return (HOST, int(port)) if host in (HOST, "localhost") and port.isdecimal() else None


@contextlib.contextmanager
def proxy(names: Mapping[str, str] | None = None, credentials: tuple[str, str] | None = None) -> Iterator[Proxy]:
    """Run a forward proxy on a free port until the block ends: CONNECT, and absolute URLs for plain HTTP.

    ``names`` maps the "host:port" of a request to a URL or "127.0.0.1:port" on loopback.
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
def unresponsive_host() -> Iterator[str]:
    """Yield "127.0.0.1:port" of a host that accepts connections and never responds."""
    with socket.socket() as listener:
        # Without accept() the system completes the connections and buffers the data.
        listener.bind((HOST, 0))
        listener.listen(16)
        yield f"{HOST}:{listener.getsockname()[1]}"


@contextlib.contextmanager
def closed_port() -> Iterator[str]:
    """Yield "127.0.0.1:port" of a port without a listener. It stays reserved until the block ends."""
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
        # The inherited method resolves the name of this host, which can take seconds.
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = HOST, self.server_address[1]

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Ignore disconnects of clients. Any other error is a bug and is printed."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


class _ProxyHandler(BaseHTTPRequestHandler):
    """One request per connection, then either a tunnel or the response of the target."""

    protocol_version = "HTTP/1.1"
    server: _ProxyServer

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Print nothing: the proxy records its requests."""

    def do_CONNECT(self) -> None:
        upstream = self._connect(self.path)
        if upstream is not None:
            self._respond(200)
            self._relay(upstream)

    def do_GET(self) -> None:
        # Read the complete body. Otherwise the response can be lost.
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
        self._entry.status = 200
        self._relay(upstream)

    do_POST = do_PUT = do_DELETE = do_HEAD = do_GET

    def _connect(self, name: str) -> socket.socket | None:
        """Record the request and connect to its target. Return None if the request is refused."""
        self.close_connection = True
        proxy = self.server.proxy
        self._entry = ProxyRequest(self.command, self.path, proxy.accepts(self.headers.get("Proxy-Authorization")))
        proxy.requests.append(self._entry)
        address = proxy.resolve(name)
        if not self._entry.authorized:
            self._respond(407, ("Proxy-Authenticate", 'Basic realm="proxy"'))
        elif address is None:
            self._respond(403)
        else:
            try:
                return socket.create_connection(address, timeout=10)
            except OSError:
                self._respond(502)
        return None

    def _respond(self, status: int, *headers: tuple[str, str]) -> None:
        self._entry.status = status
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        if status != 200:
            self.send_header("Content-Length", "0")
            self.send_header("Connection", "close")
        self.end_headers()

    def _relay(self, upstream: socket.socket) -> None:
        """Copy data in both directions until one side closes or the proxy stops."""
        with upstream:
            other = {upstream: self.connection, self.connection: upstream}
            while not self.server.closing.is_set():
                for side in select.select(list(other), (), (), 0.05)[0]:
                    data = side.recv(65536)
                    if not data:
                        return
                    other[side].sendall(data)
