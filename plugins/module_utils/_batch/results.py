# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One row per requested job: what is planned for it, what became of it, and how that is said. Pure.

A row has the same members in check mode, on success and on failure. Check mode and real run take the same sentences from
here, so that a prediction reads exactly like the report it predicts.
"""

from __future__ import annotations

import typing as t
from dataclasses import asdict, dataclass, replace

from .._dli.batch_response import ItemResponse
from .._dli.error_codes import MEANINGS, remedy
from .operation import REFUSED, UNKNOWN, Operation

#: Not a result: the plan for a job that is to be sent.
PLANNED = "planned"


@dataclass(frozen=True)
class JobResult:
    """What a result says about one job. ``changed`` is :data:`None` where nobody can know whether this task started it."""

    job_id: int | None
    name: str | None
    state: str
    changed: bool | None = False
    failed: bool = False
    status_before: str | None = None
    status: str | None = None
    error_code: str | None = None
    msg: str = ""
    reconciled: bool = False

    def as_result(self) -> dict[str, t.Any]:
        """Return the row as plain data."""
        return asdict(self)


def accepted(act: Operation, row: JobResult, reconciled: bool = False, status: str | None = None) -> JobResult:
    """The service took the request. Until it is read again, the status is what an accepted request makes of it."""
    sure = "; learnt by looking at it, because the answer did not say" if reconciled else ""
    msg = f"{act.noun} accepted{sure}"
    status = status or act.expected_status(row.status_before)
    return replace(row, state=act.done, changed=True, status=status, reconciled=reconciled, msg=msg)


def refused(act: Operation, row: JobResult, element: ItemResponse | None, reconciled: bool = False) -> JobResult:
    """The service did not take the request, and said why (unless nobody knows which of several reasons it was)."""
    if element is None:
        msg = f"not {act.done}: the service refused it, but did not say which of its reasons was meant for this job"
        return replace(row, state=REFUSED, failed=True, reconciled=reconciled, msg=msg)
    msg = explain(element.code, element.text)
    if element.code not in act.job_error_codes:
        msg += f"; if somebody else may have {act.done} it just now, run the task again"
    return replace(
        row, state=REFUSED, failed=True, error_code=element.code, reconciled=reconciled, msg=f"not {act.done}: {msg}"
    )


def not_submitted(act: Operation, row: JobResult, error_code: str | None, reason: str) -> JobResult:
    """The request as a whole was turned away, or never reached the service."""
    return replace(row, state=REFUSED, failed=True, error_code=error_code, msg=f"not {act.done}: {reason}")


def already_satisfied(act: Operation, row: JobResult, status: str | None) -> JobResult:
    """Refused, but seen to be as it should be, by somebody else's hand."""
    return replace(row, state=act.unchanged, status=status, reconciled=True, msg=f"left alone: {act.meanwhile}")


def satisfied_unattributed(act: Operation, row: JobResult, status: str | None) -> JobResult:
    """The answer was lost, and the job is as it should be; perhaps it came there by itself."""
    msg = f"{act.meanwhile}, perhaps by itself: nobody knows whether the {act.noun} was carried out"
    return replace(row, state=act.unchanged, changed=None, status=status, reconciled=True, msg=msg)


def undetermined(act: Operation, row: JobResult, status: str | None, reason: str) -> JobResult:
    """Nobody could learn in time whether the request was carried out."""
    msg = f"nobody knows whether it was {act.done}: {reason}; run the task again, {act.again}"
    return replace(row, state=UNKNOWN, changed=None, failed=True, status=status, reconciled=True, msg=msg)


def explain(code: str | None, text: str) -> str:
    """Say what an error of one job means and what to do about it."""
    meaning = MEANINGS.get(code or "") or text or "no reason given"
    advice = remedy(code)
    return f"{meaning}{f' ({code})' if code else ''}{f'; {advice}' if advice else ''}"
