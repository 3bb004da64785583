# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The flow of a batch with a service in memory: find, plan, submit, reconcile, wait."""

from __future__ import annotations

import pytest

from ansible_collections.huaweicloud.cloud.plugins.module_utils._batch.execute import BatchOptions, execute_batch
from ansible_collections.huaweicloud.cloud.plugins.module_utils._batch.operations.start import Start
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


def task(ids=(), names=(), resume_savepoint=False, check_mode=False, wait=False, wait_timeout=600, confirm_timeout=60):
    """Return options with short times."""
    selection = select([str(job_id) for job_id in ids], list(names))
    return BatchOptions(Start(resume_savepoint), selection, check_mode, WaitOptions(wait, wait_timeout, 5, confirm_timeout))


def run(dli, clock, wanted, shown=None):
    return execute_batch(context(dli, clock, on_progress=(shown if shown is not None else []).append), wanted)


def runs(dli):
    return [call for call in dli.calls if call[0] == "run"]


def states(outcome):
    return [row.state for row in outcome.results]


def test_all_started_takes_one_look_and_one_post():
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
    "job_word_of_tomorrow": "not_startable",
}


def test_the_table_of_plans_is_complete():
    assert set(STATUSES) < set(PLANS)


@pytest.mark.parametrize("check_mode", [True, False])
@pytest.mark.parametrize(("status", "state"), sorted(PLANS.items()))
def test_what_each_status_allows(status, state, check_mode):
    dli = FakeDli(job(1, status))
    (row,) = run(dli, FakeClock(), task([1], check_mode=check_mode)).results
    assert (row.state, row.status_before) == (state, status)
    assert row.failed == (state == "not_startable")
    assert len(runs(dli)) == (0 if check_mode or state != "started" else 1)
    if state == "not_startable":
        assert status in row.msg


def test_check_mode_says_what_the_run_then_says_and_sends_nothing():
    jobs = [job(number, status) for number, status in enumerate(sorted(PLANS), start=1)]
    jobs += [job(50, has_savepoint=False), job(51, has_savepoint=True), job(52, name="twice"), job(53, name="twice")]
    wanted = task([*range(1, len(PLANS) + 1), 50, 51, 999], ["twice", "missing", "job_3"], resume_savepoint=True)
    predicting, running = FakeDli(*jobs), FakeDli(*jobs)
    predicted = run(predicting, FakeClock(), task_with(wanted, check_mode=True))
    elements = [refusal() if number == 50 else ACCEPTED for number in startable(jobs)]
    running.answers = [BatchResponse(elements=tuple(elements))]
    running.on_run = lambda: [running.set(n, "job_submitting") for n in startable(jobs) if n != 50]
    reported = run(running, FakeClock(), wanted)
    assert predicted == reported
    assert runs(predicting) == [] and len(runs(running)) == 1


def startable(jobs):
    return [one.job_id for one in jobs if PLANS[one.status] == "started" and one.name != "twice"]


def task_with(base, **changes):
    return BatchOptions(**{**base.__dict__, **changes})


def test_unknown_id_and_names():
    dli = FakeDli(job(1, name="one"), job(2, name="twice"), job(3, name="twice"))
    outcome = run(dli, FakeClock(), task([999, 1], ["one", "twice", "missing"]))
    assert states(outcome) == ["not_found", "started", "ambiguous", "not_found"]
    unknown, _one, ambiguous, missing = outcome.results
    assert unknown.error_code == "DLI.16001" and unknown.status_before is None
    assert "2, 3" in ambiguous.msg and ambiguous.job_id is None and ambiguous.name == "twice"
    assert missing.name == "missing" and missing.error_code is None
    assert any("one is job 1" in warning for warning in outcome.warnings)


def test_published_mixed_answer():
    """dli-api.md 1.3: accepted, no savepoint, bad SQL, each on its own."""
    dli = FakeDli(job(130), job(138), job(137))
    dli.answers = [BatchResponse(elements=(ACCEPTED, refusal("DLI.13017"), refusal("DLI.13005", "mismatched input")))]
    dli.on_run = lambda: dli.set(130, "job_submitting")
    outcome = run(dli, FakeClock(), task([130, 138, 137], resume_savepoint=True))
    assert states(outcome) == ["started", "refused", "refused"]
    assert [row.error_code for row in outcome.results] == [None, "DLI.13017", "DLI.13005"]
    assert "resume_savepoint" in outcome.results[1].msg and "mismatched input" in outcome.results[2].msg
    assert not any(row.reconciled for row in outcome.results)
    assert len(dli.calls) == 3, "one look before, one POST, one look after"


