# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A step's processes: one log file for their output, and their end when the step or the whole run ends."""

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
    """A step's command failed, or a step found something wrong."""

    def __init__(self, message: str, code: int = 1) -> None:
        super().__init__(message)
        self.code = code


_children: set[subprocess.Popen[bytes]] = set()
_children_lock = threading.Lock()


def stop_everything() -> None:
    """End every process that a step started, and let no step start another."""
    stopping.set()
    with _children_lock:
        children = list(_children)
    for child in children:
        stop(child)


def stop(child: subprocess.Popen[bytes], patience: float = 5) -> None:
    """End a process and what it started: each child leads a process group of its own."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        if child.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child.pid, number)
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(patience)


class Job:
    """What a step needs to run commands. Alone in the foreground it echoes; beside others it only logs."""

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

    def say(self, text: str) -> None:
        self.write(f"{text}\n".encode())

    def lines(self) -> list[str]:
        """What the log holds so far."""
        return self.log.read_text(encoding="utf-8", errors="replace").splitlines()

    @contextlib.contextmanager
    def process(
        self, *command: str | Path, env: dict[str, str] | None = None, cwd: Path = CHECKOUT, output: int = subprocess.PIPE
    ) -> Iterator[subprocess.Popen[bytes]]:
        """A running command in a process group of its own, ended with the block."""
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
        """Run a command to its end and return what it printed; StepFailed with its exit code if that is not 0."""
        start = self.log.stat().st_size
        with self.process(*command, env=env, cwd=cwd) as child:
            assert child.stdout is not None
            while data := os.read(child.stdout.fileno(), 65536):
                self.write(data)
            code = child.wait()
        if code:
            # A shell's convention for "ended by signal N" is 128 + N.
            raise StepFailed(f"{Path(command[0]).name} ended with exit code {code}", code if code > 0 else 128 - code)
        return self.log.read_bytes()[start:].decode("utf-8", "replace")
