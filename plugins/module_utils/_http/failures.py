# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Converts the failure of an exchange to an error: whether the request was delivered, whether a retry can help, and why. Pure."""

from __future__ import annotations

import re
import socket
import ssl
import typing as t
from http.client import responses

from .._errors import NotDelivered, PermanentlyUnreachable, ResponseLost
from .options import without_user_info

try:
    import requests
    from urllib3.exceptions import HTTPError
except ImportError:
    pass  # session.py reports it

#: Part of the text of OpenSSL for a response that is not TLS.
NOT_TLS = "WRONG_VERSION_NUMBER"
NO_TLS_RESPONSE = "TLS: the response is not TLS (the port may serve plain http)"


def classify(error: BaseException | None, was_read: bool | None, timeout: float) -> BaseException:
    """Return the error to raise for an exchange without a response.

    :arg error: None if the time limit was reached.
    :arg was_read: whether any part of the body of the request was read; None for a request without a body.
    """
    if error and not was_read and not isinstance(error, (requests.RequestException, HTTPError, OSError)):
        return error  # a defect of this code; if anything was sent, the delivery status is more important
    # The library and HttpSession use the same timeout, and either may expire first.
    in_time = error is not None and not isinstance(error, requests.Timeout)
    reason = _reason(t.cast(BaseException, error)) if in_time else f"timed out after {timeout:.3g} s"
    is_delivered = not (error and _never_connected(error)) if was_read is None else was_read
    if not is_delivered and error and _is_permanent(error):
        return PermanentlyUnreachable(reason)
    return ResponseLost(reason) if is_delivered else NotDelivered(reason)


def _chain(error: BaseException) -> list[BaseException]:
    """Return an error and its causes, outermost first; the libraries wrap the errors of each other several times."""
    chain = [error]
    while (inner := chain[-1].__cause__ or chain[-1].__context__) is not None and inner not in chain:
        chain.append(inner)
    return chain


def _never_connected(error: BaseException) -> bool:
    """Return whether an exchange failed before there was a connection."""
    known = requests.exceptions
    if isinstance(error, (known.SSLError, known.ProxyError, known.ConnectTimeout, known.InvalidURL, known.InvalidSchema)):
        return True
    if not isinstance(error, requests.RequestException):
        return True  # a missing CA file or an invalid host name: the library does not connect
    return any(type(one).__name__ in ("NewConnectionError", "NameResolutionError") for one in _chain(error))


def _is_permanent(error: BaseException) -> bool:
    """Return whether the next attempt would fail for the same reason."""
    if not isinstance(error, requests.RequestException):
        return True
    if isinstance(error, (requests.exceptions.InvalidURL, requests.exceptions.InvalidSchema)):
        return True
    return any(isinstance(one, ssl.SSLCertVerificationError) or NOT_TLS in str(one) for one in _chain(error))


def _reason(error: BaseException) -> str:
    """Return a short reason for a failed exchange, without a period; the texts of the libraries are long and nested."""
    chain = _chain(error)
    root: t.Any = chain[-1]
    # PySocks has one error for the connection to the proxy, and others for the connection through it.
    is_unreachable_proxy = any(type(one).__name__ == "ProxyConnectionError" for one in chain)
    is_proxy_error = is_unreachable_proxy or isinstance(error, requests.exceptions.ProxyError)
    if isinstance(root, socket.gaierror):
        return f"the host name{' of the proxy' if is_proxy_error else ''} could not be resolved"
    if isinstance(root, ConnectionRefusedError) and is_proxy_error:
        return "the proxy refused the connection"
    if NOT_TLS in str(root):
        return "the proxy does not use TLS (its scheme is http)" if is_proxy_error else NO_TLS_RESPONSE
    if isinstance(error, requests.exceptions.SSLError):
        return f"TLS: {getattr(root, 'verify_message', '') or getattr(root, 'reason', '') or root}".rstrip(".")
    text = without_user_info(str(getattr(root, "strerror", None) or root or type(root).__name__)[:200]).rstrip(".")
    # Only the status is from the proxy, because its text can repeat the password.
    status = re.fullmatch(r"Tunnel connection failed: (\d{3})\b.*", text, re.DOTALL)
    if status:
        text = f"Tunnel connection failed: {status[1]} {responses.get(int(status[1]), '')}".rstrip()
    return f"proxy error: {text}" if is_proxy_error or type(root).__module__ == "socks" else text
