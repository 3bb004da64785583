# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Authentication at the gateway: from a request to its caller, or to a refusal (dli-api.md 4.4, 5)."""

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
from .signature import Wire

_INCORRECT = "Incorrect IAM authentication information: "


@dataclass(frozen=True)
class Identity:
    """Who is asking. ``projects`` are the ids that the credentials open DLI for.

    ``by_key``: the request is signed; ``temporary``: with a temporary key.
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
        """Whether a seed denies the call to this user or agency."""
        return not covered(call, self.principal.denied)


def wire_request(environ: Mapping[str, Any], body: bytes) -> Wire:
    """The request as the client sent it, out of a WSGI environ.

    WSGI hands the path over decoded; canonicalising decodes and encodes anyway, so encoding it again loses nothing.
    """
    headers = {}
    for name, value in environ.items():
        if name.startswith("HTTP_"):
            headers[name[5:].replace("_", "-").lower()] = _utf8(str(value))
    for name in ("CONTENT_TYPE", "CONTENT_LENGTH"):
        if environ.get(name):
            headers[name.replace("_", "-").lower()] = _utf8(str(environ[name]))
    path = quote(str(environ.get("PATH_INFO", "/")).encode("latin-1"), safe="/")
    return Wire(str(environ["REQUEST_METHOD"]), path, str(environ.get("QUERY_STRING", "")), headers, body)


def identify(wire: Wire, accounts: Accounts) -> Identity:
    """The caller, by signature or by token; raises the gateway's 401."""
    authorization = wire.headers.get("authorization", "")
    if authorization:
        return _by_signature(wire, authorization, accounts)
    if "x-auth-token" in wire.headers:
        return by_token(wire.headers["x-auth-token"], accounts)
    raise _unauthorized("x-auth-token not found")


def by_token(value: str, accounts: Accounts) -> Identity:
    """The caller by a token; raises the gateway's 401."""
    token = accounts.token(value)
    if token is None:
        raise _unauthorized("decrypt token fail")
    if accounts.clock.now() >= token.expires_at:
        raise _unauthorized(f"token expires, expires_at: {iso(token.expires_at)}")
    # DLI needs a project scope; a token without one still opens IAM (dli-api.md 5.1).
    projects = frozenset(() if token.project is None else (token.project.id,))
    return Identity(token.principal.name, token.principal, projects)


def check_project(wire: Wire, identity: Identity, project_id: str) -> None:
    """Only a project of the caller's own. The gateway's answer to a foreign one is not recorded: 403 is ours."""
    named = wire.headers.get("x-project-id", project_id)
    if project_id not in identity.projects or named != project_id:
        raise GatewayError(403, "APIGW.0310", "[The project is unavailable.]")


def check_allowed(identity: Identity, call: str, settings: Settings) -> None:
    """A call that a seed denies, refused by DLI or on the way there (dli-api.md 4.3, 4.4)."""
    if identity.may(call):
        return
    if settings.denied_by == "gateway":
        raise GatewayError(403, "APIGW.0302", "[The IAM user is not allowed to access the API.]")
    raise DliError("denied")


def _by_signature(wire: Wire, header: str, accounts: Accounts) -> Identity:
    claimed = signature.parse_authorization(header)
    if claimed is None:
        raise _unauthorized("verify aksk signature fail")
    key = accounts.key(claimed.access_key)
    if key is None:
        raise _unauthorized(f"Get secretKey failed,ak:{claimed.access_key},err:ak not exist")
    if accounts.is_locked(key):
        raise _unauthorized("AK access failed to reach the limit,forbidden.")
    try:
        _verify(wire, claimed, key, accounts)
    except GatewayError:
        accounts.strike(key)
        raise
    accounts.clear_strikes(key)
    if key.expires_at is not None and accounts.clock.now() >= key.expires_at:
        # The text is recorded for tokens only. That an honest signature of yesterday is no strike is ours.
        raise _unauthorized(f"[security token expires, expires_at: {iso(key.expires_at)}]")
    projects = frozenset(project.id for project in accounts.home(key.owner).projects)
    return Identity(key.access_key, key.owner, projects, key.security_token is not None, by_key=True)


def _verify(wire: Wire, claimed: signature.Authorization, key: AccessKey, accounts: Accounts) -> None:
    expected = None
    if "x-sdk-date" in claimed.signed_headers:
        expected = signature.signature_of(wire, claimed.signed_headers, key.secret_key)
    if expected is None or not hmac.compare_digest(expected, claimed.signature):
        why = "verify aksk signature fail"
        if expected is not None and accounts.settings.tell_canonical_request:
            canonical = signature.canonical_request(wire, claimed.signed_headers).replace("\n", "|")
            why += f", canonicalRequest:{canonical}"
        raise _unauthorized(why)
    sent_at = _parse_date(wire.headers["x-sdk-date"])
    if sent_at is None or abs(accounts.clock.now() - sent_at) > accounts.settings.clock_skew:
        # The text for a clock that is off is not recorded; the code is (dli-api.md 4.4).
        raise _unauthorized("[x-sdk-date is more than 15 minutes from the time of the server]")
    if wire.headers.get("x-security-token") != key.security_token:
        raise _unauthorized("[the security token does not belong to the access key]")


def iso(seconds: float) -> str:
    """Epoch seconds in the form IAM writes them."""
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds)) + ".000000Z"


def _parse_date(value: str) -> float | None:
    try:
        return float(calendar.timegm(time.strptime(value, "%Y%m%dT%H%M%SZ")))
    except ValueError:
        return None


def _unauthorized(why: str) -> GatewayError:
    return GatewayError(401, "APIGW.0301", _INCORRECT + why)


def _utf8(value: str) -> str:
    """Header bytes reach WSGI read as ISO-8859-1; signers hash the UTF-8 they stand for."""
    try:
        return value.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return value
