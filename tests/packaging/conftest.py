# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What stands around the collection: README, release guide, workflows (``make packaging`` sets PACKAGING_BIN)."""

from __future__ import annotations

import importlib
import os
import sys
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
BIN = Path(os.environ["PACKAGING_BIN"])
#: Without what a make that started us says to the makes that we start.
ENV = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
sys.path.insert(0, str(CHECKOUT / "scripts"))

STEPS = importlib.import_module("devtools.steps").STEPS
MATRIX = importlib.import_module("devtools.matrix").MATRIX
CHORES = importlib.import_module("devtools.chores").CHORES
sources = importlib.import_module("devtools.stage").sources
