# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The state machine (dli-api.md 2.2): maps the observations of the engine and the accepted requests to DLI statuses.

The engine only runs and observes jobs. This module has all rules of DLI: whether an end is a stop or a finish, when a
savepoint is deleted, and when a failed job is restarted.
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
    """Starts, stops and advances single jobs. The caller holds the lock and has checked that the operation is allowed."""

    def __init__(self, runner: Engine, clock: Clock, settings: Settings) -> None:
        self._engine = runner
        self._clock = clock
        self._settings = settings
        self._registry = Registry()
        self.on_change: Callable[[Job, str], None] | None = None
        """Called at every status change with the job and its old status."""
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
        """Perform an accepted run."""
        self._lag(job)
        self._submit(job, job.restorable if resume else None)

    def stop(self, job: Job, trigger_savepoint: bool) -> None:
        """Perform an accepted stop. A job that is being submitted has no state, so it is cancelled without savepoint."""
        self._lag(job)
        if trigger_savepoint and job.status == "job_running" and job.handle is not None:
            self._begin_savepoint(job, stopping=True, target=savepoint_directory(job, self._clock))
            return
        if job.handle is not None:
            self._engine.cancel(job.handle)
        self.set_status(job, "job_canceling")

    def savepoint(self, job: Job, target: str) -> None:
        """Perform an accepted request for a savepoint (dli-api.md 1.11)."""
        self._begin_savepoint(job, stopping=False, target=target)

    def submit_seeded(self, job: Job) -> None:
        """Submit a run for a job with the status running or submitting in the seed."""
        # A seeded running job runs immediately, a seeded submitting job never. The next run has the usual delay.
        delay = {"submit_delay": 0.0 if job.status == "job_running" else float("inf")}
        job.since = self._clock.monotonic()
        job.running_as = fingerprint(job)
        job.handle = self._engine.submit(self._spec(job, {**delay, **job.script}), None)

    def register_savepoints(self, job: Job) -> None:
        """Register the savepoints and checkpoint in a seed as created by the current definition of the job."""
        for item in job.savepoints:
            item.fingerprint = fingerprint(job)
            self._registry.add(item.path, item.fingerprint)
        if job.checkpoint is not None:
            job.checkpoint_for = fingerprint(job)
            self._registry.add(job.checkpoint, job.checkpoint_for)

    def imported(self, path: str) -> Savepoint:
        """Return a savepoint that is imported by its path (dli-api.md 1.11)."""
        return self._registry.imported(path)

    def numbers(self, job: Job) -> tuple[int, int] | None:
        """Return the first and last number of the run, if the engine counts."""
        count = getattr(self._engine, "numbers", None)
        return None if count is None or job.handle is None else count(job.handle)

    def clear(self) -> None:
        """Remove all savepoints from the registry."""
        self._registry.clear()

    def force(self, job: Job, status: str, desc: str) -> None:
        """Set a job to a status, for example to the statuses of edge jobs and overdue payments."""
        self.discard_run(job)
        job.stale = None
        self.set_status(job, status, desc)
        if status in ("job_running", "job_submitting"):
            self.submit_seeded(job)

    def discard_run(self, job: Job) -> None:
        """Cancel the run of a job that is deleted or forced to another status."""
        if job.handle is not None:
            self._engine.cancel(job.handle)
        job.handle = job.operation = None

    def tick(self, job: Job) -> None:
        """Perform all due transitions until the status does not change."""
        while job.handle is not None:
            step = self._steps.get(job.status)
            if step is None or not step(job):
                return

    def set_status(self, job: Job, status: str, desc: str = "") -> None:
        """Change the status and ``update_time`` (dli-api.md 1.7)."""
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
        """Return the script of the job, with an error for a restore from an incompatible savepoint."""
        outcome = self._settings.incompatible_savepoint
        if restore is None or outcome == "accept":
            return dict(job.script)
        error = restore_error(job, restore, self._settings.imported_savepoints == "trust")
        if error is None:
            return dict(job.script)
        return {**job.script, "restore_fail": error, "restore_fail_late": outcome == "job_running_exception"}

    def _lag(self, job: Job) -> None:
        if self._settings.accept_lag <= 0:
            return
        now = self._clock.monotonic()
        if job.stale is None or now >= job.stale_until:
            job.stale = job.current_status()
        job.stale_until = now + self._settings.accept_lag

    def _submitting(self, job: Job) -> bool:
        observed = self._poll(job)
        if observed.state == interface.CREATED:
            return False
        if observed.state == interface.FAILED and not observed.started:
            self._end(job, "job_submit_fail", observed.error)
        elif observed.state == interface.CANCELED:
            self._end(job, "job_cancel_success")
        elif observed.state == interface.LOST and not observed.started:
            self._end(job, "job_running_exception", observed.error)
        else:
            self._started(job)
        return True

    def _started(self, job: Job) -> None:
        if self._settings.start_time_at == "running":
            job.start_time = epoch_ms(self._clock)
        # "Until the job is started again" (dli-api.md 7.2) is interpreted as: until it runs. If the request deleted the
        # savepoint, a failed submission would lose it.
        for item in job.savepoints:
            if item.origin == "stop" and job.savepoint_path == folder(item.path):
                job.savepoint_path = None
        job.savepoints = [item for item in job.savepoints if item.origin != "stop"]
        if job.job_config["checkpoint_enabled"]:
            job.generated_checkpoint_path = checkpoint_directory(job)
        self.set_status(job, "job_running")

    def _running(self, job: Job) -> bool:
        observed = self._poll(job)
        if observed.state in (interface.FAILED, interface.LOST):
            self._end(job, "job_running_exception", observed.error)
        elif observed.state == interface.FINISHED:
            self._end(job, "job_finish")
        elif observed.state == interface.CANCELED:
            self._end(job, "job_cancel_success")
        else:
            if observed.state == interface.RESTARTING:
                job.status_desc = observed.error
            return False
        return True

    def _begin_savepoint(self, job: Job, stopping: bool, target: str) -> None:
        if job.handle is None:
            return
        begin = self._engine.stop if stopping else self._engine.savepoint
        job.operation = begin(job.handle, target)
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
        job.savepoints.append(Savepoint(result.path, "stop" if job.stopping else "manual", job.running_as))
        self._registry.add(result.path, job.running_as)
        if not job.stopping or self._settings.stop_savepoint_path == "shown":
            job.savepoint_path = folder(result.path)
        self.set_status(job, "job_canceling" if job.stopping else "job_running")
        return True

    def _canceling(self, job: Job) -> bool:
        observed = self._poll(job)
        if observed.state not in (interface.CREATED, interface.RUNNING, interface.RESTARTING):
            self._end(job, "job_cancel_success")
            return True
        if self._clock.monotonic() - job.since >= self._settings.cancel_timeout:
            # The job may still run (dli-api.md 2.1), so the handle is kept.
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
        observed = self._engine.poll(job.handle or "")
        if observed.checkpoint is not None:
            job.checkpoint, job.checkpoint_for = observed.checkpoint, job.running_as
            self._registry.add(observed.checkpoint, job.running_as)
        return observed

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
