# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Where the services are and how to get there (dli-api.md 6). Whose credentials are used is tested in test_sources.py."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ansible_collections.huaweicloud.cloud.plugins.module_utils._auth.connection import resolve_connection
from ansible_collections.huaweicloud.cloud.plugins.module_utils._auth.iam_client import Scope
from ansible_collections.huaweicloud.cloud.plugins.module_utils._auth.providers.access_key import AccessKey
from ansible_collections.huaweicloud.cloud.plugins.module_utils._auth.providers.agency import Agency
from ansible_collections.huaweicloud.cloud.plugins.module_utils._auth.providers.metadata import Metadata
from ansible_collections.huaweicloud.cloud.plugins.module_utils._auth.providers.token import IamToken
from ansible_collections.huaweicloud.cloud.plugins.module_utils._errors import InputError
from ansible_collections.huaweicloud.cloud.plugins.module_utils._http.options import HttpOptions, url_secrets

from ..credential_sources import HW, INI, INI_PATH, KINDS, KOOCLI_PATH, NAMES, OPTIONS, OS, SDK, ini, koocli, marked, surroundings

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


def test_what_the_source_hints_at_is_kept():
    files = {KOOCLI_PATH: koocli({**marked(HW, "access_key", "secret_key"), **WHERE})}
    connection = connect({}, {}, files)
    assert connection.source == f"the profile work of {KOOCLI_PATH}" and "cli-auth-encrypt" in connection.hint
    assert (connection.endpoint, connection.scope.project_id) == ("https://dli.cn-north-4.myhuaweicloud.com", "p1")


def test_a_region_is_enough_to_ask_the_machine():
    connection = connect({"region": "cn-north-4"})
    assert isinstance(connection.provider, Metadata)
    assert (connection.scope, connection.auth_url) == (Scope(None, "cn-north-4"), "https://iam.cn-north-4.myhuaweicloud.com")


# The project


@pytest.mark.parametrize(
    "place, scope",
    [
        (WHERE, Scope("p1", None)),
        ({**WHERE, "project_name": "cn-north-4_team"}, Scope("p1", None)),
        ({"region": "cn-north-4", "project_name": "cn-north-4_team"}, Scope(None, "cn-north-4_team")),
        # a region's main project bears its name (dli-api.md 5.6)
        ({"region": "cn-north-4"}, Scope(None, "cn-north-4")),
        ({"project_name": "eu-de_team"}, Scope(None, "eu-de_team")),
        ({"project_name": "eu-de"}, Scope(None, "eu-de")),
    ],
)
def test_the_project_by_id_or_by_name(place, scope):
    assert connect({**PAIR, **place}).scope == scope


@pytest.mark.parametrize("project_id", ["a/b", "a b", "..", "x" * 65, "a-b", "größe", "a?b"])
def test_a_project_id_is_letters_and_digits(project_id):
    """dli-api.md 1.1; it becomes part of a path."""
    assert "project_id must be 1 to 64 letters and digits" in refusal({**PAIR, **WHERE, "project_id": project_id})


@pytest.mark.parametrize(
    "options, environ, files, advice",
    [
        (PAIR, {}, {}, "or the environment variable HW_PROJECT_ID; with project_name or region it is looked up"),
        ({}, KEYS[HW], {}, "or the environment variable HW_PROJECT_ID; "),
        ({}, KEYS[SDK], {}, "or the environment variable HUAWEICLOUD_SDK_PROJECT_ID; "),
        ({}, KEYS[OS], {}, "or the environment variable OS_PROJECT_ID; "),
        ({}, {}, {INI_PATH: ini(marked(INI, *KINDS["aksk"]))}, "or the environment variable HW_PROJECT_ID; "),
        ({"endpoint": "https://dli.test", **PAIR}, {}, {}, "or the environment variable HW_PROJECT_ID; "),
    ],
)
def test_no_project(options, environ, files, advice):
    """Without a region, that is what is missed first: a project can be looked up by it."""
    where = {"endpoint": "https://dli.test", **options}
    assert refusal(where, environ, files).startswith(f"project_id is missing: set it, {advice}")
    if "endpoint" not in options:
        assert refusal(options, environ, files).startswith("region is missing: set it")


