# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The command: starts, says where it is, ends when asked to, and says in one sentence what went wrong."""

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


def _until_running(url: str, token: str) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        detail = requests.get(url, headers={"X-Auth-Token": token}, timeout=30).json()["job_detail"]
        if detail["status"] == "job_running":
            return
        time.sleep(0.02)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_life(tmp_path: Path, number: int) -> None:
    ready = tmp_path / "ready"
    with running(ready, "--pace", "0.01", "--set", "active_code=DLI.1") as process:
        env = variables(ready.read_text())
        assert list(env) == NAMES
        login = {
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
        token = requests.post(f"{env['HW_AUTH_URL']}/auth/tokens", json=login, timeout=30).headers["X-Subject-Token"]
        base = f"{env['HW_DLI_ENDPOINT']}/v1.0/{env['HW_PROJECT_ID']}/streaming/jobs"
        answer = requests.post(f"{base}/run", json={"job_ids": [131, 207]}, headers={"X-Auth-Token": token}, timeout=30)
        assert [item.get("error_code") for item in answer.json()] == [None, "DLI.1"]
        _until_running(f"{base}/131", token)
        process.send_signal(number)
        output, errors = process.communicate(timeout=30)
    assert process.returncode == 0
    assert variables(output) == env
    assert re.search(
        r"POST  /v1.0/\w+/streaming/jobs/run  400  start 131: accepted  start 207: refused DLI.1\n", errors
    )
    assert "job 131: job_submitting -> job_running\n" in errors
    assert "Traceback" not in errors
    assert [item.name for item in tmp_path.iterdir() if item.name.startswith(".ready")] == []


def test_a_ready_file_of_an_earlier_service_is_not_taken_for_this_one_s(tmp_path: Path) -> None:
    """Where the port cannot be had, nothing is left that says one could go on."""
    ready = tmp_path / "ready"
    ready.write_text("export HW_DLI_ENDPOINT=http://127.0.0.1:9\n", encoding="utf-8")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        words = command("--port", str(taken.getsockname()[1]), "--ready-file", str(ready))
        assert subprocess.run(**words, capture_output=True, timeout=30, check=False).returncode == 1
    assert not ready.exists()


def test_a_ready_file_of_a_running_service_stays_where_a_second_one_cannot_start(tmp_path: Path) -> None:
    ready = tmp_path / "ready"
    with running(ready, "--quiet"):
        text = ready.read_text(encoding="utf-8")
        port = variables(text)["HW_DLI_ENDPOINT"].rpartition(":")[2]
        assert "is in use" in fails("--port", port, "--ready-file", str(ready))
        assert ready.read_text(encoding="utf-8") == text


def test_the_ready_file_is_removed_at_the_end(tmp_path: Path) -> None:
    ready = tmp_path / "ready"
    with running(ready, "--quiet") as process:
        assert ready.exists()
        process.terminate()
        assert process.wait(30) == 0
    assert not ready.exists()


def test_started_by_its_path_as_from_an_installed_collection(tmp_path: Path) -> None:
    """From any folder, without a PYTHONPATH."""
    ready = tmp_path / "ready"
    words = [sys.executable, str(PROJECT), "--port", "0", "--quiet", "--ready-file", str(ready)]
    env = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    with subprocess.Popen(words, cwd=tmp_path, env=env, stdout=subprocess.PIPE, text=True) as process:
        deadline = time.monotonic() + 60
        while not ready.exists() and time.monotonic() < deadline and process.poll() is None:
            time.sleep(0.02)
        assert list(variables(ready.read_text(encoding="utf-8"))) == NAMES
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0


def test_says_which_library_is_missing() -> None:
    """In isolated mode, without site-packages, Python has none."""
    ended = subprocess.run([sys.executable, "-I", "-S", str(PROJECT)], capture_output=True, text=True, check=False)
    assert ended.returncode == 1 and ended.stderr.count("\n") == 1
    assert re.match(r"The local DLI needs (flask|yaml); .* -m pip install flask pyyaml$", ended.stderr.strip())


def test_serves_iam_and_the_metadata_service_as_well(tmp_path: Path) -> None:
    ready = tmp_path / "ready"
    with running(ready, "--quiet", "--set", "metadata=required"):
        url = variables(ready.read_text())["HW_DLI_ENDPOINT"]
        assert requests.get(f"{url}/openstack/latest/securitykey", timeout=30).status_code == 401
        life = {"X-Metadata-Token-Ttl-Seconds": "60"}
        token = requests.put(f"{url}/meta-data/latest/api/token", headers=life, timeout=30).text
        key = requests.get(f"{url}/openstack/latest/securitykey", headers={"X-Metadata-Token": token}, timeout=30)
        assert set(key.json()["credential"]) == {"access", "secret", "securitytoken", "expires_at"}


def test_listens_on_loopback_only(tmp_path: Path) -> None:
    ready = tmp_path / "ready"
    with running(ready, "--quiet"):
        assert variables(ready.read_text())["HW_DLI_ENDPOINT"].startswith("http://127.0.0.1:")


def fails(*options: str) -> str:
    done = subprocess.run(**command(*options), capture_output=True, timeout=60, check=False)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    return done.stderr


def test_port_in_use() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert fails("--port", str(port)).startswith(f"Port {port} of 127.0.0.1 is in use;")


def test_ready_file_that_cannot_be_written(tmp_path: Path) -> None:
    assert "cannot be written" in fails("--port", "0", "--ready-file", str(tmp_path / "none" / "x"))


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--seed", "/none/at/all"], "The seed file /none/at/all cannot be read: No such file or directory.\n"),
        (["--set", "nope=1"], "There is no setting 'nope';"),
        (["--set", "nope"], "--set takes NAME=VALUE, not 'nope'.\n"),
    ],
)
def test_bad_options(options: list[str], expected: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(options) == 1
    output, errors = capsys.readouterr()
    assert (output, errors.count("\n")) == ("", 1)
    assert errors.startswith(expected)
