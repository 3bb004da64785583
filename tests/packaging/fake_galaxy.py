# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A fake of the Galaxy API, version 3, on loopback: the part that publishes and installs a collection."""

from __future__ import annotations

import contextlib
import email
import email.policy
import hashlib
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

TOKEN = "token-of-the-test"


@dataclass
class FakeGalaxy:
    """The published files: name -> content."""

    url: str = ""
    published: dict[str, bytes] = field(default_factory=dict)

    def env(self, token_file: Path) -> dict[str, str]:
        """Return the environment variables for ansible-galaxy, with the token of the test."""
        token_file.write_text(f"token: {TOKEN}\n", encoding="utf-8")
        return {"ANSIBLE_GALAXY_SERVER": f"{self.url}/api/", "ANSIBLE_GALAXY_TOKEN_PATH": str(token_file)}

    def get(self, path: str) -> dict | bytes | None:
        if path == "/api/":
            return {"available_versions": {"v3": "v3/"}}
        if path == "/api/v3/imports/collections/1/":
            return {"state": "completed", "finished_at": "2026-01-01T00:00:00Z", "messages": []}
        if path.startswith("/files/"):
            return self.published.get(path.removeprefix("/files/"))
        for name in self.published:
            namespace, collection, version = name.removesuffix(".tar.gz").split("-")
            home = f"/api/v3/collections/{namespace}/{collection}/"
            details = self._details(name, namespace, collection, version, home)
            found = {
                home: {"highest_version": {"version": version}},
                f"{home}versions/": {"meta": {"count": 1}, "links": {"next": None}, "data": [details]},
                f"{home}versions/{version}/": details,
            }
            if path in found:
                return found[path]
        return None

    def _details(self, file: str, namespace: str, collection: str, version: str, home: str) -> dict:
        return {
            "version": version,
            "href": f"{home}versions/{version}/",
            "namespace": {"name": namespace},
            "collection": {"name": collection},
            "name": collection,
            "download_url": f"{self.url}/files/{file}",
            "artifact": {"filename": file, "sha256": hashlib.sha256(self.published[file]).hexdigest()},
            "metadata": {"dependencies": {}},
            "signatures": [],
        }

    def publish(self, content_type: str, body: bytes) -> dict:
        """Store an upload and return the response."""
        head = f"Content-Type: {content_type}\n\n".encode()
        parts = {part.get_param("name", header="content-disposition"): part for part in _parts(head + body)}
        content = parts["file"].get_payload(decode=True)
        assert parts["sha256"].get_payload(decode=True).strip().decode() == hashlib.sha256(content).hexdigest()
        self.published[parts["file"].get_filename()] = content
        return {"task": f"{self.url}/api/v3/imports/collections/1/"}


def _parts(message: bytes) -> list:
    return email.message_from_bytes(message, policy=email.policy.HTTP).get_payload()


@contextlib.contextmanager
def serve() -> Iterator[FakeGalaxy]:
    """Serve the API until the block ends."""
    galaxy = FakeGalaxy()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = galaxy.get(self.path.partition("?")[0])
            self._respond(404 if found is None else 200, {"errors": []} if found is None else found)

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.headers.get("Authorization") != f"Token {TOKEN}":
                self._respond(401, {"errors": [{"title": "Unauthorized"}]})
            else:
                self._respond(202, galaxy.publish(self.headers["Content-Type"], body))

        def _respond(self, status: int, body: dict | bytes) -> None:
            content = body if isinstance(body, bytes) else json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/octet-stream" if isinstance(body, bytes) else "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_args: object) -> None:
            """Disable the log."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    galaxy.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield galaxy
    finally:
        server.shutdown()
        server.server_close()
