# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""TLS, client certificates, the proxy and hosts that do not respond, with ``requests`` as the client."""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests
from local_dli import LocalDli, serve
from local_dli.testing.network import Authority, Certificate, closed_port, proxy, unresponsive_host
from support import FAST, SEED

CLOUD = "dli.eu-de.otc.t-systems.com"
IAM = "iam.eu-de.otc.t-systems.com"


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority()


@pytest.fixture
def other_cloud(authority: Authority) -> Iterator[LocalDli]:
    with serve(SEED, settings=FAST, tls=authority.server(CLOUD, IAM).context()) as served:
        yield served


def get(dli: LocalDli, base: str | None = None, **options: Any) -> requests.Response:
    """Read one job with a token."""
    with requests.Session() as session:
        session.trust_env = False
        url = f"{base or dli.url}/v1.0/{dli.project_id}/streaming/jobs/131"
        return session.get(url, headers={"X-Auth-Token": dli.token()}, timeout=30, **options)


def files(certificate: Certificate) -> tuple[str, str]:
    return str(certificate.cert_file), str(certificate.key_file)


# --- TLS -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_https(other_cloud: LocalDli, authority: Authority, host: str) -> None:
    assert other_cloud.url.startswith("https://127.0.0.1:")
    assert other_cloud.env()["HW_AUTH_URL"] == f"{other_cloud.url}/v3"
    response = get(other_cloud, other_cloud.url.replace("127.0.0.1", host), verify=authority.ca_file)
    assert response.json()["job_detail"]["job_id"] == 131


def test_links_are_https(other_cloud: LocalDli, authority: Authority) -> None:
    response = requests.get(
        f"{other_cloud.url}/v3/projects",
        headers={"X-Auth-Token": other_cloud.token()},
        verify=authority.ca_file,
        timeout=30,
    )
    assert response.json()["links"]["self"] == f"{other_cloud.url}/v3/projects"


def test_connections_stay_open(other_cloud: LocalDli, authority: Authority) -> None:
    with requests.Session() as session:
        for _count in range(3):
            session.get(f"{other_cloud.url}/v3/projects", verify=authority.ca_file, timeout=30)
    assert other_cloud.requests.connections() == 1


def certificate_error(call: Callable[[], object]) -> str:
    with pytest.raises(requests.exceptions.SSLError) as caught:
        call()
    return str(caught.value)


def test_untrusted_authority(other_cloud: LocalDli) -> None:
    assert "CERTIFICATE_VERIFY_FAILED" in certificate_error(lambda: get(other_cloud, verify=Authority().ca_file))
    assert "CERTIFICATE_VERIFY_FAILED" in certificate_error(lambda: get(other_cloud, verify=True))
    assert get(other_cloud, verify=False).status_code == 200


def test_certificate_for_another_name(authority: Authority) -> None:
    with serve(SEED, tls=authority.server_without_loopback(CLOUD).context()) as dli:
        assert "not valid for '127.0.0.1'" in certificate_error(lambda: get(dli, verify=authority.ca_file))


def test_expired_certificate(authority: Authority) -> None:
    with serve(SEED, tls=authority.server(expired=True).context()) as dli:
        assert "expired" in certificate_error(lambda: get(dli, verify=authority.ca_file))


def test_http_to_https_port_and_vice_versa(other_cloud: LocalDli, dli: LocalDli) -> None:
    with pytest.raises(requests.exceptions.ConnectionError):
        get(other_cloud, other_cloud.url.replace("https:", "http:"))
    with pytest.raises(requests.exceptions.SSLError):
        get(dli, dli.url.replace("http:", "https:"))


def test_client_certificates(authority: Authority) -> None:
    with serve(SEED, tls=authority.server().context(require_client=True)) as dli:
        assert get(dli, verify=authority.ca_file, cert=files(authority.client())).status_code == 200
        for cert in (None, files(Authority().client())):
            # With TLS 1.3 the refusal comes after the client's side of the handshake has succeeded.
            with pytest.raises(requests.exceptions.ConnectionError):
                get(dli, verify=authority.ca_file, cert=cert)
        assert len(dli.requests) == 1


