# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Waiting for a savepoint that was triggered. What its job shows of it is little (dli-api.md 7, 10)."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, replace

from ._act import FAILED, TIMED_OUT, UNKNOWN
from ._answer import one_line
from ._clock import Clock
from ._errors import DliError, ServiceError
from ._jobs import ACTIVE, RUNNING, SAVEPOINTING, Job, status_of
from ._look import Looker
from ._rows import Row
from ._savepoints import MADE, has_new_savepoint

#: What one look says of the savepoint.
DONE = "done"
BROKEN = "broken"
GOING = "going"
NO_SIGN = "no sign"  #: it has not begun, or was over in a moment
#: Seconds between the first looks, doubling: a savepoint may take less than one.
FIRST_PAUSE = 0.25


@dataclass(frozen=True)
class Patience:
    """Seconds: for the whole, between looks, and until the savepoint must have shown itself."""

    timeout: float
    interval: float
    first_sign: float


def progress(before: Job, now: Job | None, begun: bool) -> str:
    """Judge one look.

    :arg before: the job before the savepoint was triggered.
    :arg begun: the job was seen making the savepoint.
    """
    if now is None:
        return BROKEN
    if now.status == SAVEPOINTING:
        return GOING
    is_active = status_of(now.status).start == ACTIVE
    if is_active and now.status_desc and now.status_desc != before.status_desc:
        return BROKEN
    if has_new_savepoint(before, now) and now.has_savepoint is not False:  # the path may be noted before it is made
        return DONE
    if not is_active:
        return BROKEN
    if not begun:
        return NO_SIGN
    return BROKEN if now.has_savepoint is False else DONE


def watch(
    row: Row, before: Job, looker: Looker, clock: Clock, patience: Patience, tell: t.Callable[[str], None]
) -> Row:
    """Return the row as it stands when the savepoint is made, or is not, or time is up.

    A look that fails is no failed savepoint; only a sign-in that is no longer good ends the wait.
    """
    deadline, sign_until = clock.now() + patience.timeout, clock.now() + patience.first_sign
    begun, pause, trouble = row.status == SAVEPOINTING and row.reconciled, 0.0, None
    while True:
        clock.sleep(min(pause, max(0.0, deadline - clock.now())))
        pause = min(patience.interval, pause * 2 or FIRST_PAUSE)
        try:
            now = looker.again([before.job_id], deadline)[before.job_id]
        except DliError as error:
            trouble = error
            if isinstance(error, ServiceError) and error.status in (401, 403):
                return _unread(row, error)
        else:
            trouble = None
            sight = progress(before, now, begun)
            begun = begun or sight == GOING
            row = _seen(row, now, sight)
            tell(row.msg)
            if sight in (DONE, BROKEN):
                return row
            if sight == NO_SIGN and clock.now() >= sign_until:
                return _no_sign(row, patience.first_sign)
        if clock.now() >= deadline:
            return _late(row, patience.timeout, trouble)


def _seen(row: Row, now: Job | None, sight: str) -> Row:
    if now is None:
        return replace(row, state=FAILED, failed=True, status=None, msg="it was deleted while its savepoint was waited for")
    if sight == DONE:
        return replace(row, state=MADE, status=now.status, msg="savepoint made")
    if sight != BROKEN:
        return replace(row, status=now.status)
    reason = one_line(now.status_desc) or "it gives no reason"
    meaning = "" if now.status == RUNNING else f", and it is {status_of(now.status).meaning}"
    msg = f"the savepoint was accepted, but not made{meaning}: {reason}; mend it, and run the task again"
    return replace(row, state=FAILED, failed=True, status=now.status, msg=msg)


def _no_sign(row: Row, seconds: float) -> Row:
    msg = f"savepoint accepted, but in {seconds:g} s nothing on the job has shown whether it was made; look into savepoint_path"
    return replace(row, state=UNKNOWN, failed=True, msg=msg)


def _late(row: Row, seconds: float, trouble: DliError | None) -> Row:
    reading = f"; the last look failed: {trouble}" if trouble else ""
    msg = f"savepoint not made after {seconds:g} s, last known status {row.status}{reading}"
    return replace(row, state=TIMED_OUT, failed=True, msg=msg)


def _unread(row: Row, error: DliError) -> Row:
    return replace(row, state=UNKNOWN, failed=True, msg=f"{row.msg}, but what became of it could not be read: {error}")
