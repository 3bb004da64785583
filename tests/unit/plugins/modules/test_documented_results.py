# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The documented states, members and samples of the info, savepoint, graph, export and import modules equal their results."""

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
from ansible_collections.huaweicloud.cloud.plugins.module_utils._module.info import message as info_message
from ansible_collections.huaweicloud.cloud.plugins.module_utils._module.savepoint import message as savepoint_message
from ansible_collections.huaweicloud.cloud.plugins.module_utils._module.savepoint import parse_savepoint_options
from ansible_collections.huaweicloud.cloud.plugins.modules import (
    dli_streaming_job_graph_info,
    dli_streaming_job_savepoint,
    dli_streaming_jobs_export,
    dli_streaming_jobs_import,
    dli_streaming_jobs_info,
)

ROW = list(JobResult._fields)


def return_values(module):
    return yaml.safe_load(module.RETURN)


def sample(value):
    """Return the first sample of a value, after a comparison of its members with the documentation."""
    rows = value["sample"] if isinstance(value["sample"], list) else [value["sample"]]
    for row in rows:
        assert list(row) == [name for name, entry in value["contains"].items() if entry["returned"] == "always"]
    return rows[0]


def documented_states(value):
    return re.findall(r"V\(([a-z_]+)\) - ", " ".join(value["contains"]["state"]["description"]))


def test_info_module():
    documented = return_values(dli_streaming_jobs_info)
    assert tuple(documented["jobs"]["contains"]) == BRIEF + DETAILED
    shown = sample(documented["jobs"])
    assert tuple(shown) == BRIEF
    job = Job.from_api(shown)
    assert documented["summary"]["sample"] == {"found": 1, "by_status": by_status([job])}
    assert documented["msg"]["sample"] == info_message([job], documented["missing"]["sample"])


def test_savepoint_module():
    documented = return_values(dli_streaming_job_savepoint)
    shown = sample(documented["job"])
    assert list(documented["job"]["contains"]) == ROW
    both = {*operation.states(savepoint.TriggerSavepoint("b")), *operation.states(savepoint.ImportSavepoint("b")), savepoint.MADE}
    assert set(documented_states(documented["job"])) == both
    params = {"job_id": 207, "job_name": "", "action": "trigger", "savepoint_path": "b/f", "wait": True}
    times = dict.fromkeys(("wait_timeout", "wait_interval", "confirm_timeout"), 1.0)
    options = parse_savepoint_options({**params, **times}, False)
    assert documented["msg"]["sample"] == savepoint_message(options.batch, JobResult(**shown))


def test_graph_info_module():
    documented = return_values(dli_streaming_job_graph_info)
    assert set(EMPTY_RESULT) <= set(documented)
    graph = documented["execution_graph"]["sample"]
    assert {name: documented[name]["sample"] for name in run_summary(graph)} == run_summary(graph)
    assert documented["msg"]["sample"] == message(Job.from_api(sample(documented["job"])), graph, False)


def test_export_module():
    documented = return_values(dli_streaming_jobs_export)
    shown = dict(sample(documented["jobs"]))
    assert list(shown) == [*ROW, "zip_file"]
    export = Export("b", {shown.pop("zip_file"): [shown["job_id"]]})
    report = export_result(ExportOptions(export, None, False), [JobResult(**shown)], []).values
    for name in ("jobs", "summary", "zip_files", "msg"):
        assert documented[name]["sample"] == report[name]
    assert set(documented_states(documented["jobs"])) == set(report["summary"]) - {"requested", "changed", "failed_jobs"}


def test_import_module():
    documented = return_values(dli_streaming_jobs_import)
    row = import_jobs.ImportedJob(**sample(documented["job_mapping"]))
    assert list(documented["job_mapping"]["contains"]) == [field.name for field in fields(import_jobs.ImportedJob)]
    assert tuple(documented_states(documented["job_mapping"])) == import_jobs.STATES
    assert documented["summary"]["sample"] == import_jobs.summary([row])
    file = documented["msg"]["sample"].split()[1].rstrip(":")
    assert documented["msg"]["sample"] == import_jobs.message(import_jobs.ImportOptions(file, False, False, 1), [row], "")