# Regions and clouds


@pytest.mark.parametrize(
    "place, domain",
    [
        ({"region": "cn-north-4"}, "cn-north-4.myhuaweicloud.com"),
        ({"region": "eu-west-101"}, "eu-west-101.myhuaweicloud.eu"),
        ({"region": "eu-west-101", "cloud": "cloud.test"}, "eu-west-101.cloud.test"),
        ({"region": "eu-west-0", "cloud": "prod-cloud-ocb.orange-business.com"}, "eu-west-0.prod-cloud-ocb.orange-business.com"),
        ({"region": "eu-de", "cloud": "otc.t-systems.com"}, "eu-de.otc.t-systems.com"),
        ({"region": "ru-moscow-1", "cloud": "hc.sbercloud.ru"}, "ru-moscow-1.hc.sbercloud.ru"),
        # the region by the project's name (dli-api.md 5.6)
        ({"project_name": "eu-de_team", "cloud": "otc.t-systems.com"}, "eu-de.otc.t-systems.com"),
        ({"project_name": "eu-west-101"}, "eu-west-101.myhuaweicloud.eu"),
        ({"project_name": "eu-de_a_team", "region": "eu-nl"}, "eu-nl.myhuaweicloud.com"),
    ],
)
def test_both_addresses_follow_from_region_and_cloud(place, domain):
    """dli-api.md 6."""
    connection = connect({**PAIR, **place})
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
        ("eu-west-0", "https://iam.eu-west-0.prod-cloud-ocb.orange-business.com", "eu-west-0.prod-cloud-ocb.orange-business.com"),
    ],
)
def test_the_cloud_follows_from_the_address_of_iam(region, auth_url, domain):
    assert connect({**PAIR, "project_id": "p1", "region": region, "auth_url": auth_url}).endpoint == f"https://dli.{domain}"
    environ = {**KEYS[OS], "OS_PROJECT_ID": "p1", "OS_REGION_NAME": region, "OS_AUTH_URL": auth_url}
    assert connect({}, environ).endpoint == f"https://dli.{domain}"


@pytest.mark.parametrize("auth_url", ["https://identity.test/v3", "http://127.0.0.1:8000/v3", "https://keystone.corp.test"])
def test_nobody_guesses_which_dli_belongs_to_an_identity_service(auth_url):
    """The one of the public cloud would be sent its token."""
    sentence = refusal({**USER, "region": "cn-north-4", "auth_url": auth_url})
    assert sentence == f"endpoint is missing: nobody can tell which DLI belongs to {auth_url}"
    named = connect({**USER, "region": "eu-de", "cloud": "cloud.test", "auth_url": auth_url})
    assert named.endpoint == "https://dli.eu-de.cloud.test"


def test_a_cloud_that_is_named_beats_the_one_of_iams_address():
    place = {"project_id": "p1", "region": "eu-de", "auth_url": "https://iam.eu-de.otc.t-systems.com", "cloud": "cloud.test"}
    assert connect({**PAIR, **place}).endpoint == "https://dli.eu-de.cloud.test"


@pytest.mark.parametrize("region", ["CN-North-4", "cn north 4", "cn.north", "a/b", "evil.test/", "eu_de"])
def test_a_region_is_one_label(region):
    assert refusal({**PAIR, **WHERE, "region": region}) == f"region must look like cn-north-4, not {region!r}"


@pytest.mark.parametrize("cloud", [".myhuaweicloud.com", "https://myhuaweicloud.com", "myhuaweicloud.com/x", "a b", "a..b"])
def test_a_cloud_is_a_domain(cloud):
    assert refusal({**PAIR, **WHERE, "cloud": cloud}) == f"cloud must be a domain such as myhuaweicloud.com, not {cloud!r}"


