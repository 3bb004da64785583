# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""As much of OBS as DLI needs: named bytes in memory, for what an export writes and an import reads (dli-api.md 1.12).

All of it is ours. There is no OBS protocol: tests and people put and fetch through ``LocalDli.objects`` or
``/_local/objects``.
"""

from __future__ import annotations

import re

_SCHEME = "obs://"
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")


class PathError(ValueError):
    """A text that is no path in OBS. Its text is one sentence."""


def parse_path(text: str) -> str:
    """``bucket/folder/object`` out of the same with or without ``obs://`` in front and a slash at the end."""
    path = text[len(_SCHEME) :] if text.lower().startswith(_SCHEME) else text
    parts = path.rstrip("/").split("/")
    if not _BUCKET.fullmatch(parts[0]) or not all(parts):
        raise PathError(f"{text!r} is no path in OBS.")
    return "/".join(parts)


class Objects:
    """What lies in the buckets. Paths are taken in every form that ``parse_path`` knows."""

    def __init__(self) -> None:
        self._content: dict[str, bytes] = {}

    def put(self, path: str, content: bytes) -> str:
        """Write an object; returns its path."""
        clean = parse_path(path)
        self._content[clean] = content
        return clean

    def get(self, path: str) -> bytes | None:
        """The content of an object, None if there is no such object."""
        return self._content.get(parse_path(path))

    def delete(self, path: str) -> None:
        """Away with an object, if it is there."""
        self._content.pop(parse_path(path), None)

    def under(self, folder: str) -> list[str]:
        """The paths of the objects in a folder and in the folders inside it, sorted."""
        start = parse_path(folder) + "/"
        return sorted(path for path in self._content if path.startswith(start))

    @property
    def paths(self) -> list[str]:
        return sorted(self._content)

    def clear(self) -> None:
        self._content.clear()
