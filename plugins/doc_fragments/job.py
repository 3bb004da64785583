# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Options that select one job; mirrors ``_argspec.job()``."""

from __future__ import annotations


class ModuleDocFragment:
    """Selection of one job."""

    DOCUMENTATION = r"""
options:
  job_id:
    description:
      - ID of the job, a whole number from 1 to 9223372036854775807.
      - Exactly one of O(job_id) and O(job_name) is required. An empty string is treated as unset.
    type: str
  job_name:
    description:
      - Exact name of the job, at most 57 characters. The task fails if several jobs have this name.
    type: str
"""
