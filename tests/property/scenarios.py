# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Random scenarios: jobs, settings of the service, faults, changes by other clients, and a task."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from hypothesis import strategies as st
from local_dli.model.jobs import STATUSES

from ansible_collections.huaweicloud.cloud.plugins.module_utils._batch.reconcile import GRACE_PERIOD

GOOD_SQL = "INSERT INTO sink SELECT id FROM source"
BAD_SQL = "select 1"
CALLS = ("list", "detail", "run", "any")
UNKNOWN_IDS = (999, 998)


@dataclass(frozen=True)
class Scenario:
    """The state of the service, the faults, and the limits of the client. Times are in seconds.

    :ivar faults: rules of the local DLI; those of the kind ``actor`` are changes by other clients.
    :ivar unreachable: numbers of the requests whose connection is refused.
    :ivar seed: of the client's jitter.
    """

    jobs: list[dict[str, t.Any]]
    settings: dict[str, t.Any]
    faults: list[dict[str, t.Any]]
    unreachable: frozenset[int]
    times: dict[str, float]
    max_retries: int
    seed: int


@dataclass(frozen=True)
class BatchScenario(Scenario):
    """A scenario with a task for several jobs."""

    job_ids: list[int]
    job_names: list[str]
    resume_savepoint: bool
    wait: bool


def seconds(*choices: float) -> st.SearchStrategy[float]:
    """Return one of these times, in seconds."""
    return st.sampled_from(choices)


SCRIPTS = st.one_of(
    st.just({}),
    st.just({}),
    st.fixed_dictionaries({"submit_fail": st.just("Object 'nope' not found")}),
    st.fixed_dictionaries({"fail_after": seconds(0, 1, 20)}),
    st.fixed_dictionaries({"run_for": seconds(0, 1, 20)}),
    st.fixed_dictionaries({"submit_delay": seconds(0, 30, 90, 86400)}),
)


@st.composite
def job(draw: st.DrawFn, number: int) -> dict[str, t.Any]:
    """Return one job. The status of most jobs allows a start."""
    startable = ("job_init", "job_cancel_success", "job_submit_fail", "job_running_exception", "job_finish")
    attributes: dict[str, t.Any] = {
        "job_id": number,
        "name": draw(st.sampled_from([f"job_{number}", f"job_{number}", "twin"])),
        "status": draw(st.one_of(st.sampled_from(startable), st.sampled_from(startable), st.sampled_from(STATUSES))),
        "sql_body": draw(st.sampled_from([GOOD_SQL] * 5 + [BAD_SQL])),
        "script": draw(SCRIPTS),
    }
    if draw(st.booleans()):
        attributes["savepoint"] = "x/savepoint-7"
    if draw(st.integers(0, 9)) == 0:
        attributes["run_mode"] = "exclusive_cluster"
    return attributes


SETTINGS = st.fixed_dictionaries(
    {
        "accept_lag": seconds(0, 0, 1, GRACE_PERIOD),
        "submit_delay": seconds(0, 0.3, 5, 60),
        "start_time_at": st.sampled_from(["accept", "running"]),
        "name_match": st.sampled_from(["substring", "exact"]),
        "is_success": st.sampled_from(["string", "boolean"]),
        "max_batch": st.sampled_from([None, None, 1, 3]),
        "run_response": st.sampled_from(["array", "array", "array", "short", "long", "reversed", "object"]),
    }
)

TIMES = st.fixed_dictionaries(
    {
        "request_timeout": seconds(2, 30, 60),
        "wait_timeout": seconds(1, 30, 120),
        "wait_interval": seconds(0.5, 5, 30),
        "confirm_timeout": seconds(1, 20, 60, 120),
        "overall_timeout": seconds(5, 60, 600),
    }
)


