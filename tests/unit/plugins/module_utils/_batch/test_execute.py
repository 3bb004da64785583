# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The flow of a batch with an in-memory service: find, plan, submit, reconcile, wait."""

from __future__ import annotations

import pytest

from ansible_collections.huaweicloud.cloud.plugins.module_utils._batch.execute import BatchOptions, execute_batch
from ansible_collections.huaweicloud.cloud.plugins.module_utils._batch.job_result import JobResult, PlannedJob
from ansible_collections.huaweicloud.cloud.plugins.module_utils._batch.operations.delete import Delete
from ansible_collections.huaweicloud.cloud.plugins.module_utils._batch.operations.export import Export
from ansible_collections.huaweicloud.cloud.plugins.module_utils._batch.operations.start import Start
from ansible_collections.huaweicloud.cloud.plugins.module_utils._batch.operations.stop import Stop
from ansible_collections.huaweicloud.cloud.plugins.module_utils._batch.reconcile import GRACE_PERIOD
from ansible_collections.huaweicloud.cloud.plugins.module_utils._dli.batch_response import BatchResponse, ItemResponse
from ansible_collections.huaweicloud.cloud.plugins.module_utils._dli.job_status import STATUSES
from ansible_collections.huaweicloud.cloud.plugins.module_utils._errors import (
    NotDelivered,
    ResponseLost,
    ServiceError,
    TaskAbandoned,
)
from ansible_collections.huaweicloud.cloud.plugins.module_utils._options import WaitOptions, select

from ..fakes import ACCEPTED, FakeClock, FakeDli, context, job, refusal


def task(
    ids=(), names=(), resume_savepoint=False, check_mode=False, wait=False, wait_timeout=600, confirm_timeout=60, operation=None
):
    """Return options with short timeouts; the default operation is a start."""
    selection = select([str(job_id) for job_id in ids], list(names))
    waiting = WaitOptions(wait, wait_timeout, 5, confirm_timeout)
    return BatchOptions(operation or Start(resume_savepoint), selection, check_mode, waiting)


def run(dli, clock, options, progress=None, overall_timeout=600.0):
    """Run a batch, and check that each request has a deadline."""
    on_progress = (progress if progress is not None else []).append
    outcome = execute_batch(context(dli, clock, overall_timeout, on_progress), options)
    assert None not in dli.deadlines
    return outcome


def runs(dli):
    return [call for call in dli.calls if call[0] == "run"]


def states(outcome):
    return [row.state for row in outcome.results]


def test_start_of_all_jobs_takes_one_read_and_one_request():
    dli = FakeDli(job(131), job(130))
    outcome = run(dli, FakeClock(), task([131, 130], resume_savepoint=True))
    assert [row.job_id for row in outcome.results] == [131, 130]
    assert states(outcome) == ["started", "started"]
    assert all(row.changed and not row.failed and row.status == "job_submitting" for row in outcome.results)
    assert dli.calls == [("list", 0, None), ("run", (131, 130), True)]


PLANS = {
    "job_init": "started",
    "job_submitting": "already_active",
    "job_submit_fail": "started",
    "job_running": "already_active",
    "job_running_exception": "started",
    "job_downloading": "already_active",
    "job_idle": "not_startable",
    "job_canceling": "not_startable",
    "job_cancel_success": "started",
    "job_cancel_fail": "not_startable",
    "job_savepointing": "not_startable",
    "job_arrearage_stopped": "not_startable",
    "job_arrearage_recovering": "already_active",
    "job_finish": "started",
    "job_status_of_the_future": "not_startable",
}


def test_table_contains_every_status():
    assert set(STATUSES) < set(PLANS)


@pytest.mark.parametrize("check_mode", [True, False])
@pytest.mark.parametrize(("status", "state"), sorted(PLANS.items()))
def test_status_allows_or_prevents_a_start(status, state, check_mode):
    dli = FakeDli(job(1, status))
    (row,) = run(dli, FakeClock(), task([1], check_mode=check_mode)).results
    assert (row.state, row.status_before) == (state, status)
    assert row.failed == (state == "not_startable")
    assert len(runs(dli)) == (0 if check_mode or state != "started" else 1)
    if state == "not_startable":
        assert status in row.msg


