# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The one table of the statuses of a job, and what each allows and means (dli-api.md 2.1, 2.2). Data only."""

from __future__ import annotations

import typing as t

# Whether a job in this status can be started.
STARTABLE = "startable"
ACTIVE = "active"  #: it runs, or will run without a start
BLOCKED = "blocked"  #: neither: a start is refused, or its effect is not documented

# Whether a job in this status can be stopped.
STOPPABLE = "stoppable"  #: a stop is sent; in doubt as well, since the service refuses a stop that has no effect
INACTIVE = "inactive"  #: nothing runs
STOPPING = "stopping"  #: it is being stopped already
BUSY = "busy"  #: making a savepoint, which must not be disturbed

# What the status means for a task that waits for a started job.
WAIT_REACHED = "reached"  #: running, or finished by itself
WAIT_FAILED = "failed"  #: ended otherwise
WAIT_PENDING = "pending"  #: still changing

DRAFT = "job_init"
SUBMITTING = "job_submitting"
RUNNING = "job_running"
CANCELING = "job_canceling"
CANCEL_FAIL = "job_cancel_fail"
CANCEL_SUCCESS = "job_cancel_success"
SAVEPOINTING = "job_savepointing"


class Status(t.NamedTuple):
    """One row of the table. ``remedy`` ends a sentence about a job that cannot be started, or whose start failed."""

    start: str
    wait_outcome: str
    meaning: str
    remedy: str = ""
    stop: str = STOPPABLE


FIX_AND_RUN = "read the reason, mend it, and run the job again"
#: Where it is not documented whether a start is possible, none is sent.
STATUSES: dict[str, Status] = {
    "job_init": Status(STARTABLE, WAIT_PENDING, "a draft, never started", stop=INACTIVE),
    "job_submitting": Status(ACTIVE, WAIT_PENDING, "being submitted"),
    "job_submit_fail": Status(STARTABLE, WAIT_FAILED, "submission failed", FIX_AND_RUN, INACTIVE),
    "job_running": Status(ACTIVE, WAIT_REACHED, "running"),
    "job_running_exception": Status(STARTABLE, WAIT_FAILED, "stopped by a runtime error", FIX_AND_RUN, INACTIVE),
    "job_downloading": Status(ACTIVE, WAIT_PENDING, "downloading"),
    "job_idle": Status(BLOCKED, WAIT_PENDING, "idle", "stop it first, then run it"),
    "job_canceling": Status(BLOCKED, WAIT_PENDING, "being stopped", "wait until it is job_cancel_success, then run it", STOPPING),
    "job_cancel_success": Status(STARTABLE, WAIT_FAILED, "stopped", "run it again if it should not have been stopped", INACTIVE),
    "job_cancel_fail": Status(
        BLOCKED, WAIT_FAILED, "could not be stopped and may still run", "stop it again, then run it once it is stopped"
    ),
    "job_savepointing": Status(
        BLOCKED,
        WAIT_PENDING,
        "making a savepoint, perhaps in order to stop",
        "wait until it runs or is stopped, then run it",
        BUSY,
    ),
    "job_arrearage_stopped": Status(
        BLOCKED, WAIT_FAILED, "stopped because the account is in arrears", "top up the account first", INACTIVE
    ),
    "job_arrearage_recovering": Status(ACTIVE, WAIT_PENDING, "being recovered after a top-up"),
    "job_finish": Status(STARTABLE, WAIT_REACHED, "finished by itself", stop=INACTIVE),
}
#: For a status that this version does not know: the job is not started, and a wait for it goes on.
UNKNOWN_STATUS = Status(
    BLOCKED, WAIT_PENDING, "a status this version of the collection does not know", "look at it in the console"
)


def status_of(status: str) -> Status:
    return STATUSES.get(status, UNKNOWN_STATUS)
