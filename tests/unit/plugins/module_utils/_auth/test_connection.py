# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Addresses and connection options (dli-api.md 6). test_provider_chain.py tests the selection of the credentials."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ansible_collections.huaweicloud.cloud.plugins.module_utils._auth.connection import resolve_connection
from ansible_collections.huaweicloud.cloud.plugins.module_utils._auth.provider import Scope
from ansible_collections.huaweicloud.cloud.plugins.module_utils._auth.providers.access_key import AccessKey
from ansible_collections.huaweicloud.cloud.plugins.module_utils._auth.providers.agency import Agency
from ansible_collections.huaweicloud.cloud.plugins.module_utils._auth.providers.metadata import Metadata
from ansible_collections.huaweicloud.cloud.plugins.module_utils._auth.providers.token import IamToken
from ansible_collections.huaweicloud.cloud.plugins.module_utils._errors import InputError
from ansible_collections.huaweicloud.cloud.plugins.module_utils._http.options import HttpOptions, url_secrets

from ..credential_sources import (
    HW,
    INI,
    INI_PATH,
    KINDS,
    KOOCLI_PATH,
    NAMES,
    OPTIONS,
    OS,
    SDK,
    ini,
    koocli,
    marked,
    surroundings,
)

DEFAULTS = {"validate_certs": True, "request_timeout": 60.0, "max_retries": 5}
PAIR = marked(OPTIONS, "access_key", "secret_key")
USER = marked(OPTIONS, "username", "password", "domain_name")
TOKEN = marked(OPTIONS, "auth_token")
AGENCY = {"agency_name": "agency", "agency_domain_name": "account"}
WHERE = {"project_id": "p1", "region": "cn-north-4"}
KEYS = {source: surroundings({source: marked(source, "access_key", "secret_key")})[1] for source in (HW, SDK, OS)}


def connect(options=None, environ=None, files=None):
    return resolve_connection({**DEFAULTS, **(options or {})}, environ or {}, (files or {}).get)


def refusal(options=None, environ=None, files=None):
    with pytest.raises(InputError) as caught:
        connect(options, environ, files)
    return str(caught.value)


def test_options_alone():
    connection = connect({**PAIR, **WHERE, "ca_cert": "/ca.pem", "proxy": "http://proxy:3128", "max_retries": 0})
    assert connection.endpoint == "https://dli.cn-north-4.myhuaweicloud.com"
    assert connection.provider == AccessKey(*PAIR.values())
    assert (connection.scope, connection.auth_url) == (Scope("p1", None), None)
    assert (connection.source, connection.hint, connection.warnings) == ("the options", "", ())
    assert connection.http == HttpOptions("/ca.pem", "http://proxy:3128")
    assert (connection.request_timeout, connection.max_retries) == (60.0, 0)


def test_the_hint_of_the_source_is_kept():
    files = {KOOCLI_PATH: koocli({**marked(HW, "access_key", "secret_key"), **WHERE})}
    connection = connect({}, {}, files)
    assert connection.source == f"the profile work of {KOOCLI_PATH}" and "cli-auth-encrypt" in connection.hint
    assert (connection.endpoint, connection.scope.project_id) == ("https://dli.cn-north-4.myhuaweicloud.com", "p1")


def test_a_region_is_sufficient_for_the_metadata_service():
    connection = connect({"region": "cn-north-4"})
    assert isinstance(connection.provider, Metadata)
    assert (connection.scope, connection.auth_url) == (Scope(None, "cn-north-4"), "https://iam.cn-north-4.myhuaweicloud.com")


LOCATION = ("project_id", "project_name", "region", "cloud", "endpoint", "auth_url")


@pytest.mark.parametrize("option", LOCATION)
@pytest.mark.parametrize("is_variable", [False, True])
@pytest.mark.parametrize("credentials", [PAIR, {"auth_method": "metadata"}])
def test_a_location_in_quotation_marks_is_refused(option, is_variable, credentials):
    """With credentials from another source than the location."""
    value = '"https://dli.test"'
    given, environ = ({}, {NAMES[HW][option][0]: value}) if is_variable else ({option: value}, {})
    message = refusal({**given, **credentials}, environ)
    assert message.startswith(f"Invalid {option}")
    assert message.endswith(": it begins or ends with a quotation mark. Remove the quotation marks.")


