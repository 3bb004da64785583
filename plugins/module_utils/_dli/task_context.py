# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The context of a task."""

from __future__ import annotations

import typing as t

from .._clock import Clock
from .client import DliClient


class Context(t.NamedTuple):
    """The client, the clock and the progress callback of a task.

    :ivar deadline: moment of the clock at which everything except waiting must be complete.
    :ivar on_progress: called with a sentence when the progress of a long operation changes.
    """

    dli: DliClient
    clock: Clock
    deadline: float
    on_progress: t.Callable[[str], None]
