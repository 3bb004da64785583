# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""White space around the value of each variable of a playbook or role has no effect: the input of a survey can contain it."""

from __future__ import annotations

import re
import time
from functools import partial
from pathlib import Path
from unittest import mock

import pytest
import yaml
from local_dli.instance import LocalDli
from local_dli.server import serve
from role_runs import ROLES, Role, TaskFailed, Tasks, Variables, read_yaml
from task_runs import CHECKOUT, STATEMENT, InProcess

from ansible_collections.huaweicloud.cloud.plugins.module_utils._clock import Clock

PLAYBOOKS = CHECKOUT / "playbooks"
PADDED = (" {} ", "\t{}\r\n")
START = {"dli_resume_savepoint": "true", "dli_wait": "true", "dli_wait_timeout": "60"}
RETRY = {"dli_failed_job_ids": "130", "dli_failed_job_names": "clickstream_enrich"}
#: Playbook or role -> sets of its variables. Each set has all variables that are documented.
CASES: dict[str, list[Variables]] = {
    "streaming_jobs_run": [
        {"dli_job_ids": "131,130", "dli_job_names": "fraud_rules", **START, "dli_retry_failed": "false"},
        {"dli_job_ids": "131", "dli_job_names": "", **START, "dli_wait": "false", "dli_retry_failed": "t", **RETRY},
    ],
    "streaming_jobs_stop": [
        {"dli_job_ids": "207", "dli_job_names": "orders", "dli_trigger_savepoint": trigger, "dli_wait": wait}
        | {"dli_wait_timeout": "60", "dli_retry_failed": "no"}
        for trigger, wait in (("true", "false"), ("false", "true"))
    ],
    "streaming_jobs_savepoint": [
        {"dli_job_ids": "207", "dli_job_names": "orders", "dli_savepoint_path": "b/s", "dli_wait": wait}
        | {"dli_wait_timeout": "60", "dli_retry_failed": "0"}
        for wait in ("true", "false")
    ],
    "streaming_jobs_recover": [
        {"dli_job_ids": "137,411", "dli_job_names": "failed", "dli_queue_name": "q", "dli_resume_savepoint": resume}
        | {"dli_without_state": stateless, "dli_wait": wait, "dli_wait_timeout": "60"}
        for resume, stateless, wait in (("true", "true", "false"), ("true", "y", "true"), ("false", "false", "false"))
    ],
    "streaming_jobs_info": [
        {"dli_job_ids": "", "dli_job_names": "", "dli_status": "job_running_exception", "dli_queue_name": "q"},
        {"dli_job_ids": "411,207", "dli_job_names": "orders", "dli_status": "job_running", "dli_queue_name": ""},
    ],
    "roles/streaming_jobs_recover": [
        {"statuses": ["job_running_exception"], "job_ids": ["411"], "job_names": ["failed"], "queue_name": "q"}
        | {"tags": {"a": "b"}, "resume_savepoint": "true", "without_state": stateless, "wait": "false"}
        | {"wait_timeout": "60", "wait_interval": "0.1"}
        for stateless in ("true", "t", "false")
    ],
    "roles/streaming_jobs_rollout": [
        {"jobs": [{"kind": "sql", "name": "orders", "tm_cus": "2"}, {"job_id": "411", "name": "failed", "sql_body": fails}]}
        | {"resume_savepoint": resume, "savepoint_path": "b/s", "verify_seconds": "0", "rollback_without_state": allowed}
        | {"go_on": "true", "wait_timeout": "60", "wait_interval": "0.1"}
        for resume, allowed in (("true", "y"), ("false", "true"), ("true", "false"))
        for fails in ["INSERT INTO a SELECT 1 -- local-dli: {submit_fail: broken}"]
    ],
    "awx_setup": [
        {"setup_organization": "o", "setup_credential": credential, "setup_execution_environment": "e", "setup_image": "i"}
        | {"setup_project": "p", "setup_project_url": "https://example.com/p.git", "setup_project_branch": "b"}
        | {"setup_playbook_folder": "f/", "setup_inventory": "n", "setup_prefix": "x: "}
        for credential in ("c", "")
    ],
}
#: The white space of a prefix separates it from the name.
KEPT = ("setup_prefix",)


def documented(name: str) -> set[str]:
    """Return the variables that the comment of a playbook or the argument spec of a role lists."""
    if name.startswith("roles/"):
        role = name.removeprefix("roles/")
        spec = yaml.safe_load((ROLES / role / "meta" / "argument_specs.yml").read_text(encoding="utf-8"))
        return {option.removeprefix(f"{role}_") for option in spec["argument_specs"]["main"]["options"]}
    text = (PLAYBOOKS / f"{name}.yml").read_text(encoding="utf-8").partition("# Artifacts")[0]
    return set(re.findall(r"(?m)^#   (\w+)  ", text))


