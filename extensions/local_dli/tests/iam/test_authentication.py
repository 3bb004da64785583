# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Tokens, projects, expiry and permissions, in process."""

from __future__ import annotations

from typing import Any

import pytest
from iam_requests import (
    CN_NORTH_4,
    PARTNER,
    PASSWORD,
    READER_KEY,
    ROLE,
    SEEDED_TEMPORARY_KEY,
    USER_KEY,
    create_key,
    create_token,
    detail,
    key_of,
    message,
    project_names,
    send,
    token_of,
)
from local_dli import LocalDli, ManualClock
from local_dli.seed import example
from support import SEED, Api, Key
from werkzeug.test import Client

# --- tokens ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("scope", "members", "has_project"),
    [
        (CN_NORTH_4, {"project"}, True),
        ({"project": {"id": SEED.account.projects[0].id}}, {"project"}, True),
        ({"project": {"name": "cn-north-4"}, "domain": {"name": "local-dli-domain"}}, {"project"}, True),
        ({"domain": {"name": "local-dli-domain"}}, {"domain"}, False),
        ({"domain": {"id": SEED.account.domain_id}}, {"domain"}, False),
        (None, set(), False),
    ],
)
def test_scopes(api: Api, scope: Any, members: set[str], has_project: bool) -> None:
    response = create_token(api, scope)
    assert response.json is not None
    assert response.json["token"].keys() & {"project", "domain"} == members
    token = token_of(response)
    dli = detail(api, x_auth_token=token)
    assert dli.status_code == (200 if has_project else 403)
    assert has_project or dli.json["error_code"] == "APIGW.0310"  # type: ignore[index]
    assert send(api, "GET", "/v3/projects", x_auth_token=token).status_code == 200
    assert create_key(api, "token", {}, x_auth_token=token).status_code == 201


@pytest.mark.parametrize(
    "scope",
    [
        {"project": {"name": "nowhere"}},
        {"project": {"id": PARTNER.projects[0].id}},
        {"project": {}},
        {"domain": {"name": PARTNER.domain}},
        {"domain": {}},
    ],
)
def test_scopes_of_another_account(api: Api, scope: Any) -> None:
    assert create_token(api, scope).status_code == 401


@pytest.mark.parametrize(
    "auth",
    [
        None,
        [],
        {},
        {"identity": {"methods": ["password"]}},
        {"identity": {"methods": ["password"], "password": {"user": {"name": 1}}}},
        {"identity": {"methods": ["totp"]}},
        {"identity": {"methods": ["password", "totp"], "password": {"user": {}}}},
    ],
)
def test_invalid_bodies(api: Api, auth: Any) -> None:
    response = send(api, "POST", "/v3/auth/tokens", {"auth": auth})
    assert (response.status_code, response.json["error"]["title"]) == (400, "Bad Request")  # type: ignore[index]


@pytest.mark.parametrize(("name", "password"), [("local-dli-user", "wrong"), ("unknown", PASSWORD)])
def test_wrong_password_and_unknown_user_have_the_same_error(api: Api, name: str, password: str) -> None:
    response = create_token(api, None, password, name)
    assert (response.status_code, message(response)) == (401, "The username or password is wrong.")


def test_five_wrong_passwords_lock_the_user(api: Api) -> None:
    for _count in range(4):
        assert create_token(api, password="wrong").status_code == 401
    assert create_token(api).status_code == 201
    for _count in range(5):
        assert "password is wrong" in message(create_token(api, password="wrong"))
    assert "locked" in message(create_token(api))
    assert create_token(api, None, "local-dli-password-3", "local-dli-reader").status_code == 201
    api.clock.advance(api.dli.settings.user_lock_seconds)
    assert create_token(api).status_code == 201


def test_lock_settings(api: Api) -> None:
    api.dli.settings.update({"max_failed_passwords": 1, "user_lock_seconds": 10})
    create_token(api, password="wrong")
    api.clock.advance(9)
    assert "locked" in message(create_token(api))
    api.clock.advance(1)
    assert create_token(api).status_code == 201


# --- projects --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", ["cn-north-4", "cn-north-4_team-a"]),
        ("?name=cn-north-4", ["cn-north-4"]),
        ("?name=cn-north", []),
        ("?name=cn-north-4_team-a", ["cn-north-4_team-a"]),
    ],
)
def test_projects_by_name(api: Api, query: str, names: list[str]) -> None:
    assert project_names(api, query) == names
    assert project_names(api, query, None, x_auth_token=token_of(create_token(api, None))) == names


def test_projects_of_own_domain(api: Api) -> None:
    response = send(api, "GET", "/v3/projects", None, Key(*PARTNER.keys[0][:3]))
    assert [item["id"] for item in response.json["projects"]] == [PARTNER.projects[0].id]  # type: ignore[index]
    assert {item["domain_id"] for item in response.json["projects"]} == {PARTNER.domain_id}  # type: ignore[index]
    assert PARTNER.domain_id != SEED.account.domain_id


@pytest.mark.parametrize(
    ("changes", "count"),
    [({"project_name": "another"}, 0), ({"more_projects": [{"id": "p2", "name": "cn-north-4"}]}, 2)],
)
def test_name_of_no_project_or_two_projects(changes: dict[str, Any], count: int) -> None:
    clock = ManualClock()
    other = Api(LocalDli(example(**changes), clock), clock)
    assert len(project_names(other, "?name=cn-north-4")) == count


# --- expired and revoked credentials ----------------------------------------------------------------------------


