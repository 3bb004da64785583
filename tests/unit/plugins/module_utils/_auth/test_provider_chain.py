# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whose credentials are used: every combination of sources, against the rule as the documentation states it.

Every value bears the mark of its source. Whatever is chosen must bear one mark, and it must be the right one.
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

#: Enough of a place for the metadata service to be worth asking.
REGION = {"region": "cn-north-4"}
PAIR = marked(OPTIONS, *KINDS["aksk"])
FAMILIES = (HW, SDK, OS)
GIVEN = (OPTIONS, *FAMILIES)
#: Which of several kinds in one family is used.
STRONGEST = ("token", "temporary aksk", "aksk", "password")


def search(options=None, environ=None, files=None):
    return ProviderChain(options or {}, environ or {}, (files or {}).get).run()


def among(held, **options):
    """Search in sources given as source -> option -> value."""
    params, environ, files = surroundings(held)
    return search({**REGION, **params, **options}, environ, files)


def refusal(options=None, environ=None, files=None):
    with pytest.raises(InputError) as caught:
        search({**REGION, **(options or {})}, environ, files)
    return str(caught.value)


def kind_and_values(provider):
    """Return what a provider is, and every value that it signs in with."""
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
    """Check that a kind of credentials was chosen, with the values of one source."""
    chosen, values = kind_and_values(found.provider)
    assert (chosen, found.source) == (kind, CALLED[source])
    assert origins(values) == ({source} if values else set())


def each(sources, kinds_of):
    """Return every provider to put one kind of credentials, or none, into each of some sources."""
    choices = [[None, *kinds_of[source]] for source in sources]
    for combination in itertools.product(*choices):
        yield {source: kind for source, kind in zip(sources, combination) if kind}


def fill(kinds):
    """Return sources that hold a kind of credentials each."""
    return {source: marked(source, *KINDS[kind]) for source, kind in kinds.items()}


# Which source: all combinations


@pytest.mark.parametrize("in_options", [None, *KINDS])
@pytest.mark.parametrize("in_hw", [None, *KINDS])
def test_the_first_source_that_holds_credentials_is_used_and_nothing_of_the_others(in_options, in_hw):
    """3,375 combinations in all."""
    first = {source: kind for source, kind in ((OPTIONS, in_options), (HW, in_hw)) if kind}
    for rest in each((SDK, OS, INI, KOOCLI), HOLDS):
        kinds = {**first, **rest}
        winner = next((source for source in ORDER if source in kinds), MACHINE)
        assert_is(among(fill(kinds)), winner, kinds.get(winner, "metadata"))


@pytest.mark.parametrize("method", ["token", "aksk", "password"])
@pytest.mark.parametrize("in_options", [None, *KINDS])
def test_a_method_that_is_asked_for_is_taken_from_the_first_that_holds_it(method, in_options):
    """Of options and environment: the files and the machine have methods of their own."""
    wanted = {"aksk": ("aksk", "temporary aksk")}.get(method, (method,))
    for rest in each((HW, SDK, OS, INI), HOLDS):
        kinds = {**({OPTIONS: in_options} if in_options else {}), **rest}
        winner = next((source for source in GIVEN if kinds.get(source) in wanted), None)
        if winner:
            assert_is(among(fill(kinds), auth_method=method), winner, kinds[winner])
        else:
            with pytest.raises(InputError, match=f"auth_method is {method}, but neither the options nor the environment hold"):
                among(fill(kinds), auth_method=method)


@pytest.mark.parametrize("method, source, kinds", [("sdk_file", INI, HOLDS[INI]), ("hcloud", KOOCLI, HOLDS[KOOCLI])])
def test_a_file_that_is_asked_for_is_used_whatever_else_there_is(method, source, kinds):
    for kind in kinds:
        for rest in each((OPTIONS, *FAMILIES), HOLDS):
            assert_is(among(fill({**rest, INI: kind, KOOCLI: kind}), auth_method=method), source, kind)


