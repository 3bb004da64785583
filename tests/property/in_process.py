# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The API client of the collection, connected to the WSGI application of a local DLI in this process, with a manual clock.

The client, the retry rules and the signer are those of the collection. Only the HTTP session is replaced. A fault of the
connection raises the same exception as in the HTTP session.
"""

from __future__ import annotations

import datetime
import random
import typing as t
from urllib.parse import parse_qsl, urlsplit

from local_dli.clock import ManualClock
from local_dli.instance import LocalDli
from local_dli.testing.faults import WireFault
from werkzeug.test import EnvironBuilder

from ansible_collections.huaweicloud.cloud.plugins.module_utils._auth.providers.access_key import AccessKey
from ansible_collections.huaweicloud.cloud.plugins.module_utils._dli.client import DliClient
from ansible_collections.huaweicloud.cloud.plugins.module_utils._errors import NotDelivered, ResponseLost
from ansible_collections.huaweicloud.cloud.plugins.module_utils._http.client import ApiClient
from ansible_collections.huaweicloud.cloud.plugins.module_utils._http.request_response import (
    HttpRequest,
    HttpResponse,
    SignableRequest,
)

#: Seconds that each request takes.
LATENCY = 0.05


class VirtualClock:
    """The clock of the client. It uses the clock of the service, so a sleep advances both."""

    def __init__(self, clock: ManualClock, seed: int) -> None:
        self._clock = clock
        self._random = random.Random(seed)

    def now(self) -> float:
        return self._clock.monotonic()

    def utc(self) -> datetime.datetime:
        return datetime.datetime.fromtimestamp(self._clock.monotonic(), datetime.timezone.utc)

    def sleep(self, seconds: float) -> None:
        self._clock.advance(max(0.0, seconds))

    def jitter(self, longest: float) -> float:
        return self._random.uniform(0, longest)


class InProcessSender:
    """Replaces ``HttpSession``. ``unreachable``: the numbers of the requests whose connection is refused."""

    def __init__(self, dli: LocalDli, clock: VirtualClock, unreachable: t.Collection[int] = ()) -> None:
        self._dli = dli
        self._clock = clock
        self._unreachable = unreachable
        self._count = 0
        env = dli.env()
        self.access_key = env["HW_ACCESS_KEY"]
        self._signer = AccessKey(self.access_key, env["HW_SECRET_KEY"], project_id=env["HW_PROJECT_ID"])

    def send(self, request: HttpRequest, timeout: float) -> HttpResponse:
        """Send a request. A fault advances the clock by its duration."""
        self._count += 1
        self._clock.sleep(min(LATENCY, timeout))
        if self._count - 1 in self._unreachable:
            raise NotDelivered("Connection refused")
        try:
            return self._call(request)
        except WireFault as fault:
            return self._apply(fault, timeout)

    def _call(self, request: HttpRequest) -> HttpResponse:
        parts = urlsplit(request.url)
        signed = {"Content-Type": request.headers["Content-Type"], "Host": parts.netloc}
        query = parse_qsl(parts.query, keep_blank_values=True)
        signable = SignableRequest(request.method, parts.path, query, request.body or b"", signed)
        headers = {**request.headers, **signed, **self._signer.headers(signable, self._clock.utc())}
        builder = EnvironBuilder(
            path=parts.path,
            query_string=parts.query,
            method=request.method,
            headers=headers,
            data=request.body,
            base_url=f"{parts.scheme}://{parts.netloc}",
        )
        seen: list[t.Any] = []
        body = b"".join(self._dli.wsgi(builder.get_environ(), lambda status, fields: seen.extend((status, fields))))
        return HttpResponse(int(seen[0].split()[0]), {name.lower(): value for name, value in seen[1]}, body)

    def _apply(self, fault: WireFault, timeout: float) -> HttpResponse:
        """Apply a fault of the connection. A slow response that is complete within the timeout is returned."""
        if fault.kind in ("drip", "drip_headers", "delay"):
            pieces = {"delay": 1, "drip": len(fault.body)}.get(fault.kind, 200)
            seconds = fault.seconds * pieces
            self._clock.sleep(min(seconds, timeout))
            if seconds < timeout and fault.status is not None:
                return HttpResponse(fault.status, {name.lower(): value for name, value in fault.headers}, fault.body)
            raise ResponseLost(f"timed out after {timeout:g} s")
        if fault.kind == "hang":
            self._clock.sleep(timeout)
            raise ResponseLost(f"timed out after {timeout:g} s")
        raise ResponseLost("Connection reset by peer")


def connect(dli: LocalDli, clock: VirtualClock, sender: InProcessSender, request_timeout: float, max_retries: int) -> DliClient:
    """Return the API client of the collection, with this sender."""
    return DliClient(ApiClient(sender, dli.url, clock, request_timeout, max_retries), dli.project_id)
