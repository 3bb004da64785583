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
  - Starts a batch of streaming (Apache Flink) jobs, if wanted from their latest savepoint, and reports on each of them.
  - Looks at the jobs first. A job that is active already is left alone, so that running the task twice starts nothing twice.
  - A job that cannot be started never hides one that was. The task fails if any job failed, and C(changed) still says
    whether any was started.
  - If the answer of the service is lost or does not say which job it means, the jobs are looked at to learn the truth; a
    start whose answer was lost is never simply sent again.
extends_documentation_fragment:
  - huaweicloud.cloud.selection
  - huaweicloud.cloud.waiting
  - huaweicloud.cloud.connection
  - huaweicloud.cloud.attributes
  - huaweicloud.cloud.attributes.action_group
  - huaweicloud.cloud.attributes.turns
attributes:
  check_mode:
    support: full
    details:
      - Asks the service for every job, and predicts the report of the real run from it. What only a start itself shows,
        such as an error in a job's SQL, cannot be predicted.
  diff_mode:
    support: full
    details:
      - Shows the status of every job before and after.
  idempotent:
    support: full
    details:
      - A job that has ended by itself in between is started again.
options:
  resume_savepoint:
    description:
      - Whether to restore every job of the batch from its most recently created savepoint or checkpoint.
      - A job that has none is refused by the service; it does not start afresh.
    type: bool
    default: false
seealso:
  - name: Running jobs in batches
    description: The API call behind this module.
    link: https://support.huaweicloud.com/intl/en-us/api-dli/dli_02_0233.html
"""

EXAMPLES = r"""
- name: Start two jobs, with the credentials from the environment
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

- name: Start jobs by name and sign in with a key pair
  huaweicloud.cloud.dli_streaming_jobs_run:
    job_names:
      - orders_enriched
      - clicks_hourly
    region: cn-north-4
    project_id: "{{ project_id }}"
    access_key: "{{ access_key }}"
    secret_key: "{{ secret_key }}"

- name: Start what can be started, and go on with the jobs that were
  block:
    - name: Start the jobs of a release
      huaweicloud.cloud.dli_streaming_jobs_run:
        job_ids: "{{ release_jobs }}"
      register: release
  rescue:
    - name: Show each job that failed, and why
      ansible.builtin.debug:
        msg: "{{ item.job_id }} {{ item.state }}: {{ item.msg }}"
      loop: "{{ release.jobs | selectattr('failed') }}"
      loop_control:
        label: "{{ item.job_id }}"
"""

RETURN = r"""
jobs:
  description:
    - One element per requested job, in the order asked for (O(job_ids), then O(job_names)). The members are the same in
      check mode, on success and on failure.
    - Empty if the task failed before any job could be looked at.
  returned: always, unless an option is not of its type
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
      msg: start accepted
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
        not started: the job has no savepoint or checkpoint to resume from (DLI.13017); run it without
        resume_savepoint to start without state, or make a savepoint or enable checkpoints first
      reconciled: false
  contains:
    job_id:
      description: Id of the job. V(null) for a name that is not one job's.
      type: int
      returned: always
      sample: 131
    name:
      description: Name of the job. V(null) if the project has no job of this id.
      type: str
      returned: always
      sample: orders_enriched
    state:
      description:
        - What happened to the job.
        - V(started) - the service accepted the start; with O(wait=true), the job is running or has finished.
        - V(already_active) - it was active already and was left alone.
        - V(not_found) - the project has no such job.
        - V(ambiguous) - several jobs bear the name.
        - V(not_startable) - its status does not allow a start; none was sent.
        - V(refused) - the service refused the start.
        - V(failed) - it was waited for, and ended otherwise than running or finished.
        - V(timed_out) - it was waited for, and had not settled when O(wait_timeout) was over.
        - V(unknown) - what became of it could not be learnt; RV(jobs[].changed) says whether it was started, if that is known.
      type: str
      returned: always
      sample: started
    changed:
      description: Whether this task started the job. V(null) if that could not be learnt.
      type: bool
      returned: always
      sample: true
    failed:
      description: Whether the job is not as it should be.
      type: bool
      returned: always
      sample: false
    status_before:
      description: Status of the job, in the words of DLI, before anything was done. V(null) if there is no such job.
      type: str
      returned: always
      sample: job_cancel_success
    status:
      description:
        - Last known status of the job, in the words of DLI. After an accepted start that was not followed it is
          V(job_submitting), which is what an accepted start leads to. V(null) if there is no such job.
      type: str
      returned: always
      sample: job_submitting
    error_code:
      description: Code of the error that the service gave for this job. V(null) if it gave none.
      type: str
      returned: always
      sample: DLI.13017
    msg:
      description: What happened to the job and, if it failed, what to do.
      type: str
      returned: always
      sample: start accepted
    reconciled:
      description: Whether the truth was learnt from the status of the job, because the answer was lost or unclear.
      type: bool
      returned: always
      sample: false
summary:
  description:
    - How many jobs were requested, were changed (for sure) and failed, and how many there are of each RV(jobs[].state).
  returned: when the jobs could be looked at
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
  description: What happened, in one sentence.
  returned: always
  type: str
  sample: >-
    Started 1 of 2 jobs, 1 failed: 138 refused (DLI.13017); what to do stands in each job's msg.
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
  returned: when the jobs could not be looked at because of such an answer
  type: int
  sample: 401
error_code:
  description: Code of that answer.
  returned: when the jobs could not be looked at because of such an answer
  type: str
  sample: APIGW.0301
"""

import typing as t
from collections.abc import Mapping

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.huaweicloud.cloud.plugins.module_utils import _argspec
from ansible_collections.huaweicloud.cloud.plugins.module_utils._batch.execute import BatchOptions
from ansible_collections.huaweicloud.cloud.plugins.module_utils._batch.operations.start import Start
from ansible_collections.huaweicloud.cloud.plugins.module_utils._module.batch import parse_batch_options, run_batch
from ansible_collections.huaweicloud.cloud.plugins.module_utils._module.runner import run_module


def parse_options(params: Mapping[str, t.Any], check_mode: bool) -> BatchOptions:
    """Return the options of the module."""
    return parse_batch_options(Start(params["resume_savepoint"]), params, check_mode)


def main() -> None:
    """Run the module."""
    spec = dict(resume_savepoint=dict(type="bool", default=False))
    spec.update(_argspec.selection(), **_argspec.waiting(), **_argspec.connection())
    run_module(AnsibleModule(argument_spec=spec, supports_check_mode=True), parse_options, run_batch)


if __name__ == "__main__":
    main()
