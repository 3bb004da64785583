# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Runs every fenced block of the documentation, section by section, in the environment that its page describes."""

from __future__ import annotations

import contextlib
import os

import pytest
from local_dli.seed import example
from local_dli.server import listening, serve
from local_dli.testing import network
from task_runs import Ansible

from .environments import ChangelogFragment, Clouds, ExampleJobs, FailedCommand, Installation, Lifecycle, SeveralHosts
from .pages import SECTIONS, fences
from .troubleshooting_faults import run_faults

pytestmark = pytest.mark.smoke

#: The fixture in which the blocks of a page or section are run, unless it is ``examples``.
ENVIRONMENTS = {
    "authentication.md": "clouds",
    "quick_start.md": "installation",
    "quick_start.md: Start a job on Huawei Cloud": "clouds",
    "local_dli.md": "installation",
    "troubleshooting.md": "failed_command",
    "CONTRIBUTING.md: Contribute a change": "changelog_fragment",
    "ad_hoc.md: Credentials": "clouds",
    "ad_hoc.md: Several hosts": "hosts",
    "streaming_jobs.md: Lifecycle example": "lifecycle",
}


@pytest.fixture
def examples(ansible, dli):
    return ExampleJobs(ansible, dli)


@pytest.fixture
def hosts(ansible, dli):
    return SeveralHosts(ansible, dli)


@pytest.fixture
def lifecycle(ansible, dli):
    return Lifecycle(ansible, dli)


@pytest.fixture
def clouds(ansible):
    """DLI and IAM of one region of Huawei Cloud and one of Open Telekom Cloud."""
    authority = network.Authority()
    domains = {"cn-north-4": "cn-north-4.myhuaweicloud.com", "eu-de": "eu-de.otc.t-systems.com"}
    names = [[f"{service}.{domain}" for service in ("dli", "iam")] for domain in domains.values()]
    eu_de = example(region="eu-de", project_id="9a1b8daf23045e79b2c3d4e5f6071829", project_name="eu-de_team-a")
    with contextlib.ExitStack() as running:
        found = []
        for seed, host_names in zip((None, eu_de), names):
            context = authority.server(*host_names).context()
            found.append(running.enter_context(serve(seed, tls=context)))
        routes = {f"{name}:443": cloud.url for cloud, host_names in zip(found, names) for name in host_names}
        proxy = running.enter_context(network.proxy(routes))
        # The metadata service is reached without a proxy and without TLS.
        plain = running.enter_context(listening(found[0]))
        yield Clouds(ansible, found, authority, proxy, plain.url)


@pytest.fixture
def installation(ansible):
    with contextlib.ExitStack() as services:
        yield Installation(ansible, os.environ["E2E_COLLECTIONS"], services)


@pytest.fixture(scope="module")
def faults(tmp_path_factory):
    return run_faults(Ansible(tmp_path_factory.mktemp("faults")), os.environ["E2E_COLLECTIONS"])


@pytest.fixture
def failed_command(ansible, dli, faults, request):
    return FailedCommand(ansible, dli, faults[request.node.callspec.params["section"].title])


@pytest.fixture
def changelog_fragment(ansible):
    return ChangelogFragment(ansible)


@pytest.mark.parametrize("section", SECTIONS, ids=str)
def test_blocks(section, request):
    environment = request.getfixturevalue(ENVIRONMENTS.get(str(section), ENVIRONMENTS.get(section.page, "examples")))
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
