# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""``python3 path/to/extensions/local_dli``: the local DLI in the foreground, from a clone or an installed collection."""

from __future__ import annotations

import sys

try:
    # Python adds the folder that it starts to sys.path. The package is in that folder.
    from local_dli.cli import main
except ModuleNotFoundError as error:
    sys.exit(f"The Python library {error.name} is missing. Install it: {sys.executable} -m pip install flask pyyaml")

if __name__ == "__main__":
    sys.exit(main())
