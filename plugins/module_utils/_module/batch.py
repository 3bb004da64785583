# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Parses the options of a batch module and returns its result."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping
from functools import partial

from .._batch.execute import BatchOptions, execute_batch
from .._batch.operation import Operation
from .._batch.report import batch_result
from .._dli.task_context import Context
from .._options import parse_all, parse_wait_options, select
from .._result import ModuleResult


def parse_batch_options(operation: Operation, params: Mapping[str, t.Any], check_mode: bool) -> BatchOptions:
    selection, waiting = parse_all(
        partial(select, params["job_ids"], params["job_names"]), partial(parse_wait_options, params)
    )
    return BatchOptions(operation, selection, check_mode, waiting)


def run_batch(context: Context, options: BatchOptions) -> ModuleResult:
    outcome = execute_batch(context, options)
    return batch_result(options.operation, outcome.results, options.check_mode, outcome.warnings)