def test_a_stale_status_is_waited_out():
    dli, clock = FakeDli(job(1), job(2, has_savepoint=False)), FakeClock()
    dli.answers = [BatchResponse(elements=(ACCEPTED, refusal()))]
    clock.at(20, lambda: dli.set(1, "job_submitting"))
    assert states(run(dli, clock, task([1, 2]))) == ["started", "refused"]
    assert 20 <= clock.now() - 1000 <= 26


def test_nobody_knows_when_the_status_never_tells():
    dli, clock = FakeDli(job(1), job(2)), FakeClock()
    dli.answers = [BatchResponse(elements=(ACCEPTED,))]
    dli.on_run = lambda: dli.set(2, "job_running", start_time=5)
    outcome = run(dli, clock, task([1, 2], confirm_timeout=30))
    assert states(outcome) == ["unknown", "started"]
    assert [row.changed for row in outcome.results] == [None, True]
    assert all(row.reconciled for row in outcome.results)
    assert clock.now() - 1000 == 30


def test_a_lost_answer_is_never_sent_again():
    dli, clock = FakeDli(job(1), job(2)), FakeClock()
    dli.answers = [BatchResponse(indeterminate="Could not start 2 jobs: no complete answer.")]
    clock.at(3, lambda: dli.set(1, "job_finish", start_time=7))
    outcome = run(dli, clock, task([1, 2]))
    assert states(outcome) == ["started", "unknown"]
    assert "no complete answer" in outcome.results[1].msg
    assert len(runs(dli)) == 1


def test_a_restarted_job_with_the_same_status_word_is_told_by_its_start_time():
    dli = FakeDli(job(1, "job_finish", start_time=5))
    dli.answers = [BatchResponse(indeterminate="lost")]
    dli.on_run = lambda: dli.set(1, "job_finish", start_time=9)
    assert states(run(dli, FakeClock(), task([1]))) == ["started"]


def test_looks_that_fail_while_confirming_are_borne():
    dli, clock = FakeDli(job(1)), FakeClock()
    dli.answers = [BatchResponse(indeterminate="lost")]
    dli.on_run = lambda: (dli.set(1, "job_submitting"), dli.errors.extend([ResponseLost("x"), ResponseLost("y")]))
    assert states(run(dli, clock, task([1]))) == ["started"]


@pytest.mark.parametrize("wait", [True, False])
def test_a_bad_sign_in_while_confirming_is_not_hammered(wait):
    dli, clock = FakeDli(job(1)), FakeClock()
    dli.answers = [BatchResponse(indeterminate="lost")]
    dli.on_run = lambda: dli.errors.extend([ServiceError("HTTP 401", 401, "APIGW.0301")] * 9)
    outcome = run(dli, clock, task([1], wait=wait))
    assert states(outcome) == ["unknown"] and "HTTP 401" in outcome.results[0].msg
    assert len(dli.errors) == 8


def test_the_whole_request_turned_away():
    dli = FakeDli(job(1), job(2, "job_running"))
    dli.answers = [BatchResponse(refusal=ServiceError("HTTP 403", 403, "APIGW.0302"))]
    outcome = run(dli, FakeClock(), task([1, 2]))
    assert states(outcome) == ["refused", "already_active"]
    assert outcome.results[0].error_code == "APIGW.0302" and "HTTP 403" in outcome.results[0].msg
    assert len(dli.calls) == 2


def test_the_request_never_reached_the_service():
    dli = FakeDli(job(1))
    dli.answers = [BatchResponse(refusal=NotDelivered("connection refused"))]
    (row,) = run(dli, FakeClock(), task([1])).results
    assert (row.state, row.changed, row.error_code) == ("refused", False, None)


def test_somebody_else_was_faster():
    dli = FakeDli(job(1))
    dli.answers = [BatchResponse(elements=(refusal("DLI.99999", "is running"),))]
    dli.on_run = lambda: dli.set(1, "job_running", start_time=3)
    (row,) = run(dli, FakeClock(), task([1])).results
    assert (row.state, row.changed, row.failed, row.status) == ("already_active", False, False, "job_running")


def test_a_job_deleted_under_our_hands():
    dli = FakeDli(job(1))
    dli.answers = [BatchResponse(indeterminate="lost")]
    dli.on_run = dli.jobs.clear
    assert states(run(dli, FakeClock(), task([1]))) == ["unknown"]


def test_a_refusal_without_any_reason_still_makes_a_sentence():
    dli = FakeDli(job(1))
    dli.answers = [BatchResponse(elements=(ItemResponse(False),))]
    (row,) = run(dli, FakeClock(), task([1])).results
    assert row.msg.startswith("not started: no reason given")