def test_the_machine_is_asked_when_that_is_asked_for_whatever_else_there_is():
    for kinds in each((OPTIONS, *FAMILIES, INI), HOLDS):
        assert_is(among(fill(kinds), auth_method="metadata"), MACHINE, "metadata")


@pytest.mark.parametrize("source", [HW, OS])
@pytest.mark.parametrize("kinds", [kinds for size in (2, 3) for kinds in itertools.combinations(STRONGEST, size)], ids=" ".join)
def test_of_several_kinds_in_one_family_a_token_comes_before_keys_and_keys_before_a_user(source, kinds):
    """As Terraform has it."""
    values = {name: value for kind in kinds for name, value in marked(source, *KINDS[kind]).items()}
    assert_is(among({source: values, INI: marked(INI, *KINDS["aksk"])}), source, kinds[0])


@pytest.mark.parametrize(
    "kinds", [kinds for size in (2, 3) for kinds in itertools.combinations(("token", "aksk", "password"), size)], ids=" ".join
)
def test_several_kinds_in_the_options_are_a_contradiction_until_one_is_chosen(kinds):
    values = {name: value for kind in kinds for name, value in marked(OPTIONS, *KINDS[kind]).items()}
    message = refusal(values)
    assert message.startswith("the options say several times how to sign in (")
    assert message.endswith("): keep one, or choose with auth_method")
    named = message.partition("(")[2].partition(")")[0].split(", ")
    assert named == sorted(set(values) - {"domain_name"})
    for kind in kinds:
        assert_is(among({OPTIONS: values}, auth_method=kind), OPTIONS, kind)


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
def test_every_name_reaches_its_option(source, option, name):
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
def test_of_two_names_for_one_value_the_first_that_is_not_empty_counts(option, first, second, empty):
    kind = "token" if option == "auth_token" else "password"
    environ = surroundings({OS: marked(OS, *KINDS[kind])})[1]
    for given_first, expected in (("first-0123456789", "first-0123456789"), (empty, "second-0123456789")):
        environ.update({first: given_first, second: "second-0123456789"})
        found = search({}, environ) if option != "auth_token" else search(REGION, environ)
        held = {**found.location, "auth_token": getattr(found.provider, "token", None)}
        assert held[option] == expected


@pytest.mark.parametrize("source", NAMES)
def test_blanks_around_a_value_do_not_count(source):
    held = {name: f" {value}\t" for name, value in marked(source, *KINDS["temporary aksk"]).items()}
    assert_is(among({source: held}), source, "temporary aksk")
    assert all(value == value.strip() for value in kind_and_values(among({source: held}).provider)[1])


@pytest.mark.parametrize("empty", ["", " ", "\t", None])
@pytest.mark.parametrize("source", [OPTIONS, *FAMILIES])
def test_empty_is_unset(source, empty):
    """AWX surveys send empty texts."""
    names = NAMES.get(source, {**NAMES[HW], **NAMES[SDK]})
    nothing = {source: dict.fromkeys(names, empty)}
    params, environ, files = surroundings({**nothing, INI: marked(INI, *KINDS["aksk"])})
    assert_is(search({**params, **REGION}, environ, files), INI, "aksk")


@pytest.mark.parametrize("empty", ["", None, 0])
def test_what_is_empty_in_a_file_of_koocli_is_unset(empty):
    held = dict.fromkeys(NAMES[KOOCLI], empty)
    assert_is(among({KOOCLI: held}), MACHINE, "metadata")


# Halves and mixtures

HALVES = [
    # source, what it holds, what is said
    *[
        (source, held, f"{missing} is missing in {{}}: access key and secret key must come from the same place")
        for source in (OPTIONS, *NAMES)
        for held, missing in (
            (["access_key"], "secret_key"),
            (["secret_key"], "access_key"),
            (["access_key", "security_token"], "secret_key"),
        )
    ],
    *[
        (source, ["security_token"], "security_token in {} needs access_key and secret_key beside it")
        for source in (OPTIONS, *NAMES)
    ],
    *[
        (source, held, f"{missing} is missing in {{}}: user name and password must come from the same place")
        for source in (OPTIONS, HW, OS)
        for held, missing in (
            (["username"], "password"),
            (["password"], "username"),
            (["password", "access_key", "secret_key"], "username"),
            (["password", "auth_token"], "username"),
        )
    ],
    *[(source, ["auth_token", "access_key"], "secret_key is missing in {}") for source in (OPTIONS, HW, OS)],
    *[(source, ["auth_token", "security_token"], "security_token in {} needs") for source in (OPTIONS, HW, OS)],
]


