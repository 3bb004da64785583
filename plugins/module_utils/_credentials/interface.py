# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who we are: the interface behind which every way of signing in stands, one file each in this folder.

A way of signing in knows how to make the headers of one request. Which way it is, and where its values come from, is
decided in one place, ``_connection.py``.
"""

from __future__ import annotations

import datetime
import typing as t
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Unsigned:
    """What a request looks like to a way of signing in.

    :ivar path: path as on the wire; ``query``: raw (decoded) pairs; ``headers``: those that may be signed.
    """

    method: str
    path: str
    query: list[tuple[str, str]]
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


class Credential(t.Protocol):
    """One way of signing in."""

    def headers(self, request: Unsigned, now: datetime.datetime) -> dict[str, str]:
        """Return the headers that sign this request at this moment."""

    def secrets(self) -> list[str]:
        """Return every value that must never be seen in an output."""
