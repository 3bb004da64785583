# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The tables and diagrams of the guides match the code. Their examples are run by tests/e2e/test_pages.py."""

from __future__ import annotations

import importlib
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
import yaml

from ansible_collections.huaweicloud.cloud.plugins.module_utils._auth.connection import REGION_CLOUDS
from ansible_collections.huaweicloud.cloud.plugins.module_utils._auth.environment import FAMILIES, SDK_ENDPOINT
from ansible_collections.huaweicloud.cloud.plugins.module_utils._auth.provider_chain import METHODS
from ansible_collections.huaweicloud.cloud.plugins.module_utils._batch.operation import FAILED, states
from ansible_collections.huaweicloud.cloud.plugins.module_utils._batch.operations.delete import Delete
from ansible_collections.huaweicloud.cloud.plugins.module_utils._batch.operations.start import Start
from ansible_collections.huaweicloud.cloud.plugins.module_utils._batch.operations.stop import Stop
from ansible_collections.huaweicloud.cloud.plugins.module_utils._dli import remedies
from ansible_collections.huaweicloud.cloud.plugins.module_utils._dli.job import Job
from ansible_collections.huaweicloud.cloud.plugins.module_utils._dli.job_status import (
    ACTIVE,
    BLOCKED,
    BUSY,
    INACTIVE,
    STARTABLE,
    STATUSES,
    STOPPABLE,
    STOPPING,
    WAIT_FAILED,
    WAIT_PENDING,
)
from ansible_collections.huaweicloud.cloud.plugins.module_utils._http import errors

DOCS = Path(__file__).parents[3] / "docs"
MODULES = DOCS.parent / "plugins" / "modules"


def sections(page):
    """Return the sections of a page by their titles."""
    text = (DOCS / page).read_text(encoding="utf-8")
    return {section.partition("\n")[0]: section for section in text.split("\n## ")[1:]}


def rows(section):
    """Return the cells of the rows of every table in a section, without the header rows."""
    tables = re.findall(r"(?m)^\|.*\n\|[ |-]+\n((?:\|.*\n?)+)", section)
    return [[cell.strip() for cell in line.strip("|").split("|")] for table in tables for line in table.splitlines()]


def code_spans(text):
    """Return the texts in backquotes."""
    return re.findall(r"`([^`]+)`", text)


# Links

PAGES = [*sorted(DOCS.glob("*.md")), DOCS.parent / "README.md", DOCS.parent / "CONTRIBUTING.md"]
LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_targets_of_relative_links_exist(page):
    """`make docs` checks the anchors and the links of the site."""
    for target in LINK.findall(page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), target


# error_codes.md

CODES = sections("error_codes.md")


def page_text(text):
    """Return a remedy with the placeholders replaced as on the page."""
    return text.replace("{permission}", "that the message names").replace("{lock_warning}", errors.LOCK_WARNING)


def test_remedies_of_codes_match_code():
    tables = (rows(CODES[name]) for name in ("Job errors", "Request errors", "API gateway errors"))
    shown = {code_spans(row[0])[0]: row[2] for table in tables for row in table}
    assert shown == {code: page_text(remedy) for code, remedy in remedies.REMEDIES.items()}
    assert set(remedies.MEANINGS) <= set(shown)


def test_meanings_of_codes_match_code():
    shown = {code_spans(row[0])[0]: row[1] for row in rows(CODES["Job errors"])}
    assert {code: shown[code] for code in remedies.MEANINGS} == remedies.MEANINGS


def test_remedies_of_rejected_credentials_match_code():
    shown = {(code_spans(text) or [None])[0]: remedy for text, remedy in rows(CODES["Authentication errors"])}
    by_text = {**errors.AUTHENTICATION_REMEDIES, None: errors.DEFAULT_AUTHENTICATION_REMEDY}
    assert shown == {text: page_text(remedy) for text, remedy in by_text.items()}
    *_others, tokens = CODES["Authentication errors"].strip().split("\n\n")
    assert tuple(code_spans(tokens)) == remedies.TOKEN_CODES and errors.TOKEN in tokens


@pytest.mark.parametrize("status, remedy", [(row[0], row[1]) for row in rows(CODES["HTTP statuses"])])
def test_remedy_of_status_matches_code(status, remedy):
    for last in "0123456789":
        found = remedies.DLI.find(None, int(status.replace("xx", f"0{last}")), "{permission}")
        assert page_text(found) == remedy


