# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The interface between the service and an engine that runs jobs, in the terms of Flink (local-flink.md 7).

It does not depend on DLI or HTTP, so a real Flink can replace the simulated engine.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

CREATED = "CREATED"
RUNNING = "RUNNING"
RESTARTING = "RESTARTING"
FAILED = "FAILED"
CANCELED = "CANCELED"
FINISHED = "FINISHED"
LOST = "LOST"


@dataclass(frozen=True)
class JobSpec:
    """The definition of a run. ``hints`` are specific to the engine: the simulated engine reads its script from them."""

    name: str
    script: str
    parallelism: int = 1
    checkpoint_interval: float | None = None
    """Seconds between checkpoints, None for no checkpoints."""
    checkpoint_directory: str = ""
    hints: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Observation:
    """The current state of a job."""

    state: str
    error: str = ""
    checkpoint: str | None = None
    """Path of the latest completed checkpoint."""
    started: bool = False
    """Whether its tasks have run. A failed submission is FAILED and not started, a crash is FAILED and started."""


@dataclass(frozen=True)
class OperationResult:
    """The state of a savepoint operation: in progress, completed (``path``) or failed (``failure``)."""

    in_progress: bool
    path: str | None = None
    failure: str | None = None


class Engine(Protocol):
    """Runs, observes and stops jobs. Methods must not block, because the service holds its lock during a call."""

    def submit(self, spec: JobSpec, restore: str | None) -> str:
        """Start a job, from the savepoint ``restore`` if given. Returns its handle. ``poll`` reports a failed submission."""

    def poll(self, handle: str) -> Observation:
        """Return the current state. LOST for an unknown handle."""

    def stop(self, handle: str, target: str) -> str:
        """Create a savepoint under ``target``, then finish the job. Returns the ID of the operation."""

    def savepoint(self, handle: str, target: str) -> str:
        """Create a savepoint under ``target`` of a job that continues. Returns the ID of the operation."""

    def stop_result(self, handle: str, operation: str) -> OperationResult:
        """Return the state of an operation of ``stop`` or ``savepoint``."""

    def cancel(self, handle: str) -> None:
        """Cancel the job without a savepoint. ``poll`` reports when it has ended."""

    def close(self) -> None:
        """Release all resources."""
