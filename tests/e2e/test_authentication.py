# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Authentication on the target versions of Python; tests/functional tests the methods."""

from __future__ import annotations

from contextlib import ExitStack

from local_dli.server import serve
from task_runs import MODULE, Ansible, started

from .conftest import PYTHONS

VERSIONS = sorted(name for name in PYTHONS if name[0].isdigit())


def test_password_on_older_pythons(ansible: Ansible):
    with ExitStack() as running:
        services = [running.enter_context(serve()) for _version in VERSIONS]
        tasks = (
            {
                MODULE: {"job_ids": [131]},
                "environment": service.password_env(),
                "vars": {"ansible_python_interpreter": PYTHONS[version]},
            }
            for version, service in zip(VERSIONS, services)
        )
        for version, service, ended in zip(VERSIONS, services, ansible.tasks(*tasks)):
            assert not ended.failed and started(service) == [131], f"Python {version}: {ended.result}"
            assert "(user name and password)" in ended.result["credentials_from"], f"Python {version}"
