# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Assigning the elements of a response to jobs: all small cases, compared with what the service did."""

from __future__ import annotations

from itertools import chain, combinations, permutations

import pytest

from ansible_collections.huaweicloud.cloud.plugins.module_utils._batch import reconcile
from ansible_collections.huaweicloud.cloud.plugins.module_utils._batch.job_result import PlannedJob
from ansible_collections.huaweicloud.cloud.plugins.module_utils._batch.operations.delete import Delete
from ansible_collections.huaweicloud.cloud.plugins.module_utils._batch.operations.stop import Stop
from ansible_collections.huaweicloud.cloud.plugins.module_utils._batch.reconcile import (
    ACCEPTED,
    CONCURRENT_CHANGE,
    NOTHING_OBSERVED,
    REFUSED,
    UNATTRIBUTED,
    UNDETERMINED,
    Observation,
    Verdict,
    conclude,
)
from ansible_collections.huaweicloud.cloud.plugins.module_utils._batch.reconcile import find_verdicts as find_verdicts_with_codes
from ansible_collections.huaweicloud.cloud.plugins.module_utils._batch.reconcile import reconcile as results_of
from ansible_collections.huaweicloud.cloud.plugins.module_utils._dli.batch_response import BatchResponse
from ansible_collections.huaweicloud.cloud.plugins.module_utils._dli.error_codes import JOB_ERROR_CODES
from ansible_collections.huaweicloud.cloud.plugins.module_utils._errors import NotDelivered

from ..fakes import ACCEPTED as ACCEPT
from ..fakes import job, refusal

JOBS = (1, 2, 3)
STOP = Stop(False)


def find_verdicts(submitted, response, observed, time_is_up):
    """Return the verdicts on a start."""
    return find_verdicts_with_codes(submitted, response, observed, time_is_up, JOB_ERROR_CODES)


def subsets(items):
    items = list(items)
    return [set(some) for some in chain.from_iterable(combinations(items, n) for n in range(len(items) + 1))]


def observed(applied=(), gone=(), spontaneous=(), is_settled=False):
    return Observation(True, frozenset(applied), frozenset(gone), frozenset(spontaneous), is_settled)


def kinds(verdicts):
    return {job_id: None if verdict is None else verdict.kind for job_id, verdict in verdicts.items()}


def responses_for(accepted, submitted):
    """Yield every array that a service may send: in any order, too short, too long, or as one object."""
    elements = [ACCEPT if job_id in accepted else refusal() for job_id in submitted]
    for order in set(permutations(range(len(submitted)))):
        yield BatchResponse(elements=tuple(elements[place] for place in order))
    for keep in range(1, len(submitted)):
        yield BatchResponse(elements=tuple(elements[:keep]))
    yield BatchResponse(elements=tuple(elements + [ACCEPT]))
    yield BatchResponse(indeterminate="the response was lost")


@pytest.mark.parametrize("size", [1, 2, 3])
@pytest.mark.parametrize("time_is_up", [False, True])
def test_verdicts_are_correct_if_no_other_client_starts_the_jobs(size, time_is_up):
    """For each array and each set of jobs that show the start so far, accepted and refused jobs are the real ones."""
    submitted = JOBS[:size]
    checked = 0
    for accepted in subsets(submitted):
        for response in responses_for(accepted, submitted):
            for applied in subsets(accepted):
                for seen in (NOTHING_OBSERVED, observed(applied)):
                    verdicts = find_verdicts(submitted, response, seen, time_is_up)
                    assert set(verdicts) == set(submitted)
                    for job_id, verdict in verdicts.items():
                        checked += 1
                        assert verdict is not None or not time_is_up
                        if verdict is not None and verdict.kind == ACCEPTED:
                            assert job_id in accepted, (accepted, response, seen)
                        if verdict is not None and verdict.kind == REFUSED:
                            assert job_id not in accepted, (accepted, response, seen)
    assert checked > 10


