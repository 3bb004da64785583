# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Runs the examples in the documentation of every module. test_pages.py runs the examples of the pages."""

from __future__ import annotations

import json

import pytest
import yaml
from task_runs import CHECKOUT, MODULE, play, started

from .environments import seed_examples
from .scenarios import scenarios

MODULES = sorted(f"huaweicloud.cloud.{path.stem}" for path in (CHECKOUT / "plugins" / "modules").glob("*.py"))
#: The ends of the names of modules whose examples create and delete jobs.
CREATES_JOBS = ("_sql_job", "_jar_job")


@pytest.fixture(scope="module")
def played(tmp_path_factory):
    """All examples, unchanged, with one play for each module."""
    with scenarios(tmp_path_factory.mktemp("examples")) as found:
        shown = json.loads(found.ansible.command("ansible-doc", "--json", *MODULES).stdout)
        for module in MODULES:
            dli = found.service()
            seed_examples(dli, found.ansible.folder)
            env = dli.env()
            if module.endswith(CREATES_JOBS):
                dli.other_client("delete", [900, 901])  # the examples create and delete them
            if module.endswith("_jobs_info"):
                # The example starts all jobs that it finds, and these cannot be started.
                dli.other_client("delete", [222, 223, 224])
            variables = {
                "project_id": env["HW_PROJECT_ID"],
                "access_key": env["HW_ACCESS_KEY"],
                "secret_key": env["HW_SECRET_KEY"],
                "release_jobs": [137, 999999],
            }
            defaults = {module: {"wait_interval": 0.1}} if module.endswith(CREATES_JOBS) else {}
            examples = yaml.safe_load(shown[module]["examples"])
            found.add(module, play(*examples, vars=variables, module_defaults=defaults), dli=dli)
        found.run()
        yield found


@pytest.mark.parametrize("module", MODULES)
def test_examples_of_a_module(played, module):
    scenario = played.succeeded(module)
    if module.endswith(CREATES_JOBS):
        assert all(entry["result"]["changed"] for entry in scenario.results), scenario.results
        assert not {job.name for job in scenario.dli.jobs.values()} & {"orders_enriched", "clicks_hourly"}
    if module == MODULE:
        assert {131, 130, 138, 137, 900, 901} == set(started(scenario.dli))
