# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The values of a run of the benchmark. Uses only the standard library, because the plot has an environment of its own."""

from __future__ import annotations

import dataclasses
import json
import statistics
from dataclasses import dataclass, field
from pathlib import Path

#: Subjects.
OURS = "dli_streaming_jobs_run"
BEFORE = "before"
URI_READ_AND_POST = "uri GET + uri POST"
URI_POST = "uri POST"
URI_LOOP = "uri POST in a loop"
URI = "uri"
SDK = "SDK in a module"
SCRIPT = "requests script"
#: The order in tables and in the plot.
SUBJECTS = (OURS, BEFORE, URI_POST, URI_READ_AND_POST, URI_LOOP, URI, SDK, SCRIPT)

#: Cases.
TASK = "task"
ADHOC = "adhoc"
HUNDRED = "hundred"
SIZES = "sizes"
WAIT = "wait"
NO_LATENCY = "no_latency"
LATENCY = "latency"
PAYLOAD = "payload"

#: The latency of each request in the case LATENCY, and the time between two reads in the case WAIT, in seconds.
LATENCY_SECONDS = 0.1
WAIT_INTERVAL = 1.0


@dataclass
class Series:
    """The values of one subject in one case, one per run. ``requests`` and ``posts`` are numbers that the server counted."""

    case: str
    subject: str
    jobs: int
    seconds: list[float] = field(default_factory=list)
    server_seconds: list[float] = field(default_factory=list)
    """The part of ``seconds`` in which the local DLI processed the requests."""
    requests: list[int] = field(default_factory=list)
    posts: list[int] = field(default_factory=list)
    memory_mb: list[float] = field(default_factory=list)
    payload_kb: list[float] = field(default_factory=list)
    reads_per_round: list[int] = field(default_factory=list)
    noticed_after: list[float] = field(default_factory=list)
    """Seconds from the moment at which the last job runs to the read that noticed it."""

    @property
    def median(self) -> float:
        return statistics.median(self.seconds)

    @property
    def server_median(self) -> float:
        return statistics.median(self.server_seconds)

    @property
    def own_median(self) -> float:
        """The median of the time without the local DLI."""
        return statistics.median(total - server for total, server in zip(self.seconds, self.server_seconds))


@dataclass
class Results:
    """All values of a run. ``baseline`` is the other revision, if any."""

    rounds: int
    machine: str
    versions: str
    revision: str
    baseline: str
    date: str
    series: list[Series] = field(default_factory=list)

    def get(self, case: str, subject: str, jobs: int | None = None) -> Series | None:
        for one in self.series:
            if (one.case, one.subject) == (case, subject) and jobs in (None, one.jobs):
                return one
        return None

    def save(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(dataclasses.asdict(self), indent=1) + "\n", encoding="utf-8")


def load(path: Path) -> Results:
    values = json.loads(path.read_text(encoding="utf-8"))
    return Results(**{**values, "series": [Series(**one) for one in values["series"]]})
