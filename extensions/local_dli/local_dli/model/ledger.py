# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The ledger: a record of every operation on a job, accepted or refused. Tests compare a client's report with it."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Entry:
    """One accepted or refused operation on one job.

    ``operation`` is start, stop, delete, create, edit, savepoint, import_savepoint, export, import, tag, untag, template,
    authorize or restart. ``job_id`` is 0 for an operation without a job, for example a refused create.
    """

    at: int
    """Epoch milliseconds."""
    actor: str
    """Access key, user of the token, "other_client" (fault or control request) or "dli" (automatic restart)."""
    job_id: int
    operation: str
    accepted: bool
    error_code: str | None
    request_id: str
    resume_savepoint: bool | None = None
    trigger_savepoint: bool | None = None
    fields: tuple[str, ...] = ()
    """For a create: the fields in the request; for an edit: the changed fields; for tags: the keys; for an authorize: the
    buckets."""


class Ledger:
    """Append-only list of entries."""

    def __init__(self) -> None:
        self._entries: list[Entry] = []

    def add(self, entry: Entry) -> None:
        self._entries.append(entry)

    @property
    def entries(self) -> list[Entry]:
        return list(self._entries)

    def find(
        self,
        operation: str | None = None,
        job_id: int | None = None,
        actor: str | None = None,
        accepted: bool | None = None,
        request_id: str | None = None,
    ) -> list[Entry]:
        """Return the entries that match all given values."""
        filters = {"operation": operation, "job_id": job_id, "actor": actor, "accepted": accepted, "request_id": request_id}
        given = {name: value for name, value in filters.items() if value is not None}
        return [item for item in self.entries if all(getattr(item, name) == given[name] for name in given)]

    def starts(self, job_id: int | None = None, actor: str | None = None) -> list[Entry]:
        """Return the accepted starts by clients. Automatic restarts have the ``operation`` "restart"."""
        return self.find(operation="start", job_id=job_id, actor=actor, accepted=True)

    def clear(self) -> None:
        self._entries.clear()

    def as_list(self) -> list[dict[str, Any]]:
        return [dataclasses.asdict(item) for item in self.entries]
