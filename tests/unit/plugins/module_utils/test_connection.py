# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Where and who: options, then one family of the environment as a whole (dli-api.md 5.5, 6)."""

from __future__ import annotations

import pytest

from ansible_collections.huaweicloud.cloud.plugins.module_utils._connection import FAMILIES, resolve, url_secrets
from ansible_collections.huaweicloud.cloud.plugins.module_utils._credentials.aksk import AccessKey
from ansible_collections.huaweicloud.cloud.plugins.module_utils._credentials.token import IamToken
from ansible_collections.huaweicloud.cloud.plugins.module_utils._errors import InputError

DEFAULTS = {"validate_certs": True, "request_timeout": 60.0, "max_retries": 5}
PAIR = {"access_key": "AK", "secret_key": "SK"}
WHERE = {"project_id": "p1", "region": "cn-north-4"}
HW = {"HW_ACCESS_KEY": "hw-ak", "HW_SECRET_KEY": "hw-sk", "HW_PROJECT_ID": "hwp", "HW_REGION_NAME": "cn-east-3"}
SDK = {"HUAWEICLOUD_SDK_AK": "sdk-ak", "HUAWEICLOUD_SDK_SK": "sdk-sk", "HUAWEICLOUD_SDK_PROJECT_ID": "sdkp"}
OS = {"OS_ACCESS_KEY": "os-ak", "OS_SECRET_KEY": "os-sk", "OS_PROJECT_ID": "osp", "OS_REGION_NAME": "eu-de"}


def connect(options=None, environ=None):
    return resolve({**DEFAULTS, **(options or {})}, environ or {})


def refusal(options=None, environ=None):
    with pytest.raises(InputError) as caught:
        connect(options, environ)
    return str(caught.value)


def test_options_alone():
    connection = connect({**PAIR, **WHERE, "ca_cert": "/ca.pem", "proxy": "http://proxy:3128", "max_retries": 0})
    assert connection.endpoint == "https://dli.cn-north-4.myhuaweicloud.com"
    assert connection.credential == AccessKey("AK", "SK", None, "p1")
    assert (connection.project_id, connection.source) == ("p1", "options")
    assert (connection.ca_cert, connection.proxy) == ("/ca.pem", "http://proxy:3128")
    assert (connection.validate_certs, connection.request_timeout, connection.max_retries) == (True, 60.0, 0)


@pytest.mark.parametrize(
    "environ, credential, project, endpoint, source",
    [
        (HW, AccessKey("hw-ak", "hw-sk", None, "hwp"), "hwp", "dli.cn-east-3.myhuaweicloud.com", "HW_*"),
        (
            {**HW, "HW_SECURITY_TOKEN": "st", "HW_CLOUD": "cloud.test"},
            AccessKey("hw-ak", "hw-sk", "st", "hwp"),
            "hwp",
            "dli.cn-east-3.cloud.test",
            "HW_*",
        ),
        (
            {"HW_AUTH_TOKEN": "t", "HW_PROJECT_ID": "hwp", "HW_DLI_ENDPOINT": "https://dli.test"},
            IamToken("t"),
            "hwp",
            "dli.test",
            "HW_*",
        ),
        (OS, AccessKey("os-ak", "os-sk", None, "osp"), "osp", "dli.eu-de.myhuaweicloud.com", "OS_*"),
        (
            {**OS, "OS_SECURITY_TOKEN": "st"},
            AccessKey("os-ak", "os-sk", "st", "osp"),
            "osp",
            "dli.eu-de.myhuaweicloud.com",
            "OS_*",
        ),
        (
            {"OS_AUTH_TOKEN": "t", "OS_PROJECT_ID": "osp", "OS_REGION_NAME": "eu-de"},
            IamToken("t"),
            "osp",
            "dli.eu-de.myhuaweicloud.com",
            "OS_*",
        ),
        ({**OS, **SDK, **HW}, AccessKey("hw-ak", "hw-sk", None, "hwp"), "hwp", "dli.cn-east-3.myhuaweicloud.com", "HW_*"),
    ],
)
def test_a_family_alone(environ, credential, project, endpoint, source):
    connection = connect(environ=environ)
    assert connection.credential == credential
    assert (connection.project_id, connection.endpoint, connection.source) == (project, f"https://{endpoint}", source)