# The project


@pytest.mark.parametrize(
    "location, scope",
    [
        (WHERE, Scope("p1", None)),
        ({**WHERE, "project_name": "cn-north-4_team"}, Scope("p1", None)),
        ({"region": "cn-north-4", "project_name": "cn-north-4_team"}, Scope(None, "cn-north-4_team")),
        # the main project of a region has the name of the region (dli-api.md 5.6)
        ({"region": "cn-north-4"}, Scope(None, "cn-north-4")),
        ({"project_name": "eu-de_team"}, Scope(None, "eu-de_team")),
        ({"project_name": "eu-de"}, Scope(None, "eu-de")),
    ],
)
def test_the_project_has_an_id_or_a_name(location, scope):
    assert connect({**PAIR, **location}).scope == scope


@pytest.mark.parametrize("project_id", ["a/b", "a b", "..", "x" * 65, "a-b", "größe", "a?b"])
def test_a_project_id_consists_of_letters_and_digits(project_id):
    """dli-api.md 1.1; the ID is a part of a path."""
    message = f"Invalid project_id: {project_id!r} is not a project ID. Specify 1 to 64 letters and digits."
    assert refusal({**PAIR, **WHERE, "project_id": project_id}) == message


@pytest.mark.parametrize(
    "options, environ, files, variable",
    [
        (PAIR, {}, {}, "HW_PROJECT_ID"),
        ({}, KEYS[HW], {}, "HW_PROJECT_ID"),
        ({}, KEYS[SDK], {}, "HUAWEICLOUD_SDK_PROJECT_ID"),
        ({}, KEYS[OS], {}, "OS_PROJECT_ID"),
        ({}, {}, {INI_PATH: ini(marked(INI, *KINDS["aksk"]))}, "HW_PROJECT_ID"),
        ({"endpoint": "https://dli.test", **PAIR}, {}, {}, "HW_PROJECT_ID"),
    ],
)
def test_missing_project(options, environ, files, variable):
    """Without endpoint, the missing region is reported first, because the project can be looked up by the region."""
    with_endpoint = {"endpoint": "https://dli.test", **options}
    assert refusal(with_endpoint, environ, files) == (
        f"Missing project_id. Set the option project_id, project_name or region, or the environment variable {variable}."
    )
    if "endpoint" not in options:
        assert refusal(options, environ, files).startswith("Missing region. Set the option region")


# Regions and clouds


@pytest.mark.parametrize(
    "location, domain",
    [
        ({"region": "cn-north-4"}, "cn-north-4.myhuaweicloud.com"),
        ({"region": "eu-west-101"}, "eu-west-101.myhuaweicloud.eu"),
        ({"region": "eu-west-101", "cloud": "cloud.test"}, "eu-west-101.cloud.test"),
        (
            {"region": "eu-west-0", "cloud": "prod-cloud-ocb.orange-business.com"},
            "eu-west-0.prod-cloud-ocb.orange-business.com",
        ),
        ({"region": "eu-de", "cloud": "otc.t-systems.com"}, "eu-de.otc.t-systems.com"),
        ({"region": "ru-moscow-1", "cloud": "hc.sbercloud.ru"}, "ru-moscow-1.hc.sbercloud.ru"),
        # the region from the name of the project (dli-api.md 5.6)
        ({"project_name": "eu-de_team", "cloud": "otc.t-systems.com"}, "eu-de.otc.t-systems.com"),
        ({"project_name": "eu-west-101"}, "eu-west-101.myhuaweicloud.eu"),
        ({"project_name": "eu-de_a_team", "region": "eu-nl"}, "eu-nl.myhuaweicloud.com"),
    ],
)
def test_region_and_cloud_determine_both_addresses(location, domain):
    """dli-api.md 6."""
    connection = connect({**PAIR, **location})
    assert (connection.endpoint, connection.auth_url) == (f"https://dli.{domain}", f"https://iam.{domain}")


