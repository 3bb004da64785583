# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Copies of the collection in .../ansible_collections/NAMESPACE/NAME, as Ansible tools require, and the built collection."""

from __future__ import annotations

import filecmp
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import nox  # the tests import this file without nox

ROOT = Path(__file__).resolve().parents[1]
# ansible-test stores venvs and reports here. Keep them between runs, together with the repository of the copy.
_KEPT = (Path("tests/output"), Path(".git"))
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
    "extensions": {"awx", "eda", "local_dli"},
    "extensions/local_dli": {"README.md", "__main__.py", "local_dli", "pyproject.toml"},
}


def galaxy_value(key: str) -> str:
    """Return a value of galaxy.yml, which is read without a YAML parser."""
    found = re.search(rf"(?m)^{key}: (\S+)$", (ROOT / "galaxy.yml").read_text(encoding="utf-8"))
    if found is None:
        raise ValueError(f"Missing {key} in galaxy.yml.")
    return found[1]


#: Namespace and name of the collection.
NAME = (galaxy_value("namespace"), galaxy_value("name"))


def sources() -> list[Path]:
    """Return the files of the checkout, including uncommitted files, without ignored files."""
    command = ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, capture_output=True, check=True, text=True).stdout.split("\0")
    return [Path(name) for name in listed if name and (ROOT / name).is_file()]


def stage(session: nox.Session) -> Path:
    """Copy the checkout for a session, because some tools write into it. Return the directory of the collection."""
    target = Path(session.create_tmp()) / "tree" / "ansible_collections" / "/".join(NAME)
    files = set(sources())
    for folder, folders, names in os.walk(target):
        here = Path(folder).relative_to(target)
        folders[:] = [name for name in folders if here / name not in _KEPT]
        for path in (here / name for name in names):
            if path not in files:
                (target / path).unlink()
    for path in files:
        copy = target / path
        # Keep the timestamps of unchanged files, which caches compare.
        if not (copy.is_file() and filecmp.cmp(ROOT / path, copy, shallow=True)):
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / path, copy)
    # The directory is ignored by git in the checkout. Without a repository of its own, ansible-test would skip all files.
    subprocess.run(["git", "init", "--quiet", target], check=True)
    return target


def collections_path(collection: Path) -> Path:
    """Return the value of ANSIBLE_COLLECTIONS_PATH for a staged collection."""
    return collection.parents[2]


def install_built(session: nox.Session, venv: Path, target: Path) -> Path:
    """Build the tarball, install it, and check its content. Return the collections path, which also contains the tarball."""
    installed = _build_and_install(session, venv, stage(session), target)
    surplus = {path.name for path in installed.iterdir()} - _IN_TARBALL
    for folder, parts in _PARTS.items():
        surplus |= {f"{folder}/{path.name}" for path in (installed / folder).iterdir() if path.name not in parts}
    surplus |= {str(path.relative_to(installed)) for path in installed.glob("docs/site")}
    if surplus:
        session.error(f"the tarball contains unexpected files (see build_ignore in galaxy.yml): {', '.join(sorted(surplus))}")
    return target


def install_revision(session: nox.Session, venv: Path, target: Path, revision: str) -> Path:
    """Build the tarball of another revision, and install it. Return the collections path."""
    source = Path(session.create_tmp()).absolute() / "revision"
    shutil.rmtree(source, ignore_errors=True)
    source.mkdir()
    archive = source.with_suffix(".tar")
    session.run("git", "-C", ROOT, "archive", "--output", archive, revision, external=True)
    shutil.unpack_archive(archive, source, filter="data")
    _build_and_install(session, venv, source, target)
    return target


def _build_and_install(session: nox.Session, venv: Path, source: Path, target: Path) -> Path:
    """Build the tarball of a directory, and install it. Return the directory of the installed collection."""
    shutil.rmtree(target, ignore_errors=True)
    galaxy = (venv / "bin" / "ansible-galaxy", "collection")
    with session.chdir(source):
        session.run(*galaxy, "build", "--output-path", target, external=True)
    (tarball,) = target.glob("*.tar.gz")
    # With another collections path, ansible-galaxy may find another copy and report "Nothing to do".
    env = {"ANSIBLE_COLLECTIONS_PATH": str(target)}
    session.run(*galaxy, "install", "--offline", "--no-deps", "--collections-path", target, tarball, env=env, external=True)
    return target / "ansible_collections" / "/".join(NAME)
