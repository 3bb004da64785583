# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""docs/signing_in.md: each example is run as it stands, under the names of the real clouds, and its tables are the code's."""

from __future__ import annotations

import importlib
import json
import re
import shlex

import pytest

from ansible_collections.huaweicloud.cloud.plugins.module_utils._connection import REGION_CLOUDS
from ansible_collections.huaweicloud.cloud.plugins.module_utils._environment import FAMILIES, SDK_ENDPOINT
from ansible_collections.huaweicloud.cloud.plugins.module_utils._sources import METHODS

from .conftest import TESTS, serve, started

network = importlib.import_module("network")
listening = importlib.import_module("local_dli.server").listening
example = importlib.import_module("local_dli.seed").example
TEXT = (TESTS.parent / "docs" / "signing_in.md").read_text(encoding="utf-8")
SECTIONS = {section.partition("\n")[0]: section for section in TEXT.split("\n## ")[1:]}
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.DOTALL | re.MULTILINE)
EXAMPLES = [name for name, section in SECTIONS.items() if BLOCK.search(section)]
FILES = {"ini": ".huaweicloud/credentials", "json": ".hcloud/config.json"}
CLOUDS = {"cn-north-4": "cn-north-4.myhuaweicloud.com", "eu-de": "eu-de.otc.t-systems.com"}


class World:
    """Two clouds behind a proxy, and a way to run what the page shows."""

    def __init__(self, ansible, clouds, authority, middle, metadata_url) -> None:
        self.ansible = ansible
        self.clouds = clouds
        self.env = {"HTTPS_PROXY": middle.url, "REQUESTS_CA_BUNDLE": str(authority.ca_file)}
        china = clouds["cn-north-4"]
        self.values, self.variables = _values(china)
        self.real = {
            "http://proxy.example.com:3128": middle.url,
            "/etc/pki/proxy.pem": str(authority.ca_file),
            # The one thing that a test cannot have: a cloud server around it.
            "auth_method: metadata": f"auth_method: metadata\n        metadata_url: {metadata_url}",
            **{f"YOUR_{name}": value for name, value in self.values.items()},
        }

    def show(self, language: str, text: str) -> None:
        """Do what a reader does with a block."""
        for placeholder in sorted(self.real, key=len, reverse=True):
            text = text.replace(placeholder, self.real[placeholder])
        assert "YOUR_" not in text
        if language in FILES:
            file = self.ansible.folder / "home" / FILES[language]
            file.parent.mkdir(exist_ok=True)
            file.write_text(text, encoding="utf-8")
        elif language == "yaml":
            self._works(lambda: self.ansible.playbook(text, "-e", json.dumps(self.variables), env=self.env))
        else:
            for line in filter(None, text.splitlines()):
                words = shlex.split(line)
                if words[0] == "export":
                    name, _equals, value = words[1].partition("=")
                    self.env[name] = value
                else:
                    self._works(lambda words=words: self.ansible.command(*words, env=self.env))

    def _works(self, run) -> None:
        before = sum(len(started(cloud)) for cloud in self.clouds.values())
        ended = run()
        assert ended.code == 0 and ended.result["changed"], ended.output
        assert sum(len(started(cloud)) for cloud in self.clouds.values()) == before + 1


