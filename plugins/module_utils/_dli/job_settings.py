# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The settings of a job, by their names in requests (dli-api.md 1.7, 1.9, 1.10). Data only; ``job_limits.py`` has ranges."""

from __future__ import annotations

import typing as t
from collections.abc import Iterable

from .job import JAR, SQL

# Where a job detail contains the setting. A setting that is not in the detail is never compared.
TOP = "job_detail"
CONFIG = "job_config"
NOWHERE = ""

# The type of the value.
TEXT = "text"
SCRIPT = "script"  #: a text; line endings and trailing spaces are not compared
INTEGER = "integer"
BOOLEAN = "boolean"
MODE = "mode"  #: a number in requests, a text in responses
JSON = "JSON"  #: a text that contains JSON
LIST = "list"
OBJECT = "object"

# When the setting can be changed.
WHILE_STOPPED = "while the job is inactive"
WHILE_RUNNING = "at any time"  #: dli-api.md 2.3
CREATE_ONLY = "at creation"
UPDATE_ONLY = "after creation"
BOTH = (SQL, JAR)
MODES = {"exactly_once": 1, "at_least_once": 2}
#: The job types of each kind. Edge jobs are not supported.
JOB_TYPES = {SQL: ("flink_opensource_sql_job", "flink_sql_job"), JAR: ("flink_jar_job",)}
#: A savepoint cannot be restored after a change of these settings (dli-api.md 7.6).
NOT_RESTORABLE = frozenset(("sql_body", "entrypoint", "main_class", "dependency_jars", "parallel_number"))


#: Settings without which a job cannot run. They are never reset.
REQUIRED = ("name", "sql_body", "entrypoint")


class Setting(t.NamedTuple):
    """One setting.

    :ivar default: the value if the service returns null, for an object those of its members; ``choices``: the allowed texts,
        if they are limited.
    """

    name: str
    kind: str
    place: str = CONFIG
    of: tuple[str, ...] = BOTH
    when: str = WHILE_STOPPED
    default: t.Any = None
    choices: tuple[str, ...] = ()

    @property
    def reset_value(self) -> t.Any:
        """The value that resets the setting; None if there is none.

        Whether an update can remove a setting is not documented. Most texts have no minimum length (dli-api.md 1.9, 1.10).
        """
        if self.default is not None:
            return self.default
        if self.kind == LIST:
            return []
        return "" if self.kind in (TEXT, SCRIPT, JSON) and not self.choices and self.name not in REQUIRED else None


_RESOURCE_SPEC = {"cpu": 1, "memory": "4G"}
SETTINGS = (
    Setting("name", TEXT, TOP),
    Setting("desc", TEXT, TOP),
    Setting("template_id", INTEGER, NOWHERE, (SQL,), CREATE_ONLY),
    Setting("job_type", TEXT, TOP, (SQL,), CREATE_ONLY, choices=JOB_TYPES[SQL]),
    Setting("sql_body", SCRIPT, TOP, (SQL,)),
    Setting("run_mode", TEXT, TOP, (SQL,), default="shared_cluster", choices=("shared_cluster", "exclusive_cluster")),
    Setting("queue_name", TEXT, TOP),
    Setting("main_class", TEXT, TOP, (JAR,)),
    Setting("entrypoint", TEXT, CONFIG, (JAR,)),
    Setting("entrypoint_args", TEXT, TOP, (JAR,)),
    Setting("dependency_jars", LIST, CONFIG, (JAR,)),
    Setting("dependency_files", LIST, CONFIG, (JAR,)),
    Setting("feature", TEXT, CONFIG, (JAR,), choices=("basic", "custom")),
    Setting("image", TEXT, CONFIG, (JAR,)),
    Setting("flink_version", TEXT),
    Setting("udf_jar_url", TEXT, CONFIG, (SQL,)),
    Setting("cu_number", INTEGER, default=2),
    Setting("manager_cu_number", INTEGER, default=1),
    Setting("parallel_number", INTEGER, default=1),
    Setting("tm_cus", INTEGER, default=1),
    Setting("tm_slot_num", INTEGER),
    Setting("resource_config_version", TEXT, default="v1", choices=("v1", "v2")),
    Setting(
        "resource_config",
        OBJECT,
        default={"jobmanager_resource_spec": _RESOURCE_SPEC, "taskmanager_resource_spec": _RESOURCE_SPEC},
    ),
    Setting("checkpoint_enabled", BOOLEAN, default=False),
    Setting("checkpoint_mode", MODE, default="exactly_once", choices=(*MODES, "1", "2")),
    Setting("checkpoint_interval", INTEGER),
    Setting("checkpoint_path", TEXT, CONFIG, (JAR,), WHILE_RUNNING),
    Setting("obs_bucket", TEXT, when=WHILE_RUNNING),
    Setting("log_enabled", BOOLEAN, default=False),
    Setting("smn_topic", TEXT, when=WHILE_RUNNING),
    Setting("restart_when_exception", BOOLEAN, when=WHILE_RUNNING, default=False),
    Setting("resume_checkpoint", BOOLEAN, when=WHILE_RUNNING, default=False),
    Setting("resume_max_num", INTEGER, when=WHILE_RUNNING, default=-1),
    Setting("idle_state_retention", INTEGER, CONFIG, (SQL,), default=3600),
    Setting("dirty_data_strategy", TEXT, CONFIG, (SQL,), default="0"),
    Setting("runtime_config", JSON),
    Setting("flink_log_config", JSON),
    Setting("execution_agency_urn", TEXT),
    Setting("operator_config", JSON, CONFIG, (SQL,), UPDATE_ONLY),
    Setting("static_estimator_config", JSON, CONFIG, (SQL,), UPDATE_ONLY),
)

BY_NAME = {setting.name: setting for setting in SETTINGS}


def settings_of(kind: str) -> list[Setting]:
    """Return the settings of a kind of job (``SQL`` or ``JAR``), in the order of the table."""
    return [setting for setting in SETTINGS if kind in setting.of]


def requires_stop(names: Iterable[str]) -> list[str]:
    """Return the settings that cannot be changed while the job is active."""
    return [name for name in names if BY_NAME[name].when != WHILE_RUNNING]


def immutable(names: Iterable[str]) -> list[str]:
    """Return the settings that cannot be changed after creation."""
    return [name for name in names if BY_NAME[name].when == CREATE_ONLY]
