# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The result of a task, from its rows: what Ansible gets back. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from .._result import NAMED_IN_MESSAGE, ModuleResult
from .operation import Operation, states
from .results import JobResult


def batch_report(act: Operation, rows: Sequence[JobResult], check_mode: bool, warnings: Sequence[str]) -> ModuleResult:
    """Return ``changed``, ``failed``, ``msg``, ``jobs`` and ``summary`` of a batch."""
    result = {
        "changed": any(row.changed for row in rows),
        "failed": any(row.failed for row in rows),
        "msg": message(act, rows, check_mode),
        "jobs": [row.as_result() for row in rows],
        "summary": summary(act, rows),
    }
    return ModuleResult(result, warnings, diff(rows))


def summary(act: Operation, rows: Sequence[JobResult]) -> dict[str, int]:
    """Count the rows: requested, changed, failed, and one count per state."""
    counted = Counter(row.state for row in rows)
    counts = {"requested": len(rows), "changed": sum(bool(row.changed) for row in rows)}
    counts["failed_jobs"] = sum(row.failed for row in rows)
    return {**counts, **{state: counted[state] for state in states(act)}}


def message(act: Operation, rows: Sequence[JobResult], check_mode: bool) -> str:
    """Say in one sentence what happened, failures first named."""
    changed = sum(bool(row.changed) for row in rows)
    unsure = sum(row.changed is None for row in rows)
    unchanged = sum(row.state == act.unchanged and not row.failed for row in rows)
    failed = [row for row in rows if row.failed]
    parts = [f"{act.would if check_mode else act.title} {changed} of {len(rows)} job{'' if len(rows) == 1 else 's'}"]
    if unsure:
        parts[0] += f" for sure, nobody knows of {unsure}"
    if unchanged:
        parts.append(f"{'leave' if check_mode else 'left'} {unchanged} alone that {'is' if unchanged == 1 else 'are'} {act.are}")
    if failed:
        named = ", ".join(f"{row.job_id or row.name} {row.state}{_reason(row)}" for row in failed[:NAMED_IN_MESSAGE])
        more = f", and {len(failed) - NAMED_IN_MESSAGE} more" if len(failed) > NAMED_IN_MESSAGE else ""
        parts.append(f"{len(failed)} {'would fail' if check_mode else 'failed'}: {named}{more}")
    return ", ".join(parts) + "; what to do stands in each job's msg." if failed else ", ".join(parts) + "."


def _reason(row: JobResult) -> str:
    """Return the code in brackets, or else the status, which is the reason then."""
    reason = row.error_code or row.status
    return f" ({reason})" if reason else ""


def diff(rows: Sequence[JobResult]) -> dict[str, str]:
    """Return the status of every job before and after, a line each."""
    return {
        "before_header": "status before",
        "after_header": "status after",
        "before": "".join(f"{_label(row)}: {row.status_before or 'absent'}\n" for row in rows),
        "after": "".join(f"{_label(row)}: {row.status or 'absent'}\n" for row in rows),
    }


def _label(row: JobResult) -> str:
    return " ".join(str(part) for part in (row.job_id, row.name) if part)
