# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The clocks. No other module reads the time.

``now`` is the wall clock for timestamps and for the verification of signatures. ``offset`` makes it wrong on purpose.
``monotonic`` is for the progress of jobs and does not depend on ``offset``.
"""

from __future__ import annotations

import time
from typing import Protocol


class Clock(Protocol):
    """A source of time. ``offset``: the error of the wall clock in seconds."""

    offset: float

    def now(self) -> float:
        """Return the wall time in epoch seconds, including ``offset``."""

    def monotonic(self) -> float:
        """Return seconds that never decrease, with an arbitrary origin."""


class RealClock:
    """The clock of this machine plus ``offset`` seconds."""

    def __init__(self, offset: float = 0.0) -> None:
        self.offset = offset

    def now(self) -> float:
        return time.time() + self.offset

    def monotonic(self) -> float:
        return time.monotonic()


class ManualClock:
    """A clock that only advances when a test calls ``advance``."""

    def __init__(self, start: float = 1_767_323_045.0, offset: float = 0.0) -> None:
        self.offset = offset
        self._at = start

    def now(self) -> float:
        return self._at + self.offset

    def monotonic(self) -> float:
        return self._at

    def advance(self, seconds: float) -> None:
        self._at += seconds


def epoch_ms(clock: Clock) -> int:
    """Return the wall time in the unit of DLI: epoch milliseconds (dli-api.md 1.1)."""
    return int(clock.now() * 1000)
