# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The local DLI: Huawei Cloud DLI's streaming-job API on loopback, with IAM and an ECS's metadata service beside it.

Written from the API contract (`dli-api.md`, cited by section), never from what a client happens to do. Start reading
at `model/service.py` (the calls about jobs), `model/definitions.py` (create and update), `model/state_machine.py` (the
statuses), `iam/service.py` (sign-in) and `testing/gateway.py` (faults). What is not established is in `model/settings.py`.

Each of these imports only those before it: `clock`, `engine`, `model`, `iam`, `seed`, `api`, `testing`, `instance`,
`server`, `cli`. So `model` knows nothing of HTTP. Nothing is imported from the collection's plugins, nor the other way.
"""

from __future__ import annotations

from .clock import ManualClock, RealClock
from .instance import LocalDli
from .model.settings import SettingError
from .seed import Seed, SeedError, example, load
from .server import serve
from .testing.faults import Rule, RuleError, WireFault

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
