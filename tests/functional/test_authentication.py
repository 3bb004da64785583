# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Authentication: the requests of each method, and the messages of failures."""

from __future__ import annotations

import json

import pytest
from task_runs import READER, calls, error_message, started, states

#: Variables with credentials, without those of endpoints.
CREDENTIALS = ("HW_ACCESS_KEY", "HW_SECRET_KEY", "HW_PROJECT_ID")
NO_METADATA = "http://127.0.0.1:9"
#: A job of the account that created the agency.
PARTNER_JOB = 301


def without_credentials(dli) -> dict:
    """Return an environment with the endpoints of the service and without credentials."""
    return {
        **dict.fromkeys(CREDENTIALS, ""),
        "HW_DLI_ENDPOINT": dli.url,
        "HW_AUTH_URL": f"{dli.url}/v3",
        "HW_REGION_NAME": "cn-north-4",
    }


def keys(dli) -> dict:
    """Return the keys of the main account."""
    env = dli.env()
    return {"access_key": env["HW_ACCESS_KEY"], "secret_key": env["HW_SECRET_KEY"]}


def user(dli) -> dict:
    """Return the user of the main account."""
    env = dli.password_env()
    return {"username": env["HW_USER_NAME"], "password": env["HW_USER_PASSWORD"], "domain_name": env["HW_DOMAIN_NAME"]}


def agency(dli) -> dict:
    """Return the agency of the partner account."""
    env = dli.agency_env()
    return {
        "agency_name": env["HW_ASSUME_ROLE_AGENCY_NAME"],
        "agency_domain_name": env["HW_ASSUME_ROLE_DOMAIN_NAME"],
    }


def sdk_file(ansible, **values: str) -> None:
    file = ansible.folder / "home" / ".huaweicloud" / "credentials"
    file.parent.mkdir(exist_ok=True)
    file.write_text("[basic]\n" + "".join(f"{name} = {value}\n" for name, value in values.items()), encoding="utf-8")


def hcloud(ansible, *profiles: dict, current: str = "default") -> None:
    file = ansible.folder / "home" / ".hcloud" / "config.json"
    file.parent.mkdir(exist_ok=True)
    file.write_text(json.dumps({"current": current, "profiles": profiles}), encoding="utf-8")


def profile(dli, name: str = "default", **members: str) -> dict:
    pair = keys(dli)
    return {
        "name": name,
        "mode": "AKSK",
        "accessKeyId": pair["access_key"],
        "secretAccessKey": pair["secret_key"],
        **members,
    }


# Methods


@pytest.mark.parametrize(
    "method, has_project, expected, source",
    [
        ("keys", True, ["detail", "run"], "the options (access key and secret key)"),
        ("keys", False, ["projects", "detail", "run"], "the options (access key and secret key)"),
        ("token", True, ["detail", "run"], "the options (IAM token)"),
        ("token", False, ["projects", "detail", "run"], "the options (IAM token)"),
        ("password", True, ["token", "detail", "run"], "the options (user name and password)"),
        ("password", False, ["token", "detail", "run"], "the options (user name and password)"),
        ("sdk_file", False, ["projects", "detail", "run"], "/.huaweicloud/credentials (access key and secret key)"),
        ("hcloud", False, ["projects", "detail", "run"], "the profile default of "),
        ("metadata", True, ["metadata_token", "metadata_key", "detail", "run"], "the metadata service (temporary keys"),
    ],
)
def test_requests_of_each_method(ansible, dli, method, has_project, expected, source):
    """A project ID saves one request; the response to a password contains the project."""
    options = {"keys": keys(dli), "token": {"auth_token": dli.token()}, "password": user(dli)}.get(method, {})
    if method == "sdk_file":
        sdk_file(ansible, ak=keys(dli)["access_key"], sk=keys(dli)["secret_key"])
    if method == "hcloud":
        hcloud(ansible, profile(dli))
    if method == "metadata":
        options = {"metadata_url": dli.url}
    if has_project:
        options = {**options, "project_id": dli.project_id}
    ended = ansible.task({"job_ids": [131], **options}, env=without_credentials(dli))
    assert ended.code == 0, ended.output
    assert started(dli) == [131]
    assert calls(dli) == expected
    assert source in ended.result["credentials_from"]


@pytest.mark.parametrize("base", ["keys", "token", "password"])
def test_agency_with_each_method(ansible, dli, base):
    """The project belongs to the account that created the agency."""
    job = PARTNER_JOB
    options = {"keys": keys(dli), "token": {"auth_token": dli.token()}, "password": user(dli)}[base]
    ended = ansible.task({"job_ids": [job], **options, **agency(dli)}, env=without_credentials(dli))
    assert ended.code == 0, ended.output
    assert started(dli) == [job]
    assert calls(dli) == [*(["token"] if base == "password" else []), "temporary_key", "projects", "detail", "run"]
    assert ended.result["credentials_from"].endswith(f", then the agency {agency(dli)['agency_name']})")


