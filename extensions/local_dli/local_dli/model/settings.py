# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The settings of the local DLI. The defaults are the behaviour of the API contract."""

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
    "run_response": ("array", "short", "long", "reversed", "object"),
    "stop_response": ("array", "short", "long", "reversed", "object"),
    "delete_response": ("array", "short", "long", "reversed", "object"),
    "denied_by": ("service", "gateway"),
    "metadata": ("optional", "required", "no_agency", "absent"),
}


class SettingError(ValueError):
    """An unknown setting or an invalid value. The text is a complete message for the user."""


@dataclass
class Settings:
    """The behaviour that the contract leaves open or that tests change. Delays and lifetimes are in seconds."""

    # Duration of a submission, a stop and a savepoint.
    submit_delay: float = 0.3
    stop_delay: float = 0.2
    savepoint_delay: float = 0.2

    # How long reads return the old status after an accepted run or stop (dli-api.md 0.1-8).
    accept_lag: float = 0.0
    # How long a list does not show that a job was created or deleted (dli-api.md 8, 10-9).
    list_lag: float = 0.0
    restart_delay: float = 0.3
    cancel_timeout: float = 30.0

    # Error codes that are not documented (dli-api.md 10).
    active_code: str = "DLI.13099"
    stop_unknown_code: str = "DLI.15099"
    # Whether a create with the name of an existing job is refused: not established (dli-api.md 4.5).
    same_name: str = "refuse"
    rename_exists_code: str = "DLI.12002"
    # The existing queues, topics and packages, names separated by commas. None: all names exist.
    queues: str | None = None
    smn_topics: str | None = None
    packages: str | None = None
    queue_unknown_code: str = "DLI.0002"
    package_unknown_code: str = "DLI.11099"
    # An update of an active job that changes more than the fields of dli-api.md 2.3: refuse it, accept all fields, or
    # ignore the other fields. same_bucket: whether an unchanged obs_bucket is refused.
    edit_active: str = "refuse"
    same_bucket: str = "refuse"
    # A create or update with unknown fields.
    unknown_fields: str = "ignore"
    # Whether job_type and run_mode must match. Their defaults do not (dli-api.md 1.9).
    job_type_rule: str = "given"
    default_job_type: str = "flink_opensource_sql_job"
    # Whether checkpoints and logs without a bucket, and a checkpoint_path together with checkpoint_enabled, are refused.
    bucket_rule: str = "accept"
    checkpoint_path_rule: str = "refuse"
    # The interval of a Jar job that sets none: 10 in the documents, 30 in Terraform (dli-api.md 2.3).
    jar_checkpoint_interval: int = 30
    # None: 2048 for SQL jobs, 512 for Jar jobs.
    max_desc: int | None = None
    # Both graphs of a job that does not exist.
    graph_unknown_code: str = "DLI.16001"
    name_exists_code: str = "DLI.11004"
    start_time_at: str = "accept"
    name_match: str = "substring"
    # A list with a limit above 100, and with the limit 0.
    over_limit: str = "clamp"
    zero_limit: str = "empty"
    # According to the documentation a job can be deleted in any status (dli-api.md 1.5).
    delete_active: str = "accept"
    delete_active_code: str = "DLI.17099"
    # Whether savepoint_path shows the folder of a savepoint that was created by a stop.
    stop_savepoint_path: str = "hidden"
    # The status of a job that resumes from a savepoint of another script, Jar or parallelism (dli-api.md 7.6), and
    # whether a job can resume from an imported path that was not created here.
    incompatible_savepoint: str = "job_submit_fail"
    imported_savepoints: str = "trust"
    savepoint_failure: str = "job_running"
    max_batch: int | None = None
    # An export of a job that does not exist. The limit of 50 jobs is documented, the error code is not.
    export_unknown_code: str = "DLI.29099"
    max_export: int = 50
    # Tags of a job that does not exist. The maximum length (the documents also have 36 and 43) and number of tags.
    tags_unknown_code: str = "DLI.0002"
    tags_unknown_status: int = 404
    tag_key_length: int = 128
    tag_value_length: int = 255
    max_tags: int | None = None
    # What an import with is_cover does to an active job of the same name.
    import_over_active: str = "refuse"
    # The OBS buckets that DLI may use, names separated by commas. None: all buckets exist and are authorised.
    obs_buckets: str | None = None

    # Variants in different editions of the documents (dli-api.md 0.1-3, 0.1-4, 1.4, 9).
    # is_success "examples": a boolean in the responses whose documented example has one (dli-api.md 1.1).
    is_success: str = "string"
    run_response: str = "array"
    stop_response: str = "array"
    delete_response: str = "array"
    # Example and schema differ (dli-api.md 1.12): "100" or 100; zip_file and job_mapping, or zip_files and jobs_mapping.
    job_mapping_ids: str = "string"
    export_names: str = "schema"

    # The gateway (dli-api.md 0.1-9, 4.4, 4.5, 5).
    max_body: int = 12 * 1024 * 1024
    clock_skew: float = 900.0
    max_failed_signatures: int = 5
    lock_seconds: float = 300.0
    # Whether the 401 response to a wrong signature contains the canonical request, as it sometimes does (dli-api.md 4.4).
    include_canonical_request: bool = False
    # False: a region without DLI (dli-api.md 4.4, 6).
    api_published: bool = True
    # Calls or groups of calls that this region does not have, separated by commas. Older regions do not have the /v3
    # calls, OTC does not have the two savepoint calls (dli-api.md 6).
    unpublished: str = ""
    # Whether the service (DLI.0003) or the gateway (APIGW.0302) refuses a call without permission (dli-api.md 4.3, 4.4).
    denied_by: str = "service"

    # IAM (dli-api.md 5.1, 5.4). The number of wrong passwords that lock a user and the time are not documented.
    token_lifetime: float = 86400.0
    max_failed_passwords: int = 5
    user_lock_seconds: float = 900.0
    # None: temporary keys are valid for the requested time.
    temporary_key_lifetime: float | None = None

    # The metadata service of an ECS (dli-api.md 5.4): whether it requires a token, an ECS without agency, or no metadata
    # service. The lifetime of its keys is not documented.
    metadata: str = "optional"
    metadata_key_lifetime: float = 21600.0

    def update(self, changes: Mapping[str, Any]) -> None:
        """Change several settings, or none if one of them is invalid. Raises SettingError."""
        checked = {name: _checked(name, value) for name, value in changes.items()}
        for name, value in checked.items():
            setattr(self, name, value)

    def has(self, name: str, item: str) -> bool:
        """Return whether a setting that lists existing names contains ``item``. None contains all names."""
        value = getattr(self, name)
        return value is None or item in split_names(value)

    def as_dict(self) -> dict[str, Any]:
        return dataclasses.asdict(self)


