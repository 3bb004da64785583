# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""pytest as steps run it, and where it leaves its counts."""

from __future__ import annotations

import json
from pathlib import Path

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
    chosen = args if any(word.startswith("tests/") for word in args) else [default, *args]
    settings = ("-p", "no:cacheprovider", f"--junitxml={reports_of(job.name) / 'pytest.xml'}")
    job.run(home / "bin" / "python", "-m", "pytest", "-q", *settings, *options, *chosen, env=environment(home, **extra))


def end_to_end(job: Job, core: Path, targets: list[str], args: list[str]) -> None:
    """The end-to-end tests with the Ansible of one venv, and modules on these further Pythons."""
    installed = install_built(job, environment(core), f"installed-{job.name}")
    interpreters = {"controller": core, "without_requests": venv(job, "bare")}
    interpreters.update((version, venv(job, "target", pythons()[version])) for version in targets if version in pythons())
    told: dict[str, str | Path] = {
        "ANSIBLE_COLLECTIONS_PATH": installed,
        "E2E_BIN": core / "bin",
        "E2E_COLLECTIONS": installed,
        "E2E_PYTHONS": json.dumps({name: str(home / "bin" / "python") for name, home in interpreters.items()}),
    }
    # A file stays in one process: its table of cells is played once.
    pytest(job, venv(job, "dev"), "tests/e2e", args, "-n", "2", "--dist", "loadfile", **told)
