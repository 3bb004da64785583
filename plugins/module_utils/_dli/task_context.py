# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What every flow of a task works with."""

from __future__ import annotations

import typing as t

from .._clock import Clock
from .client import DliClient


class Context(t.NamedTuple):
    """The service, the time, and a way to report progress.

    :ivar deadline: moment of the clock at which everything except waiting must be over.
    :ivar on_progress: called with a sentence whenever a long operation has news.
    """

    dli: DliClient
    clock: Clock
    deadline: float
    on_progress: t.Callable[[str], None]
