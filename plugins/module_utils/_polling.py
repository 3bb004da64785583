# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The polling loop: repeats a pause and a check until the check returns a value or the deadline has passed."""

from __future__ import annotations

import typing as t
from collections.abc import Iterable, Iterator

from ._clock import Clock
from ._errors import CloudError

#: Seconds between two checks of :func:`backoff`; the pause doubles from the first to the longest.
FIRST_PAUSE = 0.5
LONGEST_PAUSE = 5.0
#: Seconds that a check may take after the deadline. Every wait ends with a last check.
LAST_CHECK = 0.5
#: Seconds that each check may take before the deadline. After them, a check may take half of the time that is left, so that
#: a request without a response does not use up the time for all other checks.
SHORTEST_LIMIT = 10.0

T = t.TypeVar("T")


def backoff(first: float = FIRST_PAUSE, longest: float = LONGEST_PAUSE) -> Iterator[float]:
    """Yield the seconds before each check: 0 before the first check, then doubling up to ``longest``."""
    yield 0.0
    pause = min(first, longest)
    while True:
        yield pause
        pause = min(longest, pause * 2)


def poll(
    check: t.Callable[[float], T | None], clock: Clock, deadline: float, pauses: Iterable[float]
) -> tuple[T | None, CloudError | None]:
    """Call a check until it returns a value, the deadline has passed, or the credentials are rejected.

    A failed check is repeated, except after an authentication failure, because repeated failures lock the access key.

    :arg check: is called with the time at which it must end; returns None if there is no value yet.
    :arg deadline: time on the clock at which the last check starts.
    :arg pauses: seconds before each check.
    :return: the value, if any, and the error of the last check, if it failed.
    """
    error: CloudError | None = None
    for pause in pauses:
        clock.sleep(min(pause, max(0.0, deadline - clock.now())))
        try:
            value, error = check(_limit(clock.now(), deadline)), None
        except CloudError as failure:
            value, error = None, failure
        if value is not None or (error is not None and error.is_auth_failure) or clock.now() >= deadline:
            return value, error
    return None, error


def _limit(now: float, deadline: float) -> float:
    """Return the time at which a check that begins now must end."""
    half = max(SHORTEST_LIMIT, (deadline - now) / 2)
    return max(min(deadline, now + half), now + LAST_CHECK)
