# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Error codes and what to do about them (dli-api.md 4). Data only; the service's own texts are never matched."""

from __future__ import annotations

PARAMETER_ERROR = "DLI.0001"
RUN_UNKNOWN_JOB = "DLI.13007"
RUN_NO_SAVEPOINT = "DLI.13017"
SHOW_UNKNOWN_JOB = "DLI.16001"
UPDATE_UNKNOWN_JOB = "DLI.12004"
DELETE_UNKNOWN_JOB = "DLI.17001"
STOP_WRONG_STATUS = "DLI.15002"
NO_GRAPH = "DLI.14001"
#: Codes that are about the job itself, whoever else has a hand in it (dli-api.md 1.3). Any other refusal may mean that
#: somebody has just started it: the code for that is not documented.
JOB_ERROR_CODES = frozenset((RUN_UNKNOWN_JOB, RUN_NO_SAVEPOINT, "DLI.13005", "DLI.13024"))
#: code -> what it says about one job, in our words: the service has no English for most, and check mode has no answer to
#: quote. A code that is not here is shown in the service's words.
MEANINGS: dict[str, str] = {
    RUN_UNKNOWN_JOB: "the project has no job of this id",
    SHOW_UNKNOWN_JOB: "the project has no job of this id",
    RUN_NO_SAVEPOINT: "the job has no savepoint or checkpoint to resume from",
    "DLI.13024": "the job has no queue",
    UPDATE_UNKNOWN_JOB: "the project has no job of this id",
    DELETE_UNKNOWN_JOB: "the project has no job of this id",
    STOP_WRONG_STATUS: "its status does not allow to stop it or to make a savepoint",
    NO_GRAPH: "there is no graph of it, because it has never run",
    "DLI.11016": "the service may not use the OBS bucket",
    "DLI.11032": "there is no such SMN topic",
    "DLI.29001": "the OBS path is not right",
    "DLI.29002": "the path of the zip file is not right",
}
SERVICE_PROBLEM = "the service has a problem: try again later, and give the request id to its support if it stays"
REDIRECT = "redirects are not followed: check endpoint and auth_url"
TOKEN = "the token has expired or was revoked: get a new one"
#: code -> what to do, as the end of a sentence.
REMEDIES: dict[str, str] = {
    "APIGW.0101": "check region, cloud and endpoint: this address does not offer the DLI streaming job API",
    "APIGW.0302": "ask for the IAM permission {permission}",
    "APIGW.0306": "ask for the IAM permission {permission}",
    "APIGW.0308": "the service is throttling: try again later, or raise max_retries",
    "APIGW.0310": "check project_id, region and cloud: these credentials are not good for that project",
    "APIGW.0401": "the gateway does not let this machine's address in: have it allowed, or check proxy",
    "APIGW.0402": "the gateway does not let this machine's address in: have it allowed, or check proxy",
    "APIGW.0802": "the user may not work in this region: check region, or have the user allowed there",
    PARAMETER_ERROR: "a parameter was not accepted: check the options",
    "DLI.0002": "check the ids and names that were given, such as the queue",
    "DLI.0003": "ask for the IAM permission {permission}",
    "DLI.0004": "mend the job's SQL",
    "DLI.0005": "mend the job's SQL",
    "DLI.0006": "choose another name",
    "DLI.0008": "check the ids and names that were given, such as the queue",
    "DLI.0011": "check permission and balance of the account",
    "DLI.0023": "check the ids and names that were given, such as the queue",
    "DLI.0999": SERVICE_PROBLEM,
    "DLI.1028": "a quota is used up: have it raised, or remove what is not needed",
    "DLI.10001": SERVICE_PROBLEM,
    "DLI.13005": "mend the job's SQL; the position of the error stands in the message",
    RUN_UNKNOWN_JOB: "check the id; the job may have been deleted, or belong to another project",
    RUN_NO_SAVEPOINT: "run it without resume_savepoint to start without state, or make a savepoint or enable checkpoints first",
    "DLI.13024": "bind the job to a queue first",
    SHOW_UNKNOWN_JOB: "check the id; the job may have been deleted, or belong to another project",
    UPDATE_UNKNOWN_JOB: "check the id; the job may have been deleted, or belong to another project",
    DELETE_UNKNOWN_JOB: "nothing is left to delete",
    NO_GRAPH: "run it first",
    STOP_WRONG_STATUS: "only a job that is running, or being submitted, can be stopped, and only a running one saved",
    "DLI.11016": "authorise the bucket in the console of DLI first",
    "DLI.11032": "check smn_topic",
    "JK.1001": "mend the job's SQL",
    "DLI.29001": "check obs_dir, a bucket and a folder: whether there is such a bucket, and whether its name is right",
    "DLI.29002": "check zip_file: whether there is such a file, or a folder that holds zip files only",
}
#: HTTP status -> what to do, where the code says nothing.
STATUS_REMEDIES: dict[int, str] = {
    200: "check endpoint and proxy: something else than DLI may be answering there",
    400: "check the options",
    403: "ask for the IAM permission {permission}, and check project_id",
    404: "check region, cloud and endpoint: this address does not offer the DLI streaming job API",
    407: "the proxy wants credentials: check proxy",
    413: "the request is too large: name fewer jobs",
    429: "the service is throttling: try again later, or raise max_retries",
}
#: Texts of a refused sign-in, all under one code (dli-api.md 4.4) -> what to do. The gateway writes them in English whatever
#: the language asked for. Only the advice hangs on them, never a decision; a text that is not here gets ANY_SIGN_IN.
SIGN_IN_REMEDIES: dict[str, str] = {
    "reach the limit": "the access key is locked, for five minutes, after more than five failures in a row: find what keeps"
    " signing with a wrong secret key, and wait",
    "not exist": "this cloud does not know the access key: check that it was not deleted, and region and cloud",
    "verify aksk signature": "the secret key does not belong to the access key, or a proxy changed the request on its way;"
    " {careful}",
    "token expires": TOKEN,
    "decrypt token": "the token is cut off, revoked, or of another cloud: get a new one, or check region and cloud",
    "x-auth-token not found": "something on the way, such as a proxy, took the credentials out of the request",
}
TOKEN_CODES = ("APIGW.0307", "DLI.0013", "DLI.0015")
CAREFUL = "do not simply repeat it: more than five failures in a row lock the key for five minutes"
ANY_SIGN_IN = "check the access key and secret key, or the token; {careful}"
#: Seconds that the service lets a clock be off (dli-api.md 5.2), less what a request may take on its way.
CLOCK_LIMIT = 15 * 60 - 30


