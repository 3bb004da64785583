# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From options to tasks: what the modules share of reading their parameters. Pure."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping

from ._act import Act
from ._checks import positive
from ._road import BatchTask
from ._selection import select

TIMES = ("wait_timeout", "wait_interval", "confirm_timeout", "overall_timeout")


def read_times(params: Mapping[str, t.Any]) -> dict[str, float]:
    """Return the options of the doc fragment ``waiting`` that are seconds.

    :raises InputError: one of them is not above zero.
    """
    return {name: positive(name, params[name]) for name in TIMES}


def read_batch_task(act: Act, params: Mapping[str, t.Any], check_mode: bool) -> BatchTask:
    """Return what the options of a batch module ask for.

    :raises InputError: an option is wrong.
    """
    selection = select(params["job_ids"], params["job_names"])
    return BatchTask(act=act, selection=selection, check_mode=check_mode, wait=params["wait"], **read_times(params))