def test_another_order_with_several_codes_says_so():
    dli, clock = FakeDli(job(1), job(2), job(3)), FakeClock()
    dli.answers = [BatchResponse(elements=(ACCEPTED, refusal("DLI.13005"), refusal("DLI.13017")))]
    dli.on_run = lambda: dli.set(3, "job_running")
    outcome = run(dli, clock, task([1, 2, 3]))
    assert states(outcome) == ["refused", "refused", "started"]
    assert "did not say which" in outcome.results[0].msg


# --- waiting ---------------------------------------------------------------------------------------------------------


def test_waiting_until_everything_runs():
    dli, clock = FakeDli(job(1), job(2, "job_submitting"), job(3, "job_running")), FakeClock()
    clock.at(12, lambda: dli.set(1, "job_running"))
    clock.at(20, lambda: dli.set(2, "job_running"))
    outcome = run(dli, clock, task([1, 2, 3], wait=True))
    assert states(outcome) == ["started", "already_active", "already_active"]
    assert [row.status for row in outcome.results] == ["job_running"] * 3
    assert [row.changed for row in outcome.results] == [True, False, False]
    assert clock.now() - 1000 == 20


def test_a_job_may_run_and_finish_between_two_looks():
    dli, clock = FakeDli(job(1, "job_init")), FakeClock()
    clock.at(3, lambda: dli.set(1, "job_finish", start_time=3))
    (row,) = run(dli, clock, task([1], wait=True)).results
    assert (row.state, row.status, row.failed) == ("started", "job_finish", False)


@pytest.mark.parametrize(
    "status", ["job_submit_fail", "job_running_exception", "job_cancel_success", "job_cancel_fail", "job_arrearage_stopped"]
)
def test_a_job_that_ends_badly_fails_and_stays_changed(status):
    dli, clock = FakeDli(job(1, "job_init"), job(2)), FakeClock()
    clock.at(3, lambda: (dli.set(1, status, status_desc="no  CU\nleft"), dli.set(2, "job_running")))
    bad, good = run(dli, clock, task([1, 2], wait=True)).results
    assert (bad.state, bad.changed, bad.failed, bad.status) == ("failed", True, True, status)
    assert "no CU left" in bad.msg
    assert (good.state, good.failed) == ("started", False)


def test_the_status_from_before_the_start_is_no_ending():
    """A job that had failed is still read as failed for a while after its start was accepted (dli-api.md 0.1-8)."""
    dli, clock = FakeDli(job(1, "job_submit_fail", status_desc="old reason")), FakeClock()
    clock.at(30, lambda: dli.set(1, "job_submitting"))
    clock.at(40, lambda: dli.set(1, "job_running"))
    (row,) = run(dli, clock, task([1], wait=True)).results
    assert (row.state, row.status) == ("started", "job_running")


@pytest.mark.parametrize("word", ["job_submitting", "job_init", "job_word_of_tomorrow", "job_savepointing"])
def test_waiting_ends_when_time_is_up(word):
    dli, clock = FakeDli(job(1, "job_init")), FakeClock()
    clock.at(3, lambda: dli.set(1, word))
    (row,) = run(dli, clock, task([1], wait=True, wait_timeout=62)).results
    assert (row.state, row.changed, row.failed) == ("timed_out", True, True)
    assert 62 <= clock.now() - 1000 < 63
    assert "62 s" in row.msg


def test_looks_that_fail_during_a_wait_are_no_failed_jobs():
    dli, clock = FakeDli(job(1)), FakeClock()
    dli.on_run = lambda: dli.errors.extend([ResponseLost("x"), ServiceError("HTTP 500", 500, None)])
    clock.at(12, lambda: dli.set(1, "job_running"))
    (row,) = run(dli, clock, task([1], wait=True)).results
    assert (row.state, row.failed) == ("started", False)


def test_looks_that_fail_to_the_end_are_said():
    dli, clock = FakeDli(job(1)), FakeClock()
    dli.on_run = lambda: dli.errors.extend([ResponseLost("the line is dead")] * 1000)
    (row,) = run(dli, clock, task([1], wait=True, wait_timeout=30)).results
    assert row.state == "timed_out" and "the line is dead" in row.msg


@pytest.mark.parametrize("status", [401, 403])
def test_a_sign_in_that_dies_during_a_wait_is_not_hammered(status):
    dli, clock = FakeDli(job(1)), FakeClock()
    dli.on_run = lambda: dli.errors.extend([ServiceError(f"HTTP {status}", status, None)] * 9)
    (row,) = run(dli, clock, task([1], wait=True)).results
    assert (row.state, row.changed, row.failed) == ("unknown", True, True)
    assert len(dli.errors) == 8


