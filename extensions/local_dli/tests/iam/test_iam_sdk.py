# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The official IAM client, and the credentials of the official SDK core, against the served local DLI."""

from __future__ import annotations

import calendar
import time
from pathlib import Path
from typing import Any

import pytest
from huaweicloudsdkcore.auth.credentials import BasicCredentials, GlobalCredentials
from huaweicloudsdkcore.auth.internal import MetadataAccessor
from huaweicloudsdkcore.auth.provider import MetadataCredentialProvider, ProfileCredentialProvider
from huaweicloudsdkcore.exceptions.exceptions import ClientRequestException, SdkException
from huaweicloudsdkcore.http.http_config import HttpConfig
from huaweicloudsdkcore.region.region import Region
from huaweicloudsdkdli import v1 as dli_sdk
from huaweicloudsdkiam import v3 as sdk
from local_dli import LocalDli, serve
from local_dli.seed import example
from local_dli.testing.network import Authority, proxy
from support import FAST, SEED

PARTNER = SEED.partners[0]
AGENCY = {"agency_name": "local-dli-agency", "domain_name": PARTNER.domain}


@pytest.fixture(autouse=True)
def _empty_sdk_cache() -> None:
    """The SDK caches the project of an access key until the process ends."""
    BasicCredentials._CACHE.clear()


def iam(dli: LocalDli, key: tuple[str, str, str | None] | None = None) -> Any:
    access, secret, token = key or SEED.account.keys[0][:3]
    # Without a domain ID, the SDK sends a call that is not in dli-api.md to read it.
    credentials = GlobalCredentials(access, secret, SEED.account.domain_id)
    if token is not None:
        credentials = credentials.with_security_token(token)
    return sdk.IamClient.new_builder().with_credentials(credentials).with_endpoints([dli.url]).build()


def jobs(dli: LocalDli, credentials: BasicCredentials) -> list[int]:
    """Return the job IDs of one list. The SDK reads the missing parts of the credentials from the service."""
    client = dli_sdk.DliClient.new_builder().with_credentials(credentials).with_region(Region("cn-north-4", dli.url)).build()
    page = client.list_flink_jobs(dli_sdk.ListFlinkJobsRequest(limit=100, order="asc")).job_list
    return [job.job_id for job in page.jobs]


def by_key(credential: Any, project_id: str | None = None) -> BasicCredentials:
    credentials = BasicCredentials(credential.access, credential.secret, project_id)
    return credentials.with_security_token(credential.securitytoken)


def password_request(password: str = "local-dli-password-1", **scope: Any) -> Any:
    user = sdk.PwdPasswordUser(
        name="local-dli-user", password=password, domain=sdk.PwdPasswordUserDomain(name="local-dli-domain")
    )
    identity = sdk.PwdIdentity(methods=["password"], password=sdk.PwdPassword(user=user))
    auth = sdk.PwdAuth(identity=identity, scope=sdk.AuthScope(**scope))
    body = sdk.KeystoneCreateUserTokenByPasswordRequestBody(auth=auth)
    return sdk.KeystoneCreateUserTokenByPasswordRequest(nocatalog="true", body=body)


def agency_key(dli: LocalDli, **members: Any) -> Any:
    identity = sdk.AgencyAuthIdentity(methods=["assume_role"], assume_role=sdk.IdentityAssumerole(**{**AGENCY, **members}))
    body = sdk.CreateTemporaryAccessKeyByAgencyRequestBody(auth=sdk.AgencyAuth(identity=identity))
    request = sdk.CreateTemporaryAccessKeyByAgencyRequest(body=body)
    return iam(dli).create_temporary_access_key_by_agency(request).credential


def token_key(dli: LocalDli, token: str, seconds: int | None = None) -> Any:
    identity = sdk.TokenAuthIdentity(methods=["token"], token=sdk.IdentityToken(id=token, duration_seconds=seconds))
    body = sdk.CreateTemporaryAccessKeyByTokenRequestBody(auth=sdk.TokenAuth(identity=identity))
    request = sdk.CreateTemporaryAccessKeyByTokenRequest(body=body)
    return iam(dli).create_temporary_access_key_by_token(request).credential


def seconds_left(credential: Any) -> float:
    return calendar.timegm(time.strptime(credential.expires_at, "%Y-%m-%dT%H:%M:%S.%fZ")) - time.time()


# --- IAM's calls -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "count"), [(None, 2), ("cn-north-4", 1), ("cn-north", 0)])
def test_list_projects(dli: LocalDli, name: str | None, count: int) -> None:
    response = iam(dli).keystone_list_projects(sdk.KeystoneListProjectsRequest(name=name))
    assert len(response.projects) == count
    assert response.links._self == f"{dli.url}/v3/projects"
    for project in response.projects:
        assert (project.domain_id, project.enabled, project.is_domain) == (SEED.account.domain_id, True, False)
        assert project.links._self.endswith(project.id)


