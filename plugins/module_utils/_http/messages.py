# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Requests and responses as plain data, and how a query is encoded. Pure."""

from __future__ import annotations

import datetime
import json
import typing as t
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from urllib.parse import quote


@dataclass(frozen=True)
class SignableRequest:
    """What a request looks like to a credential.

    :ivar path: path as on the wire; ``query``: raw (decoded) pairs; ``headers``: those that may be signed.
    """

    method: str
    path: str
    query: list[tuple[str, str]]
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


class RequestSigner(t.Protocol):
    """What signs requests."""

    def headers(self, request: SignableRequest, now: datetime.datetime) -> dict[str, str]:
        """Return the headers that sign this request at this moment."""

    def secrets(self) -> list[str]:
        """Return every value that must never be seen in an output."""


@dataclass(frozen=True)
class HttpRequest:
    """What is to be sent. ``url`` is complete, query included; ``body`` holds the exact bytes."""

    method: str
    url: str
    body: bytes | None
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class HttpResponse:
    """What came back, whole. Header names are in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class ApiResponse:
    """A whole answer, taken apart.

    :ivar value: the JSON value; :data:`None` where ``is_json`` is false.
    :ivar retry_after: seconds the service asks to wait; 0 if it does not say.
    :ivar headers: by their names in lower case.
    :ivar clock_ahead: by how many seconds this machine's clock is ahead of the service's.
    """

    status: int
    value: t.Any
    is_json: bool
    text: str
    request_id: str | None
    retry_after: float = 0.0
    headers: Mapping[str, str] = field(default_factory=dict)
    clock_ahead: float = 0.0


def parse_json(body: bytes) -> tuple[t.Any, bool]:
    """Return the JSON value of a body, and whether it is JSON at all."""
    try:
        return json.loads(body.decode("utf-8", "replace")), True
    except (ValueError, RecursionError):
        return None, False


def query_string(query: Iterable[tuple[str, object]]) -> str:
    """Encode a query: pairs sorted by raw key, then value; lists repeated; booleans in lower case; ``=`` always there."""
    pairs: list[tuple[str, str]] = []
    for key, value in query:
        pairs.extend((key, _text(item)) for item in (value if isinstance(value, (list, tuple)) else [value]))
    return "&".join(f"{percent_encode(key)}={percent_encode(value)}" for key, value in sorted(pairs))


def percent_encode(text: str) -> str:
    return quote(text, safe="~")


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
