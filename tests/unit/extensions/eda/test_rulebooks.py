# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The rulebooks use existing options, members of events, playbooks and variables. tests/eda runs them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from ansible_collections.huaweicloud.cloud.plugins.module_utils._events import changes, event
from ansible_collections.huaweicloud.cloud.plugins.module_utils._events.options import argument_spec

CHECKOUT = Path(__file__).parents[4]
RULEBOOKS = {path.stem: path.read_text(encoding="utf-8") for path in CHECKOUT.glob("extensions/eda/rulebooks/*.yml")}
HEAL, CONTROLLER, WATCH = "streaming_jobs_heal", "streaming_jobs_heal_controller", "streaming_jobs_watch"
each_rulebook = pytest.mark.parametrize("name", sorted(RULEBOOKS))
MEMBERS = event.source_event(event.SOURCE_TROUBLE, "", event.Origin(None, None), str)["dli"]
KINDS = {
    changes.FAILED, changes.ACTION_REQUIRED, changes.CHANGED, changes.GONE, event.SOURCE_TROUBLE, event.SOURCE_RECOVERED,
}


def ruleset(name):
    (found,) = yaml.safe_load(RULEBOOKS[name])
    return found


def options(name):
    (source,) = ruleset(name)["sources"]
    return source["huaweicloud.cloud.dli_streaming_jobs"]


def test_rulebooks():
    assert set(RULEBOOKS) == {HEAL, CONTROLLER, WATCH}


@each_rulebook
def test_options_and_members_exist(name):
    assert set(options(name)) <= set(argument_spec())
    assert set(re.findall(r"event\.dli\.([a-z_]+)", RULEBOOKS[name])) <= set(MEMBERS)
    conditions = " ".join(rule["condition"] for rule in ruleset(name)["rules"])
    assert set(re.findall(r'"([a-z_]+)"', conditions)) <= KINDS


@each_rulebook
def test_defaults_match_the_source(name):
    """An optional variable that is not set has the default of the option."""
    defaults = {option: yaml.safe_load(re.search(r"default\((.*)\)", text)[1]) for option, text in options(name).items()}
    spec = argument_spec()
    assert defaults == {option: spec[option].get("default", {"list": [], "dict": {}, "str": ""}.get(spec[option]["type"]))
                        for option in defaults}


def explained(name):
    """Return the variables that the comment at the top explains."""
    head = RULEBOOKS[name].partition("\n- name:")[0]
    return {word.strip(",") for line in head.splitlines() if line.startswith("#   dli_") for word in line.split()
            if word.startswith("dli_")}


def used(name):
    code = "\n".join(line for line in RULEBOOKS[name].splitlines() if not line.lstrip().startswith("#"))
    names = re.findall(r"{{ (dli_[a-z_]+)", code) + re.findall(r"vars\.(dli_[a-z_]+)", code)
    return set(names)


@each_rulebook
def test_variables_are_explained(name):
    known = explained(name) | (explained(HEAL) - {"dli_escalation_playbook"} if name == CONTROLLER else set())
    assert used(name) == known


def test_both_rulebooks_that_heal_have_the_same_conditions():
    heal, controller = ruleset(HEAL), ruleset(CONTROLLER)
    assert options(HEAL) == options(CONTROLLER)
    assert [rule["condition"] for rule in heal["rules"]] == [rule["condition"] for rule in controller["rules"]]
    assert heal["execution_strategy"] == controller["execution_strategy"] == "parallel"


def test_playbook_and_its_variables_exist():
    restart, _escalate = ruleset(HEAL)["rules"]
    playbook = restart["action"]["run_playbook"]
    text = (CHECKOUT / "playbooks" / f"{playbook['name'].rpartition('.')[2]}.yml").read_text(encoding="utf-8")
    assert all(f"#   {variable} " in text for variable in playbook["extra_vars"])
    template = ruleset(CONTROLLER)["rules"][0]["action"]["run_job_template"]
    assert template["job_args"]["extra_vars"] == playbook["extra_vars"]
