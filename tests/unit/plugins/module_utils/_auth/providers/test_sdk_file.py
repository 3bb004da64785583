# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The credentials file of the official SDKs (dli-api.md 5.5): text in, values out. Messages contain no value."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.huaweicloud.cloud.plugins.module_utils._auth.providers import sdk_file
from ansible_collections.huaweicloud.cloud.plugins.module_utils._errors import InputError

PATH = "/home/me/.huaweicloud/credentials"
KEYS = {"access_key": "key", "secret_key": "secret"}


@pytest.mark.parametrize(
    "text, values",
    [
        ("", {}),
        ("# nothing\n", {}),
        ("[basic]\n", {}),
        ("[basic]\nak = key\nsk = secret\n", KEYS),
        ("[basic]\nak=key\nsk=secret", KEYS),
        ("[basic]\nAK: key\nSK:secret\n", KEYS),
        ("[basic]\n ak = key\n\n# more\n; and more\nsk =\tsecret \r\n", KEYS),
        ("[basic]\r\nak = key\r\nsk = secret\r\n", KEYS),
        # other sections
        ("[global]\nak = key\nsk = secret\ndomain_id = d\n", {}),
        ("[global]\nak = no\nsk = no\n[basic]\nak = key\nsk = secret\n[more]\nak = no\n", KEYS),
        # repeated keys: the last one is used, as in the parsers of the SDKs
        ("[basic]\nak = no\nak = key\nsk = secret\n", KEYS),
        ("[basic]\nak = key\n[basic]\nsk = secret\n", KEYS),
        # characters with a special meaning in other configuration files
        ("[basic]\nak = %(sk)s\nsk = a%b${c}#d;e=f\n", {"access_key": "%(sk)s", "secret_key": "a%b${c}#d;e=f"}),
        (
            "[basic]\nak=key\nsk=secret\nsecurity_token=st\nproject_id=p1\niam_endpoint=https://iam.test\ndomain_id=d\nidp_id=i\n",
            {**KEYS, "security_token": "st", "project_id": "p1", "auth_url": "https://iam.test"},
        ),
    ],
)
def test_values(text, values):
    assert sdk_file.parse(text, PATH) == values


@pytest.mark.parametrize(
    "text, remedy",
    [
        ("ak = hidden\n", " Check line 1."),
        ("\n\nhidden\n", " Check line 3."),
        ('{"ak": "hidden"}', " Check line 1."),
        ("[basic\nak = hidden\n", " Check line 1."),
        ("[basic]\nhidden\n", ""),
    ],
)
def test_an_invalid_file_is_an_error_and_is_not_quoted(text, remedy):
    """Python does not report the line of every error."""
    with pytest.raises(InputError) as caught:
        sdk_file.parse(text, PATH)
    assert str(caught.value) == f"Invalid credentials file {PATH}: it is not an INI file.{remedy}"


LINES = st.sampled_from(
    ["[basic]", "[basic", "ak = hidden", "ak", "= hidden", " hidden", "sk: hidden", "[]", "[DEFAULT]", "", "\t", "%"]
)


@given(st.one_of(st.text(), st.lists(LINES).map("\n".join)))
def test_any_text_results_in_values_or_a_message(text):
    try:
        values = sdk_file.parse(text, PATH)
    except InputError as error:
        assert str(error).startswith(f"Invalid credentials file {PATH}: it is not an INI file.")
        assert "hidden" not in str(error) and len(str(error)) < 120
    else:
        assert set(values) <= {"access_key", "secret_key", "security_token", "project_id", "auth_url"}
        assert all(isinstance(value, str) for value in values.values())


def test_empty_values_are_unset():
    text = "[basic]\nak = a\nsk = b\nsecurity_token =\nproject_id =\niam_endpoint = \n"
    assert sdk_file.parse(text, PATH) == {"access_key": "a", "secret_key": "b"}
