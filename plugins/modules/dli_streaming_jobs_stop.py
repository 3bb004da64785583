#!/usr/bin/python
# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: dli_streaming_jobs_stop
short_description: Stop streaming jobs of Huawei Cloud Data Lake Insight (DLI)
version_added: 0.2.0
author:
  - Contributors to the huaweicloud.cloud collection (@huaweicloud-ansible)
description:
  - Stops a batch of streaming (Apache Flink) jobs, optionally with a savepoint of each job, and returns the result of each
    job.
  - Reads the jobs first. A job that is already inactive or being stopped is not changed, so the task can be run repeatedly.
    A job is inactive if its status is V(job_init), V(job_submit_fail), V(job_running_exception), V(job_cancel_success),
    V(job_arrearage_stopped) or V(job_finish).
  - A job that is still being submitted is stopped as well.
  - The task fails if any job failed. The result still contains every job, and C(changed) is V(true) if any job was stopped.
  - If the response of the service is lost or unclear, the module determines the result from the status of the jobs. It does
    not send the stop request again after a lost response.
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
      - Reads the jobs and predicts the result of the run. The failure of a savepoint cannot be predicted, nor whether the
        service accepts a stop in a status for which this is not documented (V(job_downloading), V(job_idle),
        V(job_cancel_fail), V(job_arrearage_recovering)).
  diff_mode:
    support: full
    details:
      - Shows the status of each job before and after the task.
  idempotent:
    support: full
    details:
      - A job that was started after the first run is stopped again by the second run.
options:
  trigger_savepoint:
    description:
      - Whether to create a savepoint of each job before it is stopped.
      - To resume from this savepoint, start the job with
        O(huaweicloud.cloud.dli_streaming_jobs_run#module:resume_savepoint=true).
      - The service deletes this savepoint when the job is started again. To keep a savepoint, create it with
        M(huaweicloud.cloud.dli_streaming_job_savepoint) before the stop.
    type: bool
    default: false
  wait:
    description:
      - Whether to wait until every job is inactive, or its stop has failed. Also waits for jobs that were already being stopped
        or creating a savepoint. The module sends no stop request for such a job, neither before nor after the wait.
      - If V(false), the module returns as soon as the service has accepted the request.
notes:
  - The task requires the IAM permissions C(dli:jobs:list) (named C(dli:jobs:listAll) in a role policy), C(dli:jobs:get) and
    C(dli:jobs:stopFlinkJob) (named C(dli:jobs:stop) in a role policy).
seealso:
  - module: huaweicloud.cloud.dli_streaming_jobs_run
  - name: Stopping jobs in batches
    description: Reference of the API request that this module sends.
    link: https://support.huaweicloud.com/intl/en-us/api-dli/dli_02_0241.html
"""

EXAMPLES = r"""
- name: Stop two jobs with the credentials from the environment
  huaweicloud.cloud.dli_streaming_jobs_stop:
    job_ids:
      - 129
      - 128

- name: Stop jobs with a savepoint and wait until they are stopped
  huaweicloud.cloud.dli_streaming_jobs_stop:
    job_ids: [129, 128]
    trigger_savepoint: true
    wait: true
    wait_timeout: 900
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
      state: stopped
      changed: true
      failed: false
      status_before: job_running
      status: job_canceling
      error_code: null
      msg: Stop accepted.
      reconciled: false
    - job_id: 138
      name: clicks_hourly
      state: already_stopped
      changed: false
      failed: false
      status_before: job_finish
      status: job_finish
      error_code: null
      msg: "Unchanged: the job is not running. The status is job_finish (finished)."
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
        - V(stopped) - the service accepted the stop; with O(wait=true), the job is inactive.
        - V(already_stopped) - unchanged, because the job was already inactive or being stopped.
        - V(not_found) - the project has no such job.
        - V(ambiguous) - several jobs have this name.
        - V(not_stoppable) - the job is creating a savepoint, which must not be interrupted, and O(wait=false). No request was
          sent. With O(wait=true), the module waits until the savepoint is complete, and sends no stop request either. If the
          savepoint was part of another stop, the state is V(already_stopped). Otherwise, the job is running again, and the
          state is V(failed). Run the task again to stop it.
        - V(refused) - the service refused the stop, or the request could not be sent. The job was not stopped.
        - V(failed) - during the wait, the stop failed, the savepoint before the stop failed, or the job was deleted.
        - V(timed_out) - the job was still active when O(wait_timeout) expired.
        - V(unknown) - the result could not be determined. RV(jobs[].changed) shows whether the job was stopped, if this is
          known.
      type: str
      returned: always
      sample: stopped
    changed:
      description: Whether this task stopped the job. V(null) if this is unknown.
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
      sample: job_running
    status:
      description:
        - Last known DLI status of the job. After an accepted stop without a wait, this is the expected status,
          V(job_canceling), or V(job_savepointing) for a running job with O(trigger_savepoint=true). V(null) if the job does
          not exist.
      type: str
      returned: always
      sample: job_canceling
    error_code:
      description: Error code from the service for this job. V(null) if there is none.
      type: str
      returned: always
      sample: DLI.15002
    msg:
      description: What happened to the job and, if it failed, what to do next.
      type: str
      returned: always
      sample: Stop accepted.
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
    failed_jobs: 0
    stopped: 1
    already_stopped: 1
    not_found: 0
    ambiguous: 0
    not_stoppable: 0
    refused: 0
    failed: 0
    timed_out: 0
    unknown: 0
msg:
  description: Summary of the result.
  returned: always
  type: str
  sample: 1 of 2 jobs stopped, 1 unchanged (not running).
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
from ansible_collections.huaweicloud.cloud.plugins.module_utils._batch.operations.stop import Stop
from ansible_collections.huaweicloud.cloud.plugins.module_utils._module.batch import parse_batch_options, run_batch
from ansible_collections.huaweicloud.cloud.plugins.module_utils._module.runner import DliModule, run_module


def parse_options(params: Mapping[str, t.Any], check_mode: bool) -> BatchOptions:
    """Return the options of the module."""
    return parse_batch_options(Stop(params["trigger_savepoint"], params["wait"]), params, check_mode)


def main() -> None:
    """Run the module."""
    spec = dict(trigger_savepoint=dict(type="bool", default=False))
    spec.update(_argspec.selection(), **_argspec.waiting(), **_argspec.connection())
    run_module(DliModule(argument_spec=spec, supports_check_mode=True), parse_options, run_batch)


if __name__ == "__main__":
    main()
