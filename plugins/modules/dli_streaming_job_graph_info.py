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
  - Returns the execution graph of the latest run of a streaming (Apache Flink) job, which contains the state of the run in
    Flink.
  - Optionally generates the stream graph from the SQL of the job. This detects errors in the SQL without starting the job.
  - This module does not change anything.
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
  plan:
    description:
      - Whether to generate the stream graph from the current SQL and settings of the job.
      - The service supports only jobs of type V(flink_opensource_sql_job) with Flink 1.10 or 1.12. The task fails for any other
        job, and if the SQL contains an error. In a region without this call, the task warns.
    type: bool
    default: false
notes:
  - The task requires the IAM permissions C(dli:jobs:list) (named C(dli:jobs:listAll) in a role policy) and C(dli:jobs:get).
seealso:
  - module: huaweicloud.cloud.dli_streaming_jobs_info
  - name: Querying the execution plan of a job
    description: Reference of the API request that this module sends.
    link: https://support.huaweicloud.com/intl/en-us/api-dli/dli_02_0236.html
  - name: Generating a static stream graph
    description: Reference of the API request that O(plan=true) sends.
    link: https://support.huaweicloud.com/intl/en-us/api-dli/dli_02_0316.html
"""

EXAMPLES = r"""
- name: Read the execution graph of a job
  huaweicloud.cloud.dli_streaming_job_graph_info:
    job_name: orders_live
  register: graph

- name: Show the state and the duration of the run
  ansible.builtin.debug:
    msg: "{{ graph.state }} for {{ graph.duration // 1000 }} s"

- name: Check the SQL of a job before the start
  huaweicloud.cloud.dli_streaming_job_graph_info:
    job_id: 131
    plan: true
"""

RETURN = r"""
job:
  description: The job and its DLI status. V(null) if the job does not exist.
  returned: always, unless an option has the wrong type
  type: dict
  sample:
    job_id: 207
    name: orders_live
    status: job_running
  contains:
    job_id:
      description: ID of the job.
      type: int
      returned: always
      sample: 207
    name:
      description: Name of the job.
      type: str
      returned: always
      sample: orders_live
    status:
      description: DLI status of the job.
      type: str
      returned: always
      sample: job_running
state:
  description:
    - Flink state of the latest run, for example V(RUNNING), V(RESTARTING) or V(FAILED). Flink states differ from DLI
      statuses. V(null) if the job has never run.
  returned: always, unless an option has the wrong type
  type: str
  sample: RUNNING
start_time:
  description: Start time of the run, in milliseconds since 1970-01-01 UTC. V(null) if the job has never run.
  returned: always, unless an option has the wrong type
  type: int
  sample: 1767323045000
end_time:
  description:
    - End time of the run, in milliseconds since 1970-01-01 UTC. V(null) while the run is active, and if the job has never run.
  returned: always, unless an option has the wrong type
  type: int
  sample: null
duration:
  description: Duration of the run, in milliseconds. V(null) if the job has never run.
  returned: always, unless an option has the wrong type
  type: int
  sample: 3600000
execution_graph:
  description:
    - Execution graph of the run, as returned by the service, with the keys of Flink. V(null) if the job has never run.
  returned: always, unless an option has the wrong type
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
    - Stream graph of the SQL of the job, as returned by the service. V(null) unless O(plan=true), and in a region without this
      call.
  returned: always, unless an option has the wrong type
  type: raw
  sample:
    nodes:
      - id: 1
        operator_id: bc764cd8ddf7a0cff126f51c16239658
        type: Source
        parallelism: 1
msg:
  description: Summary of the result.
  returned: always
  type: str
  sample: Job 207 (orders_live) is RUNNING (job_running).
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
  description: HTTP status of the error response, if authentication failed or the job or a graph could not be read.
  returned: when the service returned an error for the authentication or for a request to read the job or a graph
  type: int
  sample: 400
error_code:
  description: Error code of the error response, if authentication failed or the job or a graph could not be read.
  returned: when the service returned an error for the authentication or for a request to read the job or a graph
  type: str
  sample: JK.1001
"""

from ansible_collections.huaweicloud.cloud.plugins.module_utils import _argspec
from ansible_collections.huaweicloud.cloud.plugins.module_utils._module.graph_info import (
    EMPTY_RESULT,
    parse_graph_options,
    read_graphs,
)
from ansible_collections.huaweicloud.cloud.plugins.module_utils._module.runner import DliModule, run_module


def main() -> None:
    """Run the module."""
    spec = dict(plan=dict(type="bool", default=False))
    spec.update(_argspec.job(), **_argspec.overall(), **_argspec.connection())
    run_module(DliModule(argument_spec=spec, supports_check_mode=True), parse_graph_options, read_graphs, EMPTY_RESULT)


if __name__ == "__main__":
    main()
