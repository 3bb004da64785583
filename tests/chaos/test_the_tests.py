# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Breaks the module on purpose, in every way the field gets it wrong, and expects the chaos to notice."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from ansible_collections.huaweicloud.cloud.plugins.module_utils import _act, _acts, _road, _rows, _settle, _transport
from ansible_collections.huaweicloud.cloud.plugins.module_utils._settle import DONE, REFUSED, Verdict

from .oracle import Lie, Tally
from .play import World
from .scenarios import Scenario, scenario


def replay_the_start(monkeypatch):
    """What most modules do: a request without an answer is sent again."""

    def write(self, what, path, payload, until=None, method="POST"):
        body = _transport.json.dumps(payload).encode()
        request = _transport.Request(method, self.endpoint + path, body, _transport._headers())
        return self._send(what, request, until, _transport._read_again, is_write=False)

    monkeypatch.setattr(_transport.Transport, "write", write)


def believe_the_order(monkeypatch):
    """Attribute a mixed answer by position and never look."""

    def judge(sent, answer, sight, time_is_up, faults):
        words = [DONE if element.accepted else REFUSED for element in answer.elements] + [REFUSED] * len(sent)
        return {job_id: Verdict(word) for job_id, word in zip(sent, words)}

    monkeypatch.setattr(_settle, "judge", judge)


def call_the_unknown_refused(monkeypatch):
    """No answer means no start: a guess."""

    def unknown(act, row, status, reason):
        return _rows.replace(row, state="refused", changed=False, failed=True, status=status, msg=reason)

    monkeypatch.setattr(_road, "unknown", unknown)


def call_the_unknown_started(monkeypatch):
    """No refusal means a start: a guess the other way."""
    monkeypatch.setattr(_road, "unknown", lambda act, row, status, reason: _rows.done(act, row, status=status))


def start_what_is_active(monkeypatch):
    """Do not look at the status first."""
    monkeypatch.setattr(_acts.Start, "stance", lambda self, job: _act.SEND)


def wait_for_ever(monkeypatch):
    """Reads that know no deadline."""
    monkeypatch.setattr(_transport.Transport, "_time_left", lambda self, began, until: self._timeout)


def take_a_stale_status_for_an_ending(monkeypatch):
    """Take the status from before the start for what became of the job."""
    monkeypatch.setattr(_acts.Start, "has_moved", lambda self, before, now: now is not None)


def as_it_comes(world: Scenario) -> Scenario:
    return world


def lose_the_answer(world: Scenario) -> Scenario:
    """The start is carried out, and its answer lost."""
    return replace(world, faults=[{"kind": "reset_after", "call": "run"}], unreachable=frozenset(), max_retries=5)


def hang(world: Scenario) -> Scenario:
    return replace(world, faults=[*world.faults, {"kind": "hang", "times": 9}], times={**world.times, "request_timeout": 60})


def lag_while_waited_for(world: Scenario) -> Scenario:
    """The old status is read for a while after the start, and somebody waits."""
    return replace(world, wait=True, faults=[], settings={**world.settings, "accept_lag": 10})


#: What is broken, and in which worlds it shows soon. In others it shows too, but may take thousands.
MUTATIONS = [
    (replay_the_start, lose_the_answer),
    (believe_the_order, as_it_comes),
    (call_the_unknown_refused, as_it_comes),
    (call_the_unknown_started, as_it_comes),
    (start_what_is_active, as_it_comes),
    (wait_for_ever, hang),
    (take_a_stale_status_for_an_ending, lag_while_waited_for),
]


@pytest.mark.parametrize(("mutation", "world_like"), MUTATIONS, ids=lambda function: function.__name__)
def test_a_broken_module_is_caught(monkeypatch, figure, mutation, world_like):
    mutation(monkeypatch)
    world, tally = World(), Tally()

    @settings(
        max_examples=1000, deadline=None, database=None, derandomize=True, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck), report_multiple_bugs=False,
    )  # fmt: skip
    @given(scenario())
    def play(world_and_task: Scenario) -> None:
        harsh = world_like(world_and_task)
        world.set_up(harsh)
        world.play(harsh, check_mode=False, tally=tally)

    with pytest.raises(Lie):
        play()
    figure(f"broken on purpose: {mutation.__name__} is caught after {tally.schedules} schedules without a lie")