def test_check_mode_predicts_the_result_and_sends_no_start():
    jobs = [job(number, status) for number, status in enumerate(sorted(PLANS), start=1)]
    jobs += [job(50, has_savepoint=False), job(51, has_savepoint=True), job(52, name="twice"), job(53, name="twice")]
    options = task([*range(1, len(PLANS) + 1), 50, 51, 999], ["twice", "missing", "job_3"], resume_savepoint=True)
    predicting, running = FakeDli(*jobs), FakeDli(*jobs)
    predicted = run(predicting, FakeClock(), options._replace(check_mode=True))
    elements = [refusal() if number == 50 else ACCEPTED for number in startable(jobs)]
    running.responses = [BatchResponse(elements=tuple(elements))]
    running.on_run = lambda: [running.set(n, "job_submitting") for n in startable(jobs) if n != 50]
    reported = run(running, FakeClock(), options)
    # Only a run shows whether another client may have acted at the same time.
    certain = [row._replace(reconciled=False) for row in reported.results]
    assert predicted == reported._replace(results=certain)
    assert runs(predicting) == [] and len(runs(running)) == 1


def startable(jobs):
    return [one.job_id for one in jobs if PLANS[one.status] == "started" and one.name != "twice"]


def test_unknown_id_and_names():
    dli = FakeDli(job(1, name="one"), job(2, name="twice"), job(3, name="twice"))
    outcome = run(dli, FakeClock(), task([999, 1], ["one", "twice", "missing"]))
    assert states(outcome) == ["not_found", "started", "ambiguous", "not_found"]
    unknown, _one, ambiguous, missing = outcome.results
    assert unknown.error_code == "DLI.16001" and unknown.status_before is None
    assert "2, 3" in ambiguous.msg and ambiguous.job_id is None and ambiguous.name == "twice"
    assert missing.name == "missing" and missing.error_code is None
    assert outcome.warnings == ["Duplicate job: one in job_names is job 1 in job_ids. Each job is handled once."]


def test_published_mixed_response():
    """dli-api.md 1.3: accepted, no savepoint, invalid SQL, each with its own result."""
    dli = FakeDli(job(130), job(138), job(137))
    dli.responses = [BatchResponse(elements=(ACCEPTED, refusal("DLI.13017"), refusal("DLI.13005", "mismatched input")))]
    dli.on_run = lambda: dli.set(130, "job_submitting")
    outcome = run(dli, FakeClock(), task([130, 138, 137], resume_savepoint=True))
    assert states(outcome) == ["started", "refused", "refused"]
    assert [row.error_code for row in outcome.results] == [None, "DLI.13017", "DLI.13005"]
    assert "resume_savepoint" in outcome.results[1].msg and "mismatched input" in outcome.results[2].msg
    assert all(row.reconciled for row in outcome.results), "in another order, it could be the start of another client"
    assert len(dli.calls) == 3, "one read before, one POST, one read after"


def test_confirmation_waits_for_a_stale_status():
    dli, clock = FakeDli(job(1), job(2, has_savepoint=False)), FakeClock()
    dli.responses = [BatchResponse(elements=(ACCEPTED, refusal()))]
    clock.at(20, lambda: dli.set(1, "job_submitting"))
    assert states(run(dli, clock, task([1, 2]))) == ["started", "refused"]
    assert 20 <= clock.now() - 1000 <= 26


def test_short_response_is_decided_at_the_end():
    """The number of accepted requests is unknown, so no status contradicts it if the service takes longer than expected."""
    dli, clock = FakeDli(job(1), job(2)), FakeClock()
    dli.responses = [BatchResponse(elements=(ACCEPTED,))]
    dli.on_run = lambda: dli.set(2, "job_running", start_time=5)
    outcome = run(dli, clock, task([1, 2], confirm_timeout=30))
    assert states(outcome) == ["refused", "started"]
    assert not any(row.reconciled for row in outcome.results)
    assert clock.now() - 1000 == 30


def test_outcome_is_unknown_if_the_status_does_not_show_it():
    dli, clock = FakeDli(job(1), job(2)), FakeClock()
    dli.responses = [BatchResponse(elements=(ACCEPTED,))]
    dli.on_run = lambda: dli.set(2, "job_running", start_time=5)
    outcome = run(dli, clock, task([1, 2], confirm_timeout=GRACE_PERIOD / 2))
    assert states(outcome) == ["unknown", "started"]
    assert [row.changed for row in outcome.results] == [None, True]
    assert all(row.reconciled for row in outcome.results)
    assert clock.now() - 1000 == GRACE_PERIOD / 2


