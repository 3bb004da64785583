# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Requests to one endpoint, retried where ``retry.py`` allows it."""

from __future__ import annotations

import json
import typing as t
from collections.abc import Iterable

from .._clock import Clock
from .._errors import CloudError, NotDelivered, ResponseLost, ServiceError, TaskAbandoned
from .._result import sentences
from .request_response import ApiResponse, HttpRequest, HttpResponse, query_string
from .retry import longest_pause, may_retry, may_retry_after, retry_after

if t.TYPE_CHECKING:
    from .errors import Remedies

HEADERS = {
    "Accept": "application/json",
    "Content-Type": "application/json",
    "User-Agent": "ansible-huaweicloud.cloud",
    "X-Language": "en-us",
}


class RequestSender(t.Protocol):
    def send(self, request: HttpRequest, timeout: float) -> HttpResponse:
        """See :meth:`._http.session.HttpSession.send`."""


class RequestLog:
    """Statistics of the requests of a task, for all services together.

    :ivar request_ids: the IDs of requests that change something, and of requests that failed.
    :ivar retries: reason for a retry -> number of retries; ``lost_time``: seconds that the retries took.
    """

    def __init__(self) -> None:
        self.request_ids: list[str] = []
        self.retries: dict[str, int] = {}
        self.lost_time = 0.0


class ApiClient:
    """Sends requests to one endpoint, and retries them where it is allowed."""

    def __init__(
        self,
        sender: RequestSender,
        endpoint: str,
        clock: Clock,
        request_timeout: float,
        max_retries: int,
        request_log: RequestLog | None = None,
        is_awaited: t.Callable[[], bool] = lambda: True,
        refresh: t.Callable[[float | None], bool] = lambda deadline: False,
    ) -> None:
        """Create a client; nothing is sent yet.

        :arg request_timeout: seconds for one exchange.
        :arg is_awaited: called before every attempt. If it returns False, nothing more is sent (:class:`TaskAbandoned`).
        :arg refresh: called when credentials that were accepted before are rejected. It gets new credentials before a
            deadline (a time of the clock), and returns whether there are any.
        """
        self.request_log = request_log or RequestLog()
        self._sender = sender
        self._endpoint = endpoint
        self._clock = clock
        self._timeout = request_timeout
        self._max_retries = max_retries
        self._is_awaited = is_awaited
        self._refresh = refresh
        self._was_accepted = False

    def read(
        self,
        what: str,
        path: str,
        query: Iterable[tuple[str, object]] = (),
        deadline: float | None = None,
        payload: object = None,
    ) -> ApiResponse:
        """Send a GET, or a POST that changes nothing.

        :arg what: the call in words, after "Could not" or "the request to": ``list the jobs``.
        :arg deadline: time of the clock at which the last attempt ends; no attempt begins after it.
        :arg payload: the body of a POST; :data:`None` for a GET.
        :raises NotDelivered: the service cannot be reached.
        :raises ResponseLost: there is no response to the last attempt.
        """
        encoded = query_string(query)
        body = None if payload is None else _json_body(payload)
        url = f"{self._endpoint}{path}{'?' + encoded if encoded else ''}"
        request = HttpRequest("GET" if body is None else "POST", url, body, HEADERS)
        return self._send(what, request, deadline, is_write=False)

    def write(
        self, what: str, path: str, payload: object, deadline: float | None = None, method: str = "POST"
    ) -> ApiResponse:
        """Send a request that changes something; retried only if it was certainly not executed.

        :raises NotDelivered: the service did not receive any attempt.
        :raises ResponseLost: the outcome is unknown.
        """
        request = HttpRequest(method, self._endpoint + path, _json_body(payload), HEADERS)
        return self._send(what, request, deadline, is_write=True)

    def error(
        self, what: str, response: ApiResponse, remedies: Remedies | None = None, permission: str | None = None
    ) -> ServiceError:
        return self._error(f"Could not {what}", response, remedies, permission)

    def unclear(self, what: str, response: ApiResponse, remedies: Remedies | None = None) -> ResponseLost:
        """Return the error for a response after which the outcome of a write is unknown."""
        return ResponseLost(str(self._error(f"The request to {what} received an unclear response", response, remedies)))

    def _error(
        self, failure: str, response: ApiResponse, remedies: Remedies | None, permission: str | None = None
    ) -> ServiceError:
        from .errors import GATEWAY, api_error  # most tasks have no error

        return api_error(failure, self._endpoint, response, remedies or GATEWAY, permission)

    def _send(self, what: str, request: HttpRequest, deadline: float | None, is_write: bool) -> ApiResponse:
        attempt = 0
        while True:
            attempt += 1
            if not self._is_awaited():
                raise TaskAbandoned("No more requests are sent, because no process is waiting for the result of this task.")
            began = self._clock.now()
            if deadline is not None and began >= deadline:
                raise NotDelivered(f"Could not {what}: the time limit was reached before the request was sent.")
            # More than 0 seconds are left, because `began` is before the deadline.
            timeout = self._timeout if deadline is None else min(self._timeout, deadline - began)
            try:
                response = self._parse(self._sender.send(request, timeout), is_write)
            except (NotDelivered, ResponseLost) as error:
                if not (may_retry_after(error, is_write) and self._pause(attempt, 0.0, str(error), began, deadline)):
                    raise type(error)(self._no_response(what, attempt, error, is_write)) from None
            else:
                is_rejected = response.status == 401 and not response.is_page
                if is_rejected and self._was_accepted and self._refresh(deadline):
                    continue  # A request with rejected credentials changes nothing, so a write may be retried as well.
                self._was_accepted = self._was_accepted or response.status < 400
                requested_pause = retry_after(response.headers.get("retry-after"), self._clock.utc())
                reason = f"HTTP {response.status}"
                if not (may_retry(response, is_write) and self._pause(attempt, requested_pause, reason, began, deadline)):
                    return response

    def _pause(self, attempt: int, at_least: float, reason: str, began: float, deadline: float | None) -> bool:
        """Wait before the next attempt; return False without waiting if no further attempt is allowed."""
        if attempt > self._max_retries:
            return False
        seconds = max(at_least, self._clock.jitter(longest_pause(attempt)))
        if deadline is not None and self._clock.now() + seconds >= deadline:
            return False
        self.request_log.retries[reason] = self.request_log.retries.get(reason, 0) + 1
        self._clock.sleep(seconds)
        self.request_log.lost_time += self._clock.now() - began
        return True

    def _parse(self, received: HttpResponse, is_write: bool) -> ApiResponse:
        response = ApiResponse.parse(received, self._clock.utc())
        if response.request_id and (is_write or response.status >= 400):
            self.request_log.request_ids.append(response.request_id)
        return response

    def _no_response(self, what: str, attempts: int, error: CloudError, is_write: bool) -> str:
        count = f" ({attempts} attempts)" if attempts > 1 else ""
        if isinstance(error, NotDelivered):
            remedy = (
                "Check the options region, cloud, endpoint, auth_url, proxy and ca_cert, and the network access of the host that"
                " runs the module."
            )
            not_sent = "The request was not sent" if is_write else ""
            return sentences(f"Could not {what}: connection to {self._endpoint} failed{count}: {error}", not_sent, remedy)
        if is_write:
            return f"The request to {what} received no complete response from {self._endpoint}{count}: {error}."
        return f"Could not {what}: no complete response from {self._endpoint}{count}: {error}."


def _json_body(payload: object) -> bytes:
    return json.dumps(payload, separators=(",", ":")).encode()
