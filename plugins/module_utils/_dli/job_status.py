# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The statuses of a job: what each of them allows and means (dli-api.md 2.1, 2.2). Data only."""

from __future__ import annotations

import typing as t

# Whether a job in this status can be started.
STARTABLE = "startable"
ACTIVE = "active"  #: running, or going to run without a start
BLOCKED = "blocked"  #: neither: the service refuses a start, or its effect is not documented

# Whether a job in this status can be stopped.
STOPPABLE = "stoppable"  #: a stop is sent, even if its effect is not documented: the service refuses a stop without effect
INACTIVE = "inactive"  #: not running
STOPPING = "stopping"  #: already being stopped
BUSY = "busy"  #: creating a savepoint, which must not be interrupted

# Whether the status ends a wait for a started job.
WAIT_REACHED = "reached"  #: running or finished
WAIT_FAILED = "failed"  #: ended in any other way
WAIT_PENDING = "pending"  #: still changing

DRAFT = "job_init"
SUBMIT_FAIL = "job_submit_fail"
SUBMITTING = "job_submitting"
RUNNING = "job_running"
RUNNING_EXCEPTION = "job_running_exception"
CANCELING = "job_canceling"
CANCEL_FAIL = "job_cancel_fail"
CANCEL_SUCCESS = "job_cancel_success"
SAVEPOINTING = "job_savepointing"


class Status(t.NamedTuple):
    """One row of the table.

    :ivar meaning: the status in words, to follow "the job is", or in parentheses.
    :ivar remedy: what to do if the job cannot be started, or if its start failed; whole sentences.
    """

    start: str
    wait_outcome: str
    meaning: str
    remedy: str = ""
    stop: str = STOPPABLE


FIX_AND_RUN = "Fix the cause, then run the task again."
#: No start is sent where it is not documented whether a start is possible.
STATUSES: dict[str, Status] = {
    "job_init": Status(STARTABLE, WAIT_PENDING, "a draft, never started", stop=INACTIVE),
    "job_submitting": Status(ACTIVE, WAIT_PENDING, "being submitted"),
    SUBMIT_FAIL: Status(STARTABLE, WAIT_FAILED, "submission failed", FIX_AND_RUN, INACTIVE),
    "job_running": Status(ACTIVE, WAIT_REACHED, "running"),
    "job_running_exception": Status(STARTABLE, WAIT_FAILED, "stopped by a runtime error", FIX_AND_RUN, INACTIVE),
    "job_downloading": Status(ACTIVE, WAIT_PENDING, "downloading"),
    "job_idle": Status(BLOCKED, WAIT_PENDING, "idle", "Stop the job, then run the task again."),
    "job_canceling": Status(
        BLOCKED,
        WAIT_PENDING,
        "being stopped",
        "Wait until the status is job_cancel_success, then run the task again.",
        STOPPING,
    ),
    "job_cancel_success": Status(
        STARTABLE, WAIT_FAILED, "stopped", "Run the task again, unless the stop was intended.", INACTIVE
    ),
    "job_cancel_fail": Status(
        BLOCKED, WAIT_FAILED, "not stopped, possibly still running", "Stop the job again, then run the task again."
    ),
    "job_savepointing": Status(
        BLOCKED,
        WAIT_PENDING,
        "creating a savepoint, possibly before a stop",
        "Wait until the job is running or stopped, then run the task again.",
        BUSY,
    ),
    "job_arrearage_stopped": Status(
        BLOCKED,
        WAIT_FAILED,
        "stopped because the account is in arrears",
        "Add funds to the account, then run the task again.",
        INACTIVE,
    ),
    "job_arrearage_recovering": Status(ACTIVE, WAIT_PENDING, "being recovered after funds were added"),
    "job_finish": Status(STARTABLE, WAIT_REACHED, "finished", stop=INACTIVE),
}
#: For a status that this version does not support: the job is not started, and a wait for it continues.
UNKNOWN_STATUS = Status(
    BLOCKED, WAIT_PENDING, "unknown to this version of the collection", "Check the job in the DLI console."
)


def status_of(status: str) -> Status:
    return STATUSES.get(status, UNKNOWN_STATUS)
