# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The clocks: no other module reads the time.

Two readings, because they answer two questions. ``now`` is the wall clock the service shows and checks signatures
with; it may be wrong on purpose (``offset``). ``monotonic`` paces jobs, and a wrong wall clock must not change that.
"""

from __future__ import annotations

import time
from typing import Protocol


class Clock(Protocol):
    """Anything that can tell the time. ``offset``: seconds by which the wall clock is wrong."""

    offset: float

    def now(self) -> float:
        """Wall time, epoch seconds, ``offset`` included."""

    def monotonic(self) -> float:
        """Seconds that only ever grow; the origin means nothing."""


class RealClock:
    """The machine's clock, ``offset`` seconds off."""

    def __init__(self, offset: float = 0.0) -> None:
        self.offset = offset

    def now(self) -> float:
        return time.time() + self.offset

    def monotonic(self) -> float:
        return time.monotonic()


class ManualClock:
    """A clock that stands still until a test moves it."""

    def __init__(self, start: float = 1_767_323_045.0, offset: float = 0.0) -> None:
        self.offset = offset
        self._at = start

    def now(self) -> float:
        return self._at + self.offset

    def monotonic(self) -> float:
        return self._at

    def advance(self, seconds: float) -> None:
        """Move on by ``seconds``."""
        self._at += seconds


def epoch_ms(clock: Clock) -> int:
    """The wall time as DLI writes it: epoch milliseconds (dli-api.md 1.1)."""
    return int(clock.now() * 1000)
