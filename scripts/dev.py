# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Entry point of all development tools: ``python3 scripts/dev.py STEP...``; ``make help`` lists the steps."""

from __future__ import annotations

import sys

if sys.version_info < (3, 11):
    sys.exit("scripts/dev.py requires Python 3.11 or newer. Specify one: make PYTHON=/path/to/python3.12 ...")

# Keep bytecode out of the checkout.
sys.dont_write_bytecode = True

from devtools.cli import main  # noqa: E402 - the version check comes first, because older versions cannot parse this package

sys.exit(main(sys.argv[1:]))
