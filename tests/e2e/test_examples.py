# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Every example that anybody can read is run, and every table of words is held against the code."""

from __future__ import annotations

import json
import re
import shlex
from dataclasses import fields

import pytest
import yaml

from .conftest import MODULE, TESTS, started

from ansible_collections.huaweicloud.cloud.plugins.module_utils import _rows  # isort: skip
from ansible_collections.huaweicloud.cloud.plugins.module_utils._jobs import STATUSES  # isort: skip

CHECKOUT = TESTS.parent
#: docs/signing_in.md has tests of its own.
PAGES = [CHECKOUT / "README.md", *sorted(set((CHECKOUT / "docs").glob("*.md")) - {CHECKOUT / "docs" / "signing_in.md"})]
#: What other steps of `make test` run, or a person at two terminals.
RUN_ELSEWHERE = ("make", "ansible-galaxy")


def blocks(language: str) -> list:
    """Return the code blocks of all pages in one language, each with its page's name."""
    found = []
    for page in PAGES:
        texts = re.findall(rf"^```{language}\n(.*?)^```", page.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
        found += [pytest.param(text, id=f"{page.name}-{number}") for number, text in enumerate(texts, start=1)]
    return found


@pytest.fixture
def named(dli):
    """A service that also has the jobs which examples name."""
    sql = "INSERT INTO sink SELECT id FROM source"
    dli.seed([{"job_id": 900 + n, "name": name, "sql_body": sql} for n, name in enumerate(("orders_enriched", "clicks_hourly"))])
    return dli


@pytest.mark.parametrize("playbook", blocks("yaml"))
def test_playbooks(ansible, named, playbook):
    ended = ansible.playbook(playbook)
    assert ended.code == 0, ended.output
    assert 131 in started(named)


@pytest.mark.parametrize("text", blocks("shell"))
def test_command_lines(ansible, named, text):
    for line in filter(None, text.splitlines()):
        words = shlex.split(line)
        if words[0] in RUN_ELSEWHERE:
            continue
        ended = ansible.command(*words)
        assert ended.code == 0 and ended.result["changed"], ended.output


@pytest.mark.parametrize("text", blocks("json"))
def test_results(text):
    assert list(json.loads(text)) == [field.name for field in fields(_rows.Row)]


def test_examples_of_the_module(ansible, named):
    shown = json.loads(ansible.command("ansible-doc", "--json", MODULE).stdout)
    env = named.env()
    play = {
        "hosts": "localhost",
        "gather_facts": False,
        "vars": {
            "project_id": env["HW_PROJECT_ID"],
            "access_key": env["HW_ACCESS_KEY"],
            "secret_key": env["HW_SECRET_KEY"],
            "release_jobs": [137, 999999],
        },
        "tasks": yaml.safe_load(shown[MODULE]["examples"]),
    }
    ended = ansible.playbook(json.dumps([play]))
    assert ended.code == 0, ended.output
    assert {131, 130, 138, 137, 900, 901} == set(started(named))


def test_every_state_is_explained(ansible):
    module = json.loads(ansible.command("ansible-doc", "--json", MODULE).stdout)[MODULE]
    explained = " ".join(module["return"]["jobs"]["contains"]["state"]["description"])
    readme = PAGES[0].read_text(encoding="utf-8")
    for state in _rows.STATES:
        assert f"V({state})" in explained
        assert f"| `{state}` |" in readme
    assert set(module["return"]["summary"]["sample"]) == {"requested", "changed", "failed_jobs", *_rows.STATES}


def test_the_table_of_statuses_is_the_code_s():
    """docs/behaviour.md says for every status whether a start is sent."""
    page = (CHECKOUT / "docs" / "behaviour.md").read_text(encoding="utf-8")
    rows = {"startable": "is sent", "active": "already_active", "blocked": "not_startable"}
    for meaning, word in rows.items():
        (row,) = [line for line in page.splitlines() if line.startswith("| `job_") and word in line.split("|")[2]]
        listed = set(re.findall(r"`(job_\w+)`", row.split("|")[1]))
        assert listed == {status for status, entry in STATUSES.items() if entry.start == meaning}