def split_names(value: str) -> list[str]:
    """Return the names in a setting that separates them by commas."""
    return [name.strip() for name in value.split(",") if name.strip()]


_TYPES: dict[str, str] = {field.name: str(field.type) for field in dataclasses.fields(Settings)}


def _checked(name: str, value: Any) -> Any:
    if name not in _TYPES:
        raise SettingError(f"Invalid setting: {name!r} is not a setting. The settings are {', '.join(sorted(_TYPES))}.")
    choices = _CHOICES.get(name)
    if choices is not None:
        if value not in choices:
            raise SettingError(f"Invalid {name}: {value!r} is not a choice. Specify one of {', '.join(choices)}.")
        return value
    expected = _TYPES[name]
    if name == "unpublished" and isinstance(value, str):
        for call in split_names(value):
            if call not in CALLS and call not in GROUPS:
                raise SettingError(f"Invalid {name}: {call!r} is not a call or group of calls. Specify names of calls.")
    if value is None and expected.endswith("None"):
        return None
    if expected.startswith("str") and isinstance(value, str):
        return value
    if expected == "bool" and isinstance(value, bool):
        return value
    if expected in ("bool", "str", "str | None") or isinstance(value, bool) or not isinstance(value, (int, float)):
        raise SettingError(f"Invalid {name}: {value!r} does not have the type {expected}.")
    if expected.startswith("int") and not isinstance(value, int):
        raise SettingError(f"Invalid {name}: {value!r} is not a whole number.")
    if value < 0 or (name in ("max_failed_signatures", "max_failed_passwords") and value < 1):
        raise SettingError(f"Invalid {name}: {value!r} is too small.")
    return value