@st.composite
def fault(draw: st.DrawFn) -> dict[str, t.Any]:
    """Return one fault rule of the local DLI."""
    rule = draw(
        st.one_of(
            st.fixed_dictionaries(
                {"kind": st.sampled_from(["reset_before", "reset_after", "reset_mid", "truncated", "wrong_types"])}
            ),
            st.fixed_dictionaries(
                {
                    "kind": st.just("status"),
                    "status": st.sampled_from([429, 429, 500, 502, 503, 504, 413, 403, 400]),
                    "carried_out": st.just(False),
                    "retry_after": st.sampled_from([None, 3, "soon", 100000]),
                }
            ),
            st.fixed_dictionaries(
                {"kind": st.just("status"), "status": st.sampled_from([500, 502, 503, 504]), "carried_out": st.just(True)}
            ),
            st.fixed_dictionaries({"kind": st.just("hang"), "carried_out": st.booleans()}),
            st.fixed_dictionaries(
                {"kind": st.sampled_from(["drip", "drip_headers", "delay"]), "seconds": seconds(0.001, 0.2, 40)}
            ),
            st.fixed_dictionaries({"kind": st.just("html"), "status": st.sampled_from([200, 502]), "carried_out": st.booleans()}),
            st.fixed_dictionaries(
                {"kind": st.just("redirect"), "location": st.just("http://127.0.0.1:9/"), "carried_out": st.just(False)}
            ),
            st.fixed_dictionaries(
                {
                    "kind": st.just("response"),
                    "shape": st.sampled_from(["short", "long", "reversed", "object", "refused_in_200"]),
                }
            ),
            st.fixed_dictionaries({"kind": st.just("unauthorized"), "code": st.sampled_from(["APIGW.0301", "APIGW.0307"])}),
        )
    )
    rule = {name: value for name, value in rule.items() if value is not None}
    return {**rule, "call": draw(st.sampled_from(CALLS)), "skip": draw(st.integers(0, 4)), "times": draw(st.integers(1, 3))}


@st.composite
def change_by_other_client(draw: st.DrawFn, ids: list[int]) -> dict[str, t.Any]:
    """Return a rule by which another client changes a job immediately before a request of the task."""
    return {
        "kind": "other_client",
        "action": draw(st.sampled_from(["start", "start", "stop", "delete", "edit"])),
        "job_ids": [draw(st.sampled_from(ids))],
        "call": draw(st.sampled_from(CALLS)),
        "skip": draw(st.integers(0, 4)),
    }


@st.composite
def batch_scenario(draw: st.DrawFn, with_faults: bool = True) -> BatchScenario:
    """Return a scenario. ``with_faults`` adds faults and changes by other clients."""
    count = draw(st.integers(1, 6))
    ids = list(range(1, count + 1))
    jobs = [draw(job(number)) for number in ids]
    faults = draw(st.lists(fault(), max_size=4)) if with_faults else []
    changes = draw(st.lists(change_by_other_client(ids), max_size=2)) if with_faults else []
    chosen = draw(SETTINGS)
    if chosen["run_response"] == "short":
        # Both together have the length of a complete response, but not its elements, which the contract does not allow.
        faults = [rule for rule in faults if rule.get("shape") != "long"]
    names = sorted({entry["name"] for entry in jobs}) + ["absent_job"]
    job_ids = draw(st.lists(st.sampled_from([*ids, *ids, *UNKNOWN_IDS]), max_size=6, unique=True))
    job_names = draw(st.lists(st.sampled_from(names), max_size=0 if job_ids and draw(st.booleans()) else 2, unique=True))
    return BatchScenario(
        jobs=jobs,
        settings=chosen,
        faults=[*faults, *changes],
        unreachable=draw(st.frozensets(st.integers(0, 8), max_size=2)) if with_faults else frozenset(),
        job_ids=job_ids or ([] if job_names else [ids[0]]),
        job_names=job_names,
        resume_savepoint=draw(st.booleans()),
        wait=draw(st.booleans()),
        times=draw(TIMES),
        max_retries=draw(st.sampled_from([0, 1, 5])),
        seed=draw(st.integers(0, 2**16)),
    )
