# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The chaos tests need the collection's names and the local DLI."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS), str(TESTS / "unit"), str(TESTS.parent / "extensions" / "local_dli")]

importlib.import_module("conftest")  # that of tests/unit: it registers the collection's names
figures = importlib.import_module("figures")
figure, pytest_terminal_summary = figures.figure, figures.pytest_terminal_summary
