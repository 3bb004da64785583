# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The one table of a job's settings, under the names by which the service takes them (dli-api.md 1.7, 1.9, 1.10). Data only."""

from __future__ import annotations

import typing as t
from collections.abc import Iterable

from ._dli import JAR, SQL

# Where a detail holds the setting; what cannot be read back is never compared.
TOP = "job_detail"
CONFIG = "job_config"
NOWHERE = ""

# What kind of value it is.
TEXT = "text"
SCRIPT = "script"  #: a text whose line ends and trailing blanks mean nothing
INTEGER = "integer"
BOOLEAN = "boolean"
MODE = "mode"  #: a number in requests, a word in answers
JSON = "JSON"  #: a text that is JSON
LIST = "list"
OBJECT = "object"

# When it can be set.
AT_REST = "at rest"
LIVE = "while it runs, too"  #: dli-api.md 2.3
CREATE_ONLY = "at creation"
UPDATE_ONLY = "after creation"

BOTH = (SQL, JAR)
MODES = {"exactly_once": 1, "at_least_once": 2}
#: The types of jobs that each kind covers; those of the edge are none of ours.
JOB_TYPES = {SQL: ("flink_opensource_sql_job", "flink_sql_job"), JAR: ("flink_jar_job",)}
LONGEST = {"name": 57, "sql_body": 1024 * 1024}
#: A savepoint cannot be restored once these have changed (dli-api.md 7.6).
NOT_RESTORABLE = frozenset(("sql_body", "entrypoint", "main_class", "dependency_jars", "parallel_number"))


class Field(t.NamedTuple):
    """One setting.

    ``default``: what counts where the service gives null; ``choices``: the texts it may be, if they are few.
    """

    name: str
    kind: str
    place: str = CONFIG
    of: tuple[str, ...] = BOTH
    when: str = AT_REST
    default: t.Any = None
    choices: tuple[str, ...] = ()


FIELDS = (
    Field("name", TEXT, TOP),
    Field("desc", TEXT, TOP),
    Field("template_id", INTEGER, NOWHERE, (SQL,), CREATE_ONLY),
    Field("job_type", TEXT, TOP, (SQL,), CREATE_ONLY, choices=JOB_TYPES[SQL]),
    Field("sql_body", SCRIPT, TOP, (SQL,)),
    Field("run_mode", TEXT, TOP, (SQL,), default="shared_cluster", choices=("shared_cluster", "exclusive_cluster")),
    Field("queue_name", TEXT, TOP),
    Field("main_class", TEXT, TOP, (JAR,)),
    Field("entrypoint", TEXT, CONFIG, (JAR,)),
    Field("entrypoint_args", TEXT, TOP, (JAR,)),
    Field("dependency_jars", LIST, CONFIG, (JAR,)),
    Field("dependency_files", LIST, CONFIG, (JAR,)),
    Field("feature", TEXT, CONFIG, (JAR,), choices=("basic", "custom")),
    Field("image", TEXT, CONFIG, (JAR,)),
    Field("flink_version", TEXT),
    Field("udf_jar_url", TEXT, CONFIG, (SQL,)),
    Field("cu_number", INTEGER, default=2),
    Field("manager_cu_number", INTEGER, default=1),
    Field("parallel_number", INTEGER, default=1),
    Field("tm_cus", INTEGER, default=1),
    Field("tm_slot_num", INTEGER),
    Field("resource_config_version", TEXT, default="v1", choices=("v1", "v2")),
    Field("resource_config", OBJECT),
    Field("checkpoint_enabled", BOOLEAN, default=False),
    Field("checkpoint_mode", MODE, default="exactly_once", choices=(*MODES, "1", "2")),
    Field("checkpoint_interval", INTEGER),
    Field("checkpoint_path", TEXT, CONFIG, (JAR,), LIVE),
    Field("obs_bucket", TEXT, when=LIVE),
    Field("log_enabled", BOOLEAN, default=False),
    Field("smn_topic", TEXT, when=LIVE),
    Field("restart_when_exception", BOOLEAN, when=LIVE, default=False),
    Field("resume_checkpoint", BOOLEAN, when=LIVE, default=False),
    Field("resume_max_num", INTEGER, when=LIVE, default=-1),
    Field("idle_state_retention", INTEGER, CONFIG, (SQL,), default=3600),
    Field("dirty_data_strategy", TEXT, CONFIG, (SQL,), default="0"),
    Field("runtime_config", JSON),
    Field("flink_log_config", JSON),
    Field("execution_agency_urn", TEXT),
    Field("operator_config", JSON, CONFIG, (SQL,), UPDATE_ONLY),
    Field("static_estimator_config", JSON, CONFIG, (SQL,), UPDATE_ONLY),
)
BY_NAME = {field.name: field for field in FIELDS}


def fields_of(kind: str) -> list[Field]:
    """Return the settings of a kind of jobs (``SQL`` or ``JAR``), in the order of the table."""
    return [field for field in FIELDS if kind in field.of]


def needs_rest(names: Iterable[str]) -> list[str]:
    """Return those settings that cannot change while the job runs."""
    return [name for name in names if BY_NAME[name].when != LIVE]


def fixed(names: Iterable[str]) -> list[str]:
    """Return those settings that cannot change any more."""
    return [name for name in names if BY_NAME[name].when == CREATE_ONLY]
