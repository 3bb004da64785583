# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Whether anybody would still read the result: told by the other end of the standard output."""

from __future__ import annotations

import os

import pytest

from ansible_collections.huaweicloud.cloud.plugins.module_utils._module import runner


@pytest.fixture
def pipe(monkeypatch):
    """Return both ends of a pipe; the writing end stands for the standard output."""
    ends = os.pipe()
    monkeypatch.setattr(runner, "STDOUT", ends[1])
    yield ends
    os.close(ends[1])


def test_a_reader(pipe):
    assert runner.result_is_awaited()
    os.close(pipe[0])
    assert not runner.result_is_awaited()


def test_a_file(monkeypatch, tmp_path):
    with open(tmp_path / "output", "w", encoding="utf-8") as file:
        monkeypatch.setattr(runner, "STDOUT", file.fileno())
        assert runner.result_is_awaited()


def test_no_standard_output_at_all(monkeypatch):
    """Then nobody can tell, and the task goes on."""
    monkeypatch.setattr(runner, "STDOUT", 10_000)
    assert runner.result_is_awaited()
