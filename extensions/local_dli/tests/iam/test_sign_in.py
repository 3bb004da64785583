# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Tokens, projects, expiry and permissions, in process."""

from __future__ import annotations

from typing import Any

import pytest
from local_dli import LocalDli, ManualClock
from local_dli.seed import example
from sign_in import (
    CN_NORTH_4,
    OWN,
    PARTNER,
    PASSWORD,
    READER,
    ROLE,
    SEEDED_TEMPORARY,
    ask_key,
    detail,
    key_of,
    message,
    project_names,
    send,
    sign_in,
    token,
)
from support import SEED, Api, Key
from werkzeug.test import Client

# --- tokens ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("scope", "members", "opens"),
    [
        (CN_NORTH_4, {"project"}, True),
        ({"project": {"id": SEED.account.projects[0].id}}, {"project"}, True),
        ({"project": {"name": "cn-north-4"}, "domain": {"name": "local-dli-domain"}}, {"project"}, True),
        ({"domain": {"name": "local-dli-domain"}}, {"domain"}, False),
        ({"domain": {"id": SEED.account.domain_id}}, {"domain"}, False),
        (None, set(), False),
    ],
)
def test_scopes(api: Api, scope: Any, members: set[str], opens: bool) -> None:
    answer = sign_in(api, scope)
    assert answer.json is not None
    assert answer.json["token"].keys() & {"project", "domain"} == members
    mine = token(answer)
    dli = detail(api, x_auth_token=mine)
    assert dli.status_code == (200 if opens else 403)
    assert opens or dli.json["error_code"] == "APIGW.0310"  # type: ignore[index]
    assert send(api, "GET", "/v3/projects", x_auth_token=mine).status_code == 200
    assert ask_key(api, "token", {}, x_auth_token=mine).status_code == 201


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
def test_scopes_of_somebody_else(api: Api, scope: Any) -> None:
    assert sign_in(api, scope).status_code == 401


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
def test_bodies_that_are_none(api: Api, auth: Any) -> None:
    answer = send(api, "POST", "/v3/auth/tokens", {"auth": auth})
    assert (answer.status_code, answer.json["error"]["title"]) == (400, "Bad Request")  # type: ignore[index]


@pytest.mark.parametrize(("name", "password"), [("local-dli-user", "wrong"), ("nobody", PASSWORD)])
def test_wrong_password_and_unknown_user_look_the_same(api: Api, name: str, password: str) -> None:
    answer = sign_in(api, None, password, name)
    assert (answer.status_code, message(answer)) == (401, "The username or password is wrong.")


def test_five_wrong_passwords_lock_the_user(api: Api) -> None:
    for _count in range(4):
        assert sign_in(api, password="wrong").status_code == 401
    assert sign_in(api).status_code == 201
    for _count in range(5):
        assert "password is wrong" in message(sign_in(api, password="wrong"))
    assert "locked" in message(sign_in(api))
    assert sign_in(api, None, "local-dli-password-3", "local-dli-reader").status_code == 201
    api.clock.advance(api.dli.settings.user_lock_seconds)
    assert sign_in(api).status_code == 201


def test_numbers_of_the_lock_are_settings(api: Api) -> None:
    api.dli.settings.update({"password_strikes": 1, "user_lock_seconds": 10})
    sign_in(api, password="wrong")
    api.clock.advance(9)
    assert "locked" in message(sign_in(api))
    api.clock.advance(1)
    assert sign_in(api).status_code == 201


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
    assert project_names(api, query, None, x_auth_token=token(sign_in(api, None))) == names


def test_projects_are_those_of_the_own_domain(api: Api) -> None:
    answer = send(api, "GET", "/v3/projects", None, Key(*PARTNER.keys[0][:3]))
    assert [item["id"] for item in answer.json["projects"]] == [PARTNER.projects[0].id]  # type: ignore[index]
    assert {item["domain_id"] for item in answer.json["projects"]} == {PARTNER.domain_id}  # type: ignore[index]
    assert PARTNER.domain_id != SEED.account.domain_id


@pytest.mark.parametrize(
    ("changes", "count"),
    [({"project_name": "another"}, 0), ({"more_projects": [{"id": "p2", "name": "cn-north-4"}]}, 2)],
)
def test_a_name_that_no_project_has_or_two(changes: dict[str, Any], count: int) -> None:
    clock = ManualClock()
    other = Api(LocalDli(example(**changes), clock), clock)
    assert len(project_names(other, "?name=cn-north-4")) == count


# --- ends of sign-ins ------------------------------------------------------------------------------------------


def test_every_sign_in_expires_and_the_next_is_good(api: Api) -> None:
    mine = token(sign_in(api))
    key = key_of(ask_key(api, "token", {}, x_auth_token=mine))
    api.dli.expire_sign_ins()
    assert "token expires, expires_at: " in message(detail(api, x_auth_token=mine))
    for old in (key, SEEDED_TEMPORARY):
        assert detail(api, old).status_code == 401
    assert detail(api, OWN).status_code == 200
    mine = token(sign_in(api))
    assert detail(api, x_auth_token=mine).status_code == 200
    assert detail(api, key_of(ask_key(api, "token", {}, x_auth_token=mine))).status_code == 200


