# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which element belongs to which job: all small cases, compared with what the service did."""

from __future__ import annotations

from itertools import chain, combinations, permutations

import pytest

from ansible_collections.huaweicloud.cloud.plugins.module_utils._batch import reconcile
from ansible_collections.huaweicloud.cloud.plugins.module_utils._batch.reconcile import (
    ACCEPTED,
    CONCURRENT_CHANGE,
    NOTHING_OBSERVED,
    REFUSED,
    UNDETERMINED,
    Observation,
)
from ansible_collections.huaweicloud.cloud.plugins.module_utils._batch.reconcile import find_verdicts as find_verdicts_with_codes
from ansible_collections.huaweicloud.cloud.plugins.module_utils._dli.batch_response import BatchResponse
from ansible_collections.huaweicloud.cloud.plugins.module_utils._dli.error_codes import JOB_ERROR_CODES
from ansible_collections.huaweicloud.cloud.plugins.module_utils._errors import NotDelivered

from ..fakes import ACCEPTED as ACCEPT
from ..fakes import refusal

JOBS = (1, 2, 3)


def find_verdicts(sent, answer, observed, time_is_up):
    """Return the verdicts on a start."""
    return find_verdicts_with_codes(sent, answer, observed, time_is_up, JOB_ERROR_CODES)


def subsets(items):
    items = list(items)
    return [set(some) for some in chain.from_iterable(combinations(items, n) for n in range(len(items) + 1))]


def observed(moved=(), gone=()):
    return Observation(True, frozenset(moved), frozenset(gone))


def kinds(verdicts):
    return {job_id: None if verdict is None else verdict.kind for job_id, verdict in verdicts.items()}


def answers_for(accepted, sent):
    """Yield every array a service may send for a truth: in any order, too short, too long, or as one object."""
    elements = [ACCEPT if job_id in accepted else refusal() for job_id in sent]
    for order in set(permutations(range(len(sent)))):
        yield BatchResponse(elements=tuple(elements[place] for place in order))
    for keep in range(1, len(sent)):
        yield BatchResponse(elements=tuple(elements[:keep]))
    yield BatchResponse(elements=tuple(elements + [ACCEPT]))
    yield BatchResponse(indeterminate="the answer was lost")


@pytest.mark.parametrize("size", [1, 2, 3])
@pytest.mark.parametrize("time_is_up", [False, True])
def test_no_verdict_is_a_lie_while_nobody_else_starts_the_jobs(size, time_is_up):
    """Whatever the array looks like and however little has moved so far, started means started and refused means refused."""
    sent = JOBS[:size]
    checked = 0
    for accepted in subsets(sent):
        for answer in answers_for(accepted, sent):
            for moved in subsets(accepted):
                for seen in (NOTHING_OBSERVED, observed(moved)):
                    verdicts = find_verdicts(sent, answer, seen, time_is_up)
                    assert set(verdicts) == set(sent)
                    for job_id, verdict in verdicts.items():
                        checked += 1
                        assert verdict is not None or not time_is_up
                        if verdict is not None and verdict.kind == ACCEPTED:
                            assert job_id in accepted, (accepted, answer, seen)
                        if verdict is not None and verdict.kind == REFUSED:
                            assert job_id not in accepted, (accepted, answer, seen)
    assert checked > 10


@pytest.mark.parametrize("size", [1, 2, 3])
def test_everything_is_told_once_all_that_was_accepted_has_moved(size):
    """With one element per job and all movement visible nothing stays unknown, in whatever order the array came."""
    sent = JOBS[:size]
    for accepted in subsets(sent):
        for order in permutations(range(size)):
            elements = [ACCEPT if job_id in accepted else refusal() for job_id in sent]
            answer = BatchResponse(elements=tuple(elements[place] for place in order))
            verdicts = kinds(find_verdicts(sent, answer, observed(accepted), time_is_up=True))
            assert verdicts == {job_id: ACCEPTED if job_id in accepted else REFUSED for job_id in sent}


