# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Remedies of errors, by code or else by HTTP status (dli-api.md 4)."""

from __future__ import annotations

import pytest

from ansible_collections.huaweicloud.cloud.plugins.module_utils._dli import remedies


@pytest.mark.parametrize("code", sorted(remedies.REMEDIES))
def test_code_has_precedence_over_status(code):
    message = remedies.REMEDIES[code].replace("{permission}", "dli:jobs:get")
    assert {remedies.DLI.find(code, status, "dli:jobs:get") for status in (None, 500, 404)} == {message}


@pytest.mark.parametrize("code", sorted(code for code in remedies.REMEDIES if code.startswith("APIGW.")))
def test_short_spelling_is_the_same_code(code):
    """dli-api.md 4.1: APIG.nnnn on some sites."""
    assert remedies.DLI.find(code) is not None
    assert remedies.DLI.find(code.replace("APIGW.", "APIG."), 418) == remedies.DLI.find(code)


@pytest.mark.parametrize("code", [None, "DLI.99999", ""])
@pytest.mark.parametrize(
    "status, part",
    [
        (200, "Check endpoint and proxy."),
        (301, "Redirects are not followed."),
        (308, "Redirects are not followed."),
        (400, "Check the options."),
        (403, "IAM permission"),
        (404, "Check region"),
        (407, "Check proxy."),
        (413, "Specify fewer jobs."),
        (429, "throttles requests"),
        (500, "Try again later."),
        (503, "Try again later."),
        (599, "Try again later."),
    ],
)
def test_status_gives_the_remedy_if_the_code_has_none(code, status, part):
    assert part in remedies.DLI.find(code, status)


@pytest.mark.parametrize("code, status", [(None, None), ("DLI.99999", None), (None, 418), (None, 204)])
def test_other_codes_and_statuses_have_no_remedy(code, status):
    assert remedies.DLI.find(code, status) is None


@pytest.mark.parametrize("code", ["DLI.13007", "DLI.13017", "DLI.16001", "DLI.13024"])
def test_predicted_codes_have_meaning_and_remedy(code):
    """The service's own texts for these are Chinese only (dli-api.md 4.2)."""
    assert code in remedies.MEANINGS and code in remedies.REMEDIES


@pytest.mark.parametrize("code, status", [("DLI.0003", None), ("APIGW.0302", 403), ("APIGW.0306", 403), (None, 403)])
def test_remedy_contains_the_missing_permission(code, status):
    assert "the IAM permission dli:jobs:get" in remedies.DLI.find(code, status, "dli:jobs:get")
    assert "the IAM permission that this call requires" in remedies.DLI.find(code, status)


# Rejected credentials

PREFIX = "Incorrect IAM authentication information: "
SIGNATURE = f"{PREFIX}verify aksk signature fail"
CANONICAL = ", canonicalRequest:DELETE|/v2/x/||host:dli.test|x-sdk-date:20260102T030405Z||host;x-sdk-date|e3b0c442"

#: Each documented text (dli-api.md 4.4) -> beginning of the remedy.
REJECTIONS = [
    (SIGNATURE, "The secret key does not match the access key"),
    (SIGNATURE + CANONICAL, "The secret key does not match the access key"),
    (f"{PREFIX}ak XXX not exist", "The access key does not exist in this cloud"),
    (f"{PREFIX}Get secretKey failed,ak:XXX,err:ak not exist", "The access key does not exist in this cloud"),
    (f"{PREFIX}decrypt token fail", "The token is truncated, revoked or from another cloud"),
    (f"{PREFIX}x-auth-token not found", "The request arrived without credentials. Check whether a proxy removes them."),
    (f"{PREFIX}token expires, expires_at: 2026-01-01T00:00:00Z", "The token has expired or was revoked"),
    (f"{PREFIX}AK access failed to reach the limit,forbidden.", "The access key is locked for five minutes"),
    # not documented
    ("Incorrect IAM authentication information", "Check the access key and secret key, or the token"),
    ("", "Check the access key and secret key, or the token"),
    ("身份认证失败", "Check the access key and secret key, or the token"),
]


@pytest.mark.parametrize("text, message", REJECTIONS)
@pytest.mark.parametrize("code", ["APIGW.0301", "APIG.0301", None, "APIGW.0305"])
@pytest.mark.parametrize("ahead", [0, 60, -60, 14 * 60, -14 * 60])
def test_rejected_credentials(text, message, code, ahead):
    assert remedies.DLI.for_rejected_credentials(code, text, ahead).startswith(message)


@pytest.mark.parametrize("text, message", REJECTIONS)
def test_wrong_signature_warns_of_the_lock(text, message):
    """dli-api.md 0.1-9: more than five consecutive failures lock the key for five minutes."""
    is_signature = "secret key" in message
    remedy = remedies.DLI.for_rejected_credentials("APIGW.0301", text, 0)
    warning = "Fix the cause before you try again. More than five consecutive failures lock the access key"
    assert (warning in remedy) == is_signature
    assert "{" not in remedy


@pytest.mark.parametrize("code", ["APIGW.0307", "APIG.0307", "DLI.0013", "DLI.0015"])
@pytest.mark.parametrize("text", ["The token must be updated.", "", SIGNATURE])
@pytest.mark.parametrize("ahead", [0, 23 * 60])
def test_token_codes(code, text, ahead):
    """dli-api.md 4.3, 4.4."""
    assert remedies.DLI.for_rejected_credentials(code, text, ahead) == "The token has expired or was revoked. Get a new token."


@pytest.mark.parametrize(
    "ahead, message",
    [
        (23 * 60, "23 minutes ahead of"),
        (-23 * 60, "23 minutes behind"),
        (15 * 60, "15 minutes ahead of"),
        (-15 * 60, "15 minutes behind"),
        (3 * 3600 + 29, "180 minutes ahead of"),
    ],
)
@pytest.mark.parametrize("text", [SIGNATURE, SIGNATURE + CANONICAL, "Incorrect IAM authentication information", ""])
def test_clock_error_above_the_limit(ahead, message, text):
    """dli-api.md 5.2: 15 minutes."""
    remedy = remedies.DLI.for_rejected_credentials("APIGW.0301", text, ahead)
    assert remedy == (
        f"The clock of the host that runs the module is {message} the clock of the service (limit: 15 minutes). "
        "Correct the clock."
    )


@pytest.mark.parametrize("text, message", [entry for entry in REJECTIONS if "secret key" not in entry[1]])
@pytest.mark.parametrize("ahead", [23 * 60, -23 * 60])
def test_clock_error_does_not_replace_another_reason(text, message, ahead):
    assert remedies.DLI.for_rejected_credentials("APIGW.0301", text, ahead).startswith(message)


@pytest.mark.parametrize(
    "text",
    [
        *remedies.REMEDIES.values(),
        *remedies.STATUS_REMEDIES.values(),
        *(remedies.DLI.for_rejected_credentials(None, text, ahead) for text, _message in REJECTIONS for ahead in (0, 23 * 60)),
    ],
)
def test_remedies_are_sentences(text):
    assert text[0].isupper() and text[-1] == "." and text == " ".join(text.split())


@pytest.mark.parametrize("text", remedies.MEANINGS.values())
def test_meanings_follow_a_colon(text):
    assert text[0].islower() and text[-1] not in ".;" and text == " ".join(text.split())