def test_every_status_with_remedy_is_listed():
    shown = {int(status) for status, _remedy in rows(CODES["HTTP statuses"]) if status.isdigit()}
    assert shown == set(remedies.STATUS_REMEDIES)


def test_other_documented_codes_have_no_remedy():
    others = [code for row in rows(CODES["Other documented codes"]) for code in code_spans(row[0])]
    assert others and not {*others} & {*remedies.REMEDIES, *remedies.MEANINGS, *remedies.TOKEN_CODES}


# troubleshooting.md

TROUBLESHOOTING = (DOCS / "troubleshooting.md").read_text(encoding="utf-8")


def test_index_lists_every_section_with_a_message():
    """Each row contains parts of the messages of the section that it links to."""
    messages = {}
    for section in TROUBLESHOOTING.split("\n### ")[1:]:
        blocks = re.findall(r"(?ms)^```text\n(.*?)^```$", section)
        if blocks:
            messages[section.partition("\n")[0]] = "\n".join(blocks)
    index = rows(TROUBLESHOOTING.partition("\n## ")[0])
    assert [re.match(r"\[(.+?)\]\(#", row[1])[1] for row in index] == list(messages)
    for (cell, _link), text in zip(index, messages.values()):
        for part in code_spans(cell):
            assert re.search(".+".join(map(re.escape, part.split("…"))), text), part


# results.md


def documented_states(module):
    """Return the states that a module documents and can return."""
    returned = yaml.safe_load((importlib.import_module(f"ansible_collections.huaweicloud.cloud.plugins.modules.{module}")).RETURN)
    results = next(returned[name] for name in ("jobs", "job", "job_mapping") if name in returned)
    described = [text for text in results["contains"]["state"]["description"] if "module does not return this state" not in text]
    return re.findall(r"V\(([a-z_]+)\)(?= -|,)", " ".join(described))


TABLES = {
    "Start jobs": ["dli_streaming_jobs_run"],
    "Stop jobs": ["dli_streaming_jobs_stop"],
    "Delete jobs": ["dli_streaming_jobs_delete"],
    "Create and import savepoints": ["dli_streaming_job_savepoint"],
    "Manage SQL and Jar jobs": ["dli_streaming_sql_job", "dli_streaming_jar_job"],
    "Export and import jobs": ["dli_streaming_jobs_export", "dli_streaming_jobs_import"],
}


@pytest.mark.parametrize("title", TABLES)
def test_state_tables_match_module_documentation(title):
    listed = [state for row in rows(sections("results.md")[title]) for state in code_spans(row[0])]
    documented = [state for module in TABLES[title] for state in documented_states(module)]
    assert sorted(set(listed)) == sorted(set(documented))
    assert len(listed) == len(set(listed)) or title == "Export and import jobs"


@pytest.mark.parametrize(
    "title, operation", [("Start jobs", Start(False)), ("Stop jobs", Stop(False)), ("Delete jobs", Delete(False))]
)
def test_state_tables_of_batches_match_code(title, operation):
    """`failed` is listed only if a wait can fail: a wait for a deletion cannot."""
    jobs = [None, *(Job(131, "orders", status) for status in STATUSES)]
    can_fail = WAIT_FAILED in {operation.wait_outcome(job) for job in jobs}
    possible = set(states(operation)) - (set() if can_fail else {FAILED})
    assert {state for row in rows(sections("results.md")[title]) for state in code_spans(row[0])} == possible


def test_every_module_with_states_has_a_table():
    reporting = {path.stem for path in MODULES.glob("dli_*.py") if not path.stem.endswith("_info")}
    assert reporting == {module for modules in TABLES.values() for module in modules}


# Job statuses


GROUPS = {STARTABLE: "inactive", ACTIVE: "active", WAIT_PENDING: "transitional", WAIT_FAILED: "action required"}


def group_of(entry):
    """Return the group of a status. The statuses that do not allow a start are divided by the outcome of a wait."""
    return GROUPS[entry.wait_outcome if entry.start == BLOCKED else entry.start]


