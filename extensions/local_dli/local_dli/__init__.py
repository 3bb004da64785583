# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The local DLI: the streaming-job API of Huawei Cloud DLI on loopback, with IAM and the metadata service of an ECS.

It implements the API contract (`dli-api.md`, cited by section), not the behaviour of a client. The main modules are
`model/service.py` (calls for jobs), `model/definitions.py` (create and update), `model/state_machine.py` (statuses),
`iam/service.py` (authentication) and `testing/gateway.py` (faults). `model/settings.py` has the behaviour that is not
established.

Each of these modules imports only the modules before it: `clock`, `engine`, `model`, `iam`, `seed`, `api`, `testing`,
`instance`, `server`, `cli`. `model` does not depend on HTTP. The local DLI and the plugins of the collection do not import
each other.
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
