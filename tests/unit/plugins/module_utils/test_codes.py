# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What to do about an error: by code first, else by HTTP status (dli-api.md 4)."""

from __future__ import annotations

import pytest

from ansible_collections.huaweicloud.cloud.plugins.module_utils import _codes


@pytest.mark.parametrize("code", sorted(_codes.REMEDIES))
def test_a_code_beats_the_status(code):
    assert _codes.remedy(code) == _codes.remedy(code, 500) == _codes.remedy(code, 404) == _codes.REMEDIES[code]


@pytest.mark.parametrize("code", sorted(code for code in _codes.REMEDIES if code.startswith("APIGW.")))
def test_the_short_spelling_of_some_sites_is_the_same_code(code):
    """dli-api.md 4.1: APIG.nnnn on some sites."""
    assert _codes.remedy(code.replace("APIGW.", "APIG."), 418) == _codes.REMEDIES[code]


@pytest.mark.parametrize("code", [None, "DLI.99999", ""])
@pytest.mark.parametrize(
    "status, part",
    [
        (200, "check endpoint and proxy"),
        (301, "redirects are not followed"),
        (308, "redirects are not followed"),
        (400, "check the options"),
        (401, "do not simply repeat it"),
        (403, "permission"),
        (404, "check region"),
        (407, "proxy"),
        (413, "fewer jobs"),
        (429, "throttling"),
        (500, "try again later"),
        (503, "try again later"),
        (599, "try again later"),
    ],
)
def test_a_status_helps_where_the_code_does_not(code, status, part):
    assert part in _codes.remedy(code, status)


@pytest.mark.parametrize("code, status", [(None, None), ("DLI.99999", None), (None, 418), (None, 204)])
def test_nothing_is_known(code, status):
    assert _codes.remedy(code, status) is None


@pytest.mark.parametrize("code", [_codes.RUN_UNKNOWN_JOB, _codes.RUN_NO_SAVEPOINT, _codes.SHOW_UNKNOWN_JOB, "DLI.13024"])
def test_what_check_mode_predicts_has_words_and_advice(code):
    """The service's own texts for these are Chinese only (dli-api.md 4.2)."""
    assert code in _codes.MEANINGS and code in _codes.REMEDIES


@pytest.mark.parametrize("code", ["APIGW.0301"])
def test_a_refused_sign_in_warns_of_the_lock(code):
    """dli-api.md 0.1-9: more than five failures in a row lock the key for five minutes."""
    assert "lock the key" in _codes.remedy(code) and "lock the key" in _codes.remedy(None, 401)


@pytest.mark.parametrize("text", [*_codes.MEANINGS.values(), *_codes.REMEDIES.values(), *_codes.STATUS_REMEDIES.values()])
def test_texts_fit_into_the_middle_of_a_sentence(text):
    assert text[0].islower() and text[-1] not in ".;" and text == " ".join(text.split())