def test_the_sdks_family_has_no_region():
    connection = connect({"region": "ap-southeast-1"}, {**SDK, "HUAWEICLOUD_SDK_SECURITY_TOKEN": "st"})
    assert connection.credential == AccessKey("sdk-ak", "sdk-sk", "st", "sdkp")
    assert connection.endpoint == "https://dli.ap-southeast-1.myhuaweicloud.com"
    assert connection.source == "HUAWEICLOUD_SDK_*"


@pytest.mark.parametrize(
    "variable", sorted({variable for family in FAMILIES.values() for variable in family.values()})
)
def test_no_variable_is_one_that_awx_refuses_to_inject(variable):
    assert not variable.startswith("ANSIBLE_")


# Nothing is mixed across families


def test_credentials_decide_which_family_counts():
    environ = {"HW_REGION_NAME": "cn-east-3", "HW_PROJECT_ID": "hwp", **OS}
    connection = connect(environ=environ)
    assert (connection.source, connection.project_id) == ("OS_*", "osp")
    assert connection.endpoint == "https://dli.eu-de.myhuaweicloud.com"


def test_what_the_family_lacks_is_not_taken_from_the_next():
    environ = {name: value for name, value in HW.items() if name != "HW_PROJECT_ID"}
    assert "project_id is missing: set it, or the environment variable HW_PROJECT_ID" in refusal(environ={**environ, **OS})


@pytest.mark.parametrize(
    "environ, project, region",
    [
        ({"HW_PROJECT_ID": "hwp", "HW_REGION_NAME": "cn-east-3"}, "hwp", "cn-east-3"),
        ({"OS_PROJECT_ID": "osp", "OS_REGION_NAME": "eu-de"}, "osp", "eu-de"),
        (HW, "hwp", "cn-east-3"),
        ({**OS, **HW}, "hwp", "cn-east-3"),
    ],
)
def test_credentials_from_options_and_the_place_from_the_environment(environ, project, region):
    connection = connect(PAIR, environ)
    assert connection.credential == AccessKey("AK", "SK", None, project)
    assert (connection.project_id, connection.endpoint) == (project, f"https://dli.{region}.myhuaweicloud.com")
    assert connection.source == "options"


def test_credentials_from_options_take_the_place_from_one_family_only():
    assert "region is missing" in refusal(PAIR, {"HW_PROJECT_ID": "hwp", **OS})


def test_credentials_from_options_take_none_from_the_environment():
    """A security token beside another pair would sign in as nobody."""
    connection = connect({**PAIR, **WHERE}, {**HW, "HW_SECURITY_TOKEN": "st"})
    assert connection.credential == AccessKey("AK", "SK", None, "p1")
    connection = connect({"auth_token": "t", **WHERE}, HW)
    assert connection.credential == IamToken("t")


@pytest.mark.parametrize(
    "options, endpoint, project",
    [
        ({"region": "ap-southeast-1"}, "https://dli.ap-southeast-1.myhuaweicloud.com", "hwp"),
        ({"project_id": "p9"}, "https://dli.cn-east-3.myhuaweicloud.com", "p9"),
        ({"cloud": "cloud.test"}, "https://dli.cn-east-3.cloud.test", "hwp"),
        ({"endpoint": "https://dli.test"}, "https://dli.test", "hwp"),
    ],
)
def test_an_option_beats_its_variable(options, endpoint, project):
    connection = connect(options, HW)
    assert (connection.endpoint, connection.project_id, connection.source) == (endpoint, project, "HW_*")


@pytest.mark.parametrize("empty", ["", " ", "\n", None])
def test_empty_is_unset(empty):
    """AWX surveys send empty texts."""
    nothing = dict.fromkeys((*PAIR, *WHERE, "security_token", "auth_token", "cloud", "endpoint", "ca_cert", "proxy"), empty)
    connection = connect(nothing, HW)
    assert connection == connect({}, HW)
    assert (connection.ca_cert, connection.proxy) == (None, None)
    environ = dict.fromkeys(FAMILIES["HW_*"].values(), empty or "")
    assert connect({"region": "eu-de"}, {**environ, **OS}).source == "OS_*"


