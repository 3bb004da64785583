# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Verification of AK/SK signatures at the gateway (dli-api.md 5.2).

It builds the canonical request from the received request and its signed headers, and compares the signatures. It does
not sign requests.
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
    """A parsed ``Authorization`` header. ``signed_headers`` keep the order of the client."""

    access_key: str
    signed_headers: tuple[str, ...]
    signature: str


@dataclass(frozen=True)
class ReceivedRequest:
    """A received request. ``path`` and ``query`` are raw, header names are lower case, ``body`` has the exact bytes."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes


def parse_authorization(value: str) -> Authorization | None:
    """Return the parsed header, or None for another scheme than ``SDK-HMAC-SHA256``."""
    match = _AUTHORIZATION.fullmatch(value.strip())
    if match is None:
        return None
    return Authorization(match["access"], tuple(match["headers"].split(";")), match["signature"])


def signature_of(received: ReceivedRequest, signed_headers: tuple[str, ...], secret_key: str) -> str | None:
    """Return the expected signature, or None if a signed header is missing in the request."""
    if any(name not in received.headers for name in signed_headers):
        return None
    canonical = canonical_request(received, signed_headers)
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    to_sign = f"{ALGORITHM}\n{received.headers['x-sdk-date']}\n{digest}"
    return hmac.new(secret_key.encode(), to_sign.encode(), hashlib.sha256).hexdigest()


def canonical_request(received: ReceivedRequest, signed_headers: tuple[str, ...]) -> str:
    lines = [f"{name}:{received.headers[name].strip()}\n" for name in sorted(signed_headers)]
    payload = received.headers.get("x-sdk-content-sha256") or hashlib.sha256(received.body).hexdigest()
    parts = [
        received.method.upper(),
        canonical_uri(received.path),
        canonical_query(received.query),
        "".join(lines),
        ";".join(signed_headers),
        payload,
    ]
    return "\n".join(parts)


def canonical_uri(path: str) -> str:
    """Return the path with each segment encoded and with a slash at the end."""
    segments = unquote_to_bytes(path).split(b"/")
    encoded = "/".join(quote(segment, safe="-._~") for segment in segments)
    return encoded if encoded.endswith("/") else encoded + "/"


def canonical_query(query: str) -> str:
    """Return the encoded pairs sorted by key and value. A ``+`` is a plus sign, a space is %20."""
    pairs = []
    for pair in query.split("&"):
        if pair:
            key, _equals, value = pair.partition("=")
            pairs.append((unquote_to_bytes(key), unquote_to_bytes(value)))
    return "&".join(f"{quote(key, safe='-._~')}={quote(value, safe='-._~')}" for key, value in sorted(pairs))
