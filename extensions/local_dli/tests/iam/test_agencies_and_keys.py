# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Agencies and temporary keys, in process."""

from __future__ import annotations

from typing import Any

import pytest
from iam_requests import (
    PARTNER,
    READER_KEY,
    ROLE,
    SEEDED_TEMPORARY_KEY,
    USER_KEY,
    create_agency_token,
    create_key,
    create_token,
    detail,
    key_of,
    message,
    project_names,
    send,
    token_of,
)
from support import SEED, Api, Key

# --- agencies --------------------------------------------------------------------------------------------------


def test_agency_token(api: Api) -> None:
    response = create_agency_token(api)
    assert response.json is not None
    issued = response.json["token"]
    assert issued["methods"] == ["assume_role"]
    assert issued["project"]["id"] == PARTNER.projects[0].id
    assert issued["user"]["domain"]["name"] == PARTNER.domain
    assert issued["assumed_by"]["user"]["name"] == "local-dli-user"
    token = token_of(response)
    assert detail(api, None, PARTNER.projects[0].id, 301, x_auth_token=token).status_code == 200
    assert detail(api, x_auth_token=token).json["error_code"] == "APIGW.0310"  # type: ignore[index]


def test_domain_by_id(api: Api) -> None:
    assert create_agency_token(api, None, domain_name="", domain_id=PARTNER.domain_id).status_code == 201
    assert create_agency_token(api, None, domain_id=PARTNER.domain_id).status_code == 201
    assert create_agency_token(api, None, domain_id=SEED.account.domain_id).status_code == 404


@pytest.mark.parametrize(
    ("role", "status"),
    [
        ({"agency_name": "unknown"}, 404),
        ({"domain_name": "nowhere"}, 404),
        ({"agency_name": "local-dli-closed-agency"}, 403),
        ({"agency_name": ""}, 400),
        ({"domain_name": ""}, 400),
    ],
)
def test_agencies_that_cannot_be_assumed(api: Api, role: dict[str, str], status: int) -> None:
    assert create_agency_token(api, None, **role).status_code == status
    assert create_key(api, "assume_role", {**ROLE, **role}, USER_KEY).status_code == status


def test_agency_requires_agent_operator(api: Api) -> None:
    reader = token_of(create_token(api, None, "local-dli-password-3", "local-dli-reader"))
    assert create_agency_token(api, None, reader).status_code == 403
    assert create_key(api, "assume_role", ROLE, READER_KEY).status_code == 403


def test_agency_token_cannot_assume_another_agency(api: Api) -> None:
    assert create_agency_token(api, None, token_of(create_agency_token(api, None))).status_code == 403


@pytest.mark.parametrize("headers", [{}, {"x_auth_token": "invented"}])
def test_agency_requires_authentication(api: Api, headers: dict[str, str]) -> None:
    auth = {"identity": {"methods": ["assume_role"], "assume_role": ROLE}}
    assert send(api, "POST", "/v3/auth/tokens", {"auth": auth}, **headers).status_code == 401
    assert create_key(api, "assume_role", ROLE, **headers).status_code == 401


def test_jobs_are_visible_only_in_their_project(api: Api) -> None:
    project, partner = PARTNER.projects[0].id, Key(*PARTNER.keys[0][:3])
    listed = send(api, "GET", f"/v1.0/{project}/streaming/jobs", None, partner).json
    assert {job["job_id"] for job in listed["job_list"]["jobs"]} == {301, 302}  # type: ignore[index]
    assert detail(api, partner, project, 131).json["error_code"] == "DLI.16001"  # type: ignore[index]
    assert detail(api, partner).status_code == 403
    assert detail(api, USER_KEY, project, 301).status_code == 403
    api.dli.other_client("start", [301])
    assert [entry.job_id for entry in api.dli.ledger.starts()] == [301]


# --- temporary keys --------------------------------------------------------------------------------------------


