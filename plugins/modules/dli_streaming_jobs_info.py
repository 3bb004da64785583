#!/usr/bin/python
# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: dli_streaming_jobs_info
short_description: Find streaming jobs of Huawei Cloud Data Lake Insight (DLI)
version_added: 0.2.0
author:
  - Contributors to the huaweicloud.cloud collection (@huaweicloud-ansible)
description:
  - Finds streaming (Apache Flink) jobs by id, name, status, queue and more, and shows what DLI knows about each of them.
  - Options that name jobs add to each other; the other options leave out what does not fit all of them. Without any option
    that names jobs, all jobs of the project are meant.
  - Never changes anything, and needs as few requests as the service allows. Pages are put together, a hundred jobs each.
  - Jobs that DLI keeps for edge nodes under another job are found by O(job_ids) only, because the service does not list them.
extends_documentation_fragment:
  - huaweicloud.cloud.overall
  - huaweicloud.cloud.connection
  - huaweicloud.cloud.attributes
  - huaweicloud.cloud.attributes.action_group
attributes:
  check_mode:
    support: full
    details:
      - Changes nothing in either mode.
  diff_mode:
    support: none
    details:
      - Changes nothing.
  idempotent:
    support: full
    details:
      - Changes nothing.
options:
  job_ids:
    description:
      - Ids of jobs, whole numbers from 1 to 9223372036854775807.
      - A list, a single id, or a text with ids between commas, spaces or line ends, as surveys and command lines hand over.
    type: list
    elements: str
  job_names:
    description:
      - Exact names of jobs. A list, or a text with names between commas or line ends.
      - All jobs that bear a name are shown, should there be several.
    type: list
    elements: str
  status:
    description:
      - Only jobs in one of these statuses, in the words of DLI, for example V(job_running).
      - One status is looked for by the service; several are picked out of all jobs.
    type: list
    elements: str
  queue_name:
    description: Only jobs of this queue.
    type: str
  job_type:
    description:
      - Only jobs of this type.
      - DLI has V(flink_sql_job), V(flink_opensource_sql_job), V(flink_sql_edge_job) and V(flink_jar_job).
    type: str
  user_name:
    description: Only jobs of this user.
    type: str
  tags:
    description:
      - Only jobs that have all of these tags, with these values.
      - Neither a key nor a value can hold a comma here, and a key no equals sign.
    type: dict
  has_savepoint:
    description: Only jobs that have a savepoint or checkpoint to resume from, or only those that have none.
    type: bool
  show_detail:
    description:
      - Whether to show also what may be large, or is seldom needed, such as a job's SQL and its settings.
      - SQL often holds passwords of the systems that it connects. Consider C(no_log) for the task then.
    type: bool
    default: false
  order:
    description: The order of RV(jobs) by the time when a job was created, newest or oldest first.
    type: str
    choices: [asc, desc]
    default: desc
seealso:
  - name: Querying the list of jobs
    description: The API call behind this module.
    link: https://support.huaweicloud.com/intl/en-us/api-dli/dli_02_0234.html
  - name: Querying job details
    description: The other API call behind this module.
    link: https://support.huaweicloud.com/intl/en-us/api-dli/dli_02_0235.html
"""

EXAMPLES = r"""
- name: Show all jobs of the project, with the credentials from the environment
  huaweicloud.cloud.dli_streaming_jobs_info:
  register: found

- name: Tell how many there are in each status
  ansible.builtin.debug:
    var: found.summary.by_status

- name: Find what has failed
  huaweicloud.cloud.dli_streaming_jobs_info:
    status:
      - job_submit_fail
      - job_running_exception
  register: broken

- name: Tell why
  ansible.builtin.debug:
    msg: "{{ item.job_id }} {{ item.name }}: {{ item.status_desc }}"
  loop: "{{ broken.jobs }}"
  loop_control:
    label: "{{ item.job_id }}"