def test_lost_response_starts_no_job_twice():
    dli, clock = FakeDli(job(1), job(2)), FakeClock()
    dli.responses = [BatchResponse(indeterminate="No complete response to the request to start 2 jobs.")]
    clock.at(3, lambda: dli.set(1, "job_finish", start_time=7))
    outcome = run(dli, clock, task([1, 2]))
    assert states(outcome) == ["started", "unknown"]
    assert outcome.results[1].msg == (
        "Outcome unknown. No complete response to the request to start 2 jobs. "
        "Run the task again. Jobs that are already active are not started again."
    )
    assert len(runs(dli)) == 1


def test_start_time_shows_a_restart_that_ends_in_the_same_status():
    dli = FakeDli(job(1, "job_finish", start_time=5))
    dli.responses = [BatchResponse(indeterminate="lost")]
    dli.on_run = lambda: dli.set(1, "job_finish", start_time=9)
    outcome = run(dli, FakeClock(), task([1]))
    assert states(outcome) == ["started"]
    assert outcome.results[0].msg == (
        "Started. This was determined from the job's status, because the response was lost or unclear."
    )


def test_confirmation_continues_after_failed_reads():
    dli, clock = FakeDli(job(1)), FakeClock()
    dli.responses = [BatchResponse(indeterminate="lost")]
    dli.on_run = lambda: (dli.set(1, "job_submitting"), dli.errors.extend([ResponseLost("x"), ResponseLost("y")]))
    assert states(run(dli, clock, task([1]))) == ["started"]


@pytest.mark.parametrize("wait", [True, False])
def test_confirmation_ends_when_credentials_are_rejected(wait):
    dli, clock = FakeDli(job(1)), FakeClock()
    dli.responses = [BatchResponse(indeterminate="lost")]
    dli.on_run = lambda: dli.errors.extend([ServiceError("HTTP 401", 401, "APIGW.0301")] * 9)
    outcome = run(dli, clock, task([1], wait=wait))
    assert states(outcome) == ["unknown"] and outcome.results[0].msg.endswith("The last read failed: HTTP 401.")
    assert len(dli.errors) == 8


def test_request_rejected_as_a_whole():
    dli = FakeDli(job(1), job(2, "job_running"))
    dli.responses = [BatchResponse(refusal=ServiceError("HTTP 403", 403, "APIGW.0302"))]
    outcome = run(dli, FakeClock(), task([1, 2]))
    assert states(outcome) == ["refused", "already_active"]
    assert outcome.results[0].error_code == "APIGW.0302" and "HTTP 403" in outcome.results[0].msg
    assert len(dli.calls) == 2


def test_request_not_delivered():
    dli = FakeDli(job(1))
    dli.responses = [BatchResponse(refusal=NotDelivered("connection refused"))]
    (row,) = run(dli, FakeClock(), task([1])).results
    assert (row.state, row.changed, row.error_code) == ("refused", False, None)


def test_job_started_by_another_client_is_unchanged():
    dli = FakeDli(job(1))
    dli.responses = [BatchResponse(elements=(refusal("DLI.99999", "is running"),))]
    dli.on_run = lambda: dli.set(1, "job_running", start_time=3)
    (row,) = run(dli, FakeClock(), task([1])).results
    assert (row.state, row.changed, row.failed, row.status) == ("already_active", False, False, "job_running")


def test_job_deleted_by_another_client_is_unknown():
    dli, clock = FakeDli(job(1)), FakeClock()
    dli.responses = [BatchResponse(indeterminate="lost")]
    dli.on_run = dli.jobs.clear
    assert states(run(dli, clock, task([1]))) == ["unknown"]
    assert clock.now() == 1000, "no other read can change the outcome"


def test_deleted_job_is_not_read_again_while_others_are_confirmed():
    dli, clock = FakeDli(job(1), job(2)), FakeClock()
    dli.responses = [BatchResponse(indeterminate="lost")]
    dli.on_run = lambda: dli.jobs.pop(1)
    clock.at(3, lambda: dli.set(2, "job_running"))
    outcome = run(dli, clock, task([1, 2]))
    assert states(outcome) == ["unknown", "already_active"], "another client has deleted job 1, and may have started job 2"
    assert outcome.results[0].status == "job_cancel_success", "the last status that was read"
    assert clock.now() - 1000 < 6 and dli.calls.count(("show", 1)) == 1


