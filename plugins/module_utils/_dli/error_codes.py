# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Error codes (dli-api.md 4). ``remedies.py`` contains their texts."""

from __future__ import annotations

#: The gateway has no such call: another address, or a region without this feature (dli-api.md 4.4, 6).
MISSING_CALL = "APIGW.0101"
PARAMETER_ERROR = "DLI.0001"
RUN_UNKNOWN_JOB = "DLI.13007"
RUN_NO_SAVEPOINT = "DLI.13017"
SHOW_UNKNOWN_JOB = "DLI.16001"
UPDATE_UNKNOWN_JOB = "DLI.12004"
DELETE_UNKNOWN_JOB = "DLI.17001"
STOP_WRONG_STATUS = "DLI.15002"
NO_GRAPH = "DLI.14001"
#: A job with this name exists: the code of the ancestor of this API (dli-api.md 1.9), and the general code (4.3).
NAME_EXISTS = "DLI.11004"
NAME_EXISTS_CODES = (NAME_EXISTS, "DLI.0006")
#: Codes of requests for one job that does not exist.
UNKNOWN_JOB = (RUN_UNKNOWN_JOB, SHOW_UNKNOWN_JOB, UPDATE_UNKNOWN_JOB)
#: Codes that apply to the job itself, independent of other clients (dli-api.md 1.3). After any other refusal, another client
#: may have started the job: the code for that is not documented.
JOB_ERROR_CODES = frozenset((RUN_UNKNOWN_JOB, RUN_NO_SAVEPOINT, "DLI.13005", "DLI.13024"))
