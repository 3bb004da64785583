# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Validation of request bodies and queries: a value without the documented type returns ``DLI.0001``, HTTP 400."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ..model.codes import DliError
from ..model.jobs import JOB_TYPES, STATUSES
from ..model.listing import ListQuery
from ..model.settings import Settings

_INT64 = 2**63
_MAX_LIMIT = 100
_DEFAULT_LIMIT = 10


def invalid(reason: str) -> DliError:
    return DliError("parameter", reason=reason)


def json_object(body: bytes) -> dict[str, Any]:
    try:
        value = json.loads(body)
    except ValueError:
        raise invalid("the body is not JSON") from None
    if not isinstance(value, dict):
        raise invalid("the body is not an object")
    return value


def job_ids(body: Mapping[str, Any], max_batch: int | None) -> list[int]:
    """Return ``job_ids``: 64-bit integers, neither strings nor booleans (dli-api.md 1.3).

    An empty list is refused. The behaviour of the real service is not documented (dli-api.md 10-2).
    """
    return _ids(body, "job_ids", max_batch)


def flag(body: Mapping[str, Any], name: str) -> bool:
    """Return an optional boolean. Absent and null are false."""
    value = body.get(name)
    if value is None:
        return False
    if not isinstance(value, bool):
        raise invalid(f"{name} must be a boolean")
    return value


def text(body: Mapping[str, Any], name: str, max_length: int | None = None) -> str:
    """Return a required string that is not empty."""
    value = body.get(name)
    if not isinstance(value, str) or not value:
        raise invalid(f"{name} must be a string that is not empty")
    if max_length is not None and len(value) > max_length:
        raise invalid(f"{name} must not be longer than {max_length}")
    return value


def selected_jobs(body: Mapping[str, Any], maximum: int) -> list[int] | None:
    """Return the jobs of an export, None for all (dli-api.md 1.12). ``is_selected`` is required despite its default."""
    if not isinstance(body.get("is_selected"), bool):
        raise invalid("is_selected must be a boolean")
    return _ids(body, "job_selected", maximum) if body["is_selected"] else None


_GRAPH_TYPES: dict[str, type] = {
    "sql_body": str,
    "flink_version": str,
    "cu_number": int,
    "manager_cu_number": int,
    "parallel_number": int,
    "tm_cus": int,
    "tm_slot_num": int,
    "operator_config": str,
    "static_estimator": bool,
    "job_type": str,
    "graph_type": str,
    "static_estimator_config": str,
}


def stream_graph(body: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, int]]:
    """Return the fields of a gen-graph request, and the parallelism by operator ID (dli-api.md 1.13)."""
    text(body, "sql_body")
    given = {name: _typed(name, body[name], kind) for name, kind in _GRAPH_TYPES.items() if body.get(name) is not None}
    _among(given, "graph_type", ("simple_graph", "job_graph"))
    try:
        listed = json.loads(given.get("operator_config") or "{}").get("operator_list", [])
        return given, {str(item["id"]): int(item["parallelism"]) for item in listed}
    except (ValueError, TypeError, KeyError, AttributeError):
        raise invalid("operator_config must be JSON with an operator_list of ids and parallelisms") from None


def list_query(args: Mapping[str, str], settings: Settings) -> ListQuery:
    """Return the query of a list (dli-api.md 3)."""
    offset = whole(args, "offset", 0)
    if offset < 0:
        raise DliError("list_offset")
    limit = whole(args, "limit", _DEFAULT_LIMIT)
    if limit < 0 or (limit > _MAX_LIMIT and settings.over_limit == "refuse"):
        raise invalid(f"limit must be from 0 to {_MAX_LIMIT}")
    if limit > _MAX_LIMIT and settings.over_limit == "clamp":
        limit = _MAX_LIMIT
    if limit == 0 and args.get("limit") and settings.zero_limit == "default":
        limit = _DEFAULT_LIMIT
    _among(args, "order", ("asc", "desc"))
    _among(args, "show_detail", ("true", "false"))
    _among(args, "status", STATUSES)
    _among(args, "job_type", JOB_TYPES)
    if len(args.get("name", "")) > 57:
        raise invalid("name must not be longer than 57")
    filters = ("name", "status", "job_type", "queue_name", "user_name", "sys_enterprise_project_name")
    return ListQuery(
        filters={name: args[name] for name in filters if args.get(name)},
        tags=_tag_filter(args.get("tags", "")),
        offset=offset,
        limit=limit,
        ascending=args.get("order") == "asc",
        detailed=args.get("show_detail") == "true",
        root_job_id=whole(args, "root_job_id", -1) if "root_job_id" in args else None,
    )


def _ids(body: Mapping[str, Any], name: str, maximum: int | None) -> list[int]:
    ids = body.get(name)
    if not isinstance(ids, list) or not all(isinstance(item, int) and not isinstance(item, bool) for item in ids):
        raise invalid(f"{name} must be an array of integers")
    if not ids:
        raise invalid(f"{name} must not be empty")
    if not all(-_INT64 <= item < _INT64 for item in ids):
        raise invalid("a job id does not fit into 64 bits")
    if maximum is not None and len(ids) > maximum:
        raise invalid(f"{name} must not have more than {maximum} elements")
    return ids


def names(body: Mapping[str, Any], name: str) -> list[str]:
    """Return an array of strings that is not empty."""
    value = body.get(name)
    if not isinstance(value, list) or not value or not all(isinstance(item, str) and item for item in value):
        raise invalid(f"{name} must be an array of strings that is not empty")
    return value


def page(args: Mapping[str, str]) -> tuple[int, int | None]:
    """Return ``offset`` and ``limit`` of a list that is complete by default."""
    offset, limit = whole(args, "offset", 0), whole(args, "limit", 0) if args.get("limit") else None
    if offset < 0 or (limit is not None and limit < 0):
        raise invalid("offset and limit must not be below 0")
    return offset, limit


def _typed(name: str, value: Any, kind: type) -> Any:
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise invalid(f"{name} must be of type {kind.__name__}")
    return value


def _among(values: Mapping[str, Any], name: str, allowed: tuple[str, ...]) -> None:
    if values.get(name) and values[name] not in allowed:
        raise invalid(f"{name} must be one of {', '.join(allowed)}")


def whole(args: Mapping[str, str], name: str, default: int) -> int:
    """Return an integer of a query."""
    try:
        value = int(args.get(name) or default)
    except ValueError:
        raise invalid(f"{name} must be an integer") from None
    if not -_INT64 <= value < _INT64:
        raise invalid(f"{name} does not fit into 64 bits")
    return value


def _tag_filter(value: str) -> dict[str, str]:
    """Return the tags in ``key1=v1,key2=v2`` (dli-api.md 3). That other formats are refused is an assumption."""
    pairs = [item.partition("=") for item in value.split(",")] if value else []
    if not all(key and equals for key, equals, _value in pairs):
        raise invalid("tags must be pairs like key1=v1,key2=v2")
    return {key: value for key, _equals, value in pairs}
