# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Seeds: the example seed, and the error message for each kind of invalid seed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from local_dli import LocalDli, SeedError, SettingError, load
from support import SEED, Api

ACCOUNT = """
account: &account
  {region: r, project_id: p, access_key: a, secret_key: s, user: u, password: w, domain: d}
"""


def test_example_seed_can_start_documented_batch(api: Api) -> None:
    assert {job_id: api.detail(job_id)["has_savepoint"] for job_id in (131, 130, 138, 137)} == {
        131: True,
        130: True,
        138: True,
        137: True,
    }
    assert api.run(131, 130, 138, 137, resume=True)[0] == 200


def test_example_account_is_well_formed() -> None:
    account = SEED.account
    assert account.region == account.projects[0].name == "cn-north-4"
    assert SEED.partners
    for key in [key for item in SEED.accounts for key in item.keys]:
        assert (len(key.access_key), len(key.secret_key)) == (20, 40)
        assert key.access_key.isalnum() and key.access_key.isupper()
    assert {len(project.id) for item in SEED.accounts for project in item.projects} == {32}


def test_minimal_seed(tmp_path: Path) -> None:
    path = tmp_path / "seed.yml"
    path.write_text(ACCOUNT)
    dli = LocalDli(path)
    assert dli.jobs == {}
    assert dli.env()["HW_PROJECT_ID"] == "p"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("account: [", "is not YAML"),
        ("- 1", "the seed is not a mapping"),
        ("jobs: []", "the seed has no account"),
        ("account: {region: r}", "account: domain is missing"),
        ("account: {nope: 1}", "account has no key 'nope'"),
        (ACCOUNT + "more: 1", "the seed has no key 'more'"),
        (ACCOUNT + "partners: [{domain: x}]", "account: user is missing"),
        (ACCOUNT.replace("domain: d}", "domain: d, denied: [fly]}"), "denied: 'fly' is not a call"),
        (ACCOUNT + "jobs: {}", "jobs is not a list"),
    ],
)
def test_invalid_files(tmp_path: Path, text: str, expected: str) -> None:
    path = tmp_path / "seed.yml"
    path.write_text(text)
    with pytest.raises(SeedError) as caught:
        load(path)
    message = str(caught.value)
    assert expected in message
    assert str(path) in message
    assert "\n" not in message and message.endswith(".")


@pytest.mark.parametrize(
    ("job", "expected"),
    [
        (1, "job 1 is not a mapping"),
        ({}, "job 1 has no job_id"),
        ({"job_id": "1"}, "is not a whole number"),
        ({"job_id": 1, "statuz": "x"}, "has no key 'statuz'"),
        ({"job_id": 1, "status": "running"}, "'running' is not a valid status"),
        ({"job_id": 1, "job_type": "x"}, "is not a valid job_type"),
        ({"job_id": 1, "job_config": {"x": 1}}, "job_config has no key 'x'"),
        ({"job_id": 1, "script": {"x": 1}}, "Invalid script: it has no key 'x'"),
        ({"job_id": 1, "age": "old"}, "is not a number of seconds"),
        ({"job_id": 131}, "job 131 already exists"),
        ({"job_id": 1, "project_id": "nowhere"}, "no account has the project 'nowhere'"),
    ],
)
def test_invalid_jobs(api: Api, job: Any, expected: str) -> None:
    before = len(api.dli.jobs)
    with pytest.raises(SeedError, match=expected):
        api.dli.seed([job])
    assert len(api.dli.jobs) == before


def test_invalid_settings_change_nothing(api: Api) -> None:
    with pytest.raises(SettingError, match="accept_lag"):
        api.dli.settings.update({"active_code": "X", "accept_lag": -1})
    assert api.dli.settings.active_code == "DLI.13099"
    for changes in ({"api_published": 1}, {"clock_skew": True}, {"metadata": "maybe"}, {"max_failed_passwords": 0}):
        with pytest.raises(SettingError):
            api.dli.settings.update(changes)


def test_reset_restores_seed(api: Api) -> None:
    def described() -> Any:
        return yaml.safe_dump([{**job, "history": len(job["history"])} for job in api.dli.describe()])

    before = described()
    api.run(131, 130, resume=True)
    api.call("POST", "/sql-jobs", {"name": "new"})
    api.dli.settings.update({"accept_lag": 3})
    api.dli.reset()
    assert described() == before
    assert (api.dli.settings.accept_lag, api.dli.settings.submit_delay) == (0, 2)
    assert api.call("POST", "/sql-jobs", {"name": "new"})[1]["job"]["job_id"] == 1001
