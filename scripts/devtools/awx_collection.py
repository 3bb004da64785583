# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The collection awx.awx, for the test of playbooks/awx_setup.yml and for ansible-lint; it comes out of the package ansible."""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path

from .job import Job, StepFailed
from .work import SHARED, DevError, environment, lock

# The last version that holds awx.awx (24.6.1); ansible 14 left it out. A collection site is not asked for anything here.
_PACKAGE = "ansible==13.8.0"
_HASH = "sha256:daf9c9a2850bbc6c098ba3368aeba99d4ae37c90bca47f974dc19342c0571361"
_FOLDER = "ansible_collections/awx/awx/"


def awx_collection(job: Job, venv: Path) -> Path:
    """A collections path that holds awx.awx and nothing else."""
    home = SHARED / _PACKAGE.replace("==", "-")
    with lock(home.name):
        if not (home / "ready").exists():
            job.say("fetching the collection awx.awx")
            shutil.rmtree(home, ignore_errors=True)
            home.mkdir()
            wanted = home / "requirements.txt"
            wanted.write_text(f"{_PACKAGE} --hash={_HASH}\n", encoding="utf-8")
            # The package asks for a newer Python than this one may be; only its files are wanted.
            options = ("--no-deps", "--only-binary=:all:", "--python-version=3.12", "--require-hashes", "--quiet")
            try:
                job.run("python", "-m", "pip", "download", *options, "--dest", home, "-r", wanted, env=environment(venv))
            except StepFailed as error:
                raise DevError("The package ansible could not be downloaded; is the package index reachable?") from error
            (wheel,) = home.glob("*.whl")
            with zipfile.ZipFile(wheel) as archive:
                archive.extractall(home, [name for name in archive.namelist() if name.startswith(_FOLDER)])
            wheel.unlink()
            (home / "ready").touch()
    return home
