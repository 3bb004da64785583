# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What can go wrong, as one sentence a person can act on.

The text of every exception is its whole story: what was asked, what came back, what to do.
Nothing here knows of HTTP libraries or of Ansible.
"""

from __future__ import annotations


class CloudError(Exception):
    """Base of all errors; ``str(error)`` is the sentence for the user."""


class TaskAbandoned(Exception):
    """Whoever started this task is gone (a time-out, a cancelled job): nobody wants it to go on, or would hear of it."""


class InputError(CloudError):
    """An option is missing or wrong; found before any request is sent."""


class NotDelivered(CloudError):
    """The request provably did not reach the service: refused, DNS, TLS handshake, or not a byte of its body was sent."""


class PermanentlyUnreachable(NotDelivered):
    """As before, and repeating cannot help: a certificate that is not trusted, a file or an address that is none."""


class ResponseLost(CloudError):
    """The request was (or may have been) sent, but no usable answer came back. For a write: nobody knows what happened."""


class ServiceError(CloudError):
    """The service answered, and the answer is an error of the request as a whole (dli-api.md 4)."""

    def __init__(self, msg: str, status: int, code: str | None) -> None:
        """Keep the parts that decisions need next to the sentence.

        :arg status: HTTP status.
        :arg code: ``error_code`` such as ``DLI.16001`` or ``APIGW.0301``; :data:`None` where the body had none.
        """
        super().__init__(msg)
        self.status = status
        self.code = code
