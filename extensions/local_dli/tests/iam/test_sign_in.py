# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Tokens, temporary keys, agencies, projects, permissions and the metadata service, in process."""

from __future__ import annotations

import json
from types import MappingProxyType
from typing import Any

import pytest
from local_dli import LocalDli, ManualClock
from local_dli.seed import example
from support import SEED, Api, Key
from werkzeug.test import Client, TestResponse

PARTNER = SEED.partners[0]
PASSWORD = "local-dli-password-1"
ROLE = {"agency_name": "local-dli-agency", "domain_name": "local-dli-partner-domain"}
CN_NORTH_4 = MappingProxyType({"project": {"name": "cn-north-4"}})
OWN = Key(*SEED.account.keys[0][:3])
READER = Key(*SEED.account.keys[1][:3])
SEEDED_TEMPORARY = Key(*SEED.account.keys[2][:3])


def send(api: Api, method: str, path: str, body: Any = None, key: Key | None = None, **headers: str) -> TestResponse:
    """One request, signed with ``key`` if there is one; ``x_auth_token`` and the like are headers."""
    data = b"" if body is None else json.dumps(body).encode()
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    bare, _mark, query = path.partition("?")
    if key is not None:
        sent.update(key.headers(api.clock.now(), method, bare, query, data))
    return Client(api.dli.wsgi).open(bare, method=method, query_string=query, data=data, headers=sent)


def sign_in(api: Api, scope: Any = CN_NORTH_4, password: str = PASSWORD, name: str = "local-dli-user") -> TestResponse:
    user = {"name": name, "password": password, "domain": {"name": "local-dli-domain"}}
    identity = {"methods": ["password"], "password": {"user": user}}
    return send(api, "POST", "/v3/auth/tokens", {"auth": {"identity": identity, "scope": scope and dict(scope)}})


def token(answer: TestResponse) -> str:
    assert answer.status_code == 201, answer.text
    return str(answer.headers["X-Subject-Token"])


def become(api: Api, scope: Any = CN_NORTH_4, user: str | None = None, **role: str) -> TestResponse:
    """POST /v3/auth/tokens into an agency."""
    auth = {"identity": {"methods": ["assume_role"], "assume_role": {**ROLE, **role}}, "scope": scope and dict(scope)}
    return send(api, "POST", "/v3/auth/tokens", {"auth": auth}, x_auth_token=user or token(sign_in(api, None)))


def ask_key(api: Api, method: str, member: Any, key: Key | None = None, **headers: str) -> TestResponse:
    """POST securitytokens."""
    body = {"auth": {"identity": {"methods": [method], method: member}}}
    return send(api, "POST", "/v3.0/OS-CREDENTIAL/securitytokens", body, key, **headers)


def key_of(answer: TestResponse) -> Key:
    assert answer.status_code in (200, 201), answer.text
    assert answer.json is not None
    return Key(**answer.json["credential"])


def detail(api: Api, key: Key | None = None, project: str = "", job_id: int = 131, **headers: str) -> TestResponse:
    path = f"/v1.0/{project or api.dli.project_id}/streaming/jobs/{job_id}"
    return send(api, "GET", path, None, key, **headers)


def message(answer: TestResponse) -> str:
    assert answer.json is not None
    return str(answer.json.get("error_msg") or answer.json["error"]["message"])


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


def project_names(api: Api, query: str = "", key: Key | None = OWN, **headers: str) -> list[str]:
    answer = send(api, "GET", f"/v3/projects{query}", None, key, **headers)
    assert answer.status_code == 200, answer.text
    return [project["name"] for project in answer.json["projects"]]  # type: ignore[index]


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


# --- agencies --------------------------------------------------------------------------------------------------


def test_token_of_an_agency(api: Api) -> None:
    answer = become(api)
    assert answer.json is not None
    told = answer.json["token"]
    assert told["methods"] == ["assume_role"]
    assert told["project"]["id"] == PARTNER.projects[0].id
    assert told["user"]["domain"]["name"] == PARTNER.domain
    assert told["assumed_by"]["user"]["name"] == "local-dli-user"
    mine = token(answer)
    assert detail(api, None, PARTNER.projects[0].id, 301, x_auth_token=mine).status_code == 200
    assert detail(api, x_auth_token=mine).json["error_code"] == "APIGW.0310"  # type: ignore[index]


def test_domains_go_by_id_as_well(api: Api) -> None:
    assert become(api, None, domain_name="", domain_id=PARTNER.domain_id).status_code == 201
    assert become(api, None, domain_id=PARTNER.domain_id).status_code == 201
    assert become(api, None, domain_id=SEED.account.domain_id).status_code == 404


