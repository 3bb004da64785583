# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What the service asks of whatever runs the jobs, in Flink's words (local-flink.md 7).

No DLI words and no HTTP here: a real Flink can take the place of the simulated engine and the service does not notice.
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
    """What to run. ``hints`` are for the engine alone (the simulated one reads its script there)."""

    name: str
    script: str
    parallelism: int = 1
    checkpoint_interval: float | None = None
    """Seconds between checkpoints, or None for none."""
    checkpoint_directory: str = ""
    hints: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Observation:
    """What a job looks like right now."""

    state: str
    error: str = ""
    checkpoint: str | None = None
    """Path of the latest completed checkpoint."""
    started: bool = False
    """Whether its tasks ever ran: tells a refused submission (FAILED, not started) from a crash."""


@dataclass(frozen=True)
class OperationResult:
    """How a savepoint operation stands: in progress, done (``path``) or failed (``failure``)."""

    in_progress: bool
    path: str | None = None
    failure: str | None = None


class Engine(Protocol):
    """Runs, observes, stops. No call may block for long: the service holds its lock meanwhile."""

    def submit(self, spec: JobSpec, restore: str | None) -> str:
        """Start a job, from savepoint ``restore`` if given; returns its handle. A refusal shows in ``poll``."""

    def poll(self, handle: str) -> Observation:
        """What is known now; LOST for a handle the engine does not know."""

    def stop(self, handle: str, target: str) -> str:
        """Make a savepoint under ``target``, then finish the job; returns the operation's id."""

    def savepoint(self, handle: str, target: str) -> str:
        """Make a savepoint under ``target`` and go on running; returns the operation's id."""

    def stop_result(self, handle: str, operation: str) -> OperationResult:
        """How an operation of ``stop`` or ``savepoint`` stands."""

    def cancel(self, handle: str) -> None:
        """End the job without a savepoint, as soon as possible; ``poll`` shows when it is done."""

    def close(self) -> None:
        """Release all resources."""
