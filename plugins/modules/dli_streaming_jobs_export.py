#!/usr/bin/python
# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: dli_streaming_jobs_export
short_description: Export streaming jobs of Huawei Cloud Data Lake Insight (DLI) to OBS
version_added: 0.2.0
author:
  - Contributors to the huaweicloud.cloud collection (@huaweicloud-ansible)
description:
  - Writes the definitions of streaming (Apache Flink) jobs to zip files in OBS, and returns the result of each job. The jobs
    do not change. M(huaweicloud.cloud.dli_streaming_jobs_import) creates jobs from such files.
  - The service exports at most 50 jobs per request, so more jobs result in several files.
  - The task fails if any job failed. The result still contains every job, and C(changed) is V(true) if any file was written.
  - The module does not send the export request again after a lost response, because each export writes a new file.
extends_documentation_fragment:
  - huaweicloud.cloud.selection
  - huaweicloud.cloud.overall
  - huaweicloud.cloud.connection
  - huaweicloud.cloud.attributes
  - huaweicloud.cloud.attributes.action_group
  - huaweicloud.cloud.attributes.sequential
attributes:
  check_mode:
    support: full
    details:
      - Reads the jobs and predicts the result of the run. The names of the files, and whether the service can write to
        O(obs_dir), cannot be predicted.
  diff_mode:
    support: none
    details:
      - The module writes files to OBS. No job changes.
  idempotent:
    support: none
    details:
      - Each run writes new files.
options:
  all:
    description:
      - Whether to export all jobs of the project.
      - Mutually exclusive with O(job_ids) and O(job_names).
    type: bool
    default: false
  job_ids:
    description:
      - IDs of the jobs, whole numbers from 1 to 9223372036854775807.
      - A list, a single ID, or a string of IDs separated by commas, spaces or line breaks, as surveys and command lines pass
        it.
      - An ID that is specified more than once is processed once, with a warning.
      - At least one of O(job_ids) and O(job_names) is required, unless O(all=true). Both can be set.
  obs_dir:
    description: OBS folder to write to, for example V(bucket-name/exports), with or without C(obs://).
    type: str
    required: true
notes:
  - The task requires the IAM permissions C(dli:jobs:list) (named C(dli:jobs:listAll) in a role policy), C(dli:jobs:get) and
    C(dli:jobs:export).
seealso:
  - module: huaweicloud.cloud.dli_streaming_jobs_import
  - name: Exporting a Flink job
    description: Reference of the API request that this module sends.
    link: https://support.huaweicloud.com/intl/en-us/api-dli/dli_02_0254.html
"""

EXAMPLES = r"""
- name: Export two jobs
  huaweicloud.cloud.dli_streaming_jobs_export:
    job_ids: [131, 130]
    obs_dir: bucket-name/exports

- name: Export all jobs of the project every night
  huaweicloud.cloud.dli_streaming_jobs_export:
    all: true
    obs_dir: obs://bucket-name/nightly/
  register: backup

- name: Show the exported files
  ansible.builtin.debug:
    var: backup.zip_files
"""

RETURN = r"""
zip_files:
  description: The files that were written, in the order of the requests. Empty in check mode.
  returned: always, unless an option has the wrong type
  type: list
  elements: str
  sample:
    - bucket-name/exports/aggregate_1767323045000.zip
jobs:
  description:
    - One element per requested job, in the requested order (O(job_ids), then O(job_names)), or with O(all=true) from the
      newest to the oldest. The keys are the same in check mode, on success and on failure.
    - Empty if the task failed before it could read the jobs.
  returned: always, unless an option has the wrong type
  type: list
  elements: dict
  sample:
    - job_id: 131
      name: orders_enriched
      state: exported
      changed: true
      failed: false
      status_before: job_running
      status: job_running
      error_code: null
      msg: Export accepted.
      reconciled: false
      zip_file: bucket-name/exports/aggregate_1767323045000.zip
  contains:
    job_id:
      description: ID of the job. V(null) for a name that does not match exactly one job.
      type: int
      returned: always
      sample: 131
    name:
      description: Name of the job. V(null) if the project has no job with this ID.
      type: str
      returned: always
      sample: orders_enriched
    state:
      description:
        - What happened to the job.
        - V(exported) - the definition of the job was written.
        - V(not_found) - the project has no such job.
        - V(ambiguous) - several jobs have this name.
        - V(refused) - the service refused the request that contained the job, or the request could not be sent.
        - V(unknown) - the response was lost or unclear. Check in OBS whether a file was written.
      type: str
      returned: always
      sample: exported
    changed:
      description: Whether a file that contains the job was written. V(null) if this is unknown.
      type: bool
      returned: always
      sample: true
    failed:
      description: Whether the export failed for this job.
      type: bool
      returned: always
      sample: false
    status_before:
      description: DLI status of the job. V(null) if the job does not exist.
      type: str
      returned: always
      sample: job_running
    status:
      description: The same as RV(jobs[].status_before), because an export does not change the job.
      type: str
      returned: always
      sample: job_running
    error_code:
      description: Error code from the service. V(null) if there is none.
      type: str
      returned: always
      sample: DLI.29001
    msg:
      description: What happened to the job and, if it failed, what to do next.
      type: str
      returned: always
      sample: Export accepted.
    reconciled:
      description: Whether the response of the service was lost or unclear.
      type: bool
      returned: always
      sample: false
    zip_file:
      description:
        - The file that contains the job. V(null) if no file was written, in check mode, and if the service returned several
          files for one request.
      type: str
      returned: always
      sample: bucket-name/exports/aggregate_1767323045000.zip
summary:
  description:
    - Job counts.
    - C(requested) - all jobs.
    - C(changed) - jobs that this task exported.
    - C(failed_jobs) - jobs with RV(jobs[].failed=true).
    - All other keys have the name of a state and count the jobs in this state.
  returned: when the jobs could be read
  type: dict
  sample:
    requested: 1
    changed: 1
    failed_jobs: 0
    exported: 1
    not_found: 0
    ambiguous: 0
    refused: 0
    unknown: 0
msg:
  description: Summary of the result.
  returned: always
  type: str
  sample: 1 of 1 job exported.
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
  description: HTTP status of the error response, if authentication failed or the jobs could not be read.
  returned: when the service returned an error for the authentication or for the request to read the jobs
  type: int
  sample: 401
error_code:
  description:
    - Error code of the error response, if authentication failed or the jobs could not be read.
    - The error codes of individual jobs are in RV(jobs[].error_code).
  returned: when the service returned an error for the authentication or for the request to read the jobs
  type: str
  sample: APIGW.0301
"""

from ansible_collections.huaweicloud.cloud.plugins.module_utils import _argspec
from ansible_collections.huaweicloud.cloud.plugins.module_utils._module.export_jobs import (
    EMPTY_RESULT,
    export_jobs,
    parse_export_options,
)
from ansible_collections.huaweicloud.cloud.plugins.module_utils._module.runner import DliModule, run_module


def main() -> None:
    """Run the module."""
    spec = dict(
        all=dict(type="bool", default=False),
        obs_dir=dict(type="str", required=True),
    )
    spec.update(_argspec.selection(), **_argspec.overall(), **_argspec.connection())
    run_module(DliModule(argument_spec=spec, supports_check_mode=True), parse_export_options, export_jobs, EMPTY_RESULT)


if __name__ == "__main__":
    main()