@pytest.mark.parametrize(
    "region, auth_url, domain",
    [
        ("eu-de", "https://iam.eu-de.otc.t-systems.com", "eu-de.otc.t-systems.com"),
        ("eu-de", "https://iam.eu-de.otc.t-systems.com:443/v3", "eu-de.otc.t-systems.com"),
        ("eu-de", "https://IAM.eu-de.otc.t-systems.com/v3", "eu-de.otc.t-systems.com"),
        ("cn-north-4", "https://iam.myhuaweicloud.com/v3", "cn-north-4.myhuaweicloud.com"),
        ("cn-north-4", "https://iam.cloud.test", "cn-north-4.cloud.test"),
        ("eu-west-101", "https://iam.eu-west-101.myhuaweicloud.eu/v3", "eu-west-101.myhuaweicloud.eu"),
        (
            "eu-west-0",
            "https://iam.eu-west-0.prod-cloud-ocb.orange-business.com",
            "eu-west-0.prod-cloud-ocb.orange-business.com",
        ),
    ],
)
def test_auth_url_determines_the_cloud(region, auth_url, domain):
    assert connect({**PAIR, "project_id": "p1", "region": region, "auth_url": auth_url}).endpoint == f"https://dli.{domain}"
    environ = {**KEYS[OS], "OS_PROJECT_ID": "p1", "OS_REGION_NAME": region, "OS_AUTH_URL": auth_url}
    assert connect({}, environ).endpoint == f"https://dli.{domain}"


@pytest.mark.parametrize("auth_url", ["https://identity.test/v3", "http://127.0.0.1:8000/v3", "https://keystone.corp.test"])
def test_endpoint_is_required_for_an_unknown_auth_url(auth_url):
    """Otherwise the token would be sent to the public cloud."""
    message = refusal({**USER, "region": "cn-north-4", "auth_url": auth_url})
    assert message == f"Missing endpoint. Set it to the address of the DLI service that belongs to {auth_url}."
    connection = connect({**USER, "region": "eu-de", "cloud": "cloud.test", "auth_url": auth_url})
    assert connection.endpoint == "https://dli.eu-de.cloud.test"


def test_the_cloud_option_has_precedence_over_the_domain_of_auth_url():
    location = {
        "project_id": "p1",
        "region": "eu-de",
        "auth_url": "https://iam.eu-de.otc.t-systems.com",
        "cloud": "cloud.test",
    }
    assert connect({**PAIR, **location}).endpoint == "https://dli.eu-de.cloud.test"


@pytest.mark.parametrize("region", ["CN-North-4", "cn north 4", "cn.north", "a/b", "evil.test/", "eu_de"])
def test_a_region_is_one_label(region):
    assert refusal({**PAIR, **WHERE, "region": region}) == (
        f"Invalid region: {region!r} is not a region name. Specify a name such as cn-north-4."
    )


@pytest.mark.parametrize("cloud", [".myhuaweicloud.com", "https://myhuaweicloud.com", "myhuaweicloud.com/x", "a b", "a..b"])
def test_a_cloud_is_a_domain(cloud):
    assert refusal({**PAIR, **WHERE, "cloud": cloud}) == (
        f"Invalid cloud: {cloud!r} is not a domain name. Specify a domain such as myhuaweicloud.com."
    )


@pytest.mark.parametrize(
    "options, environ, message",
    [
        (
            {**PAIR, "project_id": "p1"},
            {},
            "Missing region. Set the option region, or the environment variable HW_REGION_NAME. Alternatively, set endpoint"
            " and project_id.",
        ),
        (
            {"project_id": "p1"},
            KEYS[OS],
            "Missing region. Set the option region, or the environment variable OS_REGION_NAME. Alternatively, set endpoint"
            " and project_id.",
        ),
        (
            {"project_id": "p1"},
            KEYS[SDK],
            "Missing region. Set the option region. It cannot be set with the environment variables HUAWEICLOUD_SDK_*."
            " Alternatively, set endpoint and project_id.",
        ),
        (
            {**USER, "project_id": "p1", "endpoint": "https://lake.test"},
            {},
            "Missing auth_url. Set it to the address of the identity service (IAM) that belongs to https://lake.test.",
        ),
    ],
)
def test_missing_region_or_auth_url(options, environ, message):
    assert refusal(options, environ) == message


