# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The command of the local DLI, for demonstrations, scripts and tests of playbooks."""

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
    """Serve until Ctrl-C or SIGTERM. Returns 0, or 1 with a message on standard error."""
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
        if error.errno != errno.EADDRINUSE or not _contains_port(options.ready_file, options.port):
            _remove(options.ready_file)
        return _fail(_explain(error, options))
    return 0


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="local-dli", description="Serve a local DLI on 127.0.0.1 and print export lines.")
    add = parser.add_argument
    add("--port", type=int, default=8787, help="port, 0 for any free port (default: %(default)s)")
    add("--seed", type=Path, default=EXAMPLE, metavar="FILE", help="YAML file with accounts, jobs and settings")
    add("--ready-file", type=Path, metavar="FILE", help="file for the export lines, written when the service is listening")
    seconds: dict[str, Any] = {"type": float, "metavar": "SECONDS"}
    add("--pace", default=2.0, **seconds, help="duration of a submission, a stop and a savepoint (default: %(default)s)")
    add("--accept-lag", default=0.5, **seconds, help="how long reads return the old status after an accepted run or stop")
    add("--set", action="append", default=[], metavar="NAME=VALUE", dest="settings", help="set any setting; can be repeated")
    add("--quiet", action="store_true", help="do not print requests and status changes")
    return parser.parse_args(arguments)


def _settings(options: argparse.Namespace) -> dict[str, Any]:
    pace = options.pace
    settings: dict[str, Any] = {
        "submit_delay": pace,
        "stop_delay": pace,
        "savepoint_delay": pace,
        "accept_lag": options.accept_lag,
    }
    for item in options.settings:
        name, equals, value = item.partition("=")
        if not equals:
            raise SettingError(f"Invalid --set: {item!r} does not have the form NAME=VALUE.")
        settings[name] = yaml.safe_load(value)
    return settings


def _announce(dli: LocalDli, ready_file: Path | None) -> None:
    lines = "".join(f"export {name}={value}\n" for name, value in dli.env().items())
    print(lines, end="", flush=True)
    if ready_file is None:
        return
    # Written to a temporary file and renamed, so that a script that waits for the file never reads an incomplete one.
    handle, name = tempfile.mkstemp(dir=ready_file.absolute().parent, prefix=f".{ready_file.name}.")
    with os.fdopen(handle, "w", encoding="utf-8") as stream:
        stream.write(lines)
    os.replace(name, ready_file)


def _remove(ready_file: Path | None) -> None:
    """Remove the ready file. Otherwise a script could use it for the next service."""
    if ready_file is not None:
        ready_file.unlink(missing_ok=True)


def _contains_port(ready_file: Path | None, port: int) -> bool:
    """Return whether the ready file belongs to the service that already uses the port."""
    return ready_file is not None and ready_file.is_file() and f":{port}\n" in ready_file.read_text(encoding="utf-8")


def _explain(error: OSError, options: argparse.Namespace) -> str:
    if error.errno == errno.EADDRINUSE:
        hint = "Set --port to another port (0 for any free port), or run make dli PORT=8788."
        return f"Port {options.port} on {HOST} is in use. {hint}"
    if error.filename is not None:
        return f"Could not write the ready file {options.ready_file}: {error.strerror}."
    return f"Could not listen on port {options.port} on {HOST}: {error.strerror}."


def _fail(message: str) -> int:
    print(message, file=sys.stderr)
    return 1


class _Log:
    """Prints one line per request and per status change."""

    def __init__(self, dli: LocalDli, stream: TextIO) -> None:
        self._dli = dli
        self._stream = stream
        dli.requests.on_request = self._request
        dli.service.machine.on_change = self._change

    def _request(self, request: Request) -> None:
        entries = self._dli.ledger.find(request_id=request.request_id)
        parts = [request.method, request.path + (f"?{request.query}" if request.query else "")]
        parts.append("no response" if request.status is None else str(request.status))
        if request.fault is not None:
            parts.append(f"[fault: {request.fault}]")
        parts += [_summary(entry) for entry in entries]
        self._print("  ".join(parts))

    def _change(self, job: Job, before: str) -> None:
        self._print(f"job {job.job_id}: {before} -> {job.status}" + (f" ({job.status_desc})" if job.status_desc else ""))

    def _print(self, line: str) -> None:
        stamp = time.strftime("%H:%M:%S", time.localtime(self._dli.clock.now()))
        print(f"{stamp}  {line}", file=self._stream, flush=True)


def _summary(entry: Entry) -> str:
    result = "accepted" if entry.accepted else f"refused {entry.error_code}"
    extra = " with savepoint" if entry.resume_savepoint or entry.trigger_savepoint else ""
    return f"{entry.operation} {entry.job_id}{extra}: {result}"