def test_key_by_token(api: Api) -> None:
    token = token_of(create_token(api))
    by_header = key_of(create_key(api, "token", {"duration_seconds": 3600}, x_auth_token=token))
    by_body = key_of(create_key(api, "token", {"id": token}))
    signed = key_of(create_key(api, "token", {"id": token}, USER_KEY))
    for key in (by_header, by_body, signed):
        assert detail(api, key).status_code == 200
        assert project_names(api, "", key) == ["cn-north-4", "cn-north-4_team-a"]
    assert len({by_header.access, by_body.access, signed.access, USER_KEY.access}) == 4


def test_key_by_agency(api: Api) -> None:
    for key in (
        key_of(create_key(api, "assume_role", ROLE, USER_KEY)),
        key_of(create_key(api, "assume_role", ROLE, x_auth_token=token_of(create_token(api, None)))),
    ):
        assert detail(api, key, PARTNER.projects[0].id, 301).status_code == 200
        assert detail(api, key).json["error_code"] == "APIGW.0310"  # type: ignore[index]
        response = send(api, "GET", "/v3/projects?name=cn-north-4", None, key)
        assert response.json["projects"][0]["id"] == PARTNER.projects[0].id  # type: ignore[index]


@pytest.mark.parametrize("seconds", [899, 86401, -1, "900", 900.5, True, None])
@pytest.mark.parametrize("method", ["token", "assume_role"])
def test_invalid_durations(api: Api, method: str, seconds: Any) -> None:
    member = {**ROLE, "duration_seconds": seconds}
    assert create_key(api, method, member, x_auth_token=token_of(create_token(api))).status_code == 400


@pytest.mark.parametrize(
    ("options", "lifetime"), [({}, 900), ({"duration_seconds": 900}, 900), ({"duration_seconds": 86400}, 86400)]
)
def test_key_lifetime(api: Api, options: dict[str, int], lifetime: int) -> None:
    key = key_of(create_key(api, "assume_role", {**ROLE, **options}, USER_KEY))
    api.clock.advance(lifetime - 1)
    assert detail(api, key, PARTNER.projects[0].id, 301).status_code == 200
    api.clock.advance(1)
    response = detail(api, key, PARTNER.projects[0].id, 301)
    assert (response.status_code, response.json["error_code"]) == (401, "APIGW.0301")  # type: ignore[index]
    assert key.expires_at in message(response)


def test_key_can_expire_before_the_requested_duration(api: Api) -> None:
    api.dli.settings.update({"temporary_key_lifetime": 5})
    key = key_of(create_key(api, "token", {"duration_seconds": 900}, x_auth_token=token_of(create_token(api))))
    api.clock.advance(5)
    assert detail(api, key).status_code == 401


@pytest.mark.parametrize("securitytoken", [None, "another"])
def test_temporary_key_without_its_security_token(api: Api, securitytoken: str | None) -> None:
    key = key_of(create_key(api, "assume_role", ROLE, USER_KEY))
    assert detail(api, Key(key.access, key.secret, securitytoken), PARTNER.projects[0].id, 301).status_code == 401


def test_expired_key_is_not_locked(api: Api) -> None:
    key = key_of(create_key(api, "assume_role", ROLE, USER_KEY))
    api.dli.expire_credentials()
    for _count in range(7):
        assert "expires" in message(detail(api, key))


def test_key_refusals(api: Api) -> None:
    assert create_key(api, "token", {}, USER_KEY).status_code == 400
    assert create_key(api, "totp", {}, USER_KEY).status_code == 400
    assert create_key(api, "token", {"id": "invented"}).status_code == 401
    assert create_key(api, "token", {"id": token_of(create_token(api))}, Key(USER_KEY.access, "wrong")).status_code == 401
    assert create_key(api, "assume_role", ROLE, SEEDED_TEMPORARY_KEY).status_code == 403
    assert create_key(api, "assume_role", ROLE, key_of(create_key(api, "assume_role", ROLE, USER_KEY))).status_code == 403
