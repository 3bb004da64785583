# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Results from responses and statuses, and when the jobs are read again. test_attribution.py tests the claims."""

from __future__ import annotations

import pytest

from ansible_collections.huaweicloud.cloud.plugins.module_utils._batch.job_result import PlannedJob
from ansible_collections.huaweicloud.cloud.plugins.module_utils._batch.operations.delete import Delete
from ansible_collections.huaweicloud.cloud.plugins.module_utils._batch.operations.start import Start
from ansible_collections.huaweicloud.cloud.plugins.module_utils._batch.operations.stop import Stop
from ansible_collections.huaweicloud.cloud.plugins.module_utils._batch.reconcile import (
    ENDED,
    GONE,
    MOVED,
    NOTHING_OBSERVED,
    OPEN,
    UNMOVED,
    Observation,
    reconcile,
)
from ansible_collections.huaweicloud.cloud.plugins.module_utils._dli.batch_response import BatchResponse
from ansible_collections.huaweicloud.cloud.plugins.module_utils._errors import NotDelivered

from ..fakes import ACCEPTED as ACCEPT
from ..fakes import job, refusal

JOBS = (1, 2, 3)
START, STOP = Start(False), Stop(False)
LOST = BatchResponse(indeterminate="The response was lost.")
#: The code of JOB and of any other refusal.
JOB_CODE, OTHER_CODE = "DLI.13017", "DLI.13099"


def submitted(*job_ids, status="job_init"):
    return {job_id: PlannedJob(job_id, job(job_id, status)) for job_id in job_ids}


def observed(applied=(), gone=(), spontaneous=(), is_settled=False, status="job_running"):
    latest = {job_id: job(job_id, status if job_id in applied else "job_init") for job_id in JOBS if job_id not in gone}
    return Observation(True, frozenset(applied), frozenset(gone), frozenset(spontaneous), is_settled, latest)


def respond(*elements):
    """Return a response: A accepts, and anything else is the code of a refusal."""
    return BatchResponse(elements=tuple(ACCEPT if element == "A" else refusal(element) for element in elements))


def rows(response, seen, time_is_up=False, count=3):
    """Return state, changed, and ``*`` for reconciled of each job after a start."""
    results = reconcile(START, submitted(*JOBS[:count]), response, seen, time_is_up)
    return results and [
        f"{result.state} {result.changed}{'*' if result.reconciled else ''}" for _id, result in sorted(results.items())
    ]


def test_sign_of_a_job():
    seen = observed(applied={1, 2}, gone={3}, spontaneous={2})
    assert [seen.sign(job_id, False) for job_id in (1, 2, 3, 4)] == [MOVED, ENDED, GONE, OPEN]
    assert [seen._replace(is_settled=True).sign(4, later) for later in (False, True)] == [UNMOVED, OPEN]


def test_acceptance_of_all_jobs_needs_no_read():
    assert rows(respond("A", "A", "A"), NOTHING_OBSERVED) == ["started True"] * 3


def test_refusal_of_the_whole_request_needs_no_read():
    assert rows(BatchResponse(refusal=NotDelivered("x")), NOTHING_OBSERVED) == ["refused False"] * 3


@pytest.mark.parametrize(
    "response",
    [
        respond("A", JOB_CODE, "A"),
        respond("A", "A"),
        respond("A", "A", "A", JOB_CODE),
        respond(),
        respond(JOB_CODE, JOB_CODE, JOB_CODE),
        LOST,
    ],
)
def test_any_other_response_requires_a_read(response):
    assert rows(response, NOTHING_OBSERVED) is None
    assert rows(response, NOTHING_OBSERVED, time_is_up=True) is not None


def test_a_longer_response_that_accepts_everything_needs_no_read():
    """All elements accept, so those of the jobs do."""
    assert rows(respond("A", "A", "A", "A"), NOTHING_OBSERVED) == ["started True"] * 3


def test_mixed_response():
    """As soon as the accepted jobs show the start, the others are refused, unless another client started a job."""
    response = respond(JOB_CODE, "A", JOB_CODE)
    assert rows(response, observed()) is None
    assert rows(response, observed({2})) == ["refused False*", "started True*", "refused False*"]
    assert rows(response, observed({2}, is_settled=True)) == ["refused False", "started True", "refused False"]


def test_mixed_response_in_another_order():
    response = respond("A", JOB_CODE, JOB_CODE)
    assert rows(response, observed({3}, is_settled=True)) == ["refused False", "refused False", "started True"]


def test_refusal_that_another_client_may_explain_waits_until_the_statuses_are_settled():
    response = respond(OTHER_CODE, "A", JOB_CODE)
    assert rows(response, observed({2})) is None
    assert rows(response, observed({2}, is_settled=True)) == ["refused False", "started True", "refused False"]
    single = respond(OTHER_CODE)
    assert rows(single, observed(), count=1) is None
    assert rows(single, observed({1}), count=1) == ["already_active False"]


