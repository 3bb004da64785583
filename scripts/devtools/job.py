# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The processes of a step: they write to one log file and are stopped when the step or the run ends."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

from .work import CHECKOUT, WORK, environment, stopping


class StepFailed(Exception):
    """A command of a step failed, or a step found an error."""

    def __init__(self, message: str, code: int = 1) -> None:
        super().__init__(message)
        self.code = code


_children: set[subprocess.Popen[bytes]] = set()
_children_lock = threading.Lock()


def stop_everything() -> None:
    """Stop all processes of all steps, and prevent the start of new ones."""
    stopping.set()
    with _children_lock:
        children = list(_children)
    for child in children:
        stop(child)


def stop(child: subprocess.Popen[bytes], timeout: float = 5) -> None:
    """Stop a process and its descendants, which are in one process group."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        if child.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child.pid, number)
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(timeout)


class Job:
    """Runs the commands of a step. Output goes to the log file and, with ``echo``, also to the terminal."""

    def __init__(self, name: str, echo: bool) -> None:
        self.name = name
        self.echo = echo
        self.log = WORK / "logs" / f"{name}.log"
        self.log.parent.mkdir(parents=True, exist_ok=True)
        self.log.write_bytes(b"")

    def write(self, data: bytes) -> None:
        with open(self.log, "ab") as handle:
            handle.write(data)
        if self.echo:
            sys.stdout.buffer.write(data)
            sys.stdout.buffer.flush()

    def print(self, text: str) -> None:
        self.write(f"{text}\n".encode())

    def lines(self) -> list[str]:
        """Return the current content of the log."""
        return self.log.read_text(encoding="utf-8", errors="replace").splitlines()

    @contextlib.contextmanager
    def process(
        self, *command: str | Path, env: dict[str, str] | None = None, cwd: Path = CHECKOUT, output: int = subprocess.PIPE
    ) -> Iterator[subprocess.Popen[bytes]]:
        """Run a command in a separate process group during the block."""
        if stopping.is_set():
            raise StepFailed("stopped")
        child = subprocess.Popen(
            [str(word) for word in command],
            cwd=cwd,
            env=environment() if env is None else env,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        with _children_lock:
            _children.add(child)
        try:
            yield child
        finally:
            stop(child)
            if child.stdout:
                child.stdout.close()
            with _children_lock:
                _children.discard(child)

    def run(self, *command: str | Path, env: dict[str, str] | None = None, cwd: Path = CHECKOUT) -> str:
        """Run a command and return its output. Raise StepFailed with its exit code if it is not 0."""
        start = self.log.stat().st_size
        with self.process(*command, env=env, cwd=cwd) as child:
            assert child.stdout is not None
            while data := os.read(child.stdout.fileno(), 65536):
                self.write(data)
            code = child.wait()
        if code:
            # Shells report a process that signal N ended as 128 + N.
            raise StepFailed(f"{Path(command[0]).name} failed with exit code {code}", code if code > 0 else 128 - code)
        return self.log.read_bytes()[start:].decode("utf-8", "replace")