# Addresses


@pytest.mark.parametrize(
    "endpoint, address",
    [
        ("https://dli.test/", "https://dli.test"),
        ("https://dli.test:8443/prefix/", "https://dli.test:8443/prefix"),
        ("https://[2001:db8::1]:8443", "https://[2001:db8::1]:8443"),
        ("https://dli.test.", "https://dli.test."),
        ("http://localhost:8000", "http://localhost:8000"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("http://127.1.2.3", "http://127.1.2.3"),
        ("http://[::1]:8000", "http://[::1]:8000"),
    ],
)
@pytest.mark.parametrize("more", [{}, {"region": "eu-de"}, {"region": "eu-de", "cloud": "cloud.test"}])
def test_endpoint_has_precedence_over_region_and_cloud(endpoint, address, more):
    connection = connect({**PAIR, "project_id": "p1", "endpoint": endpoint, **more})
    assert (connection.endpoint, connection.warnings) == (address, ())


@pytest.mark.parametrize(
    "location, auth_url",
    [
        # from the option, without the version
        ({"auth_url": "https://iam.test"}, "https://iam.test"),
        ({"auth_url": "https://iam.test/"}, "https://iam.test"),
        ({"auth_url": "https://iam.test/v3"}, "https://iam.test"),
        ({"auth_url": "https://iam.test/v3/"}, "https://iam.test"),
        ({"auth_url": "https://iam.test/v3.0"}, "https://iam.test"),
        ({"auth_url": "https://iam.test/prefix/v3"}, "https://iam.test/prefix"),
        ({"auth_url": "https://iam.test/v33"}, "https://iam.test/v33"),
        ({"auth_url": "http://127.0.0.1:8000/v3"}, "http://127.0.0.1:8000"),
        ({"auth_url": "https://iam.test", "cloud": "cloud.test", "endpoint": "https://dli.other.test"}, "https://iam.test"),
        # derived from the endpoint
        ({"endpoint": "https://dli.eu-de.otc.t-systems.com"}, "https://iam.eu-de.otc.t-systems.com"),
        ({"endpoint": "https://dli.eu-de.otc.t-systems.com:8443/x/"}, "https://iam.eu-de.otc.t-systems.com:8443"),
        # derived from region and cloud
        ({"endpoint": "https://lake.test", "cloud": "cloud.test"}, "https://iam.cn-north-4.cloud.test"),
        ({"endpoint": "https://dli.test", "cloud": "cloud.test"}, "https://iam.cn-north-4.cloud.test"),
        ({}, "https://iam.cn-north-4.myhuaweicloud.com"),
    ],
)
def test_the_address_of_iam(location, auth_url):
    is_local = location.get("auth_url", "").startswith("http://127")
    more = {"endpoint": "http://127.0.0.1:9000"} if is_local else {}
    assert connect({**USER, **WHERE, **location, **more}).auth_url == auth_url


@pytest.mark.parametrize(
    "credentials, project, needed",
    [
        (PAIR, {"project_id": "p1"}, False),
        (TOKEN, {"project_id": "p1"}, False),
        ({"auth_method": "metadata"}, {"project_id": "p1"}, False),
        (USER, {"project_id": "p1"}, True),
        ({**PAIR, **AGENCY}, {"project_id": "p1"}, True),
        ({"auth_method": "metadata", **AGENCY}, {"project_id": "p1"}, True),
        (PAIR, {"project_name": "cn-north-4"}, True),
        (TOKEN, {"project_name": "cn-north-4"}, True),
        (PAIR, {}, True),
    ],
)
def test_auth_url_is_required_only_for_authentication_or_project_lookup(credentials, project, needed):
    connection = connect({**credentials, **project, "region": "cn-north-4"})
    assert connection.auth_url == ("https://iam.cn-north-4.myhuaweicloud.com" if needed else None)
    without_iam = {**credentials, "endpoint": "https://lake.test", "project_id": "p1"}
    if needed and "project_id" in project:
        assert refusal(without_iam).startswith("Missing auth_url. ")
    else:
        assert connect(without_iam).auth_url is None


INVALID_URLS = [
    "service.test",
    "//service.test",
    "ftp://service.test",
    "https://",
    "https:///path",
    "https://service.test:0",
    "https://service.test:99999",
    "https://service.test:port",
    "https://[::1",
    "https://service.test?a=b",
    "https://service.test#a",
    "https://service..test",
    "https://.service.test",
    "https://service test",
    f"https://{'x' * 64}.test",
]


@pytest.mark.parametrize("option, service", [("endpoint", "dli"), ("auth_url", "iam")])
@pytest.mark.parametrize("url", INVALID_URLS)
def test_invalid_url(option, service, url):
    assert refusal({**USER, **WHERE, option: url}) == (
        f"Invalid {option}: {url!r} is not the URL of a service."
        f" Specify a URL such as https://{service}.cn-north-4.myhuaweicloud.com."
    )


@pytest.mark.parametrize("option", ["endpoint", "auth_url"])
@pytest.mark.parametrize(
    "url",
    ["https://user@service.test", "https://u:p@service.test", "https://:p@service.test", "u:p@h", "https://iam.test/@"],
)
def test_a_url_with_a_password_is_not_quoted(option, url):
    assert refusal({**USER, **WHERE, option: url}) == (
        f"Invalid {option}: the URL must not contain a user name or password. Remove them from the URL."
    )


PLAIN = [
    "http://dli.cn-north-4.myhuaweicloud.com",
    "http://127.0.0.1.evil.test",
    "http://localhost.evil.test",
    "http://10.0.0.1",
    "http://[::2]",
    "HTTP://dli.test",
]


@pytest.mark.parametrize("option", ["endpoint", "auth_url"])
@pytest.mark.parametrize("url", PLAIN)
def test_plain_http_to_other_hosts_requires_allow_http(option, url):
    """Without TLS, third parties on the network can read the token and the jobs."""
    options = {**USER, **WHERE, "auth_url": "https://iam.test", "endpoint": "https://dli.test", option: url}
    message = (
        f"Invalid {option}: {url!r} is not encrypted. Use https, or set allow_http to true."
        " Without allow_http, plain http is accepted for loopback addresses only."
    )
    assert refusal(options) == refusal({**options, "allow_http": False}) == message
    connection = connect({**options, "allow_http": True})
    assert getattr(connection, option) == url
    assert connection.warnings == (
        f"The connection to {url} is not encrypted. It is not protected against interception and modification.",
    )


@pytest.mark.parametrize(
    "options, urls",
    [
        ({}, []),
        ({"endpoint": "http://dli.test"}, ["http://dli.test"]),  # determines the address of IAM
        ({"endpoint": "http://dli.test", "auth_url": "http://iam.test"}, ["http://dli.test", "http://iam.test"]),
        ({"auth_url": "http://iam.test/v3"}, ["http://iam.test/v3"]),
        ({"endpoint": "http://localhost", "auth_url": "http://127.0.0.1"}, []),
    ],
)
def test_one_warning_for_each_address_that_is_not_encrypted(options, urls):
    warnings = connect({**USER, **WHERE, "allow_http": True, **options}).warnings
    assert [warning.partition("The connection to ")[2].partition(" is not encrypted. ")[0] for warning in warnings] == urls


def test_warning_for_certificates_that_are_not_verified():
    connection = connect({**PAIR, **WHERE, "validate_certs": False})
    (warning,) = connection.warnings
    assert warning.startswith("The option validate_certs is false. ") and connection.http.verify is False


@pytest.mark.parametrize(
    "name, value",
    [("request_timeout", 0), ("request_timeout", -1), ("request_timeout", float("inf")), ("max_retries", -1)],
)
def test_invalid_numbers(name, value):
    assert refusal({**PAIR, **WHERE, name: value}).startswith(f"Invalid {name}: {value}. ")


# The endpoint variable of the SDK


def test_the_endpoint_variable_of_the_sdk():
    """dli-api.md 5.5; its family has no region."""
    environ = {**KEYS[SDK], "HUAWEICLOUD_SDK_PROJECT_ID": "p1", "HUAWEICLOUD_SDK_REGION_DLI_EU_DE": "https://dli.test/"}
    assert connect({"region": "eu-de"}, environ).endpoint == "https://dli.test"
    assert connect({"region": "eu-nl"}, environ).endpoint == "https://dli.eu-nl.myhuaweicloud.com"
    message = refusal({"region": "eu-de"}, {**environ, "HUAWEICLOUD_SDK_REGION_DLI_EU_DE": "dli.test"})
    assert message.startswith("Invalid endpoint: 'dli.test' is not the URL of a service. ")


@pytest.mark.parametrize(
    "variable", sorted({name for names in NAMES.values() for several in names.values() for name in several})
)
def test_awx_accepts_the_name_of_every_variable(variable):
    assert not variable.startswith("ANSIBLE_")


# HTTP options


@pytest.mark.parametrize(
    "options, http",
    [
        ({}, HttpOptions()),
        ({"ca_cert": "", "proxy": " ", "client_cert": "", "client_key": None}, HttpOptions()),
        ({"ca_cert": "/ca.pem"}, HttpOptions(verify="/ca.pem")),
        ({"validate_certs": False}, HttpOptions(verify=False)),
        ({"validate_certs": False, "ca_cert": "/ca.pem"}, HttpOptions(verify=False)),
        ({"proxy": " http://proxy:3128\n"}, HttpOptions(proxy="http://proxy:3128")),
        ({"proxy": "socks5h://proxy"}, HttpOptions(proxy="socks5h://proxy")),
        ({"proxy": "socks4a://proxy"}, HttpOptions(proxy="socks4a://proxy")),
        ({"proxy": "proxy:3128"}, HttpOptions(proxy="http://proxy:3128")),
        ({"client_cert": "/cert.pem"}, HttpOptions(client_cert="/cert.pem")),
        ({"client_cert": "/cert.pem", "client_key": "/key.pem"}, HttpOptions(client_cert=("/cert.pem", "/key.pem"))),
    ],
)
def test_http_options(options, http):
    assert connect({**PAIR, **WHERE, **options}).http == http
    assert http.direct is False


def test_client_key_requires_client_cert():
    message = "Missing client_cert. Set it to the certificate that client_key belongs to."
    assert refusal({**PAIR, **WHERE, "client_key": "/key.pem"}) == message


@pytest.mark.parametrize("proxy", ["foo", "http://", "ftp://proxy", "http:///x", "user:pass@proxy", "socks://proxy:1080"])
def test_invalid_proxy(proxy):
    assert refusal({**PAIR, **WHERE, "proxy": proxy}) == (
        "Invalid proxy: it is not the URL of a proxy. Specify a URL with the scheme http, https, socks4, socks4a, socks5 or"
        " socks5h, such as http://proxy.example.com:3128."
    )


@pytest.mark.parametrize(
    "url, passwords",
    [
        ("", set()),
        (None, set()),
        ("http://proxy:3128", set()),
        ("http://user@proxy:3128", set()),
        ("http://user:pa%2Fss@proxy:3128", {"pa%2Fss", "pa/ss"}),
        ("user:pass@proxy:3128", {"pass"}),
        ("http://user:p@ss@proxy:3128", {"p@ss"}),
        ("http://u:p@proxy:3128", set()),
        ("http://u:abc@proxy:3128", set()),
        ("http://:pass@[::1", {"pass"}),
    ],
)
def test_passwords_in_urls_are_found_in_invalid_urls_as_well(url, passwords):
    """Passwords of one to three letters are not masked, because this would remove letters from all messages."""
    assert url_secrets([url]) == url_secrets([None, url, ""]) == passwords


def test_passwords_of_all_urls_are_found():
    assert url_secrets(["http://a:pass1@h", "http://b:pass2@h"]) == {"pass1", "pass2"}


# Random options

URLS = [
    "",
    "x",
    "dli.test",
    "http://dli.test",
    "https://dli.test/v3",
    "https://u:{}@dli.test",
    "http://[",
    "https://iam.eu-de.test",
]
VALUES = {
    "project_id": ["", "p1", "p/1"],
    "project_name": ["", "eu-de_team", "eu-de", "_"],
    "region": ["", "eu-de", "EU", "eu-west-101"],
    "cloud": ["", "cloud.test", "a b"],
    "endpoint": URLS,
    "auth_url": URLS,
    "proxy": ["", "http://proxy", "http://u:{}@proxy", "{}"],
    "client_key": ["", "/key.pem"],
    "client_cert": ["", "/cert.pem"],
    "allow_http": [True, False],
}


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(
    st.fixed_dictionaries({}, optional={name: st.sampled_from(values) for name, values in VALUES.items()}),
    st.sampled_from([{}, *(marked(OPTIONS, *names) for names in KINDS.values()), {**PAIR, **AGENCY}, USER]),
)
def test_any_options_result_in_a_connection_or_in_a_message_without_secrets(location, credentials):
    secret = "a-long-secret-of-a-user"
    location = {name: value.format(secret) if isinstance(value, str) else value for name, value in location.items()}
    try:
        connection = connect({**location, **credentials})
    except InputError as error:
        assert secret not in str(error) and "0123456789" not in str(error)
        return
    assert connection.endpoint.startswith(("https://", "http://")) and not connection.endpoint.endswith("/")
    assert bool(connection.scope.project_id) != bool(connection.scope.project_name)
    if connection.scope.project_id is None or isinstance(connection.provider, Agency):
        assert connection.auth_url
    if isinstance(connection.provider, (IamToken, AccessKey)) and connection.scope.project_id:
        assert connection.auth_url is None
    plain = {url for url in (connection.endpoint, connection.auth_url) if url and url.startswith("http://")}
    assert not plain or (location["allow_http"] and connection.warnings)


# Values of another region or cloud

NORTH = {
    "HW_REGION_NAME": "cn-north-4",
    "HW_PROJECT_ID": "north",
    "HW_DLI_ENDPOINT": "https://dli.cn-north-4.myhuaweicloud.com",
}


@pytest.mark.parametrize(
    "options, endpoint",
    [
        ({"region": "cn-east-3"}, "https://dli.cn-east-3.myhuaweicloud.com"),
        ({"cloud": "otc.t-systems.com"}, "https://dli.cn-north-4.otc.t-systems.com"),
    ],
)
def test_the_endpoint_variable_of_another_region_or_cloud_is_ignored(options, endpoint):
    connection = connect({**PAIR, **options}, NORTH)
    assert (connection.endpoint, connection.scope.project_id) == (endpoint, None)


def test_a_profile_with_another_region_than_the_environment():
    profile = {"name": "w", "accessKeyId": "key-0123", "secretAccessKey": "secret-0123", "region": "eu-de"}
    text = json.dumps({"profiles": [profile]})
    connection = resolve_connection({**DEFAULTS, "profile": "w", "shared_config_file": "/f"}, NORTH, {"/f": text}.get)
    assert (connection.endpoint, connection.scope) == ("https://dli.eu-de.myhuaweicloud.com", Scope(None, "eu-de"))


@pytest.mark.parametrize(
    "region, auth_url, endpoint",
    [
        ("eu-nl", "https://iam.eu-de.otc.t-systems.com/v3", "https://dli.eu-nl.otc.t-systems.com"),
        ("eu-nl", "https://iam.otc.t-systems.com/v3", "https://dli.eu-nl.otc.t-systems.com"),
        ("cn-east-3", "https://iam.cn-north-4.myhuaweicloud.com", "https://dli.cn-east-3.myhuaweicloud.com"),
    ],
)
def test_auth_url_of_another_region_of_the_same_cloud(region, auth_url, endpoint):
    assert connect({**PAIR, "project_id": "p1", "region": region, "auth_url": auth_url}).endpoint == endpoint


@pytest.mark.parametrize("endpoint", ["http://127.0.0.1:8787", "https://gateway.example.test"])
def test_auth_url_is_required_for_an_unknown_endpoint(endpoint):
    """Otherwise a password would be sent to another cloud."""
    message = refusal({**PAIR, "region": "cn-north-4", "endpoint": endpoint})
    assert message == f"Missing auth_url. Set it to the address of the identity service (IAM) that belongs to {endpoint}."
    assert connect({**PAIR, **WHERE, "endpoint": endpoint}).auth_url is None