def test_outcome_contains_the_submitted_jobs_and_all_warnings():
    dli = FakeDli(job(1), job(2, "job_running"))
    options = task(["1", "1", "2"], ["job_1"], wait=True, wait_timeout=20)
    outcome = run(dli, FakeClock(), options)
    assert outcome.submitted == {1: PlannedJob(1, job(1))}
    assert outcome.warnings == [
        "The option job_ids contains 1 more than once. Each job is handled once.",
        "Duplicate job: job_1 in job_names is job 1 in job_ids. Each job is handled once.",
    ]
    assert outcome.waited == 20


def test_requests_before_the_wait_end_with_the_task():
    """A confirmation ends after confirm_timeout, or earlier with the task. A wait has its own timeout."""
    dli, clock = FakeDli(job(1)), FakeClock()
    dli.responses = [BatchResponse(indeterminate="lost")]
    clock.at(4, lambda: dli.set(1, "job_submitting"))
    clock.at(12, lambda: dli.set(1, "job_running"))
    run(dli, clock, task([1], wait=True, wait_timeout=300, confirm_timeout=60), overall_timeout=600)
    assert dli.deadlines[:3] == [1600, 1600, 1030], "a check may take half of the time that is left"
    assert dli.deadlines[-1] == 1012.5 + 295 / 2, "the wait began at 7.5 s, when the start was confirmed"


@pytest.mark.parametrize(("overall_timeout", "ends"), [(600, 1060), (20, 1020)])
def test_confirmation_ends_with_its_timeout_or_with_the_task(overall_timeout, ends):
    dli, clock = FakeDli(job(1)), FakeClock()
    dli.responses = [BatchResponse(indeterminate="lost")]
    assert states(run(dli, clock, task([1]), overall_timeout=overall_timeout)) == ["unknown"]
    assert clock.now() == ends


def test_response_after_the_end_of_the_task_is_not_confirmed():
    dli, clock = FakeDli(job(1)), FakeClock()
    dli.responses = [BatchResponse(indeterminate="lost")]
    dli.on_run = lambda: clock.sleep(600)
    assert states(run(dli, clock, task([1]))) == ["unknown"]
    assert len(dli.calls) == 2, "one read before, one POST"


def test_lost_response_to_a_stop_is_attributed_only_to_a_stop():
    """A job that finishes or fails may have ended by itself; a later read of another job does not change this."""
    dli, clock = FakeDli(*[job(number, "job_running") for number in (1, 2, 3)]), FakeClock()
    dli.responses = [BatchResponse(indeterminate="lost")]
    dli.on_run = lambda: (dli.set(1, "job_finish"), dli.set(2, "job_canceling"))
    clock.at(3, lambda: dli.set(3, "job_cancel_success"))
    outcome = run(dli, clock, task([1, 2, 3], operation=Stop(False)))
    assert states(outcome) == ["already_stopped", "stopped", "stopped"]
    assert [row.changed for row in outcome.results] == [None, True, True]
    assert [row.status for row in outcome.results] == ["job_finish", "job_canceling", "job_cancel_success"]


def test_lost_response_to_a_deletion_is_confirmed_when_the_job_no_longer_exists():
    dli, clock = FakeDli(job(1), job(2)), FakeClock()
    dli.responses = [BatchResponse(indeterminate="lost")]
    dli.on_run = lambda: dli.jobs.pop(1)
    outcome = run(dli, clock, task([1, 2], operation=Delete(False), confirm_timeout=5))
    assert states(outcome) == ["deleted", "unknown"]
    assert outcome.results[0].status is None and outcome.results[1].status == "job_cancel_success"


def test_job_deleted_by_another_client_after_a_refused_deletion_is_unchanged():
    dli = FakeDli(job(1))
    dli.responses = [BatchResponse(elements=(refusal("DLI.17001", "no job"),))]
    dli.on_run = dli.jobs.clear
    (row,) = run(dli, FakeClock(), task([1], operation=Delete(False))).results
    assert row == JobResult(
        1,
        "job_1",
        "absent",
        status_before="job_cancel_success",
        msg="Unchanged: another client has already deleted the job.",
    )


