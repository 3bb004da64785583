# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""SDK-HMAC-SHA256, the request signature of Huawei Cloud (dli-api.md 5.2). Pure: no clock, no network.

The signature covers exact bytes, so the same function encodes the query for the request and for the signature. The signer
supports all rules (lists, a payload hash in a header), so every vector of the official signer can be tested.
"""

from __future__ import annotations

import datetime
import hashlib
import hmac
from collections.abc import Iterable, Mapping
from urllib.parse import unquote

from .._http.request_response import percent_encode, query_string

ALGORITHM = "SDK-HMAC-SHA256"
DATE_HEADER = "X-Sdk-Date"
PAYLOAD_HASH_HEADER = "x-sdk-content-sha256"


def sdk_date(now: datetime.datetime) -> str:
    """Return an aware time as ``YYYYMMDDTHHMMSSZ``."""
    return now.astimezone(datetime.timezone.utc).strftime("%Y%m%dT%H%M%SZ")


def signed_headers(
    access_key: str,
    secret_key: str,
    method: str,
    path: str,
    query: Iterable[tuple[str, object]],
    headers: Mapping[str, str],
    body: bytes,
) -> dict[str, str]:
    """Sign a request; return the one header to add, ``Authorization``.

    :arg path: the encoded path, as it is sent.
    :arg headers: every header to be signed; must contain ``X-Sdk-Date`` and should contain ``Host``.
    :arg body: the exact bytes that are sent; empty if there is no body.
    """
    lowered = {name.lower(): value.strip() for name, value in headers.items() if "_" not in name}
    names = sorted(lowered)
    payload_hash = lowered.get(PAYLOAD_HASH_HEADER) or hashlib.sha256(body).hexdigest()
    canonical = "\n".join(
        [
            method.upper(),
            _canonical_path(path),
            query_string(query),
            "".join(f"{name}:{lowered[name]}\n" for name in names),
            ";".join(names),
            payload_hash,
        ]
    )
    to_sign = "\n".join([ALGORITHM, lowered[DATE_HEADER.lower()], hashlib.sha256(canonical.encode()).hexdigest()])
    signature = hmac.new(secret_key.encode(), to_sign.encode(), hashlib.sha256).hexdigest()
    return {
        "Authorization": f"{ALGORITHM} Access={access_key}, SignedHeaders={';'.join(names)}, Signature={signature}",
    }


def _canonical_path(path: str) -> str:
    encoded = "/".join(percent_encode(piece) for piece in unquote(path).split("/"))
    return encoded if encoded.endswith("/") else encoded + "/"
