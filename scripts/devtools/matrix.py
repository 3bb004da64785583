# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The steps of `make matrix`: all supported versions of ansible-core, on the Python versions that they support.

`make test` covers the newest ansible-core, except for the unit tests on all target versions of Python, the integration targets
in ansible-test, and the tests of AWX.
"""

from __future__ import annotations

from pathlib import Path

from .ansible_test import ansible_test
from .job import Job, StepFailed
from .pytests import end_to_end, units
from .pythons import CORES, NEWEST, controller, pythons
from .steps import Step
from .venvs import venv
from .work import CHECKOUT

OLDEST, MIDDLE = "2.16", "2.19"
# In the order in which they start. Steps with the same ansible-core run one after the other, because they share the venvs of
# ansible-test.
MATRIX: dict[str, Step] = {}


def _venv(job: Job, core: str) -> Path:
    """Return the venv of an ansible-core, with the oldest available Python that it supports, to test the plugins on it."""
    return venv(job, "dev") if core == NEWEST else venv(job, f"core-{core}", controller(CORES[core]))


def _targets(core: str) -> list[str]:
    """Return the available target versions of Python, oldest first, up to the newest that ansible-core itself supports."""
    versions = sorted(pythons(), key=_minor)
    return [version for version in versions if _minor(version) <= _minor(CORES[core][-1])]


def _minor(version: str) -> int:
    return int(version.partition(".")[2])


def _add(name: str, core: str, help_text: str, function: Step) -> None:
    function.__doc__ = f"{help_text} ansible-core {core}"
    MATRIX[f"{name}-{core}"] = function


def _sanity(core: str) -> None:
    def sanity(job: Job, args: list[str]) -> None:
        ansible_test(job, _venv(job, core), "sanity", *args)

    _add("sanity", core, "ansible-test sanity with", sanity)


def _units(core: str) -> None:
    def unit(job: Job, args: list[str]) -> None:
        home, failed = _venv(job, core), []
        for version in _targets(core):
            try:
                units(job, home, version, args)
            except StepFailed:
                failed.append(version)
        if failed:
            raise StepFailed(f"unit tests failed on Python {', '.join(failed)}")

    _add("unit", core, "unit tests on all target versions of Python, with", unit)


def _e2e(core: str) -> None:
    def e2e(job: Job, args: list[str]) -> None:
        end_to_end(job, _venv(job, core), _targets(core), args)

    _add("e2e", core, "end-to-end tests with", e2e)


def _awx(core: str) -> None:
    def awx(job: Job, args: list[str]) -> None:
        tests = sorted(str(path.relative_to(CHECKOUT)) for path in CHECKOUT.glob("tests/e2e/test_awx_*.py"))
        end_to_end(job, _venv(job, core), [], [*tests, *args])

    _add("awx", core, "end-to-end tests of AWX job templates and execution environments with", awx)


def _integration(job: Job, args: list[str]) -> None:
    """ansible-test integration with the newest ansible-core, against the local DLI (ARGS: targets)"""
    # ansible-test drops arguments after --venv when it restarts itself in the venv.
    ansible_test(job, _venv(job, NEWEST), "integration", *args, "--venv")


for _core in CORES:
    if _core != NEWEST:
        _sanity(_core)
for _core in (OLDEST, MIDDLE, NEWEST):
    _units(_core)
for _core in (OLDEST, MIDDLE):
    _e2e(_core)
_awx(NEWEST)
MATRIX["integration"] = _integration
