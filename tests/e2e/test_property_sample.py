# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Some random scenarios of tests/property in one run of ansible-playbook."""

from __future__ import annotations

from property.real_time import run_scenarios
from task_runs import Ansible


def test_results_match_ledger(tmp_path, statistics):
    counts = run_scenarios(Ansible(tmp_path), 12)
    statistics(f"property, start in real module processes: {counts}")
    assert counts["scenarios"] == 12 and counts["faults"] > 3 and counts["starts"] > 3
