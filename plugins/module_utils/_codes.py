# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Error codes and what to do about them (dli-api.md 4). Data only; the service's own texts are never matched."""

from __future__ import annotations

PARAMETER_ERROR = "DLI.0001"
RUN_UNKNOWN_JOB = "DLI.13007"
RUN_NO_SAVEPOINT = "DLI.13017"
SHOW_UNKNOWN_JOB = "DLI.16001"

#: Codes that are about the job itself, whoever else has a hand in it (dli-api.md 1.3). Any other refusal may mean that
#: somebody has just started it: the code for that is not documented.
JOB_FAULTS = frozenset((RUN_UNKNOWN_JOB, RUN_NO_SAVEPOINT, "DLI.13005", "DLI.13024"))

#: code -> what it says about one job, in our words: the service has no English for most, and check mode has no answer to
#: quote. A code that is not here is shown in the service's words.
MEANINGS: dict[str, str] = {
    RUN_UNKNOWN_JOB: "the project has no job of this id",
    SHOW_UNKNOWN_JOB: "the project has no job of this id",
    RUN_NO_SAVEPOINT: "the job has no savepoint or checkpoint to resume from",
    "DLI.13024": "the job has no queue",
}

#: code -> what to do, as the end of a sentence.
REMEDIES: dict[str, str] = {
    "APIGW.0101": "check region, cloud and endpoint: this address does not offer the DLI streaming job API",
    "APIGW.0301": "check the access key, the secret key or token, and this machine's clock (15 minutes off is too much);"
    " do not simply repeat it: more than five failures in a row lock the key for five minutes",
    "APIGW.0307": "the token has expired: get a new one",
    "APIGW.0308": "the service is throttling: try again later, or raise max_retries",
    PARAMETER_ERROR: "a parameter was not accepted: check the job ids",
    "DLI.0003": "ask for the IAM permission that this call needs",
    "DLI.0011": "check permission and balance of the account",
    "DLI.0013": "the token was not accepted: get a new one",
    "DLI.13005": "mend the job's SQL; the position of the error stands in the message",
    RUN_UNKNOWN_JOB: "check the id; the job may have been deleted, or belong to another project",
    RUN_NO_SAVEPOINT: "run it without resume_savepoint to start without state, or make a savepoint or enable checkpoints first",
    "DLI.13024": "bind the job to a queue first",
    SHOW_UNKNOWN_JOB: "check the id; the job may have been deleted, or belong to another project",
}

#: HTTP status -> what to do, where the code says nothing.
STATUS_REMEDIES: dict[int, str] = {
    200: "check endpoint and proxy: something else than DLI may be answering there",
    400: "check the options",
    401: "check the credentials; do not simply repeat it: more than five failures in a row lock the key for five minutes",
    403: "ask for the IAM permission that this call needs, and check project_id",
    404: "check region, cloud and endpoint: this address does not offer the DLI streaming job API",
    407: "the proxy wants credentials: check proxy",
    413: "the request is too large: name fewer jobs",
    429: "the service is throttling: try again later, or raise max_retries",
}


def remedy(code: str | None, status: int | None = None) -> str | None:
    """Return what to do about an error code, or failing that about an HTTP status; :data:`None` if nothing is known.

    ``APIG.nnnn`` is how some sites spell ``APIGW.nnnn`` (dli-api.md 4.1).
    """
    if code is not None:
        found = REMEDIES.get(code.replace("APIG.", "APIGW.", 1))
        if found is not None:
            return found
    if status is None:
        return None
    if status >= 500:
        return "the service has a problem: try again later, and give the request id to its support if it stays"
    if 300 <= status < 400:
        return "redirects are not followed: check endpoint"
    return STATUS_REMEDIES.get(status)
