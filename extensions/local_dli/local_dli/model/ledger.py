# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What really happened, written down as it happens: tests compare a client's report with this, not with its answers."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Entry:
    """One thing done to one job, or refused.

    ``what`` is start, stop, delete, create, edit, savepoint, import_savepoint, export, import, tag, untag, template,
    authorize or restart. Job 0: none, as where a create was refused.
    """

    at: int
    """Epoch milliseconds."""
    actor: str
    """Access key, or the token's user, or "other" (a control request), or "dli" (an automatic restart)."""
    job_id: int
    what: str
    accepted: bool
    error_code: str | None
    request_id: str
    resume_savepoint: bool | None = None
    trigger_savepoint: bool | None = None
    fields: tuple[str, ...] = ()
    """Of a create: the members that were given; of an edit: those whose value changed; of tags: the keys; of an authorize:
    the buckets."""


class Ledger:
    """Append-only list of entries."""

    def __init__(self) -> None:
        self._entries: list[Entry] = []

    def add(self, entry: Entry) -> None:
        self._entries.append(entry)

    @property
    def entries(self) -> list[Entry]:
        return list(self._entries)

    def of(
        self,
        what: str | None = None,
        job_id: int | None = None,
        actor: str | None = None,
        accepted: bool | None = None,
        request_id: str | None = None,
    ) -> list[Entry]:
        """The entries that match everything that is given."""
        wanted = {"what": what, "job_id": job_id, "actor": actor, "accepted": accepted, "request_id": request_id}
        given = {name: value for name, value in wanted.items() if value is not None}
        return [item for item in self.entries if all(getattr(item, name) == given[name] for name in given)]

    def starts(self, job_id: int | None = None, actor: str | None = None) -> list[Entry]:
        """Accepted starts by clients. Automatic restarts are told apart by ``what`` "restart"."""
        return self.of(what="start", job_id=job_id, actor=actor, accepted=True)

    def clear(self) -> None:
        self._entries.clear()

    def as_list(self) -> list[dict[str, Any]]:
        return [dataclasses.asdict(item) for item in self.entries]
