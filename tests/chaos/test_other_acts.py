# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Stopping and deleting walk the same road as starting; their reports are held against the ledger in the same worlds.

``CHAOS_SCHEDULES`` (default 2000) says how many random worlds are played; each act gets a quarter of them.
"""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from ansible_collections.huaweicloud.cloud.plugins.module_utils import _acts, _road
from ansible_collections.huaweicloud.cloud.plugins.module_utils._act import Act, states
from ansible_collections.huaweicloud.cloud.plugins.module_utils._acts import Delete, Stop
from ansible_collections.huaweicloud.cloud.plugins.module_utils._errors import DliError
from ansible_collections.huaweicloud.cloud.plugins.module_utils._road import BatchTask, walk
from ansible_collections.huaweicloud.cloud.plugins.module_utils._selection import select

from .harness import InProcess, VirtualClock, client
from .oracle import OVERRUN, Lie
from .play import World
from .scenarios import Scenario, scenario

SCHEDULES = max(50, int(os.environ.get("CHAOS_SCHEDULES", "2000")) // 4)
ACTIVE = ("job_running", "job_running", "job_submitting", "job_running_exception", "job_finish")
#: Statuses in which nobody knows whether a stop is accepted (dli-api.md 2.1).
DOUBTFUL = ("job_downloading", "job_idle", "job_cancel_fail", "job_arrearage_recovering")
#: act -> the call of the API, and the word of the ledger.
CALLS = {Stop: "stop", Delete: "delete"}
FINE = {Stop: {"stopped", "already_stopped"}, Delete: {"deleted", "absent"}}


@st.composite
def world_for(draw: st.DrawFn, act: Act) -> Scenario:
    """A world in which there is something to do for the act, and in which its own call is the one that goes wrong."""
    world = draw(scenario())
    call = CALLS[type(act)]
    jobs = world.jobs
    if isinstance(act, Stop):
        jobs = [{**job, "status": draw(st.one_of(st.sampled_from(ACTIVE), st.just(job["status"])))} for job in jobs]
    faults = [{**rule, "call": call} if rule["call"] == "run" else rule for rule in world.faults]
    answers = {f"{call}_answer": world.settings["run_answer"], "run_answer": "array"}
    return replace(world, jobs=jobs, faults=faults, settings={**world.settings, **answers, "stop_delay": 2})


def play(world: World, act: Act, scene: Scenario, check_mode: bool, tally: Counter) -> list:
    """Play one task and hold its report against the ledger; return its rows."""
    if isinstance(act, Stop):
        act = replace(act, patient=scene.wait)
    world.set_up(scene)
    clock = VirtualClock(world.clock, scene.seed)
    sender = InProcess(world.dli, clock, scene.unreachable)
    dli = client(world.dli, clock, sender, scene.times["request_timeout"], scene.max_retries)
    selection = select([str(job_id) for job_id in scene.job_ids], scene.job_names)
    task = BatchTask(
        act=act,
        selection=selection,
        check_mode=check_mode,
        wait=scene.wait,
        **{name: scene.times[name] for name in ("wait_timeout", "wait_interval", "confirm_timeout", "overall_timeout")},
    )
    began = clock.now()
    try:
        rows = walk(dli, clock, task, lambda text: None).rows
    except DliError:
        rows = []
        if world.dli.requests.of(CALLS[type(act)]):
            raise Lie("the task failed as a whole after it had sent something") from None
    allowed = scene.times["overall_timeout"] + (scene.times["wait_timeout"] + OVERRUN if scene.wait else 0)
    if clock.now() - began > allowed + OVERRUN:
        raise Lie(f"the task took {clock.now() - began:.1f} s where {allowed:g} were allowed")
    me, what = sender.access_key, CALLS[type(act)]
    if check_mode and world.dli.ledger.of(actor=me):
        raise Lie("check mode wrote something")
    for row in [] if check_mode else rows:
        _check(world, act, me, what, row, tally)
    tally["schedules"] += 1
    return rows


def _check(world: World, act: Act, me: str, what: str, row, tally: Counter) -> None:
    tally[row.state] += 1
    if row.state not in states(act) or row.failed != (row.state not in FINE[type(act)]) or not row.msg:
        raise Lie(f"not a row of this act: {row}")
    if row.job_id is None:
        return
    mine = world.dli.ledger.of(what=what, job_id=row.job_id, actor=me, accepted=True)
    others = [entry for entry in world.dli.ledger.of(accepted=True) if entry.actor != me]
    if len(mine) > 1:
        raise Lie(f"done twice: {row}")
    if row.changed is not None and row.changed != bool(mine):
        if not others:
            raise Lie(f"changed is {row.changed}, but the ledger has {len(mine)}: {row}")
        tally["coincidences"] += 1
    if row.changed is None and not row.reconciled:
        raise Lie(f"open without a reason: {row}")


@pytest.mark.parametrize("act", [Stop(False), Stop(True), Delete(False), Delete(True)], ids=str)
def test_every_report_is_true(figure, act):
    world, tally = World(), Counter()

    @settings(max_examples=SCHEDULES, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(world_for(act))
    def one(scene: Scenario) -> None:
        play(world, act, scene, check_mode=False, tally=tally)

    one()
    figure(f"chaos, {act}: {dict(sorted(tally.items()))}; 0 lies")
    assert tally[act.done] > SCHEDULES / 20


@pytest.mark.parametrize("act", [Stop(True), Delete(False)], ids=str)
def test_check_mode_predicts_the_run(act):
    world, tally = World(), Counter()

    @settings(max_examples=SCHEDULES // 5, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(world_for(act))
    def one(scene: Scenario) -> None:
        quiet = replace(scene, faults=[], unreachable=frozenset(), wait=False)
        quiet = replace(quiet, settings={**quiet.settings, "stop_answer": "array", "delete_answer": "array"})
        predicted = play(world, act, quiet, check_mode=True, tally=tally)
        reported = play(world, act, quiet, check_mode=False, tally=tally)
        for guess, truth in zip(predicted, reported):
            # A job that comes to rest by itself in between cannot be predicted, nor what the service says to a stop where
            # its documentation does not say.
            is_doubtful = isinstance(act, Stop) and truth.status_before in DOUBTFUL
            if guess != truth and not (is_doubtful or truth.reconciled or guess.status_before != truth.status_before):
                raise Lie(f"predicted {guess}, reported {truth}")

    one()


def guess_from_rest(monkeypatch):
    """Take every job at rest for one that was stopped by us."""
    monkeypatch.setattr(_acts.Stop, "is_moot", lambda self, now: False)


def call_the_unknown_done(monkeypatch):
    """No answer means that it was done."""
    monkeypatch.setattr(_road, "unknown", lambda act, row, status, reason: _road.done(act, row, status=status))


def lose_the_answer(scene: Scenario, call: str) -> Scenario:
    """It is carried out, and its answer lost."""
    return replace(scene, faults=[{"kind": "reset_after", "call": call}], unreachable=frozenset())


def end_by_themselves(scene: Scenario, call: str) -> Scenario:
    """All jobs end while the request is on its way, and it does not arrive."""
    ending = {"act": "force", "job_ids": [job["job_id"] for job in scene.jobs], "fields": {"status": "job_finish"}}
    faults = [{"kind": "actor", "call": call, **ending}, {"kind": "reset_before", "call": call}]
    return replace(scene, faults=faults, unreachable=frozenset())


@pytest.mark.parametrize(
    ("mutation", "act", "world_like"),
    [
        (guess_from_rest, Stop(False), end_by_themselves),
        (call_the_unknown_done, Delete(True), lose_the_answer),
        (call_the_unknown_done, Stop(True), lose_the_answer),
    ],
)
def test_a_broken_act_is_caught(monkeypatch, figure, mutation, act, world_like):
    mutation(monkeypatch)
    world, tally = World(), Counter()

    @settings(
        max_examples=1000, deadline=None, database=None, derandomize=True, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck), report_multiple_bugs=False,
    )  # fmt: skip
    @given(world_for(act))
    def one(scene: Scenario) -> None:
        play(world, act, world_like(scene, CALLS[type(act)]), check_mode=False, tally=tally)

    with pytest.raises(Lie):
        one()
    figure(f"broken on purpose: {mutation.__name__} of {act} is caught after {tally['schedules']} schedules without a lie")
