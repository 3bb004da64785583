# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Run pytest in steps, with reports for the counts of tests."""

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
    """Return the directory of the JUnit reports of a step."""
    return WORK / "reports" / name


def pytest(job: Job, home: Path, default: str, args: list[str], *options: str | Path, **extra: str | Path) -> None:
    """Run the tests of a directory, or the tests in the arguments."""
    chosen = args if any(word.startswith(("tests/", "extensions/")) for word in args) else [default, *args]
    # One report per venv, because a step may run pytest several times.
    report = reports_of(job.name) / f"{home.name}.xml"
    settings = ("-p", "no:cacheprovider", f"--junitxml={report}")
    job.run(home / "bin" / "python", "-m", "pytest", "-q", *settings, *options, *chosen, env=environment(home, **extra))


def units(job: Job, core: Path, version: str, args: list[str]) -> None:
    """Run the unit tests on one Python version, with the module_utils of the ansible-core in a venv.

    A new ansible-core cannot be installed on most target versions of Python. Modules do not need it there, because Ansible
    transfers them together with their imports. For the tests, its package is added to PYTHONPATH.
    """
    (package,) = core.glob("lib/python3*/site-packages/ansible")
    linked = WORK / job.name
    linked.mkdir(exist_ok=True)
    (linked / "ansible").unlink(missing_ok=True)
    (linked / "ansible").symlink_to(package)
    pytest(job, venv(job, "target", pythons()[version]), "tests/unit", args, PYTHONPATH=linked)


def end_to_end(job: Job, core: Path, targets: list[str], args: list[str], processes: int = 2) -> None:
    """Run the end-to-end tests with the Ansible of a venv. Modules also run on the target versions of Python."""
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
    # All tests of a file run in one process, so its module fixtures are created once.
    pytest(job, venv(job, "dev"), "tests/e2e", args, "-n", str(processes), "--dist", "loadfile", **values)
