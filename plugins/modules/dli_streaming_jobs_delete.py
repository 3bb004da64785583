#!/usr/bin/python
# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: dli_streaming_jobs_delete
short_description: Delete streaming jobs of Huawei Cloud Data Lake Insight (DLI)
version_added: 0.2.0
author:
  - Contributors to the huaweicloud.cloud collection (@huaweicloud-ansible)
description:
  - Deletes a batch of streaming (Apache Flink) jobs and returns the result of each job. B(This cannot be undone.) Export the
    jobs first if you need their definitions again.
  - A job that does not exist is not an error. An active job is not deleted, unless O(force=true).
  - The task fails if any job failed. The result still contains every job, and C(changed) is V(true) if any job was deleted.
  - If the response of the service is lost or unclear, the module reads the jobs to determine the result.
extends_documentation_fragment:
  - huaweicloud.cloud.selection
  - huaweicloud.cloud.waiting
  - huaweicloud.cloud.connection
  - huaweicloud.cloud.attributes
  - huaweicloud.cloud.attributes.action_group
  - huaweicloud.cloud.attributes.sequential
attributes:
  check_mode:
    support: full
    details:
      - Reads the jobs and predicts the result of the run.
  diff_mode:
    support: full
    details:
      - Shows the status of each job before and after the task.
  idempotent:
    support: full
options:
  force:
    description:
      - Whether to also delete active jobs, for example running jobs or jobs that are being submitted. The service stops them
        without a savepoint.
      - A job is inactive if its status is V(job_init), V(job_submit_fail), V(job_running_exception), V(job_cancel_success),
        V(job_arrearage_stopped) or V(job_finish). In any other status, it is active.
    type: bool
    default: false
  job_names:
    description:
      - Exact names of the jobs. A list, or a string of names separated by commas or line breaks.
      - A name that matches no job or several jobs is reported as V(absent) or V(ambiguous). The other jobs are still processed.
  wait:
    description:
      - Whether to wait until the jobs no longer exist.
      - If V(false), the module returns as soon as the service has accepted the request.
notes:
  - The task requires the IAM permissions C(dli:jobs:list) (named C(dli:jobs:listAll) in a role policy), C(dli:jobs:get) and
    C(dli:jobs:delete).
seealso:
  - module: huaweicloud.cloud.dli_streaming_jobs_stop
  - name: Deleting jobs in batches
    description: Reference of the API request that this module sends.
    link: https://support.huaweicloud.com/intl/en-us/api-dli/dli_02_0243.html
"""

EXAMPLES = r"""
- name: Delete two jobs with the credentials from the environment
  huaweicloud.cloud.dli_streaming_jobs_delete:
    job_ids:
      - 131
      - 130

- name: Delete a job by name, even if it is running, and wait until it no longer exists
  huaweicloud.cloud.dli_streaming_jobs_delete:
    job_names:
      - orders_enriched
    force: true
    wait: true
