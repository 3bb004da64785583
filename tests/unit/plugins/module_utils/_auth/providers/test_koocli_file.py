# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The configuration file of KooCLI (dli-api.md 5.5): text in, values out. Messages contain no key."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.huaweicloud.cloud.plugins.module_utils._auth.providers import koocli_file
from ansible_collections.huaweicloud.cloud.plugins.module_utils._errors import InputError

PATH = "/home/me/.hcloud/config.json"
WORK = {"name": "work", "mode": "AKSK", "accessKeyId": "work-key", "secretAccessKey": "work-secret", "region": "cn-north-4"}
HOME = {"name": "home", "mode": "AKSK", "accessKeyId": "home-key", "secretAccessKey": "home-secret", "securityToken": ""}
WORK_VALUES = {"access_key": "work-key", "secret_key": "work-secret", "region": "cn-north-4"}
HOME_VALUES = {"access_key": "home-key", "secret_key": "home-secret"}


def values(content, profile=None):
    return koocli_file.parse(content if isinstance(content, str) else json.dumps(content), PATH, profile)


@pytest.mark.parametrize(
    "content, profile, found",
    [
        ({"current": "work", "profiles": [WORK, HOME]}, None, ("work", WORK_VALUES)),
        ({"current": "home", "profiles": [WORK, HOME]}, None, ("home", HOME_VALUES)),
        ({"current": "home", "profiles": [WORK, HOME]}, "work", ("work", WORK_VALUES)),
        # no current profile: the first
        ({"profiles": [HOME, WORK]}, None, ("home", HOME_VALUES)),
        ({"current": "", "profiles": [WORK, HOME]}, None, ("work", WORK_VALUES)),
        ({"current": None, "profiles": [WORK, HOME]}, None, ("work", WORK_VALUES)),
        # further members of KooCLI
        (
            {"language": "en", "profiles": [{**WORK, "retryCount": 0, "skipSecureVerify": "false"}]},
            None,
            ("work", WORK_VALUES),
        ),
        ({"profiles": [{"name": "sso", "ssoAuthTokens": {"x": 1}, "region": "eu-de"}]}, None, ("sso", {"region": "eu-de"})),
        # all members that are read
        (
            {
                "profiles": [
                    {
                        **WORK,
                        "securityToken": "st",
                        "projectId": "p1",
                        "agencyName": "a",
                        "agencyDomainName": "d",
                        "agencyDomainId": "i",
                        "domainId": "other",
                        "xAuthToken": "other",
                    }
                ]
            },
            None,
            (
                "work",
                {
                    **WORK_VALUES,
                    "security_token": "st",
                    "project_id": "p1",
                    "agency_name": "a",
                    "agency_domain_name": "d",
                    "agency_domain_id": "i",
                },
            ),
        ),
        ({"profiles": [{**HOME, "accessKeyId": " home-key\n"}]}, None, ("home", HOME_VALUES)),
    ],
)
def test_values(content, profile, found):
    assert values(content, profile) == found


@pytest.mark.parametrize(
    "content, profile, message",
    [
        ({"current": "work", "profiles": [WORK, HOME]}, "hmoe", "has no profile 'hmoe'. Available profiles: home, work."),
        ({"current": "gone", "profiles": [WORK, HOME]}, None, "has no profile 'gone'. Available profiles: home, work."),
        ({"current": "gone", "profiles": []}, None, "has no profile 'gone'. Available profiles: none."),
        ({"profiles": []}, "work", "has no profile 'work'. Available profiles: none."),
        ({"profiles": []}, None, "has no profile ''. Available profiles: none."),
    ],
)
def test_the_message_for_an_unknown_profile_lists_the_available_profiles(content, profile, message):
    with pytest.raises(InputError) as caught:
        values(content, profile)
    assert str(caught.value) == f"Invalid profile: {PATH} {message}"


@pytest.mark.parametrize(
    "content",
    [
        "",
        "hidden",
        '{"profiles": [{"name": "work", "accessKeyId": "hidden"',
        "[basic]\nak = hidden\n",
        "[" * 100_000,
        "null",
        "7",
        [],
        [{"accessKeyId": "hidden"}],
        {},
        {"current": "hidden"},
        {"profiles": None},
        {"profiles": "hidden"},
        {"profiles": {"work": {"accessKeyId": "hidden"}}},
        {"profiles": ["hidden"]},
        {"profiles": [{"accessKeyId": "hidden"}]},
        {"profiles": [None]},
    ],
    ids=lambda content: str(content)[:40],
)
def test_an_invalid_file_is_an_error_and_is_not_quoted(content):
    with pytest.raises(InputError) as caught:
        values(content)
    assert str(caught.value) == f"Invalid KooCLI configuration file {PATH}: it contains no list of profiles."


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.sampled_from(["hidden", "", "work"])),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from(["profiles", "name", "current", "accessKeyId", "region"]), inner, max_size=4),
    ),
    max_leaves=12,
)


FILES = st.one_of(JSON, st.lists(JSON, max_size=3).map(lambda profiles: {"profiles": profiles}))


@given(FILES, st.sampled_from([None, "work"]))
def test_any_content_results_in_values_or_a_message(content, profile):
    try:
        name, found = values(content, profile)
    except InputError as error:
        assert str(error).startswith(
            (f"Invalid KooCLI configuration file {PATH}: ", f"Invalid profile: {PATH} has no profile ")
        )
    else:
        assert isinstance(name, str) and all(isinstance(value, str) and value for value in found.values())


def test_blank_values_are_unset():
    text = json.dumps({"profiles": [{"name": "w", "accessKeyId": "a", "securityToken": " ", "region": None}]})
    assert koocli_file.parse(text, "f", None) == ("w", {"access_key": "a"})
