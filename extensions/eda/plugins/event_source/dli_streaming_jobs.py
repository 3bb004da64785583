# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Event source of Event-Driven Ansible for DLI streaming jobs. The implementation is in ``plugins/module_utils/_events``."""

from __future__ import annotations

DOCUMENTATION = r"""
module: dli_streaming_jobs
short_description: Receive events about streaming jobs of Huawei Cloud Data Lake Insight (DLI)
version_added: 0.2.0
author:
  - Contributors to the huaweicloud.cloud collection (@huaweicloud-ansible)
description:
  - An event source for C(ansible-rulebook). It reads the status of streaming (Apache Flink) jobs at an interval, and emits an
    event for each change. It sends only requests that read data. One request reads up to 100 jobs.
  - O(job_ids) and O(job_names) select the union of the named jobs. Without them, all jobs of the project are selected.
    O(queue_name) and O(tags) filter the selected jobs.
  - >-
    Each event has the key C(dli) with the keys C(kind), C(msg), C(job_id), C(name), C(status), C(status_before),
    C(status_desc), C(queue_name), C(has_savepoint), C(start_time), C(restart_times), C(failures), C(reminder),
    C(auto_restart), C(project_id) and C(endpoint). All keys are always present.
  - >-
    The value of C(kind) is V(failed), V(action_required) (the account is in arrears, or a stop has failed), V(changed),
    V(gone) (the job was deleted, or is no longer selected), V(source_trouble) (the jobs cannot be read) or
    V(source_recovered).
  - The first poll reports only jobs in a status that is V(failed) or V(action_required). Later polls report each change once.
  - C(failures) is the number of failures of the job within O(failure_window). Compare it in the rule that restarts jobs.
  - The source ends with an error if an option is invalid or the credentials are rejected. In an outage of the service, it
    continues with longer pauses of up to 60 seconds.
extends_documentation_fragment:
  - huaweicloud.cloud.connection
options:
  job_ids:
    description:
      - IDs of jobs, whole numbers from 1 to 9223372036854775807.
      - A list, a single ID, or a string of IDs separated by commas, spaces or line breaks.
    type: list
    elements: raw
  job_names:
    description:
      - Exact names of jobs. A list, or a string of names separated by commas or line breaks.
      - If several jobs have the same name, all of them are selected.
    type: list
    elements: raw
  queue_name:
    description: Only jobs in this queue.
    type: str
  tags:
    description: Only jobs that have all of these tags, with these values.
    type: dict
  statuses:
    description:
      - Emit events of the kind V(changed) only for changes to one of these DLI statuses. The default is all statuses.
      - Events of the other kinds are always emitted.
    type: list
    elements: raw
  failed_statuses:
    description: DLI statuses in which a job counts as failed.
    type: list
    elements: raw
    default: [job_running_exception, job_submit_fail]
  interval:
    description:
      - Seconds between two polls, at least 5. For an O(endpoint) on a loopback address, shorter intervals are accepted.
      - A status that a job has for less than the interval may not be reported.
    type: float
    default: 30
  poll_timeout:
    description: Maximum duration of a poll in seconds, retries included.
    type: float
    default: 60
  failure_window:
    description: Seconds for which a failure of a job is counted in C(failures).
    type: float
    default: 3600
  reminder_interval:
    description:
      - Seconds after which an event of the kind V(failed) or V(action_required) is emitted again if the job still has the
        same status. C(reminder) is 0 in the first event, and then the number of the reminder.
      - With V(0), no reminders are emitted.
    type: float
    default: 900
  auto_restart_timeout:
    description:
      - Seconds for which a job with C(restart_when_exception) that has the status V(job_running_exception) is not reported as
        V(failed), because DLI restarts it. The change is reported as V(changed) with C(auto_restart) V(pending).
      - With V(0), such a job is reported as V(failed) at once.
    type: float
    default: 300
  report_failed_at_start:
    description:
      - Whether the first poll reports jobs that have already failed or already require an action.
      - With V(false), failures during a restart of C(ansible-rulebook) are not reported.
    type: bool
    default: true
  trouble_after:
    description: Number of consecutive polls that must fail before an event of the kind V(source_trouble) is emitted.
    type: int
    default: 3
notes:
  - The source requires the IAM permissions C(dli:jobs:list) (named C(dli:jobs:listAll) in a role policy) and C(dli:jobs:get).
  - The source runs in the Python environment of C(ansible-rulebook), which requires the library C(requests).
  - Do not write secrets into a rulebook, because C(ansible-rulebook -vv) prints it. Set the environment variables of the
    connection, which playbooks inherit.
"""

EXAMPLES = r"""
- name: Show changes of streaming jobs
  hosts: localhost
  sources:
    - name: streaming_jobs
      huaweicloud.cloud.dli_streaming_jobs:
        region: cn-north-4
        queue_name: flink_queue
        interval: 30
  rules:
    - name: Restart a failed job from its latest savepoint, at most three times per hour
      condition: event.dli.kind == "failed" and event.dli.failures <= 3 and event.dli.reminder == 0
      action:
        run_playbook:
          name: huaweicloud.cloud.streaming_jobs_recover
          extra_vars:
            dli_job_ids: "{{ event.dli.job_id }}"
            dli_wait: false

    - name: Show other events
      condition: event.dli.kind is defined
      action:
        debug:
          msg: "{{ event.dli.msg }}"
"""

import asyncio
import contextlib
import importlib
import logging
import os
import sys
import threading
import types
import typing as t
from collections.abc import Mapping
from pathlib import Path

#: Without a name of its own, the logger would have the name <run_path>.
LOGGER = logging.getLogger("huaweicloud.cloud.dli_streaming_jobs")
#: ansible-rulebook runs this file without its package, and cannot import ansible_collections. The directory is imported as:
PACKAGE = "huaweicloud_cloud_module_utils"
MODULE_UTILS = Path(__file__).resolve().parents[4] / "plugins" / "module_utils"

T = t.TypeVar("T")


def load(name: str) -> t.Any:
    """Return a module of ``plugins/module_utils`` of this copy of the collection."""
    if PACKAGE not in sys.modules:
        package = types.ModuleType(PACKAGE)
        package.__path__ = [str(MODULE_UTILS)]
        sys.modules[PACKAGE] = package
    return importlib.import_module(f"{PACKAGE}.{name}")


async def run_in_thread(function: t.Callable[[], T]) -> T:
    """Run a function without blocking the event loop.

    The thread is a daemon, because the end of the program would wait for other threads, and a request can take a minute.
    """
    loop = asyncio.get_running_loop()
    outcome: asyncio.Future[T] = loop.create_future()

    def deliver(result: T | None, error: BaseException | None) -> None:
        if outcome.done():  # cancelled
            return
        if error is not None:
            outcome.set_exception(error)
        else:
            outcome.set_result(t.cast(T, result))

    def run() -> None:
        result, error = None, None
        try:
            result = function()
        except BaseException as caught:
            error = caught
        # RuntimeError: the program has closed the loop without waiting for this thread.
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(deliver, result, error)

    threading.Thread(target=run, name="dli_streaming_jobs", daemon=True).start()
    return await outcome


async def main(queue: asyncio.Queue[t.Any], args: Mapping[str, t.Any]) -> None:
    """Poll the jobs and put the events into the queue, until the task is cancelled or the options are invalid."""
    monitor = await run_in_thread(lambda: load("_events.monitor").new_monitor(args, os.environ, LOGGER))
    while True:
        # A queue that is full delays the next poll; no event is lost.
        for event in await run_in_thread(monitor.poll):
            await queue.put(event)
        await asyncio.sleep(monitor.pause)
