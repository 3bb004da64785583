# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""One venv per purpose, created with a pinned uv, and created again if its requirements or its Python change."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

from .job import Job, StepFailed
from .pythons import CORES, NEWEST, controller
from .work import CHECKOUT, SHARED, WORK, DevError, environment, lock

UV_VERSION = "0.13.9"
# Files that `make lock` writes -> the oldest Python version. core-X.Y is core.in with this version of ansible-core.
_LOCKED = {
    "demo": "3.11",
    "dev": "3.11",
    "docs": "3.11",
    "importer": "3.11",
    "target": "3.9",
    **{f"core-{core}": pythons[0] for core, pythons in CORES.items() if core != NEWEST},
}


def uv(job: Job) -> Path:
    """Return the path of the pinned uv, which has its own venv."""
    home = SHARED / f"uv-{UV_VERSION}"
    with lock(home.name):
        if not (home / "ready").exists():
            job.print(f"Installing uv {UV_VERSION}")
            shutil.rmtree(home, ignore_errors=True)
            try:
                job.run(controller(), "-m", "venv", home)
            except StepFailed as error:
                raise DevError("Could not create a venv. On Debian, install python3-venv.") from error
            _install(job, home / "bin" / "python", "-m", "pip", "install", f"uv=={UV_VERSION}")
            (home / "ready").touch()
    return home / "bin" / "uv"


def venv(job: Job, name: str, python: Path | None = None) -> Path:
    """Return the venv with the packages in requirements/NAME.txt, or without packages for the name ``bare``."""
    python = python or controller()
    locked = CHECKOUT / "requirements" / f"{name}.txt"
    requirements = b"" if name == "bare" else locked.read_bytes()
    key = hashlib.sha256(b"\0".join((requirements, bytes(python), UV_VERSION.encode()))).hexdigest()[:10]
    home = SHARED / f"venv-{name}-{key}"
    tool = uv(job)
    with lock(home.name):
        if not ((home / "ready").exists() and (home / "bin" / "python").exists()):
            job.print(f"Creating venv {name}")
            shutil.rmtree(home, ignore_errors=True)
            job.run(tool, "venv", "--quiet", "--python", python, home, env=_uv_environment())
            if requirements:
                options = ("--quiet", "--require-hashes", "--python", home / "bin" / "python")
                _install(job, tool, "pip", "install", *options, "-r", locked)
            (home / "ready").touch()
    return home


def compile_requirements(job: Job, only: list[str]) -> None:
    """Write requirements/*.txt: update all pins, or with ``only`` add the missing pins of these files.

    Unlike the lock file of uv, this format does not contain the address of a package index.
    """
    tool = uv(job)
    unknown = set(only) - set(_LOCKED)
    if unknown:
        raise DevError(f"Unknown file: requirements/{sorted(unknown)[0]}.txt. Specify one of {', '.join(_LOCKED)}.")
    upgrade = () if only else ("--upgrade",)
    options = ("--quiet", "--universal", *upgrade, "--generate-hashes", "--no-emit-index-url", "--no-emit-find-links")
    for name in only or _LOCKED:
        source, _dash, core = name.partition("-")
        # uv reads constraints from a file. Annotations are disabled, because they would contain its path.
        constraint = WORK / "constraint.txt"
        constraint.write_text(f"ansible-core=={core}.*\n" if core else "", encoding="utf-8")
        narrowed = ("--constraint", constraint, "--no-annotate") if core else ()
        files = (f"requirements/{source}.in", "--output-file", f"requirements/{name}.txt")
        command = (tool, "pip", "compile", *options, *narrowed, "--python-version", _LOCKED[name])
        job.run(*command, "--custom-compile-command", "make lock", *files, env=_uv_environment())


def _uv_environment() -> dict[str, str]:
    # By default uv does not compile modules, and every start of Ansible would compile them again (0.8 s).
    return environment(UV_COMPILE_BYTECODE="1", UV_PYTHON_DOWNLOADS="never", UV_NO_PROGRESS="1")


def _install(job: Job, *command: str | Path) -> None:
    try:
        job.run(*command, env=_uv_environment())
    except StepFailed as error:
        last = job.log.read_text(encoding="utf-8", errors="replace").strip().rpartition("\n")[2]
        raise DevError(f"Could not install packages. Check the connection to the package index. ({last})") from error
