#!/usr/bin/python
# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: dli_streaming_job_graph_info
short_description: Read the graphs of a streaming job of Huawei Cloud Data Lake Insight (DLI)
version_added: 0.2.0
author:
  - Contributors to the huaweicloud.cloud collection (@huaweicloud-ansible)
description:
  - Reads the execution graph of the latest run of a streaming (Apache Flink) job, and with it how Flink itself sees that run.
  - Can also have the stream graph drawn that the job's SQL would make, which shows errors in the SQL without starting it.
  - Never changes anything.
extends_documentation_fragment:
  - huaweicloud.cloud.job
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
  plan:
    description:
      - Whether to have the stream graph drawn as well, from the SQL and the settings that the job has now.
      - The service draws it for jobs of the type V(flink_opensource_sql_job) on Flink 1.10 and 1.12 only. For any other job,
        or if the SQL has an error, the task fails.
    type: bool
    default: false
seealso:
  - module: huaweicloud.cloud.dli_streaming_jobs_info
  - name: Querying the execution plan of a job
    description: The API call behind this module.
    link: https://support.huaweicloud.com/intl/en-us/api-dli/dli_02_0236.html
  - name: Generating a static stream graph
    description: The API call behind O(plan).
    link: https://support.huaweicloud.com/intl/en-us/api-dli/dli_02_0316.html
"""

EXAMPLES = r"""
- name: See how Flink sees a job
  huaweicloud.cloud.dli_streaming_job_graph_info:
    job_name: orders_live
  register: graph

- name: Tell how long it has been running
  ansible.builtin.debug:
    msg: "{{ graph.state }} for {{ graph.duration // 1000 }} s"

- name: Have the SQL of a job checked before it is started
  huaweicloud.cloud.dli_streaming_job_graph_info:
    job_id: 131
    plan: true
"""

RETURN = r"""
job:
  description: Which job it is, and its status in the words of DLI. V(null) if there is no such job.
  returned: always, unless an option is not of its type
  type: dict
  sample:
    job_id: 207
    name: orders_live
    status: job_running
  contains:
    job_id:
      description: Id of the job.
      type: int
      returned: always
      sample: 207
    name:
      description: Name of the job.
      type: str
      returned: always
      sample: orders_live
    status:
      description: Status of the job, in the words of DLI.
      type: str
      returned: always
      sample: job_running
state:
  description:
    - State of the latest run in the words of Flink, which are others than those of DLI, for example V(RUNNING), V(RESTARTING)
      or V(FAILED). V(null) if the job has never run.
  returned: always, unless an option is not of its type
  type: str
  sample: RUNNING
start_time:
  description: When that run began, in milliseconds since 1970. V(null) if the job has never run.
  returned: always, unless an option is not of its type
  type: int
  sample: 1767323045000
end_time:
  description: When that run ended, in milliseconds since 1970. V(null) while it goes on, and if the job has never run.
  returned: always, unless an option is not of its type
  type: int
  sample: null
duration:
  description: How long it has been running, in milliseconds. V(null) if the job has never run.
  returned: always, unless an option is not of its type
  type: int
  sample: 3600000
execution_graph:
  description:
    - The execution graph of that run, as the service gives it; its members are those of Flink. V(null) if the job has never
      run.
  returned: always, unless an option is not of its type
  type: dict
  sample:
    jid: 65b6a7b0c1ad95b0722a2ea4c4d2a1b3
    name: orders_live
    isStoppable: false
    state: RUNNING
    start-time: 1767323045000
    end-time: -1
    duration: 3600000
stream_graph:
  description:
    - The graph that the job's SQL would make, as the service gives it. V(null) unless O(plan=true).
  returned: always, unless an option is not of its type
  type: raw
  sample:
    nodes:
      - id: 1
        operator_id: bc764cd8ddf7a0cff126f51c16239658
        type: Source
        parallelism: 1
msg:
  description: What was read, in one sentence.
  returned: always
  type: str
  sample: Job 207 orders_live is RUNNING (job_running).
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
  returned: when a graph could not be read because of such an answer
  type: int
  sample: 400
error_code:
  description: Code of that answer.
  returned: when a graph could not be read because of such an answer
  type: str
  sample: JK.1001
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.huaweicloud.cloud.plugins.module_utils import _argspec
from ansible_collections.huaweicloud.cloud.plugins.module_utils._module.graph_info import (
    EMPTY_RESULT,
    parse_graph_options,
    read_graphs,
)
from ansible_collections.huaweicloud.cloud.plugins.module_utils._module.runner import run_module


def main() -> None:
    """Run the module."""
    spec = dict(plan=dict(type="bool", default=False))
    spec.update(_argspec.job(), **_argspec.overall(), **_argspec.connection())
    run_module(AnsibleModule(argument_spec=spec, supports_check_mode=True), parse_graph_options, read_graphs, EMPTY_RESULT)


if __name__ == "__main__":
    main()