def test_expiring_over_the_wire(api: Api) -> None:
    mine = token(sign_in(api))
    assert send(api, "POST", "/_local/expire_sign_ins").json == {}
    assert detail(api, x_auth_token=mine).status_code == 401


def test_a_fault_lets_sign_ins_die_in_mid_task(api: Api) -> None:
    mine = token(sign_in(api))
    api.dli.faults.add("actor", call="detail", act="expire_sign_ins", skip=2)
    assert [detail(api, x_auth_token=mine).status_code for _count in range(4)] == [200, 200, 401, 401]
    again = token(sign_in(api))
    assert detail(api, x_auth_token=again).status_code == 200


def test_revoked(api: Api) -> None:
    mine = token(sign_in(api))
    key = key_of(ask_key(api, "token", {}, x_auth_token=mine))
    api.dli.accounts.revoke(mine)
    api.dli.accounts.revoke(key.access)
    assert message(detail(api, x_auth_token=mine)).endswith("decrypt token fail")
    assert message(detail(api, key)).endswith(f"Get secretKey failed,ak:{key.access},err:ak not exist")


def test_a_reset_signs_nobody_out(api: Api) -> None:
    mine = token(sign_in(api))
    key = key_of(ask_key(api, "token", {}, x_auth_token=mine))
    api.dli.expire_sign_ins()
    api.dli.reset()
    assert detail(api, key).status_code == 401
    assert detail(api, SEEDED_TEMPORARY).status_code == 200


# --- what else is refused --------------------------------------------------------------------------------------


def test_nobody_signed_in(api: Api) -> None:
    answer = detail(api)
    assert (answer.status_code, message(answer)) == (
        401,
        "Incorrect IAM authentication information: x-auth-token not found",
    )


def test_a_bad_signature_may_tell_the_canonical_request(api: Api) -> None:
    wrong = Key(OWN.access, "wrong")
    assert message(detail(api, wrong)).endswith(": verify aksk signature fail")
    api.dli.settings.update({"tell_canonical_request": True})
    text = message(detail(api, wrong))
    assert ": verify aksk signature fail, canonicalRequest:GET|/v1.0/" in text
    assert "|x-sdk-date|e3b0c44298fc1c14" in text


@pytest.mark.parametrize(("denied_by", "code"), [("service", "DLI.0003"), ("gateway", "APIGW.0302")])
def test_a_user_without_permission(api: Api, denied_by: str, code: str) -> None:
    api.dli.settings.update({"denied_by": denied_by})
    path = f"/v1.0/{api.dli.project_id}/streaming/jobs"
    for method, tail in (("POST", "/run"), ("DELETE", "/131")):
        answer = send(api, method, path + tail, {"job_ids": [131]}, READER, x_language="en-us")
        assert (answer.status_code, answer.json["error_code"]) == (403, code)  # type: ignore[index]
    assert denied_by == "gateway" or message(answer) == "You have no permission to perform this request."
    assert api.dli.ledger.entries == []
    assert detail(api, READER).status_code == 200


def test_an_agency_without_permission(api: Api) -> None:
    key = key_of(ask_key(api, "assume_role", {**ROLE, "agency_name": "local-dli-reader-agency"}, OWN))
    path = f"/v1.0/{PARTNER.projects[0].id}/streaming/jobs"
    assert send(api, "POST", f"{path}/run", {"job_ids": [301]}, key).status_code == 403
    assert send(api, "GET", path, None, key).status_code == 200


def test_iam_calls_may_be_denied_too() -> None:
    clock = ManualClock()
    strict = Api(LocalDli(example(denied=["projects", "temporary_key"]), clock), clock)
    answers = [
        send(strict, "GET", "/v3/projects", None, OWN),
        ask_key(strict, "assume_role", ROLE, OWN),
    ]
    assert [answer.json["error"]["code"] for answer in answers] == [403, 403]  # type: ignore[index]


def test_a_region_without_the_api(api: Api) -> None:
    api.dli.settings.update({"api_published": False})
    answer = detail(api, OWN)
    assert (answer.status_code, answer.json["error_code"]) == (404, "APIGW.0101")  # type: ignore[index]
    assert project_names(api) == ["cn-north-4", "cn-north-4_team-a"]


def test_the_date_is_that_of_a_clock_which_is_off(api: Api) -> None:
    now = api.clock.now()
    api.clock.offset = 23 * 60
    headers = OWN.headers(now, "GET", f"/v1.0/{api.dli.project_id}/streaming/jobs/131")
    answer = Client(api.dli.wsgi).get(f"/v1.0/{api.dli.project_id}/streaming/jobs/131", headers=headers)
    assert (answer.status_code, answer.json["error_code"]) == (401, "APIGW.0301")  # type: ignore[index]
    assert answer.date is not None
    assert answer.date.timestamp() == pytest.approx(now + 23 * 60, abs=1)
