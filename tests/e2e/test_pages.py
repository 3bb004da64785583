# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Runs every fenced block of the documentation, section by section, in the environment that its page describes."""

from __future__ import annotations

import contextlib
import os

import pytest
from task_runs import Ansible, InProcess

from .environments import (
    ChangelogFragment,
    Clouds,
    CloudsInProcess,
    ExampleJobs,
    FailedCommand,
    Installation,
    Lifecycle,
    Playbooks,
    SeveralHosts,
)
from .pages import SECTIONS, fences
from .scenarios import scenarios
from .troubleshooting_faults import run_faults

#: Pages whose blocks also run with older versions of ansible-core. The last one uses the roles, whose templates depend on it.
SMOKE = {"README.md", "quick_start.md", "streaming_jobs.md"}
#: The fixture in which the blocks of a page or section are run, unless it is ``examples``.
ENVIRONMENTS = {
    "authentication.md": "clouds_in_process",
    "authentication.md: Access key and secret key": "clouds",
    "quick_start.md": "installation",
    "quick_start.md: Start a job on Huawei Cloud": "clouds_in_process",
    "local_dli.md": "installation",
    "troubleshooting.md": "failed_command",
    "CONTRIBUTING.md: Contribute a change": "changelog_fragment",
    "ad_hoc.md: Credentials": "clouds_in_process",
    "ad_hoc.md: Several hosts": "hosts",
    "streaming_jobs.md: Lifecycle example": "lifecycle",
}


def environment_of(section) -> str:
    """Return the name of the fixture in which the blocks of a section are run."""
    return ENVIRONMENTS.get(str(section), ENVIRONMENTS.get(section.page, "examples"))


@pytest.fixture(scope="module")
def playbooks(tmp_path_factory, request):
    """The playbooks of all selected sections that do not need a terminal of their own."""
    selected = [item.callspec.params["section"] for item in request.session.items if item.originalname == "test_blocks"]
    with contextlib.ExitStack() as services, scenarios(tmp_path_factory.mktemp("playbooks")) as found:
        pages = Playbooks(found, services)
        kinds = {
            "examples": pages.add,
            "failed_command": pages.add,
            "clouds": pages.add_with_clouds,
            "clouds_in_process": pages.add_with_clouds,
            "lifecycle": pages.add_lifecycle,
        }
        for section in selected:
            for block in section.blocks:
                if block.language == "yaml" and environment_of(section) in kinds:
                    kinds[environment_of(section)](block.text)
        pages.run()
        yield pages


@pytest.fixture
def examples(ansible, dli, playbooks):
    return ExampleJobs(ansible, dli, playbooks)


@pytest.fixture
def hosts(ansible, dli):
    return SeveralHosts(ansible, dli)


@pytest.fixture
def lifecycle(playbooks):
    return Lifecycle(playbooks)


@pytest.fixture
def clouds(ansible, playbooks):
    """DLI and IAM of one region of Huawei Cloud and one of Open Telekom Cloud."""
    with contextlib.ExitStack() as services:
        yield Clouds(ansible, services, playbooks)


@pytest.fixture
def clouds_in_process(ansible, playbooks):
    with contextlib.ExitStack() as services:
        yield CloudsInProcess(ansible, services, playbooks)


@pytest.fixture
def installation(ansible):
    with contextlib.ExitStack() as services:
        yield Installation(ansible, os.environ["E2E_COLLECTIONS"], services)


@pytest.fixture(scope="module")
def faults(tmp_path_factory):
    ansible, in_process = Ansible(tmp_path_factory.mktemp("faults")), InProcess(tmp_path_factory.mktemp("in_process"))
    return run_faults(ansible, in_process, os.environ["E2E_COLLECTIONS"])


@pytest.fixture
def failed_command(ansible, dli, playbooks, faults, request):
    return FailedCommand(ansible, dli, playbooks, faults[request.node.callspec.params["section"].title])


@pytest.fixture
def changelog_fragment(ansible):
    return ChangelogFragment(ansible)


@pytest.mark.parametrize(
    "section",
    [pytest.param(section, marks=[pytest.mark.smoke] if section.page in SMOKE else [], id=str(section)) for section in SECTIONS],
)
def test_blocks(section, request):
    environment = request.getfixturevalue(environment_of(section))
    for block in section.blocks:
        environment.run(block)


def test_every_fault_is_documented(faults):
    shown = {section.title for section in SECTIONS if section.page == "troubleshooting.md"}
    assert set(faults) == {title for title in shown if f"troubleshooting.md: {title}" not in ENVIRONMENTS}


def test_every_block_is_found():
    """The pattern of pages.py matches every block. Blocks with other fences would not be run."""
    assert fences() == 2 * sum(len(section.blocks) for section in SECTIONS)


def test_every_environment_has_a_page():
    assert set(ENVIRONMENTS) <= {str(section) for section in SECTIONS} | {section.page for section in SECTIONS}