def test_more_starts_than_accepted_elements():
    """One of the starts is that of another client, and the order of the elements is not guaranteed."""
    response = respond("A", JOB_CODE)
    assert rows(response, observed({1, 2}), count=2) == ["already_active None*"] * 2
    results = reconcile(START, submitted(1, 2), response, observed({1, 2}))
    assert not results[1].failed and results[1].msg == (
        "Outcome unknown. The response does not show whether the job was started by this task or by another client. "
        "The job is already active."
    )


@pytest.mark.parametrize("response", [respond(JOB_CODE), respond(JOB_CODE, JOB_CODE, "A")])
def test_response_of_another_length_that_shows_another_client(response):
    assert rows(response, observed({1, 2}), count=2) == ["already_active None*"] * 2


@pytest.mark.parametrize("response", [respond("A"), LOST])
def test_all_jobs_show_the_start_after_an_incomplete_response(response):
    assert rows(response, observed({1, 2}), count=2) == ["started True*"] * 2


def test_incomplete_response_is_decided_at_the_end():
    """The number of accepted requests is unknown, so no status contradicts it if the service takes longer than expected."""
    response = respond("A")
    assert rows(response, observed({1}, is_settled=True)) is None
    assert rows(response, observed({1}, is_settled=True), time_is_up=True) == ["started True", "refused False", "refused False"]
    assert rows(response, observed({1}), time_is_up=True) == ["started True*", "unknown None*", "unknown None*"]


def test_lost_response_is_never_a_refusal():
    assert rows(LOST, observed({1}, is_settled=True)) is None
    assert rows(LOST, observed({1}, is_settled=True), time_is_up=True) == ["started True*", "unknown None*", "unknown None*"]


def test_deleted_job_shows_another_client():
    response = respond("A", JOB_CODE, "A")
    assert rows(response, observed({1}, gone={3}, is_settled=True)) == ["started True", "refused False", "started True"]
    # The code shows that the deleted job is the one that was refused.
    assert rows(respond("A", "DLI.13007"), observed({1}, gone={2}), count=2) == ["started True", "refused False"]
    assert rows(respond("A", JOB_CODE), observed({1}, gone={2}), count=2) == ["already_active None*", "unknown None*"]
    short = rows(respond("A"), observed({1}, gone={3}, is_settled=True), time_is_up=True)
    assert short == ["already_active None*", "refused False", "unknown None*"]


def test_start_that_may_show_nothing():
    """The submission of a job may fail again at once."""
    jobs = {job_id: PlannedJob(job_id, job(job_id, "job_submit_fail")) for job_id in (1, 2)}
    seen = observed({2}, is_settled=True)
    assert reconcile(START, jobs, respond("A"), seen, time_is_up=True)[1].state == "unknown"
    assert reconcile(START, jobs, respond("A", JOB_CODE), seen)[1].reconciled


@pytest.mark.parametrize(
    ("trigger_savepoint", "status", "state"),
    [(True, "job_running", "unknown"), (True, "job_submitting", "refused"), (False, "job_running", "refused")],
)
def test_stop_that_may_show_nothing(trigger_savepoint, status, state):
    """After a savepoint that failed, the job runs again."""
    jobs = {job_id: PlannedJob(job_id, job(job_id, status)) for job_id in (1, 2)}
    results = reconcile(Stop(trigger_savepoint), jobs, respond("A"), observed({2}, is_settled=True), time_is_up=True)
    assert results[1].state == state


def test_service_that_takes_longer_than_expected():
    response = respond("A", JOB_CODE, "A")
    assert rows(response, observed({1}, is_settled=True)) is None
    late = rows(response, observed({1}, is_settled=True), time_is_up=True)
    assert late == ["started True*", "unknown None*", "unknown None*"]


def test_reasons_of_refusals():
    """A position is used if all positions agree; otherwise a reason is reported only if there is just one."""
    agreeing = reconcile(START, submitted(*JOBS), respond("DLI.13005", "A", JOB_CODE), observed({2}, is_settled=True))
    assert [agreeing[job_id].error_code for job_id in JOBS] == ["DLI.13005", None, JOB_CODE]
    several = reconcile(START, submitted(*JOBS), respond("A", "DLI.13005", JOB_CODE), observed({3}, is_settled=True))
    assert [several[job_id].error_code for job_id in JOBS] == [None] * 3
    assert several[1].msg == "Not started: refused by the service. The response does not show the reason for this job."
    short = reconcile(START, submitted(*JOBS), respond(JOB_CODE), observed({3}, is_settled=True), True)
    assert [short[job_id].error_code for job_id in JOBS] == [None] * 3, "one of two"
    single = reconcile(START, submitted(*JOBS), respond(JOB_CODE), observed({2, 3}, is_settled=True), True)
    assert [single[job_id].error_code for job_id in JOBS] == [JOB_CODE, None, None]
    texts = BatchResponse(elements=(ACCEPT, refusal("DLI.13005", "b"), refusal("DLI.13005", "a")))
    same = reconcile(START, submitted(*JOBS), texts, observed({3}, is_settled=True))
    assert [same[job_id].error_code for job_id in JOBS] == ["DLI.13005", "DLI.13005", None]
    assert same[1].msg == same[2].msg


