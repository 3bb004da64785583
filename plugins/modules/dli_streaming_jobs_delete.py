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
  - Deletes a batch of streaming (Apache Flink) jobs and reports on each of them. B(This cannot be undone.) Export the jobs
    first if their definitions are needed again.
  - A job that is not there is as it should be. A job that is not at rest is left alone, unless O(force=true).
  - If the answer of the service is lost or does not say which job it means, the jobs are looked at to learn the truth.
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
      - Asks the service for every job, and predicts the report of the real run from it.
  diff_mode:
    support: full
    details:
      - Shows the status of every job before and after.
  idempotent:
    support: full
options:
  force:
    description:
      - Whether to delete jobs that are running, being submitted or otherwise not at rest, too. The service stops them without
        a savepoint.
    type: bool
    default: false
seealso:
  - module: huaweicloud.cloud.dli_streaming_jobs_stop
  - name: Deleting jobs in batches
    description: The API call behind this module.
    link: https://support.huaweicloud.com/intl/en-us/api-dli/dli_02_0243.html
"""

EXAMPLES = r"""
- name: Delete two jobs, with the credentials from the environment
  huaweicloud.cloud.dli_streaming_jobs_delete:
    job_ids:
      - 131
      - 130

- name: Delete a job by its name, running or not, and wait until it is gone
  huaweicloud.cloud.dli_streaming_jobs_delete:
    job_names:
      - orders_enriched
    force: true
    wait: true
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
      state: deleted
      changed: true
      failed: false
      status_before: job_cancel_success
      status: null
      error_code: null
      msg: deletion accepted
      reconciled: false
    - job_id: 129
      name: clicks_hourly
      state: still_active
      changed: false
      failed: true
      status_before: job_running
      status: job_running
      error_code: null
      msg: "not deleted: it is running; stop it first, or set force to delete it all the same"
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
        - V(deleted) - the service accepted the deletion; with O(wait=true), the job is gone.
        - V(absent) - the project has no such job, which is as it should be.
        - V(ambiguous) - several jobs bear the name.
        - V(still_active) - it is not at rest and O(force) is not set; no deletion was sent.
        - V(refused) - the service refused the deletion.
        - V(failed) - does not happen here; the word is the same for all batches.
        - V(timed_out) - it was waited for, and was still there when O(wait_timeout) was over.
        - V(unknown) - what became of it could not be learnt; RV(jobs[].changed) says whether it was deleted, if that is known.
      type: str
      returned: always
      sample: deleted
    changed:
      description: Whether this task deleted the job. V(null) if that could not be learnt.
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
      description: Last known status of the job, in the words of DLI. V(null) if there is no such job, or no more.
      type: str
      returned: always
      sample: job_running
    error_code:
      description: Code of the error that the service gave for this job. V(null) if it gave none.
      type: str
      returned: always
      sample: DLI.0003
    msg:
      description: What happened to the job and, if it failed, what to do.
      type: str
      returned: always
      sample: deletion accepted
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
    deleted: 1
    absent: 0
    ambiguous: 0
    still_active: 1
    refused: 0
    failed: 0
    timed_out: 0
    unknown: 0
msg:
  description: What happened, in one sentence.
  returned: always
  type: str
  sample: >-
    Deleted 1 of 2 jobs, 1 failed: 129 still_active (job_running); what to do stands in each job's msg.
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
from ansible_collections.huaweicloud.cloud.plugins.module_utils._batch.operations.delete import Delete
from ansible_collections.huaweicloud.cloud.plugins.module_utils._module.batch import parse_batch_options, run_batch
from ansible_collections.huaweicloud.cloud.plugins.module_utils._module.runner import run_module


def parse_options(params: Mapping[str, t.Any], check_mode: bool) -> BatchOptions:
    """Return the options of the module."""
    return parse_batch_options(Delete(params["force"]), params, check_mode)


def main() -> None:
    """Run the module."""
    spec = dict(force=dict(type="bool", default=False))
    spec.update(_argspec.selection(), **_argspec.waiting(), **_argspec.connection())
    run_module(AnsibleModule(argument_spec=spec, supports_check_mode=True), parse_options, run_batch)


if __name__ == "__main__":
    main()
