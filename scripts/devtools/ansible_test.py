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

# ansible-test makes venvs without pip and puts pip into them with a script that it downloads from a site of its own,
# unless the script lies in its cache. This one does the same with the pip wheel beside it and the package index only.
_GET_PIP = """\
import os
import sys

pip = os.path.join(os.path.dirname(os.path.abspath(__file__)), "{wheel}", "pip")
options = [word for word in sys.argv[1:] if word not in ("--no-setuptools", "--no-wheel")]
os.execv(sys.executable, [sys.executable, pip, "install"] + options)
"""


def ansible_test(job: Job, venv: Path, command: str, *args: str) -> None:
    """An ``ansible-test`` command on a staged tree, with the ansible-core that the venv holds."""
    # Each ansible-core has a home of its own, for the venvs it keeps: a developer's ~/.ansible stays as it is.
    (core,) = venv.glob("lib/python3*/site-packages/ansible_core-*.dist-info")
    home = SHARED / f"ansible-test-{core.stem}"
    with lock(home.name):
        _prepare_home(job, venv, home)
        path = f"{venv / 'bin'}{os.pathsep}{path_of_real_pythons()}"
        env = environment(HOME=home, PATH=path)
        try:
            printed = job.run("ansible-test", command, "--color", "no", *args, env=env, cwd=stage(job.name))
        except StepFailed:
            # The errors stand far apart, between screens of pip's output.
            job.say("\nIn short:")
            lines = job.log.read_text(encoding="utf-8", errors="replace").splitlines()
            job.say("\n".join(line for line in lines if line.startswith(("ERROR:", "FATAL:"))))
            raise
    if "All targets skipped" in printed:
        # ansible-test calls this a warning and ends with 0.
        raise StepFailed("ansible-test skipped every file")


def _prepare_home(job: Job, venv: Path, home: Path) -> None:
    cache = home / ".ansible" / "test" / "cache"
    if cache.is_dir():
        return
    # Whatever a developer has told pip about its package index still holds, and its downloads are shared.
    for name in (".cache/pip", ".config/pip", ".pip"):
        theirs, ours = Path.home() / name, home / name
        if theirs.is_dir() and not ours.is_symlink():
            ours.parent.mkdir(parents=True, exist_ok=True)
            ours.symlink_to(theirs)
    new = cache.with_suffix(".new")
    new.mkdir(parents=True, exist_ok=True)
    (source,) = venv.glob("lib/python3*/site-packages/ansible_test/_internal/python_requirements.py")
    for version in re.findall(r"(?m)^ {8}pip='([\d.]+)'", source.read_text(encoding="utf-8")):
        pip = (venv / "bin" / "python", "-m", "pip")
        job.run(*pip, "download", "--no-deps", "--only-binary=:all:", "--dest", new, f"pip=={version}", env=environment(venv))
        script = new / f"get_pip_{version.replace('.', '_')}.py"
        script.write_text(_GET_PIP.format(wheel=f"pip-{version}-py3-none-any.whl"), encoding="utf-8")
    new.rename(cache)
