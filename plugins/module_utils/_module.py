# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Between Ansible and the flows: options in, one open service, one way to end."""

from __future__ import annotations

import os
import typing as t
from collections.abc import Sequence

from ansible.module_utils.basic import AnsibleModule, missing_required_lib

from . import _report
from ._clock import Clock
from ._connection import resolve
from ._dli import Dli
from ._errors import DliError, ServiceError
from ._http import REQUESTS_IMPORT_ERROR, HttpSender
from ._rows import Row
from ._transport import Transport

#: Seconds of pauses before repeated requests from which on the user is told.
WORTH_A_WARNING = 1.0


def open_dli(module: AnsibleModule, clock: Clock) -> Dli:
    """Return the service that the connection options point at; nothing is sent yet.

    :raises InputError: the options do not say where or who.
    """
    if REQUESTS_IMPORT_ERROR is not None:
        module.fail_json(msg=missing_required_lib("requests"), exception=REQUESTS_IMPORT_ERROR, **_nothing())
    connection = resolve(module.params, os.environ)
    # What came from the environment or inside a URL did not come in as a no_log option: mask it before anything can be said.
    module.no_log_values.update(connection.secrets())
    if not connection.validate_certs:
        module.warn("validate_certs is false: anybody between here and the service can read and change what is sent")
    verify = connection.validate_certs and (connection.ca_cert or True)
    sender = HttpSender(connection.credential, verify, connection.proxy)
    transport = Transport(sender, connection.endpoint, clock, connection.request_timeout, connection.max_retries)
    return Dli(transport, connection.project_id)


def finish(module: AnsibleModule, dli: Dli, rows: Sequence[Row], warnings: Sequence[str]) -> t.NoReturn:
    """Report the rows and end the module; it fails if any job failed."""
    for text in list(warnings) + _retry_warnings(dli.transport):
        module.warn(text)
    result = _report.result(rows, module.check_mode)
    result["request_ids"] = dli.transport.request_ids
    if module._diff:
        result["diff"] = _report.diff(rows)
    if result.pop("failed"):
        module.fail_json(**result)
    module.exit_json(**result)


def fail(module: AnsibleModule, error: DliError, dli: Dli | None = None) -> t.NoReturn:
    """End the module for an error of the task as a whole: nothing was started."""
    result = _nothing()
    if dli is not None:
        result["request_ids"] = dli.transport.request_ids
        for text in _retry_warnings(dli.transport):
            module.warn(text)
    if isinstance(error, ServiceError):
        result.update(http_status=error.status, error_code=error.code)
    module.fail_json(msg=str(error), **result)


def _nothing() -> dict[str, t.Any]:
    """Return the result of a task that could not even look at its jobs."""
    return {"changed": False, "jobs": [], "request_ids": []}


def _retry_warnings(transport: Transport) -> list[str]:
    if transport.paused < WORTH_A_WARNING:
        return []
    times = sum(transport.retries.values())
    reasons = ", ".join(f"{why} ({count})" for why, count in transport.retries.items())
    return [f"{times} request{'' if times == 1 else 's'} had to be repeated, at a cost of {transport.paused:.0f} s: {reasons}"]