@pytest.mark.parametrize(
    ("role", "status"),
    [
        ({"agency_name": "nobody"}, 404),
        ({"domain_name": "nowhere"}, 404),
        ({"agency_name": "local-dli-closed-agency"}, 403),
        ({"agency_name": ""}, 400),
        ({"domain_name": ""}, 400),
    ],
)
def test_agencies_that_cannot_be_stepped_into(api: Api, role: dict[str, str], status: int) -> None:
    assert become(api, None, **role).status_code == status
    assert ask_key(api, "assume_role", {**ROLE, **role}, OWN).status_code == status


def test_an_agency_needs_an_agent_operator(api: Api) -> None:
    reader = token(sign_in(api, None, "local-dli-password-3", "local-dli-reader"))
    assert become(api, None, reader).status_code == 403
    assert ask_key(api, "assume_role", ROLE, READER).status_code == 403


def test_an_agency_does_not_open_another(api: Api) -> None:
    assert become(api, None, token(become(api, None))).status_code == 403


@pytest.mark.parametrize("headers", [{}, {"x_auth_token": "invented"}])
def test_an_agency_needs_a_sign_in(api: Api, headers: dict[str, str]) -> None:
    auth = {"identity": {"methods": ["assume_role"], "assume_role": ROLE}}
    assert send(api, "POST", "/v3/auth/tokens", {"auth": auth}, **headers).status_code == 401
    assert ask_key(api, "assume_role", ROLE, **headers).status_code == 401


def test_projects_keep_their_jobs_to_themselves(api: Api) -> None:
    project, partner = PARTNER.projects[0].id, Key(*PARTNER.keys[0][:3])
    listed = send(api, "GET", f"/v1.0/{project}/streaming/jobs", None, partner).json
    assert {job["job_id"] for job in listed["job_list"]["jobs"]} == {301, 302}  # type: ignore[index]
    assert detail(api, partner, project, 131).json["error_code"] == "DLI.16001"  # type: ignore[index]
    assert detail(api, partner).status_code == 403
    assert detail(api, OWN, project, 301).status_code == 403
    api.dli.other("start", [301])
    assert [entry.job_id for entry in api.dli.ledger.starts()] == [301]


# --- temporary keys --------------------------------------------------------------------------------------------


def test_key_by_token(api: Api) -> None:
    mine = token(sign_in(api))
    by_header = key_of(ask_key(api, "token", {"duration_seconds": 3600}, x_auth_token=mine))
    by_body = key_of(ask_key(api, "token", {"id": mine}))
    signed = key_of(ask_key(api, "token", {"id": mine}, OWN))
    for key in (by_header, by_body, signed):
        assert detail(api, key).status_code == 200
        assert project_names(api, "", key) == ["cn-north-4", "cn-north-4_team-a"]
    assert len({by_header.access, by_body.access, signed.access, OWN.access}) == 4


def test_key_by_agency(api: Api) -> None:
    for key in (
        key_of(ask_key(api, "assume_role", ROLE, OWN)),
        key_of(ask_key(api, "assume_role", ROLE, x_auth_token=token(sign_in(api, None)))),
    ):
        assert detail(api, key, PARTNER.projects[0].id, 301).status_code == 200
        assert detail(api, key).json["error_code"] == "APIGW.0310"  # type: ignore[index]
        answer = send(api, "GET", "/v3/projects?name=cn-north-4", None, key)
        assert answer.json["projects"][0]["id"] == PARTNER.projects[0].id  # type: ignore[index]


@pytest.mark.parametrize("seconds", [899, 86401, -1, "900", 900.5, True, None])
@pytest.mark.parametrize("method", ["token", "assume_role"])
def test_durations_that_are_refused(api: Api, method: str, seconds: Any) -> None:
    member = {**ROLE, "duration_seconds": seconds}
    assert ask_key(api, method, member, x_auth_token=token(sign_in(api))).status_code == 400


@pytest.mark.parametrize(("wish", "life"), [({}, 900), ({"duration_seconds": 900}, 900), ({"duration_seconds": 86400}, 86400)])
def test_life_of_a_key(api: Api, wish: dict[str, int], life: int) -> None:
    key = key_of(ask_key(api, "assume_role", {**ROLE, **wish}, OWN))
    api.clock.advance(life - 1)
    assert detail(api, key, PARTNER.projects[0].id, 301).status_code == 200
    api.clock.advance(1)
    answer = detail(api, key, PARTNER.projects[0].id, 301)
    assert (answer.status_code, answer.json["error_code"]) == (401, "APIGW.0301")  # type: ignore[index]
    assert key.expires_at in message(answer)


