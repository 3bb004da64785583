# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The result of a module, and small helpers for texts. Pure."""

from __future__ import annotations

import typing as t
from collections.abc import Sequence

#: The largest number of characters that a message quotes from a text of the service.
TEXT_LIMIT = 300
#: The largest number of failed jobs that a message lists; the others are counted.
NAMED_IN_MESSAGE = 3


class ModuleResult(t.NamedTuple):
    """The return values of a module, including ``failed``, its warnings, and its diff, if any."""

    values: dict[str, t.Any]
    warnings: Sequence[str] = ()
    diff: t.Any = None


def one_line(value: object, limit: int = TEXT_LIMIT) -> str:
    """Return a text as one line of at most ``limit`` characters."""
    text = " ".join(str("" if value is None else value).split())
    return text if len(text) <= limit else text[: limit - 1] + "…"


def sentences(*parts: object) -> str:
    """Join the parts of a message with spaces, each with a period at its end; empty parts are omitted."""
    texts = [str(part).strip() for part in parts if part]
    return " ".join(text if text.endswith(".") else f"{text}." for text in texts)


def job_label(job_id: int | None, name: str | None) -> str:
    """Return how a message identifies a job: ``131 (orders)``, or only the ID or the name that is known."""
    if job_id and name:
        return f"{job_id} ({name})"
    return str(job_id or name or "")


def with_subject(subject: str, msg: str, otherwise: str) -> str:
    """Add the subject to a message: "Not started: ..." becomes "Job 131 not started: ...".

    :arg otherwise: the sentence to put before a message that does not begin with "Not".
    """
    return f"{subject} n{msg[1:]}" if msg.startswith("Not ") else sentences(otherwise, msg)


def count_jobs(number: int) -> str:
    """Return ``1 job``, ``2 jobs``, and so on."""
    return f"{number} job{'' if number == 1 else 's'}"
