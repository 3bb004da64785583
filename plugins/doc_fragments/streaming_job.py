# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Options of a job as a resource that both kinds of jobs have; mirrors ``_resource/argspec.streaming_job()``."""

from __future__ import annotations


class ModuleDocFragment:
    """A job as a resource."""

    DOCUMENTATION = r"""
options:
  name:
    description:
      - Name of the job, at most 57 characters. It says which job is meant, and must be borne by no more than one.
      - With O(job_id), the name that the job is to have. A rename counts as a change that needs a restart.
      - One of O(name) and O(job_id) is required.
    type: str
  job_id:
    description:
      - Id of the job, a whole number from 1 to 9223372036854775807, if it is not to be found by its name.
      - A job that is to be created has none yet, so that an id which the project does not have is an error, unless with
        O(state=absent).
    type: str
  state:
    description:
      - V(present) - the job is there and has the settings that are given. A new one is not started; one that runs goes on
        running.
      - V(started) - the same, and the job is running or has been started.
      - V(stopped) - the same, and the job is at rest.
      - V(absent) - there is no such job.
      - With V(started) and V(stopped) a job is only created if there is something it can run, so that a slip in O(name) makes
        no empty one.
    type: str
    choices: [present, absent, started, stopped]
    default: present
  restart:
    description:
      - Whether a running job may be stopped, changed and started again, where a setting cannot change while it runs.
        O(smn_topic), O(obs_bucket), O(restart_when_exception), O(resume_checkpoint), O(resume_max_num) and C(checkpoint_path)
        can; O(tags) as well.
      - V(never) - the task fails before anything is sent, and says which settings need it.
      - V(allowed) - the job is stopped, waited for until it is at rest (O(wait_timeout), whatever O(wait) says), changed,
        and started.
    type: str
    choices: [never, allowed]
    default: never
  savepoint:
    description: Whether a running job is to make a savepoint when it is stopped, for a restart or with O(state=stopped).
    type: bool
    default: true
  resume_savepoint:
    description:
      - Whether a start is to restore the job from its most recently created savepoint or checkpoint. The service refuses it
        for a job that has none.
      - The default for a restart is to restore the savepoint that was made for it (see O(savepoint)); for any other start it
        is V(false).
      - A savepoint does not fit any more once SQL, program or parallelism have changed. For such a restart this option has to
        be set, one way or the other; with V(true), a warning says what may come of it.
    type: bool
  force:
    description: With O(state=absent), whether to delete a job that is not at rest.
    type: bool
    default: false
  tags:
    description:
      - Tags of the job, as a dictionary. Only those that are given are compared, unless with O(purge_tags).
      - A tag with another value is removed before it is set anew.
    type: dict
  purge_tags:
    description: Whether to remove tags that O(tags) does not name.
    type: bool
    default: false
  show_detail:
    description:
      - Whether to return the settings of the job as RV(definition), SQL included.
      - Without it the result holds no settings. The diff mode of Ansible shows them in any case; that is what it is for.
    type: bool
    default: false
  desc:
    description: Description of the job.
    type: str
  queue_name:
    description: Name of the queue on which the job runs.
    type: str
  flink_version:
    description: Version of Flink, for example V(1.15).
    type: str
  cu_number:
    description: Number of compute units (CUs) of the job. The service takes 2 for a new job.
    type: int
  manager_cu_number:
    description: Number of CUs of the job manager. The service takes 1 for a new job.
    type: int
  parallel_number:
    description:
      - Number of tasks that run at the same time; at most four for each CU that is not the job manager's. The service takes 1
        for a new job.
    type: int
  tm_cus:
    description: Number of CUs of each task manager. The service takes 1 for a new job.
    type: int
  tm_slot_num:
    description: Number of slots of each task manager.
    type: int
  resource_config_version:
    description: V(v1) counts CUs; V(v2) takes memory and processors from O(resource_config).
    type: str
  resource_config:
    description: Memory and processors of the job. Only what is given is compared.
    type: dict
    suboptions:
      max_slot:
        description: Number of slots of the job.
        type: int
      parallel_number:
        description: Number of tasks that run at the same time.
        type: int
      jobmanager_resource_spec:
        description: What the job manager gets.
        type: dict
        suboptions:
          cpu:
            description: Number of processors, at least 0.5.
            type: float
          memory:
            description: Amount of memory, for example V(4G).
            type: str
      taskmanager_resource_spec:
        description: What each task manager gets.
        type: dict
        suboptions:
          cpu:
            description: Number of processors, at least 0.5.
            type: float
          memory:
            description: Amount of memory, for example V(4G).
            type: str
  checkpoint_enabled:
    description: Whether the job makes checkpoints. They need O(obs_bucket).
    type: bool
  checkpoint_mode:
    description:
      - How often an event counts after a restart from a checkpoint, V(exactly_once) or V(at_least_once).
      - The numbers V(1) and V(2) by which the service takes these are good, too.
    type: str
  checkpoint_interval:
    description: Seconds between two checkpoints.
    type: int
  obs_bucket:
    description: Name of the OBS bucket for checkpoints, savepoints and logs. DLI must be authorised for it.
    type: str
  log_enabled:
    description: Whether the logs of the job are kept, in O(obs_bucket).
    type: bool
  smn_topic:
    description: Topic of the Simple Message Notification service that hears of a job's failure.
    type: str
  restart_when_exception:
    description: Whether the service starts the job again when it has failed.
    type: bool
  resume_checkpoint:
    description: Whether that restores the latest checkpoint.
    type: bool
  resume_max_num:
    description: How often an hour that is done at most; V(-1) is without limit.
    type: int
  runtime_config:
    description: Further settings of Flink, as a dictionary or JSON text. Compared as data.
    type: json
  flink_log_config:
    description: Levels of the job's logs, as a dictionary or JSON text. Compared as data.
    type: json
  execution_agency_urn:
    description: Agency by which the job gets at other services, for Flink 1.15 and newer.
    type: str
notes:
  - Only options that are set are compared and sent. An empty text counts as unset, as surveys hand it over, so that a text can
    be changed but not emptied.
  - An update sends nothing but the settings that differ.
  - The task reads the job that bears the name in two requests, one if O(job_id) is set, and one more if O(tags) is. If all is
    as it should be, that is all it does.
  - After a restart that failed on its way the job is not set back to its old settings. The message says where it stands and
    how to go on.
  - Ansible keeps the options of a task in the member C(invocation) of its result, SQL included; C(no_log) at the task hides it.
"""
