# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Keeps several hosts of one play from asking for the same thing at once, and tells the user.

Ansible runs a task for each host of the pattern, several at a time, and a module knows nothing of the other hosts. So
this plugin, on the controller, lets tasks with equal arguments take turns: each then sees what the one before it has
done. Tasks whose arguments differ from host to host, such as one job for each host, go on side by side.
``meta/runtime.yml`` names the modules that it is for: all that change something.
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
    "Several hosts run this task with the same arguments, {first} first. Where they sign in to the same project, each of them"
    " asks for the same thing: run it on one host, such as localhost, or add 'run_once: true'."
)


class ActionModule(NormalAction):
    """Runs the module as ever, in turn with hosts that were given the same arguments."""

    def run(self, tmp: t.Any = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        host = str((task_vars or {}).get("inventory_hostname"))
        with self._turn(host) as first:
            if first != host:
                # Not as a part of the result: it is told before anything is sent, and old ansible-core loses it on the way
                # back from a background task. Ansible shows equal warnings once.
                Display().warning(SAME_ARGUMENTS.format(first=first))
            normal: t.Any = super()  # ansible-core's own has no annotations
            result: dict[str, t.Any] = normal.run(tmp, task_vars)
        return result

    @contextlib.contextmanager
    def _turn(self, host: str) -> t.Iterator[str]:
        """Wait until no other host runs this task with these arguments; the block gets the name of the first that did.

        A background task (``async``) is only begun in its turn.
        """
        # This folder belongs to this run of Ansible: its workers share it, and it is removed in the end.
        folder = vars(constants)["DEFAULT_LOCAL_TMP"]  # the module fills itself with constants as it is loaded
        with open(os.path.join(folder, self._key()), "a+", encoding="utf-8") as file:
            fcntl.flock(file, fcntl.LOCK_EX)  # the kernel frees it when the file is closed, or the worker dies
            file.seek(0)
            first = file.read()
            if not first:
                file.write(host)
                file.flush()
            yield first or host

    def _key(self) -> str:
        """Name what hosts have in common if they ask for the same thing: the task and its arguments."""
        arguments = json.dumps(self._task.args, sort_keys=True, default=str)
        # Arguments may be secret, and so is what could be guessed from an unsalted digest: the folder is the user's alone.
        return "dli-" + hashlib.sha256(f"{self._task._uuid} {arguments}".encode()).hexdigest()
