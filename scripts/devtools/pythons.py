# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Which Pythons this machine really has."""

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

# What the newest and the oldest supported ansible-core both run on comes first; 3.11 is the floor for a developer.
CONTROLLERS = ("3.12", "3.13", "3.14", "3.11")
# Every ansible-core that the collection supports (meta/runtime.yml), and the Pythons it runs on itself, the oldest first.
CORES = {
    "2.16": ("3.10", "3.11", "3.12"),
    "2.17": ("3.10", "3.11", "3.12"),
    "2.18": ("3.11", "3.12", "3.13"),
    "2.19": ("3.11", "3.12", "3.13"),
    "2.20": ("3.12", "3.13", "3.14"),
    "2.21": ("3.12", "3.13", "3.14"),
}
# This one is in the venv that developers use; requirements/core-*.txt pin the others.
NEWEST = "2.21"

_PROBE = """
import json, sys
print(json.dumps([sys.implementation.name, "%d.%d" % sys.version_info[:2], getattr(sys, "_base_executable", sys.executable)]))
"""


def _candidates() -> Iterator[Path]:
    """Everything that may be a Python: our own, what PATH offers, then every version that pyenv holds."""
    yield Path(sys.executable)
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    folders = [Path(folder) for folder in _path_without_shims()]
    for folder in (*folders, *sorted(pyenv.glob("versions/3.*/bin"), reverse=True)):
        with contextlib.suppress(OSError):
            yield from sorted(path for path in folder.iterdir() if re.fullmatch(r"python3\.\d+", path.name))


def _path_without_shims() -> list[str]:
    """PATH without a version manager's stand-ins, which have every Python's name and mostly end with code 127."""
    return [folder for folder in os.get_exec_path() if Path(folder).name != "shims"]


@functools.cache
def pythons() -> dict[str, Path]:
    """The real interpreter for each version from 3.9 on: the first that answers when it is run."""
    found: dict[str, Path] = {}
    seen: set[Path] = set()
    for path in _candidates():
        if path.resolve() in seen:
            continue
        seen.add(path.resolve())
        try:
            answer = subprocess.run([path, "-c", _PROBE], capture_output=True, timeout=30, check=True, stdin=subprocess.DEVNULL)
            implementation, version, executable = json.loads(answer.stdout)
        except (OSError, subprocess.SubprocessError, ValueError):
            continue
        if implementation == "cpython" and int(version.split(".")[1]) >= 9:
            found.setdefault(version, Path(executable))
    return found


def controller(versions: tuple[str, ...] = CONTROLLERS) -> Path:
    """The Python that Ansible itself shall run on: the first of these versions that is here."""
    for version in versions:
        if version in pythons():
            return pythons()[version]
    raise DevError(f"None of the Pythons {', '.join(versions)} was found on PATH or in pyenv.")


def path_of_real_pythons() -> str:
    """PATH with the real interpreters first: ansible-test runs ``pythonX.Y`` as PATH has it and would meet the shims."""
    folders = [str(path.parent) for path in pythons().values()]
    return os.pathsep.join(dict.fromkeys((*folders, *_path_without_shims())))
