# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Whether anybody would still read the result: told by the other end of the standard output."""

from __future__ import annotations

import os

import pytest

from ansible_collections.huaweicloud.cloud.plugins.module_utils import _module


@pytest.fixture
def pipe(monkeypatch):
    """Return both ends of a pipe; the writing end stands for the standard output."""
    ends = os.pipe()
    monkeypatch.setattr(_module, "STDOUT", ends[1])
    yield ends
    os.close(ends[1])


def test_a_reader(pipe):
    assert _module.somebody_listens()
    os.close(pipe[0])
    assert not _module.somebody_listens()


def test_a_file(monkeypatch, tmp_path):
    with open(tmp_path / "output", "w", encoding="utf-8") as file:
        monkeypatch.setattr(_module, "STDOUT", file.fileno())
        assert _module.somebody_listens()


def test_no_standard_output_at_all(monkeypatch):
    """Then nobody can tell, and the task goes on."""
    monkeypatch.setattr(_module, "STDOUT", 10_000)
    assert _module.somebody_listens()
