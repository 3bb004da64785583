# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""No secret of any authentication method is in the output or the files of a run.

Two playbooks with full verbosity run the cases, one play for each case. The environment variables and the home directory of a
case are set by a wrapper of its Python interpreter, because Ansible displays the keyword ``environment`` of a task.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from local_dli.instance import LocalDli
from local_dli.server import serve
from task_runs import MODULE, TEMPORARY, Ansible, play

from .conftest import PYTHONS

pytestmark = pytest.mark.smoke  # versions of ansible-core mask secrets in different ways

#: Faults by job ID, to include failures in the search; some responses contain the secrets.
FAULTS = {
    131: None,
    130: {"kind": "unauthorized", "call": "detail"},
    138: {"kind": "status", "status": 400, "call": "detail", "body": "ECHO"},
    137: {"kind": "status", "status": 400, "call": "run", "body": "ECHO"},
    201: {"kind": "reset_after", "call": "run"},
}
SUCCEED = (131, 201)

METHODS = ("keys", "temporary keys", "token")
#: The cases by name. Names contain no spaces, because older versions of ansible-core do not quote the path of an interpreter.
CONFIGURED = {f"{method}-{place}".replace(" ", "_"): (method, place) for method in METHODS for place in ("options", "HW", "OS")}
#: Authentication methods whose secrets come from a file or from a service.
ACQUIRED = ("password in options", "password in HW", "password in OS", "agency", "sdk file", "profile", "metadata")
CALLS = (None, "detail", "list", "run")
REPEATED = {f"{method}-{call}".replace(" ", "_"): (method, call) for method in ACQUIRED for call in CALLS}
WARNING = "warning"


def is_in_options(name: str) -> bool:
    """Return whether the options of a case contain its secrets."""
    return "options" in name


@dataclass
class Case:
    """The tasks of a play, and the results of the play.

    :ivar home: the home directory of the module; only the module reads it.
    :ivar secrets: returns the secrets of the case, also those that the service issued during the play.
    :ivar contents: all outputs and files of the run, without its input.
    """

    name: str
    dli: LocalDli
    home: Path
    tasks: list[dict] = field(default_factory=list)
    env: dict[str, str] = field(default_factory=dict)
    secrets: Callable[[], dict[str, str]] = dict
    results: list[dict] = field(default_factory=list)
    contents: dict[str, bytes] = field(default_factory=dict)

    @property
    def keys(self) -> dict[str, str]:
        return {name: self.dli.env()[f"HW_{name.upper()}"] for name in ("access_key", "secret_key")}


@pytest.fixture(scope="module")
def cases_with_options(tmp_path_factory):
    """Run the cases whose options contain secrets; yield them by name."""
    yield from run_all(tmp_path_factory, is_in_options)


@pytest.fixture(scope="module")
def other_cases(tmp_path_factory):
    """The same for the other cases. Ansible keeps the options in files, which must not contain secrets of the environment."""
    yield from run_all(tmp_path_factory, lambda name: not is_in_options(name), keep=True)


def run_all(tmp_path_factory, is_selected: Callable[[str], bool], keep: bool = False) -> Iterator[dict[str, Case]]:
    homes = tmp_path_factory.mktemp("homes")
    with ExitStack() as running:
        made = {}
        for name in filter(is_selected, (*CONFIGURED, *REPEATED, WARNING)):
            (homes / name).mkdir()
            made[name] = Case(name, running.enter_context(serve()), homes / name)
            if name == WARNING:
                prepare_warning(made[name])
            elif name in CONFIGURED:
                prepare_configured(made[name], *CONFIGURED[name])
            else:
                prepare_acquired(made[name], *REPEATED[name])
        run(Ansible(tmp_path_factory.mktemp("run")), list(made.values()), keep)
        yield made


@pytest.fixture
def case(request) -> Case:
    """The case whose name is the parameter of the test."""
    name = request.param
    return request.getfixturevalue("cases_with_options" if is_in_options(name) else "other_cases")[name]


