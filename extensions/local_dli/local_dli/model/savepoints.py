# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Compatibility of savepoints and jobs: a job cannot be restored from another script, Jar or parallelism (dli-api.md 7.6).

Scripts that differ only in comments and white space are the same, as in Flink. This rule and the error messages are
assumptions.
"""

from __future__ import annotations

import hashlib
import json
import time

from ..clock import Clock
from .graphs import plain_sql
from .jobs import Job, Savepoint

_OTHER_SOURCE = "other-source"
_INCOMPATIBLE = (
    "Failed to rollback to checkpoint/savepoint {path}. Cannot map checkpoint/savepoint state for operator {operator} to "
    "the new program, because the operator is not available in the new program."
)
_NOT_FOUND = "Cannot find checkpoint or savepoint file/directory '{path}' on file system 'obs'."


def fingerprint(job: Job) -> str:
    """Return a hash. Two definitions with the same hash can use each other's savepoints.

    An empty text has the same effect as null (assumption: the contract documents neither).
    """
    config = job.job_config
    parts = [job.job_type, plain_sql(job.sql_body), job.main_class]
    parts += [config[name] or None for name in ("entrypoint", "parallel_number", "operator_config")]
    return hashlib.md5(json.dumps(parts).encode(), usedforsecurity=False).hexdigest()


def checkpoint_directory(job: Job) -> str:
    """Return the folder of checkpoints. Its name starts with the job ID (dli-api.md 7.4)."""
    return f"{_bucket(job)}/jobs/checkpoint/{job.job_id}_{job.name}"


def savepoint_directory(job: Job, clock: Clock) -> str:
    """Return the folder for the savepoint of a stop: jobs/savepoint/{job_id}/{yyyy-mm-dd_hH-mm-ss} (dli-api.md 7.4)."""
    stamp = time.strftime("%Y-%m-%d_%H-%M-%S", time.gmtime(clock.now()))
    return f"{_bucket(job)}/jobs/savepoint/{job.job_id}/{stamp}"


def folder(path: str) -> str:
    """Return the folder of a savepoint."""
    return path.rpartition("/")[0] + "/"


class Registry:
    """All savepoints and checkpoints of the local DLI: fingerprint by path."""

    def __init__(self) -> None:
        self._fingerprints: dict[str, str] = {}

    def add(self, path: str, definition: str) -> None:
        self._fingerprints[_plain(path)] = definition

    def imported(self, path: str) -> Savepoint:
        """Return the savepoint at a path or the newest one in a folder. Another job can restore it."""
        plain = _plain(path)
        found = [known for known in self._fingerprints if known == plain or known.startswith(f"{plain}/")]
        if not found:
            return Savepoint(path, "import", _OTHER_SOURCE)
        return Savepoint(found[-1], "import", self._fingerprints[found[-1]])

    def clear(self) -> None:
        self._fingerprints.clear()


def restore_error(job: Job, path: str, trust: bool) -> str | None:
    """Return the error of a restore from this path, or None. ``trust``: savepoints from another source are valid."""
    definition = next((item.fingerprint for item in job.savepoints if item.path == path), job.checkpoint_for)
    if definition == _OTHER_SOURCE:
        return None if trust else _NOT_FOUND.format(path=path)
    if definition in ("", fingerprint(job)):
        return None
    return _INCOMPATIBLE.format(path=path, operator=definition)


def _bucket(job: Job) -> str:
    bucket: str = job.job_config.get("obs_bucket") or "dli"
    return bucket


def _plain(path: str) -> str:
    return path.removeprefix("obs://").rstrip("/")
