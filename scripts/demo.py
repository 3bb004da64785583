# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Run a command with the environment variables of a local DLI, which is served during the command."""

from __future__ import annotations

import os
import subprocess
import sys

from local_dli.server import serve

with serve(settings={"submit_delay": 2.0, "stop_delay": 2.0, "savepoint_delay": 2.0, "accept_lag": 0.5}) as service:
    sys.exit(subprocess.run(sys.argv[1:], env={**os.environ, **service.env()}, check=False).returncode)
