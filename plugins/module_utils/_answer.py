# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A whole answer of the service, and the one way an unusable one turns into an error (shapes: dli-api.md 4.1). Pure."""

from __future__ import annotations

import json
import typing as t
from dataclasses import dataclass

from ._codes import remedy
from ._errors import ServiceError

#: How many characters of somebody else's text a message quotes at most.
TEXT_LIMIT = 300


@dataclass(frozen=True)
class Answer:
    """A whole answer, taken apart.

    :ivar value: the JSON value; :data:`None` where ``is_json`` is false.
    :ivar retry_after: seconds the service asks to wait; 0 if it does not say.
    """

    status: int
    value: t.Any
    is_json: bool
    text: str
    request_id: str | None
    retry_after: float = 0.0


def whole_error(what: str, endpoint: str, answer: Answer) -> ServiceError:
    """Make the error for an answer that is an error of the request as a whole (shapes: dli-api.md 4.1)."""
    code, text = error_parts(answer)
    advice = remedy(code, answer.status)
    if answer.status == 200 and answer.is_json and code is None:
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


def error_parts(answer: Answer) -> tuple[str | None, str]:
    """Find code and text in the shapes that gateway, service and IAM use."""
    value = answer.value
    if isinstance(value, dict) and isinstance(value.get("error"), dict):
        value = value["error"]
    if isinstance(value, dict):
        for code_key, text_key in (("error_code", "error_msg"), ("errorCode", "errorMsg"), ("code", "message")):
            if value.get(code_key) is not None:
                return str(value[code_key]), one_line(value.get(text_key))
        return None, one_line(value.get("message"))
    if answer.is_json:
        return None, one_line(json.dumps(value, ensure_ascii=False))
    return None, "the answer is not JSON" if answer.text.strip() else "the answer is empty"


def one_line(value: object, limit: int = TEXT_LIMIT) -> str:
    """Return a text on one line, not longer than ``limit`` characters."""
    text = " ".join(str("" if value is None else value).split())
    return text if len(text) <= limit else text[: limit - 1] + "…"
