# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Rollbacks of the role streaming_jobs_rollout with many definitions in one call, compared with the jobs in the local DLI."""

from __future__ import annotations

import copy

import pytest

from .scenarios import scenarios
from .test_roles import Roles

SPEC = {"cpu": 2, "memory": "8G"}
SPECS = ("jobmanager_resource_spec", "taskmanager_resource_spec")
SQL_GOOD, SQL_FAILS = "INSERT INTO sink SELECT id FROM source", "INSERT INTO sink SELECT 1 -- local-dli: {submit_fail: broken}"
JAR_GOOD, JAR_FAILS = "--x 1", "--x 2 local-dli: {fail_after: 0.1}"
BOTH = {
    "desc": "new",
    "queue_name": "other_queue",
    "flink_version": "1.15",
    "resource_config": {"max_slot": 2, "jobmanager_resource_spec": SPEC},
    "checkpoint_mode": "2",
    "obs_bucket": "b",
    "smn_topic": "topic",
    "resume_max_num": 3,
    "runtime_config": {"a": "1"},
    "flink_log_config": '{"root_logger_level": "INFO"}',
    "execution_agency_urn": "urn:one",
    "tags": {"team": "red", "kept": "new"},
}
SQL = {**BOTH, "udf_jar_url": "obs://b/udf.jar", "idle_state_retention": 60, "operator_config": "[]"}
JAR = {**BOTH, "dependency_files": ["obs://b/a.csv"], "image": "org/one:1", "checkpoint_path": "b/x", "main_class": "a.B"}


def several(settings: dict) -> dict:
    """Return parts of the settings by the name of their first setting."""
    items = list(settings.items())
    return {items[start][0]: dict(items[start : start + 4]) for start in range(0, len(items), 4)}


#: Cases -> definition, and what a rollback cannot restore.
CASES = {
    **{f"sql_{name}": ({"sql_body": SQL_FAILS, **part}, []) for name, part in several(SQL).items()},
    **{f"jar_{name}": ({"kind": "jar", "entrypoint_args": JAR_FAILS, **part}, []) for name, part in several(JAR).items()},
    "sql_name": ({"sql_body": SQL_FAILS, "rename": True}, []),
    "jar_name": ({"kind": "jar", "entrypoint_args": JAR_FAILS, "rename": True}, []),
    "jar_feature": ({"kind": "jar", "entrypoint_args": JAR_FAILS, "feature": "basic", "tags": {"a": "b"}}, ["feature"]),
    "new_job": ({"sql_body": SQL_FAILS}, ["created"]),
}


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A run of the role with all definitions, with the former jobs."""
    with scenarios(tmp_path_factory.mktemp("rollback")) as found:
        dli, definitions = found.service(), []
        for number, (name, (definition, _differences)) in enumerate(CASES.items(), 500):
            renamed = {"name": f"{name}_2", "job_id": number} if "rename" in definition else {"name": name}
            definitions.append({**{key: value for key, value in definition.items() if key != "rename"}, **renamed})
            if name != "new_job":
                jar = {"job_type": "flink_jar_job", "entrypoint_args": JAR_GOOD}
                program = jar if "kind" in definition else {"sql_body": SQL_GOOD}
                dli.seed([{"job_id": number, "name": name, "status": "job_running", "tags": {"kept": "old"}, **program}])
        former = {number: copy.deepcopy(job) for number, job in dli.jobs.items() if number >= 500}
        roles = Roles(found)
        options = {"go_on": True, "verify_seconds": 0, "rollback_without_state": True, "resume_savepoint": False}
        roles.roll_out("rollback", *definitions, dli=dli, **options)
        found.run()
        yield roles["rollback"], former


def test_every_rollback_is_reported(run):
    role, _former = run
    assert [result["name"].removesuffix("_2") for result in role.result] == list(CASES)
    assert f"{len(CASES)} of {len(CASES)} jobs not rolled out." in role.failure


@pytest.mark.parametrize(("number", "name"), list(enumerate(CASES, 500)))
def test_job_is_as_before_or_reported(run, number, name):
    """Texts and lists are empty instead of null, and an object contains the documented defaults."""
    role, former = run
    result = role.result[number - 500]
    assert (result["outcome"], result["differences"]) == ("failed" if CASES[name][1] else "rolled_back", CASES[name][1]), result
    assert all(difference in result["msg"] for difference in CASES[name][1])
    if name == "new_job":
        assert [job.status for job in role.dli.jobs.values() if job.name == name] == ["job_submit_fail"]
        return
    assert role.done(number).count("edit") >= 2, "the new definition was not applied and rolled back"
    before, after = former[number], role.dli.job(number)
    members = ("name", "status", "desc", "queue_name", "sql_body", "main_class", "entrypoint_args", "run_mode", "tags")
    assert {one: getattr(after, one) or None for one in members} == {one: getattr(before, one) or None for one in members}
    default = {"cpu": 1, "memory": "4G"}
    empty = [None, "", [], {"max_slot": None, "parallel_number": None, **dict.fromkeys(SPECS, default)}]
    # The service derives the number of slots if it is not set.
    differing = [one for one, value in before.job_config.items() if after.job_config[one] != value and one != "tm_slot_num"]
    set_now = [one for one in differing if after.job_config[one] not in empty or before.job_config[one] is not None]
    assert set_now == CASES[name][1]