def test_blanks_around_a_value_do_not_count():
    connection = connect({"access_key": " AK ", "secret_key": "SK\n", "project_id": "p1 ", "region": "\teu-de"})
    assert connection.credential == AccessKey("AK", "SK", None, "p1")
    assert connection.endpoint == "https://dli.eu-de.myhuaweicloud.com"


# What is missing or contradictory


@pytest.mark.parametrize(
    "options, environ, part",
    [
        ({}, {}, "no credentials: set access_key and secret_key, or auth_token, or the environment variables HW_ACCESS_KEY"),
        (WHERE, {"HW_PROJECT_ID": "hwp", "HW_REGION_NAME": "cn-east-3"}, "no credentials"),
        ({**WHERE, "access_key": "AK"}, {}, "secret_key is missing in the options"),
        ({**WHERE, "secret_key": "SK"}, {}, "access_key is missing in the options"),
        ({**WHERE, "access_key": "AK"}, HW, "secret_key is missing in the options"),
        ({**WHERE, "security_token": "st"}, HW, "security_token in the options needs access_key and secret_key"),
        ({**WHERE, "auth_token": "t", "security_token": "st"}, {}, "security_token in the options needs"),
        ({**WHERE, **PAIR, "auth_token": "t"}, {}, "the options hold both a key pair and auth_token"),
        (WHERE, {"HW_ACCESS_KEY": "AK"}, "secret_key is missing in HW_*"),
        (WHERE, {"HW_ACCESS_KEY": "AK", **OS}, "secret_key is missing in HW_*"),
        (WHERE, {"HUAWEICLOUD_SDK_SK": "SK"}, "access_key is missing in HUAWEICLOUD_SDK_*"),
        (WHERE, {"OS_SECURITY_TOKEN": "st"}, "security_token in OS_* needs"),
        (WHERE, {**HW, "HW_AUTH_TOKEN": "t"}, "HW_* hold both a key pair and auth_token"),
        (PAIR, {}, "project_id is missing: set it, or the environment variable HW_PROJECT_ID"),
        ({**PAIR, "project_id": "p1"}, {}, "region is missing: set it (or endpoint), or the environment variable HW_REGION_NAME"),
        ({}, {**SDK}, "region is missing: set it (or endpoint), or sign in with another family than HUAWEICLOUD_SDK_*"),
        ({"project_id": None}, {**OS, "OS_PROJECT_ID": ""}, "or the environment variable OS_PROJECT_ID"),
    ],
)
def test_what_cannot_be(options, environ, part):
    sentence = refusal(options, environ)
    assert part in sentence
    assert not {"AK", "SK", "st", "t", "hw-ak", "hw-sk"} & set(sentence.split())


@pytest.mark.parametrize("project_id", ["a/b", "a b", "..", "x" * 65, "a-b", "größe", "a?b"])
def test_a_project_id_is_letters_and_digits(project_id):
    """dli-api.md 1.1; it becomes part of a path."""
    assert "project_id must be 1 to 64 letters and digits" in refusal({**PAIR, **WHERE, "project_id": project_id})


@pytest.mark.parametrize("region", ["CN-North-4", "cn north 4", "cn.north", "a/b", "evil.test/"])
def test_a_region_is_one_label(region):
    assert "region must look like cn-north-4" in refusal({**PAIR, **WHERE, "region": region})


@pytest.mark.parametrize(
    "name, value",
    [("request_timeout", 0), ("request_timeout", -1), ("request_timeout", float("inf")), ("max_retries", -1)],
)
def test_numbers(name, value):
    assert refusal({**PAIR, **WHERE, name: value}).startswith(f"{name} must be ")


# Endpoints


