# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From an unusable response to an error with a sentence for the user (shapes: dli-api.md 4.1). Pure.

Codes and texts of the API gateway, which stands before all services, are here; those of a service are with its client.
"""

from __future__ import annotations

import json
import typing as t
from collections.abc import Mapping

from .._errors import ServiceError
from .._result import one_line
from .request_response import ApiResponse

SERVICE_PROBLEM = "the service has a problem: try again later, and give the request id to its support if it stays"
REDIRECT = "redirects are not followed: check endpoint and auth_url"
TOKEN = "the token has expired or was revoked: get a new one"

#: Code of the gateway -> what to do, as the end of a sentence (dli-api.md 4.4).
GATEWAY_REMEDIES: dict[str, str] = {
    "APIGW.0302": "ask for the IAM permission {permission}",
    "APIGW.0306": "ask for the IAM permission {permission}",
    "APIGW.0308": "the service is throttling: try again later, or raise max_retries",
    "APIGW.0310": "check project_id, region and cloud: these credentials are not good for that project",
    "APIGW.0401": "the gateway does not let this machine's address in: have it allowed, or check proxy",
    "APIGW.0402": "the gateway does not let this machine's address in: have it allowed, or check proxy",
    "APIGW.0802": "the user may not work in this region: check region, or have the user allowed there",
}

#: HTTP status -> what to do, where the code says nothing.
STATUS_REMEDIES: dict[int, str] = {
    400: "check the options",
    403: "ask for the IAM permission {permission}, and check project_id",
    407: "the proxy wants credentials: check proxy",
    429: "the service is throttling: try again later, or raise max_retries",
}

#: Texts of rejected credentials, all under one code (dli-api.md 4.4) -> what to do. The gateway writes them in English in
#: every language. Only the advice depends on them, never a decision; a text that is not here gets ANY_SIGN_IN.
SIGN_IN_REMEDIES: dict[str, str] = {
    "reach the limit": "the access key is locked, for five minutes, after more than five failures in a row: find what keeps"
    " signing with a wrong secret key, and wait",
    "not exist": "this cloud does not know the access key: check that it was not deleted, and region and cloud",
    "verify aksk signature": "the secret key does not belong to the access key, or a proxy changed the request on its way;"
    " {careful}",
    "token expires": TOKEN,
    "decrypt token": "the token is cut off, revoked, or of another cloud: get a new one, or check region and cloud",
    "x-auth-token not found": "something on the way, such as a proxy, took the credentials out of the request",
}

#: Codes of a token that is no longer valid.
TOKEN_CODES: tuple[str, ...] = ("APIGW.0307",)
CAREFUL = "do not simply repeat it: more than five failures in a row lock the key for five minutes"
ANY_SIGN_IN = "check the access key and secret key, or the token; {careful}"
#: Seconds that the service lets a clock be off (dli-api.md 5.2), less what a request may take on its way.
CLOCK_LIMIT = 15 * 60 - 30


class Remedies(t.NamedTuple):
    """What to do about the errors of one service, each as the end of a sentence; ``{permission}`` stands for an IAM action.

    :ivar codes: error code -> remedy; ``statuses``: HTTP status -> remedy, where the code says nothing.
    :ivar overrides: HTTP status -> remedy, whatever the code says.
    :ivar token_codes: codes of a token that is no longer valid.
    """

    codes: Mapping[str, str] = GATEWAY_REMEDIES
    statuses: Mapping[int, str] = STATUS_REMEDIES
    overrides: Mapping[int, str] = {}
    token_codes: tuple[str, ...] = TOKEN_CODES

    def find(self, code: str | None, status: int | None = None, permission: str | None = None) -> str | None:
        """Return what to do about an error code, else about an HTTP status; :data:`None` if nothing is known.

        :arg permission: the IAM action that the call needs, if it is known.
        """
        found = self.codes.get(plain_code(code) or "")
        if found is None and status is not None:
            found = self._for_status(status)
        return found and found.replace("{permission}", permission or "that this call needs")

    def sign_in(self, code: str | None, text: str, clock_ahead: float) -> str:
        """Return what to do about rejected credentials.

        :arg clock_ahead: by how many seconds the clock of this machine is ahead of the clock of the service.
        """
        if plain_code(code) in self.token_codes:
            return TOKEN
        known = next((part for part in SIGN_IN_REMEDIES if part in text), None)
        if abs(clock_ahead) > CLOCK_LIMIT and known in (None, "verify aksk signature"):
            minutes = f"{abs(clock_ahead) / 60:.0f} minutes {'ahead of' if clock_ahead > 0 else 'behind'}"
            return f"this machine's clock is {minutes} the service's, and 15 are the most: set it right"
        return (SIGN_IN_REMEDIES[known] if known else ANY_SIGN_IN).format(careful=CAREFUL)

    def _for_status(self, status: int) -> str | None:
        if status >= 500:
            return SERVICE_PROBLEM
        if 300 <= status < 400:
            return REDIRECT
        return self.statuses.get(status)


GATEWAY = Remedies()


def api_error(
    what: str, endpoint: str, response: ApiResponse, remedies: Remedies = GATEWAY, permission: str | None = None
) -> ServiceError:
    """Return the error for a response that is an error of the request as a whole.

    :arg what: the call in words, after "Could not".
    :arg permission: the IAM action that the call needs, for the remedy.
    """
    code, text = error_parts(response)
    if response.status in remedies.overrides:
        remedy: str | None = remedies.overrides[response.status]
    elif response.status == 401:
        remedy = remedies.sign_in(code, text, response.clock_ahead)
    else:
        remedy = remedies.find(code, response.status, permission)
    if 200 <= response.status < 300 and response.is_json and code is None:
        if isinstance(response.value, dict) and str(response.value.get("is_success")).lower() == "false":
            text, remedy = text or "the service says that it did not succeed", None
        else:
            text = "the answer is not what the API documents"
    parts = [f"HTTP {response.status}"]
    if code:
        parts.append(code)
    if text:
        parts.append(f"({text})")
    request_id = f", request id {response.request_id}" if response.request_id else ""
    sentence = f"Could not {what}: {' '.join(parts)} from {endpoint}{request_id}{'; ' + remedy if remedy else ''}."
    return ServiceError(sentence, response.status, code)


def error_parts(response: ApiResponse) -> tuple[str | None, str]:
    """Return code and text of an error, in the shapes of gateway, service and IAM."""
    value = response.value
    if isinstance(value, dict) and isinstance(value.get("error"), dict):
        value = value["error"]
    if isinstance(value, dict):
        for code_key, text_key in (("error_code", "error_msg"), ("errorCode", "errorMsg"), ("code", "message")):
            if value.get(code_key) is not None:
                code = str(value[code_key])  # IAM repeats the HTTP status there
                return None if code == str(response.status) else code, one_line(value.get(text_key))
        return None, one_line(value.get("message"))
    if response.is_json:
        return None, one_line(json.dumps(value, ensure_ascii=False))
    return None, "the answer is not JSON" if response.text.strip() else "the answer is empty"


def plain_code(code: str | None) -> str | None:
    """Return a code as most sites spell it: some write ``APIG.nnnn`` for ``APIGW.nnnn`` (dli-api.md 4.1)."""
    return code and code.replace("APIG.", "APIGW.", 1)
