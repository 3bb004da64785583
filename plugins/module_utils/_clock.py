# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The clock that flows use; tests replace it."""

from __future__ import annotations

import datetime
import random
import time


class Clock:
    """The system clocks. All times are in seconds. :meth:`now` is monotonic and not a date."""

    def now(self) -> float:
        """Return the monotonic time in seconds."""
        return time.monotonic()

    def utc(self) -> datetime.datetime:
        return datetime.datetime.now(datetime.timezone.utc)

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)

    def jitter(self, longest: float) -> float:
        """Return a random pause between 0 and ``longest`` seconds (full jitter)."""
        return random.uniform(0, longest)
