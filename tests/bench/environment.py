# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Runs commands, playbooks and scripts against a local DLI in this process, and measures them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import results
from local_dli import LocalDli, serve
from local_dli.testing.request_log import Request
from results import Series

HERE = Path(__file__).parent
MODULE = "huaweicloud.cloud.dli_streaming_jobs_run"
#: A job with this status and statement can be started.
STARTABLE = "job_cancel_success"
STATEMENT = "INSERT INTO sink SELECT id FROM source"
TIMEOUT = 900


class Version(NamedTuple):
    """The collection of this checkout, or of another revision: the subject, and the collections path."""

    subject: str
    collections: Path


@dataclass
class Measured:
    """A task of a play, a command or a script, with the requests that the service received in the meantime."""

    seconds: float
    requests: list[Request]
    server_seconds: float
    name: str = ""


class Collector:
    """Collects the values of a case, one series for each subject and number of jobs."""

    def __init__(self, case: str) -> None:
        self._case = case
        self._found: dict[tuple[str, int], Series] = {}

    def series(self, subject: str, jobs: int = 1) -> Series:
        return self._found.setdefault((subject, jobs), Series(self._case, subject, jobs))

    def add(self, subject: str, measured: Measured, jobs: int = 1) -> Series:
        series = self.series(subject, jobs)
        series.seconds.append(measured.seconds)
        series.server_seconds.append(measured.server_seconds)
        series.requests.append(len(measured.requests))
        series.posts.append(sum(request.method == "POST" for request in measured.requests))
        return series

    def __iter__(self) -> Iterator[Series]:
        order = results.SUBJECTS.index
        return iter(sorted(self._found.values(), key=lambda one: (one.jobs, order(one.subject))))


class Bench:
    """The directory of temporary files, the versions of the collection, and the number of runs of each measurement."""

    def __init__(self, folder: Path, installed: Path, baseline: Path | None, rounds: int) -> None:
        self.folder = folder
        self.rounds = rounds
        self.versions = [Version(results.OURS, installed)]
        if baseline is not None:
            self.versions.append(Version(results.BEFORE, baseline))
        self._durations = folder / "durations.jsonl"
        self._memory = folder / "memory.txt"
        # The start and the duration of each call of the current service.
        self._calls: list[tuple[float, float]] = []
        (folder / "home").mkdir(parents=True, exist_ok=True)
        self._env = {
            **{name: value for name, value in os.environ.items() if name.startswith(("ANSIBLE_", "LANG"))},
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "HOME": str(folder / "home"),
            "LANG": "C.UTF-8",
            "NO_PROXY": "127.0.0.1",
            "ANSIBLE_LIBRARY": str(HERE / "library"),
            "BENCH_MEMORY": str(self._memory),
        }

    def environment(self, version: Version) -> dict[str, str]:
        """Return the environment variables of a command with a version of the collection."""
        return {**self._env, "ANSIBLE_COLLECTIONS_PATH": str(version.collections)}

    def ordered(self, number: int) -> list[Version]:
        """Return the versions in the order of a round. The order changes, so that no version is always the first one."""
        return rotated(self.versions, number)

    @contextmanager
    def service(self, jobs: int, delays: Sequence[float] = ()) -> Iterator[LocalDli]:
        """Serve a local DLI whose project has only these jobs, with the IDs 1 to ``jobs``, which can be started.

        ``delays``: the seconds from the start of each job until it runs.
        """
        with serve() as service:
            service.service.clear()
            seed: list[dict[str, Any]] = [
                {"job_id": number, "name": f"job_{number}", "status": STARTABLE, "sql_body": STATEMENT}
                for number in range(1, jobs + 1)
            ]
            for job, delay in zip(seed, delays):
                job["script"] = {"submit_delay": delay}
            service.seed(seed)
            service.requests.clear()
            self._measure_calls(service)
            yield service

    def _measure_calls(self, service: Any) -> None:
        """Store the duration of each call of the service, which is not a part of the time of a client."""
        self._calls.clear()
        process = service.wsgi

        def timed(environ: Any, start_response: Any) -> Any:
            began_at, began = time.time(), time.perf_counter()
            try:
                return process(environ, start_response)
            finally:
                self._calls.append((began_at, time.perf_counter() - began))

        service.wsgi = timed

    def _measured(self, service: LocalDli, seconds: float, began_at: float, ended_at: float, name: str = "") -> Measured:
        """Return a measurement with the requests between two moments, because commands and tasks run one after the other."""
        calls = sum(duration for began, duration in self._calls if began_at <= began <= ended_at)
        # The times in the log are whole milliseconds.
        requests = [one for one in service.requests.find() if int(began_at * 1000) <= one.at <= ended_at * 1000]
        return Measured(seconds, requests, calls, name)

    def command(self, service: LocalDli, words: Iterable[str | Path], version: Version | None = None, **env: str) -> Measured:
        """Run a program of this environment and measure the whole command. An exit code other than 0 is an error."""
        program, *arguments = map(str, words)
        began_at, began = time.time(), time.perf_counter()
        ended = subprocess.run(
            [str(Path(sys.executable).parent / program), *arguments],
            cwd=self.folder,
            env={**self.environment(version or self.versions[0]), **service.env(), **env},
            capture_output=True,
            text=True,
            check=False,
            timeout=TIMEOUT,
            stdin=subprocess.DEVNULL,
        )
        seconds = time.perf_counter() - began
        if ended.returncode != 0:
            raise RuntimeError(f"{program} failed:\n{ended.stdout[-3000:]}\n{ended.stderr[-3000:]}")
        return self._measured(service, seconds, began_at, time.time())

    def play(
        self, service: LocalDli, tasks: Sequence[dict[str, Any]], version: Version | None = None, **variables: str
    ) -> list[Measured]:
        """Run tasks in one play and return the duration of each. A task that fails is an error."""
        self._durations.unlink(missing_ok=True)
        file = self.folder / "play.json"
        play = {"hosts": "localhost", "gather_facts": False, "vars": variables, "tasks": list(tasks)}
        file.write_text(json.dumps([play]), encoding="utf-8")
        env = {
            "ANSIBLE_CALLBACK_PLUGINS": str(HERE / "callback_plugins"),
            "ANSIBLE_CALLBACKS_ENABLED": "durations",
            "BENCH_DURATIONS": str(self._durations),
        }
        self.command(service, ["ansible-playbook", file], version, **env)
        entries = [json.loads(line) for line in self._durations.read_text(encoding="utf-8").splitlines()]
        if len(entries) != len(tasks) or any(entry["failed"] for entry in entries):
            raise RuntimeError(f"Not every task succeeded: {entries}")
        moments = [(entry["seconds"], entry["began_at"], entry["ended_at"], entry["name"]) for entry in entries]
        return [self._measured(service, *values) for values in moments]

    def script(self, service: LocalDli, ids: Sequence[int]) -> Measured:
        """Run the script that uses requests without Ansible."""
        file = self.folder / "ids.json"
        file.write_text(json.dumps(list(ids)), encoding="utf-8")
        url = f"{service.url}/v1.0/{service.project_id}"
        return self.command(service, ["python", HERE / "requests_script.py", url, service.token(), file])

    def peak_memory_mb(self, service: LocalDli, tasks: Sequence[dict[str, Any]], version: Version) -> float:
        """Run tasks in one play and return the highest peak memory of their Python processes in MB."""
        self._memory.unlink(missing_ok=True)
        interpreter = self.folder / "python-with-peak-memory"
        interpreter.write_text(f'#!/bin/sh\nexec "{sys.executable}" -S "{HERE / "peak_memory.py"}" "$@"\n', encoding="utf-8")
        interpreter.chmod(0o755)
        self.play(service, tasks, version, ansible_python_interpreter=str(interpreter))
        kib = max(map(int, self._memory.read_text(encoding="utf-8").split()))
        return kib * 1024 / 1_000_000


