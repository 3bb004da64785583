# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The table of statuses equals that of the contract (dli-api.md 2.1)."""

from __future__ import annotations

import pytest

from ansible_collections.huaweicloud.cloud.plugins.module_utils._dli.job_status import (
    ACTIVE,
    BLOCKED,
    STARTABLE,
    STATUSES,
    WAIT_FAILED,
    WAIT_PENDING,
    WAIT_REACHED,
    status_of,
)

#: dli-api.md 2.1: status -> whether a job can be started, and whether a wait for a start ends.
TABLE = {
    "job_init": (STARTABLE, WAIT_PENDING),
    "job_submitting": (ACTIVE, WAIT_PENDING),
    "job_submit_fail": (STARTABLE, WAIT_FAILED),
    "job_running": (ACTIVE, WAIT_REACHED),
    "job_running_exception": (STARTABLE, WAIT_FAILED),
    "job_downloading": (ACTIVE, WAIT_PENDING),
    "job_idle": (BLOCKED, WAIT_PENDING),
    "job_canceling": (BLOCKED, WAIT_PENDING),
    "job_cancel_success": (STARTABLE, WAIT_FAILED),
    "job_cancel_fail": (BLOCKED, WAIT_FAILED),
    "job_savepointing": (BLOCKED, WAIT_PENDING),
    "job_arrearage_stopped": (BLOCKED, WAIT_FAILED),
    "job_arrearage_recovering": (ACTIVE, WAIT_PENDING),
    "job_finish": (STARTABLE, WAIT_REACHED),
}


def test_table_contains_every_status_of_the_contract():
    assert set(STATUSES) == set(TABLE)


@pytest.mark.parametrize("name", sorted(TABLE))
def test_status(name):
    assert status_of(name)[:2] == TABLE[name]


@pytest.mark.parametrize("name", sorted(TABLE))
def test_status_that_prevents_a_start_has_a_remedy(name):
    status = status_of(name)
    assert status.meaning
    assert bool(status.remedy) or (status.start != BLOCKED and status.wait_outcome != WAIT_FAILED)


@pytest.mark.parametrize("name", ["job_status_of_the_future", "", "JOB_RUNNING", "running"])
def test_unknown_status_is_not_started_and_not_settled(name):
    """dli-api.md 2.1: not an error of the client."""
    assert status_of(name)[:2] == (BLOCKED, WAIT_PENDING)
    assert status_of(name).remedy
