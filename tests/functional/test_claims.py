# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What a result claims if the response is unclear or another client acts at the same time (docs/behaviour.md)."""

from __future__ import annotations

import pytest
from task_runs import calls

STOP = "huaweicloud.cloud.dli_streaming_jobs_stop"
A = {"is_success": "true", "message": "The request for submitting DLI jobs is delivered successfully."}
F = {"error_code": "DLI.13017", "error_msg": "The job has no savepoint."}
G = {"error_code": "DLI.13099", "error_msg": "The job cannot be started."}
OURS, OURS_ALONE = ("started", True, False), ("started", True, True)
NOT_OURS = ("already_active", False, False)
UNKNOWN = ("already_active", None, True)

#: response: the jobs of [131, 130] that another client starts at the same time, the body, and the result of each job:
#: state, changed and reconciled. Both jobs show a start in every case.
CASES = {
    "one of two accepted": ([130], [A, F], [UNKNOWN, UNKNOWN]),
    "none accepted": ([131, 130], [G, G], [NOT_OURS, NOT_OURS]),
    "short, refused": ([131], [F], [UNKNOWN, UNKNOWN]),
    "short, accepted, another client": ([130], [A], [OURS_ALONE, OURS_ALONE]),
    "short, accepted": ([], [A], [OURS_ALONE, OURS_ALONE]),
    "single object, refused": ([131], G, [UNKNOWN, UNKNOWN]),
    "long, one accepted": ([131], [F, F, A], [UNKNOWN, UNKNOWN]),
    "long, all accepted": ([], [A, A, A], [OURS, OURS]),
}


@pytest.mark.parametrize("case", CASES)
def test_claims(ansible, dli, case):
    others, body, expected = CASES[case]
    if others:
        dli.faults.add("other_client", call="run", action="start", job_ids=tuple(others))
    dli.faults.add("response", call="run", body=body)
    ended = ansible.task({"job_ids": [131, 130]})
    rows = ended.result["jobs"]
    assert [(row["state"], row["changed"], row["reconciled"]) for row in rows] == expected, ended.output
    assert ended.result["changed"] is (expected != [NOT_OURS, NOT_OURS]) and not ended.failed
    for row in rows:
        known = {entry.actor != "other_client" for entry in dli.ledger.starts(row["job_id"])}
        assert row["reconciled"] or known == {row["changed"]}, "a certain claim matches the ledger"
        assert ("The response does not show whether" in row["msg"]) is (row["changed"] is None)


def test_lost_response(ansible, dli):
    """The claim is right unless another client acted: one of these starts is that of another client."""
    dli.faults.add("other_client", call="run", action="start", job_ids=(130,))
    dli.faults.add("reset_after", call="run")
    ended = ansible.task({"job_ids": [131, 130]})
    assert [(row["state"], row["changed"], row["reconciled"]) for row in ended.result["jobs"]] == [OURS_ALONE] * 2


def test_accepted_start_needs_no_more_reads(ansible, dli):
    ended = ansible.task({"job_ids": [131, 130, 138]})
    assert [(row["state"], row["changed"], row["reconciled"]) for row in ended.result["jobs"]] == [OURS] * 3
    assert calls(dli) == ["list", "run"]


def test_stop_of_job_that_fails_by_itself(ansible, dli):
    """The response is in another order than the jobs, so only the statuses show which job was stopped."""
    dli.other_client("force", [131, 130], fields={"status": "job_running"})
    dli.faults.add("other_client", call="stop", action="force", job_ids=(131,), fields={"status": "job_running_exception"})
    dli.faults.add("response", call="stop", shape="reversed")
    ended = ansible.task({"job_ids": [131, 130], "trigger_savepoint": True}, module=STOP)
    claims = [(row["state"], row["changed"], row["reconciled"]) for row in ended.result["jobs"]]
    assert claims == [("already_stopped", False, True), ("stopped", True, True)], ended.output
    assert [entry.job_id for entry in dli.ledger.find(operation="stop", accepted=True)] == [130]
