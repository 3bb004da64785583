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
  - Stops a batch of streaming (Apache Flink) jobs, if wanted with a savepoint of each, and reports on each of them.
  - Looks at the jobs first. A job that is at rest is left alone, so that running the task twice is no error.
  - A job that is still being submitted is stopped as well.
  - If the answer of the service is lost or does not say which job it means, the jobs are looked at to learn the truth; a
    stop whose answer was lost is never simply sent again.
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
      - Asks the service for every job, and predicts the report of the real run from it. That a savepoint fails cannot be
        predicted, nor whether the service takes a stop in the statuses for which its documentation does not say so
        (V(job_downloading), V(job_idle), V(job_cancel_fail), V(job_arrearage_recovering)).
  diff_mode:
    support: full
    details:
      - Shows the status of every job before and after.
  idempotent:
    support: full
    details:
      - A job that restarts by itself in between is stopped again.
options:
  trigger_savepoint:
    description:
      - Whether to make a savepoint of every job before it is stopped, for a later start with
        O(huaweicloud.cloud.dli_streaming_jobs_run#module:resume_savepoint).
      - The service deletes this savepoint when the job is started again.
    type: bool
    default: false
seealso:
  - module: huaweicloud.cloud.dli_streaming_jobs_run
  - name: Stopping jobs in batches
    description: The API call behind this module.
    link: https://support.huaweicloud.com/intl/en-us/api-dli/dli_02_0241.html
"""

EXAMPLES = r"""
- name: Stop two jobs, with the credentials from the environment
  huaweicloud.cloud.dli_streaming_jobs_stop:
    job_ids:
      - 129
      - 128

- name: Stop jobs with a savepoint and wait until they are at rest
  huaweicloud.cloud.dli_streaming_jobs_stop:
    job_ids: [129, 128]
    trigger_savepoint: true
    wait: true
    wait_timeout: 900
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
      state: stopped
      changed: true
      failed: false
      status_before: job_running
      status: job_canceling
      error_code: null
      msg: stop accepted
      reconciled: false
    - job_id: 138
      name: clicks_hourly
      state: already_stopped
      changed: false
      failed: false
      status_before: job_finish
      status: job_finish
      error_code: null
      msg: "left alone: it is finished by itself"
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
        - V(stopped) - the service accepted the stop; with O(wait=true), the job is at rest.
        - V(already_stopped) - it was at rest, or being stopped already, and was left alone.
        - V(not_found) - the project has no such job.
        - V(ambiguous) - several jobs bear the name.
        - V(not_stoppable) - it is making a savepoint, which must not be disturbed; no stop was sent. With O(wait=true) it is
          followed instead, since the savepoint may be the one of a stop.
        - V(refused) - the service refused the stop.
        - V(failed) - it was waited for, and the stop or the savepoint before it has failed.
        - V(timed_out) - it was waited for, and was not at rest when O(wait_timeout) was over.
        - V(unknown) - what became of it could not be learnt; RV(jobs[].changed) says whether it was stopped, if that is known.
      type: str
      returned: always
      sample: stopped
    changed:
      description: Whether this task stopped the job. V(null) if that could not be learnt.
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
      sample: job_running
    status:
      description:
        - Last known status of the job, in the words of DLI. After an accepted stop that was not followed it is
          V(job_canceling), or V(job_savepointing) for a running job with O(trigger_savepoint=true), which is what an accepted
          stop leads to. V(null) if there is no such job.
      type: str
      returned: always
      sample: job_canceling
    error_code:
      description: Code of the error that the service gave for this job. V(null) if it gave none.
      type: str
      returned: always
      sample: DLI.15002
    msg:
      description: What happened to the job and, if it failed, what to do.
      type: str
      returned: always
      sample: stop accepted
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
  description: What happened, in one sentence.
  returned: always
  type: str
  sample: Stopped 1 of 2 jobs, left 1 alone that is not running.
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
from ansible_collections.huaweicloud.cloud.plugins.module_utils._batch.operations.stop import Stop
from ansible_collections.huaweicloud.cloud.plugins.module_utils._module.batch import parse_batch_options, run_batch
from ansible_collections.huaweicloud.cloud.plugins.module_utils._module.runner import run_module


def parse_options(params: Mapping[str, t.Any], check_mode: bool) -> BatchOptions:
    """Return the options of the module."""
    return parse_batch_options(Stop(params["trigger_savepoint"], params["wait"]), params, check_mode)


def main() -> None:
    """Run the module."""
    spec = dict(trigger_savepoint=dict(type="bool", default=False))
    spec.update(_argspec.selection(), **_argspec.waiting(), **_argspec.connection())
    run_module(AnsibleModule(argument_spec=spec, supports_check_mode=True), parse_options, run_batch)


if __name__ == "__main__":
    main()
