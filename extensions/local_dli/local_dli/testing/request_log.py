# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The log of all requests with the status of their responses."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from typing import Any, Callable


@dataclass
class Request:
    """One request. ``status`` is None if no status line was sent."""

    at: int
    method: str
    path: str
    query: str
    call: str
    request_id: str
    connection: int
    """The port of the client: the same for all requests of one connection; 0 in process."""
    job_ids: list[int] = field(default_factory=list)
    actor: str = ""
    status: int | None = None
    fault: str | None = None


class RequestLog:
    """Append-only list of the requests to DLI and IAM, without those to the control endpoints."""

    def __init__(self) -> None:
        self._items: list[Request] = []
        self.on_request: Callable[[Request], None] | None = None

    def add(self, request: Request) -> None:
        self._items.append(request)
        if self.on_request is not None:
            self.on_request(request)

    def find(self, call: str | None = None, job_id: int | None = None) -> list[Request]:
        """Return the requests of one call and with one job ID, if given."""
        found = [item for item in list(self._items) if call is None or item.call == call]
        return [item for item in found if job_id is None or job_id in item.job_ids]

    def connections(self, call: str | None = None) -> int:
        """Return the number of connections that the requests used."""
        return len({item.connection for item in self.find(call)})

    def __len__(self) -> int:
        return len(self._items)

    def clear(self) -> None:
        self._items.clear()

    def as_list(self) -> list[dict[str, Any]]:
        return [dataclasses.asdict(item) for item in self.find()]
