# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Requests and responses as plain data, and the encoding of queries. Pure."""

from __future__ import annotations

import datetime
import email.utils
import json
import typing as t
from collections.abc import Iterable, Mapping
from urllib.parse import quote


class SignableRequest(t.NamedTuple):
    """The parts of a request that a signature may cover.

    :ivar path: encoded path, as it is sent; ``query``: raw (decoded) pairs; ``headers``: those that may be signed.
    """

    method: str
    path: str
    query: list[tuple[str, str]]
    body: bytes
    headers: Mapping[str, str] = {}


class RequestSigner(t.Protocol):
    """Credentials that are ready for use: they create the headers of one request."""

    def headers(self, request: SignableRequest, now: datetime.datetime) -> dict[str, str]:
        """Return the headers that sign this request at this time."""


class HttpRequest(t.NamedTuple):
    """A request to send. ``url`` is complete, query included; ``body`` contains the exact bytes."""

    method: str
    url: str
    body: bytes | None
    headers: Mapping[str, str] = {}


class HttpResponse(t.NamedTuple):
    """A complete response. Header names are in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes


class ApiResponse(t.NamedTuple):
    """A complete response, parsed.

    :ivar value: the JSON value; :data:`None` where ``is_json`` is false.
    :ivar headers: name in lower case -> value.
    :ivar clock_ahead: by how many seconds the clock of this host is ahead of the clock of the service.
    """

    status: int
    value: t.Any
    is_json: bool
    text: str
    request_id: str | None
    headers: Mapping[str, str] = {}
    clock_ahead: float = 0.0

    @property
    def is_page(self) -> bool:
        """Whether another server sent a page for people: the service and the gateway send only JSON (dli-api.md 4.1)."""
        if self.is_json or 300 <= self.status < 400 or not self.text.strip():
            return False
        content_type = self.headers.get("content-type")
        return self.text.lstrip().startswith("<") if content_type is None else "json" not in content_type.lower()

    @classmethod
    def parse(cls, response: HttpResponse, now: datetime.datetime) -> ApiResponse:
        """Parse a response that was received at ``now``."""
        value, is_json = parse_json(response.body)
        return cls(
            response.status,
            value,
            is_json,
            response.body.decode("utf-8", "replace"),
            response.headers.get("x-request-id"),
            response.headers,
            clock_ahead(response.headers.get("date"), now),
        )


def parse_json(body: bytes) -> tuple[t.Any, bool]:
    """Return the JSON value of a body, and whether the body is JSON."""
    try:
        return json.loads(body.decode("utf-8", "replace")), True
    except (ValueError, RecursionError):
        return None, False


def clock_ahead(date: str | None, now: datetime.datetime) -> float:
    """Return by how many seconds this clock is ahead of the clock of a Date header; 0 if there is no valid header."""
    try:
        return (now - email.utils.parsedate_to_datetime(date or "")).total_seconds()
    except (TypeError, ValueError, IndexError):
        return 0.0


def query_string(query: Iterable[tuple[str, object]]) -> str:
    """Encode a query: pairs sorted by raw key, then value; lists repeated; booleans in lower case; ``=`` always included."""
    pairs: list[tuple[str, str]] = []
    for key, value in query:
        pairs.extend((key, _query_value(item)) for item in (value if isinstance(value, (list, tuple)) else [value]))
    return "&".join(f"{percent_encode(key)}={percent_encode(value)}" for key, value in sorted(pairs))


def percent_encode(text: str) -> str:
    """Encode a text for paths and queries, both in the request and in the signature (dli-api.md 5.2)."""
    return quote(text, safe="~")


def _query_value(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
