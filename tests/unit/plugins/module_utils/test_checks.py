# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What counts as unset, and which numbers are numbers."""

from __future__ import annotations

import pytest

from ansible_collections.huaweicloud.cloud.plugins.module_utils._checks import not_negative, positive, text_or_none
from ansible_collections.huaweicloud.cloud.plugins.module_utils._errors import InputError


@pytest.mark.parametrize(
    "value, text",
    [(None, None), ("", None), (" \t\n", None), ("a", "a"), (" a b\n", "a b"), (0, "0"), (131, "131")],
)
def test_an_empty_text_is_unset(value, text):
    """AWX surveys send empty texts for what nobody filled in."""
    assert text_or_none(value) == text


@pytest.mark.parametrize("value", [0.001, 1, 60, 10**9 - 1])
def test_positive_and_not_negative_accept(value):
    assert positive("n", value) == not_negative("n", value) == value


def test_zero_is_not_negative():
    assert not_negative("n", 0) == 0


@pytest.mark.parametrize("value", [0, -0.5, -1, 10**9, float("inf"), float("-inf"), float("nan")])
def test_positive_refuses(value):
    with pytest.raises(InputError, match=r"^wait_timeout must be more than 0"):
        positive("wait_timeout", value)


@pytest.mark.parametrize("value", [-0.5, -1, 10**9, float("inf"), float("nan")])
def test_not_negative_refuses(value):
    with pytest.raises(InputError, match=r"^max_retries must be 0 or more"):
        not_negative("max_retries", value)


def test_the_error_is_its_sentence():
    with pytest.raises(InputError) as caught:
        positive("wait_timeout", -3)
    assert str(caught.value) == "wait_timeout must be more than 0 and less than 1000000000, not -3"
