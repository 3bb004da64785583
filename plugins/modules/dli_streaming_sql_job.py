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
  - Creates, updates, starts, stops and deletes a Flink SQL job.
  - Reads the job first and performs only the steps that are required to reach the requested state. The module is idempotent.
  - A setting that cannot be changed while the job is running requires a restart. The module restarts the job only with
    O(restart=allowed). By default, it creates a savepoint before the stop and resumes the job from it. In this case,
    O(resume_savepoint) must be set if O(sql_body) or O(parallel_number) changes.
  - If the response to a request is lost or unclear, the module reads the job to determine the result. It does not create or
    start a job twice.
extends_documentation_fragment:
  - huaweicloud.cloud.streaming_job
  - huaweicloud.cloud.waiting
  - huaweicloud.cloud.connection
  - huaweicloud.cloud.attributes
  - huaweicloud.cloud.attributes.action_group
  - huaweicloud.cloud.attributes.sequential
attributes:
  check_mode:
    support: full
    details:
      - Reads the job and predicts the result of a run. Errors that the service detects only when it processes a
        request, such as an error in the SQL, cannot be predicted.
  diff_mode:
    support: full
    details:
      - Shows the status and the settings of the job before and after the task. The SQL is compared line by line.
  idempotent:
    support: full
    details:
      - With O(state=started), a job that ended after the first run is started again by the second run.
options:
  sql_body:
    description:
      - The SQL of the job, at most 1048576 characters. The comparison ignores the type of line breaks (LF or CRLF) and
        whitespace at the end of the SQL.
      - A job without SQL is a draft. With O(state=started) and O(state=stopped), the module therefore creates a job only if
        O(sql_body) or O(template_id) is set. This prevents a typo in O(name) from creating an empty job.
    type: str
  template_id:
    description:
      - ID of the template that provides the SQL of a new job if O(sql_body) is not set, at most 9223372036854775807. Not compared
        after creation.
    type: int
  job_type:
    description:
      - Type of the job, V(flink_opensource_sql_job) or V(flink_sql_job). It cannot be changed after creation.
      - Shared clusters support only V(flink_sql_job).
    type: str
  run_mode:
    description:
      - Type of cluster on which the job runs. V(shared_cluster) is the default of the service. V(exclusive_cluster) requires
        O(queue_name).
    type: str
  udf_jar_url:
    description: OBS path of the package with user-defined functions.
    type: str
  idle_state_retention:
    description: Number of seconds to keep the state of a key that receives no data. The default of the service is 3600.
    type: int
  dirty_data_strategy:
    description:
      - How to handle data that cannot be parsed, V(0), V(1) or V(2:bucket/folder). V(0) ignores the data, V(1) stops the job with
        an error, and V(2:bucket/folder) saves the data in OBS.
    type: str
  operator_config:
    description:
      - Parallelism of individual operators, as a dictionary or JSON string. Differences in JSON formatting are ignored.
      - The service accepts this setting only for an existing job. A new job is therefore created first and then updated.
    type: json
  static_estimator_config:
    description:
      - Estimates for the static stream graph, as a dictionary or JSON string. The same rules apply as for O(operator_config).
    type: json
  resume_savepoint:
    description:
      - Whether to start the job from its most recently created savepoint or checkpoint. The service refuses this for a job
        that has none.
      - Required for a restart with O(savepoint=true) that changes O(sql_body) or O(parallel_number), because the
        savepoint may be incompatible. If O(resume_savepoint=true), the module reports a warning
        that the savepoint may be incompatible.
      - For other restarts, the default is to resume from the savepoint that the restart creates, or V(false) with
        O(savepoint=false). For other starts, the default is V(false).
  wait_timeout:
    description:
      - Maximum time to wait in seconds. A job that is not in the requested state by then is reported as V(timed_out).
      - The first start on a new queue takes 6 to 10 minutes.
notes:
  - >-
    Ansible returns the module options, including the SQL, in the key C(invocation) of the result. Set C(no_log: true) on the
    task to hide them.
  - The task requires the IAM permissions C(dli:jobs:list) (named C(dli:jobs:listAll) in a role policy) and C(dli:jobs:get).
    To create, update, start, stop and delete a job, it also requires C(dli:jobs:create), C(dli:jobs:update),
    C(dli:jobs:startFlinkJob) (named C(dli:jobs:start) in a role policy), C(dli:jobs:stopFlinkJob) (named C(dli:jobs:stop)
    in a role policy) and C(dli:jobs:delete).
seealso:
  - name: Creating a Flink SQL job
    description: Reference of the API request that creates a job.
    link: https://support.huaweicloud.com/intl/en-us/api-dli/dli_02_0228.html
"""

EXAMPLES = r"""
- name: Create or update a job, and start it
  huaweicloud.cloud.dli_streaming_sql_job:
    name: orders_enriched
    sql_body: "{{ lookup('ansible.builtin.file', 'orders_enriched.sql') }}"
    run_mode: exclusive_cluster
    queue_name: streaming
    parallel_number: 2
    state: started

- name: Change the SQL of a running job with a restart, and wait until it is running
  huaweicloud.cloud.dli_streaming_sql_job:
    name: orders_enriched
    sql_body: "{{ lookup('ansible.builtin.file', 'orders_enriched.sql') }}"
    parallel_number: 4
    restart: allowed
    resume_savepoint: false
    state: started
    wait: true

- name: Enable automatic restarts after failures, without a restart of the running job
  huaweicloud.cloud.dli_streaming_sql_job:
    name: orders_enriched
    restart_when_exception: true
    resume_checkpoint: true
    resume_max_num: 3

