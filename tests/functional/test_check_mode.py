# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Check mode predicts the states and `changed` of a run that succeeds, for each module that changes something."""

from __future__ import annotations

import pytest
import yaml
from conftest import CHECKOUT

PREFIX = "huaweicloud.cloud.dli_streaming_"
QUICK = {"wait_interval": 0.1, "wait_timeout": 30, "confirm_timeout": 5}
PATH = {"savepoint_path": "local-dli/manual/"}
JAR = {"entrypoint": "a.jar", "name": "new_job"}
SQL = {"sql_body": "INSERT INTO a SELECT id FROM b", "name": "new_job"}

#: Module, options -> state. Each case runs with and without a wait, if the module has one.
CASES = [
    ("jobs_run", {"job_ids": [201]}, "started"),
    ("jobs_run", {"job_ids": [215], "resume_savepoint": True}, "started"),
    ("jobs_run", {"job_names": ["running"]}, "already_active"),
    ("jobs_stop", {"job_ids": [207]}, "stopped"),
    ("jobs_stop", {"job_ids": [207], "trigger_savepoint": True}, "stopped"),
    ("jobs_stop", {"job_ids": [203]}, "stopped"),
    ("jobs_stop", {"job_ids": [214]}, "already_stopped"),
    ("jobs_delete", {"job_ids": [209]}, "deleted"),
    ("jobs_delete", {"job_ids": [207], "force": True}, "deleted"),
    ("jobs_delete", {"job_ids": [999]}, "absent"),
    ("jobs_export", {"job_ids": [201, 207], "obs_dir": "local-dli/exported"}, "exported"),
    ("jobs_import", {"zip_file": "local-dli/exported/jobs.zip"}, "created"),
    ("job_savepoint", {"job_id": 207, "action": "trigger", **PATH}, {False: "triggered", True: "made"}),
    ("job_savepoint", {"job_id": 209, "action": "import", **PATH}, "imported"),
    *[
        (module, options, state)
        for module, new in (("sql_job", SQL), ("jar_job", JAR))
        for options, state in (
            (new, "created"),
            ({**new, "state": "started"}, "created"),
            ({**new, "state": "stopped"}, "created"),
            ({**new, "state": "absent"}, "absent"),
        )
    ],
    ("sql_job", {"job_id": 209}, "unchanged"),
    ("sql_job", {"job_id": 209, "desc": "new"}, "updated"),
    ("sql_job", {"job_id": 209, "tags": {"team": "red"}}, "updated"),
    ("sql_job", {"job_id": 209, "state": "started"}, "started"),
    ("sql_job", {"job_id": 209, "state": "absent"}, "deleted"),
    ("sql_job", {"job_id": 207, "state": "started"}, "unchanged"),
    ("sql_job", {"job_id": 207, "desc": "new", "restart": "allowed"}, "restarted"),
    ("sql_job", {"job_id": 207, "state": "stopped"}, "stopped"),
    ("sql_job", {"job_id": 207, "state": "stopped", "desc": "new"}, "stopped"),
    ("sql_job", {"job_id": 207, "state": "absent", "force": True}, "deleted"),
]
WITHOUT_WAIT = ("jobs_export", "jobs_import")


def test_table_is_complete():
    runtime = yaml.safe_load((CHECKOUT / "meta" / "runtime.yml").read_text(encoding="utf-8"))
    assert {f"dli_streaming_{module}" for module, _options, _state in CASES} == set(runtime["plugin_routing"]["modules"])


@pytest.mark.parametrize("wait", [False, True])
@pytest.mark.parametrize(("module", "options", "state"), CASES)
def test_check_mode_equals_run(ansible, dli, module, options, state, wait):
    if module in WITHOUT_WAIT:
        options = {**options, "confirm_timeout": 5} if module == "jobs_import" else options
    else:
        options = {**QUICK, **options, "wait": wait}
    if module == "jobs_import":
        exported = ansible.task({"job_ids": [201], "obs_dir": "local-dli/exported"}, module=f"{PREFIX}jobs_export")
        options = {**options, "zip_file": exported.result["zip_files"][0]}
        dli.other_client("delete", [201])
    task = {f"{PREFIX}{module}": options}
    predicted, ended = ansible.tasks({**task, "check_mode": True}, task)
    assert not ended.failed, ended.output
    assert predicted.result["changed"] is ended.result["changed"]
    expected = state[wait] if isinstance(state, dict) else state
    assert {job["state"] for job in jobs_of(ended.result)} == {expected}, ended.output
    if module != "jobs_import":  # check mode cannot read the content of the file
        for member in ("state", "changed", "failed", "name", "status_before", "error_code"):
            assert [job[member] for job in jobs_of(predicted.result)] == [job[member] for job in jobs_of(ended.result)], member


def jobs_of(result):
    """Return the results of all jobs."""
    return result.get("jobs") or result.get("job_mapping") or [result["job"]]
