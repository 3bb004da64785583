# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Holds a report against what really happened: the local DLI's ledger, request log and job histories."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from local_dli.local import LocalDli

from ansible_collections.huaweicloud.cloud.plugins.module_utils._jobs import ACTIVE, DOWN, UP, status_of
from ansible_collections.huaweicloud.cloud.plugins.module_utils._rows import Row

FAILED_STATES = {"not_found", "ambiguous", "not_startable", "refused", "failed", "timed_out", "unknown"}
FINE_STATES = {"started", "already_active"}
#: Seconds by which a deadline may be overrun.
OVERRUN = 1.0


class Lie(AssertionError):
    """A report that is not what the service did."""


@dataclass
class Tally:
    """What was checked."""

    schedules: int = 0
    requests: int = 0
    faults: int = 0
    starts: int = 0
    rows: int = 0
    aborted: int = 0
    reconciled: int = 0
    unknown: int = 0
    coincidences: int = 0
    longest_overrun: float = 0.0
    states: Counter[str] = field(default_factory=Counter)

    def __str__(self) -> str:
        states = ", ".join(f"{count} {state}" for state, count in sorted(self.states.items()))
        return (
            f"{self.schedules} schedules, {self.requests} requests, {self.faults} faults and other hands, {self.starts} starts, "
            f"{self.rows} jobs reported ({states}); {self.aborted} tasks failed before anything was sent; "
            f"{self.reconciled} reconciled, {self.unknown} unknown, {self.coincidences} coincidences with somebody else; "
            f"longest overrun of a deadline {self.longest_overrun:.2f} s; 0 lies"
        )


def check_task(dli: LocalDli, me: str, started_ms: int, check_mode: bool) -> None:
    """Check what holds for every task, however it ended."""
    starts = Counter(entry.job_id for entry in dli.ledger.starts(actor=me) if entry.at >= started_ms)
    if any(count > 1 for count in starts.values()):
        raise Lie(f"started twice: {starts}")
    if check_mode and (starts or dli.requests.of("run")):
        raise Lie("check mode wrote something")


def check_rows(dli: LocalDli, me: str, rows: list[Row], waited: bool, tally: Tally) -> None:
    """Check every row against the ledger."""
    for row in rows:
        tally.rows += 1
        tally.states[row.state] += 1
        tally.reconciled += row.reconciled
        tally.unknown += row.state == "unknown"
        _check_shape(row)
        if row.job_id is not None:
            _check_row(dli, me, row, waited, tally)


def _check_shape(row: Row) -> None:
    if row.state not in FAILED_STATES | FINE_STATES:
        raise Lie(f"an undocumented word: {row}")
    if row.failed != (row.state in FAILED_STATES):
        raise Lie(f"failed and state disagree: {row}")
    if row.changed is None and row.state != "unknown":
        raise Lie(f"changed is open although the state is not: {row}")
    if not row.msg:
        raise Lie(f"says nothing: {row}")


def _check_row(dli: LocalDli, me: str, row: Row, waited: bool, tally: Tally) -> None:
    mine = dli.ledger.starts(row.job_id, actor=me)
    others = [
        entry
        for entry in dli.ledger.of(job_id=row.job_id, accepted=True)
        if entry.what in ("start", "restart") and entry.actor != me
    ]
    if row.changed is not None and row.changed != bool(mine):
        # What cannot be told apart: an answer that leaves it open, and somebody else who starts a job of the same batch
        # in the same moments. It is reported as reconciled, and the documentation says so. In another order than asked, the
        # answer may by chance fit what somebody else did.
        if not ((row.reconciled or _reordered(dli)) and (others or _others_in_batch(dli, me, row))):
            raise Lie(f"changed is {row.changed}, but the ledger has {len(mine)} starts: {row}")
        tally.coincidences += 1
    sent = any(row.job_id in request.job_ids for request in dli.requests.of("run"))
    if sent and status_of(row.status_before or "").start == ACTIVE:
        raise Lie(f"a start was sent for a job that was seen active: {row}")
    # Somebody else's run that began after our look and ended before our start may still be read after it.
    since = max((entry.at for entry in mine), default=0) if not others else 0
    tally.coincidences += bool(mine and others)
    if waited and row.state in FINE_STATES:
        _check_ending(dli, row, UP, since)
    if row.state == "failed":
        _check_ending(dli, row, DOWN, since)


def _reordered(dli: LocalDli) -> bool:
    """Whether an answer may have come in another order."""
    bent = any(rule.get("shape") == "reversed" and rule["hit"] for rule in dli.faults.pending())
    return bent or dli.settings.run_answer == "reversed"


def _others_in_batch(dli: LocalDli, me: str, row: Row) -> bool:
    """Whether somebody else started any job that was sent together with this one."""
    together = {i for request in dli.requests.of("run") if row.job_id in request.job_ids for i in request.job_ids}
    return any(
        entry.actor != me and entry.job_id in together and entry.what in ("start", "restart")
        for entry in dli.ledger.of(accepted=True)
    )


def _check_ending(dli: LocalDli, row: Row, end: str, since: int) -> None:
    """The status that ended a wait must be one the job really had since it was started (epoch milliseconds)."""
    job = dli.jobs.get(row.job_id or 0)
    if job is None:
        deleted = dli.ledger.of(what="delete", job_id=row.job_id, accepted=True)
        if not deleted:
            raise Lie(f"vanished without a trace: {row}")
        return
    if row.status is None or status_of(row.status).end != end:
        raise Lie(f"the last status does not fit the state: {row}")
    if row.status not in [status for at, status in job.history if at >= since]:
        raise Lie(f"the job was not {row.status} since it was started: {row}")
