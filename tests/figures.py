# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Numbers that a test has measured, shown after the run: a conftest takes both names from here."""

from __future__ import annotations

from collections.abc import Callable

import pytest

#: How a line with a figure begins, for whoever looks for them in a log.
MARK = ">> "


@pytest.fixture
def figure(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Take a figure; it travels with the test's report, also from another process."""
    return lambda text: request.node.user_properties.append(("figure", text))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Show the figures."""
    for reports in terminalreporter.stats.values():
        for report in reports:
            for name, text in getattr(report, "user_properties", []):
                if name == "figure" and report.when == "call":
                    terminalreporter.write_line(f"{MARK}{text}")
