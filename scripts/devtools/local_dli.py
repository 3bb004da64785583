# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The local DLI as a background process of a step."""

from __future__ import annotations

import contextlib
import shlex
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from .job import Job, StepFailed
from .work import CHECKOUT, environment

#: The project directory. Python can run it, and it contains the package `local_dli`.
HOME = CHECKOUT / "extensions" / "local_dli"
_START_TIMEOUT = 30.0


def command(venv: Path, *args: str | Path) -> tuple[str | Path, ...]:
    return (venv / "bin" / "python", HOME, *args)


@contextlib.contextmanager
def running(job: Job, venv: Path) -> Iterator[dict[str, str]]:
    """Start the service on a free port and yield the environment variables that configure a client for it."""
    with tempfile.TemporaryDirectory(prefix="local-dli-") as folder:
        ready, log = Path(folder, "ready"), Path(folder, "log")
        with open(log, "wb") as output:
            arguments = command(venv, "--port", "0", "--ready-file", ready)
            with job.process(*arguments, env=environment(venv), output=output.fileno()) as service:
                _wait(service, ready, log)
                yield dict(word.split("=", 1) for word in shlex.split(ready.read_text("utf-8")) if word != "export")


def _wait(service: subprocess.Popen[bytes], ready: Path, log: Path) -> None:
    deadline = time.monotonic() + _START_TIMEOUT
    while not ready.exists():
        if service.poll() is not None or time.monotonic() > deadline:
            raise StepFailed(f"the local DLI did not start:\n{log.read_text('utf-8', 'replace')}")
        time.sleep(0.05)
