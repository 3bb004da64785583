# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Runs Python as an interpreter of modules, and appends its peak memory in KiB to the file in BENCH_MEMORY."""

from __future__ import annotations

import os
import resource
import subprocess
import sys


def main() -> int:
    code = subprocess.run([sys.executable, *sys.argv[1:]], check=False).returncode
    with open(os.environ["BENCH_MEMORY"], "a", encoding="utf-8") as file:
        file.write(f"{resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss}\n")
    return code


if __name__ == "__main__":
    sys.exit(main())
