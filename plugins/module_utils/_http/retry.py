# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The retry rules: what may be repeated, and after how long. Pure."""

from __future__ import annotations

import datetime
import email.utils
import math

from .messages import ApiResponse

#: Back-off in seconds: full jitter below FIRST * 2^n, never above LONGEST; a peer's Retry-After is honoured up to LONGEST.
FIRST_PAUSE = 0.5
LONGEST_PAUSE = 30.0


def retry_after(value: str | None, now: datetime.datetime) -> float:
    """Return the seconds that a Retry-After header asks for (seconds or an HTTP date), clamped; 0 if it says nothing."""
    if not value:
        return 0.0
    try:
        seconds = float(value)
    except ValueError:
        try:
            seconds = (email.utils.parsedate_to_datetime(value) - now).total_seconds()
        except (TypeError, ValueError):
            return 0.0
    return 0.0 if math.isnan(seconds) else min(max(seconds, 0.0), LONGEST_PAUSE)


def clock_ahead(date: str | None, now: datetime.datetime) -> float:
    """Return by how many seconds our clock is ahead of the one that a Date header was written by; 0 if it says nothing."""
    try:
        return (now - email.utils.parsedate_to_datetime(date or "")).total_seconds()
    except (TypeError, ValueError, IndexError):
        return 0.0


def may_repeat_read(answer: ApiResponse) -> bool:
    """A read is repeated when throttled, on a server error, and when a success does not hold what it should."""
    return answer.status == 429 or answer.status >= 500 or (answer.status == 200 and not answer.is_json)


def may_repeat_write(answer: ApiResponse) -> bool:
    """A write is repeated only when the gateway turned it away before anybody could carry it out."""
    return answer.status == 429
