# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What to do about an error: by code first, else by HTTP status (dli-api.md 4)."""

from __future__ import annotations

import pytest

from ansible_collections.huaweicloud.cloud.plugins.module_utils._dli import error_codes


@pytest.mark.parametrize("code", sorted(error_codes.REMEDIES))
def test_a_code_beats_the_status(code):
    message = error_codes.REMEDIES[code].replace("{permission}", "dli:jobs:get")
    assert {error_codes.DLI.find(code, status, "dli:jobs:get") for status in (None, 500, 404)} == {message}


@pytest.mark.parametrize("code", sorted(code for code in error_codes.REMEDIES if code.startswith("APIGW.")))
def test_the_short_spelling_of_some_sites_is_the_same_code(code):
    """dli-api.md 4.1: APIG.nnnn on some sites."""
    assert error_codes.DLI.find(code) is not None
    assert error_codes.DLI.find(code.replace("APIGW.", "APIG."), 418) == error_codes.DLI.find(code)


@pytest.mark.parametrize("code", [None, "DLI.99999", ""])
@pytest.mark.parametrize(
    "status, part",
    [
        (200, "check endpoint and proxy"),
        (301, "redirects are not followed"),
        (308, "redirects are not followed"),
        (400, "check the options"),
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
    assert part in error_codes.DLI.find(code, status)


@pytest.mark.parametrize("code, status", [(None, None), ("DLI.99999", None), (None, 418), (None, 204)])
def test_nothing_is_known(code, status):
    assert error_codes.DLI.find(code, status) is None


@pytest.mark.parametrize("code", ["DLI.13007", "DLI.13017", "DLI.16001", "DLI.13024"])
def test_what_check_mode_predicts_has_words_and_advice(code):
    """The service's own texts for these are Chinese only (dli-api.md 4.2)."""
    assert code in error_codes.MEANINGS and code in error_codes.REMEDIES


@pytest.mark.parametrize("code, status", [("DLI.0003", None), ("APIGW.0302", 403), ("APIGW.0306", 403), (None, 403)])
def test_a_missing_permission_is_named_where_it_is_known(code, status):
    assert "the IAM permission dli:jobs:get" in error_codes.DLI.find(code, status, "dli:jobs:get")
    assert "the IAM permission that this call needs" in error_codes.DLI.find(code, status)


# A refused sign-in

PREFIX = "Incorrect IAM authentication information: "
SIGNATURE = f"{PREFIX}verify aksk signature fail"
CANONICAL = ", canonicalRequest:DELETE|/v2/x/||host:dli.test|x-sdk-date:20260102T030405Z||host;x-sdk-date|e3b0c442"

#: Every text on record (dli-api.md 4.4) -> what to do.
REFUSALS = [
    (SIGNATURE, "the secret key does not belong to the access key"),
    (SIGNATURE + CANONICAL, "the secret key does not belong to the access key"),
    (f"{PREFIX}ak XXX not exist", "this cloud does not know the access key"),
    (f"{PREFIX}Get secretKey failed,ak:XXX,err:ak not exist", "this cloud does not know the access key"),
    (f"{PREFIX}decrypt token fail", "the token is cut off, revoked, or of another cloud"),
    (f"{PREFIX}x-auth-token not found", "something on the way, such as a proxy, took the credentials out"),
    (f"{PREFIX}token expires, expires_at: 2026-01-01T00:00:00Z", "the token has expired or was revoked"),
    (f"{PREFIX}AK access failed to reach the limit,forbidden.", "the access key is locked, for five minutes"),
    # nothing on record
    ("Incorrect IAM authentication information", "check the access key and secret key, or the token"),
    ("", "check the access key and secret key, or the token"),
    ("身份认证失败", "check the access key and secret key, or the token"),
]


@pytest.mark.parametrize("text, message", REFUSALS)
@pytest.mark.parametrize("code", ["APIGW.0301", "APIG.0301", None, "APIGW.0305"])
@pytest.mark.parametrize("ahead", [0, 60, -60, 14 * 60, -14 * 60])
def test_a_refused_sign_in(text, message, code, ahead):
    assert error_codes.DLI.sign_in(code, text, ahead).startswith(message)


@pytest.mark.parametrize("text, message", REFUSALS)
def test_whoever_might_repeat_a_wrong_signature_is_warned_of_the_lock(text, message):
    """dli-api.md 0.1-9: more than five failures in a row lock the key for five minutes."""
    may_repeat = "secret key" in message
    advice = error_codes.DLI.sign_in("APIGW.0301", text, 0)
    assert ("do not simply repeat it: more than five failures in a row lock the key" in advice) == may_repeat
    assert "{" not in advice


@pytest.mark.parametrize("code", ["APIGW.0307", "APIG.0307", "DLI.0013", "DLI.0015"])
@pytest.mark.parametrize("text", ["The token must be updated.", "", SIGNATURE])
@pytest.mark.parametrize("ahead", [0, 23 * 60])
def test_codes_that_speak_of_tokens(code, text, ahead):
    """dli-api.md 4.3, 4.4."""
    assert error_codes.DLI.sign_in(code, text, ahead) == "the token has expired or was revoked: get a new one"


@pytest.mark.parametrize(
    "ahead, message",
    [
        (23 * 60, "23 minutes ahead of the service's"),
        (-23 * 60, "23 minutes behind the service's"),
        (15 * 60, "15 minutes ahead of the service's"),
        (-15 * 60, "15 minutes behind the service's"),
        (3 * 3600 + 29, "180 minutes ahead of the service's"),
    ],
)
@pytest.mark.parametrize("text", [SIGNATURE, SIGNATURE + CANONICAL, "Incorrect IAM authentication information", ""])
def test_a_clock_that_is_wrong_by_more_than_is_accepted(ahead, message, text):
    """dli-api.md 5.2: a quarter of an hour."""
    advice = error_codes.DLI.sign_in("APIGW.0301", text, ahead)
    assert advice == f"this machine's clock is {message}, and 15 are the most: set it right"


@pytest.mark.parametrize("text, message", [entry for entry in REFUSALS if "secret key" not in entry[1]])
@pytest.mark.parametrize("ahead", [23 * 60, -23 * 60])
def test_a_clock_does_not_explain_what_has_another_reason(text, message, ahead):
    assert error_codes.DLI.sign_in("APIGW.0301", text, ahead).startswith(message)


@pytest.mark.parametrize(
    "text",
    [
        *error_codes.MEANINGS.values(),
        *error_codes.REMEDIES.values(),
        *error_codes.STATUS_REMEDIES.values(),
        *(error_codes.DLI.sign_in(None, text, ahead) for text, _said in REFUSALS for ahead in (0, 23 * 60)),
    ],
)
def test_texts_fit_into_the_middle_of_a_sentence(text):
    assert text[0].islower() and text[-1] not in ".;" and text == " ".join(text.split())
