# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs tasks with the same arguments on several hosts of a play one after the other, with a warning.

Ansible runs a task for several hosts of a play in parallel, and a module has no information about the other hosts. This
plugin runs on the controller and serializes tasks that have the same arguments, so each task reads the result of the previous
one. Tasks with different arguments for each host, such as one job for each host, run in parallel.
``meta/runtime.yml`` lists the modules that use this plugin: all modules that change something.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import typing as t

from ansible import constants
from ansible.plugins.action.normal import ActionModule as NormalAction
from ansible.utils.display import Display

SAME_ARGUMENTS = (
    "Several hosts run this task with the same arguments, {first} first. If they use the same project, each of them sends the"
    " same requests. Run the task on one host, such as localhost, or add 'run_once: true'."
)
NO_LOCKS = (
    "The folder {folder} does not support file locks ({reason}), so hosts with the same arguments run this task in parallel. Set"
    " the environment variable ANSIBLE_LOCAL_TEMP to a folder on a local disk, or add 'run_once: true'."
)


class ActionModule(NormalAction):
    """Runs the module, one host at a time for hosts with the same arguments."""

    def run(self, tmp: t.Any = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        host = str((task_vars or {}).get("inventory_hostname"))
        self._task.args = _with_text_keys(self._task.args)
        if self._task.check_mode and self._task.poll:
            self._task.async_val = 0  # check mode does not wait, and ansible-core 2.16 refuses it for background tasks
        with self._turn(host) as first:
            if first != host:
                # Displayed here and not returned: the warning appears before the first request, and old versions of
                # ansible-core lose it in the result of a background task. Ansible displays equal warnings once.
                Display().warning(SAME_ARGUMENTS.format(first=first))
            normal: t.Any = super()  # the class of ansible-core has no annotations
            result: dict[str, t.Any] = normal.run(tmp, task_vars)
        return result

    @contextlib.contextmanager
    def _turn(self, host: str) -> t.Iterator[str]:
        """Wait until no other host runs this task with these arguments; yield the name of the first host that ran it.

        For a background task (``async``), only its start is serialized. Without file locks, there is a warning and no wait.
        """
        # All workers of this run of Ansible share this folder. Ansible removes it at the end.
        folder = vars(constants)["DEFAULT_LOCAL_TMP"]  # the module sets its constants when it is loaded
        with open(os.path.join(folder, self._key()), "a+", encoding="utf-8") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX)  # released when the file is closed, or when the worker ends
            except OSError as error:  # such as ENOLCK for a home directory on NFS
                Display().warning(NO_LOCKS.format(folder=os.path.dirname(folder), reason=error.strerror))
            file.seek(0)
            first = file.read()
            if not first:
                file.write(host)
                file.flush()
            yield first or host

    def _key(self) -> str:
        """Return a key for the task and its arguments, which is equal for hosts that send the same requests."""
        arguments = json.dumps(self._task.args, sort_keys=True, default=str)
        # Arguments may be secret, and an unsalted digest can reveal them. Only the user has access to the folder.
        return "dli-" + hashlib.sha256(f"{self._task._uuid} {arguments}".encode()).hexdigest()


def _with_text_keys(value: t.Any) -> t.Any:
    """Return a value with all keys as texts. In YAML, keys are also numbers, booleans and dates, which JSON cannot sort."""
    if isinstance(value, dict):
        return {_key_text(key): _with_text_keys(item) for key, item in value.items()}
    return [_with_text_keys(item) for item in value] if isinstance(value, (list, tuple)) else value


def _key_text(key: t.Any) -> str:
    """Return a key as in JSON."""
    return json.dumps(key) if key is None or isinstance(key, bool) else str(key)