def rotated(items: Sequence[Any], number: int) -> list[Any]:
    """Return the items in the same order, beginning with another one for each number."""
    start = number % len(items)
    return [*items[start:], *items[:start]]


def ours(ids: Sequence[int], name: str = results.OURS, **options: Any) -> dict[str, Any]:
    """Return a task with the module of the collection."""
    return {"name": name, MODULE: {"job_ids": list(ids), **options}}


def first_task(jobs: int = 1) -> dict[str, Any]:
    """Return a task that only reads. It makes Ansible build the payload of the module, which later tasks use as well."""
    return {**ours(range(1, jobs + 1), "first task"), "check_mode": True}


def uri_post(service: LocalDli, job_id: int | str, name: str = results.URI_POST) -> dict[str, Any]:
    """Return a task that starts a job with ansible.builtin.uri, without reading its status."""
    body = {"job_ids": [job_id], "resume_savepoint": False}
    return {"name": name, "ansible.builtin.uri": {**_uri(service, "jobs/run"), "method": "POST", "body": body}}


def uri_read(service: LocalDli, job_id: int, name: str) -> dict[str, Any]:
    """Return a task that reads a job with ansible.builtin.uri."""
    return {"name": name, "ansible.builtin.uri": _uri(service, f"jobs/{job_id}"), "register": "read"}


def uri_read_and_post(service: LocalDli, job_id: int, name: str = results.URI_READ_AND_POST) -> list[dict[str, Any]]:
    """Return two tasks that do the same as the module: read a job, and start it if its status allows it."""
    condition = f"read.json.job_detail.status == '{STARTABLE}'"
    return [uri_read(service, job_id, name), {**uri_post(service, job_id, name), "when": condition}]


def _uri(service: LocalDli, path: str) -> dict[str, Any]:
    return {
        "url": f"{service.url}/v1.0/{service.project_id}/streaming/{path}",
        "headers": {"X-Auth-Token": service.token()},
        "body_format": "json",
        "return_content": True,
    }


def check_starts(service: LocalDli, ids: Iterable[int]) -> None:
    """Check that each of these jobs was started once, and no other job."""
    starts = sorted(entry.job_id for entry in service.ledger.starts())
    if starts != sorted(ids):
        raise RuntimeError(f"{len(starts)} jobs were started, expected {len(list(ids))}")