@pytest.mark.parametrize("size", [1, 2, 3])
def test_no_verdict_is_open_once_all_accepted_jobs_show_the_start(size):
    """With one element per job, in any order, all verdicts are certain once all accepted jobs show the start."""
    submitted = JOBS[:size]
    for accepted in subsets(submitted):
        for order in permutations(range(size)):
            elements = [ACCEPT if job_id in accepted else refusal() for job_id in submitted]
            response = BatchResponse(elements=tuple(elements[place] for place in order))
            verdicts = kinds(find_verdicts(submitted, response, observed(accepted), time_is_up=True))
            assert verdicts == {job_id: ACCEPTED if job_id in accepted else REFUSED for job_id in submitted}


def test_acceptance_of_all_jobs_needs_no_read():
    verdicts = find_verdicts(JOBS, BatchResponse(elements=(ACCEPT,) * 3), NOTHING_OBSERVED, time_is_up=False)
    assert kinds(verdicts) == dict.fromkeys(JOBS, ACCEPTED)
    assert not any(verdict.reconciled for verdict in verdicts.values())


@pytest.mark.parametrize(
    "response",
    [
        BatchResponse(elements=(ACCEPT, refusal(), ACCEPT)),
        BatchResponse(elements=(ACCEPT, ACCEPT)),
        BatchResponse(elements=(ACCEPT,)),
        BatchResponse(elements=(ACCEPT,) * 4),
        BatchResponse(elements=()),
        BatchResponse(elements=(refusal(),) * 3),
        BatchResponse(indeterminate="lost"),
    ],
)
def test_any_other_response_requires_a_read(response):
    assert kinds(find_verdicts(JOBS, response, NOTHING_OBSERVED, time_is_up=False)) == dict.fromkeys(JOBS)


def test_mixed_response_confirmed_by_the_statuses_keeps_positions_and_codes():
    response = BatchResponse(elements=(refusal("DLI.13005"), ACCEPT, refusal("DLI.13017")))
    verdicts = find_verdicts(JOBS, response, observed({2}), time_is_up=False)
    assert kinds(verdicts) == {1: REFUSED, 2: ACCEPTED, 3: REFUSED}
    assert [verdicts[1].element.code, verdicts[3].element.code] == ["DLI.13005", "DLI.13017"]
    assert not any(verdict.reconciled for verdict in verdicts.values())


def test_mixed_response_waits_until_accepted_jobs_show_the_start():
    response = BatchResponse(elements=(refusal(), ACCEPT, ACCEPT))
    assert kinds(find_verdicts(JOBS, response, observed({2}), time_is_up=False)) == dict.fromkeys(JOBS)


def test_another_order_is_detected_from_the_statuses():
    response = BatchResponse(elements=(ACCEPT, refusal(), refusal()))
    verdicts = find_verdicts(JOBS, response, observed({3}), time_is_up=True)
    assert kinds(verdicts) == {1: REFUSED, 2: REFUSED, 3: ACCEPTED}
    assert all(verdict.reconciled for verdict in verdicts.values())
    assert verdicts[1].element.code == "DLI.13017", "both refusals have the same code"


def test_another_order_with_several_codes_leaves_the_codes_open():
    response = BatchResponse(elements=(ACCEPT, refusal("DLI.13005"), refusal("DLI.13017")))
    verdicts = find_verdicts(JOBS, response, observed({3}), time_is_up=True)
    assert kinds(verdicts) == {1: REFUSED, 2: REFUSED, 3: ACCEPTED}
    assert verdicts[1].element is None and verdicts[2].element is None


def test_refused_job_that_shows_the_start_was_started_by_another_client():
    response = BatchResponse(elements=(ACCEPT, refusal("DLI.13099"), ACCEPT))
    verdicts = find_verdicts(JOBS, response, observed({1, 2, 3}), time_is_up=False)
    assert kinds(verdicts) == {1: ACCEPTED, 2: CONCURRENT_CHANGE, 3: ACCEPTED}
    assert all(verdict.reconciled for verdict in verdicts.values()), "in another order, another client could have started job 1"