def test_unanimous_acceptance_needs_no_look():
    verdicts = find_verdicts(JOBS, BatchResponse(elements=(ACCEPT,) * 3), NOTHING_OBSERVED, time_is_up=False)
    assert kinds(verdicts) == dict.fromkeys(JOBS, ACCEPTED)
    assert not any(verdict.reconciled for verdict in verdicts.values())


@pytest.mark.parametrize(
    "answer",
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
def test_everything_else_is_looked_at_first(answer):
    assert kinds(find_verdicts(JOBS, answer, NOTHING_OBSERVED, time_is_up=False)) == dict.fromkeys(JOBS)


def test_mixed_answer_confirmed_by_the_statuses_keeps_its_positions_and_codes():
    answer = BatchResponse(elements=(refusal("DLI.13005"), ACCEPT, refusal("DLI.13017")))
    verdicts = find_verdicts(JOBS, answer, observed({2}), time_is_up=False)
    assert kinds(verdicts) == {1: REFUSED, 2: ACCEPTED, 3: REFUSED}
    assert [verdicts[1].element.code, verdicts[3].element.code] == ["DLI.13005", "DLI.13017"]
    assert not any(verdict.reconciled for verdict in verdicts.values())


def test_mixed_answer_waits_for_what_was_accepted_to_move():
    answer = BatchResponse(elements=(refusal(), ACCEPT, ACCEPT))
    assert kinds(find_verdicts(JOBS, answer, observed({2}), time_is_up=False)) == dict.fromkeys(JOBS)


def test_another_order_is_seen_from_the_statuses():
    answer = BatchResponse(elements=(ACCEPT, refusal(), refusal()))
    verdicts = find_verdicts(JOBS, answer, observed({3}), time_is_up=True)
    assert kinds(verdicts) == {1: REFUSED, 2: REFUSED, 3: ACCEPTED}
    assert all(verdict.reconciled for verdict in verdicts.values())
    assert verdicts[1].element.code == "DLI.13017", "both refusals had one code, so it is everybody's"


def test_another_order_with_several_codes_leaves_the_codes_open():
    answer = BatchResponse(elements=(ACCEPT, refusal("DLI.13005"), refusal("DLI.13017")))
    verdicts = find_verdicts(JOBS, answer, observed({3}), time_is_up=True)
    assert kinds(verdicts) == {1: REFUSED, 2: REFUSED, 3: ACCEPTED}
    assert verdicts[1].element is None and verdicts[2].element is None


def test_refused_but_moved_was_somebody_else():
    answer = BatchResponse(elements=(ACCEPT, refusal("DLI.13099"), ACCEPT))
    verdicts = find_verdicts(JOBS, answer, observed({1, 2, 3}), time_is_up=False)
    assert kinds(verdicts) == {1: ACCEPTED, 2: CONCURRENT_CHANGE, 3: ACCEPTED}
    assert all(verdict.reconciled for verdict in verdicts.values()), "in another order, 1 could be another client's"


def test_a_job_that_vanished_does_not_hold_up_the_others():
    answer = BatchResponse(elements=(ACCEPT, refusal(), ACCEPT))
    verdicts = kinds(find_verdicts(JOBS, answer, observed({1}, gone={3}), time_is_up=False))
    assert verdicts == {1: ACCEPTED, 2: UNDETERMINED, 3: UNDETERMINED}


def test_status_alone_decides_after_a_lost_answer():
    answer = BatchResponse(indeterminate="lost")
    assert kinds(find_verdicts(JOBS, answer, observed({1}, gone={3}), False)) == {1: ACCEPTED, 2: None, 3: UNDETERMINED}
    assert kinds(find_verdicts(JOBS, answer, observed({1}), True)) == {1: ACCEPTED, 2: UNDETERMINED, 3: UNDETERMINED}


def test_a_certain_refusal_of_the_whole_request_needs_no_look():
    verdicts = find_verdicts(JOBS, BatchResponse(refusal=NotDelivered("x")), NOTHING_OBSERVED, time_is_up=False)
    assert kinds(verdicts) == dict.fromkeys(JOBS, REFUSED)


def test_verdict_words_are_distinct():
    assert len({reconcile.ACCEPTED, reconcile.REFUSED, reconcile.CONCURRENT_CHANGE, reconcile.UNDETERMINED}) == 4
