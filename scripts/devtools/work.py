# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Paths of the checkout and of the work directories outside it, and the environment of all tools."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import re
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path


class DevError(Exception):
    """An error that is printed without a traceback."""


# Set when the run is interrupted.
stopping = threading.Event()

CHECKOUT = Path(__file__).resolve().parents[2]
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache").absolute() / "huaweicloud.cloud"
# Shared by all checkouts. Names of venvs contain the hash of their requirements.
SHARED = CACHE / "shared"
# Staged trees, logs and reports of this checkout.
WORK = CACHE / f"checkout-{hashlib.sha256(str(CHECKOUT).encode()).hexdigest()[:10]}"


def collection_name() -> tuple[str, str]:
    """Return namespace and name in galaxy.yml, which is read without a YAML parser."""
    return _galaxy("namespace"), _galaxy("name")


def repository() -> str:
    """Return the URL of the repository in galaxy.yml."""
    return _galaxy("repository")


def _galaxy(key: str) -> str:
    found = re.search(rf"(?m)^{key}: (\S+)$", (CHECKOUT / "galaxy.yml").read_text(encoding="utf-8"))
    if found is None:
        raise DevError(f"Missing {key} in galaxy.yml.")
    return found[1]


def prepare() -> None:
    """Create the work directory, and remove those of deleted checkouts."""
    if CACHE.is_relative_to(CHECKOUT):
        # In the checkout, ansible-test would skip all files of a staged tree as ignored by git.
        raise DevError(f"Invalid cache directory: {CACHE} is in the checkout. Set XDG_CACHE_HOME to another directory.")
    WORK.mkdir(parents=True, exist_ok=True)
    SHARED.mkdir(exist_ok=True)
    (WORK / "checkout").write_text(f"{CHECKOUT}\n", encoding="utf-8")
    for owner in CACHE.glob("checkout-*/checkout"):
        if not Path(owner.read_text(encoding="utf-8").strip()).is_dir():
            shutil.rmtree(owner.parent, ignore_errors=True)


@contextlib.contextmanager
def lock(name: str, folder: Path = SHARED) -> Iterator[None]:
    """Lock a resource for other threads and other runs. The kernel releases the lock when the process ends."""
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / f"{name}.lock", "w", encoding="utf-8") as handle:
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if stopping.wait(0.1):
                    raise DevError("Interrupted while waiting for another run.") from None
        yield


# Variables of the developer's shell that must not reach the tests, such as the keys of a real account.
_FOREIGN = re.compile(r"(ANSIBLE|E2E|HW|HUAWEICLOUD|OS|PYTEST)_.*|COVERAGE_.*|VIRTUAL_ENV|PYTHON(PATH|HOME|DONTWRITEBYTECODE)")


def environment(venv: Path | None = None, **extra: str | Path) -> dict[str, str]:
    """Return the environment of a tool: without variables that could change results, and with the venv first on PATH."""
    env = {name: value for name, value in os.environ.items() if not _FOREIGN.fullmatch(name)}
    loopback = "127.0.0.1,localhost"
    for name in ("NO_PROXY", "no_proxy"):
        env[name] = f"{env[name]},{loopback}" if env.get(name) else loopback
    config = WORK / "ansible.cfg"
    config.touch()
    env.update(
        ANSIBLE_CONFIG=str(config),
        ANSIBLE_HOME=str(WORK / "ansible-home"),
        ANSIBLE_INVENTORY_UNPARSED_WARNING="false",
        ANSIBLE_LOCALHOST_WARNING="false",
        NO_COLOR="1",
        HYPOTHESIS_STORAGE_DIRECTORY=str(WORK / "hypothesis"),
    )
    if venv:
        env["PATH"] = f"{venv / 'bin'}{os.pathsep}{env.get('PATH', os.defpath)}"
    env.update({name: str(value) for name, value in extra.items()})
    return env
