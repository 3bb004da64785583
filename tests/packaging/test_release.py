# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""All commands in RELEASING.md run in a clone, with a local repository and a fake of Galaxy."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tarfile

import pytest
import yaml
from collection_tree import ROOT as CHECKOUT
from collection_tree import sources

from .fake_galaxy import TOKEN, serve
from .shell import BIN, ENV

README = (CHECKOUT / "README.md").read_text(encoding="utf-8")
GUIDE = (CHECKOUT / "RELEASING.md").read_text(encoding="utf-8")
WORKFLOW = yaml.safe_load((CHECKOUT / ".github" / "workflows" / "release.yml").read_text(encoding="utf-8"))
#: Replaces the merge of the pull request, which happens on GitHub between two blocks.
MERGE = "git push --quiet origin HEAD:main"


def blocks(page: str) -> list[str]:
    """Return the shell blocks of a page."""
    return re.findall(r"^```shell\n(.*?)^```", page, re.DOTALL | re.MULTILINE)


def command(job: str, name: str) -> str:
    """Return the command of a step in the release workflow."""
    (found,) = [step["run"] for step in WORKFLOW["jobs"][job]["steps"] if step["name"] == name]
    return found


class Clone:
    """A clone of the checkout with its uncommitted changes, and its bare origin."""

    def __init__(self, folder, galaxy) -> None:
        self.home, self.origin = folder / "clone", folder / "origin.git"
        self.collections = folder / "collections"
        names = [f"GIT_{role}_{part}" for role in ("AUTHOR", "COMMITTER") for part in ("NAME", "EMAIL")]
        self.env = {
            **ENV,
            **dict.fromkeys(names, "maintainer@example.com"),
            **galaxy.env(folder / "galaxy_token"),
            "PATH": f"{BIN}{os.pathsep}{ENV['PATH']}",
            "GIT_CONFIG_GLOBAL": os.devnull,
            "ANSIBLE_COLLECTIONS_PATH": str(self.collections),
        }
        for path in sources():
            target = self.home / path
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(CHECKOUT / path, target, follow_symlinks=False)
        self.run("git init --quiet --initial-branch main && git add --all && git commit --quiet --message 'Initial commit'")
        self.run(f"git clone --quiet --bare . '{self.origin}' && git remote add origin '{self.origin}'")
        self.run("git fetch --quiet && git branch --quiet --set-upstream-to origin/main")

    def run(self, script: str) -> str:
        """Run lines in one shell, and stop at the first error."""
        ended = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", script],
            cwd=self.home,
            env=self.env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
            timeout=300,
        )
        assert ended.returncode == 0, ended.stdout
        return ended.stdout


@pytest.fixture
def galaxy():
    with serve() as service:
        yield service


@pytest.fixture
def clone(tmp_path, galaxy):
    return Clone(tmp_path, galaxy)


def test_release(clone, galaxy):
    begin, propose, tag, publish, verify, next_version = blocks(GUIDE)
    version = yaml.safe_load((CHECKOUT / "galaxy.yml").read_text(encoding="utf-8"))["version"]
    clone.run("\n".join((begin, propose, MERGE, tag, publish, verify, next_version)))

    notes = (clone.home / "CHANGELOG.rst").read_text(encoding="utf-8")
    assert f"\nv{version}\n" in notes and "Summary of the release." in notes
    assert not list((clone.home / "changelogs" / "fragments").glob("*.yml"))
    # The tag, the published file and the installed collection are the same.
    assert clone.run(f"git -C '{clone.origin}' rev-list --max-count 1 {version}") == clone.run("git rev-parse origin/main")
    assert list(galaxy.published) == [f"huaweicloud-cloud-{version}.tar.gz"]
    installed = clone.collections / "ansible_collections" / "huaweicloud" / "cloud"
    assert (installed / "CHANGELOG.rst").read_text(encoding="utf-8") == notes
    # The workflow publishes the same.
    galaxy.published.clear()
    clone.run(f"git switch --quiet --detach {version} && rm *.tar.gz")
    clone.env.update(GITHUB_REF_NAME=version, GALAXY_TOKEN=TOKEN, ANSIBLE_GALAXY_TOKEN_PATH=str(clone.home.parent / "another"))
    clone.run(command("build", "Build the tarball"))
    clone.run(command("galaxy", "Publish"))
    assert list(galaxy.published) == [f"huaweicloud-cloud-{version}.tar.gz"]
    # The next version is open.
    clone.run("git switch --quiet -")
    opened = yaml.safe_load((clone.home / "galaxy.yml").read_text(encoding="utf-8"))["version"]
    assert opened != version and f"open-{opened}" in clone.run(f"git -C '{clone.origin}' branch")

    # Both installation commands of README, with this release.
    from_galaxy, from_a_clone = list(dict.fromkeys(text for text in blocks(README) if "collection install" in text))
    shutil.rmtree(clone.collections)
    clone.run(from_galaxy)
    assert (installed / "README.md").is_file()
    clone.run(from_a_clone)
    assert f'"version": "{opened}"' in (installed / "MANIFEST.json").read_text(encoding="utf-8")
    assert not (installed / "Makefile").exists()


@pytest.mark.parametrize("wrong", ["unreleased fragment", "another version"])
def test_tarball_requires_release(clone, wrong):
    """`make tarball` checks the version and the fragments before the build."""
    version = "9.9.9" if wrong == "another version" else "0.1.0"
    clone.run("rm changelogs/fragments/*.yml" if wrong == "another version" else "true")
    output = clone.run(f"! make tarball ARGS={version}")
    assert ("no section for version 9.9.9" if wrong == "another version" else "fragments that are not released") in output
    assert not list(clone.home.glob("*.tar.gz"))


def test_tarball_has_no_links(clone):
    """Galaxy rejects links to files outside the tarball."""
    clone.run("ansible-galaxy collection build --output-path built")
    (built,) = (clone.home / "built").glob("*.tar.gz")
    with tarfile.open(built) as archive:
        assert not [member.name for member in archive if member.issym() or member.islnk()]
