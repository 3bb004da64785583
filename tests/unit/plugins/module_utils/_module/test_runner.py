# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Whether a process is waiting for the result, detected from the other end of the standard output."""

from __future__ import annotations

import os

import pytest

from ansible_collections.huaweicloud.cloud.plugins.module_utils._module import runner


@pytest.fixture
def pipe(monkeypatch):
    """Return both ends of a pipe; the writing end replaces the standard output."""
    ends = os.pipe()
    monkeypatch.setattr(runner, "STDOUT", ends[1])
    yield ends
    os.close(ends[1])


def test_closed_pipe_means_result_is_not_awaited(pipe):
    assert runner.result_is_awaited()
    os.close(pipe[0])
    assert not runner.result_is_awaited()


def test_file_means_result_is_awaited(monkeypatch, tmp_path):
    with open(tmp_path / "output", "w", encoding="utf-8") as file:
        monkeypatch.setattr(runner, "STDOUT", file.fileno())
        assert runner.result_is_awaited()


def test_missing_standard_output_means_result_is_awaited(monkeypatch):
    """Without a standard output it cannot be detected, and the task continues."""
    monkeypatch.setattr(runner, "STDOUT", 10_000)
    assert runner.result_is_awaited()
