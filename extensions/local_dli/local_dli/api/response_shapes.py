# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Other shapes of a batch answer: what one edition of the documents or another shows (dli-api.md 0.1-3), and errors.

Used by the quirk settings for every answer, and by the ``answer`` fault for one.
"""

from __future__ import annotations

from typing import Any, Callable

Reshape = Callable[[int, Any], "tuple[int, Any]"]


def reshape(shape: str, status: int, body: Any) -> tuple[int, Any]:
    """The answer in another shape; anything but an array stays as it is."""
    return _SHAPES[shape](status, body) if isinstance(body, list) and body else (status, body)


def wrong_types(body: Any) -> Any:
    """The same JSON with no value of the documented type: numbers and booleans as words, words as arrays."""
    if isinstance(body, dict):
        return {name: wrong_types(value) for name, value in body.items()}
    if isinstance(body, list):
        return [wrong_types(value) for value in body]
    if isinstance(body, str):
        return [body]
    return None if body is None else f"<{body}>"


def _refused_in_200(_status: int, body: Any) -> tuple[int, Any]:
    elements = [
        {"is_success": "false", "message": item["error_msg"]} if "error_code" in item else item for item in body
    ]
    return 200, elements


_SHAPES: dict[str, Reshape] = {
    "array": lambda status, body: (status, body),
    "short": lambda status, body: (status, body[:1]),
    "long": lambda status, body: (status, [*body, body[-1]]),
    "reversed": lambda status, body: (status, body[::-1]),
    "object": lambda status, body: (status, body[0]),
    "refused_in_200": _refused_in_200,
}
SHAPES = tuple(_SHAPES)
