#!/usr/bin/python
# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: dli_streaming_jobs_info
short_description: List streaming jobs of Huawei Cloud Data Lake Insight (DLI)
version_added: 0.2.0
author:
  - Contributors to the huaweicloud.cloud collection (@huaweicloud-ansible)
description:
  - Lists streaming (Apache Flink) jobs, filtered by ID, name, status, queue and other properties, and returns their details.
  - O(job_ids) and O(job_names) select the union of the named jobs. Without them, all jobs of the project are selected. The
    other options filter the selected jobs. A job is returned only if it matches all filters.
  - This module does not change anything. It sends as few requests as possible. One request reads up to 100 jobs.
  - Edge jobs that belong to another job are found only by O(job_ids), because the service does not list them.
extends_documentation_fragment:
  - huaweicloud.cloud.overall
  - huaweicloud.cloud.connection
  - huaweicloud.cloud.attributes
  - huaweicloud.cloud.attributes.action_group
attributes:
  check_mode:
    support: full
    details:
      - This module does not change anything.
  diff_mode:
    support: none
    details:
      - This module does not change anything.
  idempotent:
    support: full
    details:
      - This module does not change anything.
options:
  job_ids:
    description:
      - IDs of jobs, whole numbers from 1 to 9223372036854775807.
      - A list, a single ID, or a string of IDs separated by commas, spaces or line breaks.
      - If neither O(job_ids) nor O(job_names) is set, all jobs of the project are selected. Both can be set.
    type: list
    elements: raw
  job_names:
    description:
      - Exact names of jobs. A list, or a string of names separated by commas or line breaks.
      - If several jobs have the same name, all of them are returned.
    type: list
    elements: raw
  status:
    description:
      - Only jobs in one of these DLI statuses, for example V(job_running).
      - A single status is filtered by the service. Several statuses are filtered by the module.
    type: list
    elements: raw
  queue_name:
    description: Only jobs in this queue.
    type: str
  job_type:
    description:
      - Only jobs of this type.
      - The types are V(flink_sql_job), V(flink_opensource_sql_job), V(flink_sql_edge_job) and V(flink_jar_job).
    type: str
  user_name:
    description: Only jobs of this user.
    type: str
  tags:
    description:
      - Only jobs that have all of these tags, with these values.
      - Keys and values must not contain a comma, and keys must not contain an equals sign.
    type: dict
  has_savepoint:
    description: Only jobs that have (V(true)) or do not have (V(false)) a savepoint or checkpoint to resume from.
    type: bool
  show_detail:
    description:
      - Whether to return additional keys, such as the SQL and the settings of a job. They can be large.
      - >-
        SQL can contain passwords of the systems that the job connects to. Set C(no_log: true) on the task to hide them.
    type: bool
    default: false
  order:
    description: Order of RV(jobs) by creation time. V(desc) returns the newest job first.
    type: str
    choices: [asc, desc]
    default: desc
notes:
  - The task requires the IAM permissions C(dli:jobs:list) (named C(dli:jobs:listAll) in a role policy) and C(dli:jobs:get).
seealso:
  - name: Querying the list of jobs
    description: Reference of the API request that this module sends.
    link: https://support.huaweicloud.com/intl/en-us/api-dli/dli_02_0234.html
  - name: Querying job details
    description: Reference of the API request that reads a job by its ID.
    link: https://support.huaweicloud.com/intl/en-us/api-dli/dli_02_0235.html
"""

EXAMPLES = r"""
- name: List all jobs of the project, with credentials from the environment
  huaweicloud.cloud.dli_streaming_jobs_info:
  register: found

- name: Show the number of jobs in each status
  ansible.builtin.debug:
    var: found.summary.by_status

- name: Find failed jobs
  huaweicloud.cloud.dli_streaming_jobs_info:
    status:
      - job_submit_fail
      - job_running_exception
  register: failed_jobs

- name: Show the reason of each failure
  ansible.builtin.debug:
    msg: "{{ item.job_id }} {{ item.name }}: {{ item.status_desc }}"
  loop: "{{ failed_jobs.jobs }}"
  loop_control:
    label: "{{ item.job_id }}"

- name: Start inactive jobs that have a savepoint
  vars:
    inactive: "{{ resumable.jobs | selectattr('status', 'in', ['job_init', 'job_cancel_success']) }}"
  block:
    - name: Find jobs with a savepoint
      huaweicloud.cloud.dli_streaming_jobs_info:
        has_savepoint: true
      register: resumable

    - name: Start the jobs from their savepoints
      huaweicloud.cloud.dli_streaming_jobs_run:
        job_ids: "{{ inactive | map(attribute='job_id') }}"
        resume_savepoint: true

- name: Read the definition of one job
  huaweicloud.cloud.dli_streaming_jobs_info:
    job_names: orders_enriched
    show_detail: true
  register: job
  no_log: true
