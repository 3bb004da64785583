# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Conversion of an unusable response to an error with a message for the user (shapes: dli-api.md 4.1). Pure.

This file holds the codes and texts of the API gateway, which all services share. Those of a service are with its client.
"""

from __future__ import annotations

import html
import json
import re
import typing as t
from collections.abc import Mapping

from .._errors import ServiceError
from .._result import one_line, sentences
from .request_response import ApiResponse

SERVICE_PROBLEM = "Try again later. If the error persists, send the request ID to the support of the service."
REDIRECT = "Redirects are not followed. Check endpoint and auth_url."
ADDRESS_REFUSED = (
    "The gateway rejects the IP address of the host that runs the module. Request access for the address, or check proxy."
)
TOKEN = "The token has expired or was revoked. Get a new token."
#: What to do about a page of another server, and HTTP status -> what to do about one with this status.
PAGE_REMEDY = "Check endpoint, auth_url and proxy, and whether a firewall blocks the service or the network requires a sign-in."
PAGE_REMEDIES = {407: "The proxy requires credentials. Check proxy."}
#: Characters of a page that are searched for visible text, and that a message quotes.
PAGE_READ = 20_000
PAGE_LIMIT = 100

#: Code of the gateway -> what to do, in whole sentences (dli-api.md 4.4).
GATEWAY_REMEDIES: dict[str, str] = {
    "APIGW.0302": "Grant the IAM permission {permission} to the user of these credentials.",
    "APIGW.0306": "Grant the IAM permission {permission} to the user of these credentials.",
    "APIGW.0308": "The service throttles requests. Try again later, or increase max_retries.",
    "APIGW.0310": "The credentials are not valid for this project. Check project_id, region and cloud.",
    "APIGW.0401": ADDRESS_REFUSED,
    "APIGW.0402": ADDRESS_REFUSED,
    "APIGW.0802": "The user has no access to this region. Check region, or request access to the region for this user.",
}

#: HTTP status -> what to do, where the code has no entry.
STATUS_REMEDIES: dict[int, str] = {
    400: "Check the options.",
    403: "Grant the IAM permission {permission} to the user of these credentials, and check project_id.",
    407: "The proxy requires credentials. Check proxy.",
    429: "The service throttles requests. Try again later, or increase max_retries.",
}

#: Texts of rejected credentials, all with the same code (dli-api.md 4.4) -> what to do. The gateway always writes them in
#: English. Only the remedy depends on them, never a decision. Other texts have DEFAULT_AUTHENTICATION_REMEDY.
AUTHENTICATION_REMEDIES: dict[str, str] = {
    "reach the limit": "The access key is locked for five minutes after more than five consecutive failures. Find the client"
    " that uses a wrong secret key, then wait until the key is unlocked.",
    "not exist": "The access key does not exist in this cloud. Check whether it was deleted, and check region and cloud.",
    "verify aksk signature": "The secret key does not match the access key, or a proxy changed the request. {lock_warning}",
    "token expires": TOKEN,
    "decrypt token": "The token is truncated, revoked or from another cloud. Get a new token, or check region and cloud.",
    "x-auth-token not found": "The request arrived without credentials. Check whether a proxy removes them.",
}

#: Codes of a token that is no longer valid.
TOKEN_CODES: tuple[str, ...] = ("APIGW.0307",)
LOCK_WARNING = "Fix the cause before you try again. More than five consecutive failures lock the access key for five minutes."
DEFAULT_AUTHENTICATION_REMEDY = "Check the access key and secret key, or the token. {lock_warning}"
#: Seconds that a clock may differ from the clock of the service (dli-api.md 5.2), less the possible duration of a request.
CLOCK_LIMIT = 15 * 60 - 30


class Remedies(t.NamedTuple):
    """What to do about the errors of one service, in whole sentences; ``{permission}`` is a placeholder for an IAM action.

    :ivar codes: error code -> remedy; ``statuses``: HTTP status -> remedy, where the code has no entry.
    :ivar overrides: HTTP status -> remedy for any code.
    :ivar token_codes: codes of a token that is no longer valid.
    """

    codes: Mapping[str, str] = GATEWAY_REMEDIES
    statuses: Mapping[int, str] = STATUS_REMEDIES
    overrides: Mapping[int, str] = {}
    token_codes: tuple[str, ...] = TOKEN_CODES

    def find(self, code: str | None, status: int | None = None, permission: str | None = None) -> str | None:
        """Return the remedy of an error code, or else of an HTTP status; :data:`None` if there is none.

        :arg permission: the IAM action that the call requires, if it is known.
        """
        found = self.codes.get(plain_code(code) or "")
        if found is None and status is not None:
            found = self._for_status(status)
        return found and found.replace("{permission}", permission or "that this call requires")

    def for_rejected_credentials(self, code: str | None, text: str, clock_ahead: float) -> str:
        """Return the remedy of an HTTP 401 response.

        :arg clock_ahead: by how many seconds the clock of this host is ahead of the clock of the service.
        """
        if plain_code(code) in self.token_codes:
            return TOKEN
        known = next((part for part in AUTHENTICATION_REMEDIES if part in text), None)
        if abs(clock_ahead) > CLOCK_LIMIT and known in (None, "verify aksk signature"):
            minutes = f"{abs(clock_ahead) / 60:.0f} minutes {'ahead of' if clock_ahead > 0 else 'behind'}"
            clock = "The clock of the host that runs the module"
            return f"{clock} is {minutes} the clock of the service (limit: 15 minutes). Correct the clock."
        remedy = AUTHENTICATION_REMEDIES[known] if known else DEFAULT_AUTHENTICATION_REMEDY
        return remedy.format(lock_warning=LOCK_WARNING)

    def _for_status(self, status: int) -> str | None:
        if status >= 500:
            return SERVICE_PROBLEM
        if 300 <= status < 400:
            return REDIRECT
        return self.statuses.get(status)


GATEWAY = Remedies()


def api_error(
    failure: str, endpoint: str, response: ApiResponse, remedies: Remedies = GATEWAY, permission: str | None = None
) -> ServiceError:
    """Return the error for a response that is an error of the request as a whole.

    :arg failure: the first words of the message: ``Could not list the jobs``.
    :arg permission: the IAM action that the call requires, for the remedy.
    """
    if response.is_page:
        return _page_error(failure, endpoint, response)
    code, text = error_parts(response)
    if response.status in remedies.overrides:
        remedy: str | None = remedies.overrides[response.status]
    elif response.status == 401:
        remedy = remedies.for_rejected_credentials(code, text, response.clock_ahead)
    else:
        remedy = remedies.find(code, response.status, permission)
    if 200 <= response.status < 300 and response.is_json and code is None:
        if isinstance(response.value, dict) and str(response.value.get("is_success")).lower() == "false":
            text, remedy = text or "the service reports a failure without a reason", None
        else:
            text = "the response does not match the API documentation"
    parts = [f"HTTP {response.status}"]
    if code:
        parts.append(code)
    if text:
        parts.append(f"({text})")
    message = f"{failure}: {' '.join(parts)} from {endpoint}{_request_id(response)}.{' ' + remedy if remedy else ''}"
    return ServiceError(message, response.status, code)


def _page_error(failure: str, endpoint: str, response: ApiResponse) -> ServiceError:
    """Return the error for a page of another server, to which the remedies for codes and statuses do not apply."""
    content_type = one_line(response.headers.get("content-type", "").partition(";")[0], PAGE_LIMIT)
    page = f"HTTP {response.status}, {f'content type {content_type}' if content_type else 'no content type'}"
    remedy = sentences("" if response.status < 500 else "Try again later", PAGE_REMEDIES.get(response.status, PAGE_REMEDY))
    cause = f"a server other than the service responded, between this host and {endpoint} or at this address"
    message = f"{failure}: {cause}: {page} ({_first_words(response.text)}){_request_id(response)}. {remedy}"
    return ServiceError(message, response.status, None, is_from_service=False)


def _first_words(page: str) -> str:
    """Return the beginning of the visible text of a page."""
    text = html.unescape(re.sub(r"(?is)<(script|style)\b.*?</\1\s*>|<!--.*?-->|<[^>]*>", " ", page[:PAGE_READ]))
    printable = "".join(character if character.isprintable() and character not in "()" else " " for character in text)
    return one_line(printable, PAGE_LIMIT) or "the page contains no text"


def _request_id(response: ApiResponse) -> str:
    return f", request ID {response.request_id}" if response.request_id else ""


def error_parts(response: ApiResponse) -> tuple[str | None, str]:
    """Return code and text of an error, in the shapes of gateway, service and IAM."""
    value = response.value
    if isinstance(value, dict) and isinstance(value.get("error"), dict):
        value = value["error"]
    if isinstance(value, dict):
        for code_key, text_key in (("error_code", "error_msg"), ("errorCode", "errorMsg"), ("code", "message")):
            if value.get(code_key) is not None:
                code = str(value[code_key])  # IAM repeats the HTTP status here
                return None if code == str(response.status) else code, one_line(value.get(text_key))
        return None, one_line(value.get("message"))
    if response.is_json:
        return None, one_line(json.dumps(value, ensure_ascii=False))
    return None, "the response is not JSON" if response.text.strip() else "the response is empty"


def plain_code(code: str | None) -> str | None:
    """Return a code in its usual spelling: some sites write ``APIG.nnnn`` for ``APIGW.nnnn`` (dli-api.md 4.1)."""
    return code and code.replace("APIG.", "APIGW.", 1)
