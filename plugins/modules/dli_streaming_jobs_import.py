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
  - Creates streaming (Apache Flink) jobs from the definitions in a zip file in OBS, and returns the result of each job.
    M(huaweicloud.cloud.dli_streaming_jobs_export) writes such files.
  - The task fails if the import of any job failed. The result still contains every job, and C(changed) is V(true) if any job
    was created or overwritten.
  - If the response of the service is lost or unclear, the module compares the list of jobs before and after the import to
    determine the result. It does not send the import request again after a lost response.
extends_documentation_fragment:
  - huaweicloud.cloud.overall
  - huaweicloud.cloud.connection
  - huaweicloud.cloud.attributes
  - huaweicloud.cloud.attributes.action_group
  - huaweicloud.cloud.attributes.sequential
attributes:
  check_mode:
    support: partial
    details:
      - The content of the file is unknown before the import. Check mode always predicts a change and returns an empty
        RV(job_mapping).
  diff_mode:
    support: none
    details:
      - The content of the file is unknown before the import.
  idempotent:
    support: partial
    details:
      - With O(is_cover=false), a second run finds that all jobs already exist. With O(is_cover=true), it overwrites them again.
options:
  zip_file:
    description:
      - Path of the zip file in OBS, or of a folder that contains only zip files, for example
        V(bucket-name/exports/jobs.zip), with or without C(obs://).
    type: str
    required: true
  is_cover:
    description:
      - Whether to overwrite existing jobs that have the same name as an imported job.
      - B(An overwritten job becomes a draft again.) Do not overwrite running jobs.
    type: bool
    default: false
  confirm_timeout:
    description:
      - Maximum time in seconds to read the list of jobs after the response of the service was lost or unclear. If the list
        contains no new jobs by then, the result has the state V(unknown).
    type: float
    default: 60
notes:
  - The module reads the list of jobs before every import, with one request for each 100 jobs. The list is required to
    distinguish overwritten jobs from new jobs, and to determine the result of an import if the response is lost.
  - The task requires the IAM permissions C(dli:jobs:list) (named C(dli:jobs:listAll) in a role policy) and
    C(dli:jobs:create).
seealso:
  - module: huaweicloud.cloud.dli_streaming_jobs_export
  - name: Importing a Flink job
    description: Reference of the API request that this module sends.
    link: https://support.huaweicloud.com/intl/en-us/api-dli/dli_02_0255.html
"""

EXAMPLES = r"""
- name: Export jobs
  huaweicloud.cloud.dli_streaming_jobs_export:
    job_ids: [131, 130]
    obs_dir: bucket-name/exports
  register: exported

- name: Import the jobs, without overwriting existing jobs
  huaweicloud.cloud.dli_streaming_jobs_import:
    zip_file: "{{ exported.zip_files[0] }}"
  register: imported

- name: Show the IDs of the new jobs
  ansible.builtin.debug:
    msg: "{{ item.old_job_id }} is now {{ item.new_job_id }}"
  loop: "{{ imported.job_mapping | selectattr('state', 'eq', 'created') }}"
  loop_control:
    label: "{{ item.old_job_id }}"
"""

RETURN = r"""
job_mapping:
  description:
    - One element for each job in the file. Empty in check mode, and if the task failed before the import.
    - If the response was lost or unclear, one element for each new job in the list of jobs, and one element with the state
      V(unknown) for changes that the list of jobs does not contain.
  returned: always, unless an option has the wrong type
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
      description: ID of the job in the project from which it was exported. V(null) if unknown.
      type: int
      returned: always
      sample: 100
    new_job_id:
      description: ID of the job in this project. V(null) if there is none, or if unknown.
      type: int
      returned: always
      sample: 200
    remark:
      description: Remark of the service about the job. V(null) if there is none.
      type: str
      returned: always
      sample: Job successfully created
    state:
      description:
        - What happened to the job.
        - V(created) - a new job was created.
        - V(overwritten) - the definition of a job with the same name was overwritten.
        - V(exists) - a job with the same name exists. It was not changed, because of O(is_cover=false).
        - V(failed) - the service did not import the job. RV(job_mapping[].remark) may contain the reason.
        - V(unknown) - the response was lost or unclear, and the result could not be determined from the list of jobs.
      type: str
      returned: always
      sample: created
    changed:
      description: Whether the job was created or overwritten. V(null) if unknown.
      type: bool
      returned: always
      sample: true
    failed:
      description: Whether the import of the job failed.
      type: bool
      returned: always
      sample: false
    reconciled:
      description:
        - Whether the result was determined from the list of jobs, because the response was lost or unclear.
        - It can be wrong only if another client acted at the same time.
      type: bool
      returned: always
      sample: false
summary:
  description: Number of elements for each RV(job_mapping[].state).
  returned: when the import was sent, and in check mode
  type: dict
  sample:
    created: 1
    overwritten: 0
    exists: 0
    failed: 0
    unknown: 0
msg:
  description: Summary of the result.
  returned: always
  type: str
  sample: "Imported bucket-name/exports/jobs.zip: 1 created."
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
  description: HTTP status of the error response, if authentication failed or nothing was imported.
  returned: when the service returned an error for the authentication or for a request to list or import jobs
  type: int
  sample: 400
error_code:
  description: Error code of the error response, if authentication failed or nothing was imported.
  returned: when the service returned an error for the authentication or for a request to list or import jobs
  type: str
  sample: DLI.29002
"""

from ansible_collections.huaweicloud.cloud.plugins.module_utils import _argspec
from ansible_collections.huaweicloud.cloud.plugins.module_utils._module.import_jobs import (
    EMPTY_RESULT,
    import_jobs,
    parse_import_options,
)
from ansible_collections.huaweicloud.cloud.plugins.module_utils._module.runner import DliModule, run_module


def main() -> None:
    """Run the module."""
    spec = dict(
        zip_file=dict(type="str", required=True),
        is_cover=dict(type="bool", default=False),
        confirm_timeout=dict(type="float", default=60),
    )
    spec.update(_argspec.overall(), **_argspec.connection())
    run_module(DliModule(argument_spec=spec, supports_check_mode=True), parse_import_options, import_jobs, EMPTY_RESULT)


if __name__ == "__main__":
    main()