def _values(dli):
    """Return what stands for the page's placeholders, and for its variables."""
    account = dli.accounts.account
    temporary = next(pair for pair in account.keys if pair.security_token)
    env, user, agency = dli.env(), dli.password_env(), dli.agency_env()
    values = {
        "ACCESS_KEY": env["HW_ACCESS_KEY"],
        "SECRET_KEY": env["HW_SECRET_KEY"],
        "TEMPORARY_ACCESS_KEY": temporary.access_key,
        "TEMPORARY_SECRET_KEY": temporary.secret_key,
        "SECURITY_TOKEN": temporary.security_token,
        "PROJECT_ID": env["HW_PROJECT_ID"],
        "TOKEN": dli.token(),
        "USER_NAME": user["HW_USER_NAME"],
        "PASSWORD": user["HW_USER_PASSWORD"],
        "ACCOUNT": user["HW_DOMAIN_NAME"],
    }
    variables = {
        "vaulted_access_key": env["HW_ACCESS_KEY"],
        "vaulted_secret_key": env["HW_SECRET_KEY"],
        "vaulted_username": user["HW_USER_NAME"],
        "vaulted_password": user["HW_USER_PASSWORD"],
        "account": user["HW_DOMAIN_NAME"],
        "agency": agency["HW_ASSUME_ROLE_AGENCY_NAME"],
        "their_account": agency["HW_ASSUME_ROLE_DOMAIN_NAME"],
    }
    return values, variables


@pytest.fixture
def world(ansible):
    """Huawei Cloud and Open Telekom Cloud, as far as DLI and IAM of one region each go."""
    authority = network.Authority()
    names = {region: [f"{service}.{domain}" for service in ("dli", "iam")] for region, domain in CLOUDS.items()}
    contexts = {region: authority.server(*found).context() for region, found in names.items()}
    german = example(region="eu-de", project_id="9a1b8daf23045e79b2c3d4e5f6071829", project_name="eu-de_team-a")
    with serve(tls=contexts["cn-north-4"]) as china, serve(german, tls=contexts["eu-de"]) as germany:
        clouds = {"cn-north-4": china, "eu-de": germany}
        ways = {f"{name}:443": clouds[region].url for region, found in names.items() for name in found}
        with network.proxy(ways) as middle, listening(china) as plain:
            # The metadata service is met directly and without TLS.
            yield World(ansible, clouds, authority, middle, plain.url)


@pytest.mark.parametrize("name", EXAMPLES)
def test_examples(world, name):
    if name == "Proxies and certificates":
        world.env.update({"HW_ACCESS_KEY": world.values["ACCESS_KEY"], "HW_SECRET_KEY": world.values["SECRET_KEY"]})
        del world.env["HTTPS_PROXY"], world.env["REQUESTS_CA_BUNDLE"]
    for number, (language, text) in enumerate(BLOCK.findall(SECTIONS[name])):
        if number and language in ("shell", "yaml"):
            # Each example begins with jobs that are not running.
            for cloud in world.clouds.values():
                _stop_all(cloud)
        world.show(language, text)


def _stop_all(cloud) -> None:
    for job in cloud.jobs.values():
        if job.status in ("job_submitting", "job_running"):
            cloud.force(job.job_id, "job_cancel_success")


def test_every_way_has_an_example():
    assert len(EXAMPLES) == 10, EXAMPLES


def test_the_table_of_variables_is_the_code_s():
    """Every variable of every family, and none that is not read."""
    listed = {}
    for line in SECTIONS["Variables"].splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("| `"):
            listed[cells[0].strip("`")] = [re.findall(r"`([^`]+)`", cell) for cell in cells[1:]]
    options = list(dict.fromkeys(option for family in FAMILIES.values() for option in family))
    read = {option: [list(family.get(option, ())) for family in FAMILIES.values()] for option in options}
    read["endpoint"][1] = [f"{SDK_ENDPOINT}<REGION>"]
    assert listed == read


def test_the_order_is_the_code_s():
    rows = [line for line in SECTIONS["Where credentials are looked for"].splitlines() if re.match(r"\| \d", line)]
    assert [re.match(r"\| \d \| `(\w+_\*)`", row).group(1) for row in rows[1:4]] == list(FAMILIES)
    assert len(rows) == 7
    for method in METHODS[1:]:
        assert f"`{method}`" in SECTIONS["Where credentials are looked for"]
    for region, cloud in REGION_CLOUDS.items():
        assert f"`{region}`" in SECTIONS["Project, region, cloud"] and f"`{cloud}`" in SECTIONS["Project, region, cloud"]