- name: Start what can be resumed and is at rest
  vars:
    at_rest: "{{ resumable.jobs | selectattr('status', 'in', ['job_init', 'job_cancel_success']) }}"
  block:
    - name: Find jobs with a savepoint
      huaweicloud.cloud.dli_streaming_jobs_info:
        has_savepoint: true
      register: resumable

    - name: Start them from it
      huaweicloud.cloud.dli_streaming_jobs_run:
        job_ids: "{{ at_rest | map(attribute='job_id') }}"
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
    - One element per job that was found, in the order that O(order) asks for. The members are the service's, and always
      the same ones; V(null) stands where the service tells nothing.
    - With O(show_detail=true) there are more of them. The service does not list RV(jobs[].user_name), RV(jobs[].duration)
      and RV(jobs[].root_id) then.
  returned: always, unless an option is not of its type
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
      description: Id of the job.
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
      description: Status of the job, in the words of DLI.
      type: str
      returned: always
      sample: job_running
    status_desc:
      description: Reason of a failure. Shortened to 200 characters unless O(show_detail=true).
      type: str
      returned: always
      sample: ""
    queue_name:
      description: Queue that the job runs on.
      type: str
      returned: always
      sample: flink_queue
    user_name:
      description: User that made the job.
      type: str
      returned: always
      sample: etl
    create_time:
      description: When the job was created, in milliseconds since 1970.
      type: int
      returned: always
      sample: 1767323045000
    start_time:
      description: When the job was started last, in milliseconds since 1970. V(null) if it never was.
      type: int
      returned: always
      sample: 1767326645000
    duration:
      description: How long it ran, in milliseconds.
      type: int
      returned: always
      sample: 3600000
    has_savepoint:
      description: Whether there is a savepoint or checkpoint to resume from.
      type: bool
      returned: always
      sample: true
    savepoint_path:
      description: Where checkpoints made by hand are kept.
      type: str
      returned: always
      sample: null
    restart_times:
      description: How often the job was restarted after a failure.
      type: int
      returned: always
      sample: 0
    root_id:
      description: Id of the parent of an edge job; V(-1) if there is none.
      type: int
      returned: always
      sample: -1
    update_time:
      description: When the job was changed last, in milliseconds since 1970.
      type: int
      returned: when O(show_detail=true)
      sample: 1767326645000
    user_id:
      description: Id of the user that made the job.
      type: str
      returned: when O(show_detail=true)
      sample: 0a1b2c3d4e5f60718293a4b5c6d7e8f9
    project_id:
      description: Id of the project of the job.
      type: str
      returned: when O(show_detail=true)
      sample: 5b0a7c9e12f34d68a1b2c3d4e5f60718
    run_mode:
      description: Where it runs, V(shared_cluster), V(exclusive_cluster) or V(edge_node).
      type: str
      returned: when O(show_detail=true)
      sample: exclusive_cluster
    sql_body:
      description: SQL of the job; empty for a Jar job.
      type: str
      returned: when O(show_detail=true)
      sample: INSERT INTO sink SELECT id FROM orders
    main_class:
      description: Class that a Jar job begins with.
      type: str
      returned: when O(show_detail=true)
      sample: null
    entrypoint_args:
      description: Arguments of a Jar job.
      type: str
      returned: when O(show_detail=true)
      sample: null
    job_config:
      description: Settings of the job, as the service gives them.
      type: dict
      returned: when O(show_detail=true)
      sample:
        checkpoint_enabled: true
        checkpoint_mode: exactly_once
        parallel_number: 1
    execution_graph:
      description: Execution graph, where the service gives it; see M(huaweicloud.cloud.dli_streaming_job_graph_info).
      type: str
      returned: when O(show_detail=true)
      sample: null
    graph_editor_enabled:
      description: Whether its graph can be edited.
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
  description: How many jobs were found (C(found)), and how many in each status that occurs (C(by_status)).
  returned: success
  type: dict
  sample:
    found: 1
    by_status:
      job_running: 1
missing:
  description:
    - Ids and names that were asked for and that no job of the project bears. It is no failure that there are some.
    - A job that another option leaves out is not missing.
  returned: success
  type: list
  elements: raw
  sample:
    - 999
    - no_such_job
msg:
  description: What was found, in one sentence.
  returned: always
  type: str
  sample: "Found 1 job: 1 job_running; the project has no 999, no_such_job."
request_ids:
  description: Ids that the service gave to requests that failed. Its support asks for them.
  returned: always, unless an option is not of its type
  type: list
  elements: str
  sample: []
credentials_from:
  description: Where the credentials came from, and of what kind they are. Never a value.
  returned: when there were any
  type: str
  sample: HW_* (access key and secret key)
http_status:
  description: HTTP status of the answer, if the service answered with an error.
  returned: when the service could not be asked because of such an answer
  type: int
  sample: 401
error_code:
  description: Code of that answer.
  returned: when the service could not be asked because of such an answer
  type: str
  sample: APIGW.0301
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.huaweicloud.cloud.plugins.module_utils import _argspec
from ansible_collections.huaweicloud.cloud.plugins.module_utils._module.info import find_jobs, parse_info_options
from ansible_collections.huaweicloud.cloud.plugins.module_utils._module.runner import run_module


def main() -> None:
    """Run the module."""
    spec = dict(
        _argspec.selection(),
        status=dict(type="list", elements="str"),
        queue_name=dict(type="str"),
        job_type=dict(type="str"),
        user_name=dict(type="str"),
        tags=dict(type="dict"),
        has_savepoint=dict(type="bool"),
        show_detail=dict(type="bool", default=False),
        order=dict(type="str", default="desc", choices=["asc", "desc"]),
    )
    spec.update(_argspec.overall(), **_argspec.connection())
    run_module(AnsibleModule(argument_spec=spec, supports_check_mode=True), parse_info_options, find_jobs)


if __name__ == "__main__":
    main()
