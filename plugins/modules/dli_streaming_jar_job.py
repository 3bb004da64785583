#!/usr/bin/python
# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: dli_streaming_jar_job
short_description: Manage a Flink Jar job of Huawei Cloud Data Lake Insight (DLI)
version_added: 0.2.0
author:
  - Contributors to the huaweicloud.cloud collection (@huaweicloud-ansible)
description:
  - Creates, changes, starts, stops and deletes one streaming job that runs a program of your own from a Jar package.
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
        as a program that does not start, cannot be predicted.
  diff_mode:
    support: full
    details:
      - Shows status and settings of the job before and after.
  idempotent:
    support: full
    details:
      - With O(state=started), a job that has ended by itself in between is started again.
options:
  entrypoint:
    description: The package with the program, by its name in DLI or, for Flink 1.15 and newer, by its OBS path.
    type: str
  main_class:
    description: Class in O(entrypoint) where the program begins.
    type: str
  entrypoint_args:
    description: Arguments of the program, in one text and with blanks between them.
    type: str
  dependency_jars:
    description: Further packages that the program needs. An empty list removes them.
    type: list
    elements: str
  dependency_files:
    description: Further files that the program needs. An empty list removes them.
    type: list
    elements: str
  feature:
    description: V(basic) runs on an image of the service, of O(flink_version); V(custom) on O(image).
    type: str
  image:
    description: The image to run on with O(feature=custom), as C(organisation/name:tag).
    type: str
  checkpoint_path:
    description:
      - Where the program keeps its checkpoints, another place for each job.
      - Cannot be chosen if O(checkpoint_enabled=true).
    type: str
seealso:
  - name: Creating a Flink Jar job
    description: The API call that creates such a job.
    link: https://support.huaweicloud.com/intl/en-us/api-dli/dli_02_0230.html
"""

EXAMPLES = r"""
- name: Create a job, or bring it up to date, and have it run
  huaweicloud.cloud.dli_streaming_jar_job:
    name: clicks_hourly
    queue_name: streaming
    flink_version: "1.15"
    entrypoint: obs://programs/clicks-1.4.jar
    main_class: com.example.Clicks
    entrypoint_args: --window 1h
    state: started

- name: Give a running job more to run on, by way of a restart from a savepoint, and wait until it runs again
  huaweicloud.cloud.dli_streaming_jar_job:
    name: clicks_hourly
    cu_number: 6
    restart: allowed
    wait: true

- name: Bring in a new version of the program, which cannot take over the state of the old one
  huaweicloud.cloud.dli_streaming_jar_job:
    name: clicks_hourly
    entrypoint: obs://programs/clicks-1.5.jar
    restart: allowed
    savepoint: false
    wait: true

- name: Stop a job with a savepoint, and wait until it is at rest
  huaweicloud.cloud.dli_streaming_jar_job:
    name: clicks_hourly
    state: stopped
    wait: true

- name: Delete a job
  huaweicloud.cloud.dli_streaming_jar_job:
    name: clicks_hourly
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
    name: clicks_hourly
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
      sample: clicks_hourly
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
  sample: [entrypoint, parallel_number]
definition:
  description:
    - The settings of the job after the task, by the names of the options; what is JSON text, as data. C(tags) are among
      them if O(tags) is set.
    - In check mode as they would be.
  returned: with O(show_detail=true), when the job could be looked at
  type: dict
  sample:
    name: clicks_hourly
    parallel_number: 4
    checkpoint_mode: exactly_once
msg:
  description: What happened, in one sentence.
  returned: always
  type: str
  sample: Stopped, updated and started job 1001 clicks_hourly.
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
from ansible_collections.huaweicloud.cloud.plugins.module_utils._dli.job import JAR
from ansible_collections.huaweicloud.cloud.plugins.module_utils._module.runner import run_module
from ansible_collections.huaweicloud.cloud.plugins.module_utils._resource.argspec import streaming_job
from ansible_collections.huaweicloud.cloud.plugins.module_utils._resource.desired import DesiredJob, parse_desired_job
from ansible_collections.huaweicloud.cloud.plugins.module_utils._resource.manage import EMPTY_RESULT, manage


def parse_options(params: Mapping[str, t.Any], check_mode: bool) -> DesiredJob:
    """Return the options of the module."""
    return parse_desired_job(JAR, params, check_mode)


def main() -> None:
    """Run the module."""
    spec = {**streaming_job(JAR), **_argspec.waiting(), **_argspec.connection()}
    run_module(AnsibleModule(argument_spec=spec, supports_check_mode=True), parse_options, manage, EMPTY_RESULT)


if __name__ == "__main__":
    main()
