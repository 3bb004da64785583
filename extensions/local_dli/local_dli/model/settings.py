# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Everything about the service that a test or a person may turn, with the contract's behaviour as default."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .api_calls import CALLS, GROUPS

_CHOICES: dict[str, tuple[str, ...]] = {
    "start_time_at": ("accept", "running"),
    "name_match": ("substring", "exact"),
    "is_success": ("string", "boolean", "examples"),
    "over_limit": ("clamp", "refuse", "honour"),
    "same_name": ("refuse", "accept"),
    "zero_limit": ("empty", "default"),
    "delete_active": ("accept", "refuse"),
    "stop_savepoint_path": ("hidden", "shown"),
    "incompatible_savepoint": ("job_submit_fail", "job_running_exception", "accept"),
    "imported_savepoints": ("trust", "known"),
    "savepoint_failure": ("job_running", "job_cancel_fail"),
    "edit_active": ("refuse", "accept", "ignore"),
    "same_bucket": ("refuse", "accept"),
    "unknown_fields": ("ignore", "refuse"),
    "job_type_rule": ("given", "enforce", "accept"),
    "default_job_type": ("flink_opensource_sql_job", "flink_sql_job"),
    "bucket_rule": ("accept", "enforce"),
    "checkpoint_path_rule": ("refuse", "accept"),
    "job_mapping_ids": ("string", "integer"),
    "export_names": ("schema", "example"),
    "import_over_active": ("refuse", "reset"),
    "run_answer": ("array", "short", "long", "reversed", "object"),
    "stop_answer": ("array", "short", "long", "reversed", "object"),
    "delete_answer": ("array", "short", "long", "reversed", "object"),
    "denied_by": ("service", "gateway"),
    "metadata": ("optional", "required", "no_agency", "absent"),
}


class SettingError(ValueError):
    """A setting nobody knows, or a value it cannot have. Its text is one sentence."""


