# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Options that SQL jobs and Jar jobs share; mirrors ``_resource/argspec.streaming_job()``."""

from __future__ import annotations


class ModuleDocFragment:
    """Settings of a job."""

    DOCUMENTATION = r"""
options:
  name:
    description:
      - Name of the job, at most 57 characters. It identifies the job, and must be unique in the project.
      - With O(job_id), the new name of the job. A running job must be restarted to change its name.
      - One of O(name) and O(job_id) is required.
    type: str
  job_id:
    description:
      - ID of the job, a whole number from 1 to 9223372036854775807, as an alternative to O(name).
      - The job must exist, except with O(state=absent).
    type: str
  state:
    description:
      - Requested state of the job.
      - V(present) - the job exists and has the specified settings. A new job is not started. A running job continues to run.
      - V(started) - as V(present), and the job is running or being started. An inactive job is started if its status
        allows a start.
      - V(stopped) - as V(present), and the job is inactive. An active job is stopped.
      - V(absent) - the job does not exist.
    type: str
    choices: [present, absent, started, stopped]
    default: present
  restart:
    description:
      - Whether a running job may be stopped, updated and started again to change settings that cannot be changed while it
        is running. O(smn_topic), O(obs_bucket), O(restart_when_exception), O(resume_checkpoint), O(resume_max_num) and O(tags)
        can be changed without a restart.
      - V(never) - the task fails before any change, and the message contains the settings that require a restart.
      - V(allowed) - the job is stopped, updated and started. The task waits until the job is inactive, at most
        O(wait_timeout) seconds, regardless of O(wait).
    type: str
    choices: [never, allowed]
    default: never
  savepoint:
    description: Whether to create a savepoint when a running job is stopped, for a restart or with O(state=stopped).
    type: bool
    default: true
  resume_savepoint:
    # The modules also describe when it is required, and its default.
    description: Whether to start the job from its most recently created savepoint or checkpoint.
    type: bool
  force:
    description:
      - Whether O(state=absent) also deletes an active job. The service stops the job without a savepoint.
      - A job is inactive if its status is V(job_init), V(job_submit_fail), V(job_running_exception), V(job_cancel_success),
        V(job_arrearage_stopped) or V(job_finish). In any other status, it is active.
    type: bool
    default: false
  tags:
    description:
      - Tags of the job, as a dictionary. Other tags of the job are not changed, except with O(purge_tags).
      - Each key has from 1 to 128 characters, and each value has from 1 to 255 characters. Editions of the documentation of the
        service also contain the limits 36 and 43, so the service may refuse longer ones.
      - To change the value of a tag, the module sets the tag again and reads the tags to confirm the new value. It does not
        remove the tag first, so a job keeps the previous value if the service refuses the new one.
    type: dict
  purge_tags:
    description: Whether to remove tags that are not in O(tags). They are removed after O(tags) are set.
    type: bool
    default: false
  purge_settings:
    description:
      - Whether to reset all settings that are not set by options, so that the job has exactly the specified settings. Use it with
        a complete definition, for example with RV(definition) of an earlier task.
      - A setting with a default is set to the default. Other texts, JSON texts and lists are set to an empty value, with a
        request of their own, because it is not documented that the service accepts every empty value.
      - An update cannot remove O(checkpoint_interval), O(tm_slot_num) and, of a Jar job, C(feature). The module does not remove
        C(sql_body) of a SQL job and C(entrypoint) of a Jar job, because the job cannot run without them. If the job has one of
        these settings and the options do not, or if the service refuses an empty value, the task performs all other steps, and
        then fails with the state V(not_reset). Values of O(checkpoint_interval) and O(tm_slot_num) that the service fills in for
        each job count as not set.
      - Tags have the option O(purge_tags).
    type: bool
    default: false
  show_detail:
    description:
      - Whether to return the settings of the job as RV(definition).
      - If V(false), the result contains no settings. The diff mode of Ansible shows changed settings in any case.
    type: bool
    default: false
  desc:
    description:
      - Description of the job, at most 2048 characters for an SQL job, and at most 512 characters for a Jar job.
      - Editions of the documentation of the service also contain the limit 512 for an SQL job, so the service may refuse a
        longer one.
    type: str
  queue_name:
    description: Name of the queue on which the job runs, at most 128 characters.
    type: str
  flink_version:
    description: Version of Flink, for example V(1.15).
    type: str
  cu_number:
    description: Number of compute units (CUs) of the job, from 2 to 400. The default of the service for a new job is 2.
    type: int
  manager_cu_number:
    description: Number of CUs of the job manager. The default of the service for a new job is 1.
    type: int
  parallel_number:
    description:
      - Number of parallel tasks, from 1 to 2000. The default of the service for a new job is 1.
      - For an SQL job with O(resource_config_version=v1), at most four for each CU that is not used by the job manager.
    type: int
  tm_cus:
    description: Number of CUs of each task manager. The default of the service for a new job is 1.
    type: int
  tm_slot_num:
    description: Number of slots of each task manager.
    type: int
  resource_config_version:
    description: Version of the resource configuration. V(v1) uses CUs, V(v2) uses the values of O(resource_config).
    type: str
  resource_config:
    description: Memory and processors of the job. Only the specified values are compared.
    type: dict
    suboptions:
      max_slot:
        description: Number of slots of the job.
        type: int
      parallel_number:
        description: Number of parallel tasks.
        type: int
      jobmanager_resource_spec:
        description: Resources of the job manager.
        type: dict
        suboptions:
          cpu:
            description: Number of processors, at least 0.5.
            type: float
          memory:
            description: Amount of memory, at least 2 GB, for example V(4G).
            type: str
      taskmanager_resource_spec:
        description: Resources of each task manager.
        type: dict
        suboptions:
          cpu:
            description: Number of processors, at least 0.5.
            type: float
          memory:
            description: Amount of memory, at least 2 GB, for example V(4G).
            type: str
  checkpoint_enabled:
    description: Whether the job creates checkpoints. Checkpoints require O(obs_bucket).
    type: bool
  checkpoint_mode:
    description:
      - Processing guarantee after a restart from a checkpoint, V(exactly_once) or V(at_least_once).
      - The numeric values of the service, V(1) and V(2), are accepted as well.
    type: str
  checkpoint_interval:
    description: Seconds between two checkpoints, from 1 to 3600.
    type: int
  obs_bucket:
    description: Name of the OBS bucket for checkpoints, savepoints and logs. DLI must be authorised for it.
    type: str
  log_enabled:
    description: Whether to store the logs of the job in O(obs_bucket).
    type: bool
  smn_topic:
    description: Topic of the Simple Message Notification service (SMN) that receives a notification if the job fails.
    type: str
  restart_when_exception:
    description: Whether the service restarts the job after a failure.
    type: bool
  resume_checkpoint:
    description: Whether the service resumes from the latest checkpoint after a failure.
    type: bool
  resume_max_num:
    description: Maximum number of restarts after failures per hour, V(-1) or at least 1. V(-1) means no limit.
    type: int
  runtime_config:
    description:
      - Further settings of Flink, as a dictionary or JSON string. Differences in JSON formatting are ignored.
    type: json
  flink_log_config:
    description: Log levels of the job, as a dictionary or JSON string. Differences in JSON formatting are ignored.
    type: json
  execution_agency_urn:
    description: Agency that the job uses to access other services, for Flink 1.15 and newer.
    type: str
notes:
  - If the region does not provide the calls for tags, the module sets O(tags) when it creates a job, and otherwise ignores
    the option with a warning. To detect this, it reads the tags of a new job once.
  - Only options that are set are compared and sent. An empty string is treated as unset, because surveys send empty strings.
    A setting can therefore be changed, but not set to an empty string, except with O(purge_settings).
  - An update sends only the settings that differ.
  - The options are checked before the first request, and the message contains all options that are not allowed. Only the limit
    of O(parallel_number) that depends on other settings is checked after the job is read. Options without a documented range
    are checked by the service.
  - The task reads the job with two requests, or with one request if O(job_id) is set, and with one additional request if
    O(tags) is set. If no change is required, it sends no other requests. It reads the tags again after a change of the value
    of a tag.
  - If a restart fails, the previous settings of the job are not restored. The message contains the status of the job and the
    next step. The role C(huaweicloud.cloud.streaming_jobs_rollout) restores them.
"""
