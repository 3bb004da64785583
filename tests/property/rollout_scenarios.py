# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Random jobs, new definitions and faults for the role streaming_jobs_rollout."""

from __future__ import annotations

import json
import typing as t
from dataclasses import dataclass

from hypothesis import strategies as st
from role_runs import Variables

from ansible_collections.huaweicloud.cloud.plugins.module_utils._dli import job_settings
from ansible_collections.huaweicloud.cloud.plugins.module_utils._dli.job import JAR, SQL
from ansible_collections.huaweicloud.cloud.plugins.module_utils._dli.job_settings import settings_of

from .scenarios import Scenario, fault, seconds

KINDS = {"sql": SQL, "jar": JAR}
GOOD = {"sql": "INSERT INTO a SELECT id FROM b", "jar": "--x 1"}
FAILING = {"submit_fail": "no such table", "fail_after": 0.5}
SPEC = {"cpu": 2.0, "memory": "8G"}
#: The values of each setting that jobs and definitions have. Most can also be unset.
VALUES: dict[str, list[t.Any]] = {
    "desc": ["one", "two"],
    "queue_name": ["q1", "q2"],
    "run_mode": ["exclusive_cluster", "shared_cluster"],
    "main_class": ["a.B", "a.C"],
    "entrypoint": ["obs://b/one.jar", "obs://b/two.jar"],
    "dependency_jars": [["obs://b/a.jar"], ["obs://b/a.jar", "obs://b/b.jar"]],
    "dependency_files": [["obs://b/a.csv"], ["obs://b/b.csv"]],
    "feature": ["basic", "custom"],
    "image": ["org/one:1", "org/two:1"],
    "flink_version": ["1.12", "1.15"],
    "udf_jar_url": ["obs://b/udf1.jar", "obs://b/udf2.jar"],
    "cu_number": [4, 6],
    "manager_cu_number": [1, 2],
    "parallel_number": [1, 2],
    "tm_cus": [1, 2],
    "tm_slot_num": [1, 3],
    "resource_config_version": ["v1", "v2"],
    "resource_config": [{"max_slot": 2}, {"parallel_number": 3, "jobmanager_resource_spec": SPEC}],
    "checkpoint_enabled": [True, False],
    "checkpoint_mode": [1, 2],
    "checkpoint_interval": [60, 90],
    "checkpoint_path": ["b/one", "b/two"],
    "obs_bucket": ["b1", "b2"],
    "log_enabled": [True, False],
    "smn_topic": ["t1", "t2"],
    "restart_when_exception": [False],
    "resume_checkpoint": [True, False],
    "resume_max_num": [3, -1],
    "idle_state_retention": [60, 90],
    "dirty_data_strategy": ["1", "2:obs://b/dirty"],
    "runtime_config": ['{"a": 1}', '{"a": 2}'],
    "flink_log_config": ['{"root_logger_level": "INFO"}', "{}"],
    "execution_agency_urn": ["urn:one", "urn:two"],
    "operator_config": ['{"operator_list": []}', '{"operator_list": [1]}'],
    "static_estimator_config": ['{"x": 1}', "{}"],
}
MODES = {1: "exactly_once", 2: "at_least_once"}
TAGS = st.dictionaries(st.sampled_from("abc"), st.sampled_from("xy"), max_size=3)
CALLS = ("update", "update", "tag", "tags", "run", "stop", "savepoint", "list", "detail", "any")


@dataclass(frozen=True)
class RolloutScenario(Scenario):
    """A scenario with a job and its new definition. ``variables`` are those of the role."""

    definition: Variables
    variables: Variables


@st.composite
def some_settings(draw: st.DrawFn, kind: str) -> Variables:
    names = [setting.name for setting in settings_of(KINDS[kind]) if setting.name in VALUES]
    chosen = draw(st.lists(st.sampled_from(names), max_size=6, unique=True))
    return {name: draw(st.sampled_from(VALUES[name])) for name in chosen}


def seeded(kind: str, settings: Variables) -> Variables:
    """Return the fields of a job in a seed."""
    job: Variables = {"job_config": {}}
    for name, value in settings.items():
        value = MODES.get(value, value) if name == "checkpoint_mode" else value
        (job if job_settings.BY_NAME[name].place == job_settings.TOP else job["job_config"])[name] = value
    return {**job, **({"job_type": "flink_jar_job"} if kind == "jar" else {})}


@st.composite
def rollout_scenario(draw: st.DrawFn, with_faults: bool = True) -> RolloutScenario:
    """Return a scenario whose new definition often fails."""
    kind = draw(st.sampled_from(["sql", "jar"]))
    script = {"sql": "sql_body", "jar": "entrypoint_args"}[kind]
    before = {**draw(some_settings(kind)), script: GOOD[kind]}
    if before.get("checkpoint_enabled"):
        before.pop("checkpoint_path", None)
    job = {"job_id": 7, "name": "old", "tags": draw(TAGS), **seeded(kind, before)}
    job["status"] = draw(st.sampled_from(["job_running"] * 6 + ["job_init", "job_cancel_success", "job_running_exception"]))
    if draw(st.booleans()):
        job["savepoint"] = "x/savepoint-7"
    definition = {"name": "old", "kind": kind, **draw(some_settings(kind))}
    marker = draw(st.sampled_from([*FAILING, None]))
    if marker is not None and with_faults:
        definition[script] = f"{GOOD[kind]} -- local-dli: {json.dumps({marker: FAILING[marker]})}"
    if draw(st.booleans()):
        definition.update(job_id=7, name=draw(st.sampled_from(["old", "new", "taken"])))
    if draw(st.booleans()):
        definition.update(tags=draw(TAGS), purge_tags=draw(st.booleans()))
    faults = [rule for rule in draw(st.lists(fault(), max_size=2)) if rule["kind"] != "response"] if with_faults else []
    refused = {"kind": "status", "status": 400, "carried_out": False, "body": {"error_code": "DLI.12002", "error_msg": "no"}}
    if with_faults and draw(st.booleans()):
        faults.append({**refused, "skip": draw(st.integers(0, 3)), "times": draw(st.integers(1, 3))})
    return RolloutScenario(
        jobs=[job, {"job_id": 8, "name": "taken", "status": "job_init"}],
        settings={
            "submit_delay": draw(seconds(0, 1, 5)),
            "stop_delay": draw(seconds(0.2, 2)),
            "name_match": draw(st.sampled_from(["substring", "exact"])),
            "incompatible_savepoint": draw(st.sampled_from(["job_submit_fail", "job_running_exception", "accept"])),
            "same_bucket": draw(st.sampled_from(["refuse", "accept"])),
        },
        faults=[{**rule, "call": draw(st.sampled_from(CALLS)), "skip": draw(st.integers(0, 6))} for rule in faults],
        unreachable=frozenset(draw(st.sets(st.integers(0, 20), max_size=2))) if with_faults else frozenset(),
        definition=definition,
        variables={
            "streaming_jobs_rollout_verify_seconds": 5,
            "streaming_jobs_rollout_resume_savepoint": draw(st.booleans()),
            "streaming_jobs_rollout_savepoint_path": draw(st.sampled_from(["", "b/saved"])),
            "streaming_jobs_rollout_rollback_without_state": draw(st.booleans()),
            "streaming_jobs_rollout_wait_timeout": 60,
            "streaming_jobs_rollout_wait_interval": 1,
        },
        max_retries=draw(st.integers(0, 2)),
        times={"request_timeout": 20.0, "overall_timeout": 10000.0, "wait_timeout": 60.0},
        seed=draw(st.integers(0, 2**16)),
    )
