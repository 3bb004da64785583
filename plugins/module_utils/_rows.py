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

from ._batch import Element
from ._codes import JOB_FAULTS, MEANINGS, RUN_NO_SAVEPOINT, SHOW_UNKNOWN_JOB, remedy
from ._jobs import ACTIVE, STARTABLE, SUBMITTING, Found, Job, status_of
from ._selection import Selection

# The documented words of RV(jobs[].state).
STARTED = "started"
ALREADY_ACTIVE = "already_active"
NOT_FOUND = "not_found"
AMBIGUOUS = "ambiguous"
NOT_STARTABLE = "not_startable"
REFUSED = "refused"
FAILED = "failed"
TIMED_OUT = "timed_out"
UNKNOWN = "unknown"
STATES = (
    STARTED,
    ALREADY_ACTIVE,
    NOT_FOUND,
    AMBIGUOUS,
    NOT_STARTABLE,
    REFUSED,
    FAILED,
    TIMED_OUT,
    UNKNOWN,
)
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
    to_start: dict[int, Job]
    warnings: list[str]


def plan(selection: Selection, found: Found) -> Plan:
    """Decide for every requested job what is to be done with it, from what the look has found."""
    rows = [_row(job_id, found.jobs[job_id]) for job_id in selection.ids]
    warnings: list[str] = []
    named = set(selection.ids)
    for name in selection.names:
        ids = found.by_name[name]
        if len(ids) == 1 and ids[0] in named:
            warnings.append(f"job_names: {name} is job {ids[0]}, which is named already; it is handled once")
        else:
            rows.append(_row(ids[0], found.jobs[ids[0]]) if len(ids) == 1 else _unnamed(name, ids))
            named.update(ids)
    to_start = {row.job_id: t.cast(Job, found.jobs[row.job_id]) for row in rows if row.state == PLANNED and row.job_id}
    return Plan(rows, to_start, warnings)


def predict(row: Row, job: Job, resume_savepoint: bool) -> Row:
    """Return what a real run would report for a planned row, as far as the service lets itself be asked."""
    if resume_savepoint and job.has_savepoint is False:
        return refused(row, Element(False, RUN_NO_SAVEPOINT))
    return started(row)


def started(row: Row, reconciled: bool = False, status: str | None = None) -> Row:
    """The service took the start. Until it is read again, the status is what an accepted start makes of it."""
    sure = "; learnt from its status, because the answer did not say" if reconciled else ""
    return replace(
        row, state=STARTED, changed=True, status=status or SUBMITTING, reconciled=reconciled, msg=f"start accepted{sure}"
    )


def refused(row: Row, element: Element | None, reconciled: bool = False) -> Row:
    """The service did not take the start, and said why (unless nobody knows which of several reasons it was)."""
    if element is None:
        msg = "not started: the service refused it, but did not say which of its reasons was meant for this job"
        return replace(row, state=REFUSED, failed=True, reconciled=reconciled, msg=msg)
    msg = explain(element.code, element.text)
    if element.code not in JOB_FAULTS:
        msg += "; if somebody else may have started it just now, run the task again"
    return replace(
        row, state=REFUSED, failed=True, error_code=element.code, reconciled=reconciled, msg=f"not started: {msg}"
    )


def not_sent(row: Row, error_code: str | None, reason: str) -> Row:
    """The request as a whole was turned away, or never reached the service."""
    return replace(row, state=REFUSED, failed=True, error_code=error_code, msg=f"not started: {reason}")


def active_after_all(row: Row, status: str) -> Row:
    """Refused, but seen to have been started meanwhile."""
    msg = "left alone: it was started meanwhile"
    return replace(row, state=ALREADY_ACTIVE, status=status, reconciled=True, msg=msg)


def unknown(row: Row, status: str | None, reason: str) -> Row:
    """Nobody could learn in time whether the start was carried out."""
    msg = f"nobody knows whether it was started: {reason}; run the task again, which starts only what is not active"
    return replace(row, state=UNKNOWN, changed=None, failed=True, status=status, reconciled=True, msg=msg)


def explain(code: str | None, text: str) -> str:
    """Say what an error of one job means and what to do about it."""
    meaning = MEANINGS.get(code or "") or text or "no reason given"
    advice = remedy(code)
    return f"{meaning}{f' ({code})' if code else ''}{f'; {advice}' if advice else ''}"


def _row(job_id: int, job: Job | None) -> Row:
    if job is None:
        msg = f"not started: {explain(SHOW_UNKNOWN_JOB, '')}"
        return Row(job_id, None, NOT_FOUND, failed=True, error_code=SHOW_UNKNOWN_JOB, msg=msg)
    status = status_of(job.status)
    row = Row(job_id, job.name, PLANNED, status_before=job.status, status=job.status)
    if status.start == STARTABLE:
        return row
    if status.start == ACTIVE:
        return replace(row, state=ALREADY_ACTIVE, msg=f"left alone: it is {status.meaning}")
    msg = f"not started: its status {job.status} ({status.meaning}) does not allow it; {status.advice}"
    return replace(row, state=NOT_STARTABLE, failed=True, msg=msg)


def _unnamed(name: str, ids: list[int]) -> Row:
    if ids:
        listed = ", ".join(map(str, ids))
        msg = f"not started: {len(ids)} jobs bear this name, {listed}; name the one you mean in job_ids"
        return Row(None, name, AMBIGUOUS, failed=True, msg=msg)
    return Row(None, name, NOT_FOUND, failed=True, msg="not started: the project has no job of this name; check the name")
