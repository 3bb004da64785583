# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Jobs as resources in random worlds full of faults: every report is held against what the service really did.

``CHAOS_SCHEDULES`` (default 2000) says how many worlds are played, a quarter of them here.
"""

from __future__ import annotations

import itertools
import os
import typing as t
from collections import Counter
from dataclasses import dataclass, replace

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from local_dli.clock import ManualClock
from local_dli.local import LocalDli
from local_dli.model.jobs import STATUSES
from local_dli.testing.faults import Rule

from ansible_collections.huaweicloud.cloud.plugins.module_utils import _hands, _resource, _resource_report
from ansible_collections.huaweicloud.cloud.plugins.module_utils._definition import compare
from ansible_collections.huaweicloud.cloud.plugins.module_utils._dli import SQL
from ansible_collections.huaweicloud.cloud.plugins.module_utils._errors import DliError
from ansible_collections.huaweicloud.cloud.plugins.module_utils._fields import fields_of
from ansible_collections.huaweicloud.cloud.plugins.module_utils._resource import manage
from ansible_collections.huaweicloud.cloud.plugins.module_utils._wanted import read_resource_task

from .harness import InProcess, VirtualClock, client
from .oracle import OVERRUN, Lie
from .scenarios import SCRIPTS, TIMES, fault, seconds

SCHEDULES = max(50, int(os.environ.get("CHAOS_SCHEDULES", "2000")) // 4)
NAME = "the_job"
SQLS = ("INSERT INTO a SELECT id FROM b", "INSERT INTO a SELECT id + 1 FROM b")
CALLS = ("create", "update", "tag", "tags", "run", "stop", "delete", "list", "detail", "any")
#: The ledger's words for what the result calls by its own.
WORDS = {"edit": "update", "untag": "tag"}
GOOD = {"created", "updated", "started", "restarted", "stopped", "deleted", "absent", "unchanged"}
#: Statuses of which it is known what may be done in them (dli-api.md 2.1).
COMMON = ("job_init", "job_running", "job_running", "job_submitting", "job_cancel_success", "job_finish", "job_running_exception")


@dataclass(frozen=True)
class Scene:
    """One world and one task in it."""

    job: dict[str, t.Any] | None
    settings: dict[str, t.Any]
    faults: list[dict[str, t.Any]]
    unreachable: frozenset[int]
    options: dict[str, t.Any]
    max_retries: int
    request_timeout: float
    seed: int


@st.composite
def config(draw: st.DrawFn) -> dict[str, t.Any]:
    """Return some settings, of every kind."""
    some = st.fixed_dictionaries(
        {},
        optional={
            "cu_number": st.sampled_from([2, 4]),
            "obs_bucket": st.sampled_from(["one", "two"]),
            "resume_max_num": st.sampled_from([-1, 3]),
            "runtime_config": st.sampled_from(['{"a": 1}', '{"a": 2}']),
            "operator_config": st.just('{"operator_list": []}'),
        },
    )
    return draw(some)


TAGS = st.dictionaries(st.sampled_from("abc"), st.sampled_from("xy"), max_size=3)


@st.composite
def scene(draw: st.DrawFn) -> Scene:
    """Return a world whose one job is often not as it is wanted."""
    job = None
    if draw(st.integers(0, 3)):
        job = {
            "job_id": 7,
            "name": NAME,
            "status": draw(st.one_of(st.sampled_from(COMMON), st.sampled_from(COMMON), st.sampled_from(STATUSES))),
            "sql_body": draw(st.sampled_from(SQLS)),
            "job_config": draw(config()),
            "tags": draw(TAGS),
            "script": draw(SCRIPTS),
        }
        if draw(st.booleans()):
            job["savepoint"] = "x/savepoint-7"
    times = draw(TIMES)
    options = {
        "name": NAME,
        "sql_body": draw(st.sampled_from([*SQLS, None])),
        **draw(config()),
        "job_id": None,
        "state": draw(st.sampled_from(["present", "started", "started", "stopped", "absent"])),
        "tags": draw(st.one_of(st.none(), st.none(), TAGS)),
        "purge_tags": draw(st.booleans()),
        "restart": draw(st.sampled_from(["never", "allowed", "allowed"])),
        "savepoint": draw(st.booleans()),
        "resume_savepoint": draw(st.sampled_from([None, None, True, False])),
        "force": draw(st.booleans()),
        "show_detail": draw(st.booleans()),
        "wait": draw(st.booleans()),
        **{name: times[name] for name in ("wait_timeout", "wait_interval", "confirm_timeout", "overall_timeout")},
    }
    faults = [rule for rule in draw(st.lists(fault(), max_size=3)) if rule["kind"] != "answer"]
    return Scene(
        job=job,
        settings={
            "accept_lag": draw(seconds(0, 0, 1, 10)),
            "submit_delay": draw(seconds(0, 0.3, 5)),
            "stop_delay": draw(seconds(0.2, 2, 20)),
            "savepoint_failure": draw(st.sampled_from(["job_running", "job_cancel_fail"])),
            "name_match": draw(st.sampled_from(["substring", "exact"])),
        },
        faults=[{**rule, "call": draw(st.sampled_from(CALLS))} for rule in faults],
        unreachable=frozenset(draw(st.sets(st.integers(0, 8), max_size=2))),
        options={**dict.fromkeys(field.name for field in fields_of(SQL)), **options},
        max_retries=draw(st.integers(0, 3)),
        request_timeout=times["request_timeout"],
        seed=draw(st.integers(0, 2**16)),
    )


class World:
    """One local DLI, reused, because making one takes longer than playing in it."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.dli = LocalDli(clock=self.clock)

    def play(self, scene: Scene, check_mode: bool, tally: Counter) -> dict | None:
        """Play the task; return its result, or None if it failed as a whole.

        :raises Lie: the report is not what happened.
        """
        self.dli.reset()
        self.dli.service.clear()
        self.dli.settings.update(scene.settings)
        if scene.job:
            self.dli.seed([scene.job])
        for rule in scene.faults:
            self.dli.faults.add(Rule.parse(rule))
        clock = VirtualClock(self.clock, scene.seed)
        sender = InProcess(self.dli, clock, scene.unreachable)
        dli = client(self.dli, clock, sender, scene.request_timeout, scene.max_retries)
        began = clock.now()
        try:
            task = read_resource_task(SQL, scene.options, check_mode)
            result = manage(dli, clock, task, lambda text: None).result
        except DliError:
            result = None
        allowed = scene.options["overall_timeout"] + scene.options["wait_timeout"] + 2 * OVERRUN
        if clock.now() - began > allowed:
            raise Lie(f"the task took {clock.now() - began:.1f} s where {allowed:g} were allowed")
        mine = [entry.what for entry in self.dli.ledger.of(actor=sender.access_key, accepted=True)]
        done = [word for word, _group in itertools.groupby(WORDS.get(what, what) for what in mine)]
        if check_mode or result is None:
            if done:
                raise Lie(f"{done} was done and is not told")
        else:
            self._check(scene, result, done, tally)
        tally[result["job"]["state"] if result else "aborted"] += 1
        return result

    def _check(self, scene: Scene, result: dict, done: list[str], tally: Counter) -> None:
        row, actions = result["job"], result["actions"]
        is_open = row["changed"] is None or row["state"] == "unknown"
        if row["changed"] is None and not row["reconciled"]:
            raise Lie(f"open without a reason: {row}")
        if done != actions and not (is_open and done[:-1] == actions):
            # A job that ends by itself just when its stop is lost: nobody knows of the stop, and the row says so.
            if not row["reconciled"] or [word for word in done if word != "stop"] != actions:
                raise Lie(f"{done} was done, {actions} is told: {row}")
            tally["coincidences"] += 1
        if result["changed"] is not bool(actions) or (row["changed"] is True) is not bool(actions):
            raise Lie(f"changed does not fit {actions}: {row}")
        if result["failed"] is not (row["state"] not in GOOD) or not row["msg"]:
            raise Lie(f"not a row: {row}")
        jobs = [job for job in self.dli.jobs.values() if job.name == NAME]
        if len(jobs) > 1:
            raise Lie("created twice")
        if result["failed"]:
            return
        if bool(jobs) is (scene.options["state"] == "absent"):
            raise Lie(f"the job is {'there' if jobs else 'not there'}: {row}")
        if jobs:
            self._check_job(scene, jobs[0], row)

    def _check_job(self, scene: Scene, job: t.Any, row: dict) -> None:
        """What is told to be as it should be, is."""
        task = read_resource_task(SQL, scene.options, False)
        detail = {"name": job.name, "sql_body": job.sql_body, "job_config": job.job_config}
        wrong = compare(SQL, detail, task.wanted)
        if wrong:
            raise Lie(f"{wrong} is not as wanted: {row}")
        tags = task.tags or {}
        if not set(tags.items()) <= set(job.tags.items()) or (task.tags is not None and task.purge_tags and job.tags != tags):
            raise Lie(f"tags are {job.tags}: {row}")


