# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Where things are: the checkout, the work folders outside it, and the environment every tool is started with."""

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
    """A failure that one sentence explains; it is shown without a traceback."""


# Set when the whole run is to end.
stopping = threading.Event()

CHECKOUT = Path(__file__).resolve().parents[2]
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache").absolute() / "huaweicloud.cloud"
# Venvs are named after the hash of their requirements, so all checkouts can share them: a fresh clone starts warm.
SHARED = CACHE / "shared"
# Staged trees, logs and reports belong to one checkout.
WORK = CACHE / f"checkout-{hashlib.sha256(str(CHECKOUT).encode()).hexdigest()[:10]}"


def collection_name() -> tuple[str, str]:
    """Namespace and name as galaxy.yml has them (read without YAML, which the standard library lacks)."""
    return _galaxy("namespace"), _galaxy("name")


def repository() -> str:
    """Where the collection lives, as galaxy.yml has it."""
    return _galaxy("repository")


def _galaxy(key: str) -> str:
    found = re.search(rf"(?m)^{key}: (\S+)$", (CHECKOUT / "galaxy.yml").read_text(encoding="utf-8"))
    if found is None:
        raise DevError(f"galaxy.yml has no {key}.")
    return found[1]


def prepare() -> None:
    """Make the work folder, and drop those of checkouts that are gone."""
    if CACHE.is_relative_to(CHECKOUT):
        # ansible-test asks git about the files around a staged tree and would skip them all as ignored.
        raise DevError(f"The cache folder {CACHE} lies inside the checkout; point XDG_CACHE_HOME elsewhere.")
    WORK.mkdir(parents=True, exist_ok=True)
    SHARED.mkdir(exist_ok=True)
    (WORK / "checkout").write_text(f"{CHECKOUT}\n", encoding="utf-8")
    for owner in CACHE.glob("checkout-*/checkout"):
        if not Path(owner.read_text(encoding="utf-8").strip()).is_dir():
            shutil.rmtree(owner.parent, ignore_errors=True)


@contextlib.contextmanager
def lock(name: str, folder: Path = SHARED) -> Iterator[None]:
    """Keep other threads and other runs out of what the name stands for; the kernel frees it when a run dies."""
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


# Whatever a developer's shell holds for daily work must not reach a test: least of all the keys of a real account.
_FOREIGN = re.compile(r"(ANSIBLE|E2E|HW|HUAWEICLOUD|OS|PYTEST)_.*|COVERAGE_.*|VIRTUAL_ENV|PYTHON(PATH|HOME|DONTWRITEBYTECODE)")


def environment(venv: Path | None = None, **extra: str | Path) -> dict[str, str]:
    """The environment for a tool: the caller's without what could change a result, a venv's bin first on PATH."""
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
