# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Exporting and importing definitions of jobs (dli-api.md 1.12)."""

from __future__ import annotations

import pytest

from ansible_collections.huaweicloud.cloud.plugins.module_utils._batch.operation import states
from ansible_collections.huaweicloud.cloud.plugins.module_utils._batch.operations.export import Export
from ansible_collections.huaweicloud.cloud.plugins.module_utils._errors import (
    InputError,
    NotDelivered,
    ResponseLost,
    ServiceError,
)
from ansible_collections.huaweicloud.cloud.plugins.module_utils._module.export_jobs import export_jobs, parse_export_options
from ansible_collections.huaweicloud.cloud.plugins.module_utils._module.import_jobs import (
    ImportedJob,
    import_jobs,
    infer_from_listing,
    message,
    parse_import_options,
    parse_mapping,
)

from ..fakes import FakeDli, context, job

EXPORT = {"job_ids": None, "job_names": None, "all": False, "obs_dir": "obs://b/f"}
IMPORT = {"zip_file": "b/f.zip", "is_cover": False, "confirm_timeout": 10}


class TransferDli(FakeDli):
    """A service that exports and imports jobs. An outcome that is an error is raised."""

    def __init__(self, *jobs, outcomes=()):
        super().__init__(*jobs)
        self.outcomes = list(outcomes)

    def export_jobs(self, job_ids, obs_dir, deadline=None):
        self.calls.append(("export", tuple(job_ids), obs_dir))
        return self._outcome([f"{obs_dir}/{len(self.calls)}.zip"])

    def import_jobs(self, zip_file, is_cover, deadline=None):
        self.calls.append(("import", zip_file, is_cover))
        return self._outcome([])

    def _outcome(self, default):
        outcome = self.outcomes.pop(0) if self.outcomes else default
        if isinstance(outcome, Exception):
            raise outcome
        return outcome


def export(dli, check_mode=False, **options):
    return export_jobs(context(dli), parse_export_options({**EXPORT, **options}, check_mode)).values


def run_import(dli, check_mode=False, **options):
    return import_jobs(context(dli), parse_import_options({**IMPORT, **options}, check_mode))


def some(count):
    return [job(number) for number in range(1, count + 1)]


def ids(count):
    return [str(number) for number in range(1, count + 1)]


def sent(dli, call="export"):
    return [entry[1] for entry in dli.calls if entry[0] == call]


def job_states(result):
    return [(row["state"], row["changed"], row["failed"], row["zip_file"]) for row in result["jobs"]]


# Exporting


def test_states_of_export():
    expected = ("exported", "not_found", "ambiguous", "refused", "failed", "timed_out", "unknown")
    assert states(Export("b")) == expected


@pytest.mark.parametrize(("count", "parts"), [(1, [1]), (50, [50]), (51, [50, 1]), (120, [50, 50, 20])])
def test_one_request_exports_at_most_50_jobs(count, parts):
    dli = TransferDli(*some(count))
    result = export(dli, job_ids=ids(count))
    assert [len(part) for part in sent(dli)] == parts
    assert [job_id for part in sent(dli) for job_id in part] == list(range(1, count + 1))
    assert len(result["zip_files"]) == len(parts) == len({row["zip_file"] for row in result["jobs"]})
    assert result["changed"] is True and result["failed"] is False
    assert all(row["status"] == row["status_before"] == "job_cancel_success" for row in result["jobs"])


def test_check_mode_predicts_and_sends_nothing():
    predicted = export(TransferDli(*some(3)), True, job_ids=ids(4))
    reported = export(TransferDli(*some(3)), job_ids=ids(4))
    assert predicted["changed"] and predicted["zip_files"] == [] and predicted["msg"].startswith("3 of 4 jobs would be exported")
    assert predicted["summary"] == reported["summary"]
    for row in predicted["jobs"] + reported["jobs"]:
        row.pop("zip_file")
    assert predicted["jobs"] == reported["jobs"]


