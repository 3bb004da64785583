# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Certificates and proxies: real TLS, a real forward proxy, and other clouds under their real host names."""

from __future__ import annotations

import pytest
from local_dli.seed import example
from local_dli.server import serve
from local_dli.testing import network
from task_runs import calls, error_message, started

TASK = {"job_ids": [131]}


@pytest.fixture(scope="module")
def authority():
    """A certificate authority that is not trusted by default."""
    return network.Authority()


@pytest.fixture
def secure(ansible, authority):
    """A local DLI with TLS, which the variables of ``ansible`` select."""
    with serve(tls=authority.server().context()) as service:
        ansible.env.update(service.env())
        yield service


def warnings(ended) -> str:
    return " ".join(ended.stderr.split()) + " ".join(ended.stdout.split())


# Certificates


def test_unknown_authority(ansible, secure):
    """Variables that disable verification in other tools have no effect."""
    message = error_message(ansible.task(TASK, env={"HW_INSECURE": "true", "OS_INSECURE": "true"}))
    assert "TLS: unable to get local issuer certificate" in message and "ca_cert" in message
    assert len(secure.requests) == 0


@pytest.mark.parametrize("place", ["ca_cert", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
def test_configured_authority(ansible, secure, authority, place):
    """The additional connection to the identity service is verified as well."""
    file = str(authority.ca_file)
    options, env = ({place: file}, {}) if place == "ca_cert" else ({}, {place: file})
    ended = ansible.task({**TASK, **options}, env={**env, "HW_PROJECT_ID": ""})
    assert ended.code == 0 and started(secure) == [131], ended.output
    assert calls(secure) == ["projects", "detail", "run"]


def test_option_overrides_environment(ansible, secure, authority):
    other = str(network.Authority().ca_file)
    message = error_message(ansible.task({**TASK, "ca_cert": other}, env={"REQUESTS_CA_BUNDLE": str(authority.ca_file)}))
    assert "TLS: " in message
    ended = ansible.task({**TASK, "ca_cert": str(authority.ca_file)}, env={"REQUESTS_CA_BUNDLE": other})
    assert ended.code == 0, ended.output


@pytest.mark.parametrize("kind, part", [("expired", "certificate has expired"), ("only", "mismatch")])
def test_invalid_certificate(ansible, authority, kind, part):
    certificate = (
        authority.server(expired=True) if kind == "expired" else authority.server_without_loopback("dli.example.test")
    )
    with serve(tls=certificate.context()) as service:
        message = error_message(ansible.task({**TASK, "ca_cert": str(authority.ca_file)}, env=service.env()))
        assert "TLS: " in message and part in message


@pytest.mark.filterwarnings("ignore:Unverified HTTPS request")
def test_disabled_verification_warns(ansible, secure):
    ended = ansible.task({**TASK, "validate_certs": False}, env={"REQUESTS_CA_BUNDLE": "/nowhere"})
    assert ended.code == 0 and started(secure) == [131], ended.output
    assert "The option validate_certs is false. The connection is not protected" in warnings(ended)


@pytest.mark.parametrize("option", ["ca_cert", "client_cert"])
def test_missing_file(ansible, secure, authority, option):
    options = {"ca_cert": str(authority.ca_file), option: "/nowhere/file.pem"}
    message = error_message(ansible.task({**TASK, **options}))
    assert "/nowhere/file.pem" in message and len(secure.requests) == 0


def test_client_certificate(ansible, authority):
    client, trust = authority.client(), {"ca_cert": str(authority.ca_file), "max_retries": 1}
    both = ansible.folder / "both.pem"
    both.write_bytes(client.cert_file.read_bytes() + client.key_file.read_bytes())
    with serve(tls=authority.server().context(require_client=True)) as service:
        assert "TLS: " in error_message(ansible.task({**TASK, **trust}, env=service.env()))
        certificate = {"client_cert": str(client.cert_file), "client_key": str(client.key_file)}
        ended = ansible.task({**TASK, **trust, **certificate}, env=service.env())
        assert ended.code == 0 and started(service) == [131], ended.output
        ended = ansible.task({**TASK, **trust, "client_cert": str(both)}, "--check", env=service.env())
        assert ended.code == 0, ended.output
    assert "Missing client_cert. " in error_message(
        ansible.task({**TASK, "client_key": str(client.key_file)}, env=service.env())
    )


# Proxies


@pytest.mark.parametrize("place", ["proxy", "HTTPS_PROXY", "https_proxy"])
def test_proxy(ansible, secure, authority, place):
    with network.proxy() as proxy:
        options, env = ({place: proxy.url}, {}) if place == "proxy" else ({}, {place: proxy.url})
        ended = ansible.task({**TASK, **options, "ca_cert": str(authority.ca_file)}, env={"NO_PROXY": "", **env})
        assert ended.code == 0 and started(secure) == [131], ended.output
        assert [(entry.method, entry.target) for entry in proxy.requests] == [
            ("CONNECT", secure.url.removeprefix("https://"))
        ]


def test_no_proxy(ansible, secure, authority):
    with network.closed_port() as closed:
        env = {"HTTPS_PROXY": f"http://{closed}", "NO_PROXY": "127.0.0.1"}
        assert ansible.task({**TASK, "ca_cert": str(authority.ca_file)}, env=env).code == 0


def test_proxy_with_password(ansible, secure, authority):
    trust = {"ca_cert": str(authority.ca_file), "max_retries": 1}
    with network.proxy(credentials=("proxy-user", "proxy/password")) as proxy:
        good = proxy.url_with("proxy-user", "proxy/password")
        bad = proxy.url_with("proxy-user", "wrong-password")
        for options, env in (({"proxy": bad}, {}), ({}, {"HTTPS_PROXY": bad}), ({"proxy": proxy.url}, {})):
            ended = ansible.task({**TASK, **trust, **options}, env={"NO_PROXY": "", **env})
            assert "proxy error: " in error_message(ended) and "407" in ended.result["msg"]
            assert "wrong-password" not in ended.output
        assert len(secure.requests) == 0
        ended = ansible.task({**TASK, **trust, "proxy": good})
        assert ended.code == 0 and started(secure) == [131], ended.output
        assert "proxy/password" not in ended.output and "proxy%2Fpassword" not in ended.output


def test_unreachable_proxy(ansible, secure):
    with network.closed_port() as closed:
        message = error_message(ansible.task({**TASK, "proxy": f"http://{closed}", "max_retries": 1}))
    assert ": the proxy refused the connection. " in message, message


@pytest.mark.parametrize("variable", ["ALL_PROXY", "all_proxy", "HTTP_PROXY", "http_proxy"])
def test_proxy_of_a_desktop(ansible, dli, variable):
    """A desktop sets a scheme that no library supports. Nothing is sent, and the message names the variable."""
    env = {"NO_PROXY": "", variable: "socks://127.0.0.1:1080"}
    message = error_message(ansible.task(TASK, env=env))
    assert message.startswith(f"Invalid environment variable {variable}: it is not the URL of a proxy. ") and "socks5h" in message
    assert not ansible.task(TASK, env={**env, "NO_PROXY": "127.0.0.1"}).failed


def test_http_through_proxy(ansible, dli):
    """The proxy receives the absolute URL, which is not a part of the signature."""
    with network.proxy() as proxy:
        ended = ansible.task({**TASK, "proxy": proxy.url}, env={"NO_PROXY": ""})
        assert ended.code == 0 and started(dli) == [131], ended.output
        assert {entry.method for entry in proxy.requests} == {"GET", "POST"}


def test_http_to_another_host_requires_allow_http(ansible, dli):
    name = "dli.example.test"
    location = {"endpoint": f"http://{name}", "project_id": dli.project_id}
    with network.proxy({f"{name}:80": dli.url}) as proxy:
        options = {**TASK, **location, "proxy": proxy.url}
        message = error_message(ansible.task(options))
        assert f"Invalid endpoint: 'http://{name}' is not encrypted. " in message and proxy.requests == []
        ended = ansible.task({**options, "allow_http": True})
        assert ended.code == 0 and started(dli) == [131], ended.output
        assert f"The connection to http://{name} is not encrypted. " in warnings(ended)


# Clouds, under their real host names


@pytest.mark.parametrize(
    "region, domain, options",
    [
        ("cn-north-4", "myhuaweicloud.com", {}),
        ("eu-west-101", "myhuaweicloud.eu", {}),
        ("eu-de", "otc.t-systems.com", {"cloud": "otc.t-systems.com"}),
        ("eu-de", "otc.t-systems.com", {"auth_url": "https://iam.eu-de.otc.t-systems.com/v3"}),
        ("eu-west-0", "prod-cloud-ocb.orange-business.com", {"cloud": "prod-cloud-ocb.orange-business.com"}),
        ("ru-moscow-1", "hc.sbercloud.ru", {"cloud": "hc.sbercloud.ru"}),
        ("eu-de", "otc.t-systems.com", {"endpoint": "https://dli.eu-de.otc.t-systems.com"}),
    ],
)
def test_cloud_host_names(ansible, authority, region, domain, options):
    """Region and cloud are sufficient; the project is looked up in the identity service of the cloud."""
    names = [f"{service}.{region}.{domain}" for service in ("dli", "iam")]
    with serve(example(region=region), tls=authority.server(*names).context()) as service:
        pair = {name: value for name, value in service.env().items() if name in ("HW_ACCESS_KEY", "HW_SECRET_KEY")}
        with network.proxy({f"{name}:443": service.url for name in names}) as proxy:
            env = {"HTTPS_PROXY": proxy.url, "REQUESTS_CA_BUNDLE": str(authority.ca_file), **pair}
            ended = ansible.task({**TASK, "region": region, **options}, env=env)
            assert ended.code == 0 and started(service) == [131], ended.output
            assert [entry.target for entry in proxy.requests] == [f"iam.{region}.{domain}:443", f"dli.{region}.{domain}:443"]


def test_credentials_are_not_sent_to_another_cloud(ansible, authority):
    """With an option for another cloud, the endpoints of the environment are not used."""
    with serve(tls=authority.server().context()) as one, network.proxy() as proxy:
        env = {**one.env(), "HW_CLOUD": "otc.t-systems.com", "HTTPS_PROXY": proxy.url, "NO_PROXY": ""}
        error_message(ansible.task({**TASK, "cloud": "myhuaweicloud.com", "max_retries": 0}, env=env))
        assert [entry.target for entry in proxy.requests] == ["iam.cn-north-4.myhuaweicloud.com:443"]
        assert len(one.requests) == 0
