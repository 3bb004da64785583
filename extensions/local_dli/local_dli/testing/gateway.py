# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The API gateway in front of the service: request IDs, size limit, request log and fault injection (dli-api.md 4.4).

It is a WSGI application without a socket, so faults also work in process. Faults that require a socket are raised as
``WireFault``.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from email.utils import formatdate
from typing import Any, Callable, NamedTuple

from flask import Flask
from werkzeug.exceptions import HTTPException
from werkzeug.http import HTTP_STATUS_CODES
from werkzeug.wrappers import Response

from ..api import response_shapes
from ..api.http import ACTOR, BODY, REQUEST_ID
from ..clock import Clock, epoch_ms
from ..model.codes import GatewayError
from ..model.settings import Settings
from .faults import WIRE_KINDS, Faults, Rule, WireFault
from .request_log import Request, RequestLog

CONTROL = "/_local/"
_JSON = "application/json;charset=utf-8"
_HTML = b"<html><head><title>Error</title></head><body><h1>An error page of some proxy</h1></body></html>"
_STATUS_CODES = {
    401: ("APIGW.0301", "Incorrect IAM authentication information: verify aksk signature fail"),
    403: ("APIGW.0302", "[The IAM user is not allowed to access the API.]"),
    404: ("APIGW.0101", "The API does not exist or has not been published in the environment."),
    429: ("APIGW.0308", "The throttling threshold has been reached: policy ip over ratelimit,limit:5,time:1 minute"),
    500: ("APIGW.0601", "[Internal error.]"),
    502: ("APIGW.0201", "Backend unavailable."),
    503: ("APIGW.0613", "[The IAM service is unavailable.]"),
    504: ("APIGW.0201", "Backend timeout."),
}


