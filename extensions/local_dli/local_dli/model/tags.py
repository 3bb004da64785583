# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The tags of a job (dli-api.md 1.2 row 21). The create call of a job also sets tags, and lists can filter by tags.

Assumptions: creating an existing tag changes its value. A delete selects tags by key, and by value if given. Deleting a
tag that does not exist is not an error.
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

    def read(self, job_id: int, caller: Caller) -> list[dict[str, str]]:
        """GET …/tags."""
        with self._service.lock:
            return [{"key": key, "value": value} for key, value in self._find(job_id, caller).tags.items()]

    def create(self, job_id: int, tags: dict[str, str], caller: Caller) -> None:
        """POST …/tags/create."""
        with self._service.lock, self._service.recorded(job_id, "tag", caller, fields=tuple(tags)):
            job = self._find(job_id, caller)
            maximum = self._service.settings.max_tags
            if maximum is not None and len({*job.tags, *tags}) > maximum:
                raise DliError("parameter", reason=f"a job must not have more than {maximum} tags")
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


def as_tags(value: Any, max_lengths: tuple[int, int]) -> dict[str, str]:
    """Return the tags in ``[{"key": …, "value": …}]``. Keys and values must not be empty or longer than ``max_lengths``."""
    tags: dict[str, str] = {}
    for item in _objects(value):
        key, text = item.get("key"), item.get("value")
        if not _has_length(key, max_lengths[0]) or not _has_length(text, max_lengths[1]):
            limits = f"key from 1 to {max_lengths[0]} and value from 1 to {max_lengths[1]}"
            raise DliError("parameter", reason=f"a tag has a {limits} characters")
        tags[str(key)] = str(text)
    return tags


def as_keys(value: Any) -> dict[str, str | None]:
    """Return the tags in the request of a delete, where the value is optional."""
    tags: dict[str, str | None] = {}
    for item in _objects(value):
        key, text = item.get("key"), item.get("value")
        if not isinstance(key, str) or not isinstance(text, (str, type(None))):
            raise DliError("parameter", reason="a tag has a key and a value, both strings")
        tags[key] = text
    return tags


def _objects(value: Any) -> list[dict[str, Any]]:
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise DliError("parameter", reason="tags must be an array of objects with key and value")
    return value


def _has_length(value: Any, max_length: int) -> bool:
    return isinstance(value, str) and 1 <= len(value) <= max_length
