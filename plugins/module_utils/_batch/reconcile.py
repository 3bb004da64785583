# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whose element is whose: the truth about each job of a batch, from the service's answer and the jobs' own statuses. Pure.

The answer carries no ids and no promise of order. Where all elements accept and there is one for each job, order cannot
matter. Everything else is confirmed by reading the jobs; a job that is seen to have moved has had it done to it, and where
position and statuses disagree, the statuses are reported. What cannot be told in time is ``unknown``, never a guess.
"""

from __future__ import annotations

import typing as t
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from .._dli.batch_response import BatchResponse, ItemResponse

DONE = "done"
REFUSED = "refused"
CONCURRENT_CHANGE = "somebody else"
UNKNOWN = "unknown"
UNATTRIBUTED = "moot"  #: the job is as it was wanted, and nobody knows by whose hand


class Verdict(t.NamedTuple):
    """What became of one job that was sent. ``reconciled``: learnt from its status, not from the answer."""

    what: str
    element: ItemResponse | None = None
    reconciled: bool = False


@dataclass(frozen=True)
class Observation:
    """What the jobs' own statuses have shown since the request was sent."""

    looked: bool
    moved: frozenset[int]
    gone: frozenset[int]
    moot: frozenset[int] = frozenset()  #: of those that moved, the ones that may have come there by themselves
    long_enough: bool = False  #: whether a job that somebody else has just done it to would have shown it


NOTHING_OBSERVED = Observation(False, frozenset(), frozenset())


def reconcile(
    sent: Sequence[int], answer: BatchResponse, sight: Observation, time_is_up: bool, job_error_codes: Collection[str]
) -> Mapping[int, Verdict | None]:
    """Return a verdict per job; :data:`None` means: look (again).

    :arg time_is_up: decide now; what is still open becomes ``unknown``.
    :arg faults: codes that are about the job itself, whoever else has a hand in it.
    """
    if answer.refusal is not None:
        return dict.fromkeys(sent, Verdict(REFUSED))
    if answer.indeterminate is None and len(answer.elements) == len(sent):
        return _one_element_each(sent, answer.elements, sight, time_is_up, job_error_codes)
    return {job_id: _from_status(job_id, sight, time_is_up) for job_id in sent}


def _from_status(job_id: int, sight: Observation, time_is_up: bool) -> Verdict | None:
    """Judge a job by its status alone."""
    if job_id in sight.moved:
        return _seen(job_id, sight)
    if time_is_up or job_id in sight.gone:
        return Verdict(UNKNOWN, reconciled=True)
    return None


def _seen(job_id: int, sight: Observation) -> Verdict:
    """Judge a job that has moved."""
    return Verdict(UNATTRIBUTED if job_id in sight.moot else DONE, reconciled=True)


def _one_element_each(
    sent: Sequence[int], elements: Sequence[ItemResponse], sight: Observation, time_is_up: bool, job_error_codes: Collection[str]
) -> Mapping[int, Verdict | None]:
    by_job = dict(zip(sent, elements))
    accepted = {job_id for job_id, element in by_job.items() if element.accepted}
    if len(accepted) == len(sent):
        return {job_id: Verdict(DONE, element) for job_id, element in by_job.items()}
    if not sight.looked and not time_is_up:
        return dict.fromkeys(sent)
    puzzling = {i for i, element in by_job.items() if not element.accepted and element.code not in job_error_codes}
    will_wait = sight.long_enough or time_is_up or puzzling <= sight.moved | sight.gone
    if accepted <= sight.moved and will_wait:
        contested = not sight.moved <= accepted
        return {job_id: _confirmed(element, job_id in sight.moved, contested) for job_id, element in by_job.items()}
    if not time_is_up and not (will_wait and accepted - sight.moved <= sight.gone):
        return dict.fromkeys(sent)
    return _contradicted(by_job, accepted, sight)


def _confirmed(element: ItemResponse, moved: bool, contested: bool) -> Verdict:
    """Position and statuses agree: every job that was accepted by position has moved.

    :arg contested: a job that was refused by position has moved too, so somebody else had a hand in the batch, and that
        the position is right is likely but no longer sure.
    """
    if element.accepted:
        return Verdict(DONE, element, reconciled=contested)
    return Verdict(CONCURRENT_CHANGE, element, reconciled=True) if moved else Verdict(REFUSED, element)


def _contradicted(
    by_job: Mapping[int, ItemResponse], accepted: set[int], sight: Observation
) -> dict[int, Verdict | None]:
    """Some job that was accepted by position has not moved, and there is no more time to wait for it.

    If exactly as many jobs moved as were accepted, the array was in another order: those that moved are the accepted
    ones. Otherwise only what did move where position says so too is certain.
    """
    reordered = len(sight.moved) == len(accepted)
    refusals = {element for element in by_job.values() if not element.accepted}
    only_refusal = min(refusals, key=str) if len({element.code for element in refusals}) == 1 else None
    verdicts: dict[int, Verdict | None] = {}
    for job_id in by_job:
        if job_id in sight.moved and (reordered or job_id in accepted):
            verdicts[job_id] = _seen(job_id, sight)
        elif reordered:
            verdicts[job_id] = Verdict(REFUSED, only_refusal, reconciled=True)
        else:
            verdicts[job_id] = Verdict(UNKNOWN, reconciled=True)
    return verdicts
