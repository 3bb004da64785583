# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Every secret of every way to sign in, searched for in everything a run leaves behind."""

from __future__ import annotations

import json

import pytest

from .conftest import MODULE, Ansible

TEMPORARY = {
    "access_key": "LOCALDLITEMPORARYKE2",
    "secret_key": "inventedForTheLocalDliOnly00000000000002",
    "security_token": "invented-security-token-of-the-local-dli",
}
FAMILIES = {
    "HW": {
        "access_key": "HW_ACCESS_KEY",
        "secret_key": "HW_SECRET_KEY",
        "security_token": "HW_SECURITY_TOKEN",
        "auth_token": "HW_AUTH_TOKEN",
    },
    "OS": {
        "access_key": "OS_ACCESS_KEY",
        "secret_key": "OS_SECRET_KEY",
        "security_token": "OS_SECURITY_TOKEN",
        "auth_token": "OS_AUTH_TOKEN",
    },
}
#: What the service is made to say, so that failures are searched too; the texts hold secrets, as real ones do.
ANSWERS = {
    "success": None,
    "wrong signature": {"kind": "unauthorized", "call": "list"},
    "an error that repeats what it was sent": {"kind": "status", "status": 400, "call": "list", "body": "ECHO"},
    "a refusal that repeats what it was sent": {"kind": "status", "status": 400, "call": "run", "body": "ECHO"},
    "no answer": {"kind": "reset_after", "call": "run"},
}


def secrets_of(dli, way: str) -> dict:
    if way == "token":
        return {"auth_token": dli.token()}
    if way == "temporary keys":
        return TEMPORARY
    return {name: dli.env()[f"HW_{name.upper()}"] for name in ("access_key", "secret_key")}


def echo(secrets: dict):
    return [{"error_code": "DLI.13005", "error_msg": f"you sent {' and '.join(secrets.values())}"}] * 2


@pytest.mark.parametrize("answer", ANSWERS)
@pytest.mark.parametrize("place", ["options", "HW", "OS"])
@pytest.mark.parametrize("way", ["keys", "temporary keys", "token"])
def test_no_secret_in_anything(ansible: Ansible, dli, way, place, answer):
    secrets = secrets_of(dli, way)
    env = {**dict.fromkeys(dli.env(), ""), "ANSIBLE_LOG_PATH": str(ansible.folder / "ansible.log")}
    where = {"project_id": dli.project_id, "endpoint": dli.url, "confirm_timeout": 1}
    if place == "options":
        options = {**where, **secrets}
    else:
        options = where
        env.update({FAMILIES[place][name]: value for name, value in secrets.items()})
        # The files that stay hold the options in clear (that is Ansible's doing); secrets of the environment must not be there.
        env.update(ANSIBLE_KEEP_REMOTE_FILES="true", ANSIBLE_LOCAL_TEMP=str(ansible.folder / "tmp"))
        env["ANSIBLE_REMOTE_TMP"] = str(ansible.folder / "remote")
    if ANSWERS[answer] is not None:
        rule = dict(ANSWERS[answer])
        if rule.get("body") == "ECHO":
            rule["body"] = echo(secrets)
        dli.faults.add(rule.pop("kind"), **rule)
    ended = ansible.task({"job_ids": [131, 130], **options}, "-vvvv", "--diff", env=env)
    assert (ended.code == 0) == (answer == "success" or answer == "no answer"), ended.output
    (ansible.folder / "playbook.yml").unlink()
    files = [path for path in ansible.folder.rglob("*") if path.is_file()]
    assert {"ansible.log", "results.jsonl"} <= {path.name for path in files}
    assert place == "options" or any("AnsiballZ" in path.name for path in files)
    everything = {"output": ended.output.encode(), **{str(path): path.read_bytes() for path in files}}
    for name, value in secrets.items():
        for where_found, content in everything.items():
            assert value.encode() not in content, f"{name} stands in {where_found}"


def test_runner_leaves_no_secret_in_its_artifacts(ansible: Ansible, dli):
    """ansible-runner keeps the environment of a run in a file of its own making; the events and output must be clean."""
    secret = dli.env()["HW_SECRET_KEY"]
    private = ansible.folder / "private"
    for folder in ("project", "env"):
        (private / folder).mkdir(parents=True)
    play = [{"hosts": "localhost", "gather_facts": False, "tasks": [{"name": "The task", MODULE: {"job_ids": [131, 999]}}]}]
    (private / "project" / "play.json").write_text(json.dumps(play), encoding="utf-8")
    (private / "env" / "envvars").write_text(json.dumps(dli.env()), encoding="utf-8")
    ended = ansible.command("ansible-runner", "run", private, "-p", "play.json", "-v")
    events = [json.loads(path.read_text(encoding="utf-8")) for path in private.rglob("job_events/*.json")]
    (failed,) = [event for event in events if event["event"] == "runner_on_failed"]
    assert [job["state"] for job in failed["event_data"]["res"]["jobs"]] == ["started", "not_found"]
    assert secret not in ended.output
    for path in private.rglob("artifacts/**/*"):
        if path.is_file() and path.name != "command":
            assert secret.encode() not in path.read_bytes(), path