def test_jobs_that_do_not_exist_are_already_deleted():
    dli = FakeDli()
    outcome = run(dli, FakeClock(), task([9], ["missing"], operation=Delete(False), wait=True))
    assert outcome.results == [
        JobResult(9, None, "absent", msg="Unchanged: the project has no job with this ID."),
        JobResult(None, "missing", "absent", msg="Unchanged: the project has no job with this name."),
    ]
    assert outcome.waited == 0 and outcome.submitted == {}


def test_messages_for_unknown_and_ambiguous_jobs():
    dli = FakeDli(job(2, name="twice"), job(3, name="twice"))
    outcome = run(dli, FakeClock(), task([9], ["twice", "missing"]))
    assert outcome.results == [
        JobResult(
            9,
            None,
            "not_found",
            failed=True,
            error_code="DLI.16001",
            msg=(
                "Not started: the project has no job with this ID (DLI.16001). "
                "Check the ID. The job may have been deleted, or may belong to another project."
            ),
        ),
        JobResult(
            None,
            "twice",
            "ambiguous",
            failed=True,
            msg="Not started: 2 jobs have this name: 2, 3. Specify the job by its ID.",
        ),
        JobResult(
            None,
            "missing",
            "not_found",
            failed=True,
            msg="Not started: the project has no job with this name. Check the name.",
        ),
    ]


def test_two_names_of_one_job_are_handled_once():
    """With an ID and a name, the job is handled as the ID; an ambiguous name is reported even if one of its jobs is selected."""
    dli = FakeDli(job(1, name="one"), job(2, name="twice"), job(3, name="twice"))
    outcome = run(dli, FakeClock(), task([2], ["twice", "one"]))
    assert states(outcome) == ["started", "ambiguous", "started"] and outcome.warnings == []
    assert runs(dli) == [("run", (2, 1), False)]


def test_refusal_without_a_reason():
    dli = FakeDli(job(1))
    dli.responses = [BatchResponse(elements=(ItemResponse(False),))]
    (row,) = run(dli, FakeClock(), task([1])).results
    assert row.msg.startswith("Not started: refused by the service without a reason.")


def test_another_order_with_several_codes_has_no_certain_reason():
    dli, clock = FakeDli(job(1), job(2), job(3)), FakeClock()
    dli.responses = [BatchResponse(elements=(ACCEPTED, refusal("DLI.13005"), refusal("DLI.13017")))]
    dli.on_run = lambda: dli.set(3, "job_running")
    outcome = run(dli, clock, task([1, 2, 3]))
    assert states(outcome) == ["refused", "refused", "started"]
    assert "does not show the reason for this job" in outcome.results[0].msg


# --- waiting ---------------------------------------------------------------------------------------------------------


def test_wait_until_all_jobs_run():
    dli, clock = FakeDli(job(1), job(2, "job_submitting"), job(3, "job_running")), FakeClock()
    clock.at(12, lambda: dli.set(1, "job_running"))
    clock.at(20, lambda: dli.set(2, "job_running"))
    outcome = run(dli, clock, task([1, 2, 3], wait=True))
    assert states(outcome) == ["started", "already_active", "already_active"]
    assert [row.status for row in outcome.results] == ["job_running"] * 3
    assert [row.changed for row in outcome.results] == [True, False, False]
    assert clock.now() - 1000 == 20


def test_job_may_run_and_finish_between_two_reads():
    dli, clock = FakeDli(job(1, "job_init")), FakeClock()
    clock.at(3, lambda: dli.set(1, "job_finish", start_time=3))
    (row,) = run(dli, clock, task([1], wait=True)).results
    assert (row.state, row.status, row.failed) == ("started", "job_finish", False)


@pytest.mark.parametrize(
    "status", ["job_submit_fail", "job_running_exception", "job_cancel_success", "job_cancel_fail", "job_arrearage_stopped"]
)
def test_job_that_ends_otherwise_is_failed_and_changed(status):
    dli, clock = FakeDli(job(1, "job_init"), job(2)), FakeClock()
    clock.at(3, lambda: (dli.set(1, status, status_desc="no  CU\nleft"), dli.set(2, "job_running")))
    bad, good = run(dli, clock, task([1, 2], wait=True)).results
    assert (bad.state, bad.changed, bad.failed, bad.status) == ("failed", True, True, status)
    assert bad.msg.startswith(f"Failed: the status is now {status} (") and "). Reason: no CU left. " in bad.msg
    assert (good.state, good.failed) == ("started", False)