def padded(value, form: str):
    """Return a value with white space around each of its texts, but not around names of settings."""
    if isinstance(value, dict):
        return {key: padded(inner, form) for key, inner in value.items()}
    return [padded(one, form) for one in value] if isinstance(value, list) else form.format(value) if value else value


class Runs:
    """Runs playbooks and roles in process, each with its own local DLI."""

    def __init__(self, folder: Path) -> None:
        self._in_process = InProcess(folder)

    def run(self, name: str, variables: Variables) -> dict:
        """Return the operations of the service, the artifacts or the fact, and whether the run failed."""
        with serve(settings={"submit_delay": 0, "stop_delay": 0, "savepoint_delay": 0}) as dli:
            for number, job, status in ((411, "failed", "job_running_exception"), (412, "orders", "job_running")):
                job = {"job_id": number, "name": job, "status": status, "sql_body": STATEMENT, "queue_name": "q"}
                dli.seed([{**job, "tags": {"a": "b"}}])
            facts = {"ansible_check_mode": False, "ansible_playbook_python": "python3", "playbook_dir": str(PLAYBOOKS)}
            modules = Modules(partial(self._call, dli))
            failed = False
            try:
                self._play(name, variables, facts, modules)
            except TaskFailed:
                failed = True
            found = facts.get("stats") or facts.get(f"{name.removeprefix('roles/')}_result")
            done = [(one.operation, one.job_id, one.resume_savepoint, one.trigger_savepoint) for one in dli.ledger.find()]
            sent = sorted({request.call for request in dli.requests.find()})
            return {"done": sorted(done), "found": _without_ids(found), "failed": failed, "sent": sent, "awx": modules.awx}

    def _play(self, name: str, variables: Variables, facts: Variables, modules: Modules) -> None:
        if name.startswith("roles/"):
            role = name.removeprefix("roles/")
            Role(ROLES / role, modules, facts | {f"{role}_{key}": value for key, value in variables.items()}).play({})
            return
        (play,) = read_yaml(PLAYBOOKS / f"{name}.yml")
        files = [read_yaml(PLAYBOOKS / file) for file in play.get("vars_files", [])]
        defined = {key: value for part in (play["vars"], *files) for key, value in part.items()}
        facts.update({key: value for key, value in variables.items() if value})
        Tasks(PLAYBOOKS, defined, modules, facts).run(play["tasks"], {})

    def _call(self, dli: LocalDli, module: str, arguments: Variables, check_mode: bool) -> Variables:
        result = self._in_process.task(arguments, *(["--check"] if check_mode else []), env=dli.env(), module=module).result
        return {"failed": False, "changed": False, **result}


class Modules(dict):
    """All modules of the collection, and modules that have no effect. ``awx`` contains the arguments of those for AWX."""

    def __init__(self, call) -> None:
        super().__init__()
        self._call = call
        self.awx: list[tuple[str, Variables]] = []

    def __missing__(self, name: str):
        return partial(self._call, name) if name.startswith("huaweicloud.") else partial(self._record, name)

    def _record(self, name: str, arguments: Variables, _check_mode: bool) -> Variables:
        if name.startswith("awx."):
            self.awx.append((name, arguments))
        return {"failed": False}


def _without_ids(found):
    return re.sub(r"request ID \w+", "", repr(found))


@pytest.mark.parametrize("name", CASES)
def test_cases_have_all_documented_variables(name):
    assert all(set(case) - set(RETRY) == documented(name) for case in CASES[name])


@pytest.fixture(scope="module", autouse=True)
def short_pauses():
    """The playbooks do not set the interval of a wait."""
    with mock.patch.object(Clock, "sleep", lambda _self, seconds: time.sleep(min(seconds, 0.01))):
        yield


@pytest.fixture(scope="module")
def expected(tmp_path_factory) -> dict:
    """The outcome of each case without white space."""
    runs = Runs(tmp_path_factory.mktemp("expected"))
    return {(name, number): runs.run(name, case) for name, cases in CASES.items() for number, case in enumerate(cases)}


@pytest.mark.parametrize(
    ("name", "number", "variable"),
    [
        (name, number, variable)
        for name, cases in CASES.items()
        for number, case in enumerate(cases)
        for variable, value in case.items()
        if value and variable not in KEPT
    ],
)
def test_white_space_has_no_effect(tmp_path, expected, name, number, variable):
    case = CASES[name][number]
    for index, form in enumerate(PADDED):
        (tmp_path / str(index)).mkdir()
        outcome = Runs(tmp_path / str(index)).run(name, {**case, variable: padded(case[variable], form)})
        assert outcome == expected[name, number], form
