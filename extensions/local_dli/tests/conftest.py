# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Fixtures: a served local DLI with short delays, and an in-process local DLI with a manual clock."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from local_dli import LocalDli, ManualClock, serve
from support import FAST, SEED, Api


@pytest.fixture(scope="session")
def _in_process() -> Api:
    clock = ManualClock()
    pace = {"submit_delay": 2, "stop_delay": 2, "savepoint_delay": 2}
    return Api(LocalDli(SEED, clock, pace), clock)


@pytest.fixture
def api(_in_process: Api) -> Api:
    """Creating an instance takes longer than most tests, so the tests share one instance and reset it."""
    _in_process.dli.reset()
    return Api(_in_process.dli, _in_process.clock)


@pytest.fixture
def dli() -> Iterator[LocalDli]:
    with serve(SEED, settings=FAST) as served:
        yield served


@pytest.fixture(autouse=True)
def _temporary_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The SDK writes to the home directory, and requests reads ~/.netrc and the proxy variables."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
