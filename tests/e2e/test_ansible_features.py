# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The modules with features of Ansible: variables, defaults, diff, timeouts, masking, interpreters and documentation."""

from __future__ import annotations

import json
import time

import pytest
from task_runs import MODULE, STATEMENT, play, started, states

from .conftest import PYTHONS
from .one_playbook import one_playbook

STOP, DELETE = (MODULE.replace("jobs_run", name) for name in ("jobs_stop", "jobs_delete"))
SQL = MODULE.replace("jobs_run", "sql_job")
OPTIONS = {
    "access_key": "HW_ACCESS_KEY",
    "secret_key": "HW_SECRET_KEY",
    "project_id": "HW_PROJECT_ID",
    "region": "HW_REGION_NAME",
    "endpoint": "HW_DLI_ENDPOINT",
}
VERSIONS = sorted(name for name in PYTHONS if name[0].isdigit())
SQL_JOB = {"name": "the_job", "wait": True, "wait_interval": 0.1, "wait_timeout": 30, "resume_savepoint": False}
CHANGED_SQL = {**SQL_JOB, "sql_body": "INSERT INTO a\nSELECT id + 1 FROM b\n", "restart": "allowed"}


def with_python(arguments, name: str) -> dict:
    """Return a play with one task that an interpreter of E2E_PYTHONS runs."""
    return play({MODULE: arguments, "vars": {"ansible_python_interpreter": PYTHONS[name]}}, ignore_errors=True)


@pytest.fixture(scope="module")
def playbook(tmp_path_factory):
    """The plays of the tests below."""
    with one_playbook(tmp_path_factory.mktemp("features")) as book:
        ids = [{"job_ids": 131}, {"job_ids": "{{ ids }}"}, {"job_ids": "{{ survey }}", "job_names": ""}]
        book.add("ids", play(*({MODULE: options} for options in ids), check_mode=True))

        defaults = book.add("defaults", play({MODULE: {"job_ids": 131}}), with_environment=False)
        env = defaults.dli.env()
        options = {option: env[name] for option, name in OPTIONS.items()}
        defaults.plays[0]["module_defaults"] = {"group/huaweicloud.cloud.dli": options}

        book.add("without_requests", with_python({"job_ids": 131}, "without_requests"))
        for version in VERSIONS:
            book.add(version, with_python({"job_ids": [131, 999]}, version))

        changes = [{MODULE: {"job_ids": [131, 207]}}, {STOP: {"job_ids": 129}}, {DELETE: {"job_ids": 130}}]
        diff = book.add("diff", play(*changes))
        diff.dli.seed([{"job_id": 129, "name": "runs_129", "status": "job_running", "sql_body": STATEMENT}])

        first = {SQL: {**SQL_JOB, "sql_body": "INSERT INTO a\nSELECT id FROM b\n", "state": "started"}}
        book.add("sql", play(first, {SQL: CHANGED_SQL, "check_mode": True}, {SQL: CHANGED_SQL}))

        book.run("--diff", "-e", "ids=[131,130,131]", "-e", json.dumps({"survey": "131\n130\n"}))
        assert book.ended.code == 0, book.ended.output
        yield book


def test_single_id_extra_vars_and_duplicates(playbook):
    single, ended, survey = (one["result"] for one in playbook.cases["ids"].results)
    assert single["summary"]["requested"] == 1
    assert [job["job_id"] for job in ended["jobs"]] == [131, 130]
    assert "The option job_ids contains 131 more than once." in " ".join(playbook.ended.output.split())
    assert [job["job_id"] for job in survey["jobs"]] == [131, 130]


def test_module_defaults_of_action_group(playbook):
    case = playbook.cases["defaults"]
    assert not case.failed, case.results
    assert started(case.dli) == [131]


def test_missing_requests(playbook):
    case = playbook.cases["without_requests"]
    assert case.failed, case.results
    assert "requests" in case.result["msg"] and PYTHONS["without_requests"] in case.result["msg"]
    assert "\n" not in case.result["msg"] and len(case.dli.requests) == 0


@pytest.mark.parametrize("version", VERSIONS)
def test_older_target_pythons(playbook, version):
    case = playbook.cases[version]
    assert states(case.result) == {131: "started", 999: "not_found"}, case.results


def test_diff_mode(playbook):
    sections = playbook.sections()
    assert not playbook.cases["diff"].failed
    assert "-131 (clickstream_enrich): job_cancel_success" in sections["diff: Task 0"]
    assert "+131 (clickstream_enrich): job_submitting" in sections["diff: Task 0"]
    assert "+207" not in sections["diff: Task 0"]
    assert "-129 (runs_129): job_running" in sections["diff: Task 1"], sections
    assert "+130 (orders_to_dws): absent" in sections["diff: Task 2"], sections


def test_diff_of_sql(playbook):
    case, sections = playbook.cases["sql"], playbook.sections()
    assert case.result["job"]["state"] == "restarted" and case.result["job"]["status"] == "job_running", case.results
    for number in (1, 2):
        output = sections[f"sql: Task {number}"]
        assert "-  SELECT id FROM b" in output and "+  SELECT id + 1 FROM b" in output
        assert "   INSERT INTO a" in output and "--- before: the_job" in output
    assert "SELECT" not in json.dumps(case.result)


def test_ansible_doc(ansible):
    shown = ansible.command("ansible-doc", MODULE)
    assert shown.code == 0 and "resume_savepoint" in shown.stdout and "already_active" in shown.stdout
    listed = ansible.command("ansible-doc", "-l", "huaweicloud.cloud")
    assert MODULE in listed.stdout


def test_task_timeout_starts_nothing(ansible, dli):
    """The task keyword ``timeout`` ends the task while it reads the jobs."""
    for timeout in (3, 12, 48):  # a busy machine may need more than 3 s until the module sends its first request
        dli.faults.clear()
        dli.faults.add("delay", call="detail", seconds=timeout + 1)
        assert ansible.task({"job_ids": [131]}, timeout=timeout).code == 2
        time.sleep(timeout + 3)
        assert dli.requests.find("run") == [] and dli.ledger.entries == []
        if dli.requests.find("detail"):
            return
    pytest.fail("no read reached the service")


WRONG = [{"job_ids": "13x"}, {"wait": "maybe"}, {"region": ""}]


def test_multiline_token_and_proxy_password_are_masked(ansible, dli):
    """Ansible shows the keyword ``environment`` with -vvv, so the token is in the environment of the command."""
    keys = {"HW_AUTH_TOKEN": "", "HW_ACCESS_KEY": "x" * 20, "HW_SECRET_KEY": "y" * 40}
    proxy = {"job_ids": 131, "proxy": "http://user:Pr0xyPassw0rd@127.0.0.1:9"}
    tasks = [{MODULE: {"job_ids": 131}}, *({MODULE: {**proxy, **wrong}, "environment": keys} for wrong in WRONG)]
    env = {"HW_ACCESS_KEY": "", "HW_SECRET_KEY": "", "HW_AUTH_TOKEN": "firsthalfofit\nsecondhalfofit"}
    ended = ansible.playbook(play(*tasks, ignore_errors=True), "-vvv", env=env)
    token, *others = ended.results
    assert token["failed"] and "auth_token" in token["result"]["msg"]
    assert "halfofit" not in ended.output
    assert len(others) == len(WRONG)
    for wrong, one in zip(WRONG, others):
        assert one["failed"] and "Pr0xyPassw0rd" not in json.dumps(one["result"]), wrong