def run(ansible: Ansible, cases: list[Case], keep: bool = False) -> None:
    """Run cases, and set their results."""
    remote = ansible.folder / "remote"
    plays = [
        play(
            *({"name": case.name, MODULE: options} for options in case.tasks),
            ignore_errors=True,
            vars={"ansible_python_interpreter": str(wrapper(case)), "ansible_remote_tmp": str(remote / case.name)},
        )
        for case in cases
    ]
    env = {"ANSIBLE_LOG_PATH": str(ansible.folder / "ansible.log")}
    if keep:
        env.update(ANSIBLE_KEEP_REMOTE_FILES="true", ANSIBLE_LOCAL_TEMP=str(ansible.folder / "tmp"))
    ended = ansible.playbook(plays, "-vvvv", "--diff", env=env)
    contents = files_of(ansible, ended)
    for case in cases:
        case.results = [entry for entry in ended.results if entry["task"] == case.name]
        case.contents = contents
        assert len(case.results) == len(case.tasks), ended.output
        assert not keep or any(f"/{case.name}/" in name and "AnsiballZ" in name for name in contents)


def wrapper(case: Case) -> Path:
    """Write and return a program that runs Python with the environment variables of a case."""
    file = case.home / "python"
    exports = "".join(f"export {name}={shlex.quote(value)}\n" for name, value in {**case.env, "HOME": str(case.home)}.items())
    file.write_text(f'#!/bin/sh\n{exports}exec {PYTHONS["controller"]} "$@"\n', encoding="utf-8")
    file.chmod(0o700)
    return file


def files_of(ansible: Ansible, ended) -> dict[str, bytes]:
    """Return the output and the content of all files of a run, except for its input."""
    (ansible.folder / "playbook.yml").unlink()
    files = [path for path in ansible.folder.rglob("*") if path.is_file()]
    assert {"ansible.log", "results.jsonl"} <= {path.name for path in files}
    return {"output": ended.output.encode(), **{str(path): path.read_bytes() for path in files}}


def assert_absent(secrets: dict, contents: dict) -> None:
    for name, value in secrets.items():
        for place, content in contents.items():
            assert value.encode() not in content, f"{name} is in {place}"


def echo(secrets: dict):
    return [{"error_code": "DLI.13005", "error_msg": f"you sent {' and '.join(secrets.values())}"}] * 2


# Secrets in options and environment variables


def prepare_configured(case: Case, method: str, place: str) -> None:
    """Add a task for each fault."""
    dli = case.dli
    secrets = {"keys": case.keys, "temporary keys": TEMPORARY, "token": {"auth_token": dli.token()}}[method]
    options = {"project_id": dli.project_id, "endpoint": dli.url, "confirm_timeout": 1}
    if place == "options":
        options.update(secrets)
    else:
        case.env = {f"{place}_{name.upper()}": value for name, value in secrets.items()}
    for job_id, rule in FAULTS.items():
        if rule:
            fault = {**rule, "body": echo(secrets)[:1]} if rule.get("body") else rule
            dli.faults.add(fault["kind"], **{name: value for name, value in fault.items() if name != "kind"}, job_id=job_id)
    case.tasks = [{"job_ids": [job_id], **options} for job_id in FAULTS]
    case.secrets = lambda: secrets


@pytest.mark.parametrize("case", CONFIGURED, indirect=True)
def test_configured_secrets_are_masked(case):
    assert {job_id for job_id, one in zip(FAULTS, case.results) if not one["failed"]} == set(SUCCEED), case.results
    assert sum("you sent" in json.dumps(one) for one in case.results) >= 2
    assert_absent(case.secrets(), case.contents)


# Secrets from a file or from a service


class SecretEcho:
    """Makes the service repeat all secrets that it has issued so far in its next responses."""

    def __init__(self, dli, call: str | None) -> None:
        self.dli = dli
        self.call = call
        dli.requests.on_request = self.on_request

    def secrets(self) -> dict:
        """Return the issued secrets."""
        issued = {f"token {number}": value for number, value in enumerate(self.dli.accounts._tokens)}
        for number, pair in enumerate(self.dli.accounts._issued.values()):
            members = (pair.access_key, pair.secret_key, pair.security_token)
            issued.update({f"key {number}, part {part}": value for part, value in enumerate(members)})
        return issued

    def on_request(self, request) -> None:
        if self.call and request.call in ("token", "temporary_key", "metadata_key", "projects"):
            self.dli.faults.clear()
            self.dli.faults.add("status", status=400, call=self.call, body=echo(self.secrets()), times=9)


