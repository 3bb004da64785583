# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Copies of the collection in .../ansible_collections/NAMESPACE/NAME, as Ansible tools require, outside the checkout."""

from __future__ import annotations

import filecmp
import os
import shutil
import subprocess
from pathlib import Path

from .job import Job, StepFailed
from .work import CHECKOUT, WORK, collection_name

# Used only in a checkout without git, such as an unpacked archive.
_NOT_SOURCES = {".ansible", ".git", ".hypothesis", ".mypy_cache", ".pytest_cache", ".ruff_cache", ".venv", "__pycache__", "venv"}
# ansible-test stores venvs and reports here. Keep them between runs.
_KEPT = Path("tests/output")

# All entries that the tarball may contain: the files that users of the collection need.
_IN_TARBALL = {
    "CHANGELOG.rst",
    "FILES.json",
    "LICENSE",
    "MANIFEST.json",
    "README.md",
    "changelogs",
    "docs",
    "extensions",
    "meta",
    "playbooks",
    "plugins",
    "roles",
}
# The same for directories of which users need only some files.
_PARTS = {
    "changelogs": {"changelog.yaml"},
    "extensions": {"awx", "local_dli"},
    "extensions/local_dli": {"README.md", "__main__.py", "local_dli", "pyproject.toml"},
}


def sources() -> list[Path]:
    """Return the files of the checkout, including uncommitted files, without ignored files."""
    command = ["git", "-C", str(CHECKOUT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        listed = subprocess.run(command, capture_output=True, check=True, text=True).stdout.split("\0")
        paths = [Path(name) for name in listed if name]
    except (OSError, subprocess.CalledProcessError):
        paths = []
        for folder, folders, names in os.walk(CHECKOUT):
            folders[:] = [name for name in folders if name not in _NOT_SOURCES]
            paths += [Path(folder, name).relative_to(CHECKOUT) for name in names]
    return [path for path in paths if (CHECKOUT / path).is_file() and not path.is_relative_to(_KEPT)]


def stage(name: str) -> Path:
    """Copy the checkout for a step, because some tools write into it. Return the directory of the collection."""
    target = WORK / "trees" / name / "ansible_collections" / "/".join(collection_name())
    files = set(sources())
    for folder, folders, names in os.walk(target):
        here = Path(folder).relative_to(target)
        folders[:] = [name for name in folders if here / name != _KEPT]
        for path in (here / name for name in names):
            if path not in files:
                (target / path).unlink()
    for path in files:
        copy = target / path
        # Keep the timestamps of unchanged files, which caches compare.
        if not (copy.is_file() and filecmp.cmp(CHECKOUT / path, copy, shallow=True)):
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(CHECKOUT / path, copy)
    return target


def collections_path(collection: Path) -> Path:
    """Return the value of ANSIBLE_COLLECTIONS_PATH for a staged collection."""
    return collection.parents[2]


def install_built(job: Job, env: dict[str, str], name: str) -> Path:
    """Build the tarball, install it, and check its content. Return the collections path."""
    target = WORK / name
    shutil.rmtree(target, ignore_errors=True)
    galaxy = ("ansible-galaxy", "collection")
    job.run(*galaxy, "build", "--output-path", target, env=env, cwd=stage(name))
    (tarball,) = target.glob("*.tar.gz")
    # With another collections path, ansible-galaxy may find another copy and report "Nothing to do".
    env = {**env, "ANSIBLE_COLLECTIONS_PATH": str(target)}
    job.run(*galaxy, "install", "--offline", "--no-deps", "--collections-path", target, tarball, env=env)
    installed = target / "ansible_collections" / "/".join(collection_name())
    surplus = {path.name for path in installed.iterdir()} - _IN_TARBALL
    for folder, parts in _PARTS.items():
        surplus |= {f"{folder}/{path.name}" for path in (installed / folder).iterdir() if path.name not in parts}
    surplus |= {str(path.relative_to(installed)) for path in installed.glob("docs/site")}
    if surplus:
        raise StepFailed(f"the tarball contains unexpected files (see build_ignore in galaxy.yml): {', '.join(sorted(surplus))}")
    return target
