# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""No secret of any authentication method is in the output or the files of a run."""

from __future__ import annotations

import json

import pytest
from task_runs import MODULE, TEMPORARY, Ansible, play

pytestmark = pytest.mark.smoke

#: Faults by job ID, to include failures in the search; some responses contain the secrets.
FAULTS = {
    131: None,
    130: {"kind": "unauthorized", "call": "detail"},
    138: {"kind": "status", "status": 400, "call": "detail", "body": "ECHO"},
    137: {"kind": "status", "status": 400, "call": "run", "body": "ECHO"},
    201: {"kind": "reset_after", "call": "run"},
}
SUCCEED = (131, 201)


def secrets_of(dli, method: str) -> dict:
    if method == "token":
        return {"auth_token": dli.token()}
    if method == "temporary keys":
        return TEMPORARY
    return {name: dli.env()[f"HW_{name.upper()}"] for name in ("access_key", "secret_key")}


def echo(secrets: dict):
    return [{"error_code": "DLI.13005", "error_msg": f"you sent {' and '.join(secrets.values())}"}] * 2


@pytest.mark.parametrize("place", ["options", "HW", "OS"])
@pytest.mark.parametrize("method", ["keys", "temporary keys", "token"])
def test_configured_secrets_are_masked(ansible: Ansible, dli, method, place):
    """One play has a task for each fault; the log and the kept files contain all results."""
    secrets = secrets_of(dli, method)
    env = {**dict.fromkeys(dli.env(), ""), "ANSIBLE_LOG_PATH": str(ansible.folder / "ansible.log")}
    options = {"project_id": dli.project_id, "endpoint": dli.url, "confirm_timeout": 1}
    if place == "options":
        options.update(secrets)
    else:
        env.update({f"{place}_{name.upper()}": value for name, value in secrets.items()})
        # Ansible keeps the options in clear text in these files. They must not contain secrets of the environment.
        env.update(ANSIBLE_KEEP_REMOTE_FILES="true", ANSIBLE_LOCAL_TEMP=str(ansible.folder / "tmp"))
        env["ANSIBLE_REMOTE_TMP"] = str(ansible.folder / "remote")
    for job_id, rule in FAULTS.items():
        if rule:
            fault = {**rule, "body": echo(secrets)[:1]} if rule.get("body") else rule
            dli.faults.add(fault["kind"], **{name: value for name, value in fault.items() if name != "kind"}, job_id=job_id)
    tasks = ({MODULE: {"job_ids": [job_id], **options}} for job_id in FAULTS)
    ended = ansible.playbook(play(*tasks, ignore_errors=True), "-vvvv", "--diff", env=env)
    assert {job_id for job_id, one in zip(FAULTS, ended.results) if not one["failed"]} == set(SUCCEED), ended.output
    assert ended.output.count("you sent") >= 2
    contents = files_of(ansible, ended)
    assert place == "options" or any("AnsiballZ" in name for name in contents)
    assert_absent(secrets, contents)


def files_of(ansible: Ansible, ended) -> dict:
    """Return the output and the content of all files of a run, except for its input."""
    (ansible.folder / "playbook.yml").unlink()
    input_folders = (ansible.folder / "home" / ".huaweicloud", ansible.folder / "home" / ".hcloud")
    files = [path for path in ansible.folder.rglob("*") if path.is_file() and not set(input_folders) & set(path.parents)]
    assert {"ansible.log", "results.jsonl"} <= {path.name for path in files}
    return {"output": ended.output.encode(), **{str(path): path.read_bytes() for path in files}}


def assert_absent(secrets: dict, contents: dict) -> None:
    for name, value in secrets.items():
        for place, content in contents.items():
            assert value.encode() not in content, f"{name} is in {place}"


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


#: Authentication methods whose secrets come from a file or from a service.
ACQUIRED = ("password in options", "password in HW", "password in OS", "agency", "sdk file", "profile", "metadata")