def test_status_table_of_results_page_matches_code():
    section = sections("results.md")["Job statuses"]
    start = {STARTABLE: "sent", ACTIVE: "unchanged", BLOCKED: "not sent"}
    stop = {STOPPABLE: "sent", INACTIVE: "unchanged", STOPPING: "unchanged", BUSY: "not sent"}
    shown = [(code_spans(row[0])[0], *row[1:]) for row in rows(section)]
    assert sorted(shown) == sorted(
        (status, entry.meaning, group_of(entry), start[entry.start], stop[entry.stop], entry.remedy)
        for status, entry in STATUSES.items()
    )
    # The sentence below the table lists the statuses in which a stop or a deletion treats the job as inactive.
    (others,) = re.findall(r"job is inactive if it is in the group \*inactive\* or has the status\s+([^.]*)\.", section)
    inactive = {status for status, entry in STATUSES.items() if entry.stop == INACTIVE}
    assert inactive == {status for status, entry in STATUSES.items() if entry.start == STARTABLE} | set(code_spans(others))


def test_status_table_of_behaviour_page_matches_code():
    texts = {STARTABLE: "is sent", ACTIVE: "already_active", BLOCKED: "not_startable"}
    table = rows(sections("behaviour.md")["Batch flow"])
    for meaning, text in texts.items():
        (shown,) = [code_spans(row[0]) for row in table if text in row[1] and row[0].startswith("`job_")]
        assert sorted(shown) == sorted(status for status, entry in STATUSES.items() if entry.start == meaning)


def diagram_texts(name):
    """Return the texts of a diagram, each with its group and its classes."""
    svg = "{http://www.w3.org/2000/svg}"
    root = ElementTree.parse(DOCS / "images" / name).getroot()
    for group in (root, *root.iter(f"{svg}g")):
        for text in group.findall(f"{svg}text"):
            yield group.get("id"), (text.get("class") or "").split(), text.text


def test_status_diagram_matches_code():
    shown = {}
    for group, classes, text in diagram_texts("job_status.svg"):
        if "status" in classes:
            shown.setdefault(group, set()).add(text)
    ids = {"inactive": "startable", "active": "active", "transitional": "transitional", "action required": "action_required"}
    groups = {group: set() for group in ids.values()}
    for status, entry in STATUSES.items():
        groups[ids[group_of(entry)]].add(status)
    assert shown == groups


def test_credential_diagram_matches_table():
    """Both list the same sources in the same order."""
    shown = [text for _group, classes, text in diagram_texts("credential_sources.svg") if "source" in classes]
    table = [row[1] for row in rows(sections("authentication.md")["Credential sources"])]
    assert len(shown) == len(table)
    for word, cell in zip(shown, table):
        assert word in cell.replace("`", ""), (word, cell)


@pytest.mark.parametrize("path", sorted((DOCS / "images").glob("*.svg")), ids=lambda path: path.stem)
def test_diagram_is_accessible(path):
    """Has a dark color scheme, and a title and description for screen readers, and is shown on a page."""
    text = path.read_text(encoding="utf-8")
    assert "prefers-color-scheme: dark" in text and "<title" in text and "<desc" in text
    shown = [page for page in (*DOCS.glob("*.md"), DOCS.parent / "README.md") if path.name in page.read_text(encoding="utf-8")]
    assert shown, "no page shows it"


# authentication.md

AUTHENTICATION = sections("authentication.md")


def test_variable_table_matches_code():
    """The table lists every variable of every family, and no other."""
    table = rows(AUTHENTICATION["Environment variables"])
    listed = {code_spans(row[0])[0]: [code_spans(cell) for cell in row[1:]] for row in table}
    options = list(dict.fromkeys(option for family in FAMILIES.values() for option in family))
    read = {option: [list(family.get(option, ())) for family in FAMILIES.values()] for option in options}
    read["endpoint"][1] = [f"{SDK_ENDPOINT}<REGION>"]
    assert listed == read


def test_source_table_matches_code():
    sources = rows(AUTHENTICATION["Credential sources"])
    assert [f"the environment variables {code_spans(row[1])[0]}" for row in sources[1:4]] == list(FAMILIES)
    assert len(sources) == 7
    for method in METHODS[1:]:
        assert f"`{method}`" in AUTHENTICATION["Credential sources"]
    for region, cloud in REGION_CLOUDS.items():
        listed = code_spans(AUTHENTICATION["Region, project and cloud"])
        assert region in listed and cloud in listed