def test_token_by_password(dli: LocalDli) -> None:
    response = iam(dli).keystone_create_user_token_by_password(
        password_request(project=sdk.AuthScopeProject(name="cn-north-4"))
    )
    assert response.status_code == 201
    assert dli.accounts.token(response.x_subject_token) is not None
    assert (response.token.methods, response.token.project.id) == (["password"], dli.project_id)
    assert (response.token.project.domain.id, response.token.user.domain.name) == (
        SEED.account.domain_id,
        "local-dli-domain",
    )
    assert seconds_left(response.token) == pytest.approx(86400, abs=30)


def test_token_for_a_domain(dli: LocalDli) -> None:
    response = iam(dli).keystone_create_user_token_by_password(
        password_request(domain=sdk.AuthScopeDomain(name="local-dli-domain"))
    )
    assert (response.token.domain.name, response.token.project) == ("local-dli-domain", None)


def test_wrong_password(dli: LocalDli) -> None:
    with pytest.raises(ClientRequestException) as caught:
        iam(dli).keystone_create_user_token_by_password(password_request("wrong"))
    # Error format of IAM: the code and the message are members of ``error``.
    assert (caught.value.status_code, str(caught.value.error_code)) == (401, "401")
    assert caught.value.error_msg == "The username or password is wrong."


def agency_token_request(**scope: Any) -> Any:
    identity = sdk.AgencyTokenIdentity(methods=["assume_role"], assume_role=sdk.AgencyTokenAssumerole(**AGENCY))
    auth = sdk.AgencyTokenAuth(identity=identity, scope=sdk.AgencyTokenScope(**scope))
    return sdk.KeystoneCreateAgencyTokenRequest(body=sdk.KeystoneCreateAgencyTokenRequestBody(auth=auth))


def test_agency_token(dli: LocalDli) -> None:
    # In dli-api.md, this call is authenticated with a user token. The SDK signs it. Both are accepted.
    response = iam(dli).keystone_create_agency_token(
        agency_token_request(project=sdk.AgencyTokenScopeProject(name="cn-north-4"))
    )
    assert response.status_code == 201
    assert (response.token.methods, response.token.project.id) == (["assume_role"], PARTNER.projects[0].id)
    assert response.token.assumed_by.user.name == "local-dli-user"
    assert response.token.user.domain.name == PARTNER.domain
    assert dli.accounts.token(response.x_subject_token) is not None


@pytest.mark.parametrize("seconds", [None, 900, 86400])
def test_keys_by_agency(dli: LocalDli, seconds: int | None) -> None:
    options = {} if seconds is None else {"duration_seconds": seconds}
    credential = agency_key(dli, **options)
    assert seconds_left(credential) == pytest.approx(seconds or 900, abs=30)
    assert jobs(dli, by_key(credential, PARTNER.projects[0].id)) == [301, 302]
    with pytest.raises(ClientRequestException, match="APIGW.0310"):
        jobs(dli, by_key(credential, dli.project_id))
    listed = iam(dli, (credential.access, credential.secret, credential.securitytoken)).keystone_list_projects(
        sdk.KeystoneListProjectsRequest(name="cn-north-4")
    )
    assert [project.id for project in listed.projects] == [PARTNER.projects[0].id]


def test_keys_by_agency_that_are_refused(dli: LocalDli) -> None:
    for members, status in (
        ({"agency_name": "unknown"}, 404),
        ({"agency_name": "local-dli-closed-agency"}, 403),
        ({"duration_seconds": 60}, 400),
    ):
        with pytest.raises(ClientRequestException) as caught:
            agency_key(dli, **members)
        assert (caught.value.status_code, str(caught.value.error_code)) == (status, str(status))


def test_keys_by_token(dli: LocalDli) -> None:
    token = iam(dli).keystone_create_user_token_by_password(password_request()).x_subject_token
    credential = token_key(dli, token, 1800)
    assert seconds_left(credential) == pytest.approx(1800, abs=30)
    assert 131 in jobs(dli, by_key(credential, dli.project_id))
    dli.expire_credentials()
    with pytest.raises(ClientRequestException) as caught:
        jobs(dli, by_key(credential, dli.project_id))
    assert (caught.value.status_code, caught.value.error_code) == (401, "APIGW.0301")


# --- credentials of the SDK core -------------------------------------------------------------------------------


def own_credentials(dli: LocalDli) -> BasicCredentials:
    env = dli.env()
    return BasicCredentials(env["HW_ACCESS_KEY"], env["HW_SECRET_KEY"]).with_iam_endpoint(dli.url)


def test_core_finds_the_project(dli: LocalDli) -> None:
    credentials = own_credentials(dli)
    assert 131 in jobs(dli, credentials)
    assert credentials.project_id == dli.project_id
    assert [(item.call, item.query) for item in dli.requests.find("projects")] == [("projects", "name=cn-north-4")]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"project_name": "another"}, "Failed to get project id of region 'cn-north-4'"),
        ({"more_projects": [{"id": "0" * 32, "name": "cn-north-4"}]}, "Multiple project ids found"),
        ({"denied": ["projects"]}, "403"),
    ],
)
def test_core_finds_no_project_or_two_projects(changes: dict[str, Any], expected: str) -> None:
    with serve(example(**changes)) as dli, pytest.raises(SdkException, match=expected):
        jobs(dli, own_credentials(dli))


