# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Fixtures of tests that run complete modules against local DLIs, both in this process.

With E2E_BIN (``make full``) the same tests run each task with ``ansible-playbook``.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from task_runs import Ansible, InProcess


def new_runner(folder: Path) -> Ansible | InProcess:
    """Return what runs tasks in an empty folder, without the environment variables of a service."""
    return Ansible(folder) if "E2E_BIN" in os.environ else InProcess(folder)


@pytest.fixture
def ansible(tmp_path) -> Ansible | InProcess:
    return new_runner(tmp_path)
