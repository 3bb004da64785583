# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Meanings of the error codes, and what to do about them (dli-api.md 4). Texts of the service are never compared.

Only a response with an error requires this file.
"""

from __future__ import annotations

from .._errors import ServiceError
from .._http import errors
from .._http.errors import SERVICE_PROBLEM, Remedies
from .error_codes import (
    DELETE_UNKNOWN_JOB,
    MISSING_CALL,
    NAME_EXISTS,
    NO_GRAPH,
    PARAMETER_ERROR,
    RUN_NO_SAVEPOINT,
    STOP_WRONG_STATUS,
    UNKNOWN_JOB,
)

#: code -> its meaning for one job, to follow a colon: the service has no English text for most codes, and check mode has no
#: response to quote. For other codes, messages quote the text of the service.
MEANINGS: dict[str, str] = {
    **dict.fromkeys((*UNKNOWN_JOB, DELETE_UNKNOWN_JOB), "the project has no job with this ID"),
    RUN_NO_SAVEPOINT: "the job has no savepoint or checkpoint to resume from",
    "DLI.13024": "the job has no queue",
    STOP_WRONG_STATUS: "the status of the job does not allow a stop or a savepoint",
    NO_GRAPH: "the job has no graph, because it has never run",
    NAME_EXISTS: "a job with this name exists",
    "DLI.11016": "the OBS bucket is not authorised for DLI",
    "DLI.11032": "the SMN topic does not exist",
    "DLI.29001": "the OBS path is not valid",
    "DLI.29002": "the path of the zip file is not valid",
}

CHECK_NAMES = "Check the IDs and names in the options, such as the name of the queue."
FIX_SQL = "Fix the SQL of the job."
OTHER_ADDRESS = "This address does not provide the DLI streaming job API. Check region, cloud and endpoint."
MISSING_FEATURE = "This region does not provide this feature of DLI, because other requests to the same address succeed."
#: code -> what to do, in whole sentences.
REMEDIES: dict[str, str] = {
    **errors.GATEWAY_REMEDIES,
    MISSING_CALL: OTHER_ADDRESS,
    PARAMETER_ERROR: "The service rejected a parameter. Check the options.",
    "DLI.0002": CHECK_NAMES,
    "DLI.0003": "Grant the IAM permission {permission} to the user of these credentials.",
    "DLI.0004": FIX_SQL,
    "DLI.0005": FIX_SQL,
    "DLI.0006": "Choose another name.",
    "DLI.0008": CHECK_NAMES,
    "DLI.0011": "Check the permissions and the balance of the account.",
    "DLI.0023": CHECK_NAMES,
    "DLI.0999": SERVICE_PROBLEM,
    "DLI.1028": "A quota is exhausted. Request a higher quota, or remove unused resources.",
    "DLI.10001": SERVICE_PROBLEM,
    "DLI.13005": "Fix the SQL of the job. The message contains the position of the error.",
    **dict.fromkeys(UNKNOWN_JOB, "Check the ID. The job may have been deleted, or may belong to another project."),
    RUN_NO_SAVEPOINT: (
        "Set resume_savepoint to false to start the job without its previous Flink state, or import a savepoint first."
    ),
    "DLI.13024": "Assign the job to a queue first.",
    DELETE_UNKNOWN_JOB: "No action is required.",
    NO_GRAPH: "Start the job first.",
    STOP_WRONG_STATUS: "A stop requires a job that is running or being submitted. A savepoint requires a running job.",
    NAME_EXISTS: "Choose another name.",
    "DLI.11016": "Authorise the bucket in the DLI console first.",
    "DLI.11032": "Check smn_topic.",
    "JK.1001": FIX_SQL,
    "DLI.29001": "Check obs_dir. It must consist of an existing bucket and a folder.",
    "DLI.29002": "Check zip_file. It must be an existing zip file, or a folder that contains only zip files.",
}

#: HTTP status -> what to do, where the code has no entry.
STATUS_REMEDIES: dict[int, str] = {
    **errors.STATUS_REMEDIES,
    200: "A server other than DLI may have responded. Check endpoint and proxy.",
    404: OTHER_ADDRESS,
    413: "The request is too large. Specify fewer jobs.",
}

TOKEN_CODES = (*errors.TOKEN_CODES, "DLI.0013", "DLI.0015")
DLI = Remedies(REMEDIES, STATUS_REMEDIES, token_codes=TOKEN_CODES)
#: After a successful request to the same address.
DLI_AVAILABLE = Remedies(
    {**REMEDIES, MISSING_CALL: MISSING_FEATURE}, {**STATUS_REMEDIES, 404: MISSING_FEATURE}, token_codes=TOKEN_CODES
)


def is_missing_feature(error: ServiceError) -> bool:
    """Return whether a call is missing in this region, after a successful request to the same address."""
    return errors.plain_code(error.code) == MISSING_CALL
