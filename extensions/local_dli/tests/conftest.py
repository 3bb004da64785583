# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Fixtures: a served local DLI with a fast pace, and one in process whose clock a test moves."""

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
    """Building one takes longer than most tests, so they share it and start from a reset."""
    _in_process.dli.reset()
    return Api(_in_process.dli, _in_process.clock)


@pytest.fixture
def dli() -> Iterator[LocalDli]:
    with serve(SEED, settings=FAST) as served:
        yield served


@pytest.fixture(autouse=True)
def _own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The SDK writes into the home folder; requests reads ~/.netrc and proxies from the surroundings."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
