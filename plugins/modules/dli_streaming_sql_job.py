#!/usr/bin/python
# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: dli_streaming_sql_job
short_description: Manage a Flink SQL job of Huawei Cloud Data Lake Insight (DLI)
version_added: 0.2.0
author:
  - Contributors to the huaweicloud.cloud collection (@huaweicloud-ansible)
description:
  - Creates, changes, starts, stops and deletes one streaming job that is written in Flink SQL.
  - Looks at the job first and does only what is needed to make it what is wanted, so that running the task twice changes
    nothing twice.
  - A setting that cannot change while the job runs needs a restart. That is done only if O(restart=allowed), with a savepoint
    from which the job goes on.
  - If the answer to a request is lost, the job is looked at to learn the truth; nothing is created or started twice.
extends_documentation_fragment:
  - huaweicloud.cloud.streaming_job
  - huaweicloud.cloud.waiting
  - huaweicloud.cloud.connection
  - huaweicloud.cloud.attributes
  - huaweicloud.cloud.attributes.action_group
  - huaweicloud.cloud.attributes.turns
attributes:
  check_mode:
    support: full
    details:
      - Asks the service for the job, and predicts the report of the real run from it. What only the request itself shows, such
        as an error in the SQL, which a start shows, cannot be predicted.
  diff_mode:
    support: full
    details:
      - Shows status and settings of the job before and after, the SQL line by line.
  idempotent:
    support: full
    details:
      - With O(state=started), a job that has ended by itself in between is started again.
options:
  sql_body:
    description:
      - The SQL of the job, at most 1048576 characters. Line ends and blanks at its end do not count when it is compared.
      - A job that has none is a draft.
    type: str
  template_id:
    description: Id of a template to take the SQL from when the job is created, if O(sql_body) is unset. Never compared.
    type: int
  job_type:
    description:
      - V(flink_opensource_sql_job) or V(flink_sql_job). Cannot change once the job is created.
      - On shared clusters the service knows only V(flink_sql_job).
    type: str
  run_mode:
    description: V(shared_cluster), which the service takes for a new job, or V(exclusive_cluster), which needs O(queue_name).
    type: str
  udf_jar_url:
    description: OBS path of the package with user-defined functions.
    type: str
  idle_state_retention:
    description: Seconds that the state of a key is kept which nothing comes in for. The service takes 3600 for a new job.
    type: int
  dirty_data_strategy:
    description:
      - What to do with data that cannot be read - V(0) passes it over, V(1) fails, V(2:bucket/folder) keeps it in OBS.
    type: str
  operator_config:
    description:
      - Parallelism of single operators, as a dictionary or JSON text. Compared as data.
      - The service takes it only for a job that is there, so that a new one is created and then updated.
    type: json
  static_estimator_config:
    description: Estimates for the static stream graph, as a dictionary or JSON text. Everything said of O(operator_config) holds.
    type: json
seealso:
  - name: Creating a Flink SQL job
    description: The API call that creates such a job.
    link: https://support.huaweicloud.com/intl/en-us/api-dli/dli_02_0228.html
"""

EXAMPLES = r"""
- name: Create a job, or bring it up to date, and have it run
  huaweicloud.cloud.dli_streaming_sql_job:
    name: orders_enriched
    sql_body: "{{ lookup('ansible.builtin.file', 'orders_enriched.sql') }}"
    run_mode: exclusive_cluster
    queue_name: streaming
    parallel_number: 2
    state: started

- name: Change the SQL of a running job, by way of a restart, and wait until it runs again
  huaweicloud.cloud.dli_streaming_sql_job:
    name: orders_enriched
    sql_body: "{{ lookup('ansible.builtin.file', 'orders_enriched.sql') }}"
    parallel_number: 4
    restart: allowed
    resume_savepoint: false
    state: started
    wait: true

- name: Have the service restart a job that fails, without a restart now
  huaweicloud.cloud.dli_streaming_sql_job:
    name: orders_enriched
    restart_when_exception: true
    resume_checkpoint: true
    resume_max_num: 3

- name: Stop a job with a savepoint, and wait until it is at rest
  huaweicloud.cloud.dli_streaming_sql_job:
    name: orders_enriched
    state: stopped
    wait: true

- name: Delete a job
  huaweicloud.cloud.dli_streaming_sql_job:
    name: orders_enriched
    state: absent
