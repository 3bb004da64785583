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

from ._act import AMBIGUOUS, NOT_FOUND, REFUSED, UNKNOWN, Act
from ._batch import Element
from ._codes import MEANINGS, SHOW_UNKNOWN_JOB, remedy
from ._jobs import Found, Job
from ._selection import Selection

#: Not a result: the plan for a job that is to be sent.
PLANNED = "planned"


@dataclass(frozen=True)
class Row:
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


class Plan(t.NamedTuple):
    """The rows in the order asked for, the jobs to send by id, and what the user should be warned of."""

    rows: list[Row]
    to_send: dict[int, Job]
    warnings: list[str]


def plan(act: Act, selection: Selection, found: Found) -> Plan:
    """Decide for every requested job what is to be done with it, from what the look has found."""
    rows = [_row(act, job_id, found.jobs[job_id]) for job_id in selection.ids]
    warnings: list[str] = []
    named = set(selection.ids)
    for name in selection.names:
        ids = found.by_name[name]
        if len(ids) == 1 and ids[0] in named:
            warnings.append(f"job_names: {name} is job {ids[0]}, which is named already; it is handled once")
        else:
            rows.append(_row(act, ids[0], found.jobs[ids[0]]) if len(ids) == 1 else _unnamed(act, name, ids))
            named.update(ids)
    to_send = {row.job_id: t.cast(Job, found.jobs[row.job_id]) for row in rows if row.state == PLANNED and row.job_id}
    return Plan(rows, to_send, warnings)


def predict(act: Act, row: Row, job: Job) -> Row:
    """Return what a real run would report for a planned row, as far as the service lets itself be asked."""
    foreseen = act.foreseen(job)
    return refused(act, row, foreseen) if foreseen else done(act, row)


def done(act: Act, row: Row, reconciled: bool = False, status: str | None = None) -> Row:
    """The service took the request. Until it is read again, the status is what an accepted request makes of it."""
    sure = "; learnt by looking at it, because the answer did not say" if reconciled else ""
    msg = f"{act.noun} accepted{sure}"
    status = status or act.leads_to(row.status_before)
    return replace(row, state=act.done, changed=True, status=status, reconciled=reconciled, msg=msg)


def refused(act: Act, row: Row, element: Element | None, reconciled: bool = False) -> Row:
    """The service did not take the request, and said why (unless nobody knows which of several reasons it was)."""
    if element is None:
        msg = f"not {act.done}: the service refused it, but did not say which of its reasons was meant for this job"
        return replace(row, state=REFUSED, failed=True, reconciled=reconciled, msg=msg)
    msg = explain(element.code, element.text)
    if element.code not in act.faults:
        msg += f"; if somebody else may have {act.done} it just now, run the task again"
    return replace(
        row, state=REFUSED, failed=True, error_code=element.code, reconciled=reconciled, msg=f"not {act.done}: {msg}"
    )


def not_sent(act: Act, row: Row, error_code: str | None, reason: str) -> Row:
    """The request as a whole was turned away, or never reached the service."""
    return replace(row, state=REFUSED, failed=True, error_code=error_code, msg=f"not {act.done}: {reason}")


def so_after_all(act: Act, row: Row, status: str | None) -> Row:
    """Refused, but seen to be as it should be, by somebody else's hand."""
    return replace(row, state=act.alone, status=status, reconciled=True, msg=f"left alone: {act.meanwhile}")


def so_by_some_hand(act: Act, row: Row, status: str | None) -> Row:
    """The answer was lost, and the job is as it should be; perhaps it came there by itself."""
    msg = f"{act.meanwhile}, perhaps by itself: nobody knows whether the {act.noun} was carried out"
    return replace(row, state=act.alone, changed=None, status=status, reconciled=True, msg=msg)


def unknown(act: Act, row: Row, status: str | None, reason: str) -> Row:
    """Nobody could learn in time whether the request was carried out."""
    msg = f"nobody knows whether it was {act.done}: {reason}; run the task again, {act.again}"
    return replace(row, state=UNKNOWN, changed=None, failed=True, status=status, reconciled=True, msg=msg)


def explain(code: str | None, text: str) -> str:
    """Say what an error of one job means and what to do about it."""
    meaning = MEANINGS.get(code or "") or text or "no reason given"
    advice = remedy(code)
    return f"{meaning}{f' ({code})' if code else ''}{f'; {advice}' if advice else ''}"


def _row(act: Act, job_id: int, job: Job | None) -> Row:
    if job is None:
        if act.absent != NOT_FOUND:
            return Row(job_id, None, act.absent, msg="left alone: the project has no job of this id")
        msg = f"not {act.done}: {explain(SHOW_UNKNOWN_JOB, '')}"
        return Row(job_id, None, NOT_FOUND, failed=True, error_code=SHOW_UNKNOWN_JOB, msg=msg)
    stance = act.stance(job)
    row = Row(job_id, job.name, PLANNED, status_before=job.status, status=job.status)
    return row if stance.send else replace(row, state=stance.state, failed=stance.failed, msg=stance.msg)


def _unnamed(act: Act, name: str, ids: list[int]) -> Row:
    if ids:
        listed = ", ".join(map(str, ids))
        msg = f"not {act.done}: {len(ids)} jobs bear this name, {listed}; name the one you mean by its id"
        return Row(None, name, AMBIGUOUS, failed=True, msg=msg)
    if act.absent != NOT_FOUND:
        return Row(None, name, act.absent, msg="left alone: the project has no job of this name")
    return Row(None, name, NOT_FOUND, failed=True, msg=f"not {act.done}: the project has no job of this name; check the name")
