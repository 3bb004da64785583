# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Errors, each with a message that a user can act on.

The text of an exception contains what was requested, what the response was, and what to do next.
This file does not depend on an HTTP library or on Ansible.
"""

from __future__ import annotations


class CloudError(Exception):
    """Base of all errors; ``str(error)`` is the message for the user.

    :ivar code: ``error_code`` of the service, such as ``DLI.16001``; :data:`None` where there is none.
    :ivar is_auth_failure: whether the credentials are rejected (HTTP 401 or 403). Such a request must not be retried: more
        than five consecutive failures lock the access key (dli-api.md 0.1-9).
    """

    code: str | None = None
    is_auth_failure = False


class TaskAbandoned(Exception):
    """The process that waits for the result of this task has ended (timeout, cancelled job). No more requests are sent."""


class InputError(CloudError):
    """An option is missing or invalid."""


class NotDelivered(CloudError):
    """The request did not reach the service: connection refused, DNS, TLS handshake, or no byte of its body sent."""


class PermanentlyUnreachable(NotDelivered):
    """The request was not delivered, and a retry cannot help: an untrusted certificate, an invalid file or address."""


class ResponseLost(CloudError):
    """The request was (or may have been) sent, and there is no usable response. For a write: the outcome is unknown."""


class ServiceError(CloudError):
    """The response is an error of the request as a whole (dli-api.md 4)."""

    def __init__(self, msg: str, status: int, code: str | None, is_from_service: bool = True) -> None:
        """Store the values that decisions depend on.

        :arg status: HTTP status.
        :arg code: ``error_code`` such as ``DLI.16001`` or ``APIGW.0301``; :data:`None` where the body has none.
        :arg is_from_service: whether the service or its gateway responded, and not a proxy or a firewall.
        """
        super().__init__(msg)
        self.status = status
        self.code = code
        self.is_auth_failure = is_from_service and status in (401, 403)