"""

RETURN = r"""
job:
  description:
    - What became of the job. The members are the same in check mode, on success and on failure.
  returned: when the job could be looked at
  type: dict
  sample:
    job_id: 1001
    name: orders_enriched
    state: restarted
    changed: true
    failed: false
    status_before: job_running
    status: job_submitting
    error_code: null
    msg: stop accepted; now job_cancel_success, then settings changed, then start accepted
    reconciled: false
  contains:
    job_id:
      description: Id of the job. V(null) if there is none, or none yet.
      type: int
      returned: always
      sample: 1001
    name:
      description: Name of the job.
      type: str
      returned: always
      sample: orders_enriched
    state:
      description:
        - What happened to the job, in one word; RV(actions) has the steps.
        - V(created) - it is new; with O(state=started) it was started, too.
        - V(updated) - settings or tags were changed.
        - V(started) - it was started, after an update if one was needed.
        - V(restarted) - it was stopped, changed and started.
        - V(stopped) - it was stopped, with an update if one was needed.
        - V(deleted) - it was deleted.
        - V(absent) - there was no such job.
        - V(unchanged) - it was as it should be.
        - V(restart_needed) - it runs, a setting cannot change meanwhile, and O(restart=never). Nothing was sent.
        - V(resume_undecided) - it would be restarted from a savepoint that does not fit the new settings, and O(resume_savepoint)
          is not set. Nothing was sent.
        - V(wrong_type) - it is of a type that this module is not for, or its type cannot change any more. Nothing was sent.
        - V(ambiguous) - several jobs bear the name, or another one bears it. Nothing was sent.
        - V(not_found) - the project has no such job, and none could be created. Nothing was sent.
        - V(not_startable), V(not_stoppable) - its status does not allow that.
        - V(still_active) - it is not at rest, and O(force=false).
        - V(refused) - the service refused a step, or it could not be sent.
        - V(failed) - it was waited for, and ended otherwise than it should.
        - V(timed_out) - it was waited for, and had not arrived when O(wait_timeout) was over.
        - V(unknown) - what became of a step could not be learnt.
      type: str
      returned: always
      sample: restarted
    changed:
      description: Whether this task changed anything for sure. V(null) if that could not be learnt.
      type: bool
      returned: always
      sample: true
    failed:
      description: Whether the job is not as it should be.
      type: bool
      returned: always
      sample: false
    status_before:
      description: Status of the job, in the words of DLI, before anything was done. V(null) if there was none.
      type: str
      returned: always
      sample: job_running
    status:
      description:
        - Last known status of the job, in the words of DLI. After an accepted request that was not followed it is the one
          to which the request leads. V(null) if there is no job.
      type: str
      returned: always
      sample: job_submitting
    error_code:
      description: Code of the error that the service gave. V(null) if it gave none.
      type: str
      returned: always
      sample: DLI.11016
    msg:
      description: What happened to the job and, if it failed, where it stands and what to do.
      type: str
      returned: always
      sample: stop accepted; now job_cancel_success, then settings changed, then start accepted
    reconciled:
      description: Whether the truth was learnt by looking at the job, because an answer was lost or unclear.
      type: bool
      returned: always
      sample: false
actions:
  description:
    - What was done, in that order, or would be done in check mode - V(create), V(tag), V(stop), V(update), V(start), V(delete).
  returned: always, unless an option is not of its type
  type: list
  elements: str
  sample: [stop, update, start]
differences:
  description: Names of the settings that were not as they should be, before anything was done.
  returned: always, unless an option is not of its type
  type: list
  elements: str
  sample: [sql_body, parallel_number]
definition:
  description:
    - The settings of the job after the task, by the names of the options; what is JSON text, as data. C(tags) are among
      them if O(tags) is set.
    - In check mode as they would be.
  returned: with O(show_detail=true), when the job could be looked at
  type: dict
  sample:
    name: orders_enriched
    parallel_number: 4
    checkpoint_mode: exactly_once
msg:
  description: What happened, in one sentence.
  returned: always
  type: str
  sample: Stopped, updated and started job 1001 orders_enriched.
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

import typing as t
from collections.abc import Mapping

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.huaweicloud.cloud.plugins.module_utils import _argspec
from ansible_collections.huaweicloud.cloud.plugins.module_utils._dli.job import SQL
from ansible_collections.huaweicloud.cloud.plugins.module_utils._module.runner import run_module
from ansible_collections.huaweicloud.cloud.plugins.module_utils._resource.argspec import streaming_job
from ansible_collections.huaweicloud.cloud.plugins.module_utils._resource.desired import DesiredJob, parse_desired_job
from ansible_collections.huaweicloud.cloud.plugins.module_utils._resource.manage import EMPTY_RESULT, manage


def parse_options(params: Mapping[str, t.Any], check_mode: bool) -> DesiredJob:
    """Return the options of the module."""
    return parse_desired_job(SQL, params, check_mode)


def main() -> None:
    """Run the module."""
    spec = {**streaming_job(SQL), **_argspec.waiting(), **_argspec.connection()}
    run_module(AnsibleModule(argument_spec=spec, supports_check_mode=True), parse_options, manage, EMPTY_RESULT)


if __name__ == "__main__":
    main()
