# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The other rulebooks, and the schema of ansible-rulebook for all of them and for the examples."""

from __future__ import annotations

import json
import runpy
from pathlib import Path

import jsonschema
import pytest
import yaml
from local_dli.model.service import Caller

from .conftest import BIN, wait_until
from .controller import TOKEN, serve_controller
from .test_heal import VARIABLES, restarts, seed

CHECKOUT = Path(__file__).resolve().parents[2]
RULEBOOKS = sorted((CHECKOUT / "extensions" / "eda" / "rulebooks").glob("*.yml"))
SOURCE = CHECKOUT / "extensions" / "eda" / "plugins" / "event_source" / "dli_streaming_jobs.py"
RESTART = "DLI: Restart a failed streaming job"


def test_changes_are_printed(dli, rulebook):
    dli.seed([seed(1, "orders", "job_running"), seed(2, "clicks")])
    eda = rulebook("huaweicloud.cloud.streaming_jobs_watch", {"dli_interval": 1}, dli.env())
    eda.wait_for("Waiting for events")
    wait_until(lambda: dli.requests.find("list"), "the first poll")
    dli.force(1, "job_running_exception", "disk full")
    eda.wait_for("Job 1 (orders) failed: job_running_exception (stopped by a runtime error). Failures: 1. Reason: disk full.")
    dli.other_client("start", [2])
    eda.wait_for("Job 2 (clicks) changed from job_")
    dli.other_client("stop", [2])
    eda.wait_for("to job_cancel_success (stopped).")
    dli.other_client("delete", [1])
    eda.wait_for("Job 1 (orders) was deleted or is no longer selected. Its last status was job_running_exception.")


def test_job_templates_are_launched(dli, rulebook):
    """The first failures launch the template that restarts the job, the next one the template for escalations."""
    dli.seed([seed(1, "orders", script={"fail_after": 0.5})])

    def launch(name, extra_vars):
        if name == RESTART:
            dli.service.run([extra_vars["dli_job_ids"]], True, Caller("controller", dli.project_id, language="en"))

    with serve_controller([RESTART, "Page the operator"], launch) as controller:
        environ = {**dli.env(), "EDA_CONTROLLER_URL": controller.url, "EDA_CONTROLLER_TOKEN": TOKEN}
        variables = {"dli_interval": 1, "dli_max_restarts": 2, "dli_escalation_template": "Page the operator"}
        eda = rulebook("huaweicloud.cloud.streaming_jobs_heal_controller", variables, environ, words=("-vv",))
        eda.wait_for("Waiting for events")
        wait_until(lambda: dli.requests.find("list"), "the first poll")
        dli.other_client("start", [1])
        wait_until(lambda: len(controller.launches) == 3, lambda: f"{controller.launches}\n{eda.log}")
        assert [name for name, _body in controller.launches] == [RESTART, RESTART, "Page the operator"]
        restart, _second, escalation = (body["extra_vars"] for _name, body in controller.launches)
        assert (restart["dli_job_ids"], restart["dli_wait"]) == (1, False)
        event = escalation["ansible_eda"]["event"]["dli"]
        assert (event["kind"], event["failures"], event["job_id"]) == ("failed", 3, 1)
        assert len(restarts(dli, 1)) == 2
        assert TOKEN not in eda.log and dli.env()["HW_SECRET_KEY"] not in eda.log


def schema():
    (path,) = BIN.parent.glob("lib/python3*/site-packages/ansible_rulebook/schema/ruleset_schema.json")
    return json.loads(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", RULEBOOKS, ids=lambda path: path.stem)
def test_rulebook_matches_the_schema(path):
    jsonschema.validate(yaml.safe_load(path.read_text(encoding="utf-8")), schema())


def test_example_of_the_source_matches_the_schema():
    jsonschema.validate(yaml.safe_load(runpy.run_path(str(SOURCE))["EXAMPLES"]), schema())


def test_missing_variable_ends_the_program(dli, rulebook):
    variables = {name: value for name, value in VARIABLES.items() if name != "dli_max_restarts"}
    eda = rulebook("huaweicloud.cloud.streaming_jobs_heal", variables, dli.env())
    assert eda.wait_for_end() == 1 and "dli_max_restarts" in eda.log
