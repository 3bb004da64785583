# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The claims about up to three jobs, compared with an enumeration of all histories with one other client.

The enumeration follows the rules in the docstring of ``_batch/reconcile.py`` without its arithmetic.
"""

from __future__ import annotations

from collections import Counter
from itertools import dropwhile, product, takewhile
from pathlib import Path

import pytest

from ansible_collections.huaweicloud.cloud.plugins.module_utils._batch.reconcile import (
    ABSENT,
    ENDED,
    GONE,
    MOVED,
    OPEN,
    UNCERTAIN,
    UNMOVED,
    Carried,
    Claim,
    attribute,
    carried_out,
)
from ansible_collections.huaweicloud.cloud.plugins.module_utils._dli.batch_response import BatchResponse

from ..fakes import ACCEPTED, refusal

BEHAVIOUR = Path(__file__).parents[5] / "docs/behaviour.md"
SIGNS = (MOVED, ENDED, GONE, ABSENT, UNMOVED, OPEN)
LOST = BatchResponse(indeterminate="The response was lost.")
#: What can happen to a job: whether its request is carried out, what the other client does to it, and whether it ends by itself.
EVENTS = list(product((True, False), (None, "the same", "delete"), (True, False)))


def shows(sign: str, own: bool, other: str | None, ended: bool) -> bool:
    """Return whether a job can have this sign after these events."""
    if sign == OPEN:
        return True
    if other == "delete":
        return sign == GONE or (sign == ABSENT and not own)
    if own or other == "the same":
        return sign in (MOVED, ENDED)
    return sign == (ENDED if ended else UNMOVED)


#: The events for each sign, reduced to: whether the request is carried out, and whether the other client acts.
FITTING = {
    sign: {(own, other is not None) for own, other, ended in EVENTS if shows(sign, own, other, ended)} for sign in SIGNS
}


def could_follow(response: BatchResponse, outcomes: tuple[bool, ...]) -> bool:
    """Return whether the service may send this response after these requests were carried out or not."""
    if response.indeterminate:
        return True
    elements, outcome = Counter(bool(element.accepted) for element in response.elements), Counter(outcomes)
    if len(response.elements) == len(outcomes):
        return elements == outcome
    smaller, larger = (elements, outcome) if len(response.elements) < len(outcomes) else (outcome, elements)
    return not smaller - larger


def expected(response: BatchResponse, signs: tuple[str, ...]) -> list[Claim] | None:
    """Return the strongest claim about each job that is right in all histories; None if no history fits."""
    histories = [
        history
        for history in product(*(FITTING[sign] for sign in signs))
        if could_follow(response, tuple(own for own, _other in history))
    ]
    alone = [history for history in histories if not any(other for _own, other in history)]
    if not histories:
        return None
    claims = []
    for number in range(len(signs)):
        always, without_others = ({history[number][0] for history in some} for some in (histories, alone))
        if len(always) == 1:
            claims.append(Claim(always.pop(), reconciled=False))
        else:
            claims.append(Claim(without_others.pop()) if len(without_others) == 1 else UNCERTAIN)
    return claims


def responses(size: int) -> list[BatchResponse]:
    """Return responses with each number of accepting and refusing elements, up to two too many, and a lost one."""
    counts = [(total - refusing, refusing) for total in range(size + 3) for refusing in range(total + 1)]
    return [BatchResponse(elements=(ACCEPTED,) * some + (refusal(),) * others) for some, others in counts] + [LOST]


def claims_of(response: BatchResponse, signs: tuple[str, ...]) -> list[Claim]:
    return list(attribute(carried_out(response, len(signs)), dict(enumerate(signs))).values())


@pytest.mark.parametrize("size", [1, 2, 3])
def test_claims_are_the_strongest_that_the_evidence_allows(size, statistics):
    """No claim is wrong in any history, and no outcome is unknown that could be known."""
    counts: Counter[str] = Counter()
    for response in responses(size):
        # After a lost response, no status shows that a request will not be carried out.
        for signs in product([sign for sign in SIGNS if response != LOST or sign != UNMOVED], repeat=size):
            claims = expected(response, signs)
            if claims is None:
                counts["without a history"] += 1
                continue
            assert claims_of(response, signs) == claims, (response, signs)
            counts["evidence"] += 1
            counts["claims"] += sum(claim.changed is not None for claim in claims)
            counts["unknown"] += sum(claim.changed is None for claim in claims)
    statistics(f"attribution, {size} jobs: {', '.join(f'{name} {count}' for name, count in counts.items())}")
    assert counts["claims"] > counts["unknown"] > 0


def test_late_status_is_not_a_refusal():
    """If fewer jobs show the operation than requests were accepted, the service takes longer than expected."""
    one_of_two = BatchResponse(elements=(ACCEPTED, refusal()))
    assert claims_of(one_of_two, (UNMOVED, UNMOVED)) == [UNCERTAIN, UNCERTAIN]
    assert claims_of(one_of_two, (ABSENT, UNMOVED)) == [UNCERTAIN, UNCERTAIN]
    two_of_three = BatchResponse(elements=(ACCEPTED, ACCEPTED, refusal()))
    assert claims_of(two_of_three, (MOVED, UNMOVED, UNMOVED)) == [Claim(True), UNCERTAIN, UNCERTAIN]


CASES = {
    "one element each, all accept": (2, 0, "OPEN OPEN", "yes yes"),
    "one element each, none accepts": (0, 2, "MOVED UNMOVED", "no no"),
    "as many jobs show it as elements accept": (1, 1, "MOVED UNMOVED", "yes no"),
    "the same before GRACE_PERIOD": (1, 1, "MOVED OPEN", "yes* no*"),
    "more jobs show it than elements accept": (1, 1, "MOVED MOVED", "? ?"),
    "short, all show it": (1, 0, "MOVED MOVED", "yes* yes*"),
    "short and refused, both show it": (0, 1, "MOVED MOVED", "? ?"),
    "short and refused, one shows it": (0, 1, "MOVED UNMOVED", "yes* no"),
    "long, both show it": (1, 2, "MOVED MOVED", "? ?"),
    "long, accepted": (3, 0, "MOVED MOVED", "yes yes"),
    "accepted, one job was deleted": (1, 1, "GONE UNMOVED", "yes no"),
    "one may have ended by itself": (1, 1, "MOVED ENDED", "yes* no*"),
    "both may have ended by themselves": (1, 1, "ENDED ENDED", "? ?"),
}


@pytest.mark.parametrize("case", CASES)
def test_claim(case):
    """Each row of the table in words: yes, no, ``*`` for reconciled, ``?`` for unknown."""
    accepting, refusing, words, outcomes = CASES[case]
    response = BatchResponse(elements=(ACCEPTED,) * accepting + (refusal(),) * refusing)
    signs = tuple(words.lower().split())
    assert set(signs) <= set(SIGNS)
    claims = {"yes": Claim(True, False), "no": Claim(False, False), "yes*": Claim(True), "no*": Claim(False), "?": UNCERTAIN}
    assert claims_of(response, signs) == [claims[outcome] for outcome in outcomes.split()]


def test_lost_response():
    assert claims_of(LOST, (MOVED, OPEN)) == [Claim(True), UNCERTAIN]
    assert claims_of(LOST, (MOVED, ENDED)) == [Claim(True), UNCERTAIN]
    assert claims_of(LOST, (MOVED, GONE)) == [UNCERTAIN, UNCERTAIN]


#: Cells of the tables in docs/behaviour.md.
RESPONSES = {
    "one element for each job": lambda size, total: total == size,
    "array with too few elements, or a single object": lambda size, total: 0 < total < size,
    "array with too many elements": lambda size, total: total > size,
}
NUMBERS = {
    "as many as accept": lambda size, accepting, refusing: accepting,
    "all jobs except as many as refuse": lambda size, accepting, refusing: size - refusing,
    "no job": lambda size, accepting, refusing: 0,
    "all jobs": lambda size, accepting, refusing: size,
}
SHOWING = {
    "any, if at most no job was started": lambda shown, size, carried: carried.most == 0,
    "any, if at least all jobs were started": lambda shown, size, carried: carried.least == size,
    "as many as *at least*": lambda shown, size, carried: shown == carried.least,
    "more than *at least*, up to *at most*": lambda shown, size, carried: carried.least < shown <= carried.most,
    "more than *at most*": lambda shown, size, carried: shown > carried.most,
    "as many as *at most*": lambda shown, size, carried: shown == carried.most,
    "fewer than *at most*": lambda shown, size, carried: carried.least <= shown < carried.most,
    "fewer than *at least*": lambda shown, size, carried: shown < carried.least,
}
OTHERS = {"any": (UNMOVED, OPEN), "show no start after ten seconds": (UNMOVED,), "may still show a start": (OPEN,)}
VALUES = {
    "true": Claim(True, False),
    "false": Claim(False, False),
    "true, `reconciled`": Claim(True),
    "false, `reconciled`": Claim(False),
    "null": UNCERTAIN,
}


def table(header):
    """Return the rows of a table of docs/behaviour.md as lists of cells."""
    lines = iter(BEHAVIOUR.read_text().splitlines())
    rows = [line.strip("| ").split(" | ") for line in takewhile(str.strip, dropwhile(lambda line: line != header, lines))]
    assert len(rows) > 2, f"no table with the header {header}"
    return rows[2:]


def test_documented_numbers_of_starts():
    rows = {response: cells for response, *cells in table("| response | at least | at most |")}
    lost = rows.pop("lost or truncated, or one that the module cannot interpret")
    assert [NUMBERS[cell](5, 0, 0) for cell in lost] == list(carried_out(LOST, 5))
    for size, accepting, refusing in product(range(1, 5), range(6), range(6)):
        response = BatchResponse(elements=(ACCEPTED,) * accepting + (refusal(),) * refusing)
        cells = [cells for name, cells in rows.items() if RESPONSES[name](size, accepting + refusing)]
        for least, most in cells:
            numbers = (NUMBERS[cell](size, accepting, refusing) for cell in (least, most))
            assert [min(size, max(0, number)) for number in numbers] == list(carried_out(response, size))
        assert len(cells) == (accepting + refusing > 0)


def test_documented_table_of_claims():
    """The table is complete, each of its rows applies, and its values are those of the code."""
    rows = table("| jobs that show a start | the other jobs | `changed` of these jobs | `changed` of the others |")
    applied = set()
    for size in range(1, 5):
        limits = [Carried(least, most) for most in range(size + 1) for least in range(most + 1)]
        for carried, shown, other in product(limits, range(size + 1), (UNMOVED, OPEN)):
            row = next(row for row in rows if SHOWING[row[0]](shown, size, carried) and other in OTHERS[row[1]])
            claims = list(attribute(carried, dict(enumerate([MOVED] * shown + [other] * (size - shown)))).values())
            assert claims == [VALUES[row[2]]] * shown + [VALUES[row[3]]] * (size - shown), (row, carried, shown, other)
            applied.add(tuple(row))
    assert applied == set(map(tuple, rows))
