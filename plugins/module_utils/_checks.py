# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Small checks of what a user handed over; the sentence names the option."""

from __future__ import annotations

from ._errors import InputError

#: Seconds in about 30 years; beyond it a number is a slip, and infinity is none.
LARGEST = 10**9
#: A secret of fewer characters is refused: this cloud has none, and masking it would make nonsense of every message.
SHORTEST_SECRET = 6


def text_or_none(value: object) -> str | None:
    """Return a stripped text; an empty one counts as unset (AWX surveys send those)."""
    text = "" if value is None else str(value).strip()
    return text or None


def positive(name: str, value: float) -> float:
    """Return a finite number above zero.

    :raises InputError: it is not.
    """
    if not 0 < value < LARGEST:
        raise InputError(f"{name} must be more than 0 and less than {LARGEST}, not {str(value)[:20]}")
    return value


def not_negative(name: str, value: float) -> float:
    """Return a finite number, zero allowed.

    :raises InputError: it is not.
    """
    if not 0 <= value < LARGEST:
        raise InputError(f"{name} must be 0 or more and less than {LARGEST}, not {str(value)[:20]}")
    return value
