# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an import has made of each job in a zip file: the service's answer read, or the truth learnt from the list. Pure.

The answer maps old ids to new ones, as texts or as numbers; a new id of -1 stands for a job whose name was taken
(dli-api.md 1.12).
"""

from __future__ import annotations

import typing as t
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass

from ._answer import one_line

CREATED = "created"
OVERWRITTEN = "overwritten"
EXISTS = "exists"
FAILED = "failed"
UNKNOWN = "unknown"
STATES = (CREATED, OVERWRITTEN, EXISTS, FAILED, UNKNOWN)


@dataclass(frozen=True)
class Mapped:
    """What a result says about one job of the zip file. ``changed`` is :data:`None` where nobody can know."""

    old_job_id: int | None
    new_job_id: int | None
    remark: str | None
    state: str
    changed: bool | None = False
    failed: bool = False
    reconciled: bool = False

    def as_result(self) -> dict[str, t.Any]:
        """Return the row as plain data."""
        return asdict(self)


def read_mapping(items: Sequence[Mapping[str, t.Any]], is_cover: bool, before: Collection[int]) -> list[Mapped]:
    """Read the service's answer.

    :arg before: ids of the jobs that the project had.
    """
    return [_mapped(item, is_cover, before) for item in items]


def learnt(new: Collection[int], is_cover: bool) -> list[Mapped]:
    """Return what the list shows of an import whose answer was lost: jobs that were not there before.

    Whether it overwrote others, or did nothing at all, the list does not show.
    """
    rows = [Mapped(None, job_id, None, CREATED, changed=True, reconciled=True) for job_id in sorted(new)]
    if is_cover or not rows:
        rows.append(Mapped(None, None, None, UNKNOWN, changed=None, failed=True, reconciled=True))
    return rows


def _mapped(item: Mapping[str, t.Any], is_cover: bool, before: Collection[int]) -> Mapped:
    old, new = _id(item.get("old_job_id")), _id(item.get("new_job_id"))
    remark = one_line(item.get("remark")) or None
    if new is None:
        return Mapped(old, None, remark, FAILED if is_cover else EXISTS, failed=is_cover)
    if new not in before:
        return Mapped(old, new, remark, CREATED, changed=True)
    return Mapped(old, new, remark, OVERWRITTEN if is_cover else EXISTS, changed=is_cover)


def _id(value: object) -> int | None:
    """Read an id that may be a text; -1 and whatever is none is :data:`None`."""
    text = str(value)
    return int(text) if text.isdigit() and int(text) > 0 else None
