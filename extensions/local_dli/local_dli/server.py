# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Serves a local DLI on a loopback socket and performs the faults that require a socket.

It uses the threading server of the standard library instead of a WSGI server, because persistent connections, resets and
drips require access to the socket.
"""

from __future__ import annotations

import io
import socket
import socketserver
import ssl
import struct
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Callable
from urllib.parse import unquote_to_bytes

from werkzeug.http import HTTP_STATUS_CODES

from .clock import Clock
from .engine.simulated import SimulatedEngine
from .instance import EngineFactory, LocalDli
from .seed import Seed
from .testing.faults import WireFault

HOST = "127.0.0.1"
_TICK = 0.1
_RESET = struct.pack("ii", 1, 0)


class Server(ThreadingHTTPServer):
    """One thread per connection. ``closing`` ends all hangs and drips."""

    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True
    request_queue_size = 128

    def __init__(self, dli: LocalDli, port: int, tls: ssl.SSLContext | None = None) -> None:
        self.dli = dli
        self.tls = tls
        self.closing = threading.Event()
        self._open: set[socket.socket] = set()
        super().__init__((HOST, port), Handler)

    @property
    def url(self) -> str:
        return f"{self.scheme}://{HOST}:{self.server_address[1]}"

    @property
    def scheme(self) -> str:
        return "http" if self.tls is None else "https"

    def server_bind(self) -> None:
        # The inherited method resolves the name of this host, which can take seconds.
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = HOST, self.server_address[1]

    def get_request(self) -> tuple[socket.socket, Any]:
        connection, address = super().get_request()
        if self.tls is not None:
            # The thread of the connection does the handshake. Here a client that sends nothing would block all others.
            connection = self.tls.wrap_socket(connection, server_side=True, do_handshake_on_connect=False)
        return connection, address

    def process_request(self, request: Any, client_address: Any) -> None:
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Ignore disconnects of clients. Any other error is a bug and is printed."""
        if not isinstance(sys.exc_info()[1], (ConnectionError, ssl.SSLError)):
            super().handle_error(request, client_address)

    def serve_until_end(self) -> None:
        """Accept connections without polling, so that hundreds of idle servers use no CPU time."""
        while not self.closing.is_set():
            self.handle_request()

    def end(self) -> None:
        """Stop serving and close every connection."""
        self.closing.set()
        try:
            # This connection wakes the loop, which then checks ``closing``.
            socket.create_connection((HOST, self.server_port), timeout=1).close()
        except OSError:
            pass
        self.server_close()
        for connection in list(self._open):
            _shut(connection)


