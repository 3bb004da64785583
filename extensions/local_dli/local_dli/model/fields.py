# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The fields of a create and an update by their names in requests: calls, types and ranges (dli-api.md 1.9, 1.10).

`definitions.py` has the rules that depend on other jobs or on the status of the job.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Callable

from ..engine.simulated import ScriptError
from .codes import DliError
from .jobs import JAR, JOB_TYPES, RUN_MODES
from .settings import Settings
from .sql import markers
from .tags import as_tags

_TEXTS = ("name", "desc", "queue_name", "sql_body", "run_mode", "job_type", "main_class", "entrypoint_args")
_BOTH: dict[str, type] = {
    "name": str,
    "desc": str,
    "queue_name": str,
    "cu_number": int,
    "manager_cu_number": int,
    "parallel_number": int,
    "tm_cus": int,
    "tm_slot_num": int,
    "checkpoint_enabled": bool,
    "checkpoint_mode": int,
    "checkpoint_interval": int,
    "obs_bucket": str,
    "log_enabled": bool,
    "smn_topic": str,
    "restart_when_exception": bool,
    "resume_checkpoint": bool,
    "resume_max_num": int,
    "flink_version": str,
    "runtime_config": str,
    "flink_log_config": str,
    "execution_agency_urn": str,
    "resource_config_version": str,
    "resource_config": dict,
}
_SQL: dict[str, type] = {
    "sql_body": str,
    "run_mode": str,
    "idle_state_retention": int,
    "dirty_data_strategy": str,
    "udf_jar_url": str,
    "edge_group_ids": list,
}
_JAR: dict[str, type] = {
    "main_class": str,
    "entrypoint_args": str,
    "entrypoint": str,
    "dependency_jars": list,
    "dependency_files": list,
    "feature": str,
    "image": str,
    "checkpoint_path": str,
}
# Additional fields of a call, by (jar, creating).
_MORE: dict[tuple[bool, bool], dict[str, type]] = {
    (False, True): {"job_type": str, "template_id": int, "tags": list},
    (False, False): {"operator_config": str, "static_estimator_config": str},
    (True, True): {"tags": list},
    (True, False): {"job_type": str},
}
_CHECKPOINT_MODES = {1: "exactly_once", 2: "at_least_once"}
_RANGES: dict[str, tuple[int, int]] = {
    "cu_number": (2, 400),
    "manager_cu_number": (0, 400),
    "parallel_number": (1, 2000),
    "tm_cus": (1, 400),
    "tm_slot_num": (1, 2000),
    "checkpoint_interval": (1, 3600),
    "idle_state_retention": (0, 2**31 - 1),
}
_LENGTHS = {"name": 57, "queue_name": 128, "sql_body": 1024 * 1024}
_CHOICES: dict[str, tuple[str, ...]] = {
    "run_mode": RUN_MODES,
    "job_type": JOB_TYPES,
    "feature": ("basic", "custom"),
    "resource_config_version": ("v1", "v2"),
}
_DIRTY_DATA = re.compile(r"[01]|2:.+")
_MEMORY = re.compile(r"(\d+(?:\.\d+)?)\s*([GM])B?", re.IGNORECASE)
_SPEC_DEFAULT = {"cpu": 1.0, "memory": "4G"}


@dataclass
class JobFields:
    """The validated fields of a request. ``job`` and ``config``: fields of the job and of its ``job_config``."""

    jar: bool
    job: dict[str, Any] = field(default_factory=dict)
    config: dict[str, Any] = field(default_factory=dict)
    template_id: int | None = None


def read(body: Mapping[str, Any], jar: bool, creating: bool, settings: Settings) -> JobFields:
    """Return the fields of a create or an update. Null counts as absent. Raises DliError."""
    known = {**_BOTH, **(_JAR if jar else _SQL), **_MORE[jar, creating]}
    given = {name: value for name, value in body.items() if value is not None}
    unknown = [name for name in given if name not in known]
    if unknown and settings.unknown_fields == "refuse":
        raise _invalid(f"the call has no field {unknown[0]}")
    values = {name: _checked(name, given[name], kind) for name, kind in known.items() if name in given}
    result = JobFields(jar, template_id=values.pop("template_id", None))
    if "tags" in values:
        result.job["tags"] = as_tags(values.pop("tags"), (settings.tag_key_length, settings.tag_value_length))
    for name, value in values.items():
        (result.job if name in _TEXTS else result.config)[name] = value
    if "edge_group_ids" in result.config:
        result.job["edge_group_ids"] = result.config["edge_group_ids"]
    max_length = settings.max_desc or (512 if jar else 2048)
    if len(result.job.get("desc", "")) > max_length:
        raise _invalid(f"desc must not be longer than {max_length}")
    if creating and "name" not in result.job:
        raise _invalid("name must be a string that is not empty")
    _check_markers(result.job)
    if not creating and result.job.pop("job_type", JAR) != JAR:
        raise _invalid("the type of a job cannot be changed")
    return result


