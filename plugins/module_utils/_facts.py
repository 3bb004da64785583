# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a result shows of a job: always the same members, by the service's names (dli-api.md 1.7, 3). Pure."""

from __future__ import annotations

import typing as t

from ._answer import one_line
from ._jobs import Job

BRIEF = (
    "job_id",
    "name",
    "desc",
    "job_type",
    "status",
    "status_desc",
    "queue_name",
    "user_name",
    "create_time",
    "start_time",
    "duration",
    "has_savepoint",
    "savepoint_path",
    "restart_times",
    "root_id",
)
#: What may be large, or is seldom of interest.
MORE = (
    "update_time",
    "user_id",
    "project_id",
    "run_mode",
    "sql_body",
    "main_class",
    "entrypoint_args",
    "job_config",
    "execution_graph",
    "graph_editor_enabled",
    "edge_group_ids",
)
#: How many characters of a free text are shown in brief, so that a result stays below 1 KB a job.
SHORTENED = {"desc": 80, "status_desc": 200}


def facts(job: Job, detailed: bool) -> dict[str, t.Any]:
    """Return the members of a job; :data:`None` where the service gives none."""
    shown = {name: job.raw.get(name) for name in (BRIEF + MORE if detailed else BRIEF)}
    shown.update(job_id=job.job_id, name=job.name, has_savepoint=job.has_savepoint, start_time=job.start_time)
    if not detailed:
        shown.update({name: one_line(shown[name], most) for name, most in SHORTENED.items() if shown[name] is not None})
    return shown
