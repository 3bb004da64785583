# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Export and import of job definitions through OBS (dli-api.md 1.12).

Only the calls are documented. The content of the zip file is an assumption: one JSON object per job with the fields
below. Status, times, savepoints and the ``script`` of the simulated engine are not part of a definition.
"""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any, NamedTuple

from ..clock import epoch_ms
from .codes import MESSAGES, DliError
from .jobs import ACTIVE, JOB_TYPES, RUN_MODES, Job, default_config
from .object_storage import Objects, PathError, parse_path
from .service import Caller, Service

_MEMBERS: dict[str, tuple[type, ...]] = {
    "name": (str,),
    "desc": (str,),
    "job_type": (str,),
    "run_mode": (str,),
    "queue_name": (str,),
    "sql_body": (str,),
    "main_class": (str, type(None)),
    "entrypoint_args": (str, type(None)),
    "edge_group_ids": (list, type(None)),
    "job_config": (dict,),
    "tags": (dict,),
}
_NO_JOB = -1


class Definition(NamedTuple):
    """One job in a zip file: its previous ID and its fields."""

    old_id: int
    members: dict[str, Any]


class Transfer:
    """The two calls."""

    def __init__(self, service: Service, objects: Objects) -> None:
        self._service = service
        self._objects = objects
        self._settings = service.settings

    def export(self, obs_dir: str, job_ids: list[int] | None, caller: Caller) -> list[str]:
        """POST jobs/export: writes a zip file with these jobs, or all jobs, to ``obs_dir``. Returns its path."""
        service = self._service
        with service.lock:
            jobs = self._selected(job_ids, caller)
            folder = self._folder(obs_dir, jobs, caller)
            at = epoch_ms(service.clock)
            while self._objects.get(f"{folder}/aggregate_{at}.zip") is not None:
                at += 1
            path = self._objects.put(f"{folder}/aggregate_{at}.zip", pack(jobs))
            for job in jobs:
                service.record(job.job_id, "export", caller, None)
            return [path]

    def import_jobs(self, zip_file: str, cover: bool, caller: Caller) -> list[dict[str, Any]]:
        """POST jobs/import: imports the jobs of a zip file, or of all zip files in a folder. Returns ``job_mapping``.

        If one of the zip files cannot be read, no job is imported (assumption).
        """
        with self._service.lock:
            self._service.tick()
            try:
                definitions = [item for content in self._zip_contents(zip_file) for item in unpack(content)]
            except (PathError, _Unreadable):
                error = DliError("import_path")
                self._service.record(0, "import", caller, error)
                raise error from None
            return [self._import(item, cover, caller) for item in definitions]

    def _selected(self, job_ids: list[int] | None, caller: Caller) -> list[Job]:
        service = self._service
        if job_ids is None:
            return sorted(service.jobs_of_project(caller.project_id), key=lambda job: job.job_id)
        selected = []
        for job_id in dict.fromkeys(job_ids):
            error = DliError("export_unknown", self._settings.export_unknown_code, job_id=job_id)
            with service.recorded_refusal(job_id, "export", caller):
                selected.append(service.find(job_id, caller, error))
        return selected

    def _folder(self, obs_dir: str, jobs: list[Job], caller: Caller) -> str:
        try:
            folder = parse_path(obs_dir)
        except PathError:
            folder = ""
        if not folder or not self._settings.has("obs_buckets", folder.partition("/")[0]):
            error = DliError("export_path")
            for job in jobs:
                self._service.record(job.job_id, "export", caller, error)
            raise error
        return folder

    def _zip_contents(self, zip_file: str) -> list[bytes]:
        """Return the content of a zip file, or of all files in a folder with only zip files (dli-api.md 1.12)."""
        path = parse_path(zip_file)
        if not self._settings.has("obs_buckets", path.partition("/")[0]):
            raise _Unreadable
        found = [path] if self._objects.get(path) is not None else self._objects.list_folder(path)
        if not found or not all(item.endswith(".zip") for item in found):
            raise _Unreadable
        return [self._objects.get(item) or b"" for item in found]

    def _import(self, item: Definition, cover: bool, caller: Caller) -> dict[str, Any]:
        service = self._service
        name = item.members["name"]
        existing_id = min((job.job_id for job in service.jobs_of_project(caller.project_id) if job.name == name), default=None)
        name_exists = DliError("name_exists", self._settings.name_exists_code, name=name)
        if existing_id is None:
            job = service.create_job(item.members, caller)
            service.record(job.job_id, "import", caller, None)
            return self._mapping(item.old_id, job.job_id, "import_made", caller)
        job = service.jobs[existing_id]
        if not cover:
            service.record(existing_id, "import", caller, name_exists)
            return self._mapping(item.old_id, _NO_JOB, "import_name_taken", caller)
        if job.status in ACTIVE and self._settings.import_over_active == "refuse":
            service.record(existing_id, "import", caller, name_exists)
            return self._mapping(item.old_id, _NO_JOB, "import_active", caller)
        self._overwrite(job, item.members)
        service.record(existing_id, "import", caller, None)
        return self._mapping(item.old_id, existing_id, "import_covered", caller)

    def _overwrite(self, job: Job, members: dict[str, Any]) -> None:
        """Replace the definition. The job becomes a draft (dli-api.md 1.12) without savepoints (assumption)."""
        for name, value in members.items():
            setattr(job, name, value)
        job.generated_checkpoint_path = ""
        job.savepoints.clear()
        job.checkpoint = job.savepoint_path = job.start_time = job.end_time = None
        job.restart_times = 0
        self._service.machine.force(job, "job_init", "")

    def _mapping(self, old: int, new: int, remark: str, caller: Caller) -> dict[str, Any]:
        id_type: type = str if self._settings.job_mapping_ids == "string" else int
        return {"old_job_id": id_type(old), "new_job_id": id_type(new), "remark": MESSAGES[remark].render(caller.language)}


class _Unreadable(Exception):
    """A path without zip file, or a zip file that is not from an export."""


def pack(jobs: list[Job]) -> bytes:
    """Return the zip file of an export."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for job in jobs:
            members = {"job_id": job.job_id, **{name: getattr(job, name) for name in _MEMBERS}}
            archive.writestr(f"{job.job_id}.json", json.dumps(members, ensure_ascii=False, indent=2))
    return stream.getvalue()


def unpack(content: bytes) -> list[Definition]:
    """Return the jobs in a zip file in their order. Raises _Unreadable."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return [_definition(json.loads(archive.read(name))) for name in archive.namelist()]
    except (zipfile.BadZipFile, ValueError):
        raise _Unreadable from None


def _definition(item: Any) -> Definition:
    if not isinstance(item, dict) or not isinstance(item.get("job_id"), int):
        raise _Unreadable
    members: dict[str, Any] = {name: item.get(name) for name in _MEMBERS}
    valid = all(isinstance(members[name], kinds) for name, kinds in _MEMBERS.items())
    if not valid or members["job_type"] not in JOB_TYPES or members["run_mode"] not in RUN_MODES or not members["name"]:
        raise _Unreadable
    config = default_config()
    if not set(members["job_config"]) <= set(config):
        raise _Unreadable
    return Definition(item["job_id"], {**members, "job_config": {**config, **members["job_config"]}})
