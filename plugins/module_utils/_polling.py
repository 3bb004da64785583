# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The one polling loop: pause, check, and again, until there is a value or the deadline has passed."""

from __future__ import annotations

import typing as t
from collections.abc import Iterable, Iterator

from ._clock import Clock
from ._errors import CloudError

#: Seconds between two checks of :func:`backoff`: from the first pause to the longest, doubling.
FIRST_PAUSE = 0.5
LONGEST_PAUSE = 5.0
#: Seconds that a check may take when the deadline has come, so that no wait ends without a last one.
LAST_CHECK = 0.5

T = t.TypeVar("T")


def backoff(first: float = FIRST_PAUSE, longest: float = LONGEST_PAUSE) -> Iterator[float]:
    """Yield the seconds before each check: none before the first one, then doubling up to ``longest``."""
    yield 0.0
    pause = min(first, longest)
    while True:
        yield pause
        pause = min(longest, pause * 2)


def poll(
    check: t.Callable[[float], T | None], clock: Clock, deadline: float, pauses: Iterable[float]
) -> tuple[T | None, CloudError | None]:
    """Call a check until it returns a value, the deadline has passed, or the credentials are rejected.

    A check that fails is repeated, except after an authentication failure: repeating that locks the access key.

    :arg check: takes the moment of the clock at which it must be over; returns None while there is no value yet.
    :arg deadline: moment of the clock; the last check is made when it has come.
    :arg pauses: seconds before each check.
    :return: the value if there is one, and the error of the last check if it failed.
    """
    error: CloudError | None = None
    for pause in pauses:
        clock.sleep(min(pause, max(0.0, deadline - clock.now())))
        try:
            value, error = check(max(deadline, clock.now() + LAST_CHECK)), None
        except CloudError as failure:
            value, error = None, failure
        if value is not None or (error is not None and error.is_auth_failure) or clock.now() >= deadline:
            return value, error
    return None, error
