# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Runs every integration target as a role in a playbook against a local DLI. Each module has a target."""

from __future__ import annotations

import pytest
from task_runs import CHECKOUT, play

pytestmark = pytest.mark.smoke

#: All targets except setup_local_dli, which does nothing if the environment contains an endpoint.
TARGETS = sorted((CHECKOUT / "tests" / "integration" / "targets").glob("dli_*"))


def test_every_module_has_a_target():
    modules = {path.stem for path in (CHECKOUT / "plugins" / "modules").glob("*.py")}
    assert {target.name for target in TARGETS} == modules


@pytest.mark.parametrize("target", TARGETS, ids=lambda path: path.name)
def test_target(ansible, dli, target):
    ended = ansible.playbook(play(roles=[{"role": str(target)}]))
    assert ended.code == 0, ended.output
    assert "ok=0" not in ended.stdout