@dataclass
class Settings:
    """One value per question the contract leaves open or wants to be able to turn. Delays are seconds."""

    # Pace of the engine.
    submit_delay: float = 0.3
    stop_delay: float = 0.2
    savepoint_delay: float = 0.2

    # Pace of the service: how long the old status is still read after an accepted run or stop (dli-api.md 0.1-8).
    accept_lag: float = 0.0
    # How long a list does not show yet that a job was made or deleted (dli-api.md 8, 10-9).
    list_lag: float = 0.0
    restart_delay: float = 0.3
    cancel_timeout: float = 30.0

    # Where dli-api.md 10 says that nobody knows.
    active_code: str = "DLI.13099"
    stop_unknown_code: str = "DLI.15099"
    # Whether a create may take a name that is taken: either may be (dli-api.md 4.5).
    same_name: str = "refuse"
    rename_exists_code: str = "DLI.12002"
    # What is there, names with commas between; None: everything that anybody names.
    queues: str | None = None
    smn_topics: str | None = None
    packages: str | None = None
    queue_unknown_code: str = "DLI.0002"
    package_unknown_code: str = "DLI.11099"
    # An update of an active job: refused if it changes more than dli-api.md 2.3 lists, or all of it taken, or only what
    # is listed. And whether an unchanged obs_bucket makes it fail.
    edit_active: str = "refuse"
    same_bucket: str = "refuse"
    # A create or update with members that the call does not have.
    unknown_fields: str = "ignore"
    # Whether job_type and run_mode must go together; the defaults of the two do not (dli-api.md 1.9).
    job_type_rule: str = "given"
    default_job_type: str = "flink_opensource_sql_job"
    # Whether checkpoints and logs without a bucket, and a checkpoint_path beside checkpoint_enabled, are refused.
    bucket_rule: str = "accept"
    checkpoint_path_rule: str = "refuse"
    # Read back from a Jar job that sets none; the documents have 10, Terraform saw 30 (dli-api.md 2.3).
    jar_checkpoint_interval: int = 30
    # None: 2048 for SQL jobs, 512 for Jar jobs.
    max_desc: int | None = None
    # Both graphs of a job that is not there.
    graph_unknown_code: str = "DLI.16001"
    name_exists_code: str = "DLI.11004"
    start_time_at: str = "accept"
    name_match: str = "substring"
    # A list with a limit above 100, and with one of 0.
    over_limit: str = "clamp"
    zero_limit: str = "empty"
    # Documented is that any status may be deleted (dli-api.md 1.5).
    delete_active: str = "accept"
    delete_active_code: str = "DLI.17099"
    # Whether savepoint_path shows the folder of a savepoint that a stop has made.
    stop_savepoint_path: str = "hidden"
    # What becomes of a job that resumes from a savepoint of another script, Jar or parallelism (dli-api.md 7.6), and
    # whether an imported path that nobody here made is good to resume from.
    incompatible_savepoint: str = "job_submit_fail"
    imported_savepoints: str = "trust"
    savepoint_failure: str = "job_running"
    max_batch: int | None = None
    # An export of a job that is not there. (Its cap of 50 jobs is published, its code is not.)
    export_unknown_code: str = "DLI.29099"
    max_export: int = 50
    # Tags of a job that is not there; how long tags may be (the documents have 36 and 43 too), and how many.
    tags_unknown_code: str = "DLI.0002"
    tags_unknown_status: int = 404
    tag_key_length: int = 128
    tag_value_length: int = 255
    max_tags: int | None = None
    # What an import that may overwrite does to a job of the same name that is active.
    import_over_active: str = "refuse"
    # Names of the OBS buckets that DLI may use, with commas between; None: every bucket is there and authorised.
    obs_buckets: str | None = None

    # Quirks seen in one edition of the documents or another (dli-api.md 0.1-3, 0.1-4, 1.4, 9).
    # "examples": a boolean in those answers whose published example has one (dli-api.md 1.1).
    is_success: str = "string"
    run_answer: str = "array"
    stop_answer: str = "array"
    delete_answer: str = "array"
    # Example and schema disagree (dli-api.md 1.12): "100" or 100; zip_file and job_mapping, or zip_files and jobs_mapping.
    job_mapping_ids: str = "string"
    export_names: str = "schema"

    # The gateway (dli-api.md 0.1-9, 4.4, 4.5, 5).
    max_body: int = 12 * 1024 * 1024
    clock_skew: float = 900.0
    strikes: int = 5
    lock_seconds: float = 300.0
    # Whether the 401 for a bad signature tells the canonical request, as it sometimes does (dli-api.md 4.4).
    tell_canonical_request: bool = False
    # False: a region in which DLI is not to be had (dli-api.md 4.4, 6).
    api_published: bool = True
    # Calls that this region does not have, or groups of them, with commas between: older regions lack the /v3 calls, and
    # OTC the two about savepoints (dli-api.md 6).
    unpublished: str = ""
    # Who refuses a call that a user has no permission for: DLI.0003 or APIGW.0302 (dli-api.md 4.3, 4.4).
    denied_by: str = "service"

    # IAM (dli-api.md 5.1, 5.4). How many wrong passwords lock a user, and for how long, is ours.
    token_life: float = 86400.0
    password_strikes: int = 5
    user_lock_seconds: float = 900.0
    # None: temporary keys live as long as was asked for.
    temporary_key_life: float | None = None

    # The metadata service of an ECS (dli-api.md 5.4): whether it wants a token first, an ECS that has no agency, or
    # no such service. How long its keys live is ours.
    metadata: str = "optional"
    metadata_key_life: float = 21600.0

    def update(self, changes: Mapping[str, Any]) -> None:
        """Turn several settings, or none at all if one of them is wrong."""
        checked = {name: _checked(name, value) for name, value in changes.items()}
        for name, value in checked.items():
            setattr(self, name, value)

    def has(self, name: str, item: str) -> bool:
        """Whether a setting that lists what there is has ``item`` in; None lists everything."""
        listed = getattr(self, name)
        return listed is None or item in words(listed)

    def as_dict(self) -> dict[str, Any]:
        return dataclasses.asdict(self)


def words(listed: str) -> list[str]:
    """The words between the commas of a setting."""
    return [word.strip() for word in listed.split(",") if word.strip()]


_TYPES: dict[str, str] = {field.name: str(field.type) for field in dataclasses.fields(Settings)}


def _checked(name: str, value: Any) -> Any:
    if name not in _TYPES:
        raise SettingError(f"There is no setting {name!r}; there are {', '.join(sorted(_TYPES))}.")
    choices = _CHOICES.get(name)
    if choices is not None:
        if value not in choices:
            raise SettingError(f"Setting {name} must be one of {', '.join(choices)}, not {value!r}.")
        return value
    wanted = _TYPES[name]
    if name == "unpublished" and isinstance(value, str):
        for word in words(value):
            if word not in CALLS and word not in GROUPS:
                raise SettingError(f"Setting {name} must name calls, and {word!r} is none.")
    if value is None and wanted.endswith("None"):
        return None
    if wanted.startswith("str") and isinstance(value, str):
        return value
    if wanted == "bool" and isinstance(value, bool):
        return value
    if wanted in ("bool", "str", "str | None") or isinstance(value, bool) or not isinstance(value, (int, float)):
        raise SettingError(f"Setting {name} must be of type {wanted}, not {value!r}.")
    if wanted.startswith("int") and not isinstance(value, int):
        raise SettingError(f"Setting {name} must be a whole number, not {value!r}.")
    if value < 0 or (name in ("strikes", "password_strikes") and value < 1):
        raise SettingError(f"Setting {name} must not be as small as {value!r}.")
    return value