def test_agency_from_environment_and_profile(ansible, dli):
    job = PARTNER_JOB
    ended = ansible.adhoc(f"job_ids={job}", env=dli.agency_env())
    assert ended.code == 0 and started(dli) == [job], ended.output
    values = agency(dli)
    members = {"agencyName": values["agency_name"], "agencyDomainName": values["agency_domain_name"]}
    hcloud(ansible, profile(dli), profile(dli, "partner", **members))
    ended = ansible.adhoc(f"job_ids={job} profile=partner", "--check", env=without_credentials(dli))
    assert ended.code == 0 and states(ended.result) == {job: "already_active"}, ended.output


@pytest.mark.parametrize("mode", ["required", "optional"])
def test_metadata_service(ansible, dli, mode):
    dli.settings.update({"metadata": mode})
    options = {"job_ids": [131], "auth_method": "metadata", "metadata_url": dli.url}
    ended = ansible.task(options, env={**dli.env(), "HW_PROJECT_ID": ""})
    assert ended.code == 0, ended.output
    assert calls(dli)[:2] == ["metadata_token", "metadata_key"]


@pytest.mark.parametrize("mode", ["absent", "no_agency"])
@pytest.mark.parametrize(
    "method, part",
    [("auto", "No credentials found in the options"), ("metadata", "Could not authenticate: the metadata service")],
)
def test_metadata_service_without_agency(ansible, dli, mode, method, part):
    dli.settings.update({"metadata": mode})
    options = {"job_ids": [131], "auth_method": method, "metadata_url": dli.url}
    ended = ansible.task(options, env=without_credentials(dli))
    assert ended.code == 2 and part in ended.result["msg"], ended.output
    assert started(dli) == []


def test_order_of_credential_sources(ansible, dli):
    """Each source has wrong credentials. The sources are removed one by one in the order of precedence."""
    pair = keys(dli)
    wrong = {"HW": "HW_*", "SDK": "HUAWEICLOUD_SDK_*", "OS": "OS_*"}
    names = {
        "HW": ("HW_ACCESS_KEY", "HW_SECRET_KEY"),
        "SDK": ("HUAWEICLOUD_SDK_AK", "HUAWEICLOUD_SDK_SK"),
        "OS": ("OS_ACCESS_KEY", "OS_SECRET_KEY"),
    }
    location = {"project_id": dli.project_id, "endpoint": dli.url, "metadata_url": NO_METADATA}
    sdk_file(ansible, ak="ACCESSKEYOFTHESDKFILE", sk="the-secret-of-the-sdk-file")
    hcloud(ansible, profile(dli, accessKeyId="ACCESSKEYOFTHEPROFILE"))
    env = {**without_credentials(dli), **{name: f"{family}-unknown" for family, pair in names.items() for name in pair}}
    seen = []
    for family in wrong:
        ended = ansible.task({"job_ids": [131], **location}, env=env)
        assert ended.code == 2 and ended.result["http_status"] == 401, ended.output
        seen.append(ended.result["credentials_from"])
        env.update(dict.fromkeys(names[family], ""))
    for file in (".huaweicloud/credentials", ".hcloud/config.json"):
        seen.append(ansible.task({"job_ids": [131], **location}, env=env).result["credentials_from"])
        (ansible.folder / "home" / file).unlink()
    assert "No credentials found" in ansible.task({"job_ids": [131], **location}, env=env).result["msg"]
    first = ansible.task({"job_ids": [131], **location, **pair}, env={**env, "HW_ACCESS_KEY": "incomplete-pair"})
    assert first.code == 0, first.output
    home = ansible.folder / "home"
    kind = "(access key and secret key)"
    assert seen == [
        f"the environment variables HW_* {kind}",
        f"the environment variables HUAWEICLOUD_SDK_* {kind}",
        f"the environment variables OS_* {kind}",
        f"{home}/.huaweicloud/credentials {kind}",
        f"the profile default of {home}/.hcloud/config.json {kind}",
    ]
    assert len(dli.requests.find("detail")) == len(seen) + 1


# The project


def test_project_name(ansible, dli):
    ended = ansible.task({"job_ids": [131], "project_name": "cn-north-4_team-a"}, env=dli.env())
    assert ended.code == 2 and states(ended.result) == {131: "not_found"}, ended.output
    assert [request.path for request in dli.requests.find("detail")] == [
        "/v1.0/6c1b8daf23045e79b2c3d4e5f6071829/streaming/jobs/131"
    ]


