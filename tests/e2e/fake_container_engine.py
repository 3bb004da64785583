# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""A replacement for podman and docker that logs its arguments.

It runs the command of an image on this machine. Of the HW_ variables, the command receives only those of the container.
Usage: fake_container_engine.py LOG NAME WORD...
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

#: Variables of the local DLI, which replaces the cloud.
ENDPOINTS = ("HW_DLI_ENDPOINT", "HW_AUTH_URL")


def main(log: str, name: str, *words: str) -> None:
    with open(log, "a", encoding="utf-8") as file:
        file.write(json.dumps([name, *words]) + "\n")
    if words[:2] == ("image", "inspect"):
        print('[{"Id": "0"}]')
    if words[0] == "run":
        # ansible-runner puts the image after the name, and the command after the image.
        command = words[words.index("--name") + 3 :]
        given = Path(words[words.index("--env-file") + 1]).read_text(encoding="utf-8").splitlines()
        passed = dict(line.split("=", 1) for line in given if line.startswith("HW_"))
        kept = {key: value for key, value in os.environ.items() if not key.startswith("HW_") or key in ENDPOINTS}
        # Only images contain the callback plugin of ansible-runner.
        kept.pop("ANSIBLE_STDOUT_CALLBACK", None)
        os.execvpe(command[0], command, {**kept, **passed})


if __name__ == "__main__":
    main(*sys.argv[1:])
