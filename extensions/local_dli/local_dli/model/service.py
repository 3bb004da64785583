# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The calls of DLI for streaming jobs, without HTTP: the checks, the changes and the responses.

One lock protects all calls. If several clients start a job at the same time, exactly one start is accepted.
"""

from __future__ import annotations

import contextlib
import itertools
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Callable

from ..clock import Clock, epoch_ms
from ..engine.interface import Engine
from . import graphs, representation, sql
from .codes import BOOLEAN_EXAMPLES, BOOLEANS, MESSAGES, DliError
from .jobs import ACTIVE, STARTABLE, STOPPABLE, Job
from .ledger import Entry, Ledger
from .listing import Lister, ListQuery
from .settings import Settings
from .state_machine import StateMachine


@dataclass(frozen=True)
class Caller:
    """The client of a call, its project and its language ("zh" or "en")."""

    actor: str
    project_id: str
    request_id: str = ""
    language: str = "zh"
    user_id: str = ""
    user_name: str = ""


@dataclass(frozen=True)
class BatchResponse:
    """One element per ID in the order of the request (dli-api.md 1.3). ``refused``: at least one is an error."""

    elements: list[dict[str, Any]]
    refused: bool


class Service:
    """The state of all projects and the calls that change it."""

    def __init__(self, runner: Engine, clock: Clock, settings: Settings, ledger: Ledger) -> None:
        self.lock = threading.RLock()
        self.jobs: dict[int, Job] = {}
        self.machine = StateMachine(runner, clock, settings)
        self.machine.on_restart = self._record_restart
        self.lister = Lister(clock, settings)
        self.clock = clock
        self.settings = settings
        self._ledger = ledger
        self._next_id = itertools.count(1001)

    # --- batch calls -------------------------------------------------------------------------------------------

    def run(self, job_ids: list[int], resume: bool, caller: Caller) -> BatchResponse:
        """POST jobs/run (dli-api.md 1.3)."""

        def start(job_id: int) -> str:
            job = self.find(job_id, caller, DliError("run_unknown"))
            self._check_startable(job, resume)
            self.machine.start(job, resume)
            return "started"

        return self._batch(job_ids, "start", start, caller, resume_savepoint=resume)

    def stop(self, job_ids: list[int], trigger_savepoint: bool, caller: Caller) -> BatchResponse:
        """POST jobs/stop (dli-api.md 1.4)."""

        def stop(job_id: int) -> str:
            job = self.find(job_id, caller, DliError("stop_unknown", self.settings.stop_unknown_code))
            if job.status not in STOPPABLE:
                raise DliError("stop_status")
            self.machine.stop(job, trigger_savepoint)
            return "stopped"

        return self._batch(job_ids, "stop", stop, caller, trigger_savepoint=trigger_savepoint)

    def delete(self, job_ids: list[int], caller: Caller, single: bool = False) -> BatchResponse:
        """POST jobs/delete and DELETE jobs/{job_id}: allowed in any status (dli-api.md 1.5)."""

        def delete(job_id: int) -> str:
            job = self.find(job_id, caller, DliError("delete_unknown" if single else "delete_unknown_batch"))
            if job.status in ACTIVE and self.settings.delete_active == "refuse":
                raise DliError("delete_active", self.settings.delete_active_code, status=job.status)
            self.machine.discard_run(job)
            del self.jobs[job_id]
            self.lister.record_deleted(job)
            return "deleted"

        return self._batch(job_ids, "delete", delete, caller)

    # --- read calls --------------------------------------------------------------------------------------------

    def detail(self, job_id: int, caller: Caller) -> dict[str, Any]:
        """GET jobs/{job_id} (dli-api.md 1.7)."""
        with self.lock:
            self.tick()
            job = self.find(job_id, caller, DliError("detail_unknown"))
            return representation.detail(job, self.clock.monotonic(), epoch_ms(self.clock))

    def metrics(self, job_ids: list[int], caller: Caller) -> list[dict[str, Any]]:
        """POST jobs/metrics (dli-api.md 1.13, deprecated)."""
        with self.lock:
            self.tick()
            found = [self.find(job_id, caller, DliError("detail_unknown")) for job_id in job_ids]
            return [{"job_id": job.job_id, "metrics": representation.metrics(job, self.machine.numbers(job))} for job in found]

    def graph(self, job_id: int, caller: Caller) -> dict[str, Any]:
        """GET jobs/{job_id}/execute-graph (dli-api.md 1.8)."""
        with self.lock:
            self.tick()
            job = self.find(job_id, caller, DliError("graph_unknown", self.settings.graph_unknown_code))
            if job.start_time is None:
                raise DliError("graph_missing")
            return representation.graph(job, epoch_ms(self.clock))

    def stream_graph(self, job_id: int, body: dict[str, Any], operators: dict[str, int], caller: Caller) -> str:
        """POST /v3/…/gen-graph: for the script in the request, not for the script of the job (dli-api.md 1.13)."""
        with self.lock:
            job = self.find(job_id, caller, DliError("graph_unknown", self.settings.graph_unknown_code))
            kind = body.get("job_type") or job.job_type
            version = body.get("flink_version") or job.job_config["flink_version"]
            if kind != "flink_opensource_sql_job" or (version and version not in ("1.10", "1.12")):
                raise DliError("unsupported")
            script = str(body["sql_body"])
            if sql.syntax_error(script) is not None or not graphs.operators(script):
                raise DliError("stream_graph")
            return graphs.stream_graph(script, body, operators)

    def list_jobs(self, query: ListQuery, caller: Caller) -> dict[str, Any]:
        """GET jobs (dli-api.md 3)."""
        with self.lock:
            self.tick()
            return self.lister.page(self.jobs_of_project(caller.project_id), caller.project_id, query)

    # --- changes of one job ------------------------------------------------------------------------------------

    def create_job(self, members: dict[str, Any], caller: Caller) -> Job:
        """Create a job. The calling method holds the lock and has validated the fields."""
        now = epoch_ms(self.clock)
        job = Job(
            job_id=self.new_id(),
            project_id=caller.project_id,
            create_time=now,
            update_time=now,
            user_id=caller.user_id,
            user_name=caller.user_name,
            **members,
        )
        job.history.append((now, job.status))
        self.jobs[job.job_id] = job
        self.lister.record_created(job)
        return job

    def edit(self, job_id: int, members: dict[str, Any], caller: Caller) -> None:
        """Change fields of a job as another client, without the checks of an update."""
        with self.lock, self.recorded(job_id, "edit", caller, fields=tuple(members)):
            job = self.find(job_id, caller, DliError("update_unknown"))
            for name, value in members.items():
                setattr(job, name, value)
            job.update_time = epoch_ms(self.clock)

    def savepoint(self, job_id: int, path: str, caller: Caller) -> None:
        """POST jobs/{job_id}/savepoint: running jobs only (dli-api.md 1.11)."""
        with self.lock, self.recorded(job_id, "savepoint", caller):
            self.tick()
            job = self.find(job_id, caller, DliError("stop_unknown", self.settings.stop_unknown_code))
            if job.status != "job_running":
                raise DliError("stop_status")
            self.machine.savepoint(job, path)

    def import_savepoint(self, job_id: int, path: str, caller: Caller) -> None:
        """POST jobs/{job_id}/import-savepoint: not for a running job (dli-api.md 1.11)."""
        with self.lock, self.recorded(job_id, "import_savepoint", caller):
            self.tick()
            job = self.find(job_id, caller, DliError("update_unknown"))
            if job.status not in STARTABLE:
                raise DliError("stop_status")
            job.savepoints.append(self.machine.imported(path))
            job.savepoint_path = path
            job.update_time = epoch_ms(self.clock)

    # --- state, responses and records --------------------------------------------------------------------------

    def tick(self) -> None:
        """Advance every job to the current time."""
        with self.lock:
            for job in list(self.jobs.values()):
                self.machine.tick(job)

    def add(self, jobs: Iterable[Job]) -> None:
        """Add jobs of a seed. Names can be duplicate, to test clients against such a project."""
        with self.lock:
            for job in jobs:
                self.jobs[job.job_id] = job
                job.history.append((job.update_time, job.status))
                self.machine.register_savepoints(job)
                if job.status in ("job_running", "job_submitting"):
                    self.machine.submit_seeded(job)

    def clear(self) -> None:
        with self.lock:
            for job in self.jobs.values():
                self.machine.discard_run(job)
            self.jobs.clear()
            self.machine.clear()
            self.lister.clear()
            self._next_id = itertools.count(1001)

    def authorize(self, buckets: list[str], caller: Caller) -> None:
        """POST dli/obs-authorize (dli-api.md 1.13, deprecated): adds buckets to the setting ``obs_buckets``."""
        with self.lock, self.recorded(0, "authorize", caller, fields=tuple(buckets)):
            if any(self.settings.has("obs_buckets", bucket) for bucket in buckets):
                raise DliError("bucket_authorized")
            self.settings.obs_buckets = ",".join([self.settings.obs_buckets or "", *buckets]).lstrip(",")

    def success(self, message: str, language: str, **values: Any) -> dict[str, Any]:
        """Return the envelope of a success. ``is_success`` is a string in the JSON (dli-api.md 0.1-4)."""
        boolean = message in BOOLEANS or self.settings.is_success == "boolean"
        boolean = boolean or (self.settings.is_success == "examples" and message in BOOLEAN_EXAMPLES)
        return {"is_success": True if boolean else "true", "message": MESSAGES[message].render(language, **values)}

    def _batch(
        self, job_ids: list[int], operation: str, perform: Callable[[int], str], caller: Caller, **flags: bool
    ) -> BatchResponse:
        """Perform an operation for each ID. A refusal does not affect the other IDs (dli-api.md 1.3).

        A duplicate ID is processed after the first one (not established, dli-api.md 10-2).
        """
        elements: list[dict[str, Any]] = []
        refused = False
        with self.lock:
            self.tick()
            for job_id in job_ids:
                try:
                    message = perform(job_id)
                except DliError as error:
                    refused = True
                    elements.append(error.body(caller.language))
                    self.record(job_id, operation, caller, error, **flags)
                else:
                    elements.append(self.success(message, caller.language))
                    self.record(job_id, operation, caller, None, **flags)
        return BatchResponse(elements, refused)

    def _check_startable(self, job: Job, resume: bool) -> None:
        """Refuse a start according to dli-api.md 1.3. The order of the checks is not documented."""
        if job.status not in STARTABLE:
            raise DliError("run_not_startable", self.settings.active_code, status=job.status)
        if job.run_mode == "exclusive_cluster" and not job.queue_name:
            raise DliError("run_no_queue")
        if job.queue_name and not self.settings.has("queues", job.queue_name):
            raise DliError("queue_unknown", self.settings.queue_unknown_code, name=job.queue_name)
        problem = None if job.is_jar else sql.syntax_error(job.sql_body)
        if problem is not None:
            raise DliError("run_sql", json_opt=problem)
        if resume and not job.has_savepoint:
            raise DliError("run_no_savepoint")

    def find(self, job_id: int, caller: Caller, missing: DliError) -> Job:
        job = self.jobs.get(job_id)
        if job is None or job.project_id != caller.project_id:
            raise missing
        return job

    def jobs_of_project(self, project_id: str) -> list[Job]:
        return [job for job in self.jobs.values() if job.project_id == project_id]

    def new_id(self) -> int:
        return next(job_id for job_id in self._next_id if job_id not in self.jobs)

    @contextlib.contextmanager
    def recorded(self, job_id: int, operation: str, caller: Caller, **more: Any) -> Iterator[None]:
        """Record in the ledger whether the block is accepted or refused, with the error code."""
        with self.recorded_refusal(job_id, operation, caller, **more):
            yield
        self.record(job_id, operation, caller, None, **more)

    @contextlib.contextmanager
    def recorded_refusal(self, job_id: int, operation: str, caller: Caller, **more: Any) -> Iterator[None]:
        """Record in the ledger only a refusal of the block, for checks before a change."""
        try:
            yield
        except DliError as error:
            self.record(job_id, operation, caller, error, **more)
            raise

    def record(self, job_id: int, operation: str, caller: Caller, error: DliError | None, **more: Any) -> None:
        code = None if error is None else error.code
        at = epoch_ms(self.clock)
        self._ledger.add(Entry(at, caller.actor, job_id, operation, error is None, code, caller.request_id, **more))

    def _record_restart(self, job: Job) -> None:
        resumed = job.resumed_from is not None
        self.record(job.job_id, "restart", Caller("dli", job.project_id), None, resume_savepoint=resumed)