def test_unknown_project_name(ansible, dli):
    ended = ansible.task({"job_ids": [131], "project_name": "cn-north-4_team-z"}, env=dli.env())
    message = ended.result["msg"]
    assert message.startswith("Project cn-north-4_team-z not found. "), message
    assert f"cn-north-4 ({dli.project_id})" in message and "cn-north-4_team-a (6c1b8daf23045e79b2c3d4e5f6071829)" in message
    assert calls(dli) == ["projects", "projects"]


# Refresh


def test_expired_token_is_refreshed_once_during_wait(ansible, dli):
    """All tokens expire after the first read; the wait requests a new one and continues."""
    dli.settings.update({"submit_delay": 1})
    dli.faults.add("other_client", action="expire_credentials", call="detail", skip=1)
    options = {"job_ids": [131], "wait": True, "wait_interval": 0.2, **user(dli)}
    ended = ansible.task(options, env=without_credentials(dli))
    assert ended.code == 0 and ended.result["jobs"][0]["status"] == "job_running", ended.output
    assert calls(dli).count("token") == 2
    assert [request.status for request in dli.requests.find("detail")].count(401) == 1
    assert started(dli) == [131]


def test_token_that_expires_twice_ends_wait(ansible, dli):
    dli.settings.update({"submit_delay": 60})
    for skip in (1, 3):
        dli.faults.add("other_client", action="expire_credentials", call="detail", skip=skip)
    options = {"job_ids": [131], "wait": True, "wait_interval": 0.1, **user(dli)}
    ended = ansible.task(options, env=without_credentials(dli))
    assert ended.code == 2 and states(ended.result) == {131: "unknown"}, ended.output
    assert ended.result["jobs"][0]["changed"] is True
    assert calls(dli).count("token") == 2


@pytest.mark.parametrize("method", ["password", "agency", "metadata"])
def test_credentials_that_expire_before_start_are_refreshed(ansible, dli, method):
    job = PARTNER_JOB if method == "agency" else 131
    dli.faults.add("other_client", action="expire_credentials", call="run")
    options = {
        "password": user(dli),
        "agency": {**keys(dli), **agency(dli)},
        "metadata": {"auth_method": "metadata", "metadata_url": dli.url, "project_id": dli.project_id},
    }[method]
    ended = ansible.task({"job_ids": [job], **options}, env=without_credentials(dli))
    assert ended.code == 0 and started(dli) == [job], ended.output
    assert [request.status for request in dli.requests.find("run")] == [401, 200]


def test_rejected_keys_are_not_used_again(ansible, dli):
    dli.faults.add("unauthorized", call="run", times=9)
    ended = ansible.adhoc("job_ids=131")
    assert ended.code == 2 and len(dli.requests.find("run")) == 1, ended.output


# Failures


def test_wrong_secret_key_and_locked_access_key(ansible, dli):
    """Five consecutive failures lock the key (dli-api.md 0.1-9): each task makes one attempt, and the sixth reports the lock."""
    messages = [
        error_message(ansible.adhoc("job_ids=131", env={"HW_SECRET_KEY": "not-the-secret-key"})) for _task in range(6)
    ]
    assert "The secret key does not match the access key" in messages[0]
    assert messages[0].endswith("Credentials used: the environment variables HW_* (access key and secret key).")
    assert "The access key is locked for five minutes" in messages[5]
    assert len(dli.requests) == 6


def test_unknown_access_key(ansible, dli):
    message = error_message(ansible.adhoc("job_ids=131", env={"HW_ACCESS_KEY": "ANUNKNOWNACCESSKEY00"}))
    assert "The access key does not exist in this cloud" in message


def test_encrypted_profile(ansible, dli):
    hcloud(ansible, profile(dli, accessKeyId="ANUNKNOWNACCESSKEY00"))
    message = error_message(ansible.adhoc("job_ids=131 profile=default", env=without_credentials(dli)))
    assert "KooCLI encrypts the keys in its file" in message


@pytest.mark.parametrize("minutes, word", [(23, "behind"), (-42, "ahead of")])
def test_clock_difference(ansible, dli, minutes, word):
    dli.clock.offset += minutes * 60
    message = error_message(ansible.adhoc("job_ids=131"))
    assert f"The clock of the host that runs the module is {abs(minutes)} minutes {word} the clock of the service" in message


def test_expired_token(ansible, dli):
    message = error_message(ansible.task({"job_ids": [131], "auth_token": dli.token(lifetime=-1)}))
    assert "The token has expired or was revoked. Get a new token." in message and len(dli.requests) == 1


def test_token_of_another_cloud(ansible, dli):
    assert "The token is truncated, revoked or from another cloud" in error_message(
        ansible.task({"job_ids": [131], "auth_token": "a-token-of-another-cloud"})
    )


def test_wrong_project(ansible, dli):
    message = error_message(ansible.adhoc("job_ids=131", env={"HW_PROJECT_ID": dli.partner_project_id}))
    assert "APIGW.0310" in message and "Check project_id, region and cloud." in message


