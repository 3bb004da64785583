# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""In-process requests to IAM, and the access keys of the example seed."""

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
USER_KEY = Key(*SEED.account.keys[0][:3])
READER_KEY = Key(*SEED.account.keys[1][:3])
SEEDED_TEMPORARY_KEY = Key(*SEED.account.keys[2][:3])


def send(api: Api, method: str, path: str, body: Any = None, key: Key | None = None, **headers: str) -> TestResponse:
    """Send a request. It is signed if ``key`` is set. Keywords such as ``x_auth_token`` are headers."""
    data = b"" if body is None else json.dumps(body).encode()
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    plain, _mark, query = path.partition("?")
    if key is not None:
        sent.update(key.headers(api.clock.now(), method, plain, query, data))
    return Client(api.dli.wsgi).open(plain, method=method, query_string=query, data=data, headers=sent)


def create_token(api: Api, scope: Any = CN_NORTH_4, password: str = PASSWORD, name: str = "local-dli-user") -> TestResponse:
    user = {"name": name, "password": password, "domain": {"name": "local-dli-domain"}}
    identity = {"methods": ["password"], "password": {"user": user}}
    return send(api, "POST", "/v3/auth/tokens", {"auth": {"identity": identity, "scope": scope and dict(scope)}})


def token_of(response: TestResponse) -> str:
    assert response.status_code == 201, response.text
    return str(response.headers["X-Subject-Token"])


def create_agency_token(api: Api, scope: Any = CN_NORTH_4, user: str | None = None, **role: str) -> TestResponse:
    """Create a token of an agency (POST /v3/auth/tokens)."""
    auth = {"identity": {"methods": ["assume_role"], "assume_role": {**ROLE, **role}}, "scope": scope and dict(scope)}
    return send(api, "POST", "/v3/auth/tokens", {"auth": auth}, x_auth_token=user or token_of(create_token(api, None)))


def create_key(api: Api, method: str, member: Any, key: Key | None = None, **headers: str) -> TestResponse:
    """Create a temporary access key (POST /v3.0/OS-CREDENTIAL/securitytokens)."""
    body = {"auth": {"identity": {"methods": [method], method: member}}}
    return send(api, "POST", "/v3.0/OS-CREDENTIAL/securitytokens", body, key, **headers)


def key_of(response: TestResponse) -> Key:
    assert response.status_code in (200, 201), response.text
    assert response.json is not None
    return Key(**response.json["credential"])


def detail(api: Api, key: Key | None = None, project: str = "", job_id: int = 131, **headers: str) -> TestResponse:
    path = f"/v1.0/{project or api.dli.project_id}/streaming/jobs/{job_id}"
    return send(api, "GET", path, None, key, **headers)


def message(response: TestResponse) -> str:
    assert response.json is not None
    return str(response.json.get("error_msg") or response.json["error"]["message"])


def project_names(api: Api, query: str = "", key: Key | None = USER_KEY, **headers: str) -> list[str]:
    response = send(api, "GET", f"/v3/projects{query}", None, key, **headers)
    assert response.status_code == 200, response.text
    return [project["name"] for project in response.json["projects"]]  # type: ignore[index]
