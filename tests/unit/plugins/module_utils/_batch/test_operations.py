# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rules of each operation for every status of a job, and its requests."""

from __future__ import annotations

import pytest

from ansible_collections.huaweicloud.cloud.plugins.module_utils._batch.operation import SUBMIT, Decision
from ansible_collections.huaweicloud.cloud.plugins.module_utils._batch.operations.delete import Delete
from ansible_collections.huaweicloud.cloud.plugins.module_utils._batch.operations.export import Export
from ansible_collections.huaweicloud.cloud.plugins.module_utils._batch.operations.savepoint import (
    ImportSavepoint,
    TriggerSavepoint,
)
from ansible_collections.huaweicloud.cloud.plugins.module_utils._batch.operations.start import Start
from ansible_collections.huaweicloud.cloud.plugins.module_utils._batch.operations.stop import Stop
from ansible_collections.huaweicloud.cloud.plugins.module_utils._dli.batch_response import BatchResponse, ItemResponse
from ansible_collections.huaweicloud.cloud.plugins.module_utils._dli.job_status import STATUSES
from ansible_collections.huaweicloud.cloud.plugins.module_utils._errors import NotDelivered, ResponseLost

from ..fakes import ACCEPTED, job

START, STOP, WAITING_STOP, DELETE = Start(False), Stop(False), Stop(False, will_wait=True), Delete(False)
TRIGGER, IMPORT, EXPORT = TriggerSavepoint("b/f"), ImportSavepoint("obs://b/f"), Export("b/f")
FUTURE = "job_status_of_the_future"
ALL = {*STATUSES, FUTURE}
INACTIVE = {
    *("job_init", "job_submit_fail", "job_running_exception", "job_cancel_success", "job_arrearage_stopped", "job_finish"),
}
ACTIVE = {"job_submitting", "job_running", "job_downloading", "job_arrearage_recovering"}
WITHOUT_STATUS_CHANGE = [EXPORT, IMPORT, TRIGGER]


def having(rule):
    """Return the statuses of jobs for which a rule is true."""
    return {status for status in ALL if rule(job(7, status))}


@pytest.mark.parametrize(
    ("operation", "status", "decision"),
    [
        (
            START,
            "job_downloading",
            Decision(False, "already_active", msg="Unchanged: the job is already downloading."),
        ),
        (
            START,
            "job_idle",
            Decision(
                False,
                "not_startable",
                True,
                "Not started: the status job_idle (idle) does not allow a start. Stop the job, then run the task again.",
            ),
        ),
        (
            STOP,
            "job_finish",
            Decision(False, "already_stopped", msg="Unchanged: the job is not running. The status is job_finish (finished)."),
        ),
        (STOP, "job_canceling", Decision(False, "already_stopped", msg="Unchanged: the job is already being stopped.")),
        (
            STOP,
            "job_savepointing",
            Decision(
                False,
                "not_stoppable",
                True,
                "Not stopped: the job is creating a savepoint (job_savepointing), possibly because of another stop request. "
                "Run the task again when the savepoint is complete.",
            ),
        ),
        (
            WAITING_STOP,
            "job_savepointing",
            Decision(
                False,
                "already_stopped",
                msg="Unchanged: the job is already creating a savepoint, possibly before a stop.",
            ),
        ),
        (
            DELETE,
            "job_running",
            Decision(
                False,
                "still_active",
                True,
                "Not deleted: the status job_running (running) does not allow a deletion. "
                "Stop the job first, or set force to delete it anyway.",
            ),
        ),
        (
            TRIGGER,
            "job_init",
            Decision(
                False,
                "wrong_status",
                True,
                "Not triggered: the status job_init (a draft, never started) does not allow a savepoint. "
                "Start the job first: a savepoint requires the status job_running.",
            ),
        ),
        (
            TRIGGER,
            "job_savepointing",
            Decision(
                False,
                "wrong_status",
                True,
                "Not triggered: the status job_savepointing (creating a savepoint, possibly before a stop) does not allow a "
                "savepoint. Wait until the job is running, then run the task again.",
            ),
        ),
        (
            IMPORT,
            "job_running",
            Decision(
                False,
                "wrong_status",
                True,
                "Not imported: the status job_running (running) does not allow a savepoint import. Stop the job first.",
            ),
        ),
    ],
)
def test_message_for_a_job_that_is_not_submitted(operation, status, decision):
    assert operation.decide(job(7, status)) == decision