@pytest.mark.parametrize(
    "source, held, said, other",
    [(*half, other) for half in HALVES for other in (None, *ORDER[:-1]) if other != half[0]],
)
def test_half_of_something_is_told_and_never_completed_from_elsewhere(source, held, said, other):
    sources = {source: marked(source, *held)}
    if other:
        sources[other] = marked(other, *KINDS["temporary aksk"])
    if other and ORDER.index(other) < ORDER.index(source):
        assert_is(among(sources), other, "temporary aksk")  # its turn never comes
        return
    with pytest.raises(InputError) as caught:
        among(sources)
    assert str(caught.value).startswith(said.format(CALLED[source]))
    assert "0123456789" not in str(caught.value)


@pytest.mark.parametrize("keys, secret", list(itertools.permutations((OPTIONS, *NAMES), 2)))
def test_a_key_of_one_source_and_a_secret_of_another_are_refused(keys, secret):
    with pytest.raises(InputError) as caught:
        among({keys: marked(keys, "access_key"), secret: marked(secret, "secret_key")})
    first = min(keys, secret, key=ORDER.index)
    missing = "secret_key" if first == keys else "access_key"
    assert str(caught.value).startswith(f"{missing} is missing in {CALLED[first]}: ")
    assert "0123456789" not in str(caught.value)


@pytest.mark.parametrize("user, password", list(itertools.permutations((OPTIONS, HW, OS), 2)))
def test_a_user_of_one_source_and_a_password_of_another_are_refused(user, password):
    with pytest.raises(InputError) as caught:
        among({user: marked(user, "username", "domain_name"), password: marked(password, "password")})
    first = min(user, password, key=ORDER.index)
    missing = "password" if first == user else "username"
    assert str(caught.value).startswith(f"{missing} is missing in {first}: ")


@pytest.mark.parametrize("source", [OPTIONS, HW, OS])
@pytest.mark.parametrize("kind", ["token", "aksk", "temporary aksk"])
def test_a_user_name_by_itself_may_stand_beside_something_whole(source, kind):
    """Other tools read it; options that say it are no contradiction, either."""
    assert_is(among({source: marked(source, "username", *KINDS[kind])}), source, kind)


