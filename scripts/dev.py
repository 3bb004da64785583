# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The one entry to every tool of this repository: ``python3 scripts/dev.py STEP...``; ``make help`` lists the steps."""

from __future__ import annotations

import sys

if sys.version_info < (3, 11):
    sys.exit("scripts/dev.py needs Python 3.11 or newer; name one with: make PYTHON=/path/to/python3.12 ...")

# The modules beside this file are imported fast enough from source, and a checkout stays free of their bytecode.
sys.dont_write_bytecode = True

from devtools.cli import main  # noqa: E402 - only after the version is known to be one that can read it

sys.exit(main(sys.argv[1:]))
