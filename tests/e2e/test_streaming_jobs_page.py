# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The tables of docs/streaming_jobs.md match the modules and roles; test_pages.py runs its blocks."""

from __future__ import annotations

import json
import re

from .conftest import CHECKOUT

PAGE = (CHECKOUT / "docs" / "streaming_jobs.md").read_text(encoding="utf-8")


def test_table_matches_module_documentation(ansible):
    """For check mode, diff mode and idempotence; other text of the cells is not checked."""
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


def test_page_lists_every_module_and_role():
    modules = {path.stem for path in (CHECKOUT / "plugins" / "modules").glob("*.py")}
    roles = {path.name for path in (CHECKOUT / "roles").iterdir() if path.is_dir()}
    first, second = PAGE.split("## What each of them can")
    assert set(re.findall(r"`((?:dli|streaming)_streaming_\w+|streaming_jobs_(?:rollout|recover))`", first)) >= modules | roles
    assert set(re.findall(r"`(dli_streaming_\w+)`", second.partition("## One life")[0])) == modules
