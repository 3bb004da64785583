# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Selection of the credentials: every combination of sources, compared with the rule of the documentation.

Every value contains the mark of its source. The selected credentials must contain the mark of the expected source only.
"""

from __future__ import annotations

import itertools
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ansible_collections.huaweicloud.cloud.plugins.module_utils._auth.provider_chain import ProviderChain
from ansible_collections.huaweicloud.cloud.plugins.module_utils._auth.providers.access_key import AccessKey
from ansible_collections.huaweicloud.cloud.plugins.module_utils._auth.providers.agency import Agency
from ansible_collections.huaweicloud.cloud.plugins.module_utils._auth.providers.metadata import Metadata
from ansible_collections.huaweicloud.cloud.plugins.module_utils._auth.providers.password import Password
from ansible_collections.huaweicloud.cloud.plugins.module_utils._auth.providers.token import IamToken
from ansible_collections.huaweicloud.cloud.plugins.module_utils._errors import InputError

from ..credential_sources import (
    AGENCY,
    CALLED,
    HOLDS,
    HW,
    INI,
    INI_PATH,
    KINDS,
    KOOCLI,
    KOOCLI_PATH,
    MACHINE,
    NAMES,
    OPTIONS,
    ORDER,
    OS,
    SDK,
    SECRETS,
    ini,
    koocli,
    marked,
    origins,
    surroundings,
)

#: A location that is sufficient for the chain to try the metadata service.
REGION = {"region": "cn-north-4"}
PAIR = marked(OPTIONS, *KINDS["aksk"])
FAMILIES = (HW, SDK, OS)
FILE_OPTIONS = ("profile", "shared_config_file", "credentials_file")
GIVEN = (OPTIONS, *FAMILIES)
#: The precedence of several kinds in one family.
PRECEDENCE = ("token", "temporary aksk", "aksk", "password")


def search(options=None, environ=None, files=None):
    return ProviderChain(options or {}, environ or {}, (files or {}).get).run()


def resolve(held, **options):
    """Resolve credentials from sources, as source -> option -> value."""
    params, environ, files = surroundings(held)
    return search({**REGION, **params, **options}, environ, files)


def refusal(options=None, environ=None, files=None):
    with pytest.raises(InputError) as caught:
        search({**REGION, **(options or {})}, environ, files)
    return str(caught.value)


def kind_and_values(provider):
    """Return the kind of a provider, and every value that it authenticates with."""
    if isinstance(provider, IamToken):
        return "token", [provider.token]
    if isinstance(provider, Password):
        return "password", [provider.username, provider.password, provider.domain_name]
    if isinstance(provider, Metadata):
        return "metadata", []
    assert isinstance(provider, AccessKey) and provider.project_id is None
    values = [provider.access_key, provider.secret_key, provider.security_token]
    return ("temporary aksk", values) if provider.security_token else ("aksk", values[:2])


def assert_is(found, source, kind):
    """Check that a kind of credentials was selected, with the values of one source."""
    selected, values = kind_and_values(found.provider)
    assert (selected, found.source) == (kind, CALLED[source])
    assert origins(values) == ({source} if values else set())


def combinations(sources, kinds_of):
    """Yield every combination of one kind of credentials, or none, for each source."""
    choices = [[None, *kinds_of[source]] for source in sources]
    for combination in itertools.product(*choices):
        yield {source: kind for source, kind in zip(sources, combination) if kind}


def fill(kinds):
    """Return the values of sources that contain one kind of credentials each."""
    return {source: marked(source, *KINDS[kind]) for source, kind in kinds.items()}


# Selection of the source: all combinations


@pytest.mark.parametrize("in_options", [None, *KINDS])
@pytest.mark.parametrize("in_hw", [None, *KINDS])
def test_only_values_of_the_first_source_with_credentials_are_used(in_options, in_hw):
    """3,375 combinations in all."""
    first = {source: kind for source, kind in ((OPTIONS, in_options), (HW, in_hw)) if kind}
    for rest in combinations((SDK, OS, INI, KOOCLI), HOLDS):
        kinds = {**first, **rest}
        winner = next((source for source in ORDER if source in kinds), MACHINE)
        assert_is(resolve(fill(kinds)), winner, kinds.get(winner, "metadata"))


@pytest.mark.parametrize("method", ["token", "aksk", "password"])
@pytest.mark.parametrize("in_options", [None, *KINDS])
def test_auth_method_selects_the_first_source_that_contains_its_values(method, in_options):
    """Sources are the options and the environment. The files and the machine have their own methods."""
    allowed = {"aksk": ("aksk", "temporary aksk")}.get(method, (method,))
    for rest in combinations((HW, SDK, OS, INI), HOLDS):
        kinds = {**({OPTIONS: in_options} if in_options else {}), **rest}
        winner = next((source for source in GIVEN if kinds.get(source) in allowed), None)
        if winner:
            assert_is(resolve(fill(kinds), auth_method=method), winner, kinds[winner])
        else:
            with pytest.raises(InputError, match=f"^Missing credentials for auth_method {method}. Set {KINDS[method][0]}"):
                resolve(fill(kinds), auth_method=method)


@pytest.mark.parametrize(
    "method, required",
    [("token", "auth_token"), ("aksk", "access_key and secret_key"), ("password", "username and password")],
)
def test_message_if_the_values_of_a_method_are_missing(method, required):
    assert refusal({"auth_method": method}) == (
        f"Missing credentials for auth_method {method}. Set {required} in the options or in the environment."
    )


@pytest.mark.parametrize("method, source, kinds", [("sdk_file", INI, HOLDS[INI]), ("hcloud", KOOCLI, HOLDS[KOOCLI])])
def test_auth_method_selects_a_file_independent_of_other_sources(method, source, kinds):
    for kind in kinds:
        for rest in combinations((OPTIONS, *FAMILIES), HOLDS):
            assert_is(resolve(fill({**rest, INI: kind, KOOCLI: kind}), auth_method=method), source, kind)


def test_auth_method_selects_the_metadata_service_independent_of_other_sources():
    for kinds in combinations((OPTIONS, *FAMILIES, INI), HOLDS):
        assert_is(resolve(fill(kinds), auth_method="metadata"), MACHINE, "metadata")


@pytest.mark.parametrize("source", [HW, OS])
@pytest.mark.parametrize(
    "kinds", [kinds for size in (2, 3) for kinds in itertools.combinations(PRECEDENCE, size)], ids=" ".join
)
def test_precedence_of_several_kinds_in_one_family(source, kinds):
    """The same precedence as in Terraform."""
    values = {name: value for kind in kinds for name, value in marked(source, *KINDS[kind]).items()}
    assert_is(resolve({source: values, INI: marked(INI, *KINDS["aksk"])}), source, kinds[0])


@pytest.mark.parametrize(
    "kinds",
    [kinds for size in (2, 3) for kinds in itertools.combinations(("token", "aksk", "password"), size)],
    ids=" ".join,
)
def test_several_kinds_in_the_options_require_auth_method(kinds):
    values = {name: value for kind in kinds for name, value in marked(OPTIONS, *KINDS[kind]).items()}
    message = refusal(values)
    assert message.startswith("Conflicting options: ")
    assert message.endswith(". Set the options of one authentication method only, or select a method with auth_method.")
    names = message.partition(": ")[2].partition(". ")[0].split(", ")
    assert names == sorted(set(values) - {"domain_name"})
    for kind in kinds:
        assert_is(resolve({OPTIONS: values}, auth_method=kind), OPTIONS, kind)


# Every name of every source


FILES = ("profile", "shared_config_file", "credentials_file")
ALL_NAMES = [(source, option, name) for source in NAMES for option, names in NAMES[source].items() for name in names]


def holding(source, kind, option, name):
    """Return parameters, environment and files with a kind of credentials and one more value, under the name given."""
    held = {**marked(source, *KINDS[kind]), **marked(source, option)}
    params, environ, files = surroundings({source: held})
    if source in FAMILIES:
        del environ[NAMES[source][option][0]]
        environ[name] = held[option]
    return {**REGION, **params}, environ, files


@pytest.mark.parametrize(
    "source, option, name", [entry for entry in ALL_NAMES if entry[1] not in FILES and not entry[1].startswith("agency")]
)
def test_every_variable_and_key_sets_its_option(source, option, name):
    """dli-api.md 5.5."""
    kind = next((kind for kind in ("token", "password") if option in KINDS[kind]), "temporary aksk")
    params, environ, files = holding(source, kind, option, name)
    found = search({} if option == "region" else params, environ, files)
    held = {**found.location, **{value.split(".")[1]: value for value in kind_and_values(found.provider)[1]}}
    assert held[option] == marked(source, option)[option]


@pytest.mark.parametrize(
    "option, first, second",
    [(option, *names) for option, names in NAMES[OS].items() if len(names) > 1],
)
@pytest.mark.parametrize("empty", [None, "", " "])
def test_the_first_of_two_variables_that_is_not_empty_is_used(option, first, second, empty):
    kind = "token" if option == "auth_token" else "password"
    environ = surroundings({OS: marked(OS, *KINDS[kind])})[1]
    for given_first, expected in (("first-0123456789", "first-0123456789"), (empty, "second-0123456789")):
        environ.update({first: given_first, second: "second-0123456789"})
        found = search({}, environ) if option != "auth_token" else search(REGION, environ)
        held = {**found.location, "auth_token": getattr(found.provider, "token", None)}
        assert held[option] == expected


@pytest.mark.parametrize("source", NAMES)
def test_whitespace_around_a_value_is_removed(source):
    held = {name: f" {value}\t" for name, value in marked(source, *KINDS["temporary aksk"]).items()}
    assert_is(resolve({source: held}), source, "temporary aksk")
    assert all(value == value.strip() for value in kind_and_values(resolve({source: held}).provider)[1])


@pytest.mark.parametrize("empty", ["", " ", "\t", None])
@pytest.mark.parametrize("source", [OPTIONS, *FAMILIES])
def test_empty_values_are_unset(source, empty):
    """AWX surveys send empty texts."""
    names = NAMES.get(source, {**NAMES[HW], **NAMES[SDK]})
    nothing = {source: dict.fromkeys(names, empty)}
    params, environ, files = surroundings({**nothing, INI: marked(INI, *KINDS["aksk"])})
    assert_is(search({**params, **REGION}, environ, files), INI, "aksk")


@pytest.mark.parametrize("empty", ["", None, 0])
def test_empty_values_of_a_koocli_file_are_unset(empty):
    held = dict.fromkeys(NAMES[KOOCLI], empty)
    assert_is(resolve({KOOCLI: held}), MACHINE, "metadata")


# Incomplete and mixed values

INCOMPLETE = [
    # source, options that it contains, message
    *[
        (source, held, f"Missing {missing} in {{}}. Specify access_key and secret_key in the same place.")
        for source in (OPTIONS, *NAMES)
        for held, missing in (
            (["access_key"], "secret_key"),
            (["secret_key"], "access_key"),
            (["access_key", "security_token"], "secret_key"),
        )
    ],
    *[
        (
            source,
            ["security_token"],
            "Missing access_key and secret_key in {}. Specify them in the same place as security_token.",
        )
        for source in (OPTIONS, *NAMES)
    ],
    *[
        (source, held, f"Missing {missing} in {{}}. Specify username and password in the same place.")
        for source in (OPTIONS, HW, OS)
        for held, missing in (
            (["username"], "password"),
            (["password"], "username"),
            (["password", "access_key", "secret_key"], "username"),
            (["password", "auth_token"], "username"),
        )
    ],
    *[(source, ["auth_token", "access_key"], "Missing secret_key in {}. ") for source in (OPTIONS, HW, OS)],
    *[
        (source, ["auth_token", "security_token"], "Missing access_key and secret_key in {}. ")
        for source in (OPTIONS, HW, OS)
    ],
]


@pytest.mark.parametrize(
    "source, held, message, other",
    [(*entry, other) for entry in INCOMPLETE for other in (None, *ORDER[:-1]) if other != entry[0]],
)
def test_incomplete_values_are_an_error_and_are_not_completed_from_another_source(source, held, message, other):
    sources = {source: marked(source, *held)}
    if other:
        sources[other] = marked(other, *KINDS["temporary aksk"])
    if other and ORDER.index(other) < ORDER.index(source):
        assert_is(resolve(sources), other, "temporary aksk")  # the incomplete source is not read
        return
    with pytest.raises(InputError) as caught:
        resolve(sources)
    assert str(caught.value).startswith(message.format(CALLED[source]))
    assert "0123456789" not in str(caught.value)


@pytest.mark.parametrize("keys, secret", list(itertools.permutations((OPTIONS, *NAMES), 2)))
def test_access_key_and_secret_key_of_different_sources_are_refused(keys, secret):
    with pytest.raises(InputError) as caught:
        resolve({keys: marked(keys, "access_key"), secret: marked(secret, "secret_key")})
    first = min(keys, secret, key=ORDER.index)
    missing = "secret_key" if first == keys else "access_key"
    assert str(caught.value).startswith(f"Missing {missing} in {CALLED[first]}. ")
    assert "0123456789" not in str(caught.value)


@pytest.mark.parametrize("user, password", list(itertools.permutations((OPTIONS, HW, OS), 2)))
def test_username_and_password_of_different_sources_are_refused(user, password):
    with pytest.raises(InputError) as caught:
        resolve({user: marked(user, "username", "domain_name"), password: marked(password, "password")})
    first = min(user, password, key=ORDER.index)
    missing = "password" if first == user else "username"
    assert str(caught.value).startswith(f"Missing {missing} in {first}. ")


@pytest.mark.parametrize("source", [OPTIONS, HW, OS])
@pytest.mark.parametrize("kind", ["token", "aksk", "temporary aksk"])
def test_a_username_without_password_is_allowed_with_other_complete_credentials(source, kind):
    """Other tools read it. In the options it is not a conflict, either."""
    assert_is(resolve({source: marked(source, "username", *KINDS[kind])}), source, kind)


@pytest.mark.parametrize(
    "method, incomplete",
    [
        ("token", ["access_key"]),
        ("token", ["password"]),
        ("token", ["security_token"]),
        ("aksk", ["username"]),
        ("aksk", ["password"]),
        ("password", ["access_key"]),
        ("password", ["security_token"]),
        ("sdk_file", ["access_key"]),
        ("metadata", ["password"]),
    ],
)
def test_incomplete_values_of_another_method_than_auth_method_are_ignored(method, incomplete):
    held = {OPTIONS: marked(OPTIONS, *incomplete), HW: marked(HW, *incomplete), INI: marked(INI, *KINDS["aksk"])}
    if method in ("sdk_file", "metadata"):
        assert_is(resolve(held, auth_method=method), *((INI, "aksk") if method == "sdk_file" else (MACHINE, "metadata")))
        return
    held[OS] = marked(OS, *KINDS[method])
    assert_is(resolve(held, auth_method=method), OS, method)


def test_missing_credentials():
    with pytest.raises(InputError) as caught:
        search()
    assert str(caught.value) == (
        "No credentials found in the options, the environment or the credentials files. Set access_key and secret_key"
        " (environment variables HW_ACCESS_KEY and HW_SECRET_KEY), or use another authentication method."
    )


@pytest.mark.parametrize("option", ["region", "endpoint", "project_name"])
def test_the_metadata_service_is_the_last_resort_if_the_location_is_known(option):
    """Without a location, a laptop would send a request without effect."""
    found = search({option: "cn-north-4"})
    assert_is(found, MACHINE, "metadata")
    assert (found.provider.url, found.provider.timeout) == ("http://169.254.169.254", 1.0)
    assert found.provider.failure == (
        "No credentials found in the options, the environment, the credentials files or the metadata service at "
        "http://169.254.169.254"
    )
    assert found.provider.remedy.startswith("Set access_key and secret_key")
    with pytest.raises(InputError, match="^No credentials found"):
        search({"project_id": "p1", "cloud": "cloud.test"})


def test_auth_method_metadata_has_a_longer_timeout():
    found = search({"auth_method": "metadata", "metadata_url": "http://metadata.test/"})
    assert found.provider == Metadata(
        "http://metadata.test",
        5.0,
        "Could not authenticate: the metadata service at http://metadata.test returned no keys",
        "Only a cloud server that has an agency receives keys from it.",
    )


# Files


def test_files_are_read_only_if_no_earlier_source_is_used():
    read_paths = []

    def read_file(path):
        read_paths.append(path)

    for kinds in combinations(GIVEN, dict.fromkeys(GIVEN, ("temporary aksk",))):
        params, environ, _files = surroundings(fill(kinds))
        ProviderChain({**REGION, **params}, environ, read_file).run()
        assert read_paths == ([] if kinds else [INI_PATH, KOOCLI_PATH])
        read_paths.clear()


#: Options and variables that select a file, and the source that it is.
SELECTED = [
    ({"credentials_file": "/some/file"}, {}, INI),
    ({"shared_config_file": "/some/file"}, {}, KOOCLI),
    ({"shared_config_file": "/some/file", "profile": "work"}, {}, KOOCLI),
    ({}, {"HUAWEICLOUD_SDK_CREDENTIALS_FILE": "/some/file"}, INI),
    ({}, {"HW_SHARED_CONFIG_FILE": "/some/file"}, KOOCLI),
    ({}, {"HW_SHARED_CONFIG_FILE": "/some/file", "HW_PROFILE": "work"}, KOOCLI),
    ({"auth_method": "sdk_file", "credentials_file": "/some/file"}, {}, INI),
    ({"auth_method": "hcloud", "shared_config_file": "/some/file"}, {}, KOOCLI),
    ({"auth_method": "sdk_file"}, {"HUAWEICLOUD_SDK_CREDENTIALS_FILE": "/some/file"}, INI),
    ({"auth_method": "hcloud"}, {"HW_SHARED_CONFIG_FILE": "/some/file"}, KOOCLI),
]


@pytest.mark.parametrize("options, environ, source", SELECTED)
def test_the_selected_file_is_read(options, environ, source):
    write = ini if source == INI else koocli
    files = {
        "/some/file": write(marked(source, *KINDS["aksk"])),
        (INI_PATH if source == INI else KOOCLI_PATH): write(marked(OPTIONS, *KINDS["aksk"])),
    }
    found = search({**REGION, **options}, environ, files)
    assert found.source == ("/some/file" if source == INI else "the profile work of /some/file")
    assert kind_and_values(found.provider) == ("aksk", list(marked(source, *KINDS["aksk"]).values()))


@pytest.mark.parametrize("options, environ, source", SELECTED)
def test_the_selected_file_must_exist(options, environ, source):
    assert refusal(options, environ) == (
        "Could not read credentials: the file /some/file does not exist."
        " Check the path, or use another authentication method."
    )


@pytest.mark.parametrize(
    "options, environ, path",
    [
        ({"auth_method": "sdk_file"}, {}, INI_PATH),
        ({"auth_method": "hcloud"}, {}, KOOCLI_PATH),
        ({"profile": "work"}, {}, KOOCLI_PATH),
        ({}, {"HW_PROFILE": "work"}, KOOCLI_PATH),
    ],
)
def test_the_default_file_must_exist_if_it_is_required(options, environ, path):
    assert refusal(options, environ) == (
        f"Could not read credentials: the file {path} does not exist. Check the path, or use another authentication method."
    )


@pytest.mark.parametrize("options, environ, source", SELECTED)
def test_the_selected_file_must_contain_keys(options, environ, source):
    if source == INI:
        message = "Missing ak and sk in /some/file. Add them to the section [basic]."
        empty = ["", "[basic]\nproject_id = p1\n", ini(marked(INI, *KINDS["aksk"]), section="global")]
    else:
        message = "Missing access key in the profile work of /some/file. Only profiles that contain keys are supported."
        empty = [koocli({}), koocli(marked(KOOCLI, "region", *AGENCY))]
    for text in empty:
        assert refusal(options, environ, {"/some/file": text}) == message


@pytest.mark.parametrize(
    "files",
    [{INI_PATH: "[global]\nak = a\n"}, {KOOCLI_PATH: koocli({"region": "eu-de"})}, {INI_PATH: "", KOOCLI_PATH: koocli({})}],
)
def test_a_default_file_without_keys_is_skipped(files):
    assert_is(search(REGION, {}, files), MACHINE, "metadata")


@pytest.mark.parametrize(
    "options", [{"credentials_file": "/some/file"}, {"shared_config_file": "/some/file"}, {"profile": "work"}]
)
def test_a_file_in_the_options_has_precedence_over_the_environment(options):
    """It has the same effect as auth_method. In the environment, a file is one source of several."""
    write = ini if "credentials_file" in options else koocli
    environ = surroundings(fill({HW: "token", SDK: "aksk", OS: "password"}))[1]
    files = {path: write(marked(INI, *KINDS["aksk"])) for path in ("/some/file", KOOCLI_PATH)}
    found = search({**REGION, **options}, environ, files)
    assert found.source not in FAMILIES and origins(kind_and_values(found.provider)[1]) == {INI}


@pytest.mark.parametrize("variable", ["HW_SHARED_CONFIG_FILE", "HW_PROFILE", "HUAWEICLOUD_SDK_CREDENTIALS_FILE"])
@pytest.mark.parametrize("source", GIVEN)
def test_a_file_in_the_environment_has_no_precedence_over_earlier_sources(variable, source):
    params, environ, _files = surroundings(fill({source: "aksk"}))
    assert_is(search({**REGION, **params}, {**environ, variable: "/nowhere"}), source, "aksk")


@pytest.mark.parametrize(
    "options, names",
    [
        ({"profile": "work", "credentials_file": "/f"}, "credentials_file, profile"),
        ({"shared_config_file": "/f", "credentials_file": "/f"}, "credentials_file, shared_config_file"),
        ({"profile": "work", **PAIR}, "access_key, profile, secret_key"),
        ({"credentials_file": "/f", "username": "u"}, "credentials_file, username"),
    ],
)
def test_a_file_and_other_credentials_in_the_options_are_a_conflict(options, names):
    assert refusal(options).startswith(f"Conflicting options: {names}. ")


def test_auth_method_resolves_conflicting_options():
    files = {KOOCLI_PATH: koocli(marked(KOOCLI, *KINDS["aksk"])), "/f": ini(marked(INI, *KINDS["aksk"]))}
    options = {**REGION, "profile": "work", "credentials_file": "/f", **PAIR}
    for method, source in (("aksk", OPTIONS), ("sdk_file", INI), ("hcloud", KOOCLI), ("metadata", MACHINE)):
        found = search({**options, "auth_method": method}, {}, files)
        assert origins(kind_and_values(found.provider)[1]) == ({source} if source != MACHINE else set())


PROFILES = json.dumps(
    {
        "current": "work",
        "profiles": [
            {"name": name, "accessKeyId": f"{name}-key-0123456789", "secretAccessKey": f"{name}-secret-0123456789"}
            for name in ("work", "home")
        ],
    }
)


@pytest.mark.parametrize(
    "options, environ, profile",
    [
        ({}, {}, "work"),
        ({"auth_method": "hcloud"}, {}, "work"),
        ({"profile": "home"}, {}, "home"),
        ({}, {"HW_PROFILE": "home"}, "home"),
        ({"profile": "work"}, {"HW_PROFILE": "home"}, "work"),
        ({"auth_method": "hcloud"}, {"HW_PROFILE": "home"}, "home"),
    ],
)
def test_the_selected_profile_or_else_the_current_profile_is_used(options, environ, profile):
    found = search({**REGION, **options}, environ, {KOOCLI_PATH: PROFILES})
    assert found.source == f"the profile {profile} of {KOOCLI_PATH}"
    assert found.provider == AccessKey(f"{profile}-key-0123456789", f"{profile}-secret-0123456789")


def test_the_message_for_an_unknown_profile_lists_the_available_profiles():
    message = f"Invalid profile: {KOOCLI_PATH} has no profile 'hmoe'. Available profiles: home, work."
    assert refusal({"profile": "hmoe"}, {}, {KOOCLI_PATH: PROFILES}) == message
    assert refusal({}, {"HW_PROFILE": "hmoe"}, {KOOCLI_PATH: PROFILES}) == message


@pytest.mark.parametrize(
    "files, start",
    [
        (
            {INI_PATH: "ak = first-0123456789\n"},
            f"Invalid credentials file {INI_PATH}: it is not an INI file. Check line 1.",
        ),
        ({KOOCLI_PATH: "{'accessKeyId': 'first-0123456789'}"}, f"Invalid KooCLI configuration file {KOOCLI_PATH}: "),
    ],
)
def test_an_invalid_file_is_an_error_and_is_not_skipped(files, start):
    message = refusal({}, {}, files)
    assert message.startswith(start) and "first" not in message


@pytest.mark.parametrize("source", ORDER[:-1])
def test_only_a_koocli_profile_has_a_hint_about_encryption(source):
    found = resolve(fill({source: "aksk"}))
    assert ("hcloud configure set --cli-auth-encrypt=false" in found.hint) == (source == KOOCLI)
    assert found.hint == "" or found.hint.endswith(".")


# Invalid secrets

SECRETS_OF = [(source, option) for source in (OPTIONS, *NAMES) for option in SECRETS if option in NAMES.get(source, SECRETS)]


@pytest.mark.parametrize("source, option", SECRETS_OF)
@pytest.mark.parametrize("secret", ["x", "§§§§§", "12345"])
def test_a_short_secret_is_refused_and_not_quoted(source, option, secret):
    """This cloud has no such secrets, and masking one would remove letters from all messages."""
    kind = next(kind for kind in ("token", "password", "temporary aksk") if option in KINDS[kind])
    with pytest.raises(InputError) as caught:
        resolve({source: {**marked(source, *KINDS[kind]), option: secret}})
    assert str(caught.value) == (
        f"Invalid {option} in {CALLED[source]}: it has fewer than 6 characters. Specify the complete value."
    )


@pytest.mark.parametrize("source, option", [entry for entry in SECRETS_OF if entry[0] != INI])
@pytest.mark.parametrize(
    "secret", ["first\nsecond", "first\rsecond", "tab\there", "nul\x00-nul", "first second", "sn\u00f6-snow"], ids=repr
)
def test_a_wrapped_secret_is_refused_and_not_quoted(source, option, secret):
    kind = next(kind for kind in ("token", "password", "temporary aksk") if option in KINDS[kind])
    held = {source: {**marked(source, *KINDS[kind]), option: secret}}
    if option == "password" and secret.isprintable():  # a password may contain spaces and letters of any language
        assert resolve(held).provider.password == secret
        return
    with pytest.raises(InputError) as caught:
        resolve(held)
    assert str(caught.value).startswith(f"Invalid {option} in {CALLED[source]}: it contains a character that is not allowed")
    assert not any(part in str(caught.value) for part in ("first", "second", "tab", "nul", "sn\u00f6"))


QUOTED = ['"{}"', "'{}'", '"{}', "{}'", "\u201c{}\u201d"]
#: The source and the name of each value except passwords. An option for a file implies this file, which does not exist.
VALUES = [(OPTIONS, option) for option in NAMES[HW] if option not in FILE_OPTIONS]
VALUES += [(source, option) for source in NAMES for option in NAMES[source]]


@pytest.mark.parametrize("source, option", [entry for entry in VALUES if entry[1] != "password"])
@pytest.mark.parametrize("quoted", QUOTED)
def test_a_value_in_quotation_marks_is_refused_and_not_quoted(source, option, quoted):
    """Some tools keep the quotation marks when they read variables from a file. Each wrong signature counts towards a lock."""
    kind = next((kind for kind in ("token", "password", "temporary aksk") if option in KINDS[kind]), "aksk")
    value = quoted.format("an-invented-value")
    with pytest.raises(InputError) as caught:
        resolve({source: {**marked(source, *KINDS[kind]), option: value}})
    problem = "it begins or ends with a quotation mark. Remove the quotation marks."
    assert str(caught.value) == f"Invalid {option} in {CALLED[source]}: {problem}"


@pytest.mark.parametrize("source", [OPTIONS, HW, OS])
@pytest.mark.parametrize("quoted, is_enclosed", list(zip(["{}", *QUOTED], [False, True, True, False, False, True])))
def test_a_password_may_contain_quotation_marks(source, quoted, is_enclosed):
    """The rules for passwords of IAM allow them, so only a rejected password causes a hint."""
    password = quoted.format("pass'wo\"rd")
    found = resolve({source: {**marked(source, *KINDS["password"]), "password": password}})
    assert found.provider.password == password
    assert bool(found.hint) == is_enclosed, found.hint


def test_six_characters_are_enough():
    provider = search({**REGION, "access_key": "123456", "secret_key": "123456"}).provider
    assert provider == AccessKey("123456", "123456")


# Agencies


def agency_of(found):
    assert isinstance(found.provider, Agency)
    return found.provider.agency


@pytest.mark.parametrize(
    "source, in_source",
    [
        (source, in_source)
        for source in ORDER
        for in_source in (False, True)
        if not in_source or "agency_name" in NAMES.get(source, {})
    ],
)
@pytest.mark.parametrize("in_options", [False, True])
def test_the_agency_comes_from_the_options_or_else_from_the_source_of_the_credentials(source, in_source, in_options):
    held = {source: marked(source, *KINDS["aksk"])} if source != MACHINE else {}
    if in_source:
        held[source].update(marked(source, *AGENCY))
    if in_options:
        held[OPTIONS] = {**held.get(OPTIONS, {}), **marked(OPTIONS, *AGENCY)}
    for other in (HW, KOOCLI):  # agencies of other sources
        held.setdefault(other, marked(other, *AGENCY))
    found = resolve(held)
    expected = OPTIONS if in_options else source if in_source else None
    if expected is None:
        assert_is(found, source, "metadata" if source == MACHINE else "aksk")
        return
    assert agency_of(found) == {
        "agency_name": marked(expected, "agency_name")["agency_name"],
        "domain_name": marked(expected, "agency_domain_name")["agency_domain_name"],
    }
    base = found.provider.base
    assert origins(kind_and_values(base)[1]) == ({source} if source != MACHINE else set())
    assert found.source == CALLED[source]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("source", [OPTIONS, HW])
def test_an_agency_is_supported_for_every_kind(source, kind):
    found = resolve({source: marked(source, *AGENCY, *KINDS[kind])})
    assert kind_and_values(found.provider.base)[0] == kind and agency_of(found)


@pytest.mark.parametrize(
    "account, sent",
    [
        ({"agency_domain_name": "name"}, {"domain_name": "name"}),
        ({"agency_domain_id": "id"}, {"domain_id": "id"}),
        ({"agency_domain_name": "name", "agency_domain_id": "id"}, {"domain_id": "id"}),
    ],
)
def test_the_account_of_an_agency_by_name_or_id(account, sent):
    """dli-api.md 5.1; the ID never changes."""
    found = search({**REGION, **PAIR, "agency_name": "a", **account})
    assert agency_of(found) == {"agency_name": "a", **sent}


@pytest.mark.parametrize(
    "options, environ, message",
    [
        ({"agency_name": "a"}, {}, "Missing agency_domain_name. Set it to the account of the agency a."),
        (
            {"agency_domain_name": "d"},
            {},
            "Missing agency_name. Set it together with agency_domain_name or agency_domain_id.",
        ),
        ({"agency_domain_id": "d"}, {}, "Missing agency_name. "),
        # not completed from another source
        ({"agency_name": "a"}, {"HW_ASSUME_ROLE_DOMAIN_NAME": "d"}, "Missing agency_domain_name. "),
        ({"agency_domain_name": "d"}, {"HW_ASSUME_ROLE_AGENCY_NAME": "a"}, "Missing agency_name. "),
    ],
)
def test_an_incomplete_agency_is_refused(options, environ, message):
    keys = surroundings({HW: marked(HW, *KINDS["aksk"])})[1]
    assert refusal(options, {**keys, **environ}).startswith(message)


def test_an_incomplete_agency_in_the_environment_is_refused():
    keys = surroundings({HW: marked(HW, *KINDS["aksk"])})[1]
    assert refusal({}, {**keys, "HW_ASSUME_ROLE_AGENCY_NAME": "a"}).startswith("Missing agency_domain_name. ")
    assert refusal({}, {**keys, "HW_ASSUME_ROLE_DOMAIN_ID": "d"}).startswith("Missing agency_name. ")


# Location

LOCATION = ("project_id", "project_name", "region", "cloud", "endpoint", "auth_url", "domain_name")


def location_of(source):
    names = LOCATION if source == OPTIONS else [name for name in LOCATION if name in NAMES[source]]
    return marked(source, *names)


@pytest.mark.parametrize("source", FAMILIES)
def test_a_family_is_completed_by_the_options_only(source):
    """Other families do not complete it."""
    others = {
        other: {**location_of(other), **marked(other, *KINDS["aksk"])} for other in FAMILIES[FAMILIES.index(source) + 1 :]
    }
    before = {other: location_of(other) for other in FAMILIES[: FAMILIES.index(source)]}
    found = search(*surroundings({**before, **others, source: {**location_of(source), **marked(source, *KINDS["aksk"])}}))
    assert found.location == location_of(source) and found.source == source


@pytest.mark.parametrize("credentials", [OPTIONS, INI, KOOCLI, MACHINE])
@pytest.mark.parametrize(
    "families", [held for size in range(4) for held in itertools.combinations(FAMILIES, size)], ids="+".join
)
def test_the_first_family_with_any_location_value_completes_the_location(credentials, families):
    held = {family: location_of(family) for family in families}
    if credentials == MACHINE:
        options = {"auth_method": "metadata"}
    else:
        options, held[credentials] = {}, marked(credentials, *KINDS["aksk"])
    params, environ, files = surroundings(held)
    found = search({**params, **options}, environ, files)
    assert found.source == CALLED[credentials]
    assert found.location == (location_of(families[0]) if families else {})


@pytest.mark.parametrize(
    "family, name", [(family, name) for family in FAMILIES for name in LOCATION if name in NAMES[family]]
)
def test_one_location_value_selects_a_family(family, name):
    later = {other: location_of(other) for other in FAMILIES[FAMILIES.index(family) + 1 :]}
    found = search(*surroundings({**later, OPTIONS: PAIR, family: marked(family, name)}))
    assert found.location == marked(family, name)


@pytest.mark.parametrize("source", [INI, KOOCLI])
def test_location_values_of_a_file_have_precedence_over_the_environment(source):
    held = {**marked(source, *KINDS["aksk"]), **location_of(source)}
    del held[next(name for name in ("region", "auth_url") if name in held)]  # another region is covered by other tests
    family = {HW: marked(HW, "project_id", "auth_url", "cloud")}
    found = search(*surroundings({source: held, **family}))
    from_file = {name: value for name, value in held.items() if name in LOCATION}
    assert found.location == {**family[HW], **from_file}


@pytest.mark.parametrize("source", ORDER)
@pytest.mark.parametrize("name", [name for name in LOCATION if name not in ("region", "cloud", "project_name")])
def test_an_option_has_precedence_over_the_source(source, name):
    held = {} if source == MACHINE else {source: {**marked(source, *KINDS["aksk"])}}
    names = [one for one in LOCATION if one in NAMES.get(source, NAMES[HW])]
    where = source if source in NAMES else HW
    held[where] = {**held.get(where, {}), **marked(where, *names)}
    held[OPTIONS] = {**held.get(OPTIONS, {}), **marked(OPTIONS, name)}
    params, environ, files = surroundings(held)
    found = search({**params, **({"auth_method": "metadata"} if source == MACHINE else {})}, environ, files)
    assert found.location == {**marked(where, *names), **marked(OPTIONS, name)}


@pytest.mark.parametrize("credentials", [HW, OPTIONS])
@pytest.mark.parametrize("changed", [["region"], ["cloud"], ["region", "cloud"]], ids="+".join)
def test_projects_and_addresses_of_another_region_or_cloud_are_ignored(credentials, changed):
    held = {HW: location_of(HW), OPTIONS: marked(OPTIONS, *changed)}
    held[credentials].update(marked(credentials, *KINDS["aksk"]))
    kept = [name for name in ("region", "cloud", "domain_name") if name not in changed]
    assert search(*surroundings(held)).location == {**marked(HW, *kept), **marked(OPTIONS, *changed)}


@pytest.mark.parametrize("name", ["project_id", "project_name", "endpoint", "auth_url"])
def test_options_for_another_region_are_used(name):
    held = {HW: {**location_of(HW), **marked(HW, *KINDS["aksk"])}, OPTIONS: marked(OPTIONS, "region", name)}
    assert search(*surroundings(held)).location == {**marked(HW, "cloud", "domain_name"), **marked(OPTIONS, "region", name)}


def test_options_with_the_same_region_and_cloud_keep_all_values():
    held = {HW: {**location_of(HW), **marked(HW, *KINDS["aksk"])}, OPTIONS: marked(HW, "region", "cloud")}
    assert search(*surroundings(held)).location == location_of(HW)


def test_a_region_option_keeps_all_values_if_the_source_has_no_region():
    held = {SDK: {**location_of(SDK), **marked(SDK, *KINDS["aksk"])}, OPTIONS: marked(OPTIONS, "region")}
    assert search(*surroundings(held)).location == {**location_of(SDK), **marked(OPTIONS, "region")}


def test_project_name_of_the_options_has_precedence_over_project_id_of_the_environment():
    held = {HW: {**location_of(HW), **marked(HW, *KINDS["aksk"])}, OPTIONS: marked(OPTIONS, "project_name")}
    location = search(*surroundings(held)).location
    assert "project_id" not in location and location["project_name"] == marked(OPTIONS, "project_name")["project_name"]


def test_a_user_requires_domain_name():
    for source in (OPTIONS, HW, OS):
        with pytest.raises(
            InputError, match="^Missing domain_name. Set the option domain_name, or .* HW_DOMAIN_NAME or OS_USER"
        ):
            resolve({source: marked(source, "username", "password")})


def test_domain_name_may_come_from_the_environment():
    found = resolve({OPTIONS: marked(OPTIONS, "username", "password"), OS: marked(OS, "domain_name")})
    assert found.provider.domain_name == marked(OS, "domain_name")["domain_name"]


SDK_KEYS = {"HUAWEICLOUD_SDK_AK": "key-0123456789", "HUAWEICLOUD_SDK_SK": "secret-0123456789"}
ADDRESS = {"HUAWEICLOUD_SDK_REGION_DLI_CN_NORTH_4": "https://dli.test"}


@pytest.mark.parametrize(
    "options, environ, endpoint",
    [
        ({"region": "cn-north-4"}, {**SDK_KEYS, **ADDRESS}, "https://dli.test"),
        ({"region": "cn-north-1"}, {**SDK_KEYS, **ADDRESS}, None),
        ({}, {**SDK_KEYS, **ADDRESS}, None),
        ({"region": "cn-north-4", "endpoint": "https://mine.test"}, {**SDK_KEYS, **ADDRESS}, "https://mine.test"),
        ({"region": "cn-north-4"}, {**SDK_KEYS, "HUAWEICLOUD_SDK_REGION_DLI_CN_NORTH_4": " "}, None),
        ({"region": "cn-north-4"}, {**SDK_KEYS, "HUAWEICLOUD_SDK_REGION_ECS_CN_NORTH_4": "https://ecs.test"}, None),
        # credentials of another source, completed by the family of the SDK
        ({"region": "cn-north-4", **PAIR}, {"HUAWEICLOUD_SDK_PROJECT_ID": "p", **ADDRESS}, "https://dli.test"),
        # credentials or location of another family: families are not combined
        ({"region": "cn-north-4", **PAIR}, {"HW_PROJECT_ID": "p", **ADDRESS}, None),
        # the variable alone is a location value of its family, which has precedence over OS_*
        ({"region": "cn-north-4", "auth_token": "t0123456789"}, {"OS_PROJECT_ID": "p", **ADDRESS}, "https://dli.test"),
        ({"region": "cn-north-4", **PAIR}, ADDRESS, "https://dli.test"),
        ({"region": "cn-north-4"}, {"HW_AUTH_TOKEN": "t0123456789", **SDK_KEYS, **ADDRESS}, None),
    ],
)
def test_the_variable_of_the_sdk_for_the_address_in_one_region(options, environ, endpoint):
    """dli-api.md 5.5."""
    assert search(options, environ).location.get("endpoint") == endpoint


# Random environments


def some(names, source):
    """Return a strategy for some values of a source. A value may be invalid, but its mark is always correct."""
    whole = marked(source, *names)
    broken = st.sampled_from(["{}", "{}", "{}", "{}", "{} {}", "{}\n{}", "", " "])
    return st.fixed_dictionaries(
        {},
        optional={name: broken.map(lambda shape, value=value: shape.format(value, value)) for name, value in whole.items()},
    )


def any_values(source):
    """Return a strategy for the values of a source: mostly complete credentials, with some other values."""
    rest = some(NAMES.get(source, {**NAMES[HW], **NAMES[SDK]}), source)
    location = some([name for name in LOCATION if name in NAMES.get(source, LOCATION)], source)
    whole = st.sampled_from(HOLDS[source]).map(lambda kind: marked(source, *KINDS[kind]))
    agency = (
        st.sampled_from([{}, {}, marked(source, *AGENCY)]) if "agency_name" in NAMES.get(source, AGENCY) else st.just({})
    )
    full = st.tuples(whole, location, agency).map(lambda parts: {**parts[1], **parts[0], **parts[2]})
    return st.one_of(st.just({}), st.just({}), location, full, full, rest)


SOURCES = st.fixed_dictionaries({source: any_values(source) for source in ORDER[:-1]})
METHODS = st.sampled_from(["auto"] * 6 + ["token", "aksk", "password", "sdk_file", "hcloud", "metadata"])


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(SOURCES, METHODS)
def test_credentials_always_come_from_one_source_and_messages_contain_no_secret(held, method):
    secrets = [value for values in held.values() for name, value in values.items() if name in SECRETS and value.strip()]
    params, environ, files = surroundings(held)
    for name, path in (("credentials_file", INI_PATH), ("shared_config_file", KOOCLI_PATH)):
        for source in GIVEN:  # selected files exist
            if path in files and name in held[source]:
                files[held[source][name].strip()] = files[path]
    try:
        found = ProviderChain({**params, "auth_method": method}, environ, files.get).run()
    except InputError as error:
        assert not any(part in str(error) for secret in secrets for part in (secret, *secret.split()))
        return
    provider = found.provider
    provider, agency = (provider.base, provider.agency) if isinstance(provider, Agency) else (provider, {})
    kind, values = kind_and_values(provider)
    account = values.pop() if kind == "password" else None
    from_one = origins(values)
    assert len(from_one) == (0 if kind == "metadata" else 1)
    assert len(origins(agency.values())) == (1 if agency else 0)
    assert origins(agency.values()) <= from_one | {OPTIONS}
    assert account is None or account == found.location["domain_name"]
    families = origins(found.location.values()) - from_one - {OPTIONS}
    assert len(families) <= (0 if from_one & set(FAMILIES) else 1)