@pytest.mark.parametrize(
    "options, environ, sentence",
    [
        (
            {**PAIR, "project_id": "p1"},
            {},
            "region is missing: set it (or endpoint), or the environment variable HW_REGION_NAME",
        ),
        ({"project_id": "p1"}, KEYS[OS], "region is missing: set it (or endpoint), or the environment variable OS_REGION_NAME"),
        (
            {"project_id": "p1"},
            KEYS[SDK],
            "region is missing: set it (or endpoint), or sign in with another family than HUAWEICLOUD_SDK_*, which has no "
            "variable for it",
        ),
        (
            {**USER, "project_id": "p1", "endpoint": "https://lake.test"},
            {},
            "auth_url is missing: nobody can tell which identity service belongs to https://lake.test",
        ),
    ],
)
def test_no_region(options, environ, sentence):
    assert refusal(options, environ) == sentence


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
def test_an_endpoint_that_is_given_beats_region_and_cloud(endpoint, address, more):
    connection = connect({**PAIR, "project_id": "p1", "endpoint": endpoint, **more})
    assert (connection.endpoint, connection.warnings) == (address, ())


@pytest.mark.parametrize(
    "place, auth_url",
    [
        # as given, without its version
        ({"auth_url": "https://iam.test"}, "https://iam.test"),
        ({"auth_url": "https://iam.test/"}, "https://iam.test"),
        ({"auth_url": "https://iam.test/v3"}, "https://iam.test"),
        ({"auth_url": "https://iam.test/v3/"}, "https://iam.test"),
        ({"auth_url": "https://iam.test/v3.0"}, "https://iam.test"),
        ({"auth_url": "https://iam.test/prefix/v3"}, "https://iam.test/prefix"),
        ({"auth_url": "https://iam.test/v33"}, "https://iam.test/v33"),
        ({"auth_url": "http://127.0.0.1:8000/v3"}, "http://127.0.0.1:8000"),
        ({"auth_url": "https://iam.test", "cloud": "cloud.test", "endpoint": "https://dli.other.test"}, "https://iam.test"),
        # beside the endpoint
        ({"endpoint": "https://dli.eu-de.otc.t-systems.com"}, "https://iam.eu-de.otc.t-systems.com"),
        ({"endpoint": "https://dli.eu-de.otc.t-systems.com:8443/x/"}, "https://iam.eu-de.otc.t-systems.com:8443"),
        # what the endpoint does not give
        ({"endpoint": "https://lake.test", "cloud": "cloud.test"}, "https://iam.cn-north-4.cloud.test"),
        ({"endpoint": "https://dli.test", "cloud": "cloud.test"}, "https://iam.cn-north-4.cloud.test"),
        ({}, "https://iam.cn-north-4.myhuaweicloud.com"),
    ],
)
def test_the_address_of_iam(place, auth_url):
    is_elsewhere = place.get("auth_url", "").startswith("http://127")
    more = {"endpoint": "http://127.0.0.1:9000"} if is_elsewhere else {}
    assert connect({**USER, **WHERE, **place, **more}).auth_url == auth_url


