# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The result of a task, from its rows: what Ansible gets back. Pure."""

from __future__ import annotations

import typing as t
from collections import Counter
from collections.abc import Sequence

from ._act import Act, states
from ._rows import Row

#: How many failed jobs the message names before it says how many more there are.
NAMED_IN_MESSAGE = 3


class Report(t.NamedTuple):
    """What a module gives back: the members of its result (``failed`` among them), warnings, and a diff if there is one."""

    result: dict[str, t.Any]
    warnings: Sequence[str] = ()
    diff: t.Any = None


def batch_report(act: Act, rows: Sequence[Row], check_mode: bool, warnings: Sequence[str]) -> Report:
    """Return ``changed``, ``failed``, ``msg``, ``jobs`` and ``summary`` of a batch."""
    result = {
        "changed": any(row.changed for row in rows),
        "failed": any(row.failed for row in rows),
        "msg": message(act, rows, check_mode),
        "jobs": [row.as_result() for row in rows],
        "summary": summary(act, rows),
    }
    return Report(result, warnings, diff(rows))


def summary(act: Act, rows: Sequence[Row]) -> dict[str, int]:
    """Count the rows: requested, changed, failed, and one count per state."""
    counted = Counter(row.state for row in rows)
    counts = {"requested": len(rows), "changed": sum(bool(row.changed) for row in rows)}
    counts["failed_jobs"] = sum(row.failed for row in rows)
    return {**counts, **{state: counted[state] for state in states(act)}}


def message(act: Act, rows: Sequence[Row], check_mode: bool) -> str:
    """Say in one sentence what happened, failures first named."""
    changed = sum(bool(row.changed) for row in rows)
    unsure = sum(row.changed is None for row in rows)
    alone = sum(row.state == act.alone and not row.failed for row in rows)
    failed = [row for row in rows if row.failed]
    parts = [f"{act.would if check_mode else act.title} {changed} of {len(rows)} job{'' if len(rows) == 1 else 's'}"]
    if unsure:
        parts[0] += f" for sure, nobody knows of {unsure}"
    if alone:
        parts.append(f"{'leave' if check_mode else 'left'} {alone} alone that {'is' if alone == 1 else 'are'} {act.are}")
    if failed:
        named = ", ".join(f"{row.job_id or row.name} {row.state}{_reason(row)}" for row in failed[:NAMED_IN_MESSAGE])
        more = f", and {len(failed) - NAMED_IN_MESSAGE} more" if len(failed) > NAMED_IN_MESSAGE else ""
        parts.append(f"{len(failed)} {'would fail' if check_mode else 'failed'}: {named}{more}")
    return ", ".join(parts) + "; what to do stands in each job's msg." if failed else ", ".join(parts) + "."


def _reason(row: Row) -> str:
    """Return the code in brackets, or else the status, which is the reason then."""
    reason = row.error_code or row.status
    return f" ({reason})" if reason else ""


def diff(rows: Sequence[Row]) -> dict[str, str]:
    """Return the status of every job before and after, a line each."""
    return {
        "before_header": "status before",
        "after_header": "status after",
        "before": "".join(f"{_label(row)}: {row.status_before or 'absent'}\n" for row in rows),
        "after": "".join(f"{_label(row)}: {row.status or 'absent'}\n" for row in rows),
    }


def _label(row: Row) -> str:
    return " ".join(str(part) for part in (row.job_id, row.name) if part)
