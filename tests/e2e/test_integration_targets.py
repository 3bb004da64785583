# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Every integration target, as a role in a playbook, against a local DLI; there is one for each module."""

from __future__ import annotations

import pytest

from .conftest import CHECKOUT, play

#: All but setup_local_dli, which does nothing where the environment names a service.
TARGETS = sorted((CHECKOUT / "tests" / "integration" / "targets").glob("dli_*"))


def test_every_module_has_a_target():
    modules = {path.stem for path in (CHECKOUT / "plugins" / "modules").glob("*.py")}
    assert {target.name for target in TARGETS} == modules


@pytest.mark.parametrize("target", TARGETS, ids=lambda path: path.name)
def test_target(ansible, dli, target):
    ended = ansible.playbook(play(roles=[{"role": str(target)}]))
    assert ended.code == 0, ended.output
    assert "ok=0" not in ended.stdout
