# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""pytest as steps run it, and where it leaves its counts."""

from __future__ import annotations

import json
from pathlib import Path

from .awx_collection import awx_collection
from .job import Job
from .pythons import pythons
from .stage import install_built
from .venvs import venv
from .work import WORK, environment


def reports_of(name: str) -> Path:
    """The folder in which a step that runs pytest leaves its counts, as JUnit files."""
    return WORK / "reports" / name


def pytest(job: Job, home: Path, default: str, args: list[str], *options: str | Path, **extra: str | Path) -> None:
    """Run the tests of a folder, or those that the arguments name."""
    chosen = args if any(word.startswith(("tests/", "extensions/")) for word in args) else [default, *args]
    # A step may run several pytests.
    report = reports_of(job.name) / f"{home.name}.xml"
    settings = ("-p", "no:cacheprovider", f"--junitxml={report}")
    job.run(home / "bin" / "python", "-m", "pytest", "-q", *settings, *options, *chosen, env=environment(home, **extra))


def units(job: Job, core: Path, version: str, args: list[str]) -> None:
    """The unit tests on one Python, with the module_utils of one venv's ansible-core.

    On most Pythons of targets a new ansible-core cannot be installed, and modules never need that: they are sent over with what
    they import. So pytest sees its package, beside what else the tests need.
    """
    (package,) = core.glob("lib/python3*/site-packages/ansible")
    lent = WORK / job.name
    lent.mkdir(exist_ok=True)
    (lent / "ansible").unlink(missing_ok=True)
    (lent / "ansible").symlink_to(package)
    pytest(job, venv(job, "target", pythons()[version]), "tests/unit", args, PYTHONPATH=lent)


def end_to_end(job: Job, core: Path, targets: list[str], args: list[str], processes: int = 2) -> None:
    """The end-to-end tests with the Ansible of one venv, and modules on these further Pythons."""
    installed = install_built(job, environment(core), f"installed-{job.name}")
    interpreters = {"controller": core, "without_requests": venv(job, "bare")}
    interpreters.update((version, venv(job, "target", pythons()[version])) for version in targets if version in pythons())
    values: dict[str, str | Path] = {
        "ANSIBLE_COLLECTIONS_PATH": installed,
        "E2E_AWX": awx_collection(job, venv(job, "dev")),
        "E2E_BIN": core / "bin",
        "E2E_COLLECTIONS": installed,
        "E2E_PYTHONS": json.dumps({name: str(home / "bin" / "python") for name, home in interpreters.items()}),
    }
    # A file stays in one process, which runs the cases of its module fixtures once.
    pytest(job, venv(job, "dev"), "tests/e2e", args, "-n", str(processes), "--dist", "loadfile", **values)
