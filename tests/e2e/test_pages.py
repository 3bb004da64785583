# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Every fenced block that anybody can read is run, section by section, in the world that its page is about."""

from __future__ import annotations

import contextlib
import importlib
import os

import pytest

from .conftest import Ansible, serve
from .pages import SECTIONS, fences
from .troubles import provoke
from .worlds import Clouds, Examples, Fragment, Hosts, Installed, Life, Trouble

network = importlib.import_module("network")
listening = importlib.import_module("local_dli.server").listening
example = importlib.import_module("local_dli.seed").example

#: A page, or a section of one, whose blocks are not to be run in the world ``examples``: the fixture to run them in.
WORLDS = {
    "signing_in.md": "clouds",
    "quick_start.md": "installed",
    "quick_start.md: On the real cloud": "clouds",
    "local_dli.md": "installed",
    "troubleshooting.md": "trouble",
    "troubleshooting.md: Results are hard to read": "examples",
    "CONTRIBUTING.md: Before you send a change": "fragment",
    "ad_hoc.md: One line at a shell": "clouds",
    "ad_hoc.md: Several hosts": "hosts",
    "streaming_jobs.md: One life": "life",
}


@pytest.fixture
def examples(ansible, dli):
    return Examples(ansible, dli)


@pytest.fixture
def hosts(ansible, dli):
    return Hosts(ansible, dli)


@pytest.fixture
def life(ansible, dli):
    return Life(ansible, dli)


@pytest.fixture
def clouds(ansible):
    """Huawei Cloud and Open Telekom Cloud, as far as DLI and IAM of one region each go."""
    authority = network.Authority()
    domains = {"cn-north-4": "cn-north-4.myhuaweicloud.com", "eu-de": "eu-de.otc.t-systems.com"}
    names = [[f"{service}.{domain}" for service in ("dli", "iam")] for domain in domains.values()]
    german = example(region="eu-de", project_id="9a1b8daf23045e79b2c3d4e5f6071829", project_name="eu-de_team-a")
    with contextlib.ExitStack() as running:
        found = []
        for seed, of_one in zip((None, german), names):
            context = authority.server(*of_one).context()
            found.append(running.enter_context(serve(seed, tls=context)))
        ways = {f"{name}:443": cloud.url for cloud, of_one in zip(found, names) for name in of_one}
        middle = running.enter_context(network.proxy(ways))
        # The metadata service is met directly and without TLS.
        plain = running.enter_context(listening(found[0]))
        yield Clouds(ansible, found, authority, middle, plain.url)


@pytest.fixture
def installed(ansible):
    with contextlib.ExitStack() as services:
        yield Installed(ansible, os.environ["E2E_COLLECTIONS"], services)


@pytest.fixture(scope="module")
def provoked(tmp_path_factory):
    return provoke(Ansible(tmp_path_factory.mktemp("troubles")), os.environ["E2E_COLLECTIONS"])


@pytest.fixture
def trouble(ansible, dli, provoked, request):
    return Trouble(ansible, dli, provoked[request.node.callspec.params["section"].title])


@pytest.fixture
def fragment(ansible):
    return Fragment(ansible)


@pytest.mark.parametrize("section", SECTIONS, ids=str)
def test_blocks(section, request):
    world = request.getfixturevalue(WORLDS.get(str(section), WORLDS.get(section.page, "examples")))
    for block in section.blocks:
        world.show(block)


def test_every_fault_is_documented(provoked):
    shown = {section.title for section in SECTIONS if section.page == "troubleshooting.md"}
    assert set(provoked) == {title for title in shown if f"troubleshooting.md: {title}" not in WORLDS}


def test_every_block_is_found():
    """One that is fenced in a way that is not seen above would never be run."""
    assert fences() == 2 * sum(len(section.blocks) for section in SECTIONS)


def test_every_environment_has_a_page():
    assert set(WORLDS) <= {str(section) for section in SECTIONS} | {section.page for section in SECTIONS}