def playing(examples: int, **more: t.Any):
    """Return how the worlds are made."""
    checks = list(HealthCheck)
    return settings(max_examples=examples, deadline=None, database=None, suppress_health_check=checks, **more)


def test_every_report_is_true(figure):
    world, tally = World(), Counter()

    @playing(SCHEDULES)
    @given(scene())
    def one(scene: Scene) -> None:
        world.play(scene, False, tally)

    one()
    figure(f"chaos, jobs as resources: {dict(sorted(tally.items()))}; 0 lies")
    assert tally["created"] + tally["updated"] > SCHEDULES / 20


def test_check_mode_predicts_the_run():
    world, tally = World(), Counter()

    @playing(SCHEDULES // 2)
    @given(scene())
    def one(scene: Scene) -> None:
        # What ends by itself, or what a stop comes to where nobody knows whether it is accepted, cannot be foreseen.
        steady = {**scene.job, "script": {}} if scene.job else None
        if steady and steady["status"] not in COMMON:
            return
        unhurried = {**scene.options, "wait": False, "wait_timeout": 600.0, "overall_timeout": 600.0}
        quiet = replace(scene, job=steady, faults=[], unreachable=frozenset(), options=unhurried, request_timeout=60.0)
        foreseen, told = world.play(quiet, True, tally), world.play(quiet, False, tally)
        told["job"].pop("job_id"), foreseen["job"].pop("job_id")
        same = ("actions", "differences", "changed", "failed")
        if any(foreseen[member] != told[member] for member in same) or foreseen["job"] != told["job"]:
            raise Lie(f"foreseen {foreseen}, told {told}")

    one()


def believe_in_luck(monkeypatch):
    """A lost answer means that it was done."""
    monkeypatch.setattr(_hands.Hands, "_confirm", lambda self, look: ([7], None))


def create_whatever_is_there(monkeypatch):
    """The name is not looked up."""
    monkeypatch.setattr(_resource, "_bearers", lambda dli, task, until: [])


def tell_half(monkeypatch):
    """Only what was done last is told."""
    note = _resource_report.Course.note

    def forgetful(self, step, row):
        self.actions.clear()
        note(self, step, row)

    monkeypatch.setattr(_resource_report.Course, "note", forgetful)


@pytest.mark.parametrize("mutation", [believe_in_luck, create_whatever_is_there, tell_half])
def test_a_broken_engine_is_caught(monkeypatch, mutation):
    mutation(monkeypatch)
    world, tally = World(), Counter()

    @playing(3000, derandomize=True, phases=[Phase.generate], report_multiple_bugs=False)
    @given(scene())
    def one(scene: Scene) -> None:
        world.play(scene, False, tally)

    with pytest.raises(Lie):
        one()
