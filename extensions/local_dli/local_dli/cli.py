# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The local DLI as a command, for demonstrations, scripts and tests of playbooks."""

from __future__ import annotations

import argparse
import errno
import os
import signal
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any, TextIO

import yaml

from .instance import LocalDli
from .model.jobs import Job
from .model.ledger import Entry
from .model.settings import SettingError
from .seed import EXAMPLE, SeedError
from .server import HOST, listening
from .testing.request_log import Request


def main(arguments: list[str] | None = None) -> int:
    """Serve until Ctrl-C or SIGTERM. Exit status: 0, or 1 with one sentence on standard error."""
    options = _options(arguments)
    try:
        dli = LocalDli(options.seed, settings=_settings(options))
    except (SeedError, SettingError) as error:
        return _fail(str(error))
    if not options.quiet:
        _Log(dli, sys.stderr)
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda _number, _frame: stop.set())
    try:
        with listening(dli, options.port):
            _announce(dli, options.ready_file)
            stop.wait()
            _remove(options.ready_file)
    except OSError as error:
        if error.errno != errno.EADDRINUSE or not _names_port(options.ready_file, options.port):
            _remove(options.ready_file)
        return _fail(_explain(error, options))
    return 0


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="local-dli", description="A local DLI on 127.0.0.1. Prints export lines.")
    add = parser.add_argument
    add("--port", type=int, default=8787, help="0 takes any free port (default: %(default)s)")
    add("--seed", type=Path, default=EXAMPLE, metavar="FILE", help="account, jobs and settings, YAML")
    add("--ready-file", type=Path, metavar="FILE", help="gets the export lines once it is listening")
    seconds: dict[str, Any] = {"type": float, "metavar": "SECONDS"}
    add("--pace", default=2.0, **seconds, help="a submission, a stop, a savepoint take so long (default: %(default)s)")
    add("--accept-lag", default=0.5, **seconds, help="so long the old status is read after an accepted run or stop")
    add("--set", action="append", default=[], metavar="NAME=VALUE", dest="more", help="any setting; may be repeated")
    add("--quiet", action="store_true", help="no line per request")
    return parser.parse_args(arguments)


def _settings(options: argparse.Namespace) -> dict[str, Any]:
    pace = options.pace
    settings: dict[str, Any] = {
        "submit_delay": pace,
        "stop_delay": pace,
        "savepoint_delay": pace,
        "accept_lag": options.accept_lag,
    }
    for item in options.more:
        name, equals, value = item.partition("=")
        if not equals:
            raise SettingError(f"--set takes NAME=VALUE, not {item!r}.")
        settings[name] = yaml.safe_load(value)
    return settings


def _announce(dli: LocalDli, ready_file: Path | None) -> None:
    lines = "".join(f"export {name}={value}\n" for name, value in dli.env().items())
    print(lines, end="", flush=True)
    if ready_file is None:
        return
    # Written beside and moved into place: whoever waits for the file never reads half of it.
    handle, name = tempfile.mkstemp(dir=ready_file.absolute().parent, prefix=f".{ready_file.name}.")
    with os.fdopen(handle, "w", encoding="utf-8") as stream:
        stream.write(lines)
    os.replace(name, ready_file)


def _remove(ready_file: Path | None) -> None:
    """Remove the ready file, which a script would otherwise take for that of the next service."""
    if ready_file is not None:
        ready_file.unlink(missing_ok=True)


def _names_port(ready_file: Path | None, port: int) -> bool:
    """Return whether the ready file is that of the service that uses the port already."""
    return ready_file is not None and ready_file.is_file() and f":{port}\n" in ready_file.read_text(encoding="utf-8")


def _explain(error: OSError, options: argparse.Namespace) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"Port {options.port} of {HOST} is in use; choose another with --port (0 for any free one), or make dli PORT=8788."
    if error.filename is not None:
        return f"The ready file {options.ready_file} cannot be written: {error.strerror}."
    return f"The local DLI cannot listen on port {options.port} of {HOST}: {error.strerror}."


def _fail(sentence: str) -> int:
    print(sentence, file=sys.stderr)
    return 1


class _Log:
    """One line per request and per status change."""

    def __init__(self, dli: LocalDli, stream: TextIO) -> None:
        self._dli = dli
        self._stream = stream
        dli.requests.on_request = self._request
        dli.service.machine.on_change = self._change

    def _request(self, request: Request) -> None:
        entries = self._dli.ledger.of(request_id=request.request_id)
        parts = [request.method, request.path + (f"?{request.query}" if request.query else "")]
        parts.append("no answer" if request.status is None else str(request.status))
        if request.fault is not None:
            parts.append(f"[fault: {request.fault}]")
        parts += [_summary(entry) for entry in entries]
        self._say("  ".join(parts))

    def _change(self, job: Job, before: str) -> None:
        self._say(f"job {job.job_id}: {before} -> {job.status}" + (f" ({job.status_desc})" if job.status_desc else ""))

    def _say(self, line: str) -> None:
        stamp = time.strftime("%H:%M:%S", time.localtime(self._dli.clock.now()))
        print(f"{stamp}  {line}", file=self._stream, flush=True)


def _summary(entry: Entry) -> str:
    how = "accepted" if entry.accepted else f"refused {entry.error_code}"
    extra = " with savepoint" if entry.resume_savepoint or entry.trigger_savepoint else ""
    return f"{entry.what} {entry.job_id}{extra}: {how}"
