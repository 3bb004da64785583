#!/usr/bin/python
# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: dli_streaming_jobs_import
short_description: Import streaming jobs of Huawei Cloud Data Lake Insight (DLI) from OBS
version_added: 0.2.0
author:
  - Contributors to the huaweicloud.cloud collection (@huaweicloud-ansible)
description:
  - Makes streaming (Apache Flink) jobs out of the definitions in a zip file in OBS, and reports on each of them.
    M(huaweicloud.cloud.dli_streaming_jobs_export) writes such files.
  - If the answer of the service is lost, the list of jobs is compared with the one from before to learn the truth; the request
    is never simply sent again.
extends_documentation_fragment:
  - huaweicloud.cloud.overall
  - huaweicloud.cloud.connection
  - huaweicloud.cloud.attributes
  - huaweicloud.cloud.attributes.action_group
  - huaweicloud.cloud.attributes.turns
attributes:
  check_mode:
    support: partial
    details:
      - Nobody can look into the file but the service, and that only by importing it. So a change is always predicted, with
        RV(job_mapping) empty.
  diff_mode:
    support: none
    details:
      - What the file holds shows only the import itself.
  idempotent:
    support: partial
    details:
      - With O(is_cover=false) the second run finds every job there already. With O(is_cover=true) it overwrites them again.
options:
  zip_file:
    description:
      - The zip file in OBS, or a folder that holds nothing but zip files, for example V(bucket-name/exports/jobs.zip); with
        or without C(obs://).
    type: str
    required: true
  is_cover:
    description:
      - Whether a job that bears the name of an imported one is overwritten.
      - B(An overwritten job becomes a draft again.) Do not do that to jobs that run.
    type: bool
    default: false
  confirm_timeout:
    description:
      - Seconds to look at the list of jobs at most when the answer of the service was lost. If it shows no new jobs by then,
        the outcome is reported as V(unknown).
    type: float
    default: 60
notes:
  - The list of jobs is read before every import, a request for each hundred jobs. Without it nobody could learn what became
    of an import whose answer was lost, nor tell a job that was overwritten from a new one. So the user needs the permission
    to list jobs, too.
seealso:
  - module: huaweicloud.cloud.dli_streaming_jobs_export
  - name: Importing a Flink job
    description: The API call behind this module.
    link: https://support.huaweicloud.com/intl/en-us/api-dli/dli_02_0255.html
"""

EXAMPLES = r"""
- name: Export jobs
  huaweicloud.cloud.dli_streaming_jobs_export:
    job_ids: [131, 130]
    obs_dir: bucket-name/exports
  register: exported

- name: Import them, in a project where they may be there already
  huaweicloud.cloud.dli_streaming_jobs_import:
    zip_file: "{{ exported.zip_files[0] }}"
  register: imported

- name: Tell which ids the new jobs have
  ansible.builtin.debug:
    msg: "{{ item.old_job_id }} is now {{ item.new_job_id }}"
  loop: "{{ imported.job_mapping | selectattr('state', 'eq', 'created') }}"
  loop_control:
    label: "{{ item.old_job_id }}"
"""

RETURN = r"""
job_mapping:
  description:
    - One element per job in the file. Empty in check mode, and if the task failed before anything was imported.
    - If the answer was lost, one element per job that has come, and one in the state V(unknown) for what the list of jobs
      cannot show.
  returned: always, unless an option is not of its type
  type: list
  elements: dict
  sample:
    - old_job_id: 100
      new_job_id: 200
      remark: Job successfully created
      state: created
      changed: true
      failed: false
      reconciled: false
  contains:
    old_job_id:
      description: Id that the job had where it was exported. V(null) if it could not be learnt.
      type: int
      returned: always
      sample: 100
    new_job_id:
      description: Id of the job in this project. V(null) if there is none, or it could not be learnt.
      type: int
      returned: always
      sample: 200
    remark:
      description: What the service says about the job. V(null) if it says nothing.
      type: str
      returned: always
      sample: Job successfully created
    state:
      description:
        - What happened to the job.
        - V(created) - it is a new job.
        - V(overwritten) - a job of the same name has its definition now.
        - V(exists) - there is a job of the same name, which was left alone because of O(is_cover=false).
        - V(failed) - the service did not import it; RV(job_mapping[].remark) may say why.
        - V(unknown) - the answer was lost, and the list of jobs does not tell.
      type: str
      returned: always
      sample: created
    changed:
      description: Whether a job was made or overwritten. V(null) if that could not be learnt.
      type: bool
      returned: always
      sample: true
    failed:
      description: Whether it did not work.
      type: bool
      returned: always
      sample: false
    reconciled:
      description: Whether the truth was learnt from the list of jobs, because the answer was lost.
      type: bool
      returned: always
      sample: false
summary:
  description: How many there are of each RV(job_mapping[].state).
  returned: when the import was sent, and in check mode
  type: dict
  sample:
    created: 1
    overwritten: 0
    exists: 0
    failed: 0
    unknown: 0
msg:
  description: What happened, in one sentence.
  returned: always
  type: str
  sample: "Imported bucket-name/exports/jobs.zip: 1 created."
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
  description: HTTP status of the answer, if the service answered with an error.
  returned: when nothing was imported because of such an answer
  type: int
  sample: 400
error_code:
  description: Code of that answer.
  returned: when nothing was imported because of such an answer
  type: str
  sample: DLI.29002
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.huaweicloud.cloud.plugins.module_utils import _argspec
from ansible_collections.huaweicloud.cloud.plugins.module_utils._module.import_jobs import (
    EMPTY_RESULT,
    import_jobs,
    parse_import_options,
)
from ansible_collections.huaweicloud.cloud.plugins.module_utils._module.runner import run_module


def main() -> None:
    """Run the module."""
    spec = dict(
        zip_file=dict(type="str", required=True),
        is_cover=dict(type="bool", default=False),
        confirm_timeout=dict(type="float", default=60),
    )
    spec.update(_argspec.overall(), **_argspec.connection())
    run_module(AnsibleModule(argument_spec=spec, supports_check_mode=True), parse_import_options, import_jobs, EMPTY_RESULT)


if __name__ == "__main__":
    main()