@pytest.mark.parametrize(
    ("operation", "submitted"),
    [
        (STOP, ALL - INACTIVE - {"job_canceling", "job_savepointing"}),
        (WAITING_STOP, ALL - INACTIVE - {"job_canceling", "job_savepointing"}),
        (DELETE, INACTIVE),
        (Delete(True), ALL),
        (EXPORT, ALL),
        (TRIGGER, {"job_running"}),
        (IMPORT, INACTIVE),
    ],
)
def test_statuses_of_jobs_that_are_submitted(operation, submitted):
    assert having(lambda one: operation.decide(one) == SUBMIT) == submitted


@pytest.mark.parametrize(
    ("operation", "satisfied"),
    [
        (START, ACTIVE),
        (STOP, INACTIVE | {"job_canceling"}),
        (WAITING_STOP, INACTIVE | {"job_canceling", "job_savepointing"}),
        (DELETE, set()),
        *((operation, set()) for operation in WITHOUT_STATUS_CHANGE),
    ],
)
def test_statuses_that_satisfy_an_operation(operation, satisfied):
    assert having(operation.is_satisfied) == satisfied
    assert operation.is_satisfied(None) is (operation is DELETE)


@pytest.mark.parametrize("operation", [START, DELETE, *WITHOUT_STATUS_CHANGE])
def test_only_a_stop_may_be_spontaneous(operation):
    assert having(operation.may_be_spontaneous) == set() and operation.may_be_spontaneous(None) is False


def test_job_that_ended_otherwise_than_by_a_stop_may_have_ended_by_itself():
    assert having(STOP.may_be_spontaneous) == INACTIVE - {"job_cancel_success"}
    assert STOP.may_be_spontaneous(None) is False


@pytest.mark.parametrize(
    ("operation", "reached", "failed", "deleted"),
    [
        (
            START,
            {"job_running", "job_finish"},
            INACTIVE - {"job_init", "job_finish"} | {"job_cancel_fail"},
            "failed",
        ),
        (STOP, INACTIVE, {"job_running", "job_cancel_fail"}, "failed"),
        (DELETE, set(), set(), "reached"),
        *((operation, ALL - {"job_savepointing"}, set(), "failed") for operation in WITHOUT_STATUS_CHANGE),
    ],
)
def test_statuses_that_end_a_wait(operation, reached, failed, deleted):
    assert having(lambda one: operation.wait_outcome(one) == "reached") == reached
    assert having(lambda one: operation.wait_outcome(one) == "failed") == failed
    assert having(lambda one: operation.wait_outcome(one) == "pending") == ALL - reached - failed
    assert operation.wait_outcome(None) == deleted


@pytest.mark.parametrize(
    ("operation", "applied"),
    [
        (START, ALL - {"job_cancel_fail", "job_init"}),
        (STOP, INACTIVE | {"job_canceling"}),
        (Stop(True), INACTIVE | {"job_canceling", "job_savepointing"}),
        (WAITING_STOP, INACTIVE | {"job_canceling"}),
        (DELETE, set()),
        (EXPORT, set()),
        (TRIGGER, {"job_savepointing"}),
        (IMPORT, set()),
    ],
)
def test_statuses_that_show_an_operation(operation, applied):
    """The status before the request was job_cancel_fail."""
    before = job(7, "job_cancel_fail")
    assert having(lambda now: operation.was_applied(before, now)) == applied
    assert operation.was_applied(before, None) is (operation is DELETE)


def test_failed_stop_shows_the_stop():
    assert STOP.was_applied(job(7, "job_running"), job(7, "job_cancel_fail"))


