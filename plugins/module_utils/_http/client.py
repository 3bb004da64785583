# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The one retry rule.

Reads are repeated on lost answers, throttling and server errors. A write is repeated only if it provably was not delivered
or was throttled away by the gateway; anything else about a write is *unclear* and is never sent again blindly. 401 and 403
are never repeated: a few bad signatures lock the key (dli-api.md 0.1-9).
"""

from __future__ import annotations

import json
import typing as t
from collections.abc import Iterable
from dataclasses import dataclass, field

from .._clock import Clock
from .._errors import NotDelivered, PermanentlyUnreachable, ResponseLost, TaskAbandoned
from .messages import ApiResponse, HttpRequest, HttpResponse, parse_json, query_string
from .retry import FIRST_PAUSE, LONGEST_PAUSE, clock_ahead, may_repeat_read, may_repeat_write, retry_after

USER_AGENT = "ansible-huaweicloud.cloud"


class RequestSender(t.Protocol):
    """Whoever carries a request to the service and its answer back."""

    def send(self, request: HttpRequest, timeout: float) -> HttpResponse:
        """See :meth:`._http.HttpSender.send`."""


@dataclass
class RequestLog:
    """What a task's requests have come to, whichever service they went to.

    :ivar request_ids: those of requests that change something, and of those that failed.
    :ivar retries: why a request was repeated -> how often; ``lost_time`` is what that cost, in seconds.
    """

    request_ids: list[str] = field(default_factory=list)
    retries: dict[str, int] = field(default_factory=dict)
    lost_time: float = 0.0


class ApiClient:
    """Sends calls to one endpoint, and repeats what may be repeated."""

    def __init__(
        self,
        sender: RequestSender,
        endpoint: str,
        clock: Clock,
        request_timeout: float,
        max_retries: int,
        request_log: RequestLog | None = None,
        is_awaited: t.Callable[[], bool] = lambda: True,
        renew: t.Callable[[float | None], bool] = lambda deadline: False,
    ) -> None:
        """Prepare; nothing is sent yet.

        :arg request_timeout: seconds for one exchange.
        :arg still_wanted: asked before every attempt; once it says no, nothing more is sent (:class:`Abandoned`).
        :arg renew: asked when a sign-in that was good is accepted no more; it signs in again by a moment of the clock, and
            returns whether there is something new to try.
        """
        self.endpoint = endpoint
        self.clock = clock
        self.request_log = request_log or RequestLog()
        self._sender = sender
        self._timeout = request_timeout
        self._max_retries = max_retries
        self._is_awaited = is_awaited
        self._renew = renew
        self._was_accepted = False

    def read(
        self,
        what: str,
        path: str,
        query: Iterable[tuple[str, object]] = (),
        deadline: float | None = None,
        question: object = None,
    ) -> ApiResponse:
        """Send a GET, or a POST that changes nothing, repeating it as the rule says.

        :arg what: the call in words, after "Could not": ``list the jobs``.
        :arg until: a moment of the clock after which no new attempt begins and none goes on.
        :arg question: what to POST; :data:`None` makes it a GET.
        :raises NotDelivered: the service cannot be reached.
        :raises AnswerLost: no answer to the last attempt.
        """
        encoded = query_string(query)
        body = None if question is None else _body(question)
        url = f"{self.endpoint}{path}{'?' + encoded if encoded else ''}"
        request = HttpRequest("GET" if body is None else "POST", url, body, _headers())
        return self._send(what, request, deadline, may_repeat_read, is_write=False)

    def write(
        self, what: str, path: str, payload: object, deadline: float | None = None, method: str = "POST"
    ) -> ApiResponse:
        """Send a request that changes something once; again only if it provably was not carried out.

        :raises NotDelivered: the service never got it, however often it was tried.
        :raises AnswerLost: it may or may not have been carried out.
        """
        request = HttpRequest(method, self.endpoint + path, _body(payload), _headers())
        return self._send(what, request, deadline, may_repeat_write, is_write=True)

    def _send(
        self, what: str, request: HttpRequest, deadline: float | None, again: t.Callable[[ApiResponse], bool], is_write: bool
    ) -> ApiResponse:
        attempt = 0
        while True:
            attempt += 1
            if not self._is_awaited():
                raise TaskAbandoned("the task was given up by whoever started it")
            began = self.clock.now()
            if deadline is not None and began >= deadline:
                raise NotDelivered(f"Could not {what}: no time was left for it.")
            try:
                answer = self._answer(self._sender.send(request, self._time_left(began, deadline)), is_write)
            except (NotDelivered, ResponseLost) as error:
                may_repeat = isinstance(error, NotDelivered) and not isinstance(error, PermanentlyUnreachable)
                may_repeat = may_repeat or (not is_write and isinstance(error, ResponseLost))
                if not (may_repeat and self._pause(attempt, 0.0, str(error), began, deadline)):
                    raise type(error)(self._unreached(what, attempt, error)) from None
            else:
                if answer.status == 401 and self._was_accepted and self._renew(deadline):
                    continue  # whoever is turned away at the door has changed nothing, so that a write may be sent again, too
                self._was_accepted = self._was_accepted or answer.status < 400
                if not (again(answer) and self._pause(attempt, answer.retry_after, f"HTTP {answer.status}", began, deadline)):
                    return answer

    def _time_left(self, began: float, deadline: float | None) -> float:
        """Return the seconds for one attempt: more than 0, since it began before ``until`` by the same reading of the clock."""
        return self._timeout if deadline is None else min(self._timeout, deadline - began)

    def _pause(self, attempt: int, at_least: float, why: str, began: float, deadline: float | None) -> bool:
        """Wait before the next attempt; return whether there may be one."""
        if attempt > self._max_retries:
            return False
        seconds = max(at_least, self.clock.jitter(min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (attempt - 1))))
        if deadline is not None and self.clock.now() + seconds >= deadline:
            return False
        self.request_log.retries[why] = self.request_log.retries.get(why, 0) + 1
        self.clock.sleep(seconds)
        self.request_log.lost_time += self.clock.now() - began
        return True

    def _answer(self, reply: HttpResponse, is_write: bool) -> ApiResponse:
        request_id = reply.headers.get("x-request-id")
        if request_id and (is_write or reply.status >= 400):
            self.request_log.request_ids.append(request_id)
        value, is_json = parse_json(reply.body)
        return ApiResponse(
            reply.status,
            value,
            is_json,
            reply.body.decode("utf-8", "replace"),
            request_id,
            retry_after(reply.headers.get("retry-after"), self.clock.utc()),
            reply.headers,
            clock_ahead(reply.headers.get("date"), self.clock.utc()),
        )

    def _unreached(self, what: str, attempts: int, problem: Exception) -> str:
        tried = f" ({attempts} attempts)" if attempts > 1 else ""
        if isinstance(problem, NotDelivered):
            advice = "check region, cloud, endpoint, auth_url, proxy and ca_cert, and that this machine may connect there"
            return f"Could not {what}: {self.endpoint} was not reached{tried}: {problem}; {advice}."
        return f"Could not {what}: {self.endpoint} gave no complete answer{tried}: {problem}."


def _body(payload: object) -> bytes:
    return json.dumps(payload, separators=(",", ":")).encode()


def _headers() -> dict[str, str]:
    return {
        "Accept": "application/json",
        "Content-Type": "application/json",
        "User-Agent": USER_AGENT,
        "X-Language": "en-us",
    }
