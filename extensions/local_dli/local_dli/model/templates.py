# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Templates for SQL jobs (dli-api.md 1.2 row 19, 1.13).

The paths, the error codes and the limit of 100 are in the contract. The fields are from the models of the SDK. The filters
of a list and the error code for too many templates are assumptions.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..clock import epoch_ms
from .codes import DliError
from .service import Caller, Service

_MAX_TEMPLATES = 100
_SUMMARY_FIELDS = ("template_id", "name", "desc", "create_time", "job_type")


@dataclass
class Template:
    template_id: int
    project_id: str
    create_time: int
    update_time: int
    name: str = ""
    desc: str = ""
    sql_body: str = ""
    job_type: str = "flink_opensource_sql_job"
    tags: dict[str, str] = field(default_factory=dict)

    def summary(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in _SUMMARY_FIELDS}

    def as_dict(self) -> dict[str, Any]:
        return {**self.summary(), "update_time": self.update_time, "sql_body": self.sql_body}


class Templates:
    """The four calls, and the SQL of a template for the create of a job."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._all: dict[int, Template] = {}
        self._ids = itertools.count(1)

    def create(self, body: Mapping[str, Any], tags: dict[str, str], caller: Caller) -> Template:
        """POST job-templates."""
        values = _strings(body, ("name", "desc", "sql_body", "job_type"))
        if not values.get("name"):
            raise DliError("template_name")
        with self._service.lock:
            if len(self._of_project(caller)) >= _MAX_TEMPLATES:
                raise DliError("too_many_templates", maximum=_MAX_TEMPLATES)
            now = epoch_ms(self._service.clock)
            template = Template(next(self._ids), caller.project_id, now, now, tags=tags, **values)
            self._all[template.template_id] = template
            self._service.record(0, "template", caller, None)
            return template

    def update(self, template_id: int, body: Mapping[str, Any], caller: Caller) -> None:
        """PUT job-templates/{template_id}."""
        values = _strings(body, ("name", "desc", "sql_body"))
        if values.get("name") == "":
            raise DliError("template_name")
        with self._service.lock:
            template = self._find(template_id, caller)
            for name, value in values.items():
                setattr(template, name, value)
            template.update_time = epoch_ms(self._service.clock)
            self._service.record(0, "template", caller, None)

    def delete(self, template_id: int, caller: Caller) -> None:
        """DELETE job-templates/{template_id}."""
        with self._service.lock:
            del self._all[self._find(template_id, caller).template_id]
            self._service.record(0, "template", caller, None)

    def read(self, name: str, tags: dict[str, str], page: tuple[int, int], ascending: bool, caller: Caller) -> Any:
        """GET job-templates."""
        offset, limit = page
        if offset < 0 or limit < 0:
            raise DliError("template_page")
        with self._service.lock:
            found = [item for item in self._of_project(caller) if name in item.name and tags.items() <= item.tags.items()]
            found.sort(key=lambda item: (item.create_time, item.template_id), reverse=not ascending)
            return {"total_count": len(found), "templates": [item.as_dict() for item in found[offset : offset + limit]]}

    def sql_body(self, template_id: int, caller: Caller) -> str:
        """Return the script for a job from a template."""
        return self._find(template_id, caller).sql_body

    def clear(self) -> None:
        self._all.clear()
        self._ids = itertools.count(1)

    def _of_project(self, caller: Caller) -> list[Template]:
        return [item for item in self._all.values() if item.project_id == caller.project_id]

    def _find(self, template_id: int, caller: Caller) -> Template:
        found = self._all.get(template_id)
        if found is None or found.project_id != caller.project_id:
            raise DliError("template_unknown")
        return found


def _strings(body: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, str]:
    given = {name: body[name] for name in names if body.get(name) is not None}
    for name, value in given.items():
        if not isinstance(value, str):
            raise DliError("parameter", reason=f"{name} must be of type str")
    return given