- name: Stop a job with a savepoint, and wait until it is stopped
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
    - Result for the job. The keys are the same in check mode, on success and on failure.
  returned: when the job could be read
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
    msg: Stopped (job_cancel_success). Settings updated. Start accepted.
    reconciled: false
  contains:
    job_id:
      description: ID of the job. V(null) if the job does not exist, or is not created yet.
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
        - What happened to the job. RV(actions) contains the individual steps.
        - V(created) - the job was created. With O(state=started), it was also started.
        - V(updated) - settings or tags were changed.
        - V(started) - the job was started, after an update if required.
        - V(restarted) - the job was stopped, updated and started.
        - V(stopped) - the job was stopped, with an update if required.
        - V(deleted) - the job was deleted.
        - V(absent) - the job did not exist.
        - V(unchanged) - the job was already in the requested state.
        - V(restart_needed) - a setting cannot be changed while the job is active, and O(restart=never). Nothing was changed.
        - V(resume_undecided) - the restart would resume from a savepoint that the new settings can make incompatible, and
          O(resume_savepoint) is not set. Nothing was changed.
        - V(wrong_type) - the module does not manage this type of job, or O(job_type) differs. Nothing was changed.
        - V(not_reset) - with O(purge_settings=true), a setting could not be reset. All other steps were performed. RV(actions)
          contains them.
        - V(ambiguous) - several jobs have the name, or another job already has the new name. Nothing was changed.
        - V(not_found) - the job does not exist and cannot be created from the options. Nothing was changed.
        - V(not_startable), V(not_stoppable) - the status of the job does not allow the step.
        - V(still_active) - the job is active, and O(force=false).
        - V(refused) - the service refused a step, or the request could not be sent. The step was not carried out.
        - V(failed) - during the wait, the job reached a status from which it cannot reach the requested state, or the job
          was deleted.
        - V(timed_out) - the job was not in the requested state when O(wait_timeout) expired.
        - V(unknown) - the result of a step could not be determined.
      type: str
      returned: always
      sample: restarted
    changed:
      description: Whether this task changed the job. V(null) if unknown.
      type: bool
      returned: always
      sample: true
    failed:
      description: Whether the job did not reach the requested state.
      type: bool
      returned: always
      sample: false
    status_before:
      description: DLI status of the job before the task. V(null) if the job did not exist.
      type: str
      returned: always
      sample: job_running
    status:
      description:
        - Last known DLI status of the job. After an accepted request without a wait, the status that the request leads to.
          V(null) if the job does not exist.
      type: str
      returned: always
      sample: job_submitting
    error_code:
      description: Error code of the service. V(null) if there is none.
      type: str
      returned: always
      sample: DLI.11016
    msg:
      description: What happened to the job. If a step failed, also the state of the job and what to do next.
      type: str
      returned: always
      sample: Stopped (job_cancel_success). Settings updated. Start accepted.
    reconciled:
      description:
        - Whether the result was determined by reading the job, because a response was lost or unclear.
        - It can be wrong only if another client acted at the same time.
      type: bool
      returned: always
      sample: false
actions:
  description:
    - Steps in the order in which they were performed, or would be performed in check mode. Possible steps are V(create),
      V(tag), V(stop), V(update), V(reset), V(start) and V(delete). V(reset) sets settings to an empty value.
  returned: always, unless an option has the wrong type
  type: list
  elements: str
  sample: [stop, update, start]
differences:
  description: Names of the settings that differed from the requested values before the task.
  returned: always, unless an option has the wrong type
  type: list
  elements: str
  sample: [sql_body, parallel_number]
definition:
  description:
    - Settings of the job after the task, with the names of the options. JSON strings are returned as dictionaries. Contains
      C(tags) if O(tags) is set.
    - In check mode, the predicted settings.
  returned: with O(show_detail=true), when the job could be read
  type: dict
  sample:
    name: orders_enriched
    parallel_number: 4
    checkpoint_mode: exactly_once
msg:
  description: Summary of the result.
  returned: always
  type: str
  sample: Stopped, updated and started job 1001 (orders_enriched).
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
    - The code of a step is in RV(job.error_code).
  returned: when the service returned an error for the authentication or for the request to read the job
  type: str
  sample: APIGW.0301
"""

import typing as t
from collections.abc import Mapping

from ansible_collections.huaweicloud.cloud.plugins.module_utils import _argspec
from ansible_collections.huaweicloud.cloud.plugins.module_utils._dli.job import SQL
from ansible_collections.huaweicloud.cloud.plugins.module_utils._module.runner import DliModule, run_module
from ansible_collections.huaweicloud.cloud.plugins.module_utils._resource.argspec import streaming_job
from ansible_collections.huaweicloud.cloud.plugins.module_utils._resource.desired import DesiredJob, parse_desired_job
from ansible_collections.huaweicloud.cloud.plugins.module_utils._resource.manage import EMPTY_RESULT, manage


def parse_options(params: Mapping[str, t.Any], check_mode: bool) -> DesiredJob:
    """Return the options of the module."""
    return parse_desired_job(SQL, params, check_mode)


def main() -> None:
    """Run the module."""
    spec = {**streaming_job(SQL), **_argspec.waiting(), **_argspec.connection()}
    run_module(DliModule(argument_spec=spec, supports_check_mode=True), parse_options, manage, EMPTY_RESULT)


if __name__ == "__main__":
    main()