def test_status_from_before_the_start_does_not_end_the_wait():
    """The old status, a failure, is still read for a while after an accepted start (dli-api.md 0.1-8)."""
    dli, clock = FakeDli(job(1, "job_submit_fail", status_desc="old reason")), FakeClock()
    clock.at(30, lambda: dli.set(1, "job_submitting"))
    clock.at(40, lambda: dli.set(1, "job_running"))
    (row,) = run(dli, clock, task([1], wait=True)).results
    assert (row.state, row.status) == ("started", "job_running")


@pytest.mark.parametrize("status", ["job_submitting", "job_init", "job_status_of_the_future", "job_savepointing"])
def test_wait_ends_after_the_timeout(status):
    dli, clock = FakeDli(job(1, "job_init")), FakeClock()
    clock.at(3, lambda: dli.set(1, status))
    (row,) = run(dli, clock, task([1], wait=True, wait_timeout=62)).results
    assert (row.state, row.changed, row.failed) == ("timed_out", True, True)
    assert 62 <= clock.now() - 1000 < 63
    assert row.msg.startswith("Not running after 62 s. The last known status is ")


def test_wait_continues_after_failed_reads():
    dli, clock = FakeDli(job(1)), FakeClock()
    dli.on_run = lambda: dli.errors.extend([ResponseLost("x"), ServiceError("HTTP 500", 500, None)])
    clock.at(12, lambda: dli.set(1, "job_running"))
    (row,) = run(dli, clock, task([1], wait=True)).results
    assert (row.state, row.failed) == ("started", False)


def test_timeout_reports_the_last_failed_read():
    dli, clock = FakeDli(job(1)), FakeClock()
    dli.on_run = lambda: dli.errors.extend([ResponseLost("connection reset")] * 1000)
    (row,) = run(dli, clock, task([1], wait=True, wait_timeout=30)).results
    assert row.state == "timed_out"
    assert row.msg == (
        "Not running after 30 s. The last known status is job_submitting. Run the task again to continue waiting. "
        "The last read failed: connection reset."
    )


@pytest.mark.parametrize(
    ("operation", "before", "after", "known"),
    [
        (Start(False), "job_init", "job_submitting", "The last known status is job_submitting"),
        (Start(False), "job_init", "job_init", "The last known status is job_init, the same as before the start"),
        (Delete(True), "job_running", None, "The status is unknown"),
    ],
)
def test_timeout_reports_the_last_known_status(operation, before, after, known):
    """Without a time to wait, no job is read, so the status after an accepted deletion is not known."""
    dli, clock = FakeDli(job(1, before)), FakeClock()
    seconds = 30 if after else 0
    clock.at(1, lambda: dli.set(1, after))
    (row,) = run(dli, clock, task([1], operation=operation, wait=True, wait_timeout=seconds)).results
    goal = "running" if after else "deleted"
    assert row.msg == f"Not {goal} after {seconds} s. {known}. Run the task again to continue waiting."
    assert (row.state, row.changed, row.failed, row.status) == ("timed_out", True, True, after)
    assert clock.now() == 1000 + seconds and (after or len(dli.calls) == 2)


def test_shortest_wait_reads_the_jobs_at_its_end():
    dli, clock = FakeDli(job(1)), FakeClock()
    clock.at(1, lambda: dli.set(1, "job_running"))
    (row,) = run(dli, clock, task([1], wait=True, wait_timeout=1)).results
    assert (row.state, row.status, clock.now()) == ("started", "job_running", 1001)


def test_wait_without_time_reads_no_job():
    dli, clock = FakeDli(job(1, "job_submitting")), FakeClock()
    (row,) = run(dli, clock, task([1], wait=True, wait_timeout=0)).results
    assert (row.state, row.changed) == ("timed_out", False)
    assert len(dli.calls) == 1 and clock.now() == 1000


