# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""``python3 path/to/local_dli`` and ``python3 -m local_dli``: the local DLI in the foreground."""

from __future__ import annotations

import sys
from pathlib import Path

if not __package__:
    # Started by its folder's path, as people do with an installed collection: the package is beside the way in.
    sys.path[0] = str(Path(__file__).resolve().parents[1])

try:
    from local_dli.cli import main
except ModuleNotFoundError as error:
    sys.exit(f"The local DLI needs {error.name}; this installs what it needs: {sys.executable} -m pip install flask pyyaml")

if __name__ == "__main__":
    sys.exit(main())
