#!/usr/bin/python
# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: dli_streaming_job_savepoint
short_description: Create or import a savepoint of a streaming job of Huawei Cloud Data Lake Insight (DLI)
version_added: 0.2.0
author:
  - Contributors to the huaweicloud.cloud collection (@huaweicloud-ansible)
description:
  - Creates a savepoint of a running streaming (Apache Flink) job, or imports a savepoint from which an inactive job resumes.
  - Reads the job first. If its status does not allow the operation, the module sends no request and the task fails.
  - If the response of the service is lost or unclear, the module reads the job to determine the result. It does not send the
    request again after a lost response.
extends_documentation_fragment:
  - huaweicloud.cloud.job
  - huaweicloud.cloud.waiting
  - huaweicloud.cloud.connection
  - huaweicloud.cloud.attributes
  - huaweicloud.cloud.attributes.action_group
  - huaweicloud.cloud.attributes.sequential
attributes:
  check_mode:
    support: full
    details:
      - Reads the job and predicts the result of a run. Whether the service has access to O(savepoint_path) cannot be predicted.
  diff_mode:
    support: none
    details:
      - Savepoints are stored in OBS. The service does not list them.
  idempotent:
    support: none
    details:
      - Every run creates another savepoint, or imports the savepoint again.
options:
  action:
    description:
      - Operation of the module.
      - V(trigger) - creates a savepoint of a running job. The job continues to run.
      - V(import) - imports a savepoint or checkpoint from OBS for an inactive job. To use it, start the job with
        O(huaweicloud.cloud.dli_streaming_jobs_run#module:resume_savepoint=true).
    type: str
    choices: [trigger, import]
    required: true
  savepoint_path:
    description:
      - Folder in OBS in which the savepoint is created, or from which it is imported, for example
        V(bucket-name/dir/savepoint/), with or without C(obs://).
      - For an import, the folder that contains the file C(_metadata), or the path of this file.
    type: str
    required: true
  wait:
    description:
      - Whether to wait until the savepoint is created. Has no effect for an import.
      - If V(false), the module returns as soon as the service has accepted the request.
      - The module reads the job repeatedly. A fast savepoint can be complete between two reads. If the job already had a
        savepoint or checkpoint, the module then cannot detect the new one, and the state is V(unknown) after O(confirm_timeout)
        seconds. Check O(savepoint_path).
  wait_timeout:
    description: Maximum time to wait in seconds. A savepoint that is not created by then is reported as V(timed_out).
  wait_interval:
    description: Maximum time in seconds between two reads of the job. The first intervals are shorter.
  confirm_timeout:
    description:
      - Maximum time in seconds to determine the result from the job, if the response of the service was lost or unclear.
      - With O(wait=true), the module must also detect within this time that DLI has begun the savepoint. Otherwise, the
        state is V(unknown). O(wait_timeout) limits the whole time until the savepoint is complete.
notes:
  - The task requires the IAM permissions C(dli:jobs:list) (named C(dli:jobs:listAll) in a role policy), C(dli:jobs:get) and
    C(dli:jobs:update).
seealso:
  - module: huaweicloud.cloud.dli_streaming_jobs_run
  - name: Triggering a savepoint
    description: Reference of the API request that O(action=trigger) sends.
    link: https://support.huaweicloud.com/intl/en-us/api-dli/dli_02_0392.html
  - name: Importing a savepoint
    description: Reference of the API request that O(action=import) sends.
    link: https://support.huaweicloud.com/intl/en-us/api-dli/dli_02_0393.html
"""

EXAMPLES = r"""
- name: Create a savepoint of a running job, and wait until it is created
  huaweicloud.cloud.dli_streaming_job_savepoint:
    job_name: orders_live
    action: trigger
    savepoint_path: bucket-name/orders/savepoint/
    wait: true

- name: Import a savepoint for a stopped job
  huaweicloud.cloud.dli_streaming_job_savepoint:
    job_id: 130
    action: import
    savepoint_path: obs://bucket-name/orders/savepoint/savepoint-1200/

- name: Start the job from the imported savepoint
  huaweicloud.cloud.dli_streaming_jobs_run:
    job_ids: 130
    resume_savepoint: true
"""

RETURN = r"""
job:
  description:
    - Result for the job. The keys are the same in check mode, on success and on failure.
    - V(null) if the task failed before the job was read.
  returned: always, unless an option has the wrong type
  type: dict
  sample:
    job_id: 207
    name: orders_live
    state: made
    changed: true
    failed: false
    status_before: job_running
    status: job_running
    error_code: null
    msg: Savepoint created.
    reconciled: false
  contains:
    job_id:
      description: ID of the job. V(null) if the name does not identify exactly one job.
      type: int
      returned: always
      sample: 207
    name:
      description: Name of the job. V(null) if the project has no job with this ID.
      type: str
      returned: always
      sample: orders_live
    state:
      description:
        - What happened to the job.
        - V(triggered) - the service accepted the request to create the savepoint.
        - V(made) - the savepoint was created (with O(wait=true)). Check mode with O(wait=true) predicts this state.
        - V(imported) - the savepoint was imported.
        - V(not_found) - the project has no such job.
        - V(ambiguous) - several jobs have the name.
        - V(wrong_status) - the status of the job does not allow the operation. No request was sent.
        - V(refused) - the service refused the request, or the request could not be sent.
        - V(failed) - the savepoint was not created (with O(wait=true)).
        - V(timed_out) - the savepoint was not created within O(wait_timeout).
        - V(unknown) - the result could not be determined. RV(job.changed) shows whether the service accepted the request.
      type: str
      returned: always
      sample: made
    changed:
      description: Whether the service accepted the request. V(null) if unknown.
      type: bool
      returned: always
      sample: true
    failed:
      description: Whether the operation failed.
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
        - Last known DLI status of the job. After O(action=trigger) without a wait, the expected status V(job_savepointing).
          V(null) if the job does not exist.
      type: str
      returned: always
      sample: job_running
    error_code:
      description: Error code of the service for this job. V(null) if there is none.
      type: str
      returned: always
      sample: DLI.15002
    msg:
      description: What happened to the job and, if it failed, what to do next.
      type: str
      returned: always
      sample: Savepoint created.
    reconciled:
      description:
        - Whether the result was determined by reading the job, because the response was lost or unclear.
        - It can be wrong only if another client acted at the same time.
      type: bool
      returned: always
      sample: false
msg:
  description: Summary of the result.
  returned: always
  type: str
  sample: Created a savepoint of job 207 (orders_live).
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
  description: HTTP status of the error response, if authentication failed or the job could not be read.
  returned: when the service returned an error for the authentication or for the request to read the job
  type: int
  sample: 401
error_code:
  description:
    - Error code of the error response, if authentication failed or the job could not be read.
    - The code of the operation is in RV(job.error_code).
  returned: when the service returned an error for the authentication or for the request to read the job
  type: str
  sample: APIGW.0301
"""

from ansible_collections.huaweicloud.cloud.plugins.module_utils import _argspec
from ansible_collections.huaweicloud.cloud.plugins.module_utils._module.runner import DliModule, run_module
from ansible_collections.huaweicloud.cloud.plugins.module_utils._module.savepoint import (
    EMPTY_RESULT,
    parse_savepoint_options,
    run_savepoint,
)


def main() -> None:
    """Run the module."""
    spec = dict(
        action=dict(type="str", choices=["trigger", "import"], required=True),
        savepoint_path=dict(type="str", required=True),
    )
    spec.update(_argspec.job(), **_argspec.waiting(), **_argspec.connection())
    run_module(DliModule(argument_spec=spec, supports_check_mode=True), parse_savepoint_options, run_savepoint, EMPTY_RESULT)


if __name__ == "__main__":
    main()
