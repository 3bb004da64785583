# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The result of one job for each outcome: all members, and the whole message."""

from __future__ import annotations

import pytest

from ansible_collections.huaweicloud.cloud.plugins.module_utils._batch import job_result
from ansible_collections.huaweicloud.cloud.plugins.module_utils._batch.job_result import JobResult, PlannedJob
from ansible_collections.huaweicloud.cloud.plugins.module_utils._batch.operations.delete import Delete
from ansible_collections.huaweicloud.cloud.plugins.module_utils._batch.operations.savepoint import TriggerSavepoint
from ansible_collections.huaweicloud.cloud.plugins.module_utils._batch.operations.start import Start
from ansible_collections.huaweicloud.cloud.plugins.module_utils._batch.operations.stop import Stop
from ansible_collections.huaweicloud.cloud.plugins.module_utils._dli.batch_response import ItemResponse
from ansible_collections.huaweicloud.cloud.plugins.module_utils._errors import NotDelivered, ServiceError

from ..fakes import job

START, STOP = Start(False), Stop(True)
PLANNED = PlannedJob(7, job(7, "job_init", name="orders"))
FROM_STATUS = "This was determined from the job's status, because the response was lost or unclear."
NO_SAVEPOINT = (
    "Not started: the job has no savepoint or checkpoint to resume from (DLI.13017). Set resume_savepoint to false to start "
    "the job without its previous Flink state, or import a savepoint first."
)
ANOTHER_CLIENT = "If another client may have started the job in the meantime, run the task again."


def expected(state, msg, **members):
    """Return a result of the planned job; the status is the one before the request unless the members contain another."""
    return JobResult(7, "orders", state, status_before="job_init", **{"status": "job_init", "msg": msg, **members})


def test_result_of_an_accepted_request_has_the_expected_status():
    assert job_result.accepted(START, PLANNED) == expected("started", "Start accepted.", changed=True, status="job_submitting")
    savepoint = job_result.accepted(TriggerSavepoint("b/f"), PLANNED)
    assert savepoint == expected("triggered", "Savepoint accepted.", changed=True, status="job_savepointing")


def test_result_of_a_request_confirmed_by_a_read_has_the_status_of_the_read():
    confirmed = job_result.accepted(START, PLANNED, True, "job_running", True)
    msg = f"Started. {FROM_STATUS}"
    assert confirmed == expected("started", msg, changed=True, status="job_running", reconciled=True)
    unchanged = job_result.accepted(TriggerSavepoint("b/f"), PLANNED, True, None, True)
    msg = f"Triggered. {FROM_STATUS}"
    assert unchanged == expected("triggered", msg, changed=True, reconciled=True), "the status was read and has not changed"


def test_result_of_an_accepted_deletion_has_no_status():
    deleted = job_result.accepted(Delete(False), PLANNED)
    assert deleted == expected("deleted", "Deletion accepted.", changed=True, status=None)


def test_refusal_that_applies_to_the_job():
    refused = job_result.refused(START, PLANNED, ItemResponse(False, "DLI.13017", "no"))
    assert refused == expected("refused", NO_SAVEPOINT, failed=True, error_code="DLI.13017")
    confirmed = job_result.refused(START, PLANNED, ItemResponse(False, "DLI.13017", "no"), True, "job_finish")
    members = {"failed": True, "error_code": "DLI.13017", "status": "job_finish", "reconciled": True}
    assert confirmed == expected("refused", NO_SAVEPOINT, **members)


def test_refusal_that_another_client_may_have_caused():
    refused = job_result.refused(START, PLANNED, ItemResponse(False, "DLI.13099", "may not be started"))
    msg = f"Not started: refused by the service with DLI.13099 (may not be started). {ANOTHER_CLIENT}"
    assert refused == expected("refused", msg, failed=True, error_code="DLI.13099")


@pytest.mark.parametrize("status", [None, "job_finish"])
def test_refusal_without_a_certain_reason(status):
    refused = job_result.refused(START, PLANNED, None, True, status)
    msg = (
        "Not started: refused by the service. The response does not show the reason for "
        "this job."
    )
    assert refused == expected("refused", msg, failed=True, status=status or "job_init", reconciled=True)


def test_request_that_was_not_submitted():
    rejected = job_result.not_submitted(PLANNED, ServiceError("HTTP 403", 403, "APIGW.0302"))
    assert rejected == expected("refused", "HTTP 403.", failed=True, error_code="APIGW.0302")
    lost = job_result.not_submitted(PLANNED, NotDelivered("Connection refused."))
    assert lost == expected("refused", "Connection refused.", failed=True)


def test_job_with_the_same_request_of_another_client_is_unchanged():
    msg = "Unchanged: another client has already stopped the job, or the job has ended."
    for reconciled in (False, True):
        satisfied = job_result.already_satisfied(STOP, PLANNED, reconciled, "job_finish")
        assert satisfied == expected("already_stopped", msg, status="job_finish", reconciled=reconciled)


def test_job_that_may_have_ended_by_itself_is_neither_changed_nor_unchanged():
    satisfied = job_result.satisfied_unattributed(STOP, PLANNED, "job_finish", job_result.MAY_HAVE_ENDED)
    msg = (
        "Outcome unknown. The response does not show whether the job was stopped by this task or has ended by itself. "
        "The job is not running."
    )
    assert satisfied == expected("already_stopped", msg, changed=None, status="job_finish", reconciled=True)


def test_undetermined_outcome_reports_the_reason_and_the_last_failed_read():
    rerun = "Run the task again. Jobs that are already active are not started again."
    unknown = job_result.undetermined(START, PLANNED, None, "The response was lost")
    members = {"changed": None, "failed": True, "reconciled": True}
    assert unknown == expected("unknown", f"Outcome unknown. The response was lost. {rerun}", **members)
    unread = job_result.undetermined(START, PLANNED, "job_idle", "The response was lost", NotDelivered("no route"))
    msg = f"Outcome unknown. The response was lost. {rerun} The last read failed: no route."
    assert unread == expected("unknown", msg, status="job_idle", **members)


def test_status_of_a_wait_replaces_the_earlier_one_in_the_message():
    result = expected("started", "Start accepted.", changed=True)
    running = job_result.with_status(job_result.with_status(result, "job_submitting"), "job_running")
    assert running == expected("started", "Start accepted. The status is now job_running.", changed=True, status="job_running")
    gone = job_result.with_status(result, None)
    assert gone == expected("started", "Start accepted. The job no longer exists.", changed=True, status=None)
    assert job_result.without_status(running.msg) == "Start accepted."
    assert job_result.without_status("Start accepted.") == "Start accepted."


@pytest.mark.parametrize(
    ("code", "text", "explanation"),
    [
        (None, "", "refused by the service without a reason."),
        (None, "may not be started", "refused by the service (may not be started)."),
        ("DLI.99999", "", "refused by the service with DLI.99999."),
        ("DLI.99999", "is running", "refused by the service with DLI.99999 (is running)."),
        ("DLI.13024", "no queue", "the job has no queue (DLI.13024). Assign the job to a queue first."),
    ],
)
def test_explanation_of_a_refusal(code, text, explanation):
    assert job_result.explain(code, text) == explanation


def test_result_as_a_dictionary_has_all_members():
    assert expected("refused", "Not started.", failed=True, error_code="DLI.13017").as_dict() == {
        "job_id": 7,
        "name": "orders",
        "state": "refused",
        "changed": False,
        "failed": True,
        "status_before": "job_init",
        "status": "job_init",
        "error_code": "DLI.13017",
        "msg": "Not started.",
        "reconciled": False,
    }
