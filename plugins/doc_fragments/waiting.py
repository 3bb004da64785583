# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Options for the wait and the other time limits; mirrors ``_argspec.waiting()``."""

from __future__ import annotations


class ModuleDocFragment:
    """Waiting."""

    DOCUMENTATION = r"""
options:
  wait:
    # The modules for batches describe it for their operation.
    description:
      - Whether to wait until the job is in the requested state or can no longer reach it.
      - If V(false), the module returns as soon as the service has accepted the request.
    type: bool
    default: false
  wait_timeout:
    description:
      - Maximum time to wait in seconds. A job that is not in the requested state by then is reported as V(timed_out).
    type: float
    default: 600
  wait_interval:
    description: Seconds between two status requests.
    type: float
    default: 5
  confirm_timeout:
    description:
      - Maximum time in seconds to determine the result from the status of a job, if the response of the service was lost or
        unclear. A job whose result is not determined by then is reported as V(unknown).
    type: float
    default: 60
  overall_timeout:
    description:
      - Maximum time of the task in seconds, excluding the wait, but including authentication, retries and the reads after a
        lost response. O(wait_timeout) limits the wait separately.
      - After this time, the module starts no further operation and returns the results. A job whose request was not sent is
        reported as V(refused).
    type: float
    default: 600
"""
