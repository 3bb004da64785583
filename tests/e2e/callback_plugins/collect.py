# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Writes the result of every task to the file in E2E_RESULTS, as one JSON object per line."""

from __future__ import annotations

DOCUMENTATION = r"""
name: collect
type: aggregate
short_description: Collect task results for the tests
description: Writes the result of every task to the file in E2E_RESULTS, as one JSON object per line.
options: {}
"""

import json
import os

from ansible.plugins.callback import CallbackBase


class CallbackModule(CallbackBase):
    """Collects the result of every task."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "collect"

    def _write(self, result, failed):
        clean = json.loads(self._dump_results(result._result))
        entry = {"host": result._host.get_name(), "task": result._task.get_name(), "result": clean, "failed": failed}
        with open(os.environ["E2E_RESULTS"], "a", encoding="utf-8") as file:
            file.write(json.dumps(entry) + "\n")

    def v2_runner_on_ok(self, result):
        self._write(result, False)

    def v2_runner_on_failed(self, result, ignore_errors=False):
        self._write(result, True)

    def v2_runner_on_unreachable(self, result):
        self._write(result, True)
