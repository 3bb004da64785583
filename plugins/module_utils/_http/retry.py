# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The retry rules: which requests may be retried, and after how long. Pure.

Reads are retried after lost responses, throttling and server errors. A write is retried only if the request was not
delivered, or if the gateway throttled it. In every other case its outcome is unknown, and it is not sent again.
HTTP 401 and 403 are never retried: several wrong signatures lock the access key (dli-api.md 0.1-9).
"""

from __future__ import annotations

import datetime
import email.utils
import math

from .._errors import CloudError, NotDelivered, PermanentlyUnreachable, ResponseLost
from .request_response import ApiResponse

#: Back-off in seconds: full jitter below FIRST * 2^n, at most LONGEST; Retry-After is honoured up to LONGEST.
FIRST_PAUSE = 0.5
LONGEST_PAUSE = 30.0


def may_retry(response: ApiResponse, is_write: bool) -> bool:
    """Return whether a request may be sent again after this response.

    A read is retried when it was throttled, on a server error, and when a successful response is not JSON. A write is
    retried only when it was throttled, because the gateway does this before it forwards the request to the service.
    """
    if response.status == 429:
        return True
    return not is_write and (response.status >= 500 or (response.status == 200 and not response.is_json))


def may_retry_after(error: CloudError, is_write: bool) -> bool:
    """Return whether a request without a response may be sent again."""
    if isinstance(error, NotDelivered):
        return not isinstance(error, PermanentlyUnreachable)
    return isinstance(error, ResponseLost) and not is_write


def longest_pause(attempt: int) -> float:
    """Return the upper limit in seconds of the random pause after an attempt; the first attempt is 1."""
    return min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** (attempt - 1))


def retry_after(value: str | None, now: datetime.datetime) -> float:
    """Return the seconds of a Retry-After header (seconds or an HTTP date), clamped; 0 if there is no valid header."""
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