@pytest.mark.parametrize("repeated_by", [None, "detail", "list", "run"])
@pytest.mark.parametrize("method", ACQUIRED)
def test_acquired_secrets_are_masked(ansible: Ansible, dli, method, repeated_by):
    keys = {name: dli.env()[f"HW_{name.upper()}"] for name in ("access_key", "secret_key")}
    user = dli.password_env()
    env = {**dict.fromkeys(dli.env(), ""), "ANSIBLE_LOG_PATH": str(ansible.folder / "ansible.log")}
    env.update(ANSIBLE_KEEP_REMOTE_FILES="true", ANSIBLE_LOCAL_TEMP=str(ansible.folder / "tmp"))
    env["ANSIBLE_REMOTE_TMP"] = str(ansible.folder / "remote")
    options = {
        "region": "cn-north-4",
        "endpoint": dli.url,
        "auth_url": dli.url,
        "confirm_timeout": 1,
        "metadata_url": dli.url,
    }
    secrets = dict(keys)
    home = ansible.folder / "home"
    if method.startswith("password"):
        secrets = {"password": user["HW_USER_PASSWORD"]}
        names = {"HW": "HW_USER_NAME HW_USER_PASSWORD HW_DOMAIN_NAME", "OS": "OS_USERNAME OS_PASSWORD OS_DOMAIN_NAME"}
        values = [user[name] for name in names["HW"].split()]
        place = method.rpartition(" ")[2]
        if place == "options":
            options.update(zip(("username", "password", "domain_name"), values))
            del env["ANSIBLE_KEEP_REMOTE_FILES"]
        else:
            env.update(zip(names[place].split(), values))
    elif method == "agency":
        env.update({name: value for name, value in dli.agency_env().items() if name != "HW_PROJECT_ID"})
        options["job_ids"] = [301, 302]
    elif method == "sdk file":
        (home / ".huaweicloud").mkdir()
        text = f"[basic]\nak={keys['access_key']}\nsk={keys['secret_key']}\n"
        (home / ".huaweicloud" / "credentials").write_text(text, encoding="utf-8")
    elif method == "profile":
        (home / ".hcloud").mkdir()
        profile = {"name": "p", "accessKeyId": keys["access_key"], "secretAccessKey": keys["secret_key"]}
        (home / ".hcloud" / "config.json").write_text(json.dumps({"current": "p", "profiles": [profile]}), encoding="utf-8")
    echoed = SecretEcho(dli, "list" if repeated_by == "detail" else repeated_by)
    if repeated_by == "detail":
        options["job_ids"] = [131] if method != "agency" else [301]
        echoed.call = "detail"
    ended = ansible.task({"job_ids": [131, 130], **options}, "-vvvv", "--diff", env=env)
    assert (ended.code == 0) == (repeated_by is None), ended.output
    if method in ("sdk file", "profile") and repeated_by:
        assert "you sent" in ended.output  # the response contains no issued secrets then
    assert_absent({**secrets, **echoed.secrets()}, files_of(ansible, ended))
    assert echoed.secrets() or method in ("sdk file", "profile")


def test_secrets_in_warnings_are_masked(ansible: Ansible, dli):
    """ansible-core masks results, but not warnings; this one quotes the identity service."""
    user = dli.password_env()
    secret = user["HW_USER_PASSWORD"]
    dli.faults.add("other_client", action="expire_credentials", call="run")
    body = {"error": {"code": 400, "message": f"no {secret}"}}
    dli.faults.add("status", status=400, call="token", skip=1, times=9, body=body)
    env = {**dict.fromkeys(dli.env(), ""), **user, "ANSIBLE_LOG_PATH": str(ansible.folder / "ansible.log")}
    ended = ansible.task({"job_ids": [131]}, "-vvvv", env=env)
    # Older versions of ansible-core wrap warnings.
    assert ended.code == 2 and "authenticating again failed" in " ".join(ended.output.split()), ended.output
    assert_absent({"password": secret}, files_of(ansible, ended))


def test_secrets_in_runner_artifacts_are_masked(ansible: Ansible, dli):
    """ansible-runner writes the environment of a run into a file; events and output must not contain it."""
    secret = dli.env()["HW_SECRET_KEY"]
    private = ansible.folder / "private"
    for folder in ("project", "env"):
        (private / folder).mkdir(parents=True)
    content = json.dumps([play({MODULE: {"job_ids": [131, 999]}})])
    (private / "project" / "play.json").write_text(content, encoding="utf-8")
    (private / "env" / "envvars").write_text(json.dumps(dli.env()), encoding="utf-8")
    ended = ansible.command("ansible-runner", "run", private, "-p", "play.json", "-v")
    events = [json.loads(path.read_text(encoding="utf-8")) for path in private.rglob("job_events/*.json")]
    (failed,) = [event for event in events if event["event"] == "runner_on_failed"]
    assert [job["state"] for job in failed["event_data"]["res"]["jobs"]] == ["started", "not_found"]
    assert secret not in ended.output
    for path in private.rglob("artifacts/**/*"):
        if path.is_file() and path.name != "command":
            assert secret.encode() not in path.read_bytes(), path
