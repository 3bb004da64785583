# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Options that say how long to look after the jobs; mirrors ``_argspec.waiting()``."""

from __future__ import annotations


class ModuleDocFragment:
    """Waiting."""

    DOCUMENTATION = r"""
options:
  wait:
    description:
      - Whether to wait until every job has arrived where the module sends it, or has ended otherwise. A job that is started
        has arrived when it is running or finished, one that is stopped when it is at rest, one that is deleted when it is
        gone. Jobs that were on their way already are waited for too.
      - Without it the task ends as soon as the service has accepted or refused each request. The first start on a new queue
        takes 6 to 10 minutes.
    type: bool
    default: false
  wait_timeout:
    description: Seconds to wait at most. A job that is not settled by then is reported as V(timed_out).
    type: float
    default: 600
  wait_interval:
    description: Seconds between two looks at the jobs.
    type: float
    default: 5
  confirm_timeout:
    description:
      - Seconds to look at the jobs at most when the answer of the service was lost or leaves open which jobs it means.
        A job whose truth is not known by then is reported as V(unknown).
    type: float
    default: 60
  overall_timeout:
    description:
      - Seconds that everything but waiting (O(wait_timeout)) may take at most, repeated requests included. Nothing more is
        started after it, and the report then says what was.
    type: float
    default: 600
"""
