# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The files that a module loads. Ansible compiles each of them in every task, so a task loads only those that it requires."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest
from task_runs import CHECKOUT, MODULE

#: Runs a module in a new process, and writes what the module loaded in addition to AnsibleModule and requests.
PROGRAM = """
import json, runpy, sys
import ansible.module_utils.basic, requests
from ansible.module_utils.testing import patch_module_args
before = set(sys.modules)
try:
    with patch_module_args(json.loads(sys.argv[1])):
        runpy.run_module(sys.argv[2], run_name="__main__", alter_sys=True)
finally:
    print(json.dumps(sorted(set(sys.modules) - before)), file=sys.stderr)
"""
UTILS = "ansible_collections.huaweicloud.cloud.plugins.module_utils."
#: All files that the start of a job with an access key loads.
START = {
    "_argspec", "_clock", "_errors", "_options", "_result",
    "_http", "_http.client", "_http.options", "_http.request_response", "_http.retry", "_http.session",
    "_auth", "_auth.connection", "_auth.environment", "_auth.files", "_auth.provider", "_auth.provider_chain", "_auth.session",
    "_auth.signer", "_auth.providers", "_auth.providers.access_key", "_auth.providers.password", "_auth.providers.token",
    "_dli", "_dli.batch_response", "_dli.client", "_dli.error_codes", "_dli.job", "_dli.job_finder", "_dli.job_status",
    "_dli.task_context",
    "_batch", "_batch.execute", "_batch.job_result", "_batch.operation", "_batch.operations", "_batch.operations.start",
    "_batch.plan", "_batch.report",
    "_module", "_module.batch", "_module.runner",
}
WAIT = {"_batch.wait", "_polling"}
ERRORS = {"_dli.remedies", "_http.errors"}
CONFIRM = {"_batch.confirm", "_batch.reconcile", "_polling"}


@pytest.fixture
def loaded(cloud, tmp_path):
    """Return a function that runs the module in a new process; it returns the loaded files of the collection, and all others."""
    path = tmp_path / "ansible_collections" / "huaweicloud"
    path.mkdir(parents=True)
    (path / "cloud").symlink_to(CHECKOUT)
    module = "ansible_collections.{}.{}.plugins.modules.{}".format(*MODULE.split("."))

    def run(**arguments: object) -> tuple[set[str], list[str]]:
        env = {**os.environ, **cloud.env(), "HOME": str(tmp_path), "PYTHONPATH": str(tmp_path)}
        command = [sys.executable, "-c", PROGRAM, json.dumps(arguments), module]
        ended = subprocess.run(command, env=env, capture_output=True, text=True, check=False, timeout=60)
        names = json.loads(ended.stderr.splitlines()[-1])
        assert json.loads(ended.stdout)["summary"]["requested"] == len(arguments["job_ids"]), ended.stdout
        others = [name for name in names if not name.startswith(("ansible_collections", "ansible."))]
        return {name[len(UTILS) :] for name in names if name.startswith(UTILS)}, others

    return run


def test_start(loaded):
    collection, others = loaded(job_ids=[131, 130])
    assert collection == START
    assert others == []


@pytest.mark.parametrize(
    ("arguments", "more"),
    [({"job_ids": [131], "wait": True}, WAIT), ({"job_ids": [131, 221], "resume_savepoint": True}, ERRORS | CONFIRM)],
    ids=["wait", "refusal"],
)
def test_files_of_other_cases(loaded, arguments, more):
    collection, _others = loaded(**arguments)
    assert collection == START | more