def prepare_acquired(case: Case, method: str, repeated_by: str | None) -> None:
    """Add a task in which the response to a call contains all issued secrets."""
    dli, keys = case.dli, case.keys
    user = dli.password_env()
    options = {
        "region": "cn-north-4",
        "endpoint": dli.url,
        "auth_url": dli.url,
        "confirm_timeout": 1,
        "metadata_url": dli.url,
        "job_ids": [131, 130],
    }
    secrets = dict(keys)
    if method.startswith("password"):
        secrets = {"password": user["HW_USER_PASSWORD"]}
        names = {"HW": "HW_USER_NAME HW_USER_PASSWORD HW_DOMAIN_NAME", "OS": "OS_USERNAME OS_PASSWORD OS_DOMAIN_NAME"}
        values = [user[name] for name in names["HW"].split()]
        place = method.rpartition(" ")[2]
        if place == "options":
            options.update(zip(("username", "password", "domain_name"), values))
        else:
            case.env = dict(zip(names[place].split(), values))
    elif method == "agency":
        case.env = {name: value for name, value in dli.agency_env().items() if name != "HW_PROJECT_ID"}
        options["job_ids"] = [301, 302]
    elif method == "sdk file":
        (case.home / ".huaweicloud").mkdir()
        text = f"[basic]\nak={keys['access_key']}\nsk={keys['secret_key']}\n"
        (case.home / ".huaweicloud" / "credentials").write_text(text, encoding="utf-8")
    elif method == "profile":
        (case.home / ".hcloud").mkdir()
        profile = {"name": "p", "accessKeyId": keys["access_key"], "secretAccessKey": keys["secret_key"]}
        text = json.dumps({"current": "p", "profiles": [profile]})
        (case.home / ".hcloud" / "config.json").write_text(text, encoding="utf-8")
    if repeated_by == "detail":
        options["job_ids"] = [131] if method != "agency" else [301]
    echoed = SecretEcho(dli, repeated_by)
    case.tasks = [options]
    case.secrets = lambda: {**secrets, **echoed.secrets()}


@pytest.mark.parametrize("case", REPEATED, indirect=True)
def test_acquired_secrets_are_masked(case):
    method, repeated_by = REPEATED[case.name]
    (ended,) = case.results
    assert ended["failed"] == (repeated_by is not None), ended
    if method in ("sdk file", "profile") and repeated_by:
        assert "you sent" in json.dumps(ended)  # the response contains no issued secrets then
    assert_absent(case.secrets(), case.contents)
    is_issued = any(name.startswith(("token ", "key ")) for name in case.secrets())
    assert is_issued or method in ("sdk file", "profile")


# Secrets in warnings and in the files of ansible-runner


def prepare_warning(case: Case) -> None:
    """Add a task with a warning that quotes the identity service."""
    case.env = case.dli.password_env()
    secret = case.env["HW_USER_PASSWORD"]
    case.dli.faults.add("other_client", action="expire_credentials", call="run")
    body = {"error": {"code": 400, "message": f"no {secret}"}}
    case.dli.faults.add("status", status=400, call="token", skip=1, times=9, body=body)
    case.tasks = [{"job_ids": [131]}]
    case.secrets = lambda: {"password": secret}


@pytest.mark.parametrize("case", [WARNING], indirect=True)
def test_secrets_in_warnings_are_masked(case):
    """Versions of ansible-core from 2.19 on mask results, but not warnings."""
    # Older versions of ansible-core wrap warnings.
    output = " ".join(case.contents["output"].decode().split())
    assert case.results[0]["failed"] and "authenticating again failed" in output, output
    assert_absent(case.secrets(), case.contents)


def test_secrets_in_runner_artifacts_are_masked(ansible: Ansible, dli):
    """ansible-runner writes the environment of a run into a file; events and output must not contain it."""
    secret = dli.env()["HW_SECRET_KEY"]
    private = ansible.folder / "private"
    for folder in ("project", "env"):
        (private / folder).mkdir(parents=True)
    content = json.dumps([play({MODULE: {"job_ids": [131, 999]}})])
    (private / "project" / "play.json").write_text(content, encoding="utf-8")
    (private / "env" / "envvars").write_text(json.dumps(dli.env()), encoding="utf-8")
    ended = ansible.command("ansible-runner", "run", private, "-p", "play.json", "-vvvv")
    events = [json.loads(path.read_text(encoding="utf-8")) for path in private.rglob("job_events/*.json")]
    (failed,) = [event for event in events if event["event"] == "runner_on_failed"]
    assert [job["state"] for job in failed["event_data"]["res"]["jobs"]] == ["started", "not_found"]
    assert secret not in ended.output
    for path in private.rglob("artifacts/**/*"):
        if path.is_file() and path.name != "command":
            assert secret.encode() not in path.read_bytes(), path
