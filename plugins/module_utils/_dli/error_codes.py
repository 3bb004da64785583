# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Error codes and what to do about them (dli-api.md 4). Data only; the service's own texts are never matched."""

from __future__ import annotations

from .._http import errors
from .._http.errors import SERVICE_PROBLEM, Remedies

PARAMETER_ERROR = "DLI.0001"
RUN_UNKNOWN_JOB = "DLI.13007"
RUN_NO_SAVEPOINT = "DLI.13017"
SHOW_UNKNOWN_JOB = "DLI.16001"
UPDATE_UNKNOWN_JOB = "DLI.12004"
DELETE_UNKNOWN_JOB = "DLI.17001"
STOP_WRONG_STATUS = "DLI.15002"
NO_GRAPH = "DLI.14001"
#: Codes of single calls for a job that does not exist.
UNKNOWN_JOB = (RUN_UNKNOWN_JOB, SHOW_UNKNOWN_JOB, UPDATE_UNKNOWN_JOB)
#: Codes that are about the job itself, independent of other clients (dli-api.md 1.3). Any other refusal may mean that
#: another client has just started it: the code for that is not documented.
JOB_ERROR_CODES = frozenset((RUN_UNKNOWN_JOB, RUN_NO_SAVEPOINT, "DLI.13005", "DLI.13024"))

#: code -> what it says about one job: the service has no English text for most, and check mode has no response to quote.
#: For a code that is not here, the text of the service is shown.
MEANINGS: dict[str, str] = {
    **dict.fromkeys((*UNKNOWN_JOB, DELETE_UNKNOWN_JOB), "the project has no job of this id"),
    RUN_NO_SAVEPOINT: "the job has no savepoint or checkpoint to resume from",
    "DLI.13024": "the job has no queue",
    STOP_WRONG_STATUS: "its status does not allow to stop it or to make a savepoint",
    NO_GRAPH: "there is no graph of it, because it has never run",
    "DLI.11016": "the service may not use the OBS bucket",
    "DLI.11032": "there is no such SMN topic",
    "DLI.29001": "the OBS path is not right",
    "DLI.29002": "the path of the zip file is not right",
}

#: code -> what to do, as the end of a sentence.
REMEDIES: dict[str, str] = {
    **errors.GATEWAY_REMEDIES,
    "APIGW.0101": "check region, cloud and endpoint: this address does not offer the DLI streaming job API",
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
    **dict.fromkeys(UNKNOWN_JOB, "check the id; the job may have been deleted, or belong to another project"),
    RUN_NO_SAVEPOINT: "run it without resume_savepoint to start without state, or make a savepoint or enable checkpoints first",
    "DLI.13024": "bind the job to a queue first",
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
    **errors.STATUS_REMEDIES,
    200: "check endpoint and proxy: something else than DLI may be answering there",
    404: "check region, cloud and endpoint: this address does not offer the DLI streaming job API",
    413: "the request is too large: name fewer jobs",
}

TOKEN_CODES = (*errors.TOKEN_CODES, "DLI.0013", "DLI.0015")
DLI = Remedies(REMEDIES, STATUS_REMEDIES, token_codes=TOKEN_CODES)
