# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a module returns, and small helpers for texts. Pure."""

from __future__ import annotations

import typing as t
from collections.abc import Sequence

#: How many failed jobs the message names before it says how many more there are.
NAMED_IN_MESSAGE = 3


class ModuleResult(t.NamedTuple):
    """What a module gives back: the members of its result (``failed`` among them), warnings, and a diff if there is one."""

    result: dict[str, t.Any]
    warnings: Sequence[str] = ()
    diff: t.Any = None


#: How many characters of somebody else's text a message quotes at most.
TEXT_LIMIT = 300


def one_line(value: object, limit: int = TEXT_LIMIT) -> str:
    """Return a text on one line, not longer than ``limit`` characters."""
    text = " ".join(str("" if value is None else value).split())
    return text if len(text) <= limit else text[: limit - 1] + "…"