@pytest.mark.parametrize("kind", ["reset_before", "reset_after", "reset_mid", "hang", "drip_headers"])
def test_connection_faults_over_tls(other_cloud: LocalDli, authority: Authority, kind: str) -> None:
    other_cloud.faults.add(kind, seconds=0.3)
    with pytest.raises(requests.exceptions.RequestException):
        get(other_cloud, verify=authority.ca_file).raise_for_status() if "reset" in kind else get_with_short_timeout(
            other_cloud, authority
        )
    assert get(other_cloud, verify=authority.ca_file).status_code == 200


def get_with_short_timeout(dli: LocalDli, authority: Authority) -> None:
    requests.get(f"{dli.url}/v3/projects", verify=authority.ca_file, timeout=0.2)


def test_client_without_handshake_does_not_block_other_clients(other_cloud: LocalDli, authority: Authority) -> None:
    port = int(other_cloud.url.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port)):
        assert get(other_cloud, verify=authority.ca_file).status_code == 200


def test_shutdown_with_open_connections(authority: Authority) -> None:
    began = time.monotonic()
    session = requests.Session()
    with serve(SEED, tls=authority.server().context()) as dli:
        session.get(f"{dli.url}/v3/projects", verify=authority.ca_file, timeout=30)
        waiting = socket.create_connection(("127.0.0.1", int(dli.url.rpartition(":")[2])))
    waiting.close()
    session.close()
    assert time.monotonic() - began < 10


# --- the proxy -------------------------------------------------------------------------------------------------


def test_cloud_host_names_through_proxy(other_cloud: LocalDli, authority: Authority) -> None:
    names = {f"{CLOUD}:443": other_cloud.url, f"{IAM}:443": other_cloud.url}
    with proxy(names) as http_proxy:
        proxies = {"https": http_proxy.url}
        response = get(other_cloud, f"https://{CLOUD}", proxies=proxies, verify=authority.ca_file)
        assert response.status_code == 200
        listed = requests.get(
            f"https://{IAM}/v3/projects",
            headers={"X-Auth-Token": other_cloud.token()},
            proxies=proxies,
            verify=authority.ca_file,
            timeout=30,
        )
        assert listed.json()["links"]["self"] == f"https://{IAM}/v3/projects"
        assert [(item.method, item.target, item.authorized, item.status) for item in http_proxy.requests] == [
            ("CONNECT", f"{CLOUD}:443", True, 200),
            ("CONNECT", f"{IAM}:443", True, 200),
        ]
        assert [item.call for item in other_cloud.requests.find()] == ["detail", "projects"]


def test_host_name_must_be_in_the_certificate(authority: Authority) -> None:
    with serve(SEED, tls=authority.server().context()) as dli, proxy({f"{CLOUD}:443": dli.url}) as http_proxy:
        error = certificate_error(
            lambda: get(dli, f"https://{CLOUD}", proxies={"https": http_proxy.url}, verify=authority.ca_file)
        )
        assert "Hostname mismatch" in error


def test_two_clouds_through_one_proxy(other_cloud: LocalDli, dli: LocalDli, authority: Authority) -> None:
    names = {f"{CLOUD}:443": other_cloud.url, "dli.cn-north-4.myhuaweicloud.com:80": dli.url}
    with proxy(names) as http_proxy:
        proxies = {"https": http_proxy.url, "http": http_proxy.url}
        get(other_cloud, f"https://{CLOUD}", proxies=proxies, verify=authority.ca_file)
        get(dli, "http://dli.cn-north-4.myhuaweicloud.com", proxies=proxies)
        get(dli, "http://dli.cn-north-4.myhuaweicloud.com", proxies=proxies)
    assert (len(other_cloud.requests), len(dli.requests)) == (1, 2)


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE", "HEAD"])
def test_plain_http(dli: LocalDli, method: str) -> None:
    with proxy() as http_proxy:
        response = requests.request(
            method,
            f"{dli.url}/v1.0/{dli.project_id}/streaming/jobs/run?a=%2Fb",
            json={"job_ids": [131]},
            headers={"X-Auth-Token": dli.token(), "Proxy-Connection": "keep-alive"},
            proxies={"http": http_proxy.url},
            timeout=30,
        )
        assert [(item.method, item.authorized) for item in http_proxy.requests] == [(method, True)]
        assert http_proxy.requests[0].target.startswith(f"{dli.url}/v1.0/")
    assert response.status_code == (200 if method == "POST" else 404)
    # The proxy forwards one request per connection. With this header, the client opens a new connection for the next request.
    assert response.headers["Connection"] == "close"
    (request,) = dli.requests.find()
    assert (request.method, request.query) == (method, "a=%2Fb")


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize(
    ("user", "authorized"), [(("ann", "s:cr/t@1"), True), (("ann", "wrong"), False), (None, False)]
)
def test_proxy_credentials(authority: Authority, scheme: str, user: tuple[str, str] | None, authorized: bool) -> None:
    tls = authority.server().context() if scheme == "https" else None
    with serve(SEED, tls=tls) as dli, proxy(credentials=("ann", "s:cr/t@1")) as http_proxy:
        proxies = {scheme: http_proxy.url if user is None else http_proxy.url_with(*user)}
        if authorized:
            assert get(dli, proxies=proxies, verify=authority.ca_file).status_code == 200
        elif scheme == "http":
            response = get(dli, proxies=proxies)
            assert (response.status_code, response.headers["Proxy-Authenticate"]) == (407, 'Basic realm="proxy"')
        else:
            with pytest.raises(requests.exceptions.ProxyError, match="407"):
                get(dli, proxies=proxies, verify=authority.ca_file)
        assert [(item.authorized, item.status) for item in http_proxy.requests] == [(authorized, 200 if authorized else 407)]
        assert len(dli.requests) == authorized


