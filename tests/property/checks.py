# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Compare the results of a start with the ledger, the request log and the job histories of the local DLI."""

from __future__ import annotations

from collections import Counter

from local_dli.instance import LocalDli

from ansible_collections.huaweicloud.cloud.plugins.module_utils._batch.job_result import JobResult
from ansible_collections.huaweicloud.cloud.plugins.module_utils._dli.job_status import (
    ACTIVE,
    WAIT_FAILED,
    WAIT_REACHED,
    status_of,
)

FAILURE_STATES = {"not_found", "ambiguous", "not_startable", "refused", "failed", "timed_out", "unknown"}
SUCCESS_STATES = {"started", "already_active"}
#: Tolerance in seconds for exceeded deadlines.
OVERRUN = 1.0


class Mismatch(AssertionError):
    """A result that does not match the operations of the service."""


class Statistics(Counter):
    """What was executed and checked, by name."""

    def __str__(self) -> str:
        return ", ".join(f"{name} {count:.4g}" for name, count in sorted(self.items()))


def check_task(dli: LocalDli, actor: str, check_mode: bool) -> None:
    """Check the rules for every start task, also for one that fails as a whole."""
    starts = Counter(entry.job_id for entry in dli.ledger.starts(actor=actor))
    if any(count > 1 for count in starts.values()):
        raise Mismatch(f"started twice: {starts}")
    if check_mode and (starts or dli.requests.find("run")):
        raise Mismatch("check mode wrote something")


def check_claim(dli: LocalDli, actor: str, changed: bool | None, reconciled: bool, was_changed: bool) -> None:
    """Check whether a result may claim this: a reconciled one may be wrong only if another client acted at the same time."""
    has_others = any(entry.actor != actor for entry in dli.ledger.find(accepted=True))
    if changed is not None and changed != was_changed and not (reconciled and has_others):
        raise Mismatch(f"changed is {changed}, reconciled is {reconciled}, but the ledger shows {was_changed}")


def check_rows(dli: LocalDli, actor: str, rows: list[JobResult], waited: bool, statistics: Statistics) -> None:
    """Compare the result of every job with the ledger."""
    for row in rows:
        statistics[f"state {row.state}"] += 1
        statistics["reconciled"] += row.reconciled
        _check_shape(row)
        if row.job_id is not None:
            _check_row(dli, actor, row, waited, statistics)


def _check_shape(row: JobResult) -> None:
    if row.state not in FAILURE_STATES | SUCCESS_STATES:
        raise Mismatch(f"undocumented state: {row}")
    if row.failed != (row.state in FAILURE_STATES):
        raise Mismatch(f"failed does not fit state: {row}")
    if row.changed is None and row.state in ("started", "refused", "not_found", "ambiguous", "not_startable"):
        raise Mismatch(f"changed is null although the state shows it: {row}")
    if row.changed is None and "The response does not show" not in row.msg and row.state != "unknown":
        raise Mismatch(f"the message does not explain why changed is null: {row}")
    if not row.msg:
        raise Mismatch(f"no message: {row}")


def _check_row(dli: LocalDli, actor: str, row: JobResult, waited: bool, statistics: Statistics) -> None:
    own = dli.ledger.starts(row.job_id, actor=actor)
    others = [
        entry
        for entry in dli.ledger.find(job_id=row.job_id, accepted=True)
        if entry.operation in ("start", "restart") and entry.actor != actor
    ]
    check_claim(dli, actor, row.changed, row.reconciled, bool(own))
    was_sent = any(row.job_id in request.job_ids for request in dli.requests.find("run"))
    if was_sent and status_of(row.status_before or "").start == ACTIVE:
        raise Mismatch(f"a start was sent for a job that was read as active: {row}")
    # A run by another client that began after the first read and ended before the start can still be read after it.
    since = max((entry.at for entry in own), default=0) if not others else 0
    statistics["coincidences with other clients"] += bool(own and others)
    if waited and row.state in SUCCESS_STATES:
        _check_last_status(dli, row, WAIT_REACHED, since)
    if row.state == "failed":
        _check_last_status(dli, row, WAIT_FAILED, since)


def _check_last_status(dli: LocalDli, row: JobResult, end: str, since: int) -> None:
    """Check that the status that ended a wait is one that the job had since its start (epoch milliseconds)."""
    job = dli.jobs.get(row.job_id or 0)
    if job is None:
        if not dli.ledger.find(operation="delete", job_id=row.job_id, accepted=True):
            raise Mismatch(f"missing, but not deleted: {row}")
        return
    if row.status is None or status_of(row.status).wait_outcome != end:
        raise Mismatch(f"the last status does not fit the state: {row}")
    if row.status not in [status for at, status in job.history if at >= since]:
        raise Mismatch(f"the job was not {row.status} since its start: {row}")
