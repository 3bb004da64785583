# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Requests to IAM, in process, and the keys of the example seed."""

from __future__ import annotations

import json
from types import MappingProxyType
from typing import Any

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


def project_names(api: Api, query: str = "", key: Key | None = OWN, **headers: str) -> list[str]:
    answer = send(api, "GET", f"/v3/projects{query}", None, key, **headers)
    assert answer.status_code == 200, answer.text
    return [project["name"] for project in answer.json["projects"]]  # type: ignore[index]
