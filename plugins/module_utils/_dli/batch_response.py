# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Parses the response to a batch: an array without job IDs that mixes successes and refusals (dli-api.md 0.1, 1.3). Pure.

``_batch/reconcile.py`` assigns the elements to jobs.
"""

from __future__ import annotations

import json
import typing as t
from collections.abc import Mapping

from .._errors import CloudError, ResponseLost, ServiceError
from .._http.request_response import ApiResponse
from .._result import one_line
from .error_codes import PARAMETER_ERROR

#: Statuses with which the gateway or the service rejects a request before anything is carried out (dli-api.md 4.3, 4.4).
#: After any other response that cannot be parsed, the outcome is unknown.
REJECTED_STATUSES = frozenset((401, 403, 404, 405, 407, 411, 413, 414, 415, 429, 431, 494))
#: Codes after which the request may still have been carried out: task timeout, server error, internal error.
INDETERMINATE_CODES = frozenset(("DLI.0019", "DLI.0999", "DLI.10001"))


class ItemResponse(t.NamedTuple):
    """One element of the array. ``accepted`` is :data:`None` if it neither accepts nor refuses, or reports a server error."""

    accepted: bool | None
    code: str | None = None
    text: str = ""


class BatchResponse(t.NamedTuple):
    """Exactly one of these: the elements, an error of the whole request, or an unknown outcome.

    :ivar refusal: the error of the whole request; nothing was carried out.
    :ivar indeterminate: why the outcome is unknown, in whole sentences.
    """

    elements: tuple[ItemResponse, ...] = ()
    refusal: CloudError | None = None
    indeterminate: str | None = None

    def accepts_all(self, sent: int) -> bool:
        """Return whether there is exactly one element for each of the ``sent`` jobs, and all of them accept."""
        return len(self.elements) == sent and all(element.accepted for element in self.elements)

    @property
    def is_too_large(self) -> bool:
        """Whether a smaller batch may succeed: the body is too large, or a parameter is rejected (no limit is documented)."""
        refusal = self.refusal
        return isinstance(refusal, ServiceError) and (refusal.status == 413 or refusal.code == PARAMETER_ERROR)


def batch_response_of(send: t.Callable[[], object], sent: int = 1) -> BatchResponse:
    """Make a call with one outcome for all of its ``sent`` jobs, and return it as the response to a batch."""
    try:
        send()
    except ResponseLost as error:
        return BatchResponse(indeterminate=str(error))
    except CloudError as error:
        return BatchResponse(refusal=error)
    return BatchResponse(elements=(ItemResponse(True),) * sent)


def parse_batch_response(
    response: ApiResponse, sent: int, error: t.Callable[[], ServiceError], unclear: t.Callable[[], CloudError]
) -> BatchResponse:
    """Parse the response to a batch of ``sent`` jobs.

    :arg error: returns the error of a response that refuses the request as a whole.
    :arg unclear: returns the error of a response that cannot be parsed, after which the outcome is unknown.
    """
    value = response.value
    if response.status in REJECTED_STATUSES:
        return BatchResponse(refusal=error())
    if response.status not in (200, 400) or not isinstance(value, (list, Mapping)):
        return BatchResponse(indeterminate=str(unclear()))
    elements = tuple(parse_item(item) for item in (value if isinstance(value, list) else [value]))
    undecided = next((element for element in elements if element.accepted is None), None)
    if undecided is not None:
        text = f"({undecided.text})" if undecided.text else ""
        item = " ".join(part for part in (undecided.code, text) if part) or "an empty item"
        return BatchResponse(indeterminate=f"The response neither accepts nor refuses the request: {item}.")
    if isinstance(value, Mapping) and sent > 1 and _refuses_whole_request(elements[0].code):
        return BatchResponse(refusal=error())
    return BatchResponse(elements=elements)


def _refuses_whole_request(code: str | None) -> bool:
    """Return whether an error object refuses the whole request.

    Codes of the gateway and general codes of four digits do (dli-api.md 4.3, 4.4). A code of five digits applies to one job
    (4.2): as the only element for several jobs, it leaves the outcome of the others unknown.
    """
    return code is not None and (code.startswith("APIG") or len(code) == len("DLI.0000"))


def parse_item(item: object) -> ItemResponse:
    """Parse one element; ``is_success`` is the string ``"true"`` or a boolean (dli-api.md 1.1)."""
    if not isinstance(item, Mapping):
        return ItemResponse(accepted=None, text=one_line(json.dumps(item, ensure_ascii=False)))
    success = str(item.get("is_success", "")).lower()
    code = None if item.get("error_code") in (None, "") else str(item["error_code"])
    if code is not None or success == "false":
        return ItemResponse(None if code in INDETERMINATE_CODES else False, code, _refusal_text(item))
    return ItemResponse(True if success == "true" else None, text=one_line(item.get("message")))


def _refusal_text(item: Mapping[str, t.Any]) -> str:
    """Return the text with the position of an SQL error from ``error_json_opt`` (an object, or JSON text)."""
    text = one_line(item.get("error_msg") or item.get("message"))
    extra = item.get("error_json_opt")
    if isinstance(extra, str):
        try:
            extra = json.loads(extra)
        except (ValueError, RecursionError):
            pass
    detail = extra.get("message", extra) if isinstance(extra, Mapping) else extra
    if isinstance(detail, Mapping) and isinstance(detail.get("start"), list) and "text" in detail:
        where = ", column ".join(str(number) for number in detail["start"][:2])
        return one_line(f"{text} [line {where}: {detail['text']}]")
    if detail:
        return one_line(f"{text} [{detail if isinstance(detail, str) else json.dumps(detail, ensure_ascii=False)}]")
    return text
