# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Which savepoint fits which job: one of another script, Jar or parallelism cannot be restored (dli-api.md 7.6).

What counts as the same script is ours: comments and white space make no difference, as in Flink. So are the texts.
"""

from __future__ import annotations

import hashlib
import json
import time

from ..clock import Clock
from .graphs import plain_sql
from .jobs import Job, Savepoint

_ELSEWHERE = "elsewhere"
_DOES_NOT_FIT = (
    "Failed to rollback to checkpoint/savepoint {path}. Cannot map checkpoint/savepoint state for operator {operator} to "
    "the new program, because the operator is not available in the new program."
)
_IS_NOT_THERE = "Cannot find checkpoint or savepoint file/directory '{path}' on file system 'obs'."


def fingerprint(job: Job) -> str:
    """Equal for two definitions of which one can go on with the other's savepoint."""
    config = job.job_config
    parts = [job.job_type, plain_sql(job.sql_body), job.main_class]
    parts += [config[name] for name in ("entrypoint", "parallel_number", "operator_config")]
    return hashlib.md5(json.dumps(parts).encode(), usedforsecurity=False).hexdigest()


def checkpoint_directory(job: Job) -> str:
    """Where checkpoints go: a folder that starts with the job's id (dli-api.md 7.4)."""
    return f"{_bucket(job)}/jobs/checkpoint/{job.job_id}_{job.name}"


def savepoint_directory(job: Job, clock: Clock) -> str:
    """Where the savepoint of a stop goes: jobs/savepoint/{job_id}/{yyyy-mm-dd_hH-mm-ss} (dli-api.md 7.4)."""
    stamp = time.strftime("%Y-%m-%d_%H-%M-%S", time.gmtime(clock.now()))
    return f"{_bucket(job)}/jobs/savepoint/{job.job_id}/{stamp}"


def folder(path: str) -> str:
    """The folder that a savepoint lies in."""
    return path.rpartition("/")[0] + "/"


class Registry:
    """Every savepoint and checkpoint made here, by path, with what it was made for."""

    def __init__(self) -> None:
        self._made: dict[str, str] = {}

    def add(self, path: str, made_for: str) -> None:
        self._made[_plain(path)] = made_for

    def imported(self, path: str) -> Savepoint:
        """The savepoint at a path, or the newest one in that folder, to be restored by another job, too."""
        plain = _plain(path)
        found = [known for known in self._made if known == plain or known.startswith(f"{plain}/")]
        if not found:
            return Savepoint(path, "import", _ELSEWHERE)
        return Savepoint(found[-1], "import", self._made[found[-1]])

    def clear(self) -> None:
        self._made.clear()


def restore_error(job: Job, path: str, trust: bool) -> str | None:
    """Why a job cannot be restored from that path, None if it can. ``trust``: what was made elsewhere is good."""
    made_for = next((item.made_for for item in job.savepoints if item.path == path), job.checkpoint_for)
    if made_for == _ELSEWHERE:
        return None if trust else _IS_NOT_THERE.format(path=path)
    if made_for in ("", fingerprint(job)):
        return None
    return _DOES_NOT_FIT.format(path=path, operator=made_for)


def _bucket(job: Job) -> str:
    bucket: str = job.job_config.get("obs_bucket") or "dli"
    return bucket


def _plain(path: str) -> str:
    return path.removeprefix("obs://").rstrip("/")