@pytest.mark.parametrize("denied_by", ["service", "gateway"])
def test_missing_permission(ansible, dli, denied_by):
    """A user who may read but not start: the message names the missing permission (dli-api.md 1.2)."""
    dli.settings.update({"denied_by": denied_by})
    ended = ansible.adhoc("job_ids=131", env=READER)
    assert ended.code == 2 and states(ended.result) == {131: "refused"}, ended.output
    assert "dli:jobs:startFlinkJob (named dli:jobs:start in a role policy)" in ended.result["jobs"][0]["msg"]
    assert started(dli) == []


def test_region_without_service(ansible, dli):
    dli.settings.update({"api_published": False})
    message = error_message(ansible.adhoc("job_ids=131"))
    assert "APIGW.0101" in message and "This address does not provide the DLI streaming job API" in message


def test_wrong_password_is_sent_once(ansible, dli):
    options = {"job_ids": [131], **user(dli), "password": "wrong-wrong-wrong"}
    message = error_message(ansible.task(options, env=without_credentials(dli)))
    assert "Several consecutive wrong passwords lock the user" in message
    assert calls(dli) == ["token"]


def test_agency_without_trust(ansible, dli):
    untrusted = {**agency(dli), "agency_name": "local-dli-closed-agency"}
    message = error_message(ansible.task({"job_ids": [131], **keys(dli), **untrusted}, env=without_credentials(dli)))
    assert "Could not assume the agency local-dli-closed-agency" in message and "Agent Operator" in message


def test_redirect_of_identity_service_is_not_followed(ansible, dli):
    """Otherwise the password would be sent to another address."""
    dli.faults.add("redirect", call="token", location=f"{dli.url}/elsewhere")
    message = error_message(ansible.task({"job_ids": [131], **user(dli)}, env=without_credentials(dli)))
    assert "Redirects are not followed" in message and calls(dli) == ["token"]


def test_token_request_is_retried(ansible, dli):
    """A request for a token is retried, because it changes nothing."""
    dli.faults.add("status", status=503, call="token", times=2)
    dli.faults.add("reset_after", call="token")
    ended = ansible.task({"job_ids": [131], **user(dli)}, env=without_credentials(dli))
    assert ended.code == 0 and calls(dli) == [*["token"] * 4, "detail", "run"], ended.output


@pytest.mark.parametrize(
    "options, part",
    [
        (
            {"access_key": "ABC", "secret_key": "a-secret-key"},
            "Invalid access_key in the options: it has fewer than 6 characters",
        ),
        ({"auth_token": "e"}, "Invalid auth_token in the options: it has fewer than 6 characters"),
        (
            {"username": "u", "password": "a", "domain_name": "d"},
            "Invalid password in the options: it has fewer than 6 characters",
        ),
    ],
)
def test_short_secret_is_refused_without_masking(ansible, dli, options, part):
    """Masking it would remove its letters from every message."""
    ended = ansible.task({"job_ids": [131], **options}, env=without_credentials(dli))
    assert part in error_message(ended) and "***" not in ended.result["msg"]
    (short,) = [value for name, value in options.items() if 0 < len(value) < 6 and name not in ("username", "domain_name")]
    if len(short) > 1:
        assert short not in json.dumps(ended.result)
    assert len(dli.requests) == 0


def test_netrc_is_ignored(ansible, dli):
    """By default, the library requests replaces the signature with these credentials, and sends them to IAM."""
    netrc = ansible.folder / "home" / ".netrc"
    netrc.write_text("machine 127.0.0.1 login user password other\n", encoding="ascii")
    netrc.chmod(0o600)
    heads: list[str] = []
    dli.app.before_request_funcs[None].insert(0, lambda: heads.append(_authorization()))
    for options in (keys(dli), user(dli), {"auth_token": dli.token()}):
        ended = ansible.task({"job_ids": [131], **options}, "--check", env=without_credentials(dli))
        assert ended.code == 0, ended.output
    assert len(heads) == 6 and not any(head.startswith("Basic") for head in heads)
    assert [head for head in heads if head and not head.startswith("SDK-HMAC-SHA256 ")] == []


def _authorization() -> str:
    from flask import request

    return request.headers.get("Authorization", "")


def test_invalid_options_send_no_request(ansible, dli):
    ended = ansible.task({"job_ids": ["no-number"], **user(dli)}, env=without_credentials(dli))
    assert "no-number" in error_message(ended) and len(dli.requests) == 0


def test_overall_timeout_includes_authentication(ansible, dli):
    dli.faults.add("hang", call="token", times=9)
    options = {"job_ids": [131], "overall_timeout": 1.5, "request_timeout": 1, **user(dli)}
    message = error_message(ansible.task(options, env=without_credentials(dli)))
    assert "Could not authenticate as" in message and 1 <= len(dli.requests.find("token")) <= 3
