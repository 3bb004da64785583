# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The time limit of a task that does not wait; mirrors ``_argspec.overall()``."""

from __future__ import annotations


class ModuleDocFragment:
    """Time limit of a task."""

    DOCUMENTATION = r"""
options:
  overall_timeout:
    description:
      - Maximum time of the task in seconds, including authentication and retries.
      - After this time, the module sends no further request. If a request is still required, the task fails.
    type: float
    default: 600
"""
