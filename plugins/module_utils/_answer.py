# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the service says to a batch: an array without ids, in which successes and refusals are mixed (dli-api.md 0.1, 1.3).

Pure: an answer in, its meaning out. Whose element is whose is not decided here but in ``_settle.py``.
"""

from __future__ import annotations

import json
import typing as t
from collections.abc import Mapping
from dataclasses import dataclass

from ._codes import PARAMETER_ERROR
from ._errors import DliError, ServiceError
from ._transport import Answer, one_line, whole_error

#: Statuses by which gateway or service turn a request away before carrying anything out (dli-api.md 4.3, 4.4). Any other
#: answer that cannot be read leaves open what happened.
TURNED_AWAY = frozenset((401, 403, 404, 405, 407, 411, 413, 414, 415, 429, 431, 494))


@dataclass(frozen=True)
class Element:
    """One element of the array. ``accepted`` is :data:`None` where it says neither."""

    accepted: bool | None
    code: str | None = None
    text: str = ""


@dataclass(frozen=True)
class BatchAnswer:
    """Exactly one of three: the elements; an error of the whole request; or no way to know.

    :ivar refusal: nothing of the batch was carried out; ``certain`` is false where the jobs should be looked at all the same.
    :ivar unclear: the sentence that says why nobody knows what happened.
    """

    elements: tuple[Element, ...] = ()
    refusal: DliError | None = None
    certain: bool = True
    unclear: str | None = None

    @property
    def too_much(self) -> bool:
        """Whether a smaller batch may do: too large a body, or a parameter error, since the contract knows no limit."""
        refusal = self.refusal
        return isinstance(refusal, ServiceError) and (refusal.status == 413 or refusal.code == PARAMETER_ERROR)


def read_batch(what: str, endpoint: str, answer: Answer, sent: int) -> BatchAnswer:
    """Read the answer to a batch of ``sent`` jobs."""
    value = answer.value
    if answer.status in TURNED_AWAY:
        return BatchAnswer(refusal=whole_error(what, endpoint, answer))
    if answer.status in (200, 400) and isinstance(value, list):
        return BatchAnswer(elements=tuple(read_element(item) for item in value))
    if answer.status in (200, 400) and isinstance(value, Mapping):
        element = read_element(value)
        if element.accepted is False and (sent > 1 or (element.code or "").startswith("APIG")):
            return BatchAnswer(refusal=whole_error(what, endpoint, answer), certain=(element.code or "").startswith("APIG"))
        return BatchAnswer(elements=(element,))
    return BatchAnswer(unclear=str(whole_error(what, endpoint, answer)))


def read_element(item: object) -> Element:
    """Read one element; ``is_success`` comes as the string ``"true"`` or as a boolean (dli-api.md 1.1)."""
    if not isinstance(item, Mapping):
        return Element(accepted=None, text=one_line(json.dumps(item, ensure_ascii=False)))
    success = str(item.get("is_success", "")).lower()
    if item.get("error_code") is not None or success == "false":
        code = item.get("error_code")
        return Element(False, None if code is None else str(code), _refusal_text(item))
    return Element(True if success == "true" else None, text=one_line(item.get("message")))


def _refusal_text(item: Mapping[str, t.Any]) -> str:
    """Join the text with the position that an SQL error carries in ``error_json_opt`` (an object, or JSON text)."""
    text = one_line(item.get("error_msg") or item.get("message"))
    extra = item.get("error_json_opt")
    if isinstance(extra, str):
        try:
            extra = json.loads(extra)
        except ValueError:
            pass
    detail = extra.get("message", extra) if isinstance(extra, Mapping) else extra
    if isinstance(detail, Mapping) and isinstance(detail.get("start"), list) and "text" in detail:
        where = ", column ".join(str(number) for number in detail["start"][:2])
        return one_line(f"{text} [line {where}: {detail['text']}]")
    if detail:
        return one_line(f"{text} [{detail if isinstance(detail, str) else json.dumps(detail, ensure_ascii=False)}]")
    return text
