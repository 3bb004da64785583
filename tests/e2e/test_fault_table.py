# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""A sample of the fault table in one run of ansible-playbook; tests/functional runs the complete table."""

from __future__ import annotations

import fault_table
import pytest
from task_runs import Ansible

pytestmark = pytest.mark.smoke

#: The most important kinds of faults, and each position.
SAMPLE = [
    ("reset after it was carried out", "run"),
    ("429 with seconds", "run"),
    ("503 after it was carried out", "run"),
    ("no response after it was carried out", "run"),
    ("refusal in a 200 response", "run"),
    ("401", "detail"),
    ("clock 20 minutes off", "detail"),
    ("no response", "detail, check mode"),
    ("redirect to another host", "list"),
    ("reset before the request", "list"),
    ("truncated JSON", "list, check mode"),
    ("slow drip", "read while waiting"),
]


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    """Run the cases; return them by fault and position, and the target of redirects."""
    with fault_table.run_table(Ansible(tmp_path_factory.mktemp("faults")), SAMPLE) as ended:
        yield ended


def test_sample_has_every_position():
    assert {position for _fault, position in SAMPLE} == set(fault_table.POSITIONS)


@pytest.mark.parametrize("key", SAMPLE, ids=" / ".join)
def test_results_match_ledger(table, key):
    cases, _target = table
    fault_table.check_case(cases[key], *key)


def test_redirects_are_not_followed(table):
    _cases, target = table
    assert len(target.requests) == 0