def test_proxy_does_not_forward_its_credentials(dli: LocalDli) -> None:
    seen: list[str] = []
    serving = dli.wsgi.app.wsgi_app

    def record(environ: Any, start_response: Any) -> Any:
        seen.extend(name for name in environ if name.startswith("HTTP_PROXY"))
        return serving(environ, start_response)

    dli.wsgi.app.wsgi_app = record  # type: ignore[method-assign]
    with proxy(credentials=("ann", "s:cr/t@1")) as http_proxy:
        assert get(dli, proxies={"http": http_proxy.url_with("ann", "s:cr/t@1")}).status_code == 200
    assert seen == []


def test_proxy_connects_only_to_loopback() -> None:
    with proxy() as http_proxy:
        assert requests.get("http://192.0.2.1/", proxies={"http": http_proxy.url}, timeout=30).status_code == 403
        with pytest.raises(requests.exceptions.ProxyError, match="403"):
            requests.get("https://example.invalid/", proxies={"https": http_proxy.url}, timeout=30)
        assert [item.status for item in http_proxy.requests] == [403, 403]


def test_proxy_with_closed_target_port() -> None:
    with closed_port() as address, proxy({f"{CLOUD}:443": address}) as http_proxy:
        http_proxy.names[f"{CLOUD}:80"] = address
        assert requests.get(f"http://{CLOUD}/", proxies={"http": http_proxy.url}, timeout=30).status_code == 502
        with pytest.raises(requests.exceptions.ProxyError, match="502"):
            requests.get(f"https://{CLOUD}/", proxies={"https": http_proxy.url}, timeout=30)


def test_proxy_stops_with_open_tunnel(other_cloud: LocalDli, authority: Authority) -> None:
    began = time.monotonic()
    with requests.Session() as session:
        with proxy() as http_proxy:
            session.proxies = {"https": http_proxy.url}
            session.get(f"{other_cloud.url}/v3/projects", verify=authority.ca_file, timeout=30)
        with pytest.raises(requests.exceptions.RequestException):
            session.get(f"{other_cloud.url}/v3/projects", verify=authority.ca_file, timeout=30)
    assert time.monotonic() - began < 10
    with pytest.raises(OSError):
        socket.create_connection(("127.0.0.1", http_proxy.port), timeout=5)


# --- hosts that do not respond ---------------------------------------------------------------------------------


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_unresponsive_host(scheme: str) -> None:
    with unresponsive_host() as address, pytest.raises(requests.exceptions.Timeout):
        requests.get(f"{scheme}://{address}/", timeout=0.2)


def test_closed_port() -> None:
    with closed_port() as address, pytest.raises(requests.exceptions.ConnectionError, match="refused"):
        requests.get(f"http://{address}/", timeout=5)


def test_server_context_requires_no_client_certificate() -> None:
    assert Authority().server().context().verify_mode == ssl.CERT_NONE
