# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Options that select jobs; mirrors ``_argspec.selection()``."""

from __future__ import annotations


class ModuleDocFragment:
    """Selection of jobs."""

    DOCUMENTATION = r"""
options:
  job_ids:
    description:
      - IDs of the jobs, whole numbers from 1 to 9223372036854775807.
      - A list, a single ID, or a string of IDs separated by commas, spaces or line breaks, as surveys and command lines pass
        it.
      - An ID that is specified more than once is processed once, with a warning.
      - At least one of O(job_ids) and O(job_names) is required. Both can be set.
    type: list
    elements: raw
  job_names:
    description:
      - Exact names of the jobs, at most 57 characters each. A list, or a string of names separated by commas or line breaks.
      - A name that matches no job or several jobs is reported as V(not_found) or V(ambiguous). The other jobs are still
        processed.
    type: list
    elements: raw
"""