class Handler(BaseHTTPRequestHandler):
    """HTTP/1.1 with persistent connections, one WSGI call per request."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Server

    def setup(self) -> None:
        if isinstance(self.request, ssl.SSLSocket):
            self.request.do_handshake()
        super().setup()

    def handle_one_request(self) -> None:
        self.raw_requestline = self.rfile.readline(65537)
        if not self.raw_requestline:
            self.close_connection = True
        elif self.parse_request():
            self._serve()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Print nothing: the request log has more details."""

    def _serve(self) -> None:
        if "Transfer-Encoding" in self.headers:
            # Without a length the end of the body is unknown, so the connection is closed.
            self.close_connection = True
            self._send(411, [], b"")
            return
        started: list[tuple[str, list[tuple[str, str]]]] = []

        def start_response(status: str, headers: list[tuple[str, str]], _exc_info: Any = None) -> Callable[..., Any]:
            started.append((status, headers))
            return lambda data: None

        try:
            body = b"".join(self.server.dli.wsgi(self._environ(), start_response))
        except WireFault as fault:
            self._perform(fault)
            return
        status, headers = started[0]
        self._send(int(status.split()[0]), headers, body)

    def _environ(self) -> dict[str, Any]:
        path, _mark, query = self.path.partition("?")
        length = int(self.headers.get("Content-Length") or 0)
        environ: dict[str, Any] = {
            "REQUEST_METHOD": self.command,
            "SCRIPT_NAME": "",
            "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
            "QUERY_STRING": query,
            "SERVER_NAME": HOST,
            "SERVER_PORT": str(self.server.server_port),
            "SERVER_PROTOCOL": self.request_version,
            "REMOTE_ADDR": self.client_address[0],
            "REMOTE_PORT": self.client_address[1],
            "CONTENT_LENGTH": str(length) if "Content-Length" in self.headers else "",
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": self.server.scheme,
            "wsgi.input": io.BytesIO(self.rfile.read(length) if length else b""),
            "wsgi.errors": io.StringIO(),
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
        }
        for name, value in self.headers.items():
            key = "HTTP_" + name.upper().replace("-", "_")
            # Signers ignore names with an underscore, and WSGI does not distinguish underscore and hyphen.
            if "_" not in name and key not in ("HTTP_CONTENT_LENGTH", "HTTP_CONTENT_TYPE"):
                environ[key] = f"{environ[key]},{value}" if key in environ else value
        return environ

    def _send(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        if self.command == "HEAD":
            body = b""
        if self.close_connection:
            # Without this header a client behind a proxy would send its next request on the closed connection.
            headers = [*headers, ("Connection", "close")]
        self.wfile.write(_head(status, headers, len(body)) + body)

    def _perform(self, fault: WireFault) -> None:
        if fault.kind == "delay":
            self.server.closing.wait(fault.seconds)
            self._send(fault.status or 200, fault.headers, fault.body)
            return
        self.close_connection = True
        if fault.kind == "hang":
            self.server.closing.wait()
        elif fault.kind in ("drip", "drip_headers"):
            self._drip(fault)
        else:
            if fault.kind == "reset_mid":
                head = _head(fault.status or 200, fault.headers, len(fault.body))
                self.wfile.write(head + fault.body[: len(fault.body) // 2])
                # Wait until the first half has arrived, because a reset discards data in transit.
                time.sleep(0.02)
            self._reset()

    def _drip(self, fault: WireFault) -> None:
        head = _head(fault.status or 200, fault.headers, len(fault.body))
        slow = fault.body
        if fault.kind == "drip_headers":
            slow = head + fault.body
        else:
            self.wfile.write(head)
        for at in range(len(slow)):
            if self.server.closing.wait(fault.seconds):
                return
            self.wfile.write(slow[at : at + 1])

    def _reset(self) -> None:
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        # The file object keeps the socket open. If only one is closed, the client receives a FIN instead of a reset.
        self.rfile.close()
        self.connection.close()


def _head(status: int, headers: list[tuple[str, str]], length: int) -> bytes:
    lines = [f"HTTP/1.1 {status} {HTTP_STATUS_CODES.get(status, 'Unknown')}"]
    lines += [f"{name}: {value}" for name, value in headers if name.lower() != "content-length"]
    lines += ["", ""] if status == 204 else [f"Content-Length: {length}", "", ""]
    return "\r\n".join(lines).encode("latin-1")


def _shut(connection: socket.socket) -> None:
    try:
        # The method of a TLS socket would close the connection while its thread still uses it.
        socket.socket.shutdown(connection, socket.SHUT_RDWR)
    except OSError:
        # The connection is already closed.
        return


@contextmanager
def listening(dli: LocalDli, port: int = 0, tls: ssl.SSLContext | None = None) -> Iterator[Server]:
    """Serve a local DLI on loopback until the block ends. Port 0: any free port. Raises OSError if the port is in use."""
    server = Server(dli, port, tls)
    dli.url = server.url
    threads = [
        threading.Thread(target=server.serve_until_end, daemon=True),
        threading.Thread(target=_keep_ticking, args=(server,), daemon=True),
    ]
    for thread in threads:
        thread.start()
    try:
        yield server
    finally:
        server.end()
        for thread in threads:
            thread.join(timeout=2)
        dli.close()


@contextmanager
def serve(
    seed: Seed | Path | str | None = None,
    *,
    port: int = 0,
    clock: Clock | None = None,
    settings: Mapping[str, Any] | None = None,
    engine: EngineFactory = SimulatedEngine,
    tls: ssl.SSLContext | None = None,
) -> Iterator[LocalDli]:
    """Serve a local DLI on a loopback socket in threads of this process.

    ``tls``: the context of a server, for HTTPS. A context that verifies clients refuses clients without a certificate.
    """
    dli = LocalDli(seed, clock, settings, engine)
    with listening(dli, port, tls):
        yield dli


def _keep_ticking(server: Server) -> None:
    """Advance the statuses between requests. Otherwise ``update_time`` would depend on the time of the next request."""
    while not server.closing.wait(_TICK):
        server.dli.service.tick()