@pytest.mark.parametrize(
    "method, half",
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
def test_half_of_another_kind_than_is_asked_for_does_not_matter(method, half):
    held = {OPTIONS: marked(OPTIONS, *half), HW: marked(HW, *half), INI: marked(INI, *KINDS["aksk"])}
    if method in ("sdk_file", "metadata"):
        assert_is(among(held, auth_method=method), *((INI, "aksk") if method == "sdk_file" else (MACHINE, "metadata")))
        return
    held[OS] = marked(OS, *KINDS[method])
    assert_is(among(held, auth_method=method), OS, method)


def test_nothing_at_all():
    said = "no credentials: set access_key and secret_key (or HW_ACCESS_KEY and HW_SECRET_KEY in the environment), or sign in"
    with pytest.raises(InputError) as caught:
        search()
    assert str(caught.value).startswith(said)
    assert str(caught.value).endswith("nothing was found in the options, the environment and the profile files")


@pytest.mark.parametrize("place", ["region", "endpoint", "project_name"])
def test_the_machine_is_the_last_thing_to_try_where_the_place_is_known(place):
    """It would be asked in vain on every laptop."""
    found = search({place: "cn-north-4"})
    assert_is(found, MACHINE, "metadata")
    assert (found.provider.url, found.provider.timeout) == ("http://169.254.169.254", 1.0)
    assert found.provider.missing.startswith("no credentials: set access_key and secret_key")
    with pytest.raises(InputError, match="no credentials"):
        search({"project_id": "p1", "cloud": "cloud.test"})


def test_the_machine_that_is_asked_for_gets_more_time():
    found = search({"auth_method": "metadata", "metadata_url": "http://metadata.test/"})
    assert found.provider == Metadata("http://metadata.test", 5.0, "cannot sign in:")


# Files


def test_the_files_are_read_only_when_their_turn_has_come():
    asked = []

    def read_file(path):
        asked.append(path)

    for kinds in each(GIVEN, dict.fromkeys(GIVEN, ("temporary aksk",))):
        params, environ, _files = surroundings(fill(kinds))
        ProviderChain({**REGION, **params}, environ, read_file).run()
        assert asked == ([] if kinds else [INI_PATH, KOOCLI_PATH])
        asked.clear()


#: How a file is named -> source that it is.
NAMED = [
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


@pytest.mark.parametrize("options, environ, source", NAMED)
def test_a_file_that_is_named_is_the_one_that_is_read(options, environ, source):
    write = ini if source == INI else koocli
    files = {
        "/some/file": write(marked(source, *KINDS["aksk"])),
        (INI_PATH if source == INI else KOOCLI_PATH): write(marked(OPTIONS, *KINDS["aksk"])),
    }
    found = search({**REGION, **options}, environ, files)
    assert found.source == ("/some/file" if source == INI else "the profile work of /some/file")
    assert kind_and_values(found.provider) == ("aksk", list(marked(source, *KINDS["aksk"]).values()))


@pytest.mark.parametrize("options, environ, source", NAMED)
def test_a_file_that_is_named_must_be_there(options, environ, source):
    assert refusal(options, environ) == "there is no file /some/file to sign in with"


@pytest.mark.parametrize(
    "options, environ, path",
    [
        ({"auth_method": "sdk_file"}, {}, INI_PATH),
        ({"auth_method": "hcloud"}, {}, KOOCLI_PATH),
        ({"profile": "work"}, {}, KOOCLI_PATH),
        ({}, {"HW_PROFILE": "work"}, KOOCLI_PATH),
    ],
)
def test_the_usual_file_must_be_there_when_it_is_needed(options, environ, path):
    assert refusal(options, environ) == f"there is no file {path} to sign in with"


@pytest.mark.parametrize("options, environ, source", NAMED)
def test_a_file_that_is_named_must_hold_keys(options, environ, source):
    if source == INI:
        said = "/some/file holds no ak and sk in a section [basic]"
        empty = ["", "[basic]\nproject_id = p1\n", ini(marked(INI, *KINDS["aksk"]), section="global")]
    else:
        said = "the profile work of /some/file holds no access key: only profiles with keys can be used"
        empty = [koocli({}), koocli(marked(KOOCLI, "region", *AGENCY))]
    for text in empty:
        assert refusal(options, environ, {"/some/file": text}) == said


@pytest.mark.parametrize(
    "files",
    [{INI_PATH: "[global]\nak = a\n"}, {KOOCLI_PATH: koocli({"region": "eu-de"})}, {INI_PATH: "", KOOCLI_PATH: koocli({})}],
)
def test_a_usual_file_without_keys_is_passed_over(files):
    assert_is(search(REGION, {}, files), MACHINE, "metadata")


@pytest.mark.parametrize(
    "options", [{"credentials_file": "/some/file"}, {"shared_config_file": "/some/file"}, {"profile": "work"}]
)
def test_naming_a_file_in_the_options_beats_the_environment(options):
    """The same as its auth_method; in the environment it would be one provider among others."""
    write = ini if "credentials_file" in options else koocli
    environ = surroundings(fill({HW: "token", SDK: "aksk", OS: "password"}))[1]
    files = {path: write(marked(INI, *KINDS["aksk"])) for path in ("/some/file", KOOCLI_PATH)}
    found = search({**REGION, **options}, environ, files)
    assert found.source not in FAMILIES and origins(kind_and_values(found.provider)[1]) == {INI}


@pytest.mark.parametrize("variable", ["HW_SHARED_CONFIG_FILE", "HW_PROFILE", "HUAWEICLOUD_SDK_CREDENTIALS_FILE"])
@pytest.mark.parametrize("source", GIVEN)
def test_naming_a_file_in_the_environment_does_not_beat_what_comes_before_it(variable, source):
    params, environ, _files = surroundings(fill({source: "aksk"}))
    assert_is(search({**REGION, **params}, {**environ, variable: "/nowhere"}), source, "aksk")


@pytest.mark.parametrize(
    "options, named",
    [
        ({"profile": "work", "credentials_file": "/f"}, "credentials_file, profile"),
        ({"shared_config_file": "/f", "credentials_file": "/f"}, "credentials_file, shared_config_file"),
        ({"profile": "work", **PAIR}, "access_key, profile, secret_key"),
        ({"credentials_file": "/f", "username": "u"}, "credentials_file, username"),
    ],
)
def test_a_file_and_something_else_in_the_options_are_a_contradiction(options, named):
    assert f"several times how to sign in ({named})" in refusal(options)


def test_a_contradiction_is_solved_by_choosing():
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
def test_the_profile_that_is_named_or_else_the_current_one(options, environ, profile):
    found = search({**REGION, **options}, environ, {KOOCLI_PATH: PROFILES})
    assert found.source == f"the profile {profile} of {KOOCLI_PATH}"
    assert found.provider == AccessKey(f"{profile}-key-0123456789", f"{profile}-secret-0123456789")


def test_a_profile_that_is_not_there_lists_those_that_are():
    said = f"{KOOCLI_PATH} has no profile 'hmoe': it has home, work"
    assert refusal({"profile": "hmoe"}, {}, {KOOCLI_PATH: PROFILES}) == said
    assert refusal({}, {"HW_PROFILE": "hmoe"}, {KOOCLI_PATH: PROFILES}) == said


@pytest.mark.parametrize(
    "files, said",
    [
        ({INI_PATH: "ak = first-0123456789\n"}, f"{INI_PATH} is no INI file: look at line 1"),
        ({KOOCLI_PATH: "{'accessKeyId': 'first-0123456789'}"}, f"{KOOCLI_PATH} is no configuration file of KooCLI"),
    ],
)
def test_a_broken_file_is_told_and_not_passed_over(files, said):
    message = refusal({}, {}, files)
    assert message.startswith(said) and "first" not in message


@pytest.mark.parametrize("source", ORDER[:-1])
def test_only_a_profile_of_koocli_hints_at_its_encryption(source):
    found = among(fill({source: "aksk"}))
    assert ("hcloud configure set --cli-auth-encrypt=false" in found.hint) == (source == KOOCLI)
    assert found.hint == "" or found.hint.endswith(".")


# Secrets that cannot be

SECRETS_OF = [(source, option) for source in (OPTIONS, *NAMES) for option in SECRETS if option in NAMES.get(source, SECRETS)]


@pytest.mark.parametrize("source, option", SECRETS_OF)
@pytest.mark.parametrize("secret", ["x", "§§§§§", "12345"])
def test_a_short_secret_is_refused_without_being_quoted(source, option, secret):
    """This cloud has none, and masking it would make nonsense of every message."""
    kind = next(kind for kind in ("token", "password", "temporary aksk") if option in KINDS[kind])
    with pytest.raises(InputError) as caught:
        among({source: {**marked(source, *KINDS[kind]), option: secret}})
    assert str(caught.value) == f"{option} in {CALLED[source]} has fewer than 6 characters: it cannot be complete"


@pytest.mark.parametrize("source, option", [entry for entry in SECRETS_OF if entry[0] != INI])
@pytest.mark.parametrize(
    "secret", ["first\nsecond", "first\rsecond", "tab\there", "nul\x00-nul", "first second", "sn\u00f6-snow"], ids=repr
)
def test_a_secret_that_was_wrapped_or_cut_is_refused_without_being_quoted(source, option, secret):
    kind = next(kind for kind in ("token", "password", "temporary aksk") if option in KINDS[kind])
    held = {source: {**marked(source, *KINDS[kind]), option: secret}}
    if option == "password" and secret.isprintable():  # people choose passwords, and may choose such
        assert among(held).provider.password == secret
        return
    with pytest.raises(InputError) as caught:
        among(held)
    assert str(caught.value).startswith(f"{option} in {CALLED[source]} holds a character that no credential has")
    assert not any(part in str(caught.value) for part in ("first", "second", "tab", "nul", "sn\u00f6"))


def test_six_characters_are_enough():
    provider = search({**REGION, "access_key": "123456", "secret_key": "123456"}).provider
    assert provider == AccessKey("123456", "123456")


# Agencies


def agency_of(found):
    assert isinstance(found.provider, Agency)
    return found.provider.agency


@pytest.mark.parametrize(
    "source, in_source",
    [(source, here) for source in ORDER for here in (False, True) if not here or "agency_name" in NAMES.get(source, {})],
)
@pytest.mark.parametrize("in_options", [False, True])
def test_an_agency_of_the_options_stands_behind_any_credentials_and_else_that_of_their_source(source, in_source, in_options):
    held = {source: marked(source, *KINDS["aksk"])} if source != MACHINE else {}
    if in_source:
        held[source].update(marked(source, *AGENCY))
    if in_options:
        held[OPTIONS] = {**held.get(OPTIONS, {}), **marked(OPTIONS, *AGENCY)}
    for other in (HW, KOOCLI):  # somebody else's
        held.setdefault(other, marked(other, *AGENCY))
    found = among(held)
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
def test_an_agency_stands_behind_every_kind(source, kind):
    found = among({source: marked(source, *AGENCY, *KINDS[kind])})
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
    """dli-api.md 5.1; the id does not change."""
    found = search({**REGION, **PAIR, "agency_name": "a", **account})
    assert agency_of(found) == {"agency_name": "a", **sent}


@pytest.mark.parametrize(
    "options, environ, said",
    [
        ({"agency_name": "a"}, {}, "agency_domain_name is missing: the account that the agency a belongs to"),
        ({"agency_domain_name": "d"}, {}, "agency_name is missing: the account of an agency is given, but not the agency"),
        ({"agency_domain_id": "d"}, {}, "agency_name is missing: "),
        # never completed from elsewhere
        ({"agency_name": "a"}, {"HW_ASSUME_ROLE_DOMAIN_NAME": "d"}, "agency_domain_name is missing: "),
        ({"agency_domain_name": "d"}, {"HW_ASSUME_ROLE_AGENCY_NAME": "a"}, "agency_name is missing: "),
    ],
)
def test_half_an_agency(options, environ, said):
    keys = surroundings({HW: marked(HW, *KINDS["aksk"])})[1]
    assert refusal(options, {**keys, **environ}).startswith(said)


def test_half_an_agency_of_the_environment():
    keys = surroundings({HW: marked(HW, *KINDS["aksk"])})[1]
    assert refusal({}, {**keys, "HW_ASSUME_ROLE_AGENCY_NAME": "a"}).startswith("agency_domain_name is missing: ")
    assert refusal({}, {**keys, "HW_ASSUME_ROLE_DOMAIN_ID": "d"}).startswith("agency_name is missing: ")


# The place

A_PLACE = ("project_id", "project_name", "region", "cloud", "endpoint", "auth_url", "domain_name")


def place_of(source):
    names = A_PLACE if source == OPTIONS else [name for name in A_PLACE if name in NAMES[source]]
    return marked(source, *names)


@pytest.mark.parametrize("source", FAMILIES)
def test_a_family_is_used_alone_or_with_the_options(source):
    """None of the other families completes it."""
    others = {other: {**place_of(other), **marked(other, *KINDS["aksk"])} for other in FAMILIES[FAMILIES.index(source) + 1 :]}
    before = {other: place_of(other) for other in FAMILIES[: FAMILIES.index(source)]}
    found = search(*surroundings({**before, **others, source: {**place_of(source), **marked(source, *KINDS["aksk"])}}))
    assert found.location == place_of(source) and found.source == source


@pytest.mark.parametrize("credentials", [OPTIONS, INI, KOOCLI, MACHINE])
@pytest.mark.parametrize("families", [held for size in range(4) for held in itertools.combinations(FAMILIES, size)], ids="+".join)
def test_the_first_family_with_any_place_completes_the_rest(credentials, families):
    held = {family: place_of(family) for family in families}
    if credentials == MACHINE:
        options = {"auth_method": "metadata"}
    else:
        options, held[credentials] = {}, marked(credentials, *KINDS["aksk"])
    params, environ, files = surroundings(held)
    found = search({**params, **options}, environ, files)
    assert found.source == CALLED[credentials]
    assert found.location == (place_of(families[0]) if families else {})


@pytest.mark.parametrize("family, name", [(family, name) for family in FAMILIES for name in A_PLACE if name in NAMES[family]])
def test_one_value_is_enough_to_be_the_first_family_with_a_place(family, name):
    later = {other: place_of(other) for other in FAMILIES[FAMILIES.index(family) + 1 :]}
    found = search(*surroundings({**later, OPTIONS: PAIR, family: marked(family, name)}))
    assert found.location == marked(family, name)


@pytest.mark.parametrize("source", [INI, KOOCLI])
def test_what_a_file_says_of_the_place_beats_the_environment(source):
    held = {**marked(source, *KINDS["aksk"]), **place_of(source)}
    del held[next(name for name in ("region", "auth_url") if name in held)]  # whose other region is another matter
    family = {HW: marked(HW, "project_id", "auth_url", "cloud")}
    found = search(*surroundings({source: held, **family}))
    mine = {name: value for name, value in held.items() if name in A_PLACE}
    assert found.location == {**family[HW], **mine}


@pytest.mark.parametrize("source", ORDER)
@pytest.mark.parametrize("name", [name for name in A_PLACE if name not in ("region", "cloud", "project_name")])
def test_an_option_beats_what_the_source_says(source, name):
    held = {} if source == MACHINE else {source: {**marked(source, *KINDS["aksk"])}}
    names = [one for one in A_PLACE if one in NAMES.get(source, NAMES[HW])]
    where = source if source in NAMES else HW
    held[where] = {**held.get(where, {}), **marked(where, *names)}
    held[OPTIONS] = {**held.get(OPTIONS, {}), **marked(OPTIONS, name)}
    params, environ, files = surroundings(held)
    found = search({**params, **({"auth_method": "metadata"} if source == MACHINE else {})}, environ, files)
    assert found.location == {**marked(where, *names), **marked(OPTIONS, name)}


@pytest.mark.parametrize("credentials", [HW, OPTIONS])
@pytest.mark.parametrize("elsewhere", [["region"], ["cloud"], ["region", "cloud"]], ids="+".join)
def test_projects_and_addresses_of_another_region_or_cloud_do_not_count(credentials, elsewhere):
    held = {HW: place_of(HW), OPTIONS: marked(OPTIONS, *elsewhere)}
    held[credentials].update(marked(credentials, *KINDS["aksk"]))
    stays = [name for name in ("region", "cloud", "domain_name") if name not in elsewhere]
    assert search(*surroundings(held)).location == {**marked(HW, *stays), **marked(OPTIONS, *elsewhere)}


@pytest.mark.parametrize("name", ["project_id", "project_name", "endpoint", "auth_url"])
def test_what_the_options_say_of_another_region_counts(name):
    held = {HW: {**place_of(HW), **marked(HW, *KINDS["aksk"])}, OPTIONS: marked(OPTIONS, "region", name)}
    assert search(*surroundings(held)).location == {**marked(HW, "cloud", "domain_name"), **marked(OPTIONS, "region", name)}


def test_an_option_that_names_the_same_region_and_cloud_hides_nothing():
    held = {HW: {**place_of(HW), **marked(HW, *KINDS["aksk"])}, OPTIONS: marked(HW, "region", "cloud")}
    assert search(*surroundings(held)).location == place_of(HW)


def test_an_option_for_a_region_that_the_source_does_not_know_hides_nothing():
    held = {SDK: {**place_of(SDK), **marked(SDK, *KINDS["aksk"])}, OPTIONS: marked(OPTIONS, "region")}
    assert search(*surroundings(held)).location == {**place_of(SDK), **marked(OPTIONS, "region")}


def test_a_project_name_of_the_options_beats_the_id_of_another_project():
    held = {HW: {**place_of(HW), **marked(HW, *KINDS["aksk"])}, OPTIONS: marked(OPTIONS, "project_name")}
    place = search(*surroundings(held)).location
    assert "project_id" not in place and place["project_name"] == marked(OPTIONS, "project_name")["project_name"]


def test_the_account_of_a_user_is_needed():
    for source in (OPTIONS, HW, OS):
        with pytest.raises(InputError, match="^domain_name is missing: set it, HW_DOMAIN_NAME or OS_USER"):
            among({source: marked(source, "username", "password")})


def test_the_account_of_a_user_in_the_options_may_stand_in_the_environment():
    found = among({OPTIONS: marked(OPTIONS, "username", "password"), OS: marked(OS, "domain_name")})
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
        # credentials from elsewhere, and the SDK's family completes them
        ({"region": "cn-north-4", **PAIR}, {"HUAWEICLOUD_SDK_PROJECT_ID": "p", **ADDRESS}, "https://dli.test"),
        # credentials or place of another family: a family is used as a whole
        ({"region": "cn-north-4", **PAIR}, {"HW_PROJECT_ID": "p", **ADDRESS}, None),
        # the variable by itself is something that its family says of the place, and that family comes before OS_*
        ({"region": "cn-north-4", "auth_token": "t0123456789"}, {"OS_PROJECT_ID": "p", **ADDRESS}, "https://dli.test"),
        ({"region": "cn-north-4", **PAIR}, ADDRESS, "https://dli.test"),
        ({"region": "cn-north-4"}, {"HW_AUTH_TOKEN": "t0123456789", **SDK_KEYS, **ADDRESS}, None),
    ],
)
def test_the_sdks_variable_for_the_address_in_one_region(options, environ, endpoint):
    """dli-api.md 5.5."""
    assert search(options, environ).location.get("endpoint") == endpoint