def sign_in_remedy(code: str | None, text: str, clock_ahead: float) -> str:
    """Return what to do about a refused sign-in.

    :arg clock_ahead: by how many seconds this machine's clock is ahead of the service's.
    """
    if _plain(code) in TOKEN_CODES:
        return TOKEN
    known = next((part for part in SIGN_IN_REMEDIES if part in text), None)
    if abs(clock_ahead) > CLOCK_LIMIT and known in (None, "verify aksk signature"):
        minutes = f"{abs(clock_ahead) / 60:.0f} minutes {'ahead of' if clock_ahead > 0 else 'behind'}"
        return f"this machine's clock is {minutes} the service's, and 15 are the most: set it right"
    return (SIGN_IN_REMEDIES[known] if known else ANY_SIGN_IN).format(careful=CAREFUL)


def _plain(code: str | None) -> str | None:
    """Return a code as most sites spell it: some write ``APIG.nnnn`` for ``APIGW.nnnn`` (dli-api.md 4.1)."""
    return code and code.replace("APIG.", "APIGW.", 1)


def remedy(code: str | None, status: int | None = None, permission: str | None = None) -> str | None:
    """Return what to do about an error code, or failing that about an HTTP status; :data:`None` if nothing is known.

    :arg permission: the IAM action that the call needs, if it is known.
    """
    found = REMEDIES.get(_plain(code) or "")
    if found is None and status is not None:
        found = _status_remedy(status)
    return found and found.replace("{permission}", permission or "that this call needs")


def _status_remedy(status: int) -> str | None:
    if status >= 500:
        return SERVICE_PROBLEM
    if 300 <= status < 400:
        return REDIRECT
    return STATUS_REMEDIES.get(status)
