# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Authentication at the gateway: returns the caller of a request or refuses the request (dli-api.md 4.4, 5)."""

from __future__ import annotations

import calendar
import hmac
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from ..model.api_calls import covered
from ..model.codes import DliError, GatewayError
from ..model.settings import Settings
from . import signature
from .accounts import AccessKey, Accounts
from .principals import Agency, Principal
from .signature import ReceivedRequest

_INCORRECT = "Incorrect IAM authentication information: "


@dataclass(frozen=True)
class Identity:
    """The caller. ``projects``: the IDs of the projects in which the credentials are valid for DLI.

    ``by_key``: the request is signed. ``temporary``: it is signed with a temporary key.
    """

    actor: str
    principal: Principal
    projects: frozenset[str]
    temporary: bool = False
    by_key: bool = False

    @property
    def is_agency(self) -> bool:
        return isinstance(self.principal, Agency)

    def may(self, call: str) -> bool:
        """Return whether the seed allows the call for this user or agency."""
        return not covered(call, self.principal.denied)


def received_request(environ: Mapping[str, Any], body: bytes) -> ReceivedRequest:
    """Return the request in a WSGI environ as the client sent it.

    The path in WSGI is decoded. It is encoded again, which does not change the signature: canonicalisation decodes and
    encodes the path anyway.
    """
    headers = {}
    for name, value in environ.items():
        if name.startswith("HTTP_"):
            headers[name[5:].replace("_", "-").lower()] = _utf8(str(value))
    for name in ("CONTENT_TYPE", "CONTENT_LENGTH"):
        if environ.get(name):
            headers[name.replace("_", "-").lower()] = _utf8(str(environ[name]))
    path = quote(str(environ.get("PATH_INFO", "/")).encode("latin-1"), safe="/")
    return ReceivedRequest(str(environ["REQUEST_METHOD"]), path, str(environ.get("QUERY_STRING", "")), headers, body)


def identify(received: ReceivedRequest, accounts: Accounts) -> Identity:
    """Return the caller, by signature or token. Raises GatewayError with HTTP 401."""
    authorization = received.headers.get("authorization", "")
    if authorization:
        return _by_signature(received, authorization, accounts)
    if "x-auth-token" in received.headers:
        return by_token(received.headers["x-auth-token"], accounts)
    raise _unauthorized("x-auth-token not found")


def by_token(value: str, accounts: Accounts) -> Identity:
    """Return the caller by token. Raises GatewayError with HTTP 401."""
    token = accounts.token(value)
    if token is None:
        raise _unauthorized("decrypt token fail")
    if accounts.clock.now() >= token.expires_at:
        raise _unauthorized(f"token expires, expires_at: {iso(token.expires_at)}")
    # DLI requires a project scope. A token without project scope is valid for IAM only (dli-api.md 5.1).
    projects = frozenset(() if token.project is None else (token.project.id,))
    return Identity(token.principal.name, token.principal, projects)


def check_project(received: ReceivedRequest, identity: Identity, project_id: str) -> None:
    """Refuse a project of another account. The real response is not recorded: HTTP 403 is an assumption."""
    header = received.headers.get("x-project-id", project_id)
    if project_id not in identity.projects or header != project_id:
        raise GatewayError(403, "APIGW.0310", "[The project is unavailable.]")


def check_allowed(identity: Identity, call: str, settings: Settings) -> None:
    """Refuse a call that the seed denies, as DLI or as the gateway (dli-api.md 4.3, 4.4)."""
    if identity.may(call):
        return
    if settings.denied_by == "gateway":
        raise GatewayError(403, "APIGW.0302", "[The IAM user is not allowed to access the API.]")
    raise DliError("denied")


def _by_signature(received: ReceivedRequest, header: str, accounts: Accounts) -> Identity:
    claimed = signature.parse_authorization(header)
    if claimed is None:
        raise _unauthorized("verify aksk signature fail")
    key = accounts.key(claimed.access_key)
    if key is None:
        raise _unauthorized(f"Get secretKey failed,ak:{claimed.access_key},err:ak not exist")
    if accounts.is_locked(key):
        raise _unauthorized("AK access failed to reach the limit,forbidden.")
    try:
        _verify(received, claimed, key, accounts)
    except GatewayError:
        accounts.record_failure(key)
        raise
    accounts.clear_failures(key)
    if key.expires_at is not None and accounts.clock.now() >= key.expires_at:
        # The text is recorded for tokens only. That an expired key does not count as a failure is an assumption.
        raise _unauthorized(f"[security token expires, expires_at: {iso(key.expires_at)}]")
    projects = frozenset(project.id for project in accounts.account_of(key.owner).projects)
    return Identity(key.access_key, key.owner, projects, key.security_token is not None, by_key=True)


def _verify(received: ReceivedRequest, claimed: signature.Authorization, key: AccessKey, accounts: Accounts) -> None:
    expected = None
    if "x-sdk-date" in claimed.signed_headers:
        expected = signature.signature_of(received, claimed.signed_headers, key.secret_key)
    if expected is None or not hmac.compare_digest(expected, claimed.signature):
        reason = "verify aksk signature fail"
        if expected is not None and accounts.settings.include_canonical_request:
            canonical = signature.canonical_request(received, claimed.signed_headers).replace("\n", "|")
            reason += f", canonicalRequest:{canonical}"
        raise _unauthorized(reason)
    sent_at = _parse_date(received.headers["x-sdk-date"])
    if sent_at is None or abs(accounts.clock.now() - sent_at) > accounts.settings.clock_skew:
        # The error code for a wrong clock is recorded (dli-api.md 4.4), the text is not.
        raise _unauthorized("[x-sdk-date is more than 15 minutes from the time of the server]")
    if received.headers.get("x-security-token") != key.security_token:
        raise _unauthorized("[the security token does not belong to the access key]")


def iso(seconds: float) -> str:
    """Return epoch seconds in the format of IAM."""
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds)) + ".000000Z"


def _parse_date(value: str) -> float | None:
    try:
        return float(calendar.timegm(time.strptime(value, "%Y%m%dT%H%M%SZ")))
    except ValueError:
        return None


def _unauthorized(reason: str) -> GatewayError:
    return GatewayError(401, "APIGW.0301", _INCORRECT + reason)


def _utf8(value: str) -> str:
    """Decode a header as UTF-8, which signers hash. WSGI decodes headers as ISO-8859-1."""
    try:
        return value.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return value
