# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Runs the examples in the documentation of every module. test_pages.py runs the examples of the pages."""

from __future__ import annotations

import json

import pytest
import yaml
from task_runs import CHECKOUT, MODULE, play, started

from .environments import ExampleJobs

MODULES = sorted(f"huaweicloud.cloud.{path.stem}" for path in (CHECKOUT / "plugins" / "modules").glob("*.py"))


def examples(ansible, module: str) -> list:
    return yaml.safe_load(json.loads(ansible.command("ansible-doc", "--json", module).stdout)[module]["examples"])


@pytest.mark.parametrize("module", MODULES)
def test_examples_of_a_module(ansible, dli, module):
    """All examples, unchanged, in one play."""
    ExampleJobs(ansible, dli)
    env = dli.env()
    creates_jobs = module.endswith(("_sql_job", "_jar_job"))
    if creates_jobs:
        dli.other_client("delete", [900, 901])  # the examples create and delete them
    if module.endswith("_jobs_info"):
        dli.other_client("delete", [222, 223, 224])  # jobs that cannot be started: the example starts all jobs that it finds
    variables = {
        "project_id": env["HW_PROJECT_ID"],
        "access_key": env["HW_ACCESS_KEY"],
        "secret_key": env["HW_SECRET_KEY"],
        "release_jobs": [137, 999999],
    }
    defaults = {module: {"wait_interval": 0.1}} if creates_jobs else {}
    ended = ansible.playbook(play(*examples(ansible, module), vars=variables, module_defaults=defaults))
    assert ended.code == 0, ended.output
    if creates_jobs:
        assert all(entry["result"]["changed"] for entry in ended.results), ended.output
        assert not {job.name for job in dli.jobs.values()} & {"orders_enriched", "clicks_hourly"}
    if module == MODULE:
        assert {131, 130, 138, 137, 900, 901} == set(started(dli))
