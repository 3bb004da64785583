# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""From rows to what Ansible gets back."""

from __future__ import annotations

import pytest

from ansible_collections.huaweicloud.cloud.plugins.module_utils._batch import report
from ansible_collections.huaweicloud.cloud.plugins.module_utils._batch.job_result import JobResult
from ansible_collections.huaweicloud.cloud.plugins.module_utils._batch.operation import states
from ansible_collections.huaweicloud.cloud.plugins.module_utils._batch.operations.start import Start
from ansible_collections.huaweicloud.cloud.plugins.module_utils._batch.report import diff

START = Start(False)
STATES = states(START)


def result(rows, check_mode):
    return report.batch_result(START, rows, check_mode, []).values


def summary(rows):
    return report.summary(START, rows)


def message(rows, check_mode):
    return report.message(START, rows, check_mode)


def row(job_id=131, state="started", changed=True, failed=False, **more):
    return JobResult(job_id, more.pop("name", f"job_{job_id}"), state, changed, failed, **more)


STARTED = row()
ACTIVE = row(129, "already_active", False)
REFUSED = row(138, "refused", False, True, status_before="job_init", status="job_init", error_code="DLI.13017")
BLOCKED = row(7, "not_startable", False, True, status_before="job_idle", status="job_idle")
NOBODY = row(None, "not_found", False, True, name="nobody")
TIMED_OUT = row(130, "timed_out", True, True, status="job_submitting")
OPEN = row(5, "unknown", None, True)


@pytest.mark.parametrize(
    "rows, changed, failed",
    [
        ([STARTED], True, False),
        ([ACTIVE], False, False),
        ([ACTIVE, STARTED], True, False),
        ([REFUSED], False, True),
        ([REFUSED, STARTED], True, True),
        ([TIMED_OUT], True, True),
        ([OPEN], False, True),
        ([], False, False),
    ],
)
def test_changed_and_failed(rows, changed, failed):
    """One changed job is a changed task, also when the task fails."""
    made = result(rows, False)
    assert (made["changed"], made["failed"]) == (changed, failed)
    assert [item["job_id"] for item in made["jobs"]] == [one.job_id for one in rows]


def test_summary_counts_every_state():
    counts = summary([STARTED, ACTIVE, REFUSED, NOBODY, NOBODY, TIMED_OUT, OPEN])
    assert counts == {
        "requested": 7,
        "changed": 2,
        "failed_jobs": 5,
        **dict.fromkeys(STATES, 0),
        "started": 1,
        "already_active": 1,
        "refused": 1,
        "not_found": 2,
        "timed_out": 1,
        "unknown": 1,
    }
    assert sum(counts[state] for state in STATES) == counts["requested"]


WHAT_TO_DO = "; what to do stands in each job's msg."


@pytest.mark.parametrize(
    "rows, check_mode, sentence",
    [
        ([STARTED], False, "Started 1 of 1 job."),
        ([STARTED], True, "Would start 1 of 1 job."),
        ([STARTED, STARTED], False, "Started 2 of 2 jobs."),
        ([ACTIVE], False, "Started 0 of 1 job, left 1 alone that is already active."),
        ([ACTIVE, ACTIVE, STARTED], True, "Would start 1 of 3 jobs, leave 2 alone that are already active."),
        ([REFUSED, STARTED], False, f"Started 1 of 2 jobs, 1 failed: 138 refused (DLI.13017){WHAT_TO_DO}"),
        ([REFUSED], True, f"Would start 0 of 1 job, 1 would fail: 138 refused (DLI.13017){WHAT_TO_DO}"),
        ([BLOCKED, NOBODY], False, f"Started 0 of 2 jobs, 2 failed: 7 not_startable (job_idle), nobody not_found{WHAT_TO_DO}"),
        ([TIMED_OUT], False, f"Started 1 of 1 job, 1 failed: 130 timed_out (job_submitting){WHAT_TO_DO}"),
        (
            [NOBODY] * 5,
            False,
            f"Started 0 of 5 jobs, 5 failed: nobody not_found, nobody not_found, nobody not_found, and 2 more{WHAT_TO_DO}",
        ),
        (
            [ACTIVE, REFUSED, STARTED],
            False,
            "Started 1 of 3 jobs, left 1 alone that is already active, 1 failed: 138 refused (DLI.13017)" + WHAT_TO_DO,
        ),
    ],
)
def test_message(rows, check_mode, sentence):
    assert message(rows, check_mode) == sentence


def test_diff_has_a_line_for_every_job():
    rows = [row(status_before="job_init", status="job_submitting"), NOBODY, row(5, "not_found", False, True, name=None)]
    made = diff(rows)
    assert made["before"] == "131 job_131: job_init\nnobody: absent\n5: absent\n"
    assert made["after"] == "131 job_131: job_submitting\nnobody: absent\n5: absent\n"
    assert made["before_header"] != made["after_header"]


def test_a_run_that_changes_nothing_has_no_difference():
    made = diff([row(129, "already_active", False, status_before="job_running", status="job_running"), NOBODY])
    assert made["before"] == made["after"]
