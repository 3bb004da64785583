# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A monitor over a service in memory, with a clock of the test."""

from __future__ import annotations

import logging

from ansible_collections.huaweicloud.cloud.plugins.module_utils._events.monitor import Monitor
from ansible_collections.huaweicloud.cloud.plugins.module_utils._events.options import parse_source_options


class FakeConnection:
    """A connection that uses the client of the test and masks one text."""

    def __init__(self, dli):
        self.dli = dli
        self.endpoint, self.project_id, self.warnings = "http://127.0.0.1:1", "0a1b", ()

    def client(self, deadline):
        return self.dli

    def message(self, error):
        return self.mask(str(error))

    @staticmethod
    def mask(text):
        return text.replace("hunter22", "********")


class Connections:
    """Creates connections and counts them. ``errors`` are raised by the next ones."""

    def __init__(self, dli):
        self.dli, self.created, self.errors = dli, 0, []

    def __call__(self):
        self.created += 1
        error = self.errors.pop(0) if self.errors else None
        if error is not None:
            raise error
        return FakeConnection(self.dli)


def monitor(dli, connections=None, **args):
    """Return a monitor with these options."""
    return Monitor(parse_source_options(args), connections or Connections(dli), dli.clock, logging.getLogger("test"))