@pytest.mark.parametrize(
    "who, project, needed",
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
def test_iam_is_needed_to_sign_in_or_to_look_a_project_up(who, project, needed):
    """Elsewhere its address need not be known."""
    connection = connect({**who, **project, "region": "cn-north-4"})
    assert connection.auth_url == ("https://iam.cn-north-4.myhuaweicloud.com" if needed else None)
    nowhere = {**who, "endpoint": "https://lake.test", "project_id": "p1"}
    if needed and "project_id" in project:
        assert "auth_url is missing" in refusal(nowhere)
    else:
        assert connect(nowhere).auth_url is None


NO_URLS = [
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
@pytest.mark.parametrize("url", NO_URLS)
def test_what_is_no_url(option, service, url):
    sentence = refusal({**USER, **WHERE, option: url})
    assert sentence == f"{option} must be a URL such as https://{service}.cn-north-4.myhuaweicloud.com, not {url!r}"


@pytest.mark.parametrize("option", ["endpoint", "auth_url"])
@pytest.mark.parametrize(
    "url", ["https://user@service.test", "https://u:p@service.test", "https://:p@service.test", "u:p@h", "https://iam.test/@"]
)
def test_a_url_with_a_password_is_not_quoted(option, url):
    assert refusal({**USER, **WHERE, option: url}) == f"{option} must not hold a user name or password"


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
def test_plain_http_is_for_this_machine_only_unless_it_is_allowed(option, url):
    """Anybody between here and there could read the token, or the jobs."""
    options = {**USER, **WHERE, "auth_url": "https://iam.test", "endpoint": "https://dli.test", option: url}
    message = f"{option} {url!r} is not encrypted: plain http is for this machine (loopback) only, unless allow_http is set"
    assert refusal(options) == refusal({**options, "allow_http": False}) == message
    connection = connect({**options, "allow_http": True})
    assert getattr(connection, option) == url
    assert connection.warnings == (
        f"{url} is not encrypted: anybody between here and there can read and change what is sent",
    )


@pytest.mark.parametrize(
    "options, urls",
    [
        ({}, []),
        ({"endpoint": "http://dli.test"}, ["http://dli.test"]),  # IAM's address follows from it
        ({"endpoint": "http://dli.test", "auth_url": "http://iam.test"}, ["http://dli.test", "http://iam.test"]),
        ({"auth_url": "http://iam.test/v3"}, ["http://iam.test/v3"]),
        ({"endpoint": "http://localhost", "auth_url": "http://127.0.0.1"}, []),
    ],
)
def test_each_address_that_is_not_encrypted_is_told_once(options, urls):
    warnings = connect({**USER, **WHERE, "allow_http": True, **options}).warnings
    assert [warning.partition(" is not encrypted: ")[0] for warning in warnings] == urls


def test_unverified_certificates_are_told():
    connection = connect({**PAIR, **WHERE, "validate_certs": False})
    (warning,) = connection.warnings
    assert warning.startswith("validate_certs is false: anybody ") and connection.http.verify is False


@pytest.mark.parametrize(
    "name, value",
    [("request_timeout", 0), ("request_timeout", -1), ("request_timeout", float("inf")), ("max_retries", -1)],
)
def test_numbers(name, value):
    assert refusal({**PAIR, **WHERE, name: value}).startswith(f"{name} must be ")


# The SDK's variable


def test_the_sdks_variable_for_a_region_is_an_endpoint_like_another():
    """dli-api.md 5.5; its family has no region."""
    environ = {**KEYS[SDK], "HUAWEICLOUD_SDK_PROJECT_ID": "p1", "HUAWEICLOUD_SDK_REGION_DLI_EU_DE": "https://dli.test/"}
    assert connect({"region": "eu-de"}, environ).endpoint == "https://dli.test"
    assert connect({"region": "eu-nl"}, environ).endpoint == "https://dli.eu-nl.myhuaweicloud.com"
    assert "endpoint must be a URL" in refusal({"region": "eu-de"}, {**environ, "HUAWEICLOUD_SDK_REGION_DLI_EU_DE": "dli.test"})


@pytest.mark.parametrize("variable", sorted({name for names in NAMES.values() for several in names.values() for name in several}))
def test_no_variable_is_one_that_awx_refuses_to_inject(variable):
    assert not variable.startswith("ANSIBLE_")


# The network


@pytest.mark.parametrize(
    "options, network",
    [
        ({}, HttpOptions()),
        ({"ca_cert": "", "proxy": " ", "client_cert": "", "client_key": None}, HttpOptions()),
        ({"ca_cert": "/ca.pem"}, HttpOptions(verify="/ca.pem")),
        ({"validate_certs": False}, HttpOptions(verify=False)),
        ({"validate_certs": False, "ca_cert": "/ca.pem"}, HttpOptions(verify=False)),
        ({"proxy": " http://proxy:3128\n"}, HttpOptions(proxy="http://proxy:3128")),
        ({"proxy": "socks5h://proxy"}, HttpOptions(proxy="socks5h://proxy")),
        ({"client_cert": "/cert.pem"}, HttpOptions(client_cert="/cert.pem")),
        ({"client_cert": "/cert.pem", "client_key": "/key.pem"}, HttpOptions(client_cert=("/cert.pem", "/key.pem"))),
    ],
)
def test_the_network(options, network):
    assert connect({**PAIR, **WHERE, **options}).http == network
    assert network.direct is False


def test_a_key_without_its_certificate():
    message = "client_cert is missing: client_key is the key of a certificate"
    assert refusal({**PAIR, **WHERE, "client_key": "/key.pem"}) == message


@pytest.mark.parametrize("proxy", ["foo", "proxy:3128", "http://", "ftp://proxy", "http:///x", "user:pass@proxy:3128"])
def test_a_proxy_that_is_no_url(proxy):
    assert refusal({**PAIR, **WHERE, "proxy": proxy}) == "proxy must be a URL such as http://proxy.example.com:3128"


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
def test_passwords_inside_urls_are_known_before_the_urls_are_checked(url, passwords):
    """Those of one to three letters are not masked: every word of every message would lose some."""
    assert url_secrets([url]) == url_secrets([None, url, ""]) == passwords


def test_the_passwords_of_all_urls_are_known():
    assert url_secrets(["http://a:pass1@h", "http://b:pass2@h"]) == {"pass1", "pass2"}


# Any options whatever

URLS = ["", "x", "dli.test", "http://dli.test", "https://dli.test/v3", "https://u:{}@dli.test", "http://[", "https://iam.eu-de.test"]
PLACES = {
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


@settings(max_examples=600, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.fixed_dictionaries({}, optional={name: st.sampled_from(values) for name, values in PLACES.items()}),
    st.sampled_from([{}, *(marked(OPTIONS, *names) for names in KINDS.values()), {**PAIR, **AGENCY}, USER]),
)
def test_whatever_the_options_say_there_is_a_connection_or_one_sentence_without_a_secret(place, who):
    secret = "a-long-secret-of-somebody"
    place = {name: value.format(secret) if isinstance(value, str) else value for name, value in place.items()}
    try:
        connection = connect({**place, **who})
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
    assert not plain or (place["allow_http"] and connection.warnings)


# What belongs to another region or cloud

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
def test_keys_in_the_options_do_not_work_at_the_environment_s_address_of_another_place(options, endpoint):
    connection = connect({**PAIR, **options}, NORTH)
    assert (connection.endpoint, connection.scope.project_id) == (endpoint, None)


def test_a_profile_of_another_region_than_the_environment_s():
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
def test_an_identity_service_of_another_region_of_the_same_cloud(region, auth_url, endpoint):
    assert connect({**PAIR, "project_id": "p1", "region": region, "auth_url": auth_url}).endpoint == endpoint


@pytest.mark.parametrize("endpoint", ["http://127.0.0.1:8787", "https://gateway.example.test"])
def test_nobody_guesses_which_identity_service_belongs_to_an_endpoint(endpoint):
    """The one of another cloud would be sent a password."""
    sentence = refusal({**PAIR, "region": "cn-north-4", "endpoint": endpoint})
    assert sentence == f"auth_url is missing: nobody can tell which identity service belongs to {endpoint}"
    assert connect({**PAIR, **WHERE, "endpoint": endpoint}).auth_url is None