def test_expired_credentials_can_be_replaced(api: Api) -> None:
    token = token_of(create_token(api))
    key = key_of(create_key(api, "token", {}, x_auth_token=token))
    api.dli.expire_credentials()
    assert "token expires, expires_at: " in message(detail(api, x_auth_token=token))
    for old in (key, SEEDED_TEMPORARY_KEY):
        assert detail(api, old).status_code == 401
    assert detail(api, USER_KEY).status_code == 200
    token = token_of(create_token(api))
    assert detail(api, x_auth_token=token).status_code == 200
    assert detail(api, key_of(create_key(api, "token", {}, x_auth_token=token))).status_code == 200


def test_expiry_through_control_endpoint(api: Api) -> None:
    token = token_of(create_token(api))
    assert send(api, "POST", "/_local/expire_credentials").json == {}
    assert detail(api, x_auth_token=token).status_code == 401


def test_expiry_between_two_requests(api: Api) -> None:
    token = token_of(create_token(api))
    api.dli.faults.add("other_client", call="detail", action="expire_credentials", skip=2)
    assert [detail(api, x_auth_token=token).status_code for _count in range(4)] == [200, 200, 401, 401]
    again = token_of(create_token(api))
    assert detail(api, x_auth_token=again).status_code == 200


def test_revoked_credentials(api: Api) -> None:
    token = token_of(create_token(api))
    key = key_of(create_key(api, "token", {}, x_auth_token=token))
    api.dli.accounts.revoke(token)
    api.dli.accounts.revoke(key.access)
    assert message(detail(api, x_auth_token=token)).endswith("decrypt token fail")
    assert message(detail(api, key)).endswith(f"Get secretKey failed,ak:{key.access},err:ak not exist")


def test_reset_restores_only_seeded_keys(api: Api) -> None:
    token = token_of(create_token(api))
    key = key_of(create_key(api, "token", {}, x_auth_token=token))
    api.dli.expire_credentials()
    api.dli.reset()
    assert detail(api, key).status_code == 401
    assert detail(api, SEEDED_TEMPORARY_KEY).status_code == 200


# --- other refusals --------------------------------------------------------------------------------------------


def test_request_without_credentials(api: Api) -> None:
    response = detail(api)
    assert (response.status_code, message(response)) == (
        401,
        "Incorrect IAM authentication information: x-auth-token not found",
    )


def test_signature_error_can_contain_canonical_request(api: Api) -> None:
    wrong = Key(USER_KEY.access, "wrong")
    assert message(detail(api, wrong)).endswith(": verify aksk signature fail")
    api.dli.settings.update({"include_canonical_request": True})
    text = message(detail(api, wrong))
    assert ": verify aksk signature fail, canonicalRequest:GET|/v1.0/" in text
    assert "|x-sdk-date|e3b0c44298fc1c14" in text


@pytest.mark.parametrize(("denied_by", "code"), [("service", "DLI.0003"), ("gateway", "APIGW.0302")])
def test_user_without_permission(api: Api, denied_by: str, code: str) -> None:
    api.dli.settings.update({"denied_by": denied_by})
    path = f"/v1.0/{api.dli.project_id}/streaming/jobs"
    for method, tail in (("POST", "/run"), ("DELETE", "/131")):
        response = send(api, method, path + tail, {"job_ids": [131]}, READER_KEY, x_language="en-us")
        assert (response.status_code, response.json["error_code"]) == (403, code)  # type: ignore[index]
    assert denied_by == "gateway" or message(response) == "You have no permission to perform this request."
    assert api.dli.ledger.entries == []
    assert detail(api, READER_KEY).status_code == 200


def test_agency_without_permission(api: Api) -> None:
    key = key_of(create_key(api, "assume_role", {**ROLE, "agency_name": "local-dli-reader-agency"}, USER_KEY))
    path = f"/v1.0/{PARTNER.projects[0].id}/streaming/jobs"
    assert send(api, "POST", f"{path}/run", {"job_ids": [301]}, key).status_code == 403
    assert send(api, "GET", path, None, key).status_code == 200


def test_iam_calls_can_be_denied() -> None:
    clock = ManualClock()
    limited = Api(LocalDli(example(denied=["projects", "temporary_key"]), clock), clock)
    responses = [
        send(limited, "GET", "/v3/projects", None, USER_KEY),
        create_key(limited, "assume_role", ROLE, USER_KEY),
    ]
    assert [response.json["error"]["code"] for response in responses] == [403, 403]  # type: ignore[index]


def test_region_without_the_api(api: Api) -> None:
    api.dli.settings.update({"api_published": False})
    response = detail(api, USER_KEY)
    assert (response.status_code, response.json["error_code"]) == (404, "APIGW.0101")  # type: ignore[index]
    assert project_names(api) == ["cn-north-4", "cn-north-4_team-a"]


def test_clock_offset_affects_signature_and_date_header(api: Api) -> None:
    now = api.clock.now()
    api.clock.offset = 23 * 60
    headers = USER_KEY.headers(now, "GET", f"/v1.0/{api.dli.project_id}/streaming/jobs/131")
    response = Client(api.dli.wsgi).get(f"/v1.0/{api.dli.project_id}/streaming/jobs/131", headers=headers)
    assert (response.status_code, response.json["error_code"]) == (401, "APIGW.0301")  # type: ignore[index]
    assert response.date is not None
    assert response.date.timestamp() == pytest.approx(now + 23 * 60, abs=1)
