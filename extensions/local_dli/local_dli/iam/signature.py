# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""AK/SK signatures as the gateway checks them, written from dli-api.md 5.2.

The server's side of the coin: nothing here signs a request. It rebuilds the canonical request from what arrived, over
the headers the client declares, and compares.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, unquote_to_bytes

ALGORITHM = "SDK-HMAC-SHA256"
_AUTHORIZATION = re.compile(
    ALGORITHM
    + r" Access=(?P<access>[^,\s]+),\s*SignedHeaders=(?P<headers>[^,\s]+),\s*Signature=(?P<signature>[0-9a-f]+)"
)


@dataclass(frozen=True)
class Authorization:
    """A parsed ``Authorization`` header. ``signed_headers`` are in the order the client declares."""

    access_key: str
    signed_headers: tuple[str, ...]
    signature: str


@dataclass(frozen=True)
class Wire:
    """A request as it arrived. ``path`` and ``query`` are raw, header names lower-case, ``body`` the exact bytes."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes


def parse_authorization(value: str) -> Authorization | None:
    """None for anything that is not an ``SDK-HMAC-SHA256`` header."""
    match = _AUTHORIZATION.fullmatch(value.strip())
    if match is None:
        return None
    return Authorization(match["access"], tuple(match["headers"].split(";")), match["signature"])


def signature_of(wire: Wire, signed_headers: tuple[str, ...], secret_key: str) -> str | None:
    """The signature the request should carry, None if it lacks a header it claims to have signed."""
    if any(name not in wire.headers for name in signed_headers):
        return None
    canonical = canonical_request(wire, signed_headers)
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    to_sign = f"{ALGORITHM}\n{wire.headers['x-sdk-date']}\n{digest}"
    return hmac.new(secret_key.encode(), to_sign.encode(), hashlib.sha256).hexdigest()


def canonical_request(wire: Wire, signed_headers: tuple[str, ...]) -> str:
    lines = [f"{name}:{wire.headers[name].strip()}\n" for name in sorted(signed_headers)]
    payload = wire.headers.get("x-sdk-content-sha256") or hashlib.sha256(wire.body).hexdigest()
    parts = [
        wire.method.upper(),
        canonical_uri(wire.path),
        canonical_query(wire.query),
        "".join(lines),
        ";".join(signed_headers),
        payload,
    ]
    return "\n".join(parts)


def canonical_uri(path: str) -> str:
    """Decoded as a whole, encoded piece by piece, always with a slash at the end."""
    pieces = unquote_to_bytes(path).split(b"/")
    encoded = "/".join(quote(piece, safe="-._~") for piece in pieces)
    return encoded if encoded.endswith("/") else encoded + "/"


def canonical_query(query: str) -> str:
    """Raw pairs sorted by key, then value, and encoded. A ``+`` is a plus: whoever means a space writes %20."""
    pairs = []
    for piece in query.split("&"):
        if piece:
            key, _equals, value = piece.partition("=")
            pairs.append((unquote_to_bytes(key), unquote_to_bytes(value)))
    return "&".join(f"{quote(key, safe='-._~')}={quote(value, safe='-._~')}" for key, value in sorted(pairs))
