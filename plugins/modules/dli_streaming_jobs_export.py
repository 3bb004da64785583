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
  - Writes the definitions of streaming (Apache Flink) jobs to zip files in OBS, and reports on each job. The jobs themselves
    stay as they are. M(huaweicloud.cloud.dli_streaming_jobs_import) makes jobs out of such files.
  - The service takes 50 jobs a request, so that more of them make several files. A request that fails hides none that worked.
  - An export whose answer was lost is never simply sent again, since each writes a file of its own.
extends_documentation_fragment:
  - huaweicloud.cloud.selection
  - huaweicloud.cloud.overall
  - huaweicloud.cloud.connection
  - huaweicloud.cloud.attributes
  - huaweicloud.cloud.attributes.action_group
  - huaweicloud.cloud.attributes.turns
attributes:
  check_mode:
    support: full
    details:
      - Asks the service for every job, and predicts the report of the real run from it. The names of the files, and whether
        the service can write to O(obs_dir), cannot be predicted.
  diff_mode:
    support: none
    details:
      - What is written lies in OBS; no job changes.
  idempotent:
    support: none
    details:
      - Every run writes files of its own.
options:
  all:
    description:
      - Whether to export all jobs of the project, instead of naming some.
      - Excludes O(job_ids) and O(job_names).
    type: bool
    default: false
  obs_dir:
    description: Folder in OBS to write to, for example V(bucket-name/exports); with or without C(obs://).
    type: str
    required: true
seealso:
  - module: huaweicloud.cloud.dli_streaming_jobs_import
  - name: Exporting a Flink job
    description: The API call behind this module.
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

- name: Tell where they are
  ansible.builtin.debug:
    var: backup.zip_files
"""

RETURN = r"""
zip_files:
  description: The files that were written, in the order of the requests. Empty in check mode.
  returned: always, unless an option is not of its type
  type: list
  elements: str
  sample:
    - bucket-name/exports/aggregate_1767323045000.zip
jobs:
  description:
    - One element per requested job, in the order asked for (O(job_ids), then O(job_names)), or with O(all=true) from the
      newest to the oldest. The members are the same in check mode, on success and on failure.
    - Empty if the task failed before any job could be looked at.
  returned: always, unless an option is not of its type
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
      msg: export accepted
      reconciled: false
      zip_file: bucket-name/exports/aggregate_1767323045000.zip
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
        - V(exported) - its definition was written.
        - V(not_found) - the project has no such job.
        - V(ambiguous) - several jobs bear the name.
        - V(refused) - the service refused the request that the job was part of.
        - V(unknown) - the answer was lost; whether a file was written can only be seen in OBS.
      type: str
      returned: always
      sample: exported
    changed:
      description: Whether a file with the job was written. V(null) if that could not be learnt.
      type: bool
      returned: always
      sample: true
    failed:
      description: Whether it did not work.
      type: bool
      returned: always
      sample: false
    status_before:
      description: Status of the job, in the words of DLI. V(null) if there is no such job.
      type: str
      returned: always
      sample: job_running
    status:
      description: The same; an export does not change it.
      type: str
      returned: always
      sample: job_running
    error_code:
      description: Code of the error that the service gave. V(null) if it gave none.
      type: str
      returned: always
      sample: DLI.29001
    msg:
      description: What happened to the job and, if it failed, what to do.
      type: str
      returned: always
      sample: export accepted
    reconciled:
      description: Whether the answer of the service was lost.
      type: bool
      returned: always
      sample: false
    zip_file:
      description:
        - The file that holds the job. V(null) if it was not written, in check mode, and if the service named several files
          for one request.
      type: str
      returned: always
      sample: bucket-name/exports/aggregate_1767323045000.zip
summary:
  description:
    - How many jobs were requested, were exported (for sure) and failed, and how many there are of each RV(jobs[].state).
  returned: when the jobs could be looked at
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
  description: What happened, in one sentence.
  returned: always
  type: str
  sample: Exported 1 of 1 job.
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

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.huaweicloud.cloud.plugins.module_utils import _argspec
from ansible_collections.huaweicloud.cloud.plugins.module_utils._module.export_jobs import (
    EMPTY_RESULT,
    export_jobs,
    parse_export_options,
)
from ansible_collections.huaweicloud.cloud.plugins.module_utils._module.runner import run_module


def main() -> None:
    """Run the module."""
    spec = dict(
        all=dict(type="bool", default=False),
        obs_dir=dict(type="str", required=True),
    )
    spec.update(_argspec.selection(), **_argspec.overall(), **_argspec.connection())
    run_module(AnsibleModule(argument_spec=spec, supports_check_mode=True), parse_export_options, export_jobs, EMPTY_RESULT)


if __name__ == "__main__":
    main()