def test_deleted_job_does_not_delay_the_others():
    response = BatchResponse(elements=(ACCEPT, refusal(), ACCEPT))
    verdicts = kinds(find_verdicts(JOBS, response, observed({1}, gone={3}), time_is_up=False))
    assert verdicts == {1: ACCEPTED, 2: UNDETERMINED, 3: UNDETERMINED}


def test_status_decides_after_a_lost_response():
    response = BatchResponse(indeterminate="lost")
    assert kinds(find_verdicts(JOBS, response, observed({1}, gone={3}), False)) == {1: ACCEPTED, 2: None, 3: UNDETERMINED}
    assert kinds(find_verdicts(JOBS, response, observed({1}), True)) == {1: ACCEPTED, 2: UNDETERMINED, 3: UNDETERMINED}


def test_verdict_from_the_status_is_marked_as_reconciled():
    seen = observed({1, 2}, gone={3}, spontaneous={2})
    assert find_verdicts(JOBS, BatchResponse(indeterminate="lost"), seen, False) == {
        1: Verdict(ACCEPTED, None, True),
        2: Verdict(UNATTRIBUTED, None, True),
        3: Verdict(UNDETERMINED, None, True),
    }


def test_verdict_from_the_response_keeps_its_element():
    elements = (ACCEPT, refusal("DLI.13099"), refusal("DLI.13017"))
    assert find_verdicts(JOBS, BatchResponse(elements=elements), observed({1, 2}), False) == {
        1: Verdict(ACCEPTED, elements[0], reconciled=True),
        2: Verdict(CONCURRENT_CHANGE, elements[1], reconciled=True),
        3: Verdict(REFUSED, elements[2]),
    }
    assert find_verdicts(JOBS, BatchResponse(elements=(ACCEPT,) * 3), NOTHING_OBSERVED, False)[2] == Verdict(ACCEPTED, ACCEPT)


def test_contradiction_between_response_and_statuses():
    """Job 3 does not show the start although it was accepted by position, and no time remains."""
    elements = (ACCEPT, refusal("DLI.13099", "b"), ACCEPT)
    response = BatchResponse(elements=elements)
    assert find_verdicts(JOBS, response, observed({1}, spontaneous={1}), True) == {
        1: Verdict(UNATTRIBUTED, reconciled=True),
        2: Verdict(UNDETERMINED, reconciled=True),
        3: Verdict(UNDETERMINED, reconciled=True),
    }
    assert find_verdicts(JOBS, response, observed({1, 2}), True) == {
        1: Verdict(ACCEPTED, reconciled=True),
        2: Verdict(ACCEPTED, reconciled=True),
        3: Verdict(REFUSED, elements[1], reconciled=True),
    }


@pytest.mark.parametrize("order", [("a", "b"), ("b", "a")])
def test_refusals_with_one_code_and_several_texts_have_the_same_reason(order):
    elements = (ACCEPT, *(refusal("DLI.13005", text) for text in order))
    verdicts = find_verdicts(JOBS, BatchResponse(elements=elements), observed({3}), True)
    assert verdicts[1].element == verdicts[2].element == refusal("DLI.13005", "a")


def test_refusal_that_another_client_may_explain_waits_until_the_statuses_are_settled():
    response = BatchResponse(elements=(refusal("DLI.13099"), ACCEPT, refusal("DLI.13017")))
    assert kinds(find_verdicts(JOBS, response, observed({2}), False)) == dict.fromkeys(JOBS)
    for seen in (observed({2}, is_settled=True), observed({2}, gone={1})):
        assert kinds(find_verdicts(JOBS, response, seen, False)) == {1: REFUSED, 2: ACCEPTED, 3: REFUSED}
    shown = kinds(find_verdicts(JOBS, response, observed({1, 2}), False))
    assert shown == {1: CONCURRENT_CHANGE, 2: ACCEPTED, 3: REFUSED}


