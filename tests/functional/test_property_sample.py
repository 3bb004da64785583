# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""A sample of the random scenarios of tests/property, with complete modules and real sockets."""

from __future__ import annotations

from property.real_time import run_scenarios

from .conftest import new_runner


def test_results_match_ledger(tmp_path, statistics):
    counts = run_scenarios(new_runner(tmp_path), 60)
    statistics(f"property, start in complete modules: {counts}")
    assert counts["scenarios"] == 60 and counts["faults"] > 10 and counts["starts"] > 10