@pytest.mark.parametrize(
    ("operation", "status", "changes", "msg"),
    [
        (Start(False), "job_init", {1: "job_running"}, "Start accepted. The status is now job_running."),
        (
            Start(False),
            "job_downloading",
            {1: "job_running"},
            "Unchanged: the job is already downloading. The status is now job_running.",
        ),
        (Stop(True), "job_running", {1: "job_cancel_success"}, "Stop accepted. The status is now job_cancel_success."),
        (Delete(True), "job_running", {1: None}, "Deletion accepted. The job no longer exists."),
        (Export("b/f"), "job_init", {}, "Export accepted."),
    ],
)
def test_message_after_a_successful_wait(operation, status, changes, msg):
    dli, clock = FakeDli(job(1, status)), FakeClock()
    dli.export_jobs = lambda job_ids, obs_dir, deadline: ["a.zip"]
    for seconds, new in changes.items():
        clock.at(seconds, lambda new=new: dli.set(1, new) if new else dli.jobs.clear())
    (row,) = run(dli, clock, task([1], operation=operation, wait=True)).results
    assert (row.msg, row.failed) == (msg, False)
    assert row.status == changes.get(1, status)


def test_messages_of_jobs_that_fail_during_a_wait():
    dli, clock = FakeDli(job(1, "job_init"), job(2, "job_init"), job(3, "job_init")), FakeClock()
    clock.at(1, lambda: (dli.set(1, "job_submit_fail", status_desc="no  CU\nleft"), dli.set(2, "job_cancel_success")))
    clock.at(1, lambda: dli.jobs.pop(3))
    failed = [(row.state, row.changed, row.failed, row.status, row.msg) for row in waited_results(dli, clock, [1, 2, 3])]
    assert failed == [
        (
            "failed",
            True,
            True,
            "job_submit_fail",
            "Failed: the status is now job_submit_fail (submission failed). Reason: no CU left. "
            "Fix the cause, then run the task again.",
        ),
        (
            "failed",
            True,
            True,
            "job_cancel_success",
            "Failed: the status is now job_cancel_success (stopped). Run the task again, unless the stop was intended.",
        ),
        ("failed", True, True, None, "Failed: the job was deleted in the meantime."),
    ]


def waited_results(dli, clock, ids):
    return run(dli, clock, task(ids, wait=True)).results


def test_stop_of_a_job_that_is_running_again_has_failed():
    dli, clock = FakeDli(job(1, "job_running")), FakeClock()
    clock.at(1, lambda: dli.set(1, "job_savepointing"))
    clock.at(8, lambda: dli.set(1, "job_running"))
    (row,) = run(dli, clock, task([1], operation=Stop(True, will_wait=True), wait=True)).results
    assert (row.state, row.failed, row.status) == ("failed", True, "job_running")
    assert row.msg == (
        "Failed: the status is now job_running (running). "
        "The stop or the savepoint before it failed, or the job only created a savepoint. Run the task again."
    )
    assert 8 <= clock.now() - 1000 <= 15


@pytest.mark.parametrize("status", [401, 403])
def test_wait_ends_when_credentials_are_rejected(status):
    dli, clock = FakeDli(job(1)), FakeClock()
    dli.on_run = lambda: dli.errors.extend([ServiceError(f"HTTP {status}", status, None)] * 9)
    (row,) = run(dli, clock, task([1], wait=True)).results
    assert (row.state, row.changed, row.failed) == ("unknown", True, True)
    assert row.msg == f"Start accepted. The outcome could not be read: HTTP {status}."
    assert len(dli.errors) == 8


def test_job_deleted_during_a_wait_is_failed():
    dli, clock = FakeDli(job(1), job(2)), FakeClock()
    clock.at(3, lambda: (dli.jobs.pop(1), dli.set(2, "job_running")))
    outcome = run(dli, clock, task([1, 2], wait=True))
    assert states(outcome) == ["failed", "started"] and "deleted" in outcome.results[0].msg


def test_running_job_needs_no_wait():
    clock = FakeClock()
    run(FakeDli(job(1, "job_running")), clock, task([1], wait=True))
    assert clock.now() == 1000


# --- many jobs --------------------------------------------------------------------------------------------------------


def too_large(status=413, code="APIGW.0201"):
    return BatchResponse(refusal=ServiceError("too large", status, code))