"""

RETURN = r"""
jobs:
  description:
    - One element for each job that was found, in the order of O(order). The keys have the names of the API. All keys are always
      present. The value is V(null) if the service does not return it.
    - With O(show_detail=true), each element has additional keys. The service then does not return RV(jobs[].user_name),
      RV(jobs[].duration) and RV(jobs[].root_id).
  returned: always, unless an option has the wrong type
  type: list
  elements: dict
  sample:
    - job_id: 131
      name: orders_enriched
      desc: ""
      job_type: flink_opensource_sql_job
      status: job_running
      status_desc: ""
      queue_name: flink_queue
      user_name: etl
      create_time: 1767323045000
      start_time: 1767326645000
      duration: 3600000
      has_savepoint: true
      savepoint_path: null
      restart_times: 0
      root_id: -1
  contains:
    job_id:
      description: ID of the job.
      type: int
      returned: always
      sample: 131
    name:
      description: Name of the job.
      type: str
      returned: always
      sample: orders_enriched
    desc:
      description: Description of the job. Shortened to 80 characters unless O(show_detail=true).
      type: str
      returned: always
      sample: ""
    job_type:
      description: Type of the job.
      type: str
      returned: always
      sample: flink_opensource_sql_job
    status:
      description: DLI status of the job.
      type: str
      returned: always
      sample: job_running
    status_desc:
      description: Reason of a failure. Shortened to 200 characters unless O(show_detail=true).
      type: str
      returned: always
      sample: ""
    queue_name:
      description: Queue in which the job runs.
      type: str
      returned: always
      sample: flink_queue
    user_name:
      description: User who created the job.
      type: str
      returned: always
      sample: etl
    create_time:
      description: Time when the job was created, in milliseconds since 1970-01-01 UTC.
      type: int
      returned: always
      sample: 1767323045000
    start_time:
      description: Time of the last start, in milliseconds since 1970-01-01 UTC. V(null) if the job was never started.
      type: int
      returned: always
      sample: 1767326645000
    duration:
      description: Duration of the run, in milliseconds.
      type: int
      returned: always
      sample: 3600000
    has_savepoint:
      description: Whether the job has a savepoint or checkpoint to resume from.
      type: bool
      returned: always
      sample: true
    savepoint_path:
      description: Path of checkpoints that were created manually.
      type: str
      returned: always
      sample: null
    restart_times:
      description: Number of restarts after a failure.
      type: int
      returned: always
      sample: 0
    root_id:
      description: ID of the parent job of an edge job. V(-1) if there is none.
      type: int
      returned: always
      sample: -1
    update_time:
      description: Time of the last update, in milliseconds since 1970-01-01 UTC.
      type: int
      returned: when O(show_detail=true)
      sample: 1767326645000
    user_id:
      description: ID of the user who created the job.
      type: str
      returned: when O(show_detail=true)
      sample: 0a1b2c3d4e5f60718293a4b5c6d7e8f9
    project_id:
      description: ID of the project of the job.
      type: str
      returned: when O(show_detail=true)
      sample: 5b0a7c9e12f34d68a1b2c3d4e5f60718
    run_mode:
      description: Where the job runs - V(shared_cluster), V(exclusive_cluster) or V(edge_node).
      type: str
      returned: when O(show_detail=true)
      sample: exclusive_cluster
    sql_body:
      description: SQL of the job. Empty for a Jar job.
      type: str
      returned: when O(show_detail=true)
      sample: INSERT INTO sink SELECT id FROM orders
    main_class:
      description: Main class of a Jar job.
      type: str
      returned: when O(show_detail=true)
      sample: null
    entrypoint_args:
      description: Arguments of a Jar job.
      type: str
      returned: when O(show_detail=true)
      sample: null
    job_config:
      description: Settings of the job, as returned by the service.
      type: dict
      returned: when O(show_detail=true)
      sample:
        checkpoint_enabled: true
        checkpoint_mode: exactly_once
        parallel_number: 1
    execution_graph:
      description: Execution graph, if the service returns it. See M(huaweicloud.cloud.dli_streaming_job_graph_info).
      type: str
      returned: when O(show_detail=true)
      sample: null
    graph_editor_enabled:
      description: Whether the graph of the job can be edited.
      type: bool
      returned: when O(show_detail=true)
      sample: false
    edge_group_ids:
      description: Groups of edge nodes of an edge job.
      type: list
      elements: str
      returned: when O(show_detail=true)
      sample: null
summary:
  description: Number of jobs found (C(found)), and number of jobs for each status (C(by_status)).
  returned: success
  type: dict
  sample:
    found: 1
    by_status:
      job_running: 1
missing:
  description:
    - Requested IDs and names for which the project has no job. Missing jobs do not fail the task.
    - A job that exists but does not match the filters is not missing.
  returned: success
  type: list
  elements: raw
  sample:
    - 999
    - no_such_job
msg:
  description: Summary of the result.
  returned: always
  type: str
  sample: "Found 1 job: 1 job_running. Not found: 999, no_such_job."
request_ids:
  description:
    - IDs of the API requests that failed. Huawei Cloud support needs them to trace a request.
  returned: always, unless an option has the wrong type
  type: list
  elements: str
  sample: []
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
  description: Error code of the error response, if authentication failed or the jobs could not be read.
  returned: when the service returned an error for the authentication or for the request to read the jobs
  type: str
  sample: APIGW.0301
"""

from ansible_collections.huaweicloud.cloud.plugins.module_utils import _argspec
from ansible_collections.huaweicloud.cloud.plugins.module_utils._module.info import find_jobs, parse_info_options
from ansible_collections.huaweicloud.cloud.plugins.module_utils._module.runner import DliModule, run_module


def main() -> None:
    """Run the module."""
    spec = dict(
        _argspec.selection(),
        status=dict(type="list", elements="raw"),
        queue_name=dict(type="str"),
        job_type=dict(type="str"),
        user_name=dict(type="str"),
        tags=dict(type="dict"),
        has_savepoint=dict(type="bool"),
        show_detail=dict(type="bool", default=False),
        order=dict(type="str", default="desc", choices=["asc", "desc"]),
    )
    spec.update(_argspec.overall(), **_argspec.connection())
    run_module(DliModule(argument_spec=spec, supports_check_mode=True), parse_info_options, find_jobs)


if __name__ == "__main__":
    main()
