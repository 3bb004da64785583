# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The tables and drawings of the guides say what the code says. What their examples do is for tests/e2e/test_pages.py."""

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
from ansible_collections.huaweicloud.cloud.plugins.module_utils._batch.operation import states
from ansible_collections.huaweicloud.cloud.plugins.module_utils._batch.operations.delete import Delete
from ansible_collections.huaweicloud.cloud.plugins.module_utils._batch.operations.start import Start
from ansible_collections.huaweicloud.cloud.plugins.module_utils._batch.operations.stop import Stop
from ansible_collections.huaweicloud.cloud.plugins.module_utils._dli import error_codes
from ansible_collections.huaweicloud.cloud.plugins.module_utils._dli.job_status import (
    ACTIVE,
    BLOCKED,
    STARTABLE,
    STATUSES,
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
    """Return the cells of the rows of every table in a section, but for the heads."""
    tables = re.findall(r"(?m)^\|.*\n\|[ |-]+\n((?:\|.*\n?)+)", section)
    return [[cell.strip() for cell in line.strip("|").split("|")] for table in tables for line in table.splitlines()]


def ticked(text):
    """Return the words in backquotes."""
    return re.findall(r"`([^`]+)`", text)


# Links

PAGES = [*sorted(DOCS.glob("*.md")), DOCS.parent / "README.md", DOCS.parent / "CONTRIBUTING.md"]
LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere_on_a_forge(page):
    """Those of the site, and all anchors, are looked after by `make docs`."""
    for target in LINK.findall(page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), target


# error_codes.md

CODES = sections("error_codes.md")


def message(text):
    """Return an advice as the page writes it."""
    return text.replace("{permission}", "that the message names").replace("{careful}", errors.CAREFUL)


def test_every_code_with_its_advice_and_no_other():
    tables = (rows(CODES[name]) for name in ("About a job", "About the request", "From the gateway"))
    shown = {ticked(row[0])[0]: row[2] for table in tables for row in table}
    assert shown == {code: message(advice) for code, advice in error_codes.REMEDIES.items()}
    assert set(error_codes.MEANINGS) <= set(shown)


def test_every_meaning():
    shown = {ticked(row[0])[0]: row[1] for row in rows(CODES["About a job"])}
    assert {code: shown[code] for code in error_codes.MEANINGS} == error_codes.MEANINGS


def test_every_text_of_a_refused_sign_in():
    shown = {(ticked(text) or [None])[0]: advice for text, advice in rows(CODES["A refused sign-in"])}
    assert shown == {text: message(advice) for text, advice in {**errors.SIGN_IN_REMEDIES, None: errors.ANY_SIGN_IN}.items()}
    *_others, tokens = CODES["A refused sign-in"].strip().split("\n\n")
    assert tuple(ticked(tokens)) == error_codes.TOKEN_CODES and errors.TOKEN in tokens


@pytest.mark.parametrize("status, advice", [(row[0], row[1]) for row in rows(CODES["By HTTP status"])])
def test_every_status(status, advice):
    for last in "0123456789":
        found = error_codes.DLI.find(None, int(status.replace("xx", f"0{last}")), "{permission}")
        assert message(found) == advice


def test_no_status_is_left_out():
    shown = {int(status) for status, _advice in rows(CODES["By HTTP status"]) if status.isdigit()}
    assert shown == set(error_codes.STATUS_REMEDIES)


def test_what_is_left_to_the_service_has_no_advice():
    left = [code for row in rows(CODES["Known, and left to the service's words"]) for code in ticked(row[0])]
    assert left and not {*left} & {*error_codes.REMEDIES, *error_codes.MEANINGS, *error_codes.TOKEN_CODES}


# results.md


def words(module):
    """Return the states that a module documents."""
    returned = yaml.safe_load((importlib.import_module(f"ansible_collections.huaweicloud.cloud.plugins.modules.{module}")).RETURN)
    rows_of = next(returned[name] for name in ("jobs", "job", "job_mapping") if name in returned)
    return re.findall(r"V\(([a-z_]+)\)(?= -|,)", " ".join(rows_of["contains"]["state"]["description"]))


TABLES = {
    "Starting": ["dli_streaming_jobs_run"],
    "Stopping": ["dli_streaming_jobs_stop"],
    "Deleting": ["dli_streaming_jobs_delete"],
    "Savepoints": ["dli_streaming_job_savepoint"],
    "Jobs as they should be": ["dli_streaming_sql_job", "dli_streaming_jar_job"],
    "Export and import": ["dli_streaming_jobs_export", "dli_streaming_jobs_import"],
}


@pytest.mark.parametrize("title", TABLES)
def test_every_state_is_explained(title):
    explained = [word for row in rows(sections("results.md")[title]) for word in ticked(row[0])]
    documented = [word for module in TABLES[title] for word in words(module)]
    assert sorted(set(explained)) == sorted(set(documented))
    assert len(explained) == len(set(explained)) or title == "Export and import"


@pytest.mark.parametrize("title, operation", [("Starting", Start(False)), ("Stopping", Stop(False)), ("Deleting", Delete(False))])
def test_the_states_of_a_batch_are_the_code_s(title, operation):
    assert {word for row in rows(sections("results.md")[title]) for word in ticked(row[0])} == set(states(operation))


def test_every_module_that_reports_a_state_has_a_table():
    reporting = {path.stem for path in MODULES.glob("dli_*.py") if not path.stem.endswith("_info")}
    assert reporting == {module for modules in TABLES.values() for module in modules}


# What is said of statuses


def test_the_table_of_statuses():
    """docs/behaviour.md says for every status whether a start is sent."""
    meanings = {STARTABLE: "is sent", ACTIVE: "already_active", BLOCKED: "not_startable"}
    table = rows(sections("behaviour.md")["The road"])
    for meaning, word in meanings.items():
        (shown,) = [ticked(row[0]) for row in table if word in row[1] and row[0].startswith("`job_")]
        assert sorted(shown) == sorted(status for status, entry in STATUSES.items() if entry.start == meaning)


def drawn(name):
    """Return the texts of a drawing, each with its group and its classes."""
    svg = "{http://www.w3.org/2000/svg}"
    root = ElementTree.parse(DOCS / "images" / name).getroot()
    for group in (root, *root.iter(f"{svg}g")):
        for text in group.findall(f"{svg}text"):
            yield group.get("id"), (text.get("class") or "").split(), text.text


def test_the_drawing_of_statuses():
    shown = {}
    for group, classes, text in drawn("job_status.svg"):
        if "status" in classes:
            shown.setdefault(group, set()).add(text)
    groups = {"startable": {}, "active": {}, "on_its_way": {}, "trouble": {}}
    for status, entry in STATUSES.items():
        blocked = {WAIT_PENDING: "on_its_way", WAIT_FAILED: "trouble"}
        groups[blocked[entry.wait_outcome] if entry.start == BLOCKED else entry.start][status] = entry
    assert shown == {group: set(entries) for group, entries in groups.items()}


def test_the_drawing_of_sources():
    """The same seven, in the same order, as in the table beside it."""
    shown = [text for _group, classes, text in drawn("sign_in_order.svg") if "source" in classes]
    table = [row[1] for row in rows(sections("signing_in.md")["Where credentials are looked for"])]
    assert len(shown) == len(table)
    for word, cell in zip(shown, table):
        assert word in cell.replace("`", "").replace("the options", "options"), (word, cell)


@pytest.mark.parametrize("path", sorted((DOCS / "images").glob("*.svg")), ids=lambda path: path.stem)
def test_drawings_can_be_read_by_anybody(path):
    """In light and in dark, and by whoever cannot see them."""
    text = path.read_text(encoding="utf-8")
    assert "prefers-color-scheme: dark" in text and "<title" in text and "<desc" in text
    shown = [page for page in (*DOCS.glob("*.md"), DOCS.parent / "README.md") if path.name in page.read_text(encoding="utf-8")]
    assert shown, "nobody sees it"


# signing_in.md

SIGNING_IN = sections("signing_in.md")


def test_the_table_of_variables():
    """Every variable of every family, and none that is not read."""
    listed = {ticked(row[0])[0]: [ticked(cell) for cell in row[1:]] for row in rows(SIGNING_IN["Variables"])}
    options = list(dict.fromkeys(option for family in FAMILIES.values() for option in family))
    read = {option: [list(family.get(option, ())) for family in FAMILIES.values()] for option in options}
    read["endpoint"][1] = [f"{SDK_ENDPOINT}<REGION>"]
    assert listed == read


def test_the_order_of_sources():
    sources = rows(SIGNING_IN["Where credentials are looked for"])
    assert [ticked(row[1])[0] for row in sources[1:4]] == list(FAMILIES)
    assert len(sources) == 7
    for method in METHODS[1:]:
        assert f"`{method}`" in SIGNING_IN["Where credentials are looked for"]
    for region, cloud in REGION_CLOUDS.items():
        assert f"`{region}`" in SIGNING_IN["Project, region, cloud"] and f"`{cloud}`" in SIGNING_IN["Project, region, cloud"]
