# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The local DLI: Huawei Cloud DLI's streaming-job API on loopback, with IAM and an ECS's metadata service beside it.

Written from the API contract (`dli-api.md`, cited by section), never from what a client happens to do. Start reading
at `service.py` (the calls about jobs), `definitions.py` (what may be written into one), `machine.py` (the statuses),
`iam.py` (signing in) and `gateway.py` (what can go wrong on the way). What is not established is in `settings.py`.
"""

from __future__ import annotations

from .clock import ManualClock, RealClock
from .faults import Rule, RuleError, WireFault
from .local import LocalDli
from .seed import Seed, SeedError, example, load
from .server import serve
from .settings import SettingError

__all__ = [
    "LocalDli",
    "ManualClock",
    "RealClock",
    "Rule",
    "RuleError",
    "Seed",
    "SeedError",
    "SettingError",
    "WireFault",
    "example",
    "load",
    "serve",
]
