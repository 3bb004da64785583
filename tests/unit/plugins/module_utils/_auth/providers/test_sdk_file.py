# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The file of the official SDKs (dli-api.md 5.5): text in, values out, and never a value in a message."""

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
        # of another section
        ("[global]\nak = key\nsk = secret\ndomain_id = d\n", {}),
        ("[global]\nak = no\nsk = no\n[basic]\nak = key\nsk = secret\n[more]\nak = no\n", KEYS),
        # the same twice: the last counts, as in the SDKs' own parsers
        ("[basic]\nak = no\nak = key\nsk = secret\n", KEYS),
        ("[basic]\nak = key\n[basic]\nsk = secret\n", KEYS),
        # characters that configuration files make something of elsewhere
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
    "text, message",
    [
        ("ak = hidden\n", ": look at line 1"),
        ("\n\nhidden\n", ": look at line 3"),
        ('{"ak": "hidden"}', ": look at line 1"),
        ("[basic\nak = hidden\n", ": look at line 1"),
        ("[basic]\nhidden\n", ""),
    ],
)
def test_what_is_no_ini_file_is_told_without_being_quoted(text, message):
    """Which line it is, Python does not say of every slip."""
    with pytest.raises(InputError) as caught:
        sdk_file.parse(text, PATH)
    assert str(caught.value) == f"{PATH} is no INI file{message}"


LINES = st.sampled_from(
    ["[basic]", "[basic", "ak = hidden", "ak", "= hidden", " hidden", "sk: hidden", "[]", "[DEFAULT]", "", "\t", "%"]
)


@given(st.one_of(st.text(), st.lists(LINES).map("\n".join)))
def test_any_text_is_values_or_one_sentence(text):
    try:
        values = sdk_file.parse(text, PATH)
    except InputError as error:
        assert str(error).startswith(f"{PATH} is no INI file") and "hidden" not in str(error) and len(str(error)) < 100
    else:
        assert set(values) <= {"access_key", "secret_key", "security_token", "project_id", "auth_url"}
        assert all(isinstance(value, str) for value in values.values())


def test_what_is_empty_is_unset():
    text = "[basic]\nak = a\nsk = b\nsecurity_token =\nproject_id =\niam_endpoint = \n"
    assert sdk_file.parse(text, PATH) == {"access_key": "a", "secret_key": "b"}
