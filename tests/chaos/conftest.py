# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The chaos tests need the collection's names and the local DLI."""

from __future__ import annotations

import sys
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS), str(TESTS / "unit")]

import conftest as _registers_the_collection  # noqa: E402,F401
from figures import figure, pytest_terminal_summary  # noqa: E402,F401
