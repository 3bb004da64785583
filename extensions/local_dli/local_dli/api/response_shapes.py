# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Other formats of a batch response: variants in different editions of the documents (dli-api.md 0.1-3), and errors.

The settings ``run_response``, ``stop_response`` and ``delete_response`` use them for all responses, the fault ``response``
for one.
"""

from __future__ import annotations

from typing import Any, Callable

Reshape = Callable[[int, Any], "tuple[int, Any]"]


def reshape(shape: str, status: int, body: Any) -> tuple[int, Any]:
    """Return the response in another shape. A body that is not an array stays unchanged."""
    return _SHAPES[shape](status, body) if isinstance(body, list) and body else (status, body)


def wrong_types(body: Any) -> Any:
    """Return the JSON without any value of the documented type: numbers and booleans as strings, strings as arrays."""
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
