# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The collection awx.awx, for the tests of playbooks/awx_setup.yml and for ansible-lint, from the Python package ansible."""

from __future__ import annotations

import fcntl
import shutil
import zipfile
from pathlib import Path

import nox

# The last version that contains awx.awx (24.6.1); ansible 14 removed it. The package makes requests to Galaxy unnecessary.
_PACKAGE = "ansible==13.8.0"
_HASH = "sha256:daf9c9a2850bbc6c098ba3368aeba99d4ae37c90bca47f974dc19342c0571361"
_FOLDER = "ansible_collections/awx/awx/"


def awx_collection(session: nox.Session, venv: Path, work: Path) -> Path:
    """Return a collections path that contains only awx.awx."""
    home = work / _PACKAGE.replace("==", "-")
    # Sessions run in parallel.
    with open(home.with_suffix(".lock"), "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (home / "ready").exists():
            shutil.rmtree(home, ignore_errors=True)
            home.mkdir()
            requirements = home / "requirements.txt"
            requirements.write_text(f"{_PACKAGE} --hash={_HASH}\n", encoding="utf-8")
            # The package may require a newer Python than this one, but only its files are used.
            options = ("--no-deps", "--only-binary=:all:", "--python-version=3.12", "--require-hashes", "--quiet")
            pip = (venv / "bin" / "python", "-m", "pip", "download", *options)
            session.run(*pip, "--dest", home, "-r", requirements, external=True)
            (wheel,) = home.glob("*.whl")
            with zipfile.ZipFile(wheel) as archive:
                archive.extractall(home, [name for name in archive.namelist() if name.startswith(_FOLDER)])
            wheel.unlink()
            (home / "ready").touch()
    return home
