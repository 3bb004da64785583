# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Every case of the fault table."""

from __future__ import annotations

import fault_table
import pytest

from .conftest import new_runner


@pytest.fixture(scope="module", params=fault_table.POSITIONS)
def position(request) -> str:
    return request.param


@pytest.fixture(scope="module")
def table(tmp_path_factory, position):
    """Run the cases of a position at the same time; return them by fault and position, and the target of redirects."""
    keys = [(fault, position) for fault in fault_table.FAULTS]
    with fault_table.run_table(new_runner(tmp_path_factory.mktemp("faults")), keys) as ended:
        yield ended


@pytest.mark.parametrize("fault", fault_table.FAULTS)
def test_results_match_ledger(table, position, fault):
    cases, _target = table
    fault_table.check_case(cases[fault, position], fault, position)


def test_redirects_are_not_followed(table):
    _cases, target = table
    assert len(target.requests) == 0


def test_number_of_faults(table, position, statistics):
    cases = table[0].values()
    hit = sum(request.fault is not None for case in cases for request in case.dli.requests.find())
    started = sum(any(job["changed"] for job in case.result["jobs"]) for case in cases)
    statistics(f"fault table, {position}: {len(cases)} cases, {hit} requests with a fault, {started} cases with a start")
    assert hit >= len(cases) - 1  # the difference between the clocks is not a fault of a request
