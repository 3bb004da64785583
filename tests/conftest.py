# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""For all tests: import names of the collection in plain pytest, settings of hypothesis, local DLIs, statistics in the summary.

Plugins are imported as ``ansible_collections.NAMESPACE.NAME.plugins...``. ansible-test has a loader for these names. For
plain pytest, this file registers the packages. The last package is the checkout, at any path.
"""

from __future__ import annotations

import importlib.util
import os
import re
import sys
from collections.abc import Callable
from importlib.machinery import ModuleSpec
from pathlib import Path

import pytest
from hypothesis import settings

# Hypothesis draws the same examples in every run, and other ones with `make explore`.
settings.register_profile("repeatable", derandomize=True, database=None, deadline=None, max_examples=200)
EXAMPLES = int(os.environ.get("PROPERTY_SCENARIOS", "10000"))
settings.register_profile("explore", database=None, deadline=None, max_examples=EXAMPLES)
settings.load_profile("explore" if "PROPERTY_EXPLORE" in os.environ else "repeatable")

CHECKOUT = Path(__file__).resolve().parents[1]
#: Prefix of statistics in the terminal summary.
STATISTICS_PREFIX = ">> "


def _collection_name() -> str:
    galaxy = (CHECKOUT / "galaxy.yml").read_text(encoding="utf-8")
    namespace, name = (re.search(rf"(?m)^{key}: (\S+)$", galaxy) for key in ("namespace", "name"))
    if namespace is None or name is None:
        raise RuntimeError("galaxy.yml has no namespace or no name")
    return f"ansible_collections.{namespace[1]}.{name[1]}"


def _is_importable(package: str) -> bool:
    """Return whether a loader finds the package already, as under ansible-test."""
    try:
        return importlib.util.find_spec(package) is not None
    except ModuleNotFoundError:
        return False


def _register(package: str) -> None:
    parts = package.split(".")
    for depth in range(1, len(parts) + 1):
        spec = ModuleSpec(".".join(parts[:depth]), loader=None, is_package=True)
        spec.submodule_search_locations = [str(CHECKOUT)] if depth == len(parts) else []
        sys.modules[spec.name] = importlib.util.module_from_spec(spec)


if not _is_importable(_collection_name()):
    _register(_collection_name())


@pytest.fixture
def cloud():
    """A local DLI with the example jobs, without environment variables."""
    from local_dli.server import serve  # its dependencies are not installed for the unit tests on target versions of Python

    with serve() as service:
        yield service


@pytest.fixture
def dli(ansible, cloud):
    """A local DLI with the example jobs. The environment variables of ``ansible`` contain its endpoint and credentials."""
    ansible.env.update(cloud.env())
    return cloud


@pytest.fixture
def statistics(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Return a function that adds a line to the terminal summary. The report contains the line, also with pytest-xdist."""
    return lambda text: request.node.user_properties.append(("statistics", text))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the lines of the fixture ``statistics``."""
    for reports in terminalreporter.stats.values():
        for report in reports:
            for name, text in getattr(report, "user_properties", []):
                if name == "statistics" and report.when == "call":
                    terminalreporter.write_line(f"{STATISTICS_PREFIX}{text}")
