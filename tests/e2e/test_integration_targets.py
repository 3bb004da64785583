# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Runs every integration target as a role in a playbook against a local DLI. Each module has a target."""

from __future__ import annotations

import pytest
from task_runs import CHECKOUT, play

from .scenarios import scenarios

pytestmark = pytest.mark.smoke

#: All targets except setup_local_dli, which does nothing if the environment contains an endpoint.
TARGETS = sorted((CHECKOUT / "tests" / "integration" / "targets").glob("dli_*"))


def test_every_module_has_a_target():
    modules = {path.stem for path in (CHECKOUT / "plugins" / "modules").glob("*.py")}
    assert {target.name for target in TARGETS} == modules


@pytest.fixture(scope="module")
def played(tmp_path_factory):
    """One play for each target."""
    with scenarios(tmp_path_factory.mktemp("targets")) as found:
        for target in TARGETS:
            found.add(target.name, play(roles=[{"role": str(target)}]), dli=found.service())
        # setup_local_dli reads the variable of the command; the modules get those of their plays.
        found.run(env={"HW_DLI_ENDPOINT": "http://unused.invalid"})
        yield found


@pytest.mark.parametrize("target", TARGETS, ids=lambda path: path.name)
def test_target(played, target):
    assert len(played.succeeded(target.name).dli.requests) > 0