class GatewayResponse(NamedTuple):
    """A complete response: status, headers, body."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes


@dataclass
class Gateway:
    """The WSGI application. ``perform_action`` executes a rule of the kind ``other_client``."""

    app: Flask
    clock: Clock
    settings: Settings
    faults: Faults
    requests: RequestLog
    perform_action: Callable[[Rule], object]

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        environ[REQUEST_ID] = uuid.uuid4().hex
        environ[BODY] = _read(environ)
        if str(environ.get("PATH_INFO", "")).startswith(CONTROL):
            return self._send(self._carry_out(environ), start_response)
        entry = self._entry(environ)
        try:
            response = self._with_standard_headers(self._respond(environ, entry), entry)
        except WireFault as fault:
            if fault.status is not None:
                original = GatewayResponse(fault.status, fault.headers, fault.body)
                fault.headers = self._with_standard_headers(original, entry).headers
            entry.actor = str(environ.get(ACTOR, ""))
            self.requests.add(entry)
            raise
        entry.status = response.status
        entry.actor = str(environ.get(ACTOR, ""))
        self.requests.add(entry)
        return self._send(response, start_response)

    def _respond(self, environ: dict[str, Any], entry: Request) -> GatewayResponse:
        if len(environ[BODY]) > self.settings.max_body:
            return _error_response(GatewayError(413, "APIGW.0201", "Request entity too large."), entry)
        actions, fault = self.faults.take(entry.call, entry.job_ids)
        for rule in actions:
            self.perform_action(rule)
        if fault is None:
            return self._carry_out(environ)
        entry.fault = fault.kind
        original = self._carry_out(environ) if fault.is_carried_out else None
        if fault.kind in WIRE_KINDS:
            raise _wire_fault(fault, original)
        return self._faulty(fault, original, entry)

    def _faulty(self, fault: Rule, original: GatewayResponse | None, entry: Request) -> GatewayResponse:
        if fault.kind == "redirect":
            return GatewayResponse(fault.status or 302, [("Location", str(fault.location))], b"")
        if fault.kind == "html":
            return GatewayResponse(fault.status or 502, [("Content-Type", "text/html")], _HTML)
        if fault.kind == "unauthorized":
            return self._refusal(fault, 401, entry)
        if original is None or fault.kind == "status":
            return self._refusal(fault, fault.status or 500, entry)
        if fault.kind == "truncated":
            return GatewayResponse(original.status, original.headers, original.body[: len(original.body) // 2])
        return self._altered(fault, original)

    def _refusal(self, fault: Rule, status: int, entry: Request) -> GatewayResponse:
        code, message = _STATUS_CODES.get(status, ("APIGW.0601", "[Error.]"))
        headers = [("Content-Type", _JSON)]
        if fault.retry_after_date is not None:
            headers.append(("Retry-After", formatdate(self.clock.now() + fault.retry_after_date, usegmt=True)))
        elif fault.retry_after is not None:
            headers.append(("Retry-After", str(fault.retry_after)))
        if fault.body is not None:
            return GatewayResponse(status, headers, _bytes(fault.body))
        refusal = _error_response(GatewayError(status, fault.code or code, fault.msg or message), entry)
        return GatewayResponse(status, headers, refusal.body)

    @staticmethod
    def _altered(fault: Rule, original: GatewayResponse) -> GatewayResponse:
        if fault.body is not None:
            return GatewayResponse(fault.status or original.status, original.headers, _bytes(fault.body))
        status, body = original.status, json.loads(original.body or b"null")
        if fault.kind == "wrong_types":
            body = response_shapes.wrong_types(body)
        elif fault.transform is not None:
            status, body = fault.transform(status, body)
        elif fault.shape is not None:
            status, body = response_shapes.reshape(fault.shape, status, body)
        return GatewayResponse(fault.status or status, original.headers, _bytes(body))

    def _carry_out(self, environ: dict[str, Any]) -> GatewayResponse:
        response = Response.from_app(self.app, environ, buffered=True)
        body = response.get_data()
        # Werkzeug sets a content type even for a response without a body.
        dropped = ("content-length", "content-type") if response.status_code == 204 else ("content-length",)
        kept = [(name, value) for name, value in response.headers if name.lower() not in dropped]
        return GatewayResponse(response.status_code, kept, body)

    def _entry(self, environ: dict[str, Any]) -> Request:
        call, job_ids = self._classify(environ)
        return Request(
            at=epoch_ms(self.clock),
            method=str(environ["REQUEST_METHOD"]),
            path=str(environ.get("PATH_INFO", "")),
            query=str(environ.get("QUERY_STRING", "")),
            call=call,
            request_id=environ[REQUEST_ID],
            connection=int(environ.get("REMOTE_PORT") or 0),
            job_ids=job_ids,
        )

    def _classify(self, environ: dict[str, Any]) -> tuple[str, list[int]]:
        try:
            call, arguments = self.app.url_map.bind_to_environ(environ).match()
        except HTTPException:
            return "", []
        if "job_id" in arguments:
            return call, [arguments["job_id"]]
        try:
            body = json.loads(environ[BODY] or b"{}")
            ids = body["job_selected" if call == "export" else "job_ids"]
            return call, [item for item in ids if isinstance(item, int)]
        except (ValueError, KeyError, TypeError):
            return call, []

    def _with_standard_headers(self, response: GatewayResponse, entry: Request) -> GatewayResponse:
        extra = [
            ("Date", formatdate(self.clock.now(), usegmt=True)),
            ("Server", "api-gateway"),
            ("X-Request-Id", entry.request_id),
        ]
        return GatewayResponse(response.status, [*response.headers, *extra], response.body)

    @staticmethod
    def _send(response: GatewayResponse, start_response: Any) -> Iterable[bytes]:
        reason = HTTP_STATUS_CODES.get(response.status, "Unknown")
        # A 204 response has no body and no Content-Length.
        length = [] if response.status == 204 else [("Content-Length", str(len(response.body)))]
        start_response(f"{response.status} {reason}", [*response.headers, *length])
        return [response.body]


def _read(environ: dict[str, Any]) -> bytes:
    length = int(environ.get("CONTENT_LENGTH") or 0)
    return bytes(environ["wsgi.input"].read(length)) if length else b""


def _bytes(body: Any) -> bytes:
    if isinstance(body, bytes):
        return body
    return (body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)).encode()


def _error_response(error: GatewayError, entry: Request) -> GatewayResponse:
    return GatewayResponse(error.status, [("Content-Type", _JSON)], _bytes(error.body(entry.request_id)))


def _wire_fault(fault: Rule, original: GatewayResponse | None) -> WireFault:
    if original is None:
        return WireFault(fault.kind, False, seconds=fault.seconds)
    return WireFault(fault.kind, True, original.status, original.headers, original.body, fault.seconds)
