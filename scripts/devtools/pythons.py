# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The Python interpreters on this machine."""

from __future__ import annotations

import contextlib
import functools
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from .work import DevError

# In order of preference: first the version that the newest and the oldest supported ansible-core share. 3.11 is the minimum.
CONTROLLERS = ("3.12", "3.13", "3.14", "3.11")
# Supported versions of ansible-core (meta/runtime.yml) -> the Python versions that they run on, oldest first.
CORES = {
    "2.16": ("3.10", "3.11", "3.12"),
    "2.17": ("3.10", "3.11", "3.12"),
    "2.18": ("3.11", "3.12", "3.13"),
    "2.19": ("3.11", "3.12", "3.13"),
    "2.20": ("3.12", "3.13", "3.14"),
    "2.21": ("3.12", "3.13", "3.14"),
}
# The version in the dev venv. requirements/core-*.txt pin the others.
NEWEST = "2.21"

_PROBE = """
import json, sys
print(json.dumps([sys.implementation.name, "%d.%d" % sys.version_info[:2], getattr(sys, "_base_executable", sys.executable)]))
"""


def _candidates() -> Iterator[Path]:
    """Yield possible interpreters: the current one, those on PATH, and all versions of pyenv."""
    yield Path(sys.executable)
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    folders = [Path(folder) for folder in _path_without_shims()]
    for folder in (*folders, *sorted(pyenv.glob("versions/3.*/bin"), reverse=True)):
        with contextlib.suppress(OSError):
            yield from sorted(path for path in folder.iterdir() if re.fullmatch(r"python3\.\d+", path.name))


def _path_without_shims() -> list[str]:
    """Return PATH without the shims of version managers, which exist for all versions and often fail with exit code 127."""
    return [folder for folder in os.get_exec_path() if Path(folder).name != "shims"]


@functools.cache
def pythons() -> dict[str, Path]:
    """Return the interpreter of each version from 3.9: the first candidate that runs."""
    found: dict[str, Path] = {}
    seen: set[Path] = set()
    for path in _candidates():
        if path.resolve() in seen:
            continue
        seen.add(path.resolve())
        try:
            probe = subprocess.run([path, "-c", _PROBE], capture_output=True, timeout=30, check=True, stdin=subprocess.DEVNULL)
            implementation, version, executable = json.loads(probe.stdout)
        except (OSError, subprocess.SubprocessError, ValueError):
            continue
        if implementation == "cpython" and int(version.split(".")[1]) >= 9:
            found.setdefault(version, Path(executable))
    return found


def controller(versions: tuple[str, ...] = CONTROLLERS) -> Path:
    """Return the interpreter for ansible-core: the first of these versions that is available."""
    for version in versions:
        if version in pythons():
            return pythons()[version]
    raise DevError(f"Python not found. Install one of the versions {', '.join(versions)} on PATH or in pyenv.")


def path_of_real_pythons() -> str:
    """Return PATH with the interpreters first: ansible-test runs ``pythonX.Y`` from PATH and would run the shims."""
    folders = [str(path.parent) for path in pythons().values()]
    return os.pathsep.join(dict.fromkeys((*folders, *_path_without_shims())))
