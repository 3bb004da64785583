# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""README and galaxy.yml meet the requirements of Galaxy and Automation Hub, and the workflow runs all sessions."""

from __future__ import annotations

import json
import os
import re
import subprocess

import pytest
import yaml
from collection_tree import ROOT as CHECKOUT

from .shell import ENV

README = (CHECKOUT / "README.md").read_text(encoding="utf-8")
GALAXY = yaml.safe_load((CHECKOUT / "galaxy.yml").read_text(encoding="utf-8"))
#: Headings in the template of certified collections, in order.
SECTIONS = [
    "Description",
    "Requirements",
    "Installation",
    "Use cases",
    "Testing",
    "Contributing",
    "Support",
    "Release notes and roadmap",
    "Related information",
    "License information",
]


def test_readme_has_the_sections_in_order():
    headings = re.findall(r"^## (.+)$", README, re.MULTILINE)
    assert [heading for heading in headings if heading in SECTIONS] == SECTIONS


def test_readme_links_are_absolute():
    """Galaxy shows README without the repository, so relative links do not work."""
    named = dict(re.findall(r"^\[(\w+)\]: (\S+)$", README, re.MULTILINE))
    links = re.findall(r"\]\(([^)]+)\)", README) + list(named.values())
    assert all(link.startswith("https://") for link in links), links
    assert set(re.findall(r"\]\[(\w+)\]", README)) == set(named)


def test_readme_links_into_repository_exist():
    paths = re.findall(rf"{re.escape(GALAXY['repository'])}/blob/main/([\w./-]+)", README)
    assert paths
    for path in paths:
        assert (CHECKOUT / path).is_file(), path


def test_contributing_names_files_that_exist():
    text = (CHECKOUT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    folders = "tests|plugins|scripts|extensions|docs|meta|changelogs|roles|requirements"
    paths = set(re.findall(rf"\b((?:{folders})/[\w./-]*\w/?)", text)) - {"changelogs/fragments/"}
    utils = {f"plugins/module_utils/{name}" for name in re.findall(r"`(_[a-z]\w+(?:/\w+)*/?)`", text)}
    missing = [path for path in sorted(paths | utils) if not list(CHECKOUT.glob(f"{path.rstrip('/')}*"))]
    assert paths and utils and not missing, missing


def sessions(tag: str) -> list[str]:
    """Return the names of the sessions of noxfile.py with a tag."""
    python = CHECKOUT / os.environ["NOX_ENVDIR"] / "nox" / "bin" / "python"
    command = [python, "-m", "nox", "--list-sessions", "--json", "--tags", tag]
    listed = json.loads(subprocess.run(command, cwd=CHECKOUT, env=ENV, capture_output=True, text=True, check=True).stdout)
    return [session["session"] for session in listed if tag in session["tags"]]


def cores_of(*tags: str) -> set[str]:
    """Return the versions of ansible-core in the names of the sessions with these tags."""
    return {name.partition("-")[2] for tag in tags for name in sessions(tag) if re.search(r"-2[.]\d+$", name)}


def test_readme_names_the_tested_versions():
    testing = README.partition("## Testing")[2]
    each_change, releases = (set(re.findall(r"\b2[.]\d\d\b", text)) for text in testing.split("Each release", 1))
    assert each_change == cores_of("matrix")
    assert releases == cores_of("full") - each_change


@pytest.mark.parametrize("job, tags", [("sessions", ("test", "matrix")), ("full", ("full",))])
def test_workflow_has_every_session(job, tags):
    workflow = yaml.safe_load((CHECKOUT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8"))
    run = [name for names in json.loads(workflow["jobs"][job]["with"]["sessions"]) for name in names.split(",")]
    assert sorted(run) == sorted(name for tag in tags for name in sessions(tag))


def test_galaxy_yml_is_complete():
    required = {"authors", "description", "documentation", "homepage", "issues", "license_file", "readme", "repository", "tags"}
    assert all(GALAXY.get(field) for field in required)


def test_no_ignore_files():
    assert not list(CHECKOUT.glob("tests/sanity/ignore*")) and not list(CHECKOUT.glob(".ansible-lint-ignore"))
    assert "skip_list" not in (CHECKOUT / ".ansible-lint").read_text(encoding="utf-8")
