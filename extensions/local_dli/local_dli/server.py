# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Puts a local DLI on a loopback socket, and performs there the faults that only a socket can show.

Built on the standard library's threading server rather than on a WSGI server: keep-alive, resets and drips need the
socket in hand.
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
    """One thread per connection; ``closing`` is set once and ends every hang and drip."""

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
        # The inherited one asks the name service for the host's name, which can take seconds.
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = HOST, self.server_address[1]

    def get_request(self) -> tuple[socket.socket, Any]:
        connection, address = super().get_request()
        if self.tls is not None:
            # The handshake is left to the connection's own thread: here a silent client would stop everybody.
            connection = self.tls.wrap_socket(connection, server_side=True, do_handshake_on_connect=False)
        return connection, address

    def process_request(self, request: Any, client_address: Any) -> None:
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away in the middle is no news; anything else is a bug and must be seen."""
        if not isinstance(sys.exc_info()[1], (ConnectionError, ssl.SSLError)):
            super().handle_error(request, client_address)

    def serve_until_end(self) -> None:
        """Take connections as they come. Nothing polls, so that hundreds of idle services cost nothing."""
        while not self.closing.is_set():
            self.handle_request()

    def end(self) -> None:
        """Stop serving and close every connection."""
        self.closing.set()
        try:
            # A connection of our own wakes the loop, which then sees that it is to end.
            socket.create_connection((HOST, self.server_port), timeout=1).close()
        except OSError:
            pass
        self.server_close()
        for connection in list(self._open):
            _shut(connection)


class Handler(BaseHTTPRequestHandler):
    """HTTP/1.1 with keep-alive, one WSGI call per request."""

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
        """Quiet: the request log says more."""

    def _serve(self) -> None:
        if "Transfer-Encoding" in self.headers:
            # Without a length the end of the body would have to be guessed, so the connection goes too.
            self.close_connection = True
            self._send(411, [], b"")
            return
        heads: list[tuple[str, list[tuple[str, str]]]] = []

        def start_response(status: str, headers: list[tuple[str, str]], _exc_info: Any = None) -> Callable[..., Any]:
            heads.append((status, headers))
            return lambda data: None

        try:
            body = b"".join(self.server.dli.wsgi(self._environ(), start_response))
        except WireFault as fault:
            self._perform(fault)
            return
        status, headers = heads[0]
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
            # The signer leaves names with an underscore out, and WSGI could not tell them from a hyphen.
            if "_" not in name and key not in ("HTTP_CONTENT_LENGTH", "HTTP_CONTENT_TYPE"):
                environ[key] = f"{environ[key]},{value}" if key in environ else value
        return environ

    def _send(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        if self.command == "HEAD":
            body = b""
        if self.close_connection:
            # Said as well as done, or a client behind a proxy would send its next request down a closed connection.
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
                # Give the half a chance to arrive before the reset overtakes it.
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
        # The file over the socket holds it open; without closing both, a friendly FIN would go out first.
        self.rfile.close()
        self.connection.close()


def _head(status: int, headers: list[tuple[str, str]], length: int) -> bytes:
    lines = [f"HTTP/1.1 {status} {HTTP_STATUS_CODES.get(status, 'Unknown')}"]
    lines += [f"{name}: {value}" for name, value in headers if name.lower() != "content-length"]
    lines += ["", ""] if status == 204 else [f"Content-Length: {length}", "", ""]
    return "\r\n".join(lines).encode("latin-1")


def _shut(connection: socket.socket) -> None:
    try:
        # Not the method of a TLS socket, which would close the connection while its thread still uses it.
        socket.socket.shutdown(connection, socket.SHUT_RDWR)
    except OSError:
        # It was gone already.
        return


@contextmanager
def listening(dli: LocalDli, port: int = 0, tls: ssl.SSLContext | None = None) -> Iterator[Server]:
    """Serve a local DLI on loopback until the block ends. Port 0: any free one. Raises OSError if it is taken."""
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
    """A local DLI on a real loopback socket, in threads of this process.

    With ``tls``, a server's context, it speaks https; one that verifies clients turns away whoever has no certificate.
    """
    dli = LocalDli(seed, clock, settings, engine)
    with listening(dli, port, tls):
        yield dli


def _keep_ticking(server: Server) -> None:
    """Statuses change when they change, not when somebody looks: ``update_time`` would be late otherwise."""
    while not server.closing.wait(_TICK):
        server.dli.service.tick()