# Any environment whatever


def some(names, source):
    """Return a strategy for some of the values of a source; now and then one is broken, but never its mark."""
    whole = marked(source, *names)
    broken = st.sampled_from(["{}", "{}", "{}", "{}", "{} {}", "{}\n{}", "", " "])
    return st.fixed_dictionaries(
        {}, optional={name: broken.map(lambda shape, value=value: shape.format(value, value)) for name, value in whole.items()}
    )


def anything(source):
    """Return a strategy for what a source holds: mostly something whole, with something of the rest beside it."""
    rest = some(NAMES.get(source, {**NAMES[HW], **NAMES[SDK]}), source)
    beside = some([name for name in A_PLACE if name in NAMES.get(source, A_PLACE)], source)
    whole = st.sampled_from(HOLDS[source]).map(lambda kind: marked(source, *KINDS[kind]))
    agency = st.sampled_from([{}, {}, marked(source, *AGENCY)]) if "agency_name" in NAMES.get(source, AGENCY) else st.just({})
    full = st.tuples(whole, beside, agency).map(lambda parts: {**parts[1], **parts[0], **parts[2]})
    return st.one_of(st.just({}), st.just({}), beside, full, full, rest)


WORLDS = st.fixed_dictionaries({source: anything(source) for source in ORDER[:-1]})
METHODS = st.sampled_from(["auto"] * 6 + ["token", "aksk", "password", "sdk_file", "hcloud", "metadata"])


@settings(max_examples=1500, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(WORLDS, METHODS)
def test_whatever_there_is_all_that_signs_in_comes_from_one_source_and_no_message_shows_a_secret(held, method):
    secrets = [value for values in held.values() for name, value in values.items() if name in SECRETS and value.strip()]
    params, environ, files = surroundings(held)
    for name, path in (("credentials_file", INI_PATH), ("shared_config_file", KOOCLI_PATH)):
        for source in GIVEN:  # where they are named, the files are there
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
