# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The words and members that the modules for finding, saving and moving jobs document are those that they return."""

from __future__ import annotations

import re
from dataclasses import fields

import yaml

from ansible_collections.huaweicloud.cloud.plugins.module_utils._batch import operation
from ansible_collections.huaweicloud.cloud.plugins.module_utils._batch.job_result import JobResult
from ansible_collections.huaweicloud.cloud.plugins.module_utils._batch.operations import savepoint
from ansible_collections.huaweicloud.cloud.plugins.module_utils._batch.operations.export import Export
from ansible_collections.huaweicloud.cloud.plugins.module_utils._dli.job import Job
from ansible_collections.huaweicloud.cloud.plugins.module_utils._module import import_jobs
from ansible_collections.huaweicloud.cloud.plugins.module_utils._module.export_jobs import ExportOptions, export_result
from ansible_collections.huaweicloud.cloud.plugins.module_utils._module.graph_info import EMPTY_RESULT, message, run_summary
from ansible_collections.huaweicloud.cloud.plugins.module_utils._module.info import BRIEF, DETAILED, by_status
from ansible_collections.huaweicloud.cloud.plugins.module_utils._module.info import message as found
from ansible_collections.huaweicloud.cloud.plugins.module_utils._module.savepoint import message as saved
from ansible_collections.huaweicloud.cloud.plugins.module_utils._module.savepoint import parse_savepoint_options
from ansible_collections.huaweicloud.cloud.plugins.modules import (
    dli_streaming_job_graph_info,
    dli_streaming_job_savepoint,
    dli_streaming_jobs_export,
    dli_streaming_jobs_import,
    dli_streaming_jobs_info,
)

ROW = [field.name for field in fields(JobResult)]


def values(module):
    return yaml.safe_load(module.RETURN)


def sample(value):
    """Return the sample of a value, having held its members against the documented ones."""
    rows = value["sample"] if isinstance(value["sample"], list) else [value["sample"]]
    for row in rows:
        assert list(row) == [name for name, entry in value["contains"].items() if entry["returned"] == "always"]
    return rows[0]


def words(value):
    return re.findall(r"V\(([a-z_]+)\) - ", " ".join(value["contains"]["state"]["description"]))


def test_info():
    told = values(dli_streaming_jobs_info)
    assert tuple(told["jobs"]["contains"]) == BRIEF + DETAILED
    shown = sample(told["jobs"])
    assert tuple(shown) == BRIEF
    job = Job.from_api(shown)
    assert told["summary"]["sample"] == {"found": 1, "by_status": by_status([job])}
    assert told["msg"]["sample"] == found([job], told["missing"]["sample"])


def test_savepoint():
    told = values(dli_streaming_job_savepoint)
    shown = sample(told["job"])
    assert list(told["job"]["contains"]) == ROW
    both = {*operation.states(savepoint.TriggerSavepoint("b")), *operation.states(savepoint.ImportSavepoint("b")), savepoint.MADE}
    assert set(words(told["job"])) == both
    params = {"job_id": 207, "job_name": "", "action": "trigger", "savepoint_path": "b/f", "wait": True}
    times = dict.fromkeys(("wait_timeout", "wait_interval", "confirm_timeout"), 1.0)
    assert told["msg"]["sample"] == saved(parse_savepoint_options({**params, **times}, False).batch, JobResult(**shown))


def test_graphs():
    told = values(dli_streaming_job_graph_info)
    assert set(EMPTY_RESULT) <= set(told)
    graph = told["execution_graph"]["sample"]
    assert {name: told[name]["sample"] for name in run_summary(graph)} == run_summary(graph)
    assert told["msg"]["sample"] == message(Job.from_api(sample(told["job"])), graph, False)


def test_export():
    told = values(dli_streaming_jobs_export)
    shown = dict(sample(told["jobs"]))
    assert list(shown) == [*ROW, "zip_file"]
    export = Export("b", {shown.pop("zip_file"): [shown["job_id"]]})
    report = export_result(ExportOptions(export, None, False), [JobResult(**shown)], []).values
    for name in ("jobs", "summary", "zip_files", "msg"):
        assert told[name]["sample"] == report[name]
    assert set(words(told["jobs"])) == set(report["summary"]) - {"requested", "changed", "failed_jobs"}


def test_import():
    told = values(dli_streaming_jobs_import)
    row = import_jobs.ImportedJob(**sample(told["job_mapping"]))
    assert list(told["job_mapping"]["contains"]) == [field.name for field in fields(import_jobs.ImportedJob)]
    assert tuple(words(told["job_mapping"])) == import_jobs.STATES
    assert told["summary"]["sample"] == import_jobs.summary([row])
    file = told["msg"]["sample"].split()[1].rstrip(":")
    assert told["msg"]["sample"] == import_jobs.message(import_jobs.ImportOptions(file, False, False, 1), [row], "")
