# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The command line: start, printed variables, shutdown and error messages."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests
from local_dli.cli import main

PROJECT = Path(__file__).resolve().parents[1]
NAMES = ["HW_ACCESS_KEY", "HW_SECRET_KEY", "HW_PROJECT_ID", "HW_REGION_NAME", "HW_DLI_ENDPOINT", "HW_AUTH_URL"]


def command(*options: str) -> dict[str, Any]:
    return {
        "args": [sys.executable, "-m", "local_dli", *options],
        "env": {**os.environ, "PYTHONPATH": str(PROJECT)},
        "text": True,
    }


@contextmanager
def running(ready: Path, *options: str) -> Iterator[subprocess.Popen[str]]:
    arguments = command("--port", "0", "--ready-file", str(ready), *options)
    with subprocess.Popen(**arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        deadline = time.monotonic() + 60
        while not ready.exists() and time.monotonic() < deadline and process.poll() is None:
            time.sleep(0.02)
        try:
            yield process
        finally:
            process.kill()


def variables(text: str) -> dict[str, str]:
    return dict(re.findall(r"^export (\w+)=(.*)$", text, re.MULTILINE))


def _wait_until_running(url: str, token: str) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        detail = requests.get(url, headers={"X-Auth-Token": token}, timeout=30).json()["job_detail"]
        if detail["status"] == "job_running":
            return
        time.sleep(0.02)


@pytest.mark.parametrize("signal_number", [signal.SIGTERM, signal.SIGINT])
def test_start_use_and_shutdown(tmp_path: Path, signal_number: int) -> None:
    ready = tmp_path / "ready"
    with running(ready, "--pace", "0.01", "--set", "active_code=DLI.1") as process:
        env = variables(ready.read_text())
        assert list(env) == NAMES
        auth_body = {
            "auth": {
                "identity": {
                    "methods": ["password"],
                    "password": {
                        "user": {
                            "name": "local-dli-user",
                            "password": "local-dli-password-1",
                            "domain": {"name": "local-dli-domain"},
                        }
                    },
                },
                "scope": {"project": {"id": env["HW_PROJECT_ID"]}},
            }
        }
        token = requests.post(f"{env['HW_AUTH_URL']}/auth/tokens", json=auth_body, timeout=30).headers["X-Subject-Token"]
        base = f"{env['HW_DLI_ENDPOINT']}/v1.0/{env['HW_PROJECT_ID']}/streaming/jobs"
        response = requests.post(f"{base}/run", json={"job_ids": [131, 207]}, headers={"X-Auth-Token": token}, timeout=30)
        assert [item.get("error_code") for item in response.json()] == [None, "DLI.1"]
        _wait_until_running(f"{base}/131", token)
        process.send_signal(signal_number)
        output, errors = process.communicate(timeout=30)
    assert process.returncode == 0
    assert variables(output) == env
    assert re.search(
        r"POST  /v1.0/\w+/streaming/jobs/run  400  start 131: accepted  start 207: refused DLI.1\n", errors
    )
    assert "job 131: job_submitting -> job_running\n" in errors
    assert "Traceback" not in errors
    assert [item.name for item in tmp_path.iterdir() if item.name.startswith(".ready")] == []


def test_failed_start_removes_stale_ready_file(tmp_path: Path) -> None:
    """After a failed start, no ready file of an earlier service remains."""
    ready = tmp_path / "ready"
    ready.write_text("export HW_DLI_ENDPOINT=http://127.0.0.1:9\n", encoding="utf-8")
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        arguments = command("--port", str(listener.getsockname()[1]), "--ready-file", str(ready))
        assert subprocess.run(**arguments, capture_output=True, timeout=30, check=False).returncode == 1
    assert not ready.exists()


def test_failed_second_start_keeps_ready_file_of_running_service(tmp_path: Path) -> None:
    ready = tmp_path / "ready"
    with running(ready, "--quiet"):
        text = ready.read_text(encoding="utf-8")
        port = variables(text)["HW_DLI_ENDPOINT"].rpartition(":")[2]
        assert "is in use" in error_of("--port", port, "--ready-file", str(ready))
        assert ready.read_text(encoding="utf-8") == text


def test_shutdown_removes_ready_file(tmp_path: Path) -> None:
    ready = tmp_path / "ready"
    with running(ready, "--quiet") as process:
        assert ready.exists()
        process.terminate()
        assert process.wait(30) == 0
    assert not ready.exists()


def test_start_by_path(tmp_path: Path) -> None:
    """As from an installed collection: in any working directory, without PYTHONPATH."""
    ready = tmp_path / "ready"
    arguments = [sys.executable, str(PROJECT), "--port", "0", "--quiet", "--ready-file", str(ready)]
    env = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    with subprocess.Popen(arguments, cwd=tmp_path, env=env, stdout=subprocess.PIPE, text=True) as process:
        deadline = time.monotonic() + 60
        while not ready.exists() and time.monotonic() < deadline and process.poll() is None:
            time.sleep(0.02)
        assert list(variables(ready.read_text(encoding="utf-8"))) == NAMES
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0


def test_missing_library_is_reported() -> None:
    """Python in isolated mode without site-packages has no third-party libraries."""
    completed = subprocess.run([sys.executable, "-I", "-S", str(PROJECT)], capture_output=True, text=True, check=False)
    assert completed.returncode == 1 and completed.stderr.count("\n") == 1
    message = r"The Python library (flask|yaml) is missing. Install it: .* -m pip install flask pyyaml$"
    assert re.match(message, completed.stderr.strip())


def test_iam_and_metadata_service_are_served(tmp_path: Path) -> None:
    ready = tmp_path / "ready"
    with running(ready, "--quiet", "--set", "metadata=required"):
        url = variables(ready.read_text())["HW_DLI_ENDPOINT"]
        assert requests.get(f"{url}/openstack/latest/securitykey", timeout=30).status_code == 401
        ttl = {"X-Metadata-Token-Ttl-Seconds": "60"}
        token = requests.put(f"{url}/meta-data/latest/api/token", headers=ttl, timeout=30).text
        key = requests.get(f"{url}/openstack/latest/securitykey", headers={"X-Metadata-Token": token}, timeout=30)
        assert set(key.json()["credential"]) == {"access", "secret", "securitytoken", "expires_at"}


def test_listens_on_loopback_only(tmp_path: Path) -> None:
    ready = tmp_path / "ready"
    with running(ready, "--quiet"):
        assert variables(ready.read_text())["HW_DLI_ENDPOINT"].startswith("http://127.0.0.1:")


def error_of(*options: str) -> str:
    completed = subprocess.run(**command(*options), capture_output=True, timeout=60, check=False)
    assert completed.returncode == 1
    assert completed.stderr.count("\n") == 1
    return completed.stderr


def test_port_in_use() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        assert error_of("--port", str(port)).startswith(f"Port {port} on 127.0.0.1 is in use.")


def test_ready_file_that_cannot_be_written(tmp_path: Path) -> None:
    assert "Could not write the ready file" in error_of("--port", "0", "--ready-file", str(tmp_path / "none" / "x"))


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--seed", "/none/at/all"], "Could not read the seed file /none/at/all: No such file or directory.\n"),
        (["--set", "nope=1"], "Invalid setting: 'nope' is not a setting."),
        (["--set", "nope"], "Invalid --set: 'nope' does not have the form NAME=VALUE.\n"),
    ],
)
def test_invalid_options(options: list[str], expected: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(options) == 1
    output, errors = capsys.readouterr()
    assert (output, errors.count("\n")) == ("", 1)
    assert errors.startswith(expected)
