# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The settings of a job: parsing desired ones, comparing them with current ones, and the bodies of requests. Pure.

The service returns settings in two places, some in another form, and as null what is not set (dli-api.md 1.7).
"""

from __future__ import annotations

import json
import typing as t
from collections.abc import Iterable, Mapping, Sequence

from .._dli.job_settings import (
    BOOLEAN,
    BY_NAME,
    CONFIG,
    INTEGER,
    JSON,
    LIST,
    LONGEST,
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
from .._options import text_or_none

Definition = Mapping[str, t.Any]


def parse_definition(kind: str, params: Mapping[str, t.Any]) -> dict[str, t.Any]:
    """Return the settings of the options; what is unset is left out.

    :raises InputError: a value is not allowed for its setting.
    """
    wanted = {setting.name: _wanted(setting, params[setting.name]) for setting in settings_of(kind)}
    return {name: value for name, value in wanted.items() if value is not None}


def diff(kind: str, detail: Definition, wanted: Definition) -> list[str]:
    """Return the names of the settings that differ from the desired ones, in the order of the table."""
    comparable = [setting for setting in settings_of(kind) if setting.name in wanted and setting.place != NOWHERE]
    return [setting.name for setting in comparable if not _fits(setting, _read(setting, detail), wanted[setting.name])]


def payload_for_create(wanted: Definition, tags: Mapping[str, str] | None) -> dict[str, t.Any]:
    payload = {name: _wire(BY_NAME[name], wanted[name]) for name in wanted if BY_NAME[name].when != UPDATE_ONLY}
    if tags:
        payload["tags"] = [{"key": key, "value": value} for key, value in tags.items()]
    return payload


def settings_after_creation(wanted: Definition) -> list[str]:
    """Return the settings that a creation does not accept, so that an update must follow it."""
    return [name for name in wanted if BY_NAME[name].when == UPDATE_ONLY]


def payload_for_update(detail: Definition, wanted: Definition, names: Sequence[str]) -> dict[str, t.Any]:
    """Return the body of an update: nothing but what differs, since unchanged settings can make it fail (dli-api.md 2.3)."""
    return {name: _wire(BY_NAME[name], _merged(_read(BY_NAME[name], detail), wanted[name])) for name in names}


def from_api(kind: str, detail: Definition) -> dict[str, t.Any]:
    """Return the settings in a job detail, by the names that requests use."""
    read = {setting.name: _normal(setting, _read(setting, detail)) for setting in settings_of(kind)}
    return {name: value for name, value in read.items() if value is not None}


def apply_to(before: Definition, wanted: Definition, names: Iterable[str]) -> dict[str, t.Any]:
    """Return settings after the named ones were set to the desired values; all in the form of :func:`from_api`."""
    after = dict(before)
    for name in names:
        value = _merged(before.get(name), wanted[name])
        after[name] = _normal(BY_NAME[name], value)
    return {name: value for name, value in after.items() if value is not None}


def as_text(definition: Definition) -> str:
    """Return settings as lines for a diff: sorted, one value a line, a script line by line."""
    return "".join(_lines(name, definition[name], "") for name in sorted(definition))


def tag_changes(
    current: Mapping[str, str], wanted: Mapping[str, str], purge: bool
) -> tuple[dict[str, str], dict[str, str]]:
    """Return the tags to remove, and those to add.

    A tag with another value is removed first: whether adding it replaces the value is not documented.

    :arg purge: also remove those that are not desired.
    """
    add = {key: value for key, value in wanted.items() if current.get(key) != value}
    remove = {key: value for key, value in current.items() if key in add or (purge and key not in wanted)}
    return remove, add


def _wanted(setting: Setting, value: t.Any) -> t.Any:
    """Return the value of an option; None if it is unset: null, or an empty text (surveys send those)."""
    if value is None:
        return None
    if setting.kind == LIST:
        items = [item.strip() for item in map(str, value) if item.strip()]
        return None if value and not items else items
    if setting.kind == OBJECT:
        return _pruned(value)
    if setting.kind in (INTEGER, BOOLEAN):
        return value
    text = text_or_none(value)
    if text is None:
        return None
    if setting.choices and text not in setting.choices:
        raise InputError(f"{setting.name} must be one of {', '.join(setting.choices)}, not {text[:40]!r}")
    if setting.kind == JSON and isinstance(_json(text), str):
        raise InputError(f"{setting.name} must be a dictionary or JSON text, and is neither")
    if len(text) > LONGEST.get(setting.name, len(text)):
        raise InputError(f"{setting.name} must not be longer than {LONGEST[setting.name]} characters, and has {len(text)}")
    return str(value) if setting.kind == SCRIPT else _normal(setting, text) if setting.kind == MODE else text


def _read(setting: Setting, detail: Definition) -> t.Any:
    if setting.place == NOWHERE:
        return None
    holder = detail if setting.place == TOP else detail.get(CONFIG)
    return holder.get(setting.name) if isinstance(holder, Mapping) else None


def _fits(setting: Setting, current: t.Any, wanted: t.Any) -> bool:
    actual = _normal(setting, current)
    if setting.kind == OBJECT:
        return _covers(actual, wanted)
    return bool((setting.default if actual is None else actual) == _normal(setting, wanted))


def _covers(actual: t.Any, wanted: t.Any) -> bool:
    """Return whether an object has all desired members; it may have more."""
    if isinstance(wanted, Mapping):
        return isinstance(actual, Mapping) and all(_covers(actual.get(key), value) for key, value in wanted.items())
    return bool(_number(actual) == _number(wanted))


def _normal(setting: Setting, value: t.Any) -> t.Any:
    """Return a value in the form in which equal ones compare equal; null, an empty text and an empty list are None."""
    if value is None or value == "":
        return None
    if setting.kind == INTEGER:
        return _number(value)
    if setting.kind == BOOLEAN:
        return {"true": True, "false": False}.get(str(value).lower(), value)
    if setting.kind == MODE:
        words = {str(number): word for word, number in MODES.items()}
        return words.get(str(value), str(value))
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
    """Return a number for a text that is one; anything else as it is."""
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
    """Leave out what is null, empty or unset in an object; None if nothing is left."""
    if not isinstance(value, Mapping):
        return None if value == "" else value
    kept = {key: _pruned(inner) for key, inner in value.items()}
    return {key: inner for key, inner in kept.items() if inner is not None} or None


def _merged(current: t.Any, wanted: t.Any) -> t.Any:
    """Complete a desired object with its current members: whether the service does that is not documented."""
    if not isinstance(wanted, Mapping):
        return wanted
    current = current if isinstance(current, Mapping) else {}
    known = {key: value for key, value in current.items() if value is not None}
    return {**known, **{key: _merged(known.get(key), value) for key, value in wanted.items()}}


def _wire(setting: Setting, value: t.Any) -> t.Any:
    return MODES[value] if setting.kind == MODE else value


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
