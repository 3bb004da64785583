# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From an unusable response to an error with a sentence for the user (shapes: dli-api.md 4.1). Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping

from .._dli.error_codes import remedy, sign_in_remedy
from .._errors import ServiceError
from .._result import one_line
from .messages import ApiResponse


def api_error(
    what: str,
    endpoint: str,
    answer: ApiResponse,
    permission: str | None = None,
    advices: Mapping[int, str] | None = None,
) -> ServiceError:
    """Make the error for an answer that is an error of the request as a whole (shapes: dli-api.md 4.1).

    :arg permission: the IAM action that the call needs, for the advice.
    :arg advices: HTTP status -> what to do, for calls of another service than DLI.
    """
    code, text = error_parts(answer)
    if advices and answer.status in advices:
        advice: str | None = advices[answer.status]
    elif answer.status == 401:
        advice = sign_in_remedy(code, text, answer.clock_ahead)
    else:
        advice = remedy(code, answer.status, permission)
    if 200 <= answer.status < 300 and answer.is_json and code is None:
        if isinstance(answer.value, dict) and str(answer.value.get("is_success")).lower() == "false":
            text, advice = text or "the service says that it did not succeed", None
        else:
            text = "the answer is not what the API documents"
    parts = [f"HTTP {answer.status}"]
    if code:
        parts.append(code)
    if text:
        parts.append(f"({text})")
    request_id = f", request id {answer.request_id}" if answer.request_id else ""
    sentence = f"Could not {what}: {' '.join(parts)} from {endpoint}{request_id}{'; ' + advice if advice else ''}."
    return ServiceError(sentence, answer.status, code)


def error_parts(answer: ApiResponse) -> tuple[str | None, str]:
    """Find code and text in the shapes that gateway, service and IAM use."""
    value = answer.value
    if isinstance(value, dict) and isinstance(value.get("error"), dict):
        value = value["error"]
    if isinstance(value, dict):
        for code_key, text_key in (("error_code", "error_msg"), ("errorCode", "errorMsg"), ("code", "message")):
            if value.get(code_key) is not None:
                code = str(value[code_key])  # IAM repeats the HTTP status there
                return None if code == str(answer.status) else code, one_line(value.get(text_key))
        return None, one_line(value.get("message"))
    if answer.is_json:
        return None, one_line(json.dumps(value, ensure_ascii=False))
    return None, "the answer is not JSON" if answer.text.strip() else "the answer is empty"
