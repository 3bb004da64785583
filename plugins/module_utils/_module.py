# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Between Ansible and the flows: options in, one open service, one way to end."""

from __future__ import annotations

import os
import select
import typing as t
from collections.abc import Sequence

from ansible.module_utils.basic import AnsibleModule, missing_required_lib

from . import _report
from ._clock import Clock
from ._connection import resolve, url_secrets
from ._dli import Dli
from ._errors import ServiceError
from ._http import REQUESTS_IMPORT_ERROR, HttpSender
from ._rows import Row
from ._transport import Transport

STDOUT = 1
#: Seconds lost to repeated requests from which on the user is told.
WORTH_A_WARNING = 1.0


def open_dli(module: AnsibleModule, clock: Clock) -> Dli:
    """Return the service that the connection options point at; nothing is sent yet.

    :raises InputError: the options do not say where or who.
    """
    if REQUESTS_IMPORT_ERROR is not None:
        module.fail_json(msg=missing_required_lib("requests"), exception=REQUESTS_IMPORT_ERROR, **_nothing())
    # What came from the environment or inside a URL did not come in as a no_log option: mask it before anything can be said.
    module.no_log_values.update(url_secrets(module.params))
    connection = resolve(module.params, os.environ)
    module.no_log_values.update(connection.credential.secrets())
    if not connection.validate_certs:
        module.warn("validate_certs is false: anybody between here and the service can read and change what is sent")
    verify = connection.validate_certs and (connection.ca_cert or True)
    sender = HttpSender(connection.credential, verify, connection.proxy)
    transport = Transport(
        sender,
        connection.endpoint,
        clock,
        connection.request_timeout,
        connection.max_retries,
        still_wanted=somebody_listens,
    )
    return Dli(transport, connection.project_id, connection.source)


def somebody_listens() -> bool:
    """Tell whether anybody would still read this task's result.

    When Ansible gives up on a task (the keyword ``timeout``, a cancelled job), the module's process goes on, but the other
    end of its standard output is closed.
    """
    listening = select.poll()
    listening.register(STDOUT, 0)
    return not any(event & (select.POLLERR | select.POLLHUP) for _fd, event in listening.poll(0))


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


def fail(module: AnsibleModule, error: Exception, dli: Dli | None = None) -> t.NoReturn:
    """End the module for an error of the task as a whole: nothing was started."""
    result = _nothing()
    if dli is not None:
        result["request_ids"] = dli.transport.request_ids
        for text in _retry_warnings(dli.transport):
            module.warn(text)
    message = str(error)
    if isinstance(error, ServiceError):
        result.update(http_status=error.status, error_code=error.code)
        if dli is not None and error.status in (401, 403):
            message += f" The credentials came from {'the ' if dli.signed_in_by == 'options' else ''}{dli.signed_in_by}."
    module.fail_json(msg=message, **result)


def _nothing() -> dict[str, t.Any]:
    """Return the result of a task that could not even look at its jobs."""
    return {"changed": False, "jobs": [], "request_ids": []}


def _retry_warnings(transport: Transport) -> list[str]:
    if transport.lost_time < WORTH_A_WARNING:
        return []
    times = sum(transport.retries.values())
    reasons = ", ".join(f"{why} ({count})" for why, count in transport.retries.items())
    return [f"{times} request{'' if times == 1 else 's'} had to be repeated, at a cost of {transport.lost_time:.0f} s: {reasons}"]
