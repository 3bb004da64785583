# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The life of a job that docs/streaming_jobs.md shows, in one playbook, with a roll-out that fails put into it."""

from __future__ import annotations

import copy
import json
import re

import yaml

from .conftest import TESTS

PAGE = (TESTS.parent / "docs" / "streaming_jobs.md").read_text(encoding="utf-8")
CRASHES = "-- local-dli: {fail_after: 0.5, fail_text: boom}\n"


def life() -> dict:
    """Return the play of the page, and after its roll-out one that fails and is rolled back."""
    (play,) = yaml.safe_load(re.findall(r"^```yaml\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)[0])
    at = next(number for number, task in enumerate(play["tasks"]) if task["name"] == "Roll new SQL out")
    good = play["tasks"][at]
    bad = copy.deepcopy(good)
    bad["name"] = "Roll SQL out that does not run"
    bad["vars"]["streaming_jobs_rollout_jobs"][0]["sql_body"] = f"{CRASHES}{{{{ orders_sql }}}}"
    bad["vars"]["streaming_jobs_rollout_savepoint_path"] = "{{ bucket }}/before"
    seen = {"name": "It was rolled back", "ansible.builtin.assert": {"that": [BACK]}}
    play["tasks"].insert(at + 1, {"name": "Fail, and go back", "block": [bad], "rescue": [seen]})
    return play


BACK = "streaming_jobs_rollout_result | map(attribute='outcome') | list == ['rolled_back']"


def test_one_playbook(ansible, dli):
    ended = ansible.playbook(json.dumps([life()]))
    assert ended.code == 0, ended.output
    recap = ended.stdout.rpartition("localhost")[2]
    assert "failed=0" in recap and "rescued=2" in recap, recap  # the role rescues its job, and the play the role
    names = {entry.job_id for entry in dli.ledger.of(what="create")}
    first, second = sorted({entry.job_id for entry in dli.ledger.of(accepted=True)})
    assert first in names or not names
    done = [entry.what for entry in dli.ledger.of(job_id=first, accepted=True)]
    resumed = [entry.resume_savepoint for entry in dli.ledger.starts(first)]
    # created, started, saved, stopped with a savepoint, changed and resumed, changed and started afresh,
    assert done[:9] == ["create", "start", "savepoint", "stop", "edit", "start", "stop", "edit", "start"]
    # rolled out; saved, rolled out and back; exported; deleted
    assert done[9:] == ["stop", "edit", "start", "savepoint", "stop", "edit", "start", "edit", "start", *done[18:]]
    assert [word for word in done[18:] if word != "export"] == ["delete"]
    assert resumed == [False, True, False, False, False, True]
    assert dli.ledger.of(job_id=second, accepted=True)[-1].what == "delete"
    assert {first, second}.isdisjoint(dli.jobs)


def test_the_table_is_what_the_modules_document(ansible):
    """Of check mode, diff mode and running twice; what the cells say besides is for people."""
    table = PAGE.split("## What each of them can")[1].partition("## One life")[0]
    for row in (line for line in table.splitlines() if "`dli_" in line):
        names, check, diff, twice = (cell.strip() for cell in row.strip("|").split("|")[:4])
        for name in re.findall(r"`(\w+)`", names):
            shown = ansible.command("ansible-doc", "--json", f"huaweicloud.cloud.{name}").stdout
            attributes = json.loads(shown)[f"huaweicloud.cloud.{name}"]["doc"]["attributes"]
            support = {attribute: entry["support"] for attribute, entry in attributes.items()}
            assert support["check_mode"] == ("partial" if check.startswith("cannot") else "full"), name
            assert (support["diff_mode"] == "none") == (diff in ("none", "changes nothing")), name
            assert (support["idempotent"] == "none") == ("another" in twice), name


def test_the_page_has_every_module_and_role():
    modules = {path.stem for path in (TESTS.parent / "plugins" / "modules").glob("*.py")}
    roles = {path.name for path in (TESTS.parent / "roles").iterdir() if path.is_dir()}
    first, second = PAGE.split("## What each of them can")
    assert set(re.findall(r"`((?:dli|streaming)_streaming_\w+|streaming_jobs_(?:rollout|recover))`", first)) >= modules | roles
    assert set(re.findall(r"`(dli_streaming_\w+)`", second.partition("## One life")[0])) == modules
