# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The metadata service of an ECS, in process."""

from __future__ import annotations

import pytest
from iam_requests import ROLE, create_key, detail, key_of, send
from support import Api
from werkzeug.test import TestResponse


def metadata_token(api: Api, seconds: str | None = "21600") -> TestResponse:
    headers = {} if seconds is None else {"X-Metadata-Token-Ttl-Seconds": seconds}
    return send(api, "PUT", "/meta-data/latest/api/token", **headers)


def metadata_key(api: Api, token: str | None = None) -> TestResponse:
    headers = {} if token is None else {"X-Metadata-Token": token}
    return send(api, "GET", "/openstack/latest/securitykey", **headers)


@pytest.mark.parametrize(
    ("setting", "token_status", "status_without_token", "status_with_token"),
    [("optional", 200, 200, 200), ("required", 200, 401, 200), ("no_agency", 200, 401, 401), ("absent", 404, 404, 404)],
)
def test_metadata(api: Api, setting: str, token_status: int, status_without_token: int, status_with_token: int) -> None:
    api.dli.settings.update({"metadata": setting})
    response = metadata_token(api)
    assert response.status_code == token_status
    assert metadata_key(api).status_code == status_without_token
    key = metadata_key(api, response.text)
    assert key.status_code == status_with_token
    assert key.status_code != 200 or detail(api, key_of(key)).status_code == 200
    assert [item.call for item in api.dli.requests.find()][:3] == ["metadata_token", "metadata_key", "metadata_key"]


def test_metadata_tokens_expire(api: Api) -> None:
    token = metadata_token(api, "60").text
    assert metadata_key(api, token).status_code == 200
    api.clock.advance(60)
    assert metadata_key(api, token).status_code == 401
    assert metadata_key(api, "invented").status_code == 401


@pytest.mark.parametrize("seconds", [None, "0", "21601", "-1", "soon", ""])
def test_metadata_token_requires_a_lifetime(api: Api, seconds: str | None) -> None:
    assert metadata_token(api, seconds).status_code == 400


def test_metadata_keys_are_replaced_before_they_expire(api: Api) -> None:
    api.dli.settings.update({"metadata_key_lifetime": 100})
    first = key_of(metadata_key(api))
    api.clock.advance(50)
    assert key_of(metadata_key(api)) == first
    api.clock.advance(1)
    second = key_of(metadata_key(api))
    assert second.access != first.access
    api.dli.expire_credentials()
    third = key_of(metadata_key(api))
    assert (detail(api, second).status_code, detail(api, third).status_code) == (401, 200)
    api.dli.accounts.revoke(third.access)
    assert detail(api, key_of(metadata_key(api))).status_code == 200
    assert create_key(api, "assume_role", ROLE, key_of(metadata_key(api))).status_code == 403


def test_fault_of_metadata_service(api: Api) -> None:
    api.dli.faults.add("status", call="metadata_key", status=503)
    assert [metadata_key(api).status_code for _count in range(2)] == [503, 200]
