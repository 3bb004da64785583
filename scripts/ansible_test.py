# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""ansible-test without containers, on the Pythons of this machine."""

from __future__ import annotations

import os
import re
from pathlib import Path

import nox
from collection_tree import stage

# ansible-test creates venvs without pip and installs pip with a script that it downloads from its own site, unless the script
# is in its cache. This script installs the pip wheel in its own directory and uses only the package index.
_GET_PIP = """\
import os
import sys

pip = os.path.join(os.path.dirname(os.path.abspath(__file__)), "{wheel}", "pip")
options = [word for word in sys.argv[1:] if word not in ("--no-setuptools", "--no-wheel")]
os.execv(sys.executable, [sys.executable, pip, "install"] + options)
"""


def ansible_test(session: nox.Session, venv: Path, command: str, *args: str) -> None:
    """Run an ``ansible-test`` command in a staged tree, with the ansible-core of the venv."""
    # Each session has its own home directory for the venvs of ansible-test, so ~/.ansible of the developer is not changed.
    home = Path(session.create_tmp()).absolute() / "home"
    _prepare_home(session, venv, home)
    env = {"HOME": str(home), "PATH": f"{venv / 'bin'}{os.pathsep}{os.environ['PATH']}"}
    with session.chdir(stage(session)):
        program = venv / "bin" / "ansible-test"
        output = str(session.run(program, command, "--color", "no", *args, env=env, external=True, silent=True))
    print(output, flush=True)
    if "All targets skipped" in output:
        # For ansible-test this is a warning with exit code 0.
        session.error("ansible-test skipped every file")


def _prepare_home(session: nox.Session, venv: Path, home: Path) -> None:
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
        pip = (venv / "bin" / "python", "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:")
        session.run(*pip, "--dest", new, f"pip=={version}", external=True)
        script = new / f"get_pip_{version.replace('.', '_')}.py"
        script.write_text(_GET_PIP.format(wheel=f"pip-{version}-py3-none-any.whl"), encoding="utf-8")
    new.rename(cache)
