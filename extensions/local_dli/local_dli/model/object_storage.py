# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""A minimal object storage in memory for the zip files of exports and imports (dli-api.md 1.12).

It does not implement the OBS protocol. Tests read and write objects with ``LocalDli.objects`` or ``/_local/objects``.
"""

from __future__ import annotations

import re

_SCHEME = "obs://"
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")


class PathError(ValueError):
    """An invalid path in OBS. The text is a complete message for the user."""


def parse_path(text: str) -> str:
    """Return ``bucket/folder/object`` without ``obs://`` at the start and a slash at the end. Raises PathError."""
    path = text[len(_SCHEME) :] if text.lower().startswith(_SCHEME) else text
    parts = path.rstrip("/").split("/")
    if not _BUCKET.fullmatch(parts[0]) or not all(parts):
        raise PathError(f"Invalid path: {text!r} is not a path in OBS. Specify bucket/folder/object.")
    return "/".join(parts)


class Objects:
    """The objects in all buckets. Paths can have every format that ``parse_path`` supports."""

    def __init__(self) -> None:
        self._content: dict[str, bytes] = {}

    def put(self, path: str, content: bytes) -> str:
        """Write an object. Returns its path."""
        clean = parse_path(path)
        self._content[clean] = content
        return clean

    def get(self, path: str) -> bytes | None:
        """Return the content of an object, None if it does not exist."""
        return self._content.get(parse_path(path))

    def delete(self, path: str) -> None:
        """Delete an object, if it exists."""
        self._content.pop(parse_path(path), None)

    def list_folder(self, folder: str) -> list[str]:
        """Return the sorted paths of the objects in a folder and its subfolders."""
        start = parse_path(folder) + "/"
        return sorted(path for path in self._content if path.startswith(start))

    @property
    def paths(self) -> list[str]:
        return sorted(self._content)

    def clear(self) -> None:
        self._content.clear()
