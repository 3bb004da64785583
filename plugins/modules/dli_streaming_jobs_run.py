#!/usr/bin/python
# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: dli_streaming_jobs_run
short_description: Start streaming jobs of Huawei Cloud Data Lake Insight (DLI)
version_added: 0.1.0
author:
  - Contributors to the huaweicloud.cloud collection (@huaweicloud-ansible)
description:
  - Starts a batch of streaming (Apache Flink) jobs, optionally from their latest savepoint, and returns the result of each
    job.
  - Reads the jobs first. A job that is already running or being started (status V(job_running), V(job_submitting),
    V(job_downloading) or V(job_arrearage_recovering)) is not started again, so the task can be run repeatedly.
  - The task fails if any job failed. The result still contains every job, and C(changed) is V(true) if any job was started.
  - If the response of the service is lost or unclear, the module determines the result from the status of the jobs. It does
    not send the start request again after a lost response.
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
      - Reads the jobs and predicts the result of the run. Errors that the service detects only when a job is started,
        such as an error in the SQL of a job, cannot be predicted.
  diff_mode:
    support: full
    details:
      - Shows the status of each job before and after the task.
  idempotent:
    support: full
    details:
      - A job that ended after the first run is started again by the second run.
options:
  resume_savepoint:
    description:
      - Whether to restore each job from its most recent savepoint or checkpoint.
      - The service refuses to start a job that has no savepoint or checkpoint. It does not fall back to a start
        without Flink state.
    type: bool
    default: false
  wait:
    description:
      - Whether to wait until every job is running or finished, or has failed. Also waits for jobs that were already being
        started.
      - If V(false), the module returns as soon as the service has accepted the request.
  wait_timeout:
    description:
      - Maximum time to wait in seconds. A job that is not in the requested state by then is reported as V(timed_out).
      - The first start on a new queue takes 6 to 10 minutes.
notes:
  - The task requires the IAM permissions C(dli:jobs:list) (named C(dli:jobs:listAll) in a role policy), C(dli:jobs:get) and
    C(dli:jobs:startFlinkJob) (named C(dli:jobs:start) in a role policy).
seealso:
  - name: Running jobs in batches
    description: Reference of the API request that this module sends.
    link: https://support.huaweicloud.com/intl/en-us/api-dli/dli_02_0233.html
"""

EXAMPLES = r"""
- name: Start two jobs with the credentials from the environment
  huaweicloud.cloud.dli_streaming_jobs_run:
    job_ids:
      - 131
      - 130

- name: Start jobs from their latest savepoint and wait until they run
  huaweicloud.cloud.dli_streaming_jobs_run:
    job_ids: [131, 130, 138, 137]
    resume_savepoint: true
    wait: true
    wait_timeout: 900

- name: Start jobs by name and authenticate with an access key
  huaweicloud.cloud.dli_streaming_jobs_run:
    job_names:
      - orders_enriched
      - clicks_hourly
    region: cn-north-4
    project_id: "{{ project_id }}"
    access_key: "{{ access_key }}"
    secret_key: "{{ secret_key }}"

- name: Start the jobs of a release and show the jobs that failed
  block:
    - name: Start the jobs
      huaweicloud.cloud.dli_streaming_jobs_run:
        job_ids: "{{ release_jobs }}"
      register: release
  rescue:
    - name: Show each job that failed
      ansible.builtin.debug:
        msg: "{{ item.job_id }} {{ item.state }}: {{ item.msg }}"
      loop: "{{ release.jobs | selectattr('failed') }}"
      loop_control:
        label: "{{ item.job_id }}"
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
      state: started
      changed: true
      failed: false
      status_before: job_cancel_success
      status: job_submitting
      error_code: null
      msg: Start accepted.
      reconciled: false
    - job_id: 138
      name: clicks_hourly
      state: refused
      changed: false
      failed: true
      status_before: job_init
      status: job_init
      error_code: DLI.13017
      msg: >-
        Not started: the job has no savepoint or checkpoint to resume from (DLI.13017). Set
        resume_savepoint to false to start the job without its previous Flink state, or import a savepoint first.
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
        - V(started) - the service accepted the start; with O(wait=true), the job is running or has finished.
        - V(already_active) - unchanged, because the job was already running or being started.
        - V(not_found) - the project has no such job.
        - V(ambiguous) - several jobs have this name.
        - V(not_startable) - the status of the job does not allow a start. No request was sent.
        - V(refused) - the service refused the start, or the request could not be sent. The job was not started.
        - V(failed) - during the wait, the job was deleted, reached the status V(job_cancel_fail) or became inactive with a
          status other than V(job_finish).
        - V(timed_out) - the job was not running when O(wait_timeout) expired.
        - V(unknown) - the result could not be determined. RV(jobs[].changed) shows whether the job was started, if this is
          known.
      type: str
      returned: always
      sample: started
    changed:
      description: Whether this task started the job. V(null) if this is unknown.
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
      description:
        - Last known DLI status of the job. After an accepted start without a wait, this is the expected status,
          V(job_submitting). V(null) if the job does not exist.
      type: str
      returned: always
      sample: job_submitting
    error_code:
      description: Error code from the service for this job. V(null) if there is none.
      type: str
      returned: always
      sample: DLI.13017
    msg:
      description: What happened to the job and, if it failed, what to do next.
      type: str
      returned: always
      sample: Start accepted.
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
    started: 1
    already_active: 0
    not_found: 0
    ambiguous: 0
    not_startable: 0
    refused: 1
    failed: 0
    timed_out: 0
    unknown: 0
msg:
  description: Summary of the result.
  returned: always
  type: str
  sample: >-
    1 of 2 jobs started, 1 failed: 138 refused (DLI.13017). See jobs[].msg for details.
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
from ansible_collections.huaweicloud.cloud.plugins.module_utils._batch.operations.start import Start
from ansible_collections.huaweicloud.cloud.plugins.module_utils._module.batch import parse_batch_options, run_batch
from ansible_collections.huaweicloud.cloud.plugins.module_utils._module.runner import DliModule, run_module


def parse_options(params: Mapping[str, t.Any], check_mode: bool) -> BatchOptions:
    """Return the options of the module."""
    return parse_batch_options(Start(params["resume_savepoint"]), params, check_mode)


def main() -> None:
    """Run the module."""
    spec = dict(resume_savepoint=dict(type="bool", default=False))
    spec.update(_argspec.selection(), **_argspec.waiting(), **_argspec.connection())
    run_module(DliModule(argument_spec=spec, supports_check_mode=True), parse_options, run_batch)


if __name__ == "__main__":
    main()
