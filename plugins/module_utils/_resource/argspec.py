# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The argument specification of the modules for one job, from the table of settings."""

from __future__ import annotations

import typing as t

from .._dli.job_settings import BOOLEAN, INTEGER, JSON, LIST, OBJECT, settings_of
from .desired import NEVER, PRESENT, RESTARTS, STATES

#: Kind of a setting -> type of its option; other kinds are texts.
TYPES = {INTEGER: "int", BOOLEAN: "bool", JSON: "json", LIST: "list", OBJECT: "dict"}


def streaming_job(kind: str) -> dict[str, dict[str, t.Any]]:
    """Return the options of the doc fragment ``streaming_job`` and the settings of one kind of jobs.

    Choices of texts are checked in ``diff.py``, because surveys send empty texts for unset fields.
    """
    settings = {setting.name: dict(type=TYPES.get(setting.kind, "str")) for setting in settings_of(kind)}
    settings.update({setting.name: dict(type="list", elements="raw") for setting in settings_of(kind) if setting.kind == LIST})
    return dict(
        settings,
        job_id=dict(type="str"),
        state=dict(type="str", default=PRESENT, choices=list(STATES)),
        tags=dict(type="dict"),
        purge_tags=dict(type="bool", default=False),
        purge_settings=dict(type="bool", default=False),
        restart=dict(type="str", default=NEVER, choices=list(RESTARTS)),
        savepoint=dict(type="bool", default=True),
        resume_savepoint=dict(type="bool"),
        force=dict(type="bool", default=False),
        show_detail=dict(type="bool", default=False),
        resource_config=dict(type="dict", options=_resource_config()),
    )


def _resource_config() -> dict[str, dict[str, t.Any]]:
    def resource_spec() -> dict[str, t.Any]:
        return dict(type="dict", options=dict(cpu=dict(type="float"), memory=dict(type="str")))

    return dict(
        max_slot=dict(type="int"),
        parallel_number=dict(type="int"),
        jobmanager_resource_spec=resource_spec(),
        taskmanager_resource_spec=resource_spec(),
    )
