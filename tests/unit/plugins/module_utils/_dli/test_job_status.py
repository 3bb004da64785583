# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The table of statuses against that of the contract (dli-api.md 2.1)."""

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

#: dli-api.md 2.1: status -> whether it can be started, and what it means for a wait.
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


def test_every_status_of_the_contract_is_known():
    assert set(STATUSES) == set(TABLE)


@pytest.mark.parametrize("word", sorted(TABLE))
def test_status(word):
    assert status_of(word)[:2] == TABLE[word]


@pytest.mark.parametrize("word", sorted(TABLE))
def test_who_is_stopped_by_a_status_is_told_what_to_do(word):
    status = status_of(word)
    assert status.meaning
    assert bool(status.remedy) or (status.start != BLOCKED and status.wait_outcome != WAIT_FAILED)


@pytest.mark.parametrize("word", ["job_word_of_tomorrow", "", "JOB_RUNNING", "running"])
def test_an_unknown_status_is_not_started_and_not_settled(word):
    """dli-api.md 2.1: never an error of the client."""
    assert status_of(word)[:2] == (BLOCKED, WAIT_PENDING)
    assert status_of(word).remedy
