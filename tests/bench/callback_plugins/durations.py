# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Writes the duration of every task to the file in BENCH_DURATIONS, as one JSON object per line."""

from __future__ import annotations

import json
import os
import time

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = r"""
name: durations
type: aggregate
short_description: Write the duration of every task
description: Writes the duration of every task to the file in BENCH_DURATIONS, as one JSON object per line.
options: {}
"""


class CallbackModule(CallbackBase):
    """Measures each task from its start to its result; for a task with a loop, to the result of the whole loop."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "durations"

    def __init__(self):
        super().__init__()
        self._began = 0.0
        self._began_at = 0.0

    def _write(self, result, failed):
        seconds = time.perf_counter() - self._began
        entry = {
            "name": result._task.get_name(),
            "seconds": seconds,
            "began_at": self._began_at,
            "ended_at": time.time(),
            "failed": failed,
        }
        with open(os.environ["BENCH_DURATIONS"], "a", encoding="utf-8") as file:
            file.write(json.dumps(entry) + "\n")

    def v2_playbook_on_task_start(self, task, is_conditional):
        self._began_at, self._began = time.time(), time.perf_counter()

    def v2_runner_on_ok(self, result):
        self._write(result, False)

    def v2_runner_on_failed(self, result, ignore_errors=False):
        self._write(result, True)

    def v2_runner_on_skipped(self, result):
        self._write(result, True)