@pytest.mark.parametrize(
    ("operation", "status", "after", "after_read"),
    [
        (START, "job_init", "job_submitting", "job_submitting"),
        (STOP, "job_running", "job_canceling", "job_canceling"),
        (Stop(True), "job_running", "job_savepointing", "job_savepointing"),
        (Stop(True), "job_submitting", "job_canceling", "job_canceling"),
        (DELETE, "job_init", None, None),
        (TRIGGER, "job_running", "job_savepointing", "job_running"),
        (IMPORT, "job_init", "job_init", "job_init"),
        (EXPORT, "job_running", "job_running", "job_running"),
    ],
)
def test_expected_status_after_an_accepted_request(operation, status, after, after_read):
    assert operation.expected_status(status, False) == after
    assert operation.expected_status(status, True) == after_read


def test_refusal_of_a_start_without_a_savepoint_is_predicted():
    unsaved, saved, unknown = (job(7, has_savepoint=value) for value in (False, True, None))
    assert Start(True).expected_refusal(unsaved) == ItemResponse(False, "DLI.13017")
    assert Start(True).expected_refusal(saved) is None and Start(True).expected_refusal(unknown) is None
    assert Start(False).expected_refusal(unsaved) is None
    assert all(operation.expected_refusal(unsaved) is None for operation in (STOP, DELETE, *WITHOUT_STATUS_CHANGE))


@pytest.mark.parametrize(
    ("operation", "remedy"),
    [
        (START, "Stop the job, then run the task again."),
        (STOP, "The stop or the savepoint before it failed, or the job only created a savepoint. Run the task again."),
        (DELETE, "Fix the cause, then run the task again."),
    ],
)
def test_remedy_after_a_failed_wait(operation, remedy):
    assert operation.remedy(job(7, "job_idle")) == remedy


class RecordingDli:
    """Records the arguments of each call, and returns one value for all of them."""

    def __init__(self, value=None):
        self.calls = []
        self.value = value

    def __getattr__(self, call):
        def record(*arguments):
            self.calls.append((call, *arguments))
            if isinstance(self.value, Exception):
                raise self.value
            return self.value

        return record


@pytest.mark.parametrize(
    ("operation", "call"),
    [
        (Start(True), ("run_jobs", [7, 8], True, 60.0)),
        (Stop(True), ("stop_jobs", [7, 8], True, 60.0)),
        (DELETE, ("delete_jobs", [7, 8], 60.0)),
    ],
)
def test_request_of_a_batch_and_its_response(operation, call):
    response = BatchResponse(elements=(ACCEPTED, ACCEPTED))
    dli = RecordingDli(response)
    assert operation.send(dli, [7, 8], 60.0) is response
    assert dli.calls == [call]


@pytest.mark.parametrize(
    ("operation", "call"),
    [(TRIGGER, ("trigger_savepoint", 7, "b/f", 60.0)), (IMPORT, ("import_savepoint", 7, "obs://b/f", 60.0))],
)
def test_request_for_a_savepoint_and_its_response(operation, call):
    dli = RecordingDli()
    assert operation.send(dli, [7], 60.0) == BatchResponse(elements=(ACCEPTED,))
    assert dli.calls == [call]


@pytest.mark.parametrize("operation", [TRIGGER, IMPORT, EXPORT])
def test_lost_and_refused_requests_without_a_batch_response(operation):
    lost = RecordingDli(ResponseLost("No complete response."))
    assert operation.send(lost, [7], 60.0) == BatchResponse(indeterminate="No complete response.")
    error = NotDelivered("connection refused")
    assert operation.send(RecordingDli(error), [7], 60.0) == BatchResponse(refusal=error)


@pytest.mark.parametrize(
    ("files", "contents"),
    [
        (["a.zip"], {"a.zip": [7, 8]}),
        (["a.zip", "b.zip"], {"a.zip": [], "b.zip": []}),
    ],
)
def test_export_records_the_jobs_of_each_file(files, contents):
    export, dli = Export("b/f"), RecordingDli(files)
    assert export.send(dli, (7, 8), 60.0) == BatchResponse(elements=(ACCEPTED, ACCEPTED))
    assert dli.calls == [("export_jobs", (7, 8), "b/f", 60.0)]
    assert export.files == contents
