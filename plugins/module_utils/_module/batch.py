# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From the options of a batch module to its result."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping

from .._batch.execute import BatchOptions, execute_batch
from .._batch.operation import Operation
from .._batch.report import batch_report
from .._clock import Clock
from .._dli.client import DliClient
from .._options import parse_timeouts, select
from .._result import ModuleResult


def parse_batch_options(act: Operation, params: Mapping[str, t.Any], check_mode: bool) -> BatchOptions:
    """Return what the options of a batch module ask for.

    :raises InputError: an option is wrong.
    """
    selection = select(params["job_ids"], params["job_names"])
    return BatchOptions(act=act, selection=selection, check_mode=check_mode, wait=params["wait"], **parse_timeouts(params))


def run_batch(dli: DliClient, clock: Clock, task: BatchOptions, on_progress: t.Callable[[str], None]) -> ModuleResult:
    """Walk the road and report; see :func:`walk`."""
    outcome = execute_batch(dli, clock, task, on_progress)
    return batch_report(task.act, outcome.rows, task.check_mode, outcome.warnings)
