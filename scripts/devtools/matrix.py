# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The steps of `make matrix`: every ansible-core that the collection supports, on the Pythons that it knows.

`make test` has the newest one already, except for unit tests on all its target Pythons, the integration targets in ansible-test,
and the tests of AWX.
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
# In the order in which they begin. Steps of one ansible-core wait for each other: they share the venvs that ansible-test keeps.
MATRIX: dict[str, Step] = {}


def _venv(job: Job, core: str) -> Path:
    """An ansible-core on the oldest Python here that it runs on, so that plugins on the control side meet all of them."""
    return venv(job, "dev") if core == NEWEST else venv(job, f"core-{core}", controller(CORES[core]))


def _targets(core: str) -> list[str]:
    """The Pythons here that modules may run on, the oldest first: the newest is the one that Ansible itself may run on."""
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
            raise StepFailed(f"unit tests fail on Python {', '.join(failed)}")

    _add("unit", core, "unit tests on every Python that targets may have, with", unit)


def _e2e(core: str) -> None:
    def e2e(job: Job, args: list[str]) -> None:
        end_to_end(job, _venv(job, core), _targets(core), args)

    _add("e2e", core, "end-to-end tests with", e2e)


def _awx(core: str) -> None:
    def awx(job: Job, args: list[str]) -> None:
        tests = sorted(str(path.relative_to(CHECKOUT)) for path in CHECKOUT.glob("tests/e2e/test_awx_*.py"))
        end_to_end(job, _venv(job, core), [], [*tests, *args])

    _add("awx", core, "end-to-end tests of AWX, job templates and execution environments, with", awx)


def _integration(job: Job, args: list[str]) -> None:
    """ansible-test integration with the newest ansible-core, against the local DLI; ARGS name targets"""
    # An argument that follows --venv is lost when ansible-test starts itself in the venv.
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