"""

RETURN = r"""
jobs:
  description:
    - One element per requested job, in the requested order (O(job_ids), then O(job_names)). The keys are the same in
      check mode, on success and on failure.
    - Empty if the task failed before it could read the jobs.
  returned: always, unless an option has the wrong type
  type: list
  elements: dict
  sample:
    - job_id: 131
      name: orders_enriched
      state: deleted
      changed: true
      failed: false
      status_before: job_cancel_success
      status: null
      error_code: null
      msg: Deletion accepted.
      reconciled: false
    - job_id: 129
      name: clicks_hourly
      state: still_active
      changed: false
      failed: true
      status_before: job_running
      status: job_running
      error_code: null
      msg: >-
        Not deleted: the status job_running (running) does not allow a deletion. Stop the job first, or set force to delete it
        anyway.
      reconciled: false
  contains:
    job_id:
      description: ID of the job. V(null) for a name that does not match exactly one job.
      type: int
      returned: always
      sample: 131
    name:
      description: Name of the job. V(null) if the project has no job with this ID.
      type: str
      returned: always
      sample: orders_enriched
    state:
      description:
        - What happened to the job.
        - V(deleted) - the service accepted the deletion; with O(wait=true), the job no longer exists.
        - V(absent) - unchanged, because the project has no such job.
        - V(ambiguous) - several jobs have this name.
        - V(still_active) - the job is active, and O(force=false). No request was sent.
        - V(refused) - the service refused the deletion, or the request could not be sent. The job was not deleted.
        - V(timed_out) - the job still existed when O(wait_timeout) expired.
        - V(unknown) - the result could not be determined. RV(jobs[].changed) shows whether the job was deleted, if this is
          known.
      type: str
      returned: always
      sample: deleted
    changed:
      description: Whether this task deleted the job. V(null) if this is unknown.
      type: bool
      returned: always
      sample: true
    failed:
      description: Whether the operation failed for this job.
      type: bool
      returned: always
      sample: false
    status_before:
      description: DLI status of the job before the task. V(null) if the job does not exist.
      type: str
      returned: always
      sample: job_cancel_success
    status:
      description: Last known DLI status of the job. V(null) if the job does not exist.
      type: str
      returned: always
      sample: job_running
    error_code:
      description: Error code from the service for this job. V(null) if there is none.
      type: str
      returned: always
      sample: DLI.0003
    msg:
      description: What happened to the job and, if it failed, what to do next.
      type: str
      returned: always
      sample: Deletion accepted.
    reconciled:
      description:
        - Whether the result was determined from the job's status, because the response does not show it with certainty.
        - It can be wrong only if another client acted on the jobs at the same time.
      type: bool
      returned: always
      sample: false
summary:
  description:
    - Job counts.
    - C(requested) - all jobs.
    - C(changed) - jobs that this task changed.
    - C(failed_jobs) - jobs with RV(jobs[].failed=true).
    - All other keys have the name of a state and count the jobs in this state.
  returned: when the jobs could be read
  type: dict
  sample:
    requested: 2
    changed: 1
    failed_jobs: 1
    deleted: 1
    absent: 0
    ambiguous: 0
    still_active: 1
    refused: 0
    timed_out: 0
    unknown: 0
msg:
  description: Summary of the result.
  returned: always
  type: str
  sample: >-
    1 of 2 jobs deleted, 1 failed: 129 still_active (job_running). See jobs[].msg for details.
request_ids:
  description:
    - IDs of the API requests that changed something or failed. Huawei Cloud support needs them to trace a request.
  returned: always, unless an option has the wrong type
  type: list
  elements: str
  sample:
    - 6a63a18b8bab40ffb71ebd9cb80d0085
credentials_from:
  description: Source and type of the credentials. It never contains a secret.
  returned: when credentials were found
  type: str
  sample: the environment variables HW_* (access key and secret key)
http_status:
  description: HTTP status of the error response, if authentication failed or the jobs could not be read.
  returned: when the service returned an error for the authentication or for the request to read the jobs
  type: int
  sample: 401
error_code:
  description:
    - Error code of the error response, if authentication failed or the jobs could not be read.
    - The error codes of individual jobs are in RV(jobs[].error_code).
  returned: when the service returned an error for the authentication or for the request to read the jobs
  type: str
  sample: APIGW.0301
"""

import typing as t
from collections.abc import Mapping

from ansible_collections.huaweicloud.cloud.plugins.module_utils import _argspec
from ansible_collections.huaweicloud.cloud.plugins.module_utils._batch.execute import BatchOptions
from ansible_collections.huaweicloud.cloud.plugins.module_utils._batch.operations.delete import Delete
from ansible_collections.huaweicloud.cloud.plugins.module_utils._module.batch import parse_batch_options, run_batch
from ansible_collections.huaweicloud.cloud.plugins.module_utils._module.runner import DliModule, run_module


def parse_options(params: Mapping[str, t.Any], check_mode: bool) -> BatchOptions:
    """Return the options of the module."""
    return parse_batch_options(Delete(params["force"]), params, check_mode)


def main() -> None:
    """Run the module."""
    spec = dict(force=dict(type="bool", default=False))
    spec.update(_argspec.selection(), **_argspec.waiting(), **_argspec.connection())
    run_module(DliModule(argument_spec=spec, supports_check_mode=True), parse_options, run_batch)


if __name__ == "__main__":
    main()
