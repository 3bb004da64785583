# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Paths in OBS: some calls want them with ``obs://``, some without (dli-api.md 1.11, 1.12); people write both. Pure."""

from __future__ import annotations

import re

from ._checks import text_or_none
from ._errors import InputError

SCHEME = "obs://"
#: The longest path that exports and imports take (dli-api.md 1.12).
LONGEST = 256


def bare_path(option: str, value: object, longest: int | None = None) -> str:
    """Return ``bucket/folder/…`` of the same with or without ``obs://``; a slash at its end stays.

    :raises InputError: it is no such path.
    """
    text = text_or_none(value)
    if text is None:
        raise InputError(f"{option} is empty: give a path such as bucket/folder/")
    path = re.sub(r"(?i)^obs:/*", "", text).lstrip("/")
    if not path or "//" in path or ":" in path.split("/")[0] or re.search(r"[\s\x00-\x1f]", path):
        raise InputError(f"{option}: {text[:80]!r} is no path in OBS: give a path such as bucket/folder/, with or without obs://")
    if longest is not None and len(path) > longest:
        raise InputError(f"{option} must not be longer than {longest} characters, and it has {len(path)}")
    return path


def savepoint_folder(option: str, value: object) -> str:
    """Return the folder of a savepoint with ``obs://``; its file ``_metadata`` stands for the folder around it.

    :raises InputError: it is no such path.
    """
    path = bare_path(option, value)
    folder, _slash, last = path.rpartition("/")
    return SCHEME + (f"{folder}/" if last == "_metadata" and folder else path)
