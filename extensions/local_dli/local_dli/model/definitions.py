# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Create and update of SQL and Jar jobs (dli-api.md 1.9, 1.10): the rules for each kind and status of a job.

The rules for kinds of jobs, parallelism and ``obs_bucket`` of a running job are documented. Error codes that were never
recorded, and the other fields that a running job accepts, are assumptions and have settings.
"""

from __future__ import annotations

from typing import Any

from ..clock import epoch_ms
from .codes import DliError
from .fields import JobFields, resource_config
from .jobs import ACTIVE, JAR, Job, default_config
from .service import Caller, Service
from .templates import Templates

# The fields that Terraform changes without stopping the job (dli-api.md 2.3).
CHANGEABLE = frozenset(
    ("smn_topic", "restart_when_exception", "resume_checkpoint", "resume_max_num", "checkpoint_path", "obs_bucket")
)
_PACKAGES = ("entrypoint", "dependency_jars", "dependency_files", "udf_jar_url")


class Definitions:
    """The four calls."""

    def __init__(self, service: Service, templates: Templates) -> None:
        self._service = service
        self._templates = templates
        self._settings = service.settings

    def create(self, given: JobFields, caller: Caller) -> Job:
        """POST sql-jobs and flink-jobs."""
        service = self._service
        with service.lock, service.recorded_refusal(0, "create", caller):
            requested = (*given.job, *given.config)
            self._check_name(given, 0, self._settings.name_exists_code, caller)
            self._fill(given, caller)
            missing = self._missing_reference(given)
            if missing is not None:
                raise missing
            config = {**default_config(), **given.config}
            conflict = self._conflict(given.jar, config, given.config)
            if conflict is not None:
                raise DliError("parameter", reason=conflict)
            job = service.create_job({**given.job, "job_config": config}, caller)
            service.record(job.job_id, "create", caller, None, fields=requested)
            return job

    def update(self, job_id: int, given: JobFields, caller: Caller) -> Job:
        """PUT sql-jobs/{job_id} and flink-jobs/{job_id}."""
        service = self._service
        with service.lock:
            service.tick()
            with service.recorded_refusal(job_id, "edit", caller):
                job = service.find(job_id, caller, DliError("update_unknown"))
                self._check_update(job, given, caller)
            if job.status in ACTIVE and self._settings.edit_active == "ignore":
                given = _only_changeable(given)
            changed = _changes(job, given)
            for name, value in given.job.items():
                setattr(job, name, value)
            job.job_config.update(given.config)
            if job.is_jar:
                job.run_mode = _jar_run_mode(job.queue_name)
            job.update_time = epoch_ms(service.clock)
            service.record(job_id, "edit", caller, None, fields=changed)
            return job

    def _fill(self, given: JobFields, caller: Caller) -> None:
        """Set the defaults of a new job. The documented defaults of run_mode and job_type conflict (dli-api.md 1.9)."""
        if given.jar:
            given.job.update(job_type=JAR, run_mode=_jar_run_mode(given.job.get("queue_name", "")))
            # The values that Terraform reads from Jar jobs without these fields (dli-api.md 2.3).
            given.config.setdefault("checkpoint_interval", self._settings.jar_checkpoint_interval)
            given.config.setdefault("resource_config", resource_config({}))
            return
        rule = self._settings.job_type_rule
        checked = rule == "enforce" or (rule == "given" and "job_type" in given.job)
        kind = given.job.setdefault("job_type", self._settings.default_job_type)
        mode = given.job.setdefault("run_mode", "shared_cluster")
        if kind == JAR:
            raise DliError("parameter", reason="job_type must not be flink_jar_job in this call")
        if not given.job.get("sql_body") and given.template_id is not None:
            given.job["sql_body"] = self._templates.sql_body(given.template_id, caller)
        if checked and not _match(mode, kind):
            raise DliError("parameter", reason=f"job_type {kind} does not go with run_mode {mode}")

    def _check_update(self, job: Job, given: JobFields, caller: Caller) -> None:
        if job.is_jar != given.jar:
            raise _failed("[the job is of another kind]")
        self._check_name(given, job.job_id, self._settings.rename_exists_code, caller)
        missing = self._missing_reference(given)
        if missing is not None:
            raise _failed(missing.text.render(caller.language, **missing.values))
        conflict = self._conflict(given.jar, {**job.job_config, **given.config}, given.config)
        if conflict is not None:
            raise _failed(f"[{conflict}]")
        if job.status in ACTIVE:
            self._check_active(job, given)

    def _check_active(self, job: Job, given: JobFields) -> None:
        """Refuse an unchanged bucket (dli-api.md 2.3). The other rules for a running job are not established."""
        bucket = given.config.get("obs_bucket")
        if bucket is not None and bucket == job.job_config["obs_bucket"] and self._settings.same_bucket == "refuse":
            raise _failed("[obs_bucket is not changed]")
        fixed = [name for name in _changes(job, given) if name not in CHANGEABLE]
        if fixed and self._settings.edit_active == "refuse":
            raise _failed(f"[{', '.join(fixed)} cannot be changed while the job is active]")

    def _check_name(self, given: JobFields, own_id: int, code: str, caller: Caller) -> None:
        name = given.job.get("name")
        if self._settings.same_name == "accept":
            return
        others = [job for job in self._service.jobs_of_project(caller.project_id) if job.job_id != own_id]
        if name is not None and any(job.name == name for job in others):
            raise DliError("name_exists", code, name=name)

    def _missing_reference(self, given: JobFields) -> DliError | None:
        """Return the error for a queue, topic, bucket or package that does not exist according to the settings."""
        settings, config = self._settings, given.config
        queue, topic, bucket = given.job.get("queue_name"), config.get("smn_topic"), config.get("obs_bucket")
        if queue and not settings.has("queues", queue):
            return DliError("queue_unknown", settings.queue_unknown_code, name=queue)
        if topic and not settings.has("smn_topics", topic):
            return DliError("topic_unknown")
        if bucket and not settings.has("obs_buckets", bucket.removeprefix("obs://").partition("/")[0]):
            return DliError("bucket_unauthorized")
        for package in _packages(given.config):
            if "://" not in package and not settings.has("packages", package):
                return DliError("package_unknown", settings.package_unknown_code, name=package.rpartition("/")[2], path=package)
        return None

    def _conflict(self, jar: bool, config: dict[str, Any], given: dict[str, Any]) -> str | None:
        free = config["cu_number"] - config["manager_cu_number"]
        if not jar and config["resource_config_version"] == "v1" and config["parallel_number"] > 4 * free:
            return "parallel_number must not be more than 4 * (cu_number - manager_cu_number)"
        needs_bucket = config["checkpoint_enabled"] or config["log_enabled"]
        if needs_bucket and not config["obs_bucket"] and self._settings.bucket_rule == "enforce":
            return "checkpoints and logs need an obs_bucket"
        if config["checkpoint_enabled"] and given.get("checkpoint_path") and self._settings.checkpoint_path_rule == "refuse":
            return "checkpoint_path cannot be chosen when checkpoint_enabled is true"
        return None


def _failed(cause: str) -> DliError:
    return DliError("update_failed", cause=cause)


def _jar_run_mode(queue_name: str) -> str:
    return "exclusive_cluster" if queue_name else "shared_cluster"


def _match(mode: str, kind: str) -> bool:
    """Return whether run mode and job type match (dli-api.md 1.9). The rule for ``edge_node`` is inferred."""
    if mode == "shared_cluster":
        return kind == "flink_sql_job"
    return (kind == "flink_sql_edge_job") == (mode == "edge_node")


def _packages(config: dict[str, Any]) -> list[str]:
    found: list[str] = []
    for name in _PACKAGES:
        value = config.get(name) or []
        found += [value] if isinstance(value, str) else value
    return found


def _changes(job: Job, given: JobFields) -> tuple[str, ...]:
    """Return the fields whose value changes."""
    changed = [name for name, value in given.job.items() if getattr(job, name) != value]
    changed += [name for name, value in given.config.items() if job.job_config.get(name) != value]
    return tuple(dict.fromkeys(changed))


def _only_changeable(given: JobFields) -> JobFields:
    config = {name: value for name, value in given.config.items() if name in CHANGEABLE}
    return JobFields(given.jar, {}, config)
