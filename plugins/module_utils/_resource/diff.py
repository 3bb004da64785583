# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The settings of a job: parses desired settings, compares them with current settings, and builds request bodies. Pure.

The service returns settings in two places, some of them in another form, and unset settings as null (dli-api.md 1.7).
"""

from __future__ import annotations

import json
import math
import typing as t
from collections.abc import Mapping
from functools import partial

from .._dli.job_limits import check_limits
from .._dli.job_settings import (
    BOOLEAN,
    BY_NAME,
    CONFIG,
    CREATE_ONLY,
    INTEGER,
    JSON,
    LIST,
    MODE,
    MODES,
    NOWHERE,
    OBJECT,
    SCRIPT,
    TOP,
    UPDATE_ONLY,
    Setting,
    settings_of,
)
from .._errors import InputError
from .._options import parse_all, text_or_none, texts

Definition = Mapping[str, t.Any]
#: The settings from which the service derives tm_slot_num if it is not specified (dli-api.md 1.9).
SLOT_SETTINGS = ("parallel_number", "tm_cus", "cu_number", "manager_cu_number")
#: The values of checkpoint_interval for a job that does not specify it: documented, and observed for Jar jobs.
CHECKPOINT_INTERVALS = (10, 30)


def parse_definition(kind: str, params: Mapping[str, t.Any]) -> dict[str, t.Any]:
    """Return the settings from the options, without unset settings.

    :raises InputError: the values of settings are invalid.
    """
    settings = settings_of(kind)
    values = parse_all(*(partial(_desired_value, kind, setting, params[setting.name]) for setting in settings))
    return {setting.name: value for setting, value in zip(settings, values) if value is not None}


def diff(kind: str, detail: Definition, desired: Definition) -> list[str]:
    """Return the names of the settings that differ from the desired ones, in the order of the table."""
    comparable = [setting for setting in settings_of(kind) if setting.name in desired and setting.place != NOWHERE]
    return [setting.name for setting in comparable if not _fits(setting, _read(setting, detail), desired[setting.name])]


def complete(kind: str, detail: Definition, desired: Definition) -> dict[str, t.Any]:
    """Return desired settings, and the values that reset all other settings of a job; None for those that cannot be reset.

    Members of an object that cannot stay have the value None.
    """
    current = from_api(kind, detail)
    others = [
        name
        for name in current
        if name != "name" and BY_NAME[name].when != CREATE_ONLY and not _is_filled_in(name, current)
    ]
    settings = {**{name: BY_NAME[name].reset_value for name in others}, **desired}
    for name in settings:
        if BY_NAME[name].kind == OBJECT:
            wanted = _merged(BY_NAME[name].default, settings[name])
            settings[name] = _with_nulls(_read(BY_NAME[name], detail), wanted)
    return settings


def _is_filled_in(name: str, settings: Definition) -> bool:
    """Return whether the service sets a setting to this value if it is not specified (dli-api.md 1.7, 2.3)."""
    if name == "checkpoint_interval":
        return settings[name] in CHECKPOINT_INTERVALS
    if name != "tm_slot_num":
        return False
    parallel, cus_of_task_manager, cus, manager_cus = (settings.get(one, BY_NAME[one].default) for one in SLOT_SETTINGS)
    return bool(settings[name] == max(1, math.ceil(parallel * cus_of_task_manager / max(1, cus - manager_cus))))


def with_derived(kind: str, detail: Definition, desired: Definition, changed: Definition) -> dict[str, t.Any]:
    """Return the settings to change, also with ``tm_slot_num`` if it is specified and the service derives it from them.

    Otherwise the service would derive another value, although the setting had the desired value before.
    """
    current, name = from_api(kind, detail), "tm_slot_num"
    is_derived = name in current and _is_filled_in(name, current)
    is_affected = name in desired and is_derived and not {*SLOT_SETTINGS}.isdisjoint(changed)
    return {**changed, **({name: desired[name]} if is_affected else {})}


def payload_for_create(desired: Definition, tags: Mapping[str, str] | None) -> dict[str, t.Any]:
    payload = {name: _wire(BY_NAME[name], desired[name]) for name in desired if BY_NAME[name].when != UPDATE_ONLY}
    if tags:
        payload["tags"] = [{"key": key, "value": value} for key, value in tags.items()]
    return payload


def settings_after_creation(desired: Definition) -> list[str]:
    """Return the settings that a creation does not accept; they require an update after the creation."""
    return [name for name in desired if BY_NAME[name].when == UPDATE_ONLY]


def payload_for_update(detail: Definition, desired: Definition) -> dict[str, t.Any]:
    """Return the body of an update.

    :arg desired: only settings that differ, because unchanged settings can make an update fail (dli-api.md 2.3).
    """
    return {name: _wire(BY_NAME[name], _merged(_read(BY_NAME[name], detail), value)) for name, value in desired.items()}


def from_api(kind: str, detail: Definition) -> dict[str, t.Any]:
    """Return the settings in a job detail that can be set, by the names that requests use."""
    read = {setting.name: _normal(setting, _read(setting, detail)) for setting in settings_of(kind)}
    if read["checkpoint_enabled"] is True:
        # The service generates the path, and it cannot be set (dli-api.md 2.3, 7.5).
        read.pop("checkpoint_path", None)
    return {name: value for name, value in read.items() if value is not None}


def apply_to(before: Definition, desired: Definition) -> dict[str, t.Any]:
    """Return the settings after they were set to the desired values, in the form of :func:`from_api`."""
    after = dict(before)
    for name in desired:
        value = _merged(before.get(name), desired[name])
        after[name] = _normal(BY_NAME[name], value)
    return {name: value for name, value in after.items() if value is not None}


def as_text(definition: Definition) -> str:
    """Return settings as sorted lines for a diff, with one value per line and scripts line by line."""
    return "".join(_lines(name, definition[name], "") for name in sorted(definition))


def tag_changes(
    current: Mapping[str, str], desired: Mapping[str, str], purge: bool
) -> tuple[dict[str, str], dict[str, str]]:
    """Return the tags to set, and the tags to remove.

    :arg purge: remove tags that are not desired.
    """
    add = {key: value for key, value in desired.items() if current.get(key) != value}
    remove = {key: value for key, value in current.items() if purge and key not in desired}
    return add, remove


def _desired_value(kind: str, setting: Setting, value: t.Any) -> t.Any:
    """Return the value of an option; None if it is null or an empty text, which surveys send for unset fields."""
    if value is None:
        return None
    if setting.kind == LIST:
        items = [item.strip() for item in texts(setting.name, value) if item.strip()]
        return None if value and not items else items
    if setting.kind in (INTEGER, BOOLEAN, OBJECT):
        value = _pruned(value)
        check_limits(kind, setting.name, value)
        return value
    text = text_or_none(value)
    if text is None:
        return None
    if setting.choices and text not in setting.choices:
        choices = ", ".join(setting.choices)
        raise InputError(f"Invalid {setting.name}: {text[:40]!r} is not supported. Specify one of {choices}.")
    if setting.kind == JSON and isinstance(_json(text), str):
        raise InputError(f"Invalid {setting.name}: the value is not valid JSON. Specify a dictionary or JSON text.")
    check_limits(kind, setting.name, text)
    return str(value) if setting.kind == SCRIPT else _normal(setting, text) if setting.kind == MODE else text


def _read(setting: Setting, detail: Definition) -> t.Any:
    if setting.place == NOWHERE:
        return None
    holder = detail if setting.place == TOP else detail.get(CONFIG)
    return holder.get(setting.name) if isinstance(holder, Mapping) else None


def _fits(setting: Setting, current: t.Any, desired: t.Any) -> bool:
    actual = _normal(setting, current)
    if setting.kind == OBJECT:
        return _covers(_merged(setting.default, actual or {}), desired)
    return bool((setting.default if actual is None else actual) == _normal(setting, desired))


def _covers(actual: t.Any, desired: t.Any) -> bool:
    """Return whether an object has all desired members; additional members are ignored."""
    if isinstance(desired, Mapping):
        return isinstance(actual, Mapping) and all(_covers(actual.get(key), value) for key, value in desired.items())
    return bool(_number(actual) == _number(desired))


def _normal(setting: Setting, value: t.Any) -> t.Any:
    """Return a value in a normal form for comparisons; null, an empty text and an empty list are None."""
    if value is None or value == "":
        return None
    if setting.kind == INTEGER:
        return _number(value)
    if setting.kind == BOOLEAN:
        return {"true": True, "false": False}.get(str(value).lower(), value)
    if setting.kind == MODE:
        names = {str(number): name for name, number in MODES.items()}
        return names.get(str(value), str(value))
    if setting.kind == LIST:
        return [str(item) for item in value] if isinstance(value, (list, tuple)) and value else None
    if setting.kind == OBJECT:
        return _pruned(value)
    if setting.kind == JSON:
        return _json(value)
    if setting.kind == SCRIPT:
        return str(value).replace("\r\n", "\n").rstrip() or None
    return text_or_none(value)


def _number(value: t.Any) -> t.Any:
    """Return a number for a numeric text; return any other value unchanged."""
    if not isinstance(value, (str, float)):
        return value
    try:
        number = float(value)
    except ValueError:
        return str(value).strip()
    return int(number) if number.is_integer() else number


def _json(value: t.Any) -> t.Any:
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return text_or_none(value)


def _pruned(value: t.Any) -> t.Any:
    """Remove null and empty members from an object; return None if no members remain."""
    if not isinstance(value, Mapping):
        return None if value == "" else value
    kept = {key: _pruned(inner) for key, inner in value.items()}
    return {key: inner for key, inner in kept.items() if inner is not None} or None


def _merged(current: t.Any, desired: t.Any) -> t.Any:
    """Add the current members to a desired object, because it is not documented whether the service keeps them."""
    if not isinstance(desired, Mapping):
        return desired
    current = current if isinstance(current, Mapping) else {}
    present = {key: value for key, value in current.items() if value is not None}
    return {**present, **{key: _merged(present.get(key), value) for key, value in desired.items()}}


def _with_nulls(current: t.Any, desired: t.Any) -> t.Any:
    """Return a desired object with the value None for each member that only the current object has."""
    if not isinstance(desired, Mapping):
        return desired
    current = current if isinstance(current, Mapping) else {}
    return {**dict.fromkeys(current), **{key: _with_nulls(current.get(key), value) for key, value in desired.items()}}


def _wire(setting: Setting, value: t.Any) -> t.Any:
    return MODES[value] if setting.kind == MODE else _pruned(value) if setting.kind == OBJECT else value


def _lines(name: str, value: t.Any, indent: str) -> str:
    if isinstance(value, Mapping) and value:
        inner = "".join(_lines(str(key), value[key], indent + "  ") for key in sorted(value))
        return f"{indent}{name}:\n{inner}"
    if isinstance(value, list) and value:
        return f"{indent}{name}:\n" + "".join(f"{indent}  - {_scalar(item)}\n" for item in value)
    if isinstance(value, str) and "\n" in value:
        return f"{indent}{name}: |\n" + "".join(f"{indent}  {line}".rstrip() + "\n" for line in value.splitlines())
    return f"{indent}{name}: {_scalar(value)}\n"


def _scalar(value: t.Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