@pytest.mark.parametrize(
    ("outcome", "state", "changed"),
    [
        (ResponseLost("gone"), "unknown", None),
        (ServiceError("no", 400, "DLI.29001"), "refused", False),
        (NotDelivered("no way"), "refused", False),
    ],
)
def test_failed_part_does_not_affect_other_parts(outcome, state, changed):
    dli = TransferDli(*some(120), outcomes=[["b/1.zip"], outcome, ["b/3.zip"]])
    result = export(dli, job_ids=ids(120))
    assert [row["state"] for row in result["jobs"]] == ["exported"] * 50 + [state] * 50 + ["exported"] * 20
    assert job_states(result)[50] == (state, changed, True, None)
    assert result["zip_files"] == ["b/1.zip", "b/3.zip"] and result["failed"] and result["changed"] and len(sent(dli)) == 3
    assert result["jobs"][50]["error_code"] == getattr(outcome, "code", None)


@pytest.mark.parametrize("status", [401, 403])
def test_rejected_credentials_are_not_used_again(status):
    dli = TransferDli(*some(120), outcomes=[["b/1.zip"], ServiceError("no", status, "APIGW.0301")])
    result = export(dli, job_ids=ids(120))
    assert [row["state"] for row in result["jobs"]] == ["exported"] * 50 + ["refused"] * 70 and len(sent(dli)) == 2


def test_several_files_of_one_request_are_not_assigned_to_jobs():
    result = export(TransferDli(*some(2), outcomes=[["b/1.zip", "b/2.zip"]]), job_ids=ids(2))
    assert result["zip_files"] == ["b/1.zip", "b/2.zip"]
    assert job_states(result) == [("exported", True, False, None)] * 2


def test_all_exports_every_job_of_the_list():
    dli = TransferDli(*some(60))
    result = export(dli, all=True)
    assert [row["job_id"] for row in result["jobs"]] == list(range(60, 0, -1)) and len(sent(dli)) == 2
    assert export(TransferDli(), all=True)["changed"] is False


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "Missing job_ids or job_names"),
        ({"all": True, "job_names": ["x"]}, "Conflicting options: all and"),
        ({"all": True, "obs_dir": " "}, "Missing obs_dir"),
    ],
    ids=str,
)
def test_invalid_options_of_export(options, message):
    with pytest.raises(InputError, match=message):
        parse_export_options({**EXPORT, **options}, False)


# The mapping in a response


@pytest.mark.parametrize(
    ("item", "kept", "covered"),
    [
        ({"old_job_id": "100", "new_job_id": "200", "remark": "ok"}, (100, 200, "ok", "created"), (100, 200, "ok", "created")),
        ({"old_job_id": 100, "new_job_id": 200}, (100, 200, None, "created"), (100, 200, None, "created")),
        ({"old_job_id": 100, "new_job_id": -1}, (100, None, None, "exists"), (100, None, None, "failed")),
        ({"old_job_id": "100", "new_job_id": "-1"}, (100, None, None, "exists"), (100, None, None, "failed")),
        ({"old_job_id": 100, "new_job_id": 7}, (100, 7, None, "exists"), (100, 7, None, "overwritten")),
        ({"remark": ""}, (None, None, None, "exists"), (None, None, None, "failed")),
    ],
)
def test_state_of_each_mapped_job(item, kept, covered):
    for is_cover, expected in ((False, kept), (True, covered)):
        (row,) = parse_mapping([item], is_cover, {7})
        assert (row.old_job_id, row.new_job_id, row.remark, row.state) == expected
        assert row.changed is (row.state in ("created", "overwritten")) and row.failed is (row.state == "failed")
        assert row.reconciled is False


@pytest.mark.parametrize(
    ("new", "is_cover", "expected"),
    [
        ({9, 8}, False, ["created", "created"]),
        ({9}, True, ["created", "unknown"]),
        (set(), False, ["unknown"]),
        (set(), True, ["unknown"]),
    ],
)
def test_states_inferred_from_list(new, is_cover, expected):
    rows = infer_from_listing(new, is_cover)
    assert [row.state for row in rows] == expected and all(row.reconciled for row in rows)
    assert [row.changed for row in rows] == [True if row.state == "created" else None for row in rows]
    assert [row.new_job_id for row in rows if row.state == "created"] == sorted(new)