@pytest.mark.parametrize("refusal_of_all", [too_large(), too_large(400, "DLI.0001")], ids=["body", "parameter"])
def test_batch_is_halved_until_the_service_accepts_it(refusal_of_all):
    dli = FakeDli(*[job(number) for number in range(1, 8)])
    dli.responses = [refusal_of_all, refusal_of_all]
    outcome = run(dli, FakeClock(), task(range(1, 8)))
    assert states(outcome) == ["started"] * 7
    assert [len(call[1]) for call in runs(dli)] == [7, 4, 2, 2, 2, 1]


def test_single_job_that_is_too_large_is_refused():
    dli = FakeDli(job(1), job(2))
    dli.responses = [too_large(), too_large()]
    assert states(run(dli, FakeClock(), task([1, 2]))) == ["refused", "started"]


def test_each_part_is_confirmed_separately():
    dli = FakeDli(*[job(number) for number in range(1, 5)])
    dli.responses = [too_large(), BatchResponse(elements=(ACCEPTED, refusal())), BatchResponse(indeterminate="lost")]
    dli.on_run = lambda: [dli.set(number, "job_running") for number in (1, 3) if len(runs(dli)) >= number]
    outcome = run(dli, FakeClock(), task([1, 2, 3, 4], confirm_timeout=5))
    assert states(outcome) == ["started", "refused", "started", "unknown"]


def test_wait_reports_each_progress_once():
    dli, clock, progress = FakeDli(job(1), job(2)), FakeClock(), []
    clock.at(12, lambda: dli.set(1, "job_running"))
    clock.at(40, lambda: dli.set(2, "job_running"))
    run(dli, clock, task([1, 2], wait=True), progress)
    assert progress == [
        "0 of 2 jobs settled: 2 job_cancel_success.",
        "1 of 2 jobs settled: 1 job_cancel_success, 1 job_running.",
        "2 of 2 jobs settled: 2 job_running.",
    ]


# --- another client -------------------------------------------------------------------------------------------------


def test_refusal_with_an_unknown_code_is_confirmed_after_the_grace_period():
    """Second of two tasks: the start of the first one is accepted, but the old status is still read."""
    dli, clock = FakeDli(job(1)), FakeClock()
    dli.responses = [BatchResponse(elements=(refusal("DLI.13099", "may not be started"),))]
    clock.at(5, lambda: dli.set(1, "job_running"))
    (row,) = run(dli, clock, task([1])).results
    assert (row.state, row.changed, row.failed, row.status) == ("already_active", False, False, "job_running")
    assert row.msg == "Unchanged: another client has already started the job."


def test_grace_period_ends():
    dli, clock = FakeDli(job(1)), FakeClock()
    dli.responses = [BatchResponse(elements=(refusal("DLI.13099", "may not be started"),))]
    (row,) = run(dli, clock, task([1])).results
    assert (row.state, row.error_code) == ("refused", "DLI.13099") and "run the task again" in row.msg
    assert 10 <= clock.now() - 1000 <= 13


def test_grace_period_includes_its_last_moment():
    dli, clock = FakeDli(job(1)), FakeClock()
    dli.responses = [BatchResponse(elements=(refusal("DLI.13099", "may not be started"),))]
    show_job = dli.show_job

    def show_after_10_seconds(job_id, deadline=None):
        clock.sleep(10 if runs(dli) else 0)
        return show_job(job_id, deadline)

    dli.show_job = show_after_10_seconds
    assert states(run(dli, clock, task([1]))) == ["refused"]
    assert clock.now() == 1010, "one read is sufficient"


@pytest.mark.parametrize("code", ["DLI.13007", "DLI.13017", "DLI.13005", "DLI.13024"])
def test_refusal_that_applies_to_the_job_needs_no_grace_period(code):
    dli, clock = FakeDli(job(1)), FakeClock()
    dli.responses = [BatchResponse(elements=(refusal(code),))]
    (row,) = run(dli, clock, task([1])).results
    assert (row.state, row.error_code, clock.now()) == ("refused", code, 1000)


def test_abandoned_task_sends_nothing_more():
    """The wait ends as well."""
    dli = FakeDli(job(1))
    dli.errors = [None, TaskAbandoned("abandoned")]
    with pytest.raises(TaskAbandoned):
        run(dli, FakeClock(), task([1], wait=True))
