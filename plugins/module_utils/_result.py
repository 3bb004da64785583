# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a module returns, and small helpers for texts. Pure."""

from __future__ import annotations

import typing as t
from collections.abc import Sequence

#: How many characters of a text of the service a message quotes at most.
TEXT_LIMIT = 300
#: How many failed jobs the message names before it says how many more there are.
NAMED_IN_MESSAGE = 3


class ModuleResult(t.NamedTuple):
    """The return values of a module (``failed`` among them), warnings, and a diff if there is one."""

    values: dict[str, t.Any]
    warnings: Sequence[str] = ()
    diff: t.Any = None


def one_line(value: object, limit: int = TEXT_LIMIT) -> str:
    """Return a text on one line, not longer than ``limit`` characters."""
    text = " ".join(str("" if value is None else value).split())
    return text if len(text) <= limit else text[: limit - 1] + "…"


def job_label(job_id: int | None, name: str | None) -> str:
    """Return how a message names a job: by its id and name, as far as they are known."""
    return " ".join(str(part) for part in (job_id, name) if part)


def count_jobs(number: int) -> str:
    """Return ``1 job``, ``2 jobs``, and so on."""
    return f"{number} job{'' if number == 1 else 's'}"
