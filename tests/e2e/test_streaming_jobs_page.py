# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The tables of docs/streaming_jobs.md match the modules and roles; test_pages.py runs its blocks."""

from __future__ import annotations

import json
import re

from task_runs import CHECKOUT

PAGE = (CHECKOUT / "docs" / "streaming_jobs.md").read_text(encoding="utf-8")


def section(title):
    """Return the text below a heading of the second level."""
    return PAGE.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def test_behaviour_table_matches_module_documentation(ansible):
    """For check mode, diff mode and idempotence; other text of the cells is not checked."""
    rows = [line for line in section("Module behaviour").splitlines() if "`dli_" in line]
    modules = re.findall(r"`(dli_\w+)`", "\n".join(row.strip("|").partition("|")[0] for row in rows))
    shown = json.loads(ansible.command("ansible-doc", "--json", *(f"huaweicloud.cloud.{name}" for name in modules)).stdout)
    for row in rows:
        names, check, diff, second_run = (cell.strip() for cell in row.strip("|").split("|")[:4])
        for name in re.findall(r"`(\w+)`", names):
            attributes = shown[f"huaweicloud.cloud.{name}"]["doc"]["attributes"]
            support = {attribute: entry["support"] for attribute, entry in attributes.items()}
            assert support["check_mode"] == check.partition(":")[0], name
            assert (support["diff_mode"] == "none") == (diff == "no diff"), name
            assert (support["idempotent"] == "none") == ("another" in second_run), name


def test_page_lists_every_module_and_role():
    modules = {path.stem for path in (CHECKOUT / "plugins" / "modules").glob("*.py")}
    roles = {path.name for path in (CHECKOUT / "roles").iterdir() if path.is_dir()}
    assert set(re.findall(r"`(dli_streaming_\w+|streaming_jobs_\w+)`", section("Modules and roles"))) == modules | roles
    assert set(re.findall(r"`(dli_streaming_\w+)`", section("Module behaviour"))) == modules