def test_message_names_the_status_only_if_the_response_does_not_show_the_start():
    agreeing = reconcile(START, submitted(1, 2), respond("A", JOB_CODE), observed({1}))
    assert agreeing[1].msg == "Start accepted." and agreeing[1].reconciled
    reordered = reconcile(START, submitted(1, 2), respond(JOB_CODE, "A"), observed({1}))
    assert "determined from the job's status" in reordered[1].msg


def test_unknown_outcome_explains_the_response_and_the_last_read():
    running = submitted(1, status="job_running")
    seen = Observation(True, latest={1: job(1, "job_idle")}, error=NotDelivered("no route"))
    lost = reconcile(STOP, running, LOST, seen, True)[1]
    assert lost.msg == (
        "Outcome unknown. The response was lost. Run the task again. Jobs that are already inactive are not changed. "
        "The last read failed: no route."
    )
    assert (lost.state, lost.status, lost.status_before) == ("unknown", "job_idle", "job_running")
    mismatch = reconcile(STOP, running, respond(), NOTHING_OBSERVED, True)[1]
    assert mismatch.msg == (
        "Outcome unknown. The response does not match the requested jobs, and the status of the job does not show the outcome "
        "yet. Run the task again. Jobs that are already inactive are not changed."
    )
    assert mismatch.status == "job_running"


def test_job_that_may_have_ended_by_itself():
    seen = observed({1}, spontaneous={1}, status="job_finish")
    result = reconcile(STOP, submitted(1, status="job_running"), LOST, seen)[1]
    assert (result.state, result.changed, result.failed) == ("already_stopped", None, False)
    assert result.msg == (
        "Outcome unknown. The response does not show whether the job was stopped by this task or has ended by itself. "
        "The job is not running."
    )


def test_result_of_an_accepted_request_has_the_status_of_the_last_read_only_if_it_has_changed():
    for status, shown in (("job_finish", "job_finish"), ("job_running", "job_canceling")):
        seen = observed({1}, is_settled=True)._replace(latest={1: job(1, status), 2: job(2, "job_running")})
        results = reconcile(STOP, submitted(1, 2, status="job_running"), respond("A", "DLI.15002"), seen)
        assert (results[1].state, results[1].status) == ("stopped", shown)
        assert (results[2].state, results[2].status, results[2].reconciled) == ("refused", "job_running", False)


def test_refused_job_is_unchanged_only_if_its_status_was_read_and_is_the_requested_one():
    """A job may show the request of another client in its start time only; its status then does not satisfy the request."""
    response, running = respond("DLI.15002"), submitted(1, status="job_running")
    seen = observed({1})
    for status, state in (("job_finish", "already_stopped"), ("job_idle", "refused"), (None, "refused")):
        latest = {1: job(1, status)} if status else {}
        result = reconcile(STOP, running, response, seen._replace(latest=latest))[1]
        assert (result.state, result.status, result.reconciled) == (state, status or "job_running", False)
    deleted = reconcile(Delete(False), running, response, seen._replace(latest={1: None}))[1]
    assert (deleted.state, deleted.status) == ("absent", None)


def test_no_result_is_returned_while_any_outcome_is_open():
    response, running = respond("A", OTHER_CODE), submitted(1, 2, status="job_running")
    assert reconcile(STOP, running, response, observed({1})) is None
    assert list(reconcile(STOP, running, response, observed({1}, is_settled=True))) == [1, 2]


@pytest.mark.parametrize("code", ["A", "DLI.15002", None])
def test_deleted_job_of_an_operation_without_a_code_for_absent_jobs(code):
    """The response does not show whether the job was deleted before or after the request."""
    running, response = submitted(1, 2, status="job_running"), respond(code)
    seen = observed({2}, gone={1}, is_settled=True, status="job_cancel_success")
    results = reconcile(STOP, running, response, seen)
    assert [results[job_id].changed for job_id in (1, 2)] == [None, None]


def test_deleted_job_of_an_operation_with_a_code_for_absent_jobs():
    seen = observed({2}, gone={1}, is_settled=True)
    for response, changed in ((respond(START.absent_code), [False, None]), (respond("A"), [None, None])):
        results = reconcile(START, submitted(1, 2), response, seen)
        assert [results[job_id].changed for job_id in (1, 2)] == changed
