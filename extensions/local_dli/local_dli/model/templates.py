# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Templates that SQL jobs can be made from (dli-api.md 1.2 row 19, 1.13).

The contract has the paths, the codes and the limit of 100; the members come from the SDK's models. How a list filters
is ours, and so is the code for one template too many.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..clock import epoch_ms
from .codes import DliError
from .service import Caller, Service

_MOST = 100
_BRIEF = ("template_id", "name", "desc", "create_time", "job_type")


@dataclass
class Template:
    """One template."""

    template_id: int
    project_id: str
    create_time: int
    update_time: int
    name: str = ""
    desc: str = ""
    sql_body: str = ""
    job_type: str = "flink_opensource_sql_job"
    tags: dict[str, str] = field(default_factory=dict)

    def brief(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in _BRIEF}

    def whole(self) -> dict[str, Any]:
        return {**self.brief(), "update_time": self.update_time, "sql_body": self.sql_body}


class Templates:
    """The four calls, and what a create of a job asks."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._all: dict[int, Template] = {}
        self._ids = itertools.count(1)

    def create(self, body: Mapping[str, Any], tags: dict[str, str], caller: Caller) -> Template:
        """POST job-templates."""
        members = _members(body, ("name", "desc", "sql_body", "job_type"))
        if not members.get("name"):
            raise DliError("template_name")
        with self._service.lock:
            if len(self._of(caller)) >= _MOST:
                raise DliError("too_many_templates", most=_MOST)
            now = epoch_ms(self._service.clock)
            made = Template(next(self._ids), caller.project_id, now, now, tags=tags, **members)
            self._all[made.template_id] = made
            self._service.record(0, "template", caller, None)
            return made

    def update(self, template_id: int, body: Mapping[str, Any], caller: Caller) -> None:
        """PUT job-templates/{template_id}."""
        members = _members(body, ("name", "desc", "sql_body"))
        if members.get("name") == "":
            raise DliError("template_name")
        with self._service.lock:
            template = self._find(template_id, caller)
            for name, value in members.items():
                setattr(template, name, value)
            template.update_time = epoch_ms(self._service.clock)
            self._service.record(0, "template", caller, None)

    def delete(self, template_id: int, caller: Caller) -> None:
        """DELETE job-templates/{template_id}."""
        with self._service.lock:
            del self._all[self._find(template_id, caller).template_id]
            self._service.record(0, "template", caller, None)

    def show(self, name: str, tags: dict[str, str], page: tuple[int, int], ascending: bool, caller: Caller) -> Any:
        """GET job-templates."""
        offset, limit = page
        if offset < 0 or limit < 0:
            raise DliError("template_page")
        with self._service.lock:
            found = [item for item in self._of(caller) if name in item.name and tags.items() <= item.tags.items()]
            found.sort(key=lambda item: (item.create_time, item.template_id), reverse=not ascending)
            return {"total_count": len(found), "templates": [item.whole() for item in found[offset : offset + limit]]}

    def sql_body(self, template_id: int, caller: Caller) -> str:
        """The script for a job made from a template."""
        return self._find(template_id, caller).sql_body

    def clear(self) -> None:
        self._all.clear()
        self._ids = itertools.count(1)

    def _of(self, caller: Caller) -> list[Template]:
        return [item for item in self._all.values() if item.project_id == caller.project_id]

    def _find(self, template_id: int, caller: Caller) -> Template:
        found = self._all.get(template_id)
        if found is None or found.project_id != caller.project_id:
            raise DliError("template_unknown")
        return found


def _members(body: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, str]:
    given = {name: body[name] for name in names if body.get(name) is not None}
    for name, value in given.items():
        if not isinstance(value, str):
            raise DliError("parameter", why=f"{name} must be of type str")
    return given