def resource_config(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return ``resource_config`` with the documented defaults (dli-api.md 1.7)."""
    config: dict[str, Any] = {"max_slot": None, "parallel_number": None}
    for name in config:
        if given.get(name) is not None:
            config[name] = _typed(name, given[name], int)
    for name in ("jobmanager_resource_spec", "taskmanager_resource_spec"):
        config[name] = _spec(name, given.get(name) or {})
    return config


def _checked(name: str, value: Any, kind: type) -> Any:
    _typed(name, value, kind)
    low, high = _RANGES.get(name, (-(2**63), 2**63 - 1))
    if kind is int and not low <= value <= high:
        raise _invalid(f"{name} must be from {low} to {high}")
    if kind is list and name != "tags" and not all(isinstance(item, str) for item in value):
        raise _invalid(f"{name} must be an array of strings")
    if name in _LENGTHS and len(value) > _LENGTHS[name]:
        raise _invalid(f"{name} must not be longer than {_LENGTHS[name]}")
    if name in _CHOICES and value not in _CHOICES[name]:
        raise _invalid(f"{name} must be one of {', '.join(_CHOICES[name])}")
    special = _SPECIAL.get(name)
    return value if special is None else special(value)


def _name(value: str) -> str:
    if not value:
        raise _invalid("name must be a string that is not empty")
    return value


def _checkpoint_mode(value: int) -> str:
    """An integer in requests, a string in responses (dli-api.md 1.7)."""
    if value not in _CHECKPOINT_MODES:
        raise _invalid("checkpoint_mode must be 1 or 2")
    return _CHECKPOINT_MODES[value]


def _resume_max_num(value: int) -> int:
    if value != -1 and value < 1:
        raise _invalid("resume_max_num must be -1 or greater than 0")
    return value


def _dirty_data_strategy(value: str) -> str:
    if not _DIRTY_DATA.fullmatch(value):
        raise _invalid("dirty_data_strategy must be 0, 1 or 2:<obs dir>")
    return value


_SPECIAL: dict[str, Callable[[Any], Any]] = {
    "name": _name,
    "checkpoint_mode": _checkpoint_mode,
    "resume_max_num": _resume_max_num,
    "dirty_data_strategy": _dirty_data_strategy,
    "resource_config": resource_config,
}


def _spec(name: str, given: Any) -> dict[str, Any]:
    _typed(name, given, dict)
    spec = {**_SPEC_DEFAULT, **{key: given[key] for key in _SPEC_DEFAULT if given.get(key) is not None}}
    if isinstance(spec["cpu"], bool) or not isinstance(spec["cpu"], (int, float)) or spec["cpu"] < 0.5:
        raise _invalid(f"cpu of {name} must be a number, at least 0.5")
    memory = _MEMORY.fullmatch(str(spec["memory"]))
    if memory is None or float(memory.group(1)) * (1 if memory.group(2).upper() == "M" else 1024) < 2048:
        raise _invalid(f"memory of {name} must be at least 2 GB, as in 4G")
    return spec


def _typed(name: str, value: Any, kind: type) -> Any:
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise _invalid(f"{name} must be of type {kind.__name__}")
    return value


def _check_markers(job: Mapping[str, Any]) -> None:
    """Refuse an invalid marker in the request. Otherwise it would fail at the start of the job."""
    for name in ("sql_body", "entrypoint_args"):
        try:
            markers(job.get(name, ""))
        except ScriptError as error:
            raise _invalid(f"{name}: {error}") from None


def _invalid(reason: str) -> DliError:
    return DliError("parameter", reason=reason)
