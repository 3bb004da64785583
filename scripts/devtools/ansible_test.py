# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""ansible-test without containers, on the Pythons of this machine."""

from __future__ import annotations

import os
import re
from pathlib import Path

from .job import Job, StepFailed
from .pythons import path_of_real_pythons
from .stage import stage
from .work import SHARED, environment, lock

# ansible-test creates venvs without pip and installs pip with a script that it downloads from its own site, unless the script
# is in its cache. This script installs the pip wheel in its own directory and uses only the package index.
_GET_PIP = """\
import os
import sys

pip = os.path.join(os.path.dirname(os.path.abspath(__file__)), "{wheel}", "pip")
options = [word for word in sys.argv[1:] if word not in ("--no-setuptools", "--no-wheel")]
os.execv(sys.executable, [sys.executable, pip, "install"] + options)
"""


def ansible_test(job: Job, venv: Path, command: str, *args: str) -> None:
    """Run an ``ansible-test`` command in a staged tree, with the ansible-core of the venv."""
    # Each ansible-core has its own home directory for its venvs, so ~/.ansible of the developer is not changed.
    (core,) = venv.glob("lib/python3*/site-packages/ansible_core-*.dist-info")
    home = SHARED / f"ansible-test-{core.stem}"
    with lock(home.name):
        _prepare_home(job, venv, home)
        path = f"{venv / 'bin'}{os.pathsep}{path_of_real_pythons()}"
        env = environment(HOME=home, PATH=path)
        try:
            output = job.run("ansible-test", command, "--color", "no", *args, env=env, cwd=stage(job.name))
        except StepFailed:
            # Repeat the errors, which are far apart between the output of pip.
            job.print("\nErrors:")
            lines = job.log.read_text(encoding="utf-8", errors="replace").splitlines()
            job.print("\n".join(line for line in lines if line.startswith(("ERROR:", "FATAL:"))))
            raise
    if "All targets skipped" in output:
        # For ansible-test this is a warning with exit code 0.
        raise StepFailed("ansible-test skipped every file")


def _prepare_home(job: Job, venv: Path, home: Path) -> None:
    cache = home / ".ansible" / "test" / "cache"
    if cache.is_dir():
        return
    # Keep the developer's pip configuration, such as the package index, and share the download cache.
    for name in (".cache/pip", ".config/pip", ".pip"):
        original, link = Path.home() / name, home / name
        if original.is_dir() and not link.is_symlink():
            link.parent.mkdir(parents=True, exist_ok=True)
            link.symlink_to(original)
    new = cache.with_suffix(".new")
    new.mkdir(parents=True, exist_ok=True)
    (source,) = venv.glob("lib/python3*/site-packages/ansible_test/_internal/python_requirements.py")
    for version in re.findall(r"(?m)^ {8}pip='([\d.]+)'", source.read_text(encoding="utf-8")):
        pip = (venv / "bin" / "python", "-m", "pip")
        job.run(*pip, "download", "--no-deps", "--only-binary=:all:", "--dest", new, f"pip=={version}", env=environment(venv))
        script = new / f"get_pip_{version.replace('.', '_')}.py"
        script.write_text(_GET_PIP.format(wheel=f"pip-{version}-py3-none-any.whl"), encoding="utf-8")
    new.rename(cache)
