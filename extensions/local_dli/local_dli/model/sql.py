# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The syntax check at the start of a SQL job (dli-api.md 1.3), limited to the first word of the script.

It also reads the markers in a script or in the arguments of a Jar: ``-- local-dli: {fail_after: 3, fail_text: boom}``.
They define events for the simulated engine, like ``script`` in a seed, so a new definition can fail.
"""

from __future__ import annotations

import re
from typing import Any

import yaml

from ..engine.simulated import Script, ScriptError

_BLANK = re.compile(r"(?:\s+|--[^\n]*|/\*.*?\*/|;|\bSET\b[^;]*;)", re.IGNORECASE | re.DOTALL)
_WORD = re.compile(r"\w+|\S")
_MARKER = re.compile(r"local-dli:\s*(\{.*\})")
_OPENINGS = frozenset(
    {"CREATE", "INSERT", "WITH", "EXECUTE", "BEGIN", "USE", "ADD", "DROP", "ALTER", "LOAD", "REPLACE"}
)


def syntax_error(text: str) -> dict[str, Any] | None:
    """Return the ``error_json_opt`` of a script that does not compile, None for a valid one.

    Checks only the first word that is neither a comment nor a SET. ``start`` is [line from 1, column from 0].
    """
    at = 0
    while blank := _BLANK.match(text, at):
        at = blank.end()
    found = _WORD.match(text, at)
    word = found.group() if found else "<EOF>"
    if word.upper() in _OPENINGS:
        return None
    line = text.count("\n", 0, at) + 1
    column = at - (text.rfind("\n", 0, at) + 1)
    return {"message": {"start": [line, column], "text": f"mismatched input '{word}' expecting {{CREATE, INSERT}}"}}


def markers(text: str) -> dict[str, Any]:
    """Return the fields of `engine.simulated.Script` in a text, at most one ``local-dli: {…}`` per line."""
    found: dict[str, Any] = {}
    for marker in _MARKER.findall(text):
        try:
            values = yaml.safe_load(marker)
        except yaml.YAMLError:
            raise ScriptError(f"Invalid marker: {marker!r} is not YAML.") from None
        Script.parse(values)
        found.update(values)
    return found
