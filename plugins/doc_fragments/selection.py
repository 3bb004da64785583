# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Options that say which jobs; mirrors ``_argspec.selection()``."""

from __future__ import annotations


class ModuleDocFragment:
    """Which jobs."""

    DOCUMENTATION = r"""
options:
  job_ids:
    description:
      - Ids of the jobs, whole numbers from 1 to 9223372036854775807.
      - A list, a single id, or a text with ids between commas, spaces or line ends, as surveys and command lines hand over.
      - An id that is named twice is handled once, with a warning.
      - One of O(job_ids) and O(job_names) is required, unless the module has another way to name jobs; they may be combined.
    type: list
    elements: str
  job_names:
    description:
      - Exact names of the jobs. A list, or a text with names between commas or line ends.
      - A name that no job bears, or that several jobs bear, fails for that item; the other jobs are handled all the same.
    type: list
    elements: str
"""
