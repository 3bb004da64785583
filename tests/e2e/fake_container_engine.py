# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""A stand-in for podman and docker, which are not to be had in tests: it writes down what it is asked for.

What is to run in an image runs without one, with the variables that are handed on to it and no others of their kind.
Called as: container_engine.py LOG NAME WORD...
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

#: In place of the real cloud: where the service is.
PLACES = ("HW_DLI_ENDPOINT", "HW_AUTH_URL")


def main(log: str, name: str, *words: str) -> None:
    with open(log, "a", encoding="utf-8") as file:
        file.write(json.dumps([name, *words]) + "\n")
    if words[:2] == ("image", "inspect"):
        print('[{"Id": "0"}]')
    if words[0] == "run":
        # ansible-runner puts the image behind the name, and what is to run behind the image.
        command = words[words.index("--name") + 3 :]
        given = Path(words[words.index("--env-file") + 1]).read_text(encoding="utf-8").splitlines()
        handed_on = dict(line.split("=", 1) for line in given if line.startswith("HW_"))
        kept = {key: value for key, value in os.environ.items() if not key.startswith("HW_") or key in PLACES}
        # ansible-runner's own display lies where the image would have it.
        kept.pop("ANSIBLE_STDOUT_CALLBACK", None)
        os.execvpe(command[0], command, {**kept, **handed_on})


if __name__ == "__main__":
    main(*sys.argv[1:])
