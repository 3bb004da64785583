#!/usr/bin/python
# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: dli_streaming_job_savepoint
short_description: Make or import a savepoint of a streaming job of Huawei Cloud Data Lake Insight (DLI)
version_added: 0.2.0
author:
  - Contributors to the huaweicloud.cloud collection (@huaweicloud-ansible)
description:
  - Makes a savepoint of a running streaming (Apache Flink) job, or gives a job at rest a savepoint to resume from.
  - Looks at the job first. If its status does not allow it, nothing is sent and the task fails.
  - If the answer of the service is lost, the job is looked at to learn the truth; the request is never simply sent again.
extends_documentation_fragment:
  - huaweicloud.cloud.job
  - huaweicloud.cloud.waiting
  - huaweicloud.cloud.connection
  - huaweicloud.cloud.attributes
  - huaweicloud.cloud.attributes.action_group
  - huaweicloud.cloud.attributes.turns
attributes:
  check_mode:
    support: full
    details:
      - Asks the service for the job, and predicts the report of the real run from it. Whether the service can write to or read
        from O(savepoint_path) cannot be predicted.
  diff_mode:
    support: none
    details:
      - What is made or imported lies in OBS, and a job does not show its savepoints.
  idempotent:
    support: none
    details:
      - Every run makes another savepoint, or imports it once more.
options:
  action:
    description:
      - V(trigger) - make a savepoint of a running job, which goes on running.
      - V(import) - make a savepoint, or a checkpoint, that lies in OBS the one that the next start of a job at rest resumes
        from.
    type: str
    choices: [trigger, import]
    required: true
  savepoint_path:
    description:
      - Folder in OBS where the savepoint is to be kept, or lies already, for example V(bucket-name/dir/savepoint/); with or
        without C(obs://).
      - To import, the folder that holds the file C(_metadata). The path of that file itself will do too.
    type: str
    required: true
  wait:
    description:
      - Whether to wait until the savepoint is made. Without it the task ends as soon as the service has accepted or refused
        to make it. An import is over at once.
      - A job shows that it makes a savepoint (V(job_savepointing)), and whether it has one to resume from. If it had one
        before, and the new one is made between two looks, then nothing shows that; such a job is reported as V(unknown)
        after O(confirm_timeout).
    type: bool
    default: false
  wait_timeout:
    description: Seconds to wait at most. A savepoint that is not made by then is reported as V(timed_out).
    type: float
    default: 600
  wait_interval:
    description: Seconds between two looks at the job, at most. The first looks follow each other faster.
    type: float
    default: 5
  confirm_timeout:
    description:
      - Seconds to look at the job at most when the answer of the service was lost, and for a first sign of a savepoint that
        is waited for. What is not known by then is reported as V(unknown).
    type: float
    default: 60
seealso:
  - module: huaweicloud.cloud.dli_streaming_jobs_run
  - name: Triggering a savepoint
    description: The API call behind O(action=trigger).
    link: https://support.huaweicloud.com/intl/en-us/api-dli/dli_02_0392.html
  - name: Importing a savepoint
    description: The API call behind O(action=import).
    link: https://support.huaweicloud.com/intl/en-us/api-dli/dli_02_0393.html
"""

EXAMPLES = r"""
- name: Make a savepoint of a running job and wait until it is there
  huaweicloud.cloud.dli_streaming_job_savepoint:
    job_name: orders_live
    action: trigger
    savepoint_path: bucket-name/orders/savepoint/
    wait: true

- name: Take a stopped job back to a savepoint
  huaweicloud.cloud.dli_streaming_job_savepoint:
    job_id: 130
    action: import
    savepoint_path: obs://bucket-name/orders/savepoint/savepoint-1200/

- name: Start it from there
  huaweicloud.cloud.dli_streaming_jobs_run:
    job_ids: 130
    resume_savepoint: true
"""

RETURN = r"""
job:
  description:
    - What became of the job. The members are the same in check mode, on success and on failure.
    - V(null) if the task failed before the job could be looked at.
  returned: always, unless an option is not of its type
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
    msg: savepoint made
    reconciled: false
  contains:
    job_id:
      description: Id of the job. V(null) for a name that is not one job's.
      type: int
      returned: always
      sample: 207
    name:
      description: Name of the job. V(null) if the project has no job of this id.
      type: str
      returned: always
      sample: orders_live
    state:
      description:
        - What happened to the job.
        - V(triggered) - the service accepted to make the savepoint.
        - V(made) - it was waited for, and the savepoint is there.
        - V(imported) - the next start can resume from the savepoint.
        - V(not_found) - the project has no such job.
        - V(ambiguous) - several jobs bear the name.
        - V(wrong_status) - its status does not allow it; nothing was sent.
        - V(refused) - the service refused it.
        - V(failed) - it was waited for, and the savepoint was not made.
        - V(timed_out) - it was waited for, and was not made when O(wait_timeout) was over.
        - V(unknown) - what became of it could not be learnt; RV(job.changed) says whether the service accepted it, if that is
          known.
      type: str
      returned: always
      sample: made
    changed:
      description: Whether the service accepted to make or import the savepoint. V(null) if that could not be learnt.
      type: bool
      returned: always
      sample: true
    failed:
      description: Whether it did not work.
      type: bool
      returned: always
      sample: false
    status_before:
      description: Status of the job, in the words of DLI, before anything was done. V(null) if there is no such job.
      type: str
      returned: always
      sample: job_running
    status:
      description:
        - Last known status of the job, in the words of DLI. After a savepoint that was not waited for it is
          V(job_savepointing), which is what it leads to. V(null) if there is no such job.
      type: str
      returned: always
      sample: job_running
    error_code:
      description: Code of the error that the service gave for this job. V(null) if it gave none.
      type: str
      returned: always
      sample: DLI.15002
    msg:
      description: What happened to the job and, if it failed, what to do.
      type: str
      returned: always
      sample: savepoint made
    reconciled:
      description: Whether the truth was learnt by looking at the job, because the answer was lost.
      type: bool
      returned: always
      sample: false
msg:
  description: What happened, in one sentence.
  returned: always
  type: str
  sample: Made a savepoint of job 207 orders_live.
request_ids:
  description:
    - Ids that the service gave to the requests that change something and to those that failed. Its support asks for them.
  returned: always, unless an option is not of its type
  type: list
  elements: str
  sample:
    - 6a63a18b8bab40ffb71ebd9cb80d0085
credentials_from:
  description: Where the credentials came from, and of what kind they are. Never a value.
  returned: when there were any
  type: str
  sample: HW_* (access key and secret key)
http_status:
  description: HTTP status of the answer, if the service answered the request as a whole with an error.
  returned: when the job could not be looked at because of such an answer
  type: int
  sample: 401
error_code:
  description: Code of that answer.
  returned: when the job could not be looked at because of such an answer
  type: str
  sample: APIGW.0301
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.huaweicloud.cloud.plugins.module_utils import _argspec
from ansible_collections.huaweicloud.cloud.plugins.module_utils._module.runner import run_module
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
    run_module(AnsibleModule(argument_spec=spec, supports_check_mode=True), parse_savepoint_options, run_savepoint, EMPTY_RESULT)


if __name__ == "__main__":
    main()
