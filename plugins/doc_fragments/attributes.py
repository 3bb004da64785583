# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Attributes of the modules."""

from __future__ import annotations


class ModuleDocFragment:
    """Attributes of all modules of the collection."""

    DOCUMENTATION = r"""
options: {}
attributes:
  check_mode:
    description: Can run in C(check_mode) and return changed status prediction without modifying target.
  diff_mode:
    description: Will return details on what has changed (or possibly needs changing in C(check_mode)), when in diff mode.
  idempotent:
    description: When run twice in a row outside check mode, with the same arguments, the second invocation indicates no change.
"""

    ACTION_GROUP = r"""
options: {}
attributes:
  action_group:
    description: Use C(group/huaweicloud.cloud.dli) in C(module_defaults) to set defaults for this module.
    support: full
    membership:
      - huaweicloud.cloud.dli
"""

    SEQUENTIAL = r"""
options: {}
attributes:
  action:
    description: Indicates this has a corresponding action plugin so some parts of the options can be executed on the controller.
    support: full
    details:
      - If several hosts of a play run the task with the same arguments, they run it one after the other. Each host reads the
        jobs after the previous host has finished, so it sees the changes. A warning reports that several hosts run the same
        task.
      - With C(async), each host waits only until the task of the previous host has started in the background.
      - Hosts with different arguments run the task in parallel.
"""