@pytest.mark.parametrize("project_id", [True, False])
def test_profile(dli: LocalDli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, project_id: bool) -> None:
    access, secret, _token = SEED.account.keys[0][:3]
    lines = ["[basic]", f"ak = {access}", f"sk = {secret}", f"iam_endpoint = {dli.url}"]
    lines += [f"project_id = {dli.project_id}"] if project_id else []
    profile = tmp_path / "credentials"
    profile.write_text("\n".join(lines))
    monkeypatch.setenv("HUAWEICLOUD_SDK_CREDENTIALS_FILE", str(profile))
    assert 131 in jobs(dli, ProfileCredentialProvider.get_basic().get_credentials())
    assert len(dli.requests.find("projects")) == (0 if project_id else 1)


def test_profile_with_a_temporary_key(dli: LocalDli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    credential = agency_key(dli)
    profile = tmp_path / "credentials"
    profile.write_text(
        f"[basic]\nak={credential.access}\nsk={credential.secret}\nsecurity_token={credential.securitytoken}\n"
        f"project_id={PARTNER.projects[0].id}\n"
    )
    monkeypatch.setenv("HUAWEICLOUD_SDK_CREDENTIALS_FILE", str(profile))
    assert jobs(dli, ProfileCredentialProvider.get_basic().get_credentials()) == [301, 302]


# --- the metadata service --------------------------------------------------------------------------------------


@pytest.fixture
def metadata(dli: LocalDli, monkeypatch: pytest.MonkeyPatch) -> LocalDli:
    monkeypatch.setattr(MetadataAccessor, "_METADATA_ENDPOINT", dli.url)
    monkeypatch.setenv("HUAWEICLOUD_SDK_IAM_ENDPOINT", dli.url)
    return dli


@pytest.mark.parametrize("setting", ["optional", "required"])
def test_metadata(metadata: LocalDli, setting: str) -> None:
    metadata.settings.update({"metadata": setting})
    assert 131 in jobs(metadata, MetadataCredentialProvider.get_basic().get_credentials())
    assert [item.call for item in metadata.requests.find()] == ["metadata_token", "metadata_key", "projects", "list"]
    assert {item.status for item in metadata.requests.find()} == {200}


@pytest.mark.parametrize(("setting", "status"), [("absent", 404), ("no_agency", 401)])
def test_metadata_without_keys(metadata: LocalDli, setting: str, status: int) -> None:
    metadata.settings.update({"metadata": setting})
    with pytest.raises(ClientRequestException) as caught:
        MetadataCredentialProvider.get_basic().get_credentials()
    assert caught.value.status_code == status


def test_metadata_service_without_tokens(metadata: LocalDli) -> None:
    metadata.faults.add("status", call="metadata_token", status=404)
    assert 131 in jobs(metadata, MetadataCredentialProvider.get_basic().get_credentials())


def test_metadata_keys_are_refreshed_before_they_expire(metadata: LocalDli) -> None:
    # The SDK refreshes keys that expire within 40 minutes, here at every request. The service returns the same key.
    metadata.settings.update({"metadata_key_lifetime": 1800})
    assert 131 in jobs(metadata, MetadataCredentialProvider.get_basic().get_credentials())
    keys = {item.actor for item in metadata.requests.find() if item.call in ("projects", "list")}
    assert (len(metadata.requests.find("metadata_key")), len(keys)) == (3, 1)


# --- another cloud ---------------------------------------------------------------------------------------------


def test_cloud_host_names_through_proxy() -> None:
    cloud = "eu-de.otc.t-systems.com"
    authority = Authority()
    certificate = authority.server(f"dli.{cloud}", f"iam.{cloud}")
    with serve(example(region="eu-de"), settings=FAST, tls=certificate.context()) as dli, proxy() as http_proxy:
        http_proxy.names = {f"dli.{cloud}:443": dli.url, f"iam.{cloud}:443": dli.url}
        http_proxy.credentials = ("ann", "secret")
        config = HttpConfig.get_default_config()
        config.proxy_protocol, config.proxy_host, config.proxy_port = "http", "127.0.0.1", http_proxy.port
        config.proxy_user, config.proxy_password = "ann", "secret"
        config.ssl_ca_cert = str(authority.ca_file)
        access, secret, _token = SEED.account.keys[0][:3]
        credentials = BasicCredentials(access, secret).with_iam_endpoint(f"https://iam.{cloud}")
        client = (
            dli_sdk.DliClient.new_builder()
            .with_http_config(config)
            .with_credentials(credentials)
            .with_region(Region("eu-de", f"https://dli.{cloud}"))
            .build()
        )
        assert client.show_flink_job(dli_sdk.ShowFlinkJobRequest(job_id=131)).job_detail.job_id == 131
        assert [(item.target, item.authorized) for item in http_proxy.requests] == [
            (f"iam.{cloud}:443", True),
            (f"dli.{cloud}:443", True),
        ]
        assert credentials.project_id == dli.project_id
