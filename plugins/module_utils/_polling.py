# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Looking again and again until the truth about a request shows whose answer was lost or unclear."""

from __future__ import annotations

import typing as t

from ._clock import Clock
from ._errors import CloudError, ServiceError

#: Seconds that a last look may take when its deadline has come, so that no wait ends without one.
LAST_CHECK = 0.5
#: Seconds between looks that confirm what was done: from the first to the longest, doubling.
FIRST_PAUSE = 0.5
LONGEST_PAUSE = 5.0
T = t.TypeVar("Truth")


def poll(look: t.Callable[[float], T | None], clock: Clock, deadline: float) -> tuple[T | None, CloudError | None]:
    """Look until the truth shows, time is up, or nobody is let in any more.

    :arg look: takes the moment at which it must be over; returns None while nothing shows.
    :return: the truth, if it showed, and what kept the last look from seeing it.
    """
    pause = FIRST_PAUSE
    while True:
        trouble: CloudError | None = None
        try:
            truth = look(max(deadline, clock.now() + LAST_CHECK))
            if truth is not None:
                return truth, None
        except CloudError as error:
            trouble = error
        hopeless = isinstance(trouble, ServiceError) and trouble.status in (401, 403)
        if hopeless or clock.now() >= deadline:
            return None, trouble
        clock.sleep(min(pause, max(0.0, deadline - clock.now())))
        pause = min(LONGEST_PAUSE, pause * 2)
