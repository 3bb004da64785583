# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Agencies and temporary keys, in process."""

from __future__ import annotations

from typing import Any

import pytest
from sign_in import (
    OWN,
    PARTNER,
    READER,
    ROLE,
    SEEDED_TEMPORARY,
    ask_key,
    become,
    detail,
    key_of,
    message,
    project_names,
    send,
    sign_in,
    token,
)
from support import SEED, Api, Key

# --- agencies --------------------------------------------------------------------------------------------------


def test_token_of_an_agency(api: Api) -> None:
    answer = become(api)
    assert answer.json is not None
    issued = answer.json["token"]
    assert issued["methods"] == ["assume_role"]
    assert issued["project"]["id"] == PARTNER.projects[0].id
    assert issued["user"]["domain"]["name"] == PARTNER.domain
    assert issued["assumed_by"]["user"]["name"] == "local-dli-user"
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
