# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""A TCP forwarder on loopback that can be interrupted: during an outage, connections to its port are refused."""

from __future__ import annotations

import contextlib
import socket
import threading
from urllib.parse import urlsplit

HOST = "127.0.0.1"


class Forwarder:
    """Forwards connections to the address of a URL. It starts without an outage."""

    def __init__(self, url: str) -> None:
        self._target = (HOST, urlsplit(url).port)
        self._port = 0
        self._listener: socket.socket | None = None
        self._open: list[socket.socket] = []
        self.restore()

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self._port}"

    def restore(self) -> None:
        """Accept connections, on the same port as before."""
        listener = socket.create_server((HOST, self._port))
        self._port = listener.getsockname()[1]
        self._listener = listener
        threading.Thread(target=self._accept, args=(listener,), daemon=True).start()

    def interrupt(self) -> None:
        """Close all connections and refuse new ones."""
        listener, self._listener = self._listener, None
        if listener is not None:
            # A thread that waits in accept() keeps the port open after close().
            with contextlib.suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            listener.close()
        while self._open:
            with contextlib.suppress(OSError):
                self._open.pop().shutdown(socket.SHUT_RDWR)

    def _accept(self, listener: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _address = listener.accept()
                service = socket.create_connection(self._target)
                self._open += [client, service]
                for pair in ((client, service), (service, client)):
                    threading.Thread(target=_copy, args=pair, daemon=True).start()


def _copy(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
    for one in (source, target):
        with contextlib.suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)