@pytest.mark.parametrize(
    ("rows", "lost", "expected"),
    [
        ([ImportedJob(1, 2, "", "created", True)], "", "Imported b/f.zip: 1 created."),
        ([ImportedJob(1, None, "busy", "failed", failed=True)], "", "Imported no jobs of b/f.zip. 1 failed: 1 (busy)."),
        (
            [ImportedJob(number, None, None, "failed", failed=True) for number in range(5)],
            "",
            "Imported no jobs of b/f.zip. 5 failed: 0 (no reason given), 1 (no reason given), 2 (no reason given) and 2 more.",
        ),
        (
            infer_from_listing([], False),
            "The response was lost.",
            "Outcome unknown. The response was lost. Check the jobs of the project, then run the task again.",
        ),
        (
            infer_from_listing([9], True),
            "The response was lost.",
            "Imported b/f.zip: 1 created. Outcome unknown for jobs that may have been overwritten. The response was lost. "
            "Check the jobs of the project, then run the task again.",
        ),
    ],
)
def test_message_of_import(rows, lost, expected):
    assert message(parse_import_options(IMPORT, False), rows, lost) == expected


# Importing


def test_import_reads_list_and_sends_one_request():
    dli = TransferDli(*some(2), outcomes=[[{"old_job_id": "1", "new_job_id": "-1"}, {"old_job_id": "5", "new_job_id": "9"}]])
    report = run_import(dli)
    assert [call[0] for call in dli.calls] == ["list", "import"] and dli.calls[1] == ("import", "b/f.zip", False)
    assert report.values["summary"] == {"created": 1, "overwritten": 0, "exists": 1, "failed": 0, "unknown": 0}
    assert (report.values["changed"], report.values["failed"], list(report.warnings)) == (True, False, [])


def test_check_mode_of_import_only_reads():
    dli = TransferDli(*some(2))
    report = run_import(dli, True)
    assert (report.values["changed"], report.values["job_mapping"]) == (True, []) and sent(dli, "import") == []
    with pytest.raises(NotDelivered):
        dli.errors.append(NotDelivered("no way"))
        run_import(dli, True)


def add_jobs(dli, seconds, *job_ids):
    dli.clock.at(seconds, lambda: dli.jobs.update((job_id, job(job_id)) for job_id in job_ids))


@pytest.mark.parametrize("outcome", [ResponseLost("gone"), []], ids=["no response", "no jobs in response"])
def test_lost_response_is_replaced_by_list(outcome):
    dli = TransferDli(*some(2), outcomes=[outcome])
    add_jobs(dli, 0.4, 11)
    add_jobs(dli, 1, 12)
    report = run_import(dli)
    assert [row["new_job_id"] for row in report.values["job_mapping"]] == [11, 12]
    assert (report.values["changed"], report.values["failed"]) == (True, False)
    assert len(report.warnings) == 1 and len(sent(dli, "import")) == 1
    assert dli.clock.now() < 1005


def test_lost_response_without_new_jobs_is_unknown():
    dli = TransferDli(*some(2), outcomes=[ResponseLost("gone.")])
    report = run_import(dli)
    assert [row["state"] for row in report.values["job_mapping"]] == ["unknown"]
    assert (report.values["changed"], report.values["failed"]) == (True, True)
    assert 1010 <= dli.clock.now() <= 1011 and len(sent(dli, "import")) == 1


def test_job_shown_at_deadline_is_included():
    dli = TransferDli(*some(2), outcomes=[ResponseLost("gone")])
    add_jobs(dli, 9.9, 11)
    assert [row["new_job_id"] for row in run_import(dli).values["job_mapping"]] == [11]


def test_failed_reads_are_repeated():
    dli = TransferDli(*some(2), outcomes=[ResponseLost("gone")])
    add_jobs(dli, 0.4, 11)
    dli.errors += [None, NotDelivered("down"), NotDelivered("down")]
    assert [row["new_job_id"] for row in run_import(dli).values["job_mapping"]] == [11]


def test_rejected_credentials_end_reads():
    dli = TransferDli(*some(2), outcomes=[ResponseLost("gone")])
    dli.errors += [None, ServiceError("no", 401, None)]
    assert run_import(dli).values["failed"] is True and dli.clock.now() == 1000


def test_refused_import_fails_task():
    dli = TransferDli(outcomes=[ServiceError("no", 400, "DLI.29002")])
    with pytest.raises(ServiceError):
        run_import(dli)
