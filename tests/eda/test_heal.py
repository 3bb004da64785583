# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The rulebook streaming_jobs_heal: which jobs are restarted, how often, and which are escalated."""

from __future__ import annotations

from .conftest import wait_until

SQL = "INSERT INTO sink SELECT id FROM source"
HEAL = "huaweicloud.cloud.streaming_jobs_heal"
VARIABLES = {"dli_interval": 1, "dli_max_restarts": 2, "dli_escalation_playbook": "escalate.yml"}
ONCE, TWIN, ALWAYS, AUTOMATIC, STOPPED, NO_SAVEPOINT, ARREARS, HEALTHY = range(1, 9)


def seed(job_id, name, status="job_cancel_success", savepoint=77, **members):
    saved = {"savepoint": f"bucket/{job_id}/savepoint-{savepoint}"} if savepoint else {}
    return {"job_id": job_id, "name": name, "status": status, "sql_body": SQL, **saved, **members}


JOBS = [
    seed(ONCE, "fails_once", script={"fail_after": 1.0, "fail_times": 1}),
    seed(TWIN, "fails_once_as_well", script={"fail_after": 1.0, "fail_times": 1}),
    seed(ALWAYS, "fails_always", script={"fail_after": 0.5}),
    seed(AUTOMATIC, "restarted_by_dli", script={"fail_after": 1.0, "fail_times": 1}, job_config={"restart_when_exception": True}),
    seed(STOPPED, "stopped_by_a_user"),
    seed(NO_SAVEPOINT, "without_savepoint", savepoint=None, script={"fail_after": 0.5}),
    seed(ARREARS, "in_arrears", "job_arrearage_stopped"),
    seed(HEALTHY, "healthy"),
]


def restarts(dli, job_id):
    """Return the accepted starts by the rulebook; the first start of each job is by another client."""
    return [entry for entry in dli.ledger.starts(job_id) if entry.actor != "other_client"]


def first(history, status):
    """Return the time of the first change to a status, in milliseconds."""
    return next(at for at, changed in history if changed == status)


def test_jobs_are_healed_or_escalated(dli, rulebook, statistics):
    dli.seed(JOBS)
    eda = rulebook(HEAL, VARIABLES, dli.env())
    wait_until(lambda: eda.escalated, lambda: f"the job in arrears is escalated:\n{eda.log}")
    dli.other_client("start", [ONCE, TWIN, ALWAYS, AUTOMATIC, STOPPED, NO_SAVEPOINT, HEALTHY])
    wait_until(lambda: dli.job(STOPPED).status == "job_running", "the job runs")
    dli.other_client("stop", [STOPPED])
    expected = {ALWAYS, NO_SAVEPOINT, ARREARS}
    wait_until(lambda: {event["job_id"] for event in eda.escalated} == expected, lambda: f"{dli.ledger.entries}\n{eda.log}")
    for job_id in (ONCE, TWIN):
        wait_until(lambda job_id=job_id: dli.job(job_id).status == "job_running", lambda: f"{dli.ledger.entries}\n{eda.log}")
        (start,) = restarts(dli, job_id)
        assert start.resume_savepoint and dli.job(job_id).resumed_from.endswith("savepoint-77")
        assert dli.service.machine.numbers(dli.job(job_id))[0] == 78
        seconds = (start.at - first(dli.job(job_id).history, "job_running_exception")) / 1000
        statistics(f"event source: {seconds:.1f} s from the failure of job {job_id} to its accepted start")
    # A job that fails each time: exactly two restarts, then one escalation with the number of failures.
    assert [entry.resume_savepoint for entry in restarts(dli, ALWAYS)] == [True, True]
    escalated = {event["job_id"]: (event["kind"], event["failures"]) for event in eda.escalated}
    assert escalated == {ALWAYS: ("failed", 3), NO_SAVEPOINT: ("failed", 1), ARREARS: ("action_required", 0)}
    assert len(eda.escalated) == 3
    # DLI has restarted its job itself; a user has stopped theirs; the others were not changed.
    assert dli.job(AUTOMATIC).status == "job_running" and dli.ledger.find(operation="restart", job_id=AUTOMATIC)
    assert dli.job(STOPPED).status == "job_cancel_success"
    for job_id in (AUTOMATIC, STOPPED, NO_SAVEPOINT, ARREARS, HEALTHY):
        assert restarts(dli, job_id) == []


def test_refused_restart_is_tried_again_and_then_escalated(dli, rulebook):
    """The service refuses each start of a job without a queue, so the job remains failed."""
    dli.seed([seed(1, "without_queue", "job_running_exception", run_mode="exclusive_cluster")])
    eda = rulebook(HEAL, {**VARIABLES, "dli_reminder_interval": 8}, dli.env())
    wait_until(lambda: eda.escalated, lambda: eda.log)
    event = min(eda.escalated, key=lambda event: event["reminder"])
    assert (event["kind"], event["failures"], event["reminder"]) == ("failed", 1, 2)
    wait_until(lambda: len(dli.ledger.find(operation="start", job_id=1, accepted=False)) >= 2, lambda: eda.log)
    wait_until(lambda: len(eda.escalated) >= 2, lambda: eda.log)
    assert len(dli.ledger.find(operation="start", job_id=1, accepted=False)) == 2
