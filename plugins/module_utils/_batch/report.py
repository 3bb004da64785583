# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Builds the result of a batch from the results of its jobs. Pure."""

from __future__ import annotations

import typing as t
from collections import Counter
from collections.abc import Sequence

from .._result import NAMED_IN_MESSAGE, ModuleResult, count_jobs, job_label
from .job_result import JobResult
from .operation import Operation, states


def batch_result(
    operation: Operation, results: Sequence[JobResult], check_mode: bool, warnings: Sequence[str]
) -> ModuleResult:
    """Return ``changed``, ``failed``, ``msg``, ``jobs`` and ``summary`` of a batch, and a diff."""
    return ModuleResult(batch_values(operation, results, check_mode), warnings, diff(results))


def batch_values(operation: Operation, results: Sequence[JobResult], check_mode: bool) -> dict[str, t.Any]:
    return {
        # Handlers also run if it is unknown whether a job was changed.
        "changed": any(result.changed is not False for result in results),
        "failed": any(result.failed for result in results),
        "msg": message(operation, results, check_mode),
        "jobs": [result.as_dict() for result in results],
        "summary": summary(operation, results),
    }


def summary(operation: Operation, results: Sequence[JobResult]) -> dict[str, int]:
    """Count the results: requested, changed, failed, and each state."""
    counted = Counter(result.state for result in results)
    counts = {"requested": len(results), "changed": sum(bool(result.changed) for result in results)}
    counts["failed_jobs"] = sum(result.failed for result in results)
    return {**counts, **{state: counted[state] for state in states(operation)}}


def message(operation: Operation, results: Sequence[JobResult], check_mode: bool) -> str:
    changed = sum(bool(result.changed) for result in results)
    unknown = sum(result.changed is None and not result.failed for result in results)
    unchanged = sum(
        result.state == operation.unchanged and result.changed is False and not result.failed for result in results
    )
    failed = [result for result in results if result.failed]
    parts = [f"{changed} of {count_jobs(len(results))} {'would be ' if check_mode else ''}{operation.done}"]
    if unknown:
        parts.append(f"{unknown} outcome unknown")
    if unchanged:
        parts.append(f"{unchanged} unchanged ({operation.wording.unchanged})")
    if failed:
        first = failed[:NAMED_IN_MESSAGE]
        named = ", ".join(f"{result.job_id or result.name} {result.state}{_reason(result)}" for result in first)
        more = f" and {len(failed) - NAMED_IN_MESSAGE} more" if len(failed) > NAMED_IN_MESSAGE else ""
        parts.append(f"{len(failed)} {'would fail' if check_mode else 'failed'}: {named}{more}")
    return f"{', '.join(parts)}.{' See jobs[].msg for details.' if failed else ''}"


def _reason(result: JobResult) -> str:
    """Return the error code in parentheses, or the status, which is the reason if there is no code."""
    reason = result.error_code or result.status
    return f" ({reason})" if reason else ""


def diff(results: Sequence[JobResult]) -> dict[str, str]:
    """Return the status of every job before and after, one line per job."""
    labels = [job_label(result.job_id, result.name) for result in results]
    return {
        "before_header": "status before",
        "after_header": "status after",
        "before": "".join(f"{label}: {result.status_before or 'absent'}\n" for label, result in zip(labels, results)),
        "after": "".join(f"{label}: {result.status or 'absent'}\n" for label, result in zip(labels, results)),
    }