def test_a_job_deleted_during_a_wait():
    dli, clock = FakeDli(job(1), job(2)), FakeClock()
    clock.at(3, lambda: (dli.jobs.pop(1), dli.set(2, "job_running")))
    outcome = run(dli, clock, task([1, 2], wait=True))
    assert states(outcome) == ["failed", "started"] and "deleted" in outcome.results[0].msg


def test_nothing_to_wait_for_does_not_wait():
    clock = FakeClock()
    run(FakeDli(job(1, "job_running")), clock, task([1], wait=True))
    assert clock.now() == 1000


# --- many jobs --------------------------------------------------------------------------------------------------------


def too_much(status=413, code="APIGW.0201"):
    return BatchResponse(refusal=ServiceError("too much", status, code))


@pytest.mark.parametrize("refusal_of_all", [too_much(), too_much(400, "DLI.0001")], ids=["body", "parameter"])
def test_a_batch_is_halved_until_the_service_takes_it(refusal_of_all):
    dli = FakeDli(*[job(number) for number in range(1, 8)])
    dli.answers = [refusal_of_all, refusal_of_all]
    outcome = run(dli, FakeClock(), task(range(1, 8)))
    assert states(outcome) == ["started"] * 7
    assert [len(call[1]) for call in runs(dli)] == [7, 4, 2, 2, 2, 1]


def test_one_job_that_is_too_much_is_refused():
    dli = FakeDli(job(1), job(2))
    dli.answers = [too_much(), too_much()]
    assert states(run(dli, FakeClock(), task([1, 2]))) == ["refused", "started"]


def test_each_part_settles_on_its_own():
    dli = FakeDli(*[job(number) for number in range(1, 5)])
    dli.answers = [too_much(), BatchResponse(elements=(ACCEPTED, refusal())), BatchResponse(indeterminate="lost")]
    dli.on_run = lambda: [dli.set(number, "job_running") for number in (1, 3) if len(runs(dli)) >= number]
    outcome = run(dli, FakeClock(), task([1, 2, 3, 4], confirm_timeout=5))
    assert states(outcome) == ["started", "refused", "started", "unknown"]


def test_news_of_a_wait_is_told_once_each():
    dli, clock, shown = FakeDli(job(1), job(2)), FakeClock(), []
    clock.at(12, lambda: dli.set(1, "job_running"))
    clock.at(40, lambda: dli.set(2, "job_running"))
    run(dli, clock, task([1, 2], wait=True), shown)
    assert shown == [
        "0 of 2 jobs have settled: 2 job_cancel_success",
        "1 of 2 jobs have settled: 1 job_cancel_success, 1 job_running",
        "2 of 2 jobs have settled: 2 job_running",
    ]


# --- somebody else, just before us -----------------------------------------------------------------------------------


def test_a_refusal_that_nobody_can_explain_is_given_time():
    """The second of two tasks: the first one's start is accepted, but the old status is still read."""
    dli, clock = FakeDli(job(1)), FakeClock()
    dli.answers = [BatchResponse(elements=(refusal("DLI.13099", "may not be started"),))]
    clock.at(5, lambda: dli.set(1, "job_running"))
    (row,) = run(dli, clock, task([1])).results
    assert (row.state, row.changed, row.failed, row.status) == ("already_active", False, False, "job_running")


def test_but_not_for_ever():
    dli, clock = FakeDli(job(1)), FakeClock()
    dli.answers = [BatchResponse(elements=(refusal("DLI.13099", "may not be started"),))]
    (row,) = run(dli, clock, task([1])).results
    assert (row.state, row.error_code) == ("refused", "DLI.13099") and "run the task again" in row.msg
    assert 10 <= clock.now() - 1000 <= 13


@pytest.mark.parametrize("code", ["DLI.13007", "DLI.13017", "DLI.13005", "DLI.13024"])
def test_a_fault_of_the_job_itself_needs_no_time(code):
    dli, clock = FakeDli(job(1)), FakeClock()
    dli.answers = [BatchResponse(elements=(refusal(code),))]
    (row,) = run(dli, clock, task([1])).results
    assert (row.state, row.error_code, clock.now()) == ("refused", code, 1000)


def test_whoever_started_the_task_is_gone():
    """Then nothing more is sent, and no loop goes on."""
    dli = FakeDli(job(1))
    dli.errors = [None, TaskAbandoned("given up")]
    with pytest.raises(TaskAbandoned):
        run(dli, FakeClock(), task([1], wait=True))
