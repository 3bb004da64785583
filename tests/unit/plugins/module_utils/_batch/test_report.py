# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The result of a batch from the results of its jobs."""

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
ABSENT = row(None, "not_found", False, True, name="absent_job")
TIMED_OUT = row(130, "timed_out", True, True, status="job_submitting")
UNKNOWN = row(5, "unknown", None, True, status="job_init")
UNATTRIBUTED = row(6, "already_active", None)


@pytest.mark.parametrize(
    "rows, changed, failed",
    [
        ([STARTED], True, False),
        ([ACTIVE], False, False),
        ([ACTIVE, STARTED], True, False),
        ([REFUSED], False, True),
        ([REFUSED, STARTED], True, True),
        ([TIMED_OUT], True, True),
        ([UNKNOWN], True, True),
        ([UNATTRIBUTED], True, False),
        ([ACTIVE, UNATTRIBUTED], True, False),
        ([], False, False),
    ],
)
def test_changed_and_failed(rows, changed, failed):
    """A task has changed if it changed or may have changed at least one job, even if the task fails."""
    made = result(rows, False)
    assert (made["changed"], made["failed"]) == (changed, failed)
    assert [item["job_id"] for item in made["jobs"]] == [one.job_id for one in rows]


def test_summary_counts_every_state():
    counts = summary([STARTED, ACTIVE, REFUSED, ABSENT, ABSENT, TIMED_OUT, UNKNOWN])
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


DETAILS = ". See jobs[].msg for details."


@pytest.mark.parametrize(
    "rows, check_mode, sentence",
    [
        ([STARTED], False, "1 of 1 job started."),
        ([STARTED], True, "1 of 1 job would be started."),
        ([STARTED, STARTED], False, "2 of 2 jobs started."),
        ([ACTIVE], False, "0 of 1 job started, 1 unchanged (already active)."),
        ([ACTIVE, ACTIVE, STARTED], True, "1 of 3 jobs would be started, 2 unchanged (already active)."),
        ([REFUSED, STARTED], False, f"1 of 2 jobs started, 1 failed: 138 refused (DLI.13017){DETAILS}"),
        ([REFUSED], True, f"0 of 1 job would be started, 1 would fail: 138 refused (DLI.13017){DETAILS}"),
        ([BLOCKED, ABSENT], False, f"0 of 2 jobs started, 2 failed: 7 not_startable (job_idle), absent_job not_found{DETAILS}"),
        ([TIMED_OUT], False, f"1 of 1 job started, 1 failed: 130 timed_out (job_submitting){DETAILS}"),
        (
            [ABSENT] * 4 + [UNKNOWN],
            False,
            "0 of 5 jobs started, 5 failed: absent_job not_found, absent_job not_found, absent_job not_found "
            f"and 2 more{DETAILS}",
        ),
        ([UNKNOWN, STARTED], False, f"1 of 2 jobs started, 1 failed: 5 unknown (job_init){DETAILS}"),
        ([UNATTRIBUTED, ACTIVE], False, "0 of 2 jobs started, 1 outcome unknown, 1 unchanged (already active)."),
        ([BLOCKED] * 3, False, f"0 of 3 jobs started, 3 failed: {', '.join(['7 not_startable (job_idle)'] * 3)}{DETAILS}"),
        (
            [ABSENT] * 5,
            False,
            "0 of 5 jobs started, 5 failed: absent_job not_found, absent_job not_found, absent_job not_found "
            f"and 2 more{DETAILS}",
        ),
        (
            [ACTIVE, REFUSED, STARTED],
            False,
            "1 of 3 jobs started, 1 unchanged (already active), 1 failed: 138 refused (DLI.13017)" + DETAILS,
        ),
    ],
)
def test_message(rows, check_mode, sentence):
    assert message(rows, check_mode) == sentence


def test_unknown_outcome_that_did_not_fail_is_not_counted_as_unchanged():
    failed = row(8, "already_active", False, True)
    assert message([ACTIVE, UNATTRIBUTED, failed], False) == (
        f"0 of 3 jobs started, 1 outcome unknown, 1 unchanged (already active), 1 failed: 8 already_active{DETAILS}"
    )


def test_result_has_all_members_and_the_warnings():
    rows = [STARTED, REFUSED]
    made = report.batch_result(START, rows, True, ["Duplicate job."])
    assert made.values == {
        "changed": True,
        "failed": True,
        "msg": f"1 of 2 jobs would be started, 1 would fail: 138 refused (DLI.13017){DETAILS}",
        "jobs": [STARTED.as_dict(), REFUSED.as_dict()],
        "summary": {
            **dict.fromkeys(STATES, 0),
            "requested": 2, "changed": 1, "failed_jobs": 1, "started": 1, "refused": 1,
        },
    }
    assert (made.warnings, made.diff) == (["Duplicate job."], diff(rows))


def test_states_of_the_summary_are_ordered_and_distinct():
    assert (
        *("started", "already_active", "not_found", "ambiguous", "not_startable"),
        *("refused", "failed", "timed_out", "unknown"),
    ) == STATES


def test_diff_has_one_line_per_job():
    rows = [row(status_before="job_init", status="job_submitting"), ABSENT, row(5, "not_found", False, True, name=None)]
    made = diff(rows)
    assert made["before"] == "131 (job_131): job_init\nabsent_job: absent\n5: absent\n"
    assert made["after"] == "131 (job_131): job_submitting\nabsent_job: absent\n5: absent\n"
    assert (made["before_header"], made["after_header"]) == ("status before", "status after")


def test_diff_of_an_unchanged_batch_is_empty():
    made = diff([row(129, "already_active", False, status_before="job_running", status="job_running"), ABSENT])
    assert made["before"] == made["after"]
