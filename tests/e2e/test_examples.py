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
from ansible_collections.huaweicloud.cloud.plugins.module_utils._act import states  # isort: skip
from ansible_collections.huaweicloud.cloud.plugins.module_utils._acts import Start  # isort: skip
from ansible_collections.huaweicloud.cloud.plugins.module_utils._jobs import STATUSES  # isort: skip

CHECKOUT = TESTS.parent
#: Pages with tests of their own: test_signing_in_page.py, test_awx_pages.py.
ELSEWHERE = {CHECKOUT / "docs" / f"{name}.md" for name in ("signing_in", "awx", "execution_environments")}
PAGES = [CHECKOUT / "README.md", *sorted(set((CHECKOUT / "docs").glob("*.md")) - ELSEWHERE)]
#: What other steps of `make test` run, or a person at two terminals.
RUN_ELSEWHERE = ("make", "ansible-galaxy")
MODULES = sorted(f"huaweicloud.cloud.{path.stem}" for path in (CHECKOUT / "plugins" / "modules").glob("*.py"))
SQL = "INSERT INTO sink SELECT id FROM source"


def blocks(language: str) -> list:
    """Return the code blocks of all pages in one language, each with its page's name."""
    found = []
    for page in PAGES:
        texts = re.findall(rf"^```{language}\n(.*?)^```", page.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
        found += [pytest.param(text, id=f"{page.name}-{number}") for number, text in enumerate(texts, start=1)]
    return found


@pytest.fixture
def named(dli, ansible):
    """A service that also has the jobs which examples name, and the file that they read."""
    for number, name in enumerate(("orders_enriched", "clicks_hourly")):
        dli.seed([{"job_id": 900 + number, "name": name, "sql_body": SQL}])
    for number, name in ((128, "runs_128"), (129, "runs_129"), (910, "orders_live")):
        dli.seed([{"job_id": number, "name": name, "sql_body": SQL, "status": "job_running"}])
    (ansible.folder / "orders_enriched.sql").write_text(SQL, encoding="utf-8")
    return dli


@pytest.mark.parametrize("playbook", blocks("yaml"))
def test_playbooks(ansible, named, playbook):
    ended = ansible.playbook(playbook)
    assert ended.code == 0, ended.output
    assert named.ledger.of(accepted=True) and "WARNING" not in ended.stderr


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


def examples(ansible, module: str) -> list:
    return yaml.safe_load(json.loads(ansible.command("ansible-doc", "--json", module).stdout)[module]["examples"])


@pytest.mark.parametrize("module", MODULES)
def test_examples_of_a_module(ansible, named, module):
    """As they stand, one after the other, in one play."""
    env = named.env()
    if module.endswith("_jar_job"):
        named.other("delete", [901])  # a SQL job, elsewhere
    if module.endswith("_jobs_info"):
        named.other("delete", [222, 223, 224])  # jobs that cannot be started, and its example starts what it finds
    play = {
        "hosts": "localhost",
        "gather_facts": False,
        "vars": {
            "project_id": env["HW_PROJECT_ID"],
            "access_key": env["HW_ACCESS_KEY"],
            "secret_key": env["HW_SECRET_KEY"],
            "release_jobs": [137, 999999],
        },
        "tasks": examples(ansible, module),
    }
    ended = ansible.playbook(json.dumps([play]))
    assert ended.code == 0, ended.output
    if module == MODULE:
        assert {131, 130, 138, 137, 900, 901} == set(started(named))


def test_every_state_is_explained(ansible):
    module = json.loads(ansible.command("ansible-doc", "--json", MODULE).stdout)[MODULE]
    explained = " ".join(module["return"]["jobs"]["contains"]["state"]["description"])
    readme = PAGES[0].read_text(encoding="utf-8")
    for state in states(Start(False)):
        assert f"V({state})" in explained
        assert f"| `{state}` |" in readme
    assert set(module["return"]["summary"]["sample"]) == {"requested", "changed", "failed_jobs", *states(Start(False))}


def test_the_table_of_statuses_is_the_code_s():
    """docs/behaviour.md says for every status whether a start is sent."""
    page = (CHECKOUT / "docs" / "behaviour.md").read_text(encoding="utf-8")
    rows = {"startable": "is sent", "active": "already_active", "blocked": "not_startable"}
    for meaning, word in rows.items():
        (row,) = [line for line in page.splitlines() if line.startswith("| `job_") and word in line.split("|")[2]]
        listed = set(re.findall(r"`(job_\w+)`", row.split("|")[1]))
        assert listed == {status for status, entry in STATUSES.items() if entry.start == meaning}