@pytest.mark.parametrize(
    "options, endpoint",
    [
        ({"region": "eu-west-101"}, "https://dli.eu-west-101.myhuaweicloud.eu"),
        ({"region": "eu-west-101", "cloud": "cloud.test"}, "https://dli.eu-west-101.cloud.test"),
        ({"region": "eu-de", "cloud": "otc.t-systems.com"}, "https://dli.eu-de.otc.t-systems.com"),
        ({"endpoint": "https://dli.test/"}, "https://dli.test"),
        ({"endpoint": "https://dli.test:8443/prefix/"}, "https://dli.test:8443/prefix"),
        ({"endpoint": "https://[2001:db8::1]:8443"}, "https://[2001:db8::1]:8443"),
        ({"endpoint": "https://dli.test."}, "https://dli.test."),
        ({"endpoint": "http://localhost:8000"}, "http://localhost:8000"),
        ({"endpoint": "http://127.0.0.1:8000"}, "http://127.0.0.1:8000"),
        ({"endpoint": "http://127.1.2.3"}, "http://127.1.2.3"),
        ({"endpoint": "http://[::1]:8000"}, "http://[::1]:8000"),
        ({"endpoint": "https://dli.test", "region": "eu-de"}, "https://dli.test"),
    ],
)
def test_endpoint(options, endpoint):
    assert connect({**PAIR, "project_id": "p1", **options}).endpoint == endpoint


@pytest.mark.parametrize(
    "endpoint",
    [
        "dli.test",
        "//dli.test",
        "ftp://dli.test",
        "https://",
        "https:///path",
        "https://dli.test:0",
        "https://dli.test:99999",
        "https://dli.test:port",
        "https://[::1",
        "https://dli.test?a=b",
        "https://dli.test#a",
        "https://dli..test",
        "https://.dli.test",
        "https://dli test",
        f"https://{'x' * 64}.test",
    ],
)
def test_no_endpoint(endpoint):
    sentence = refusal({**PAIR, "project_id": "p1", "endpoint": endpoint})
    assert sentence.startswith("endpoint must be a URL such as https://dli.cn-north-4.myhuaweicloud.com, not ")


@pytest.mark.parametrize("endpoint", ["https://user@dli.test", "https://u:p@dli.test", "https://:p@dli.test", "u:p@h"])
def test_an_endpoint_with_a_password_is_not_quoted(endpoint):
    sentence = refusal({**PAIR, "project_id": "p1", "endpoint": endpoint})
    assert sentence == "endpoint must not hold a user name or password"


def test_a_cloud_that_is_no_domain():
    for cloud in (".myhuaweicloud.com", "https://myhuaweicloud.com", "myhuaweicloud.com/x", "a b"):
        assert "cloud must be a domain" in refusal({**PAIR, **WHERE, "cloud": cloud})


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://dli.cn-north-4.myhuaweicloud.com",
        "http://127.0.0.1.evil.test",
        "http://localhost.evil.test",
        "http://10.0.0.1",
        "http://[::2]",
        "HTTP://dli.test",
    ],
)
def test_plain_http_is_for_this_machine_only(endpoint):
    """Anybody between here and there could read the token, or the jobs."""
    assert "is not encrypted" in refusal({**PAIR, "project_id": "p1", "endpoint": endpoint})


@pytest.mark.parametrize(
    "proxy, passwords",
    [
        ("", set()),
        ("http://proxy:3128", set()),
        ("http://user@proxy:3128", set()),
        ("http://user:pa%2Fss@proxy:3128", {"pa%2Fss", "pa/ss"}),
        ("user:pass@proxy:3128", {"pass"}),
        ("http://u:p@proxy:3128", set()),
        ("http://:pass@[::1", {"pass"}),
    ],
)
def test_passwords_inside_urls_are_known_before_the_urls_are_checked(proxy, passwords):
    assert url_secrets({"proxy": proxy, "endpoint": None}) == passwords
    assert url_secrets({"proxy": None, "endpoint": proxy}) == passwords


@pytest.mark.parametrize("option", ["access_key", "secret_key", "security_token", "auth_token"])
@pytest.mark.parametrize("broken", ["first\nsecond", "with space", "sn\u00f6", "tab\there", "nul\x00"], ids=repr)
def test_a_credential_that_was_wrapped_or_cut_is_refused_without_being_shown(option, broken):
    given = {"auth_token": broken} if option == "auth_token" else {**PAIR, option: broken}
    message = refusal({**WHERE, **given})
    assert message.startswith(option) and "first" not in message and "second" not in message


@pytest.mark.parametrize("proxy", ["foo", "proxy:3128", "http://", "ftp://proxy"])
def test_a_proxy_that_is_no_url(proxy):
    assert "proxy must be a URL" in refusal({**PAIR, **WHERE, "proxy": proxy})
