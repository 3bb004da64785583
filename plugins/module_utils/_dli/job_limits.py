# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The documented limits of the settings and tags of a job (dli-api.md 1.7, 1.9, 1.10), and their check. Pure.

A value that the service may accept is not refused: if editions of the documentation differ, the table contains the widest
limit. Settings without a documented limit are not in the table. ``job_settings.py`` contains the settings with a list of values.
"""

from __future__ import annotations

import re
import typing as t
from collections.abc import Iterator, Mapping
from functools import partial

from .._errors import InputError
from .._options import LARGEST_ID, LONGEST_NAME, parse_all
from .job import JAR, SQL

# What is limited.
NUMBER = "a number"
LENGTH = "the number of characters"
MEMORY = "an amount of memory in GB"
PATTERN = "the form of a text"

UNLIMITED = float("inf")
#: The key and the value of each tag.
TAG_KEY = "tags.key"
TAG_VALUE = "tags.value"


class Limit(t.NamedTuple):
    """The values that an option allows.

    :ivar option: name of the option, with a dot before a member of an object.
    :ivar source: section of ``dli-api.md``.
    :ivar also: a number that is allowed in addition; ``pattern``: of a text; ``form``: the pattern as text for messages.
    """

    option: str
    source: str
    kind: str
    lowest: float = -UNLIMITED
    highest: float = UNLIMITED
    of: tuple[str, ...] = (SQL, JAR)
    also: float | None = None
    pattern: str = ""
    form: str = ""

    @property
    def allowed(self) -> str:
        """The allowed values as text, for messages and for the documentation of the option."""
        if self.kind == PATTERN:
            return self.form
        unit = {LENGTH: " characters", MEMORY: " GB"}.get(self.kind, "")
        if self.highest == UNLIMITED:
            least = f"at least {self.lowest:g}{unit}"
            return least if self.also is None else f"{self.also:g} or {least}"
        limits = f"at most {self.highest}" if self.lowest <= 0 else f"from {self.lowest} to {self.highest}"
        return f"{limits}{unit}"

    def allows(self, value: t.Any) -> bool:
        if self.kind == PATTERN:
            return re.fullmatch(self.pattern, value) is not None
        if self.kind == MEMORY:
            value = _gigabytes(value)
        number = len(value) if self.kind == LENGTH else value
        # NaN and infinity are not numbers of the service.
        return value is None or number == self.also or (self.lowest <= number <= self.highest and abs(number) != UNLIMITED)


def _resource_limits(name: str) -> tuple[Limit, Limit]:
    return (
        Limit(f"resource_config.{name}.cpu", "1.7", NUMBER, 0.5),
        Limit(f"resource_config.{name}.memory", "1.7", MEMORY, 2),
    )


LIMITS = (
    Limit("name", "1.7, 1.9, 1.10", LENGTH, 0, LONGEST_NAME),
    # The documentation states 512, the SDK and the API definition state 2048 for SQL jobs.
    Limit("desc", "1.7, 1.9", LENGTH, 0, 2048, of=(SQL,)),
    Limit("desc", "1.10", LENGTH, 0, 512, of=(JAR,)),
    Limit("queue_name", "1.7, 1.9, 1.10", LENGTH, 0, 128),
    Limit("sql_body", "1.9, 4.5", LENGTH, 0, 1024 * 1024, of=(SQL,)),
    Limit("template_id", "1.9", NUMBER, highest=LARGEST_ID, of=(SQL,)),
    Limit("cu_number", "1.7", NUMBER, 2, 400),
    Limit("parallel_number", "1.7", NUMBER, 1, 2000),
    # Documented for Jar jobs. It is the same member of job_config for SQL jobs.
    Limit("checkpoint_interval", "1.7, 1.10", NUMBER, 1, 3600),
    Limit("resume_max_num", "1.7, 1.9", NUMBER, 1, also=-1),
    Limit("dirty_data_strategy", "1.7", PATTERN, of=(SQL,), pattern="[01]|2:.+", form="0, 1 or 2:bucket/folder"),
    *_resource_limits("jobmanager_resource_spec"),
    *_resource_limits("taskmanager_resource_spec"),
    # The documentation also states 36 and 43.
    Limit(TAG_KEY, "1.9", LENGTH, 1, 128),
    Limit(TAG_VALUE, "1.9", LENGTH, 1, 255),
)


def check_limits(kind: str, option: str, value: t.Any) -> None:
    """Check the value of an option, and the members of an object.

    :raises InputError: values are not allowed.
    """
    limits = {limit.option: limit for limit in LIMITS if kind in limit.of}
    parse_all(*(partial(_check, limits[path], inner) for path, inner in _values(option, value) if path in limits))


def check_tags(tags: Mapping[str, str]) -> None:
    """Check the keys and the values of tags.

    :raises InputError: keys or values are not allowed.
    """
    limits = {limit.option: limit for limit in LIMITS}
    checks = []
    for key, value in tags.items():
        checks.append(partial(_check, limits[TAG_KEY], key, "tags", f"the key {key[:40]!r}"))
        checks.append(partial(_check, limits[TAG_VALUE], value, "tags", f"the value of {key[:40]!r}"))
    parse_all(*checks)


def _values(option: str, value: t.Any) -> Iterator[tuple[str, t.Any]]:
    if isinstance(value, Mapping):
        for member, inner in value.items():
            yield from _values(f"{option}.{member}", inner)
    else:
        yield option, value


def _check(limit: Limit, value: t.Any, option: str = "", subject: str = "it") -> None:
    if limit.allows(value):
        return
    wrong = f"{subject} has {len(value)} characters" if limit.kind == LENGTH else str(value)[:40]
    noun = "a number: " if limit.kind == NUMBER else ""
    raise InputError(f"Invalid {option or limit.option}: {wrong}. Specify {noun}{limit.allowed}.")


def _gigabytes(text: str) -> float | None:
    """Return an amount of memory; None for an amount in another form, which the service checks."""
    amount = re.fullmatch(r"([0-9]+(?:\.[0-9]+)?)\s*([GM])B?", text.strip(), re.IGNORECASE)
    if amount is None:
        return None
    return float(amount[1]) / (1 if amount[2].upper() == "G" else 1024)
