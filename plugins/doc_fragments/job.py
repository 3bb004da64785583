# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Options that say which one job; mirrors ``_argspec.job()``."""

from __future__ import annotations


class ModuleDocFragment:
    """Which job."""

    DOCUMENTATION = r"""
options:
  job_id:
    description:
      - Id of the job, a whole number from 1 to 9223372036854775807.
      - Exactly one of O(job_id) and O(job_name) is required. An empty text counts as unset.
    type: str
  job_name:
    description:
      - Exact name of the job. A name that several jobs bear is refused.
    type: str
"""
