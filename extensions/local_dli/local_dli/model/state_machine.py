# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The status machine (dli-api.md 2.2): turns what the engine observes, and what was asked, into DLI's statuses.

The engine only runs and observes. Everything DLI means by it - which end is a stop and which a finish, when a
savepoint dies, when a failed job is started again - is decided here and nowhere else.
"""

from __future__ import annotations

from typing import Any, Callable

from ..clock import Clock, epoch_ms
from ..engine import interface
from ..engine.interface import Engine, JobSpec, Observation
from .jobs import Job, Savepoint
from .savepoints import Registry, checkpoint_directory, fingerprint, folder, restore_error, savepoint_directory
from .settings import Settings
from .sql import markers

_HOUR = 3600.0


class StateMachine:
    """Starts, stops and advances single jobs. The caller holds the lock and has checked that the step is legal."""

    def __init__(self, runner: Engine, clock: Clock, settings: Settings) -> None:
        self._engine = runner
        self._clock = clock
        self._settings = settings
        self._registry = Registry()
        self.on_change: Callable[[Job, str], None] | None = None
        """Called at every status change: the job and its old status."""
        self.on_restart: Callable[[Job], None] | None = None
        """Called at every automatic restart."""
        self._steps: dict[str, Callable[[Job], bool]] = {
            "job_submitting": self._submitting,
            "job_running": self._running,
            "job_savepointing": self._savepointing,
            "job_canceling": self._canceling,
            "job_running_exception": self._failed,
        }

    def start(self, job: Job, resume: bool) -> None:
        """An accepted run."""
        self._lag(job)
        self._submit(job, job.restorable if resume else None)

    def stop(self, job: Job, trigger_savepoint: bool) -> None:
        """An accepted stop. A job that is still being submitted has nothing to save, so it is only cancelled."""
        self._lag(job)
        if trigger_savepoint and job.status == "job_running" and job.handle is not None:
            self._begin_savepoint(job, stopping=True, target=savepoint_directory(job, self._clock))
            return
        if job.handle is not None:
            self._engine.cancel(job.handle)
        self.set_status(job, "job_canceling")

    def savepoint(self, job: Job, target: str) -> None:
        """An accepted savepoint by hand (dli-api.md 1.11)."""
        self._begin_savepoint(job, stopping=False, target=target)

    def submit_seeded(self, job: Job) -> None:
        """Submit a run for a job that a seed calls running or submitting."""
        # Only the seeded run is at once or never; the next one has the usual pace.
        fast = {"submit_delay": 0.0 if job.status == "job_running" else float("inf")}
        job.since = self._clock.monotonic()
        job.running_as = fingerprint(job)
        job.handle = self._engine.submit(self._spec(job, {**fast, **job.script}), None)

    def register_savepoints(self, job: Job) -> None:
        """Register what a seed says a job can resume from, as made by the job's current definition."""
        for item in job.savepoints:
            item.made_for = fingerprint(job)
            self._registry.add(item.path, item.made_for)
        if job.checkpoint is not None:
            job.checkpoint_for = fingerprint(job)
            self._registry.add(job.checkpoint, job.checkpoint_for)

    def imported(self, path: str) -> Savepoint:
        """A savepoint imported by its path (dli-api.md 1.11)."""
        return self._registry.imported(path)

    def numbers(self, job: Job) -> tuple[int, int] | None:
        """First and last number of a job's run, if the engine counts."""
        count = getattr(self._engine, "numbers", None)
        return None if count is None or job.handle is None else count(job.handle)

    def clear(self) -> None:
        """Forget every savepoint."""
        self._registry.clear()

    def force(self, job: Job, status: str, desc: str) -> None:
        """Put a job into a status by injection: the way to the edge and arrears statuses no engine can reach."""
        self.discard_run(job)
        job.stale = None
        self.set_status(job, status, desc)
        if status in ("job_running", "job_submitting"):
            self.submit_seeded(job)

    def discard_run(self, job: Job) -> None:
        """Forget the run behind a job that is deleted or forced into another status."""
        if job.handle is not None:
            self._engine.cancel(job.handle)
        job.handle = job.operation = None

    def tick(self, job: Job) -> None:
        """Take every step that is due, one after the other, until no step changes the status."""
        while job.handle is not None:
            step = self._steps.get(job.status)
            if step is None or not step(job):
                return

    def set_status(self, job: Job, status: str, desc: str = "") -> None:
        """Change the status; ``update_time`` changes with it (dli-api.md 1.7)."""
        before = job.status
        job.status, job.status_desc = status, desc
        job.since = self._clock.monotonic()
        job.update_time = epoch_ms(self._clock)
        job.history.append((job.update_time, status))
        if self.on_change is not None:
            self.on_change(job, before)

    def _submit(self, job: Job, restore: str | None) -> None:
        job.resumed_from = restore
        job.end_time = None
        if self._settings.start_time_at == "accept":
            job.start_time = epoch_ms(self._clock)
        self.set_status(job, "job_submitting")
        job.running_as = fingerprint(job)
        job.handle = self._engine.submit(self._spec(job, self._hints(job, restore)), restore)

    def _hints(self, job: Job, restore: str | None) -> dict[str, Any]:
        """The job's script, with a restore that cannot work written in."""
        outcome = self._settings.incompatible_savepoint
        if restore is None or outcome == "accept":
            return dict(job.script)
        why = restore_error(job, restore, self._settings.imported_savepoints == "trust")
        if why is None:
            return dict(job.script)
        return {**job.script, "restore_fail": why, "restore_fail_late": outcome == "job_running_exception"}

    def _lag(self, job: Job) -> None:
        if self._settings.accept_lag <= 0:
            return
        now = self._clock.monotonic()
        if job.stale is None or now >= job.stale_until:
            job.stale = job.stamps()
        job.stale_until = now + self._settings.accept_lag

    def _submitting(self, job: Job) -> bool:
        seen = self._poll(job)
        if seen.state == interface.CREATED:
            return False
        if seen.state == interface.FAILED and not seen.started:
            self._end(job, "job_submit_fail", seen.error)
        elif seen.state == interface.CANCELED:
            self._end(job, "job_cancel_success")
        elif seen.state == interface.LOST and not seen.started:
            self._end(job, "job_running_exception", seen.error)
        else:
            self._started(job)
        return True

    def _started(self, job: Job) -> None:
        if self._settings.start_time_at == "running":
            job.start_time = epoch_ms(self._clock)
        # "Until the job is started again" (dli-api.md 7.2) is read as: until it runs. Dying at the request already
        # would lose the savepoint to a submission that fails.
        for item in job.savepoints:
            if item.made_by == "stop" and job.savepoint_path == folder(item.path):
                job.savepoint_path = None
        job.savepoints = [item for item in job.savepoints if item.made_by != "stop"]
        if job.job_config["checkpoint_enabled"]:
            job.generated_checkpoint_path = checkpoint_directory(job)
        self.set_status(job, "job_running")

    def _running(self, job: Job) -> bool:
        seen = self._poll(job)
        if seen.state in (interface.FAILED, interface.LOST):
            self._end(job, "job_running_exception", seen.error)
        elif seen.state == interface.FINISHED:
            self._end(job, "job_finish")
        elif seen.state == interface.CANCELED:
            self._end(job, "job_cancel_success")
        else:
            if seen.state == interface.RESTARTING:
                job.status_desc = seen.error
            return False
        return True

    def _begin_savepoint(self, job: Job, stopping: bool, target: str) -> None:
        if job.handle is None:
            return
        make = self._engine.stop if stopping else self._engine.savepoint
        job.operation = make(job.handle, target)
        job.stopping = stopping
        self.set_status(job, "job_savepointing")

    def _savepointing(self, job: Job) -> bool:
        if job.handle is None or job.operation is None:
            return False
        result = self._engine.stop_result(job.handle, job.operation)
        if result.in_progress:
            return False
        job.operation = None
        if result.path is None:
            status = self._settings.savepoint_failure if job.stopping else "job_running"
            self.set_status(job, status, result.failure or "The savepoint failed.")
            return True
        job.savepoints.append(Savepoint(result.path, "stop" if job.stopping else "hand", job.running_as))
        self._registry.add(result.path, job.running_as)
        if not job.stopping or self._settings.stop_savepoint_path == "shown":
            job.savepoint_path = folder(result.path)
        self.set_status(job, "job_canceling" if job.stopping else "job_running")
        return True

    def _canceling(self, job: Job) -> bool:
        seen = self._poll(job)
        if seen.state not in (interface.CREATED, interface.RUNNING, interface.RESTARTING):
            self._end(job, "job_cancel_success")
            return True
        if self._clock.monotonic() - job.since >= self._settings.cancel_timeout:
            # The job may still run (dli-api.md 2.1), so the handle stays.
            self.set_status(job, "job_cancel_fail", "The job could not be stopped in time.")
            return True
        return False

    def _failed(self, job: Job) -> bool:
        config = job.job_config
        now = self._clock.monotonic()
        if not config.get("restart_when_exception") or now - job.since < self._settings.restart_delay:
            return False
        job.restarts = [at for at in job.restarts if now - at < _HOUR]
        limit = config.get("resume_max_num", -1)
        if limit != -1 and len(job.restarts) >= limit:
            return False
        job.restarts.append(now)
        job.restart_times += 1
        self._submit(job, job.checkpoint if config.get("resume_checkpoint") else None)
        if self.on_restart is not None:
            self.on_restart(job)
        return True

    def _end(self, job: Job, status: str, desc: str = "") -> None:
        job.end_time = epoch_ms(self._clock)
        self.set_status(job, status, desc)

    def _poll(self, job: Job) -> Observation:
        seen = self._engine.poll(job.handle or "")
        if seen.checkpoint is not None:
            job.checkpoint, job.checkpoint_for = seen.checkpoint, job.running_as
            self._registry.add(seen.checkpoint, job.running_as)
        return seen

    @staticmethod
    def _spec(job: Job, hints: dict[str, Any]) -> JobSpec:
        config = job.job_config
        return JobSpec(
            name=f"{job.job_id}-{job.name}",
            script=job.sql_body or str(config.get("entrypoint") or ""),
            parallelism=int(config.get("parallel_number") or 1),
            checkpoint_interval=float(config["checkpoint_interval"]) if config.get("checkpoint_enabled") else None,
            checkpoint_directory=checkpoint_directory(job),
            hints={**hints, **markers(job.sql_body), **markers(job.entrypoint_args or "")},
        )
