# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The tags of a job (dli-api.md 1.2 row 21). Create sets tags in a job's create call, list filters by them.

Ours: creating a tag that is there changes its value; deleting goes by key, and by value where one is given; deleting a
tag that is not there is no error.
"""

from __future__ import annotations

from typing import Any

from ..clock import epoch_ms
from .codes import DliError
from .jobs import Job
from .service import Caller, Service


class Tags:
    """The three calls."""

    def __init__(self, service: Service) -> None:
        self._service = service

    def show(self, job_id: int, caller: Caller) -> list[dict[str, str]]:
        """GET …/tags."""
        with self._service.lock:
            return [{"key": key, "value": value} for key, value in self._find(job_id, caller).tags.items()]

    def create(self, job_id: int, tags: dict[str, str], caller: Caller) -> None:
        """POST …/tags/create."""
        with self._service.lock, self._service.recorded(job_id, "tag", caller, fields=tuple(tags)):
            job = self._find(job_id, caller)
            most = self._service.settings.max_tags
            if most is not None and len({*job.tags, *tags}) > most:
                raise DliError("parameter", why=f"a job must not have more than {most} tags")
            job.tags.update(tags)
            job.update_time = epoch_ms(self._service.clock)

    def delete(self, job_id: int, tags: dict[str, str | None], caller: Caller) -> None:
        """POST …/tags/delete."""
        with self._service.lock, self._service.recorded(job_id, "untag", caller, fields=tuple(tags)):
            job = self._find(job_id, caller)
            for key, value in tags.items():
                if value is None or job.tags.get(key) == value:
                    job.tags.pop(key, None)
            job.update_time = epoch_ms(self._service.clock)

    def _find(self, job_id: int, caller: Caller) -> Job:
        settings = self._service.settings
        missing = DliError("tags_unknown", settings.tags_unknown_code, http_status=settings.tags_unknown_status)
        return self._service.find(job_id, caller, missing)


def as_tags(value: Any, longest: tuple[int, int]) -> dict[str, str]:
    """``[{"key": …, "value": …}]`` with keys and values that are neither empty nor longer than ``longest``."""
    made: dict[str, str] = {}
    for item in _objects(value):
        key, own = item.get("key"), item.get("value")
        if not _fits(key, longest[0]) or not _fits(own, longest[1]):
            limits = f"key from 1 to {longest[0]} and value from 1 to {longest[1]}"
            raise DliError("parameter", why=f"a tag has a {limits} characters")
        made[str(key)] = str(own)
    return made


def as_keys(value: Any) -> dict[str, str | None]:
    """The same for a delete, where the value may be missing."""
    made: dict[str, str | None] = {}
    for item in _objects(value):
        key, own = item.get("key"), item.get("value")
        if not isinstance(key, str) or not isinstance(own, (str, type(None))):
            raise DliError("parameter", why="a tag has a key and a value, both strings")
        made[key] = own
    return made


def _objects(value: Any) -> list[dict[str, Any]]:
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise DliError("parameter", why="tags must be an array of objects with key and value")
    return value


def _fits(value: Any, longest: int) -> bool:
    return isinstance(value, str) and 1 <= len(value) <= longest
