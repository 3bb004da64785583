# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The action plugin: arguments with the types of YAML, and background tasks in check mode."""

from __future__ import annotations

import json

import pytest
from task_runs import MODULE, calls

pytestmark = pytest.mark.smoke

SQL_JOB = "huaweicloud.cloud.dli_streaming_sql_job"
PLAY = "- hosts: localhost\n  gather_facts: false\n  tasks:\n"
#: In YAML 1.1, ``on`` and ``y`` are booleans for some parsers, also as keys.
JOB = f"""
    {SQL_JOB}:
      name: with_other_keys
      sql_body: INSERT INTO sink SELECT id FROM source
      tags: {{2026: a, team: b, 1.5: c, true: d, 2026-11-25: e}}
      runtime_config: {{on: x, "y": z, 7: 1}}
"""
#: Each makes one task fail with one message that names the option.
INVALID = {
    "job_ids": f"{MODULE}: {{job_ids: {{1: 2, a: b}}}}",
    "resume_savepoint": f"{MODULE}: {{job_ids: 131, resume_savepoint: {{1: 2, a: b}}}}",
    "tags": f"{SQL_JOB}: {{name: a, tags: [{{1: a, b: c}}]}}",
}


def test_keys_of_other_types(ansible, dli):
    """They become texts, and the second run changes nothing."""
    ended = ansible.playbook(f"{PLAY}  - name: First\n{JOB}\n  - name: Again\n{JOB}", env=dli.env())
    first, again = (entry["result"] for entry in ended.results)
    assert (first["actions"], again["actions"], again["changed"]) == (["create"], [], False), ended.output
    (job,) = [job for job in dli.jobs.values() if job.name == "with_other_keys"]
    assert job.tags == {"2026": "a", "team": "b", "1.5": "c", "true": "d", "2026-11-25": "e"}
    assert json.loads(job.job_config["runtime_config"]) == {"true": "x", "y": "z", "7": 1}


def test_invalid_types(ansible, dli):
    tasks = "".join(f"  - name: {option}\n    {task}\n    ignore_errors: true\n" for option, task in INVALID.items())
    ended = ansible.playbook(f"{PLAY}{tasks}", env=dli.env())
    assert ended.code == 0 and len(ended.results) == len(INVALID) and "Traceback" not in ended.output, ended.output
    for option, entry in zip(INVALID, ended.results):
        assert entry["failed"] and option in entry["result"]["msg"], entry["result"]
    assert calls(dli) == []


def test_background_task_in_check_mode(ansible, dli):
    """Without the action plugin, ansible-core 2.16 refuses this task."""
    ended = ansible.task({"job_ids": [131]}, "--check", env=dli.env(), **{"async": 60, "poll": 1})
    assert (ended.code, ended.result["changed"], ended.result["jobs"][0]["state"]) == (0, True, "started"), ended.output
    assert calls(dli) == ["detail"]