def test_a_key_may_live_shorter_than_asked_for(api: Api) -> None:
    api.dli.settings.update({"temporary_key_life": 5})
    key = key_of(ask_key(api, "token", {"duration_seconds": 900}, x_auth_token=token(sign_in(api))))
    api.clock.advance(5)
    assert detail(api, key).status_code == 401


@pytest.mark.parametrize("securitytoken", [None, "another"])
def test_a_temporary_key_without_its_security_token(api: Api, securitytoken: str | None) -> None:
    key = key_of(ask_key(api, "assume_role", ROLE, OWN))
    assert detail(api, Key(key.access, key.secret, securitytoken), PARTNER.projects[0].id, 301).status_code == 401


def test_an_expired_key_counts_no_strikes(api: Api) -> None:
    key = key_of(ask_key(api, "assume_role", ROLE, OWN))
    api.dli.expire_sign_ins()
    for _count in range(7):
        assert "expires" in message(detail(api, key))


def test_what_does_not_give_a_key(api: Api) -> None:
    assert ask_key(api, "token", {}, OWN).status_code == 400
    assert ask_key(api, "totp", {}, OWN).status_code == 400
    assert ask_key(api, "token", {"id": "invented"}).status_code == 401
    assert ask_key(api, "token", {"id": token(sign_in(api))}, Key(OWN.access, "wrong")).status_code == 401
    assert ask_key(api, "assume_role", ROLE, SEEDED_TEMPORARY).status_code == 403
    assert ask_key(api, "assume_role", ROLE, key_of(ask_key(api, "assume_role", ROLE, OWN))).status_code == 403


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
    told = message(detail(api, wrong))
    assert ": verify aksk signature fail, canonicalRequest:GET|/v1.0/" in told
    assert "|x-sdk-date|e3b0c44298fc1c14" in told


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


# --- the metadata service --------------------------------------------------------------------------------------


def metadata_token(api: Api, seconds: str | None = "21600") -> TestResponse:
    headers = {} if seconds is None else {"X-Metadata-Token-Ttl-Seconds": seconds}
    return send(api, "PUT", "/meta-data/latest/api/token", **headers)


def metadata_key(api: Api, token: str | None = None) -> TestResponse:
    headers = {} if token is None else {"X-Metadata-Token": token}
    return send(api, "GET", "/openstack/latest/securitykey", **headers)


@pytest.mark.parametrize(
    ("setting", "asked", "bare", "with_token"),
    [("optional", 200, 200, 200), ("required", 200, 401, 200), ("no_agency", 200, 401, 401), ("absent", 404, 404, 404)],
)
def test_metadata(api: Api, setting: str, asked: int, bare: int, with_token: int) -> None:
    api.dli.settings.update({"metadata": setting})
    answer = metadata_token(api)
    assert answer.status_code == asked
    assert metadata_key(api).status_code == bare
    key = metadata_key(api, answer.text)
    assert key.status_code == with_token
    assert key.status_code != 200 or detail(api, key_of(key)).status_code == 200
    assert [item.call for item in api.dli.requests.of()][:3] == ["metadata_token", "metadata_key", "metadata_key"]


def test_metadata_tokens_expire(api: Api) -> None:
    mine = metadata_token(api, "60").text
    assert metadata_key(api, mine).status_code == 200
    api.clock.advance(60)
    assert metadata_key(api, mine).status_code == 401
    assert metadata_key(api, "invented").status_code == 401


@pytest.mark.parametrize("seconds", [None, "0", "21601", "-1", "soon", ""])
def test_metadata_tokens_need_a_life(api: Api, seconds: str | None) -> None:
    assert metadata_token(api, seconds).status_code == 400


def test_metadata_keys_are_replaced_in_time(api: Api) -> None:
    api.dli.settings.update({"metadata_key_life": 100})
    first = key_of(metadata_key(api))
    api.clock.advance(50)
    assert key_of(metadata_key(api)) == first
    api.clock.advance(1)
    second = key_of(metadata_key(api))
    assert second.access != first.access
    api.dli.expire_sign_ins()
    third = key_of(metadata_key(api))
    assert (detail(api, second).status_code, detail(api, third).status_code) == (401, 200)
    api.dli.accounts.revoke(third.access)
    assert detail(api, key_of(metadata_key(api))).status_code == 200
    assert ask_key(api, "assume_role", ROLE, key_of(metadata_key(api))).status_code == 403


def test_a_fault_may_hit_the_metadata_service(api: Api) -> None:
    api.dli.faults.add("status", call="metadata_key", status=503)
    assert [metadata_key(api).status_code for _count in range(2)] == [503, 200]
