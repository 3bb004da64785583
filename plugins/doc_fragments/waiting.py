# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Options for waiting and confirming; mirrors ``_argspec.waiting()``."""

from __future__ import annotations


class ModuleDocFragment:
    """Waiting."""

    DOCUMENTATION = r"""
options:
  wait:
    description:
      - Whether to wait until every job has reached the target of the operation, or has ended in another way. A started job
        has reached the target when it is running or finished, a stopped job when it is inactive, and a deleted job when it
        does not exist any more. The task also waits for jobs whose operation was already in progress.
      - If V(false), the task ends as soon as the service has accepted or refused each request. The first start on a new
        queue takes 6 to 10 minutes.
    type: bool
    default: false
  wait_timeout:
    description: Maximum time to wait in seconds. A job that has not reached the target by then is reported as V(timed_out).
    type: float
    default: 600
  wait_interval:
    description: Seconds between two status requests.
    type: float
    default: 5
  confirm_timeout:
    description:
      - Maximum time in seconds to confirm the outcome from the status of the jobs, if the response of the service was lost
        or incomplete. A job whose outcome is not confirmed by then is reported as V(unknown).
    type: float
    default: 60
  overall_timeout:
    description:
      - Maximum duration of the task in seconds without waiting (O(wait_timeout)), including retries. After this time no
        further operation is started, and the result contains the operations that were started.
    type: float
    default: 600
"""
