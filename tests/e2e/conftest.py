# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Fixtures that run ansible commands with the built and installed collection against local DLIs in this process."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from task_runs import Ansible

BIN = Path(os.environ["E2E_BIN"])
PYTHONS = json.loads(os.environ["E2E_PYTHONS"])


@pytest.fixture
def ansible(tmp_path) -> Ansible:
    """Ansible commands without the environment variables of a service."""
    return Ansible(tmp_path)