def test_deleted_job_does_not_hide_that_the_statuses_are_not_settled():
    response = BatchResponse(elements=(refusal("DLI.13099"), ACCEPT, ACCEPT))
    assert kinds(find_verdicts(JOBS, response, observed({2}, gone={3}), False)) == dict.fromkeys(JOBS)
    settled = find_verdicts(JOBS, response, observed({2}, gone={3}, is_settled=True), False)
    assert kinds(settled) == {1: UNDETERMINED, 2: ACCEPTED, 3: UNDETERMINED}


def submitted(*job_ids):
    return {job_id: PlannedJob(job_id, job(job_id, "job_running")) for job_id in job_ids}


def test_result_of_a_job_without_a_certain_outcome_explains_the_response_and_the_last_read():
    seen = Observation(True, latest={1: job(1, "job_idle")}, error=NotDelivered("no route"))
    lost = conclude(STOP, submitted(1), BatchResponse(indeterminate="The response was lost."), seen)[1]
    assert lost.msg == (
        "Outcome unknown. The response was lost. Run the task again. Jobs that are already inactive are not changed. "
        "The last read failed: no route."
    )
    assert (lost.state, lost.status, lost.status_before) == ("unknown", "job_idle", "job_running")
    mismatch = conclude(STOP, submitted(1), BatchResponse(elements=(ACCEPT, ACCEPT)), NOTHING_OBSERVED)[1]
    assert mismatch.msg == (
        "Outcome unknown. The response does not match the requested jobs, and the status of the job does not show the outcome "
        "yet. Run the task again. Jobs that are already inactive are not changed."
    )
    assert mismatch.status == "job_running"


def test_result_of_an_accepted_request_has_the_status_of_the_last_read_only_if_it_has_changed():
    response = BatchResponse(elements=(ACCEPT, refusal("DLI.13017")))
    for status, shown in (("job_finish", "job_finish"), ("job_running", "job_canceling")):
        seen = observed({1}, is_settled=True)._replace(latest={1: job(1, status), 2: job(2, "job_running")})
        results = results_of(STOP, submitted(1, 2), response, seen)
        assert (results[1].state, results[1].status) == ("stopped", shown)
        assert (results[2].state, results[2].status, results[2].reconciled) == ("refused", "job_running", False)


def test_refused_job_is_unchanged_only_if_its_status_was_read_and_is_the_requested_one():
    """A job may show the request of another client in its start time only; its status then does not satisfy the request."""
    response = BatchResponse(elements=(refusal("DLI.15002"),))
    seen = observed({1})
    for status, state in (("job_finish", "already_stopped"), ("job_idle", "refused"), (None, "refused")):
        latest = {1: job(1, status)} if status else {}
        result = results_of(STOP, submitted(1), response, seen._replace(latest=latest))[1]
        assert (result.state, result.status, result.reconciled) == (state, status or "job_running", True)
    deleted = results_of(Delete(False), submitted(1), response, seen)[1]
    assert deleted.state == "refused", "the job was not read"
    deleted = results_of(Delete(False), submitted(1), response, seen._replace(latest={1: None}))[1]
    assert (deleted.state, deleted.status) == ("absent", None)


def test_no_result_is_returned_while_any_verdict_is_open():
    response = BatchResponse(elements=(ACCEPT, refusal("DLI.13099")))
    assert results_of(STOP, submitted(1, 2), response, observed({1})) is None
    assert list(results_of(STOP, submitted(1, 2), response, observed({1}, is_settled=True))) == [1, 2]


def test_refusal_of_the_whole_request_needs_no_read():
    verdicts = find_verdicts(JOBS, BatchResponse(refusal=NotDelivered("x")), NOTHING_OBSERVED, time_is_up=False)
    assert kinds(verdicts) == dict.fromkeys(JOBS, REFUSED)


def test_verdicts_are_distinct():
    assert len({reconcile.ACCEPTED, reconcile.REFUSED, reconcile.CONCURRENT_CHANGE, reconcile.UNDETERMINED}) == 4
