# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Creating and importing savepoints: requests, progress shown by the job, and messages (dli-api.md 1.11, 7)."""

from __future__ import annotations

import pytest

from ansible_collections.huaweicloud.cloud.plugins.module_utils._batch.operation import SUBMIT, states
from ansible_collections.huaweicloud.cloud.plugins.module_utils._batch.operations.savepoint import (
    ImportSavepoint,
    TriggerSavepoint,
    has_new_savepoint,
)
from ansible_collections.huaweicloud.cloud.plugins.module_utils._dli.job import Job
from ansible_collections.huaweicloud.cloud.plugins.module_utils._dli.job_status import STATUSES
from ansible_collections.huaweicloud.cloud.plugins.module_utils._errors import (
    InputError,
    NotDelivered,
    ResponseLost,
    ServiceError,
)
from ansible_collections.huaweicloud.cloud.plugins.module_utils._module.savepoint import (
    DONE,
    IN_PROGRESS,
    NOT_MADE,
    NOT_VISIBLE,
    parse_savepoint_options,
    progress,
    run_savepoint,
)
from ansible_collections.huaweicloud.cloud.plugins.module_utils._options import bare_path, savepoint_folder

from ..fakes import FakeDli, context

OPTIONS = {
    "job_id": "7",
    "job_name": None,
    "action": "trigger",
    "savepoint_path": "obs://b/f/",
    "wait": False,
    "wait_timeout": 60,
    "wait_interval": 5,
    "confirm_timeout": 10,
}


def seen(status="job_running", saved=None, **members):
    return Job.from_api({"job_id": 7, "name": "orders", "status": status, "has_savepoint": saved, **members})


class SavepointDli(FakeDli):
    """One job; ``later``: its state in seconds after the request (``at0_1``: 0.1 s)."""

    def __init__(self, job, **later):
        super().__init__(job)
        self.later = later
        self.error = None

    def _sent(self, call, job_id, path):
        self.calls.append((call, job_id, path))
        for moment, job in self.later.items():
            seconds = self.clock.now() - 1000 + float(moment.strip("at").replace("_", "."))
            self.clock.at(seconds, lambda job=job: self._become(job))
        if self.error:
            raise self.error

    def _become(self, job):
        if job is None:
            del self.jobs[7]
        elif isinstance(job, Exception):
            self.errors.append(job)
        else:
            self.jobs[7] = job

    def trigger_savepoint(self, job_id, path, deadline=None):
        self._sent("trigger", job_id, path)

    def import_savepoint(self, job_id, path, deadline=None):
        self._sent("import", job_id, path)


def run(dli, check_mode=False, **options):
    """Run the flow, compare the result with its job, and return the job."""
    progress_messages = []
    options = parse_savepoint_options({**OPTIONS, **options}, check_mode)
    result = run_savepoint(context(dli, on_progress=progress_messages.append), options).values
    job = result["job"]
    assert (result["changed"], result["failed"]) == (job["changed"] is not False, job["failed"])
    return {**job, "message": result["msg"], "progress": progress_messages}


def state(job):
    return job["state"], job["changed"], job["failed"], job["status"]


# Paths


@pytest.mark.parametrize(
    ("given", "bare", "folder"),
    [
        ("b/f/", "b/f/", "obs://b/f/"),
        ("obs://b/f/", "b/f/", "obs://b/f/"),
        (" OBS://b/f ", "b/f", "obs://b/f"),
        ("/b/f/", "b/f/", "obs://b/f/"),
        ("obs:/b/f/", "b/f/", "obs://b/f/"),
        ("b/f/_metadata", "b/f/_metadata", "obs://b/f/"),
        ("b", "b", "obs://b"),
        ("b/f/sp-1:2/", "b/f/sp-1:2/", "obs://b/f/sp-1:2/"),
    ],
)
def test_paths(given, bare, folder):
    assert (bare_path("x", given), savepoint_folder("x", given)) == (bare, folder)


@pytest.mark.parametrize("given", ["", " ", None, "obs://", "s3a://b/f", "b//f", "b/a folder", "b/f\n/g", "http://h/b"], ids=repr)
def test_invalid_paths(given):
    with pytest.raises(InputError, match="the_option"):
        bare_path("the_option", given)


def test_path_that_is_too_long():
    assert bare_path("x", "b" * 256, 256)
    with pytest.raises(InputError, match="it has 257 characters. Specify at most 256 characters."):
        bare_path("x", f"obs://{'b' * 257}", 256)


# Rules


@pytest.mark.parametrize("status", [*STATUSES, "job_future_status"])
def test_statuses_that_allow_a_savepoint(status):
    """dli-api.md 1.11: creating requires a running job, importing an inactive one; in any other status no request is sent."""
    inactive = {"job_init", "job_submit_fail", "job_running_exception", "job_cancel_success", "job_finish"}
    inactive.add("job_arrearage_stopped")
    for operation, allowed in ((TriggerSavepoint("b/f"), ("job_running",)), (ImportSavepoint("obs://b/f"), inactive)):
        decision = operation.decide(seen(status))
        assert (decision == SUBMIT) is (status in allowed)
        assert decision == SUBMIT or (decision.failed and decision.state == "wrong_status" and status in decision.msg)


@pytest.mark.parametrize(
    ("before", "now", "new"),
    [
        (seen(saved=False), seen(saved=True), True),
        (seen(saved=True), seen(saved=True), False),
        (seen(saved=None), seen(saved=True), False),
        (seen(saved=True), seen(saved=False), False),
        (seen(saved=False), seen(saved=True, job_config={"checkpoint_enabled": True}), False),
        (seen(saved=False), seen(saved=True, job_config={"checkpoint_enabled": False}), True),
        (seen(saved=True), seen(saved=True, savepoint_path="b/f/"), True),
        (seen(savepoint_path="b/f/"), seen(savepoint_path="b/f/"), False),
        (seen(savepoint_path="b/f/"), seen(savepoint_path=None), False),
    ],
)
def test_detection_of_new_savepoint(before, now, new):
    assert has_new_savepoint(before, now) is new


@pytest.mark.parametrize(
    ("before", "now", "not_begun", "begun"),
    [
        (seen(), None, NOT_MADE, NOT_MADE),
        (seen(), seen("job_savepointing"), IN_PROGRESS, IN_PROGRESS),
        (seen(saved=False), seen("job_savepointing", saved=True), IN_PROGRESS, IN_PROGRESS),
        (seen(saved=False), seen(saved=True), DONE, DONE),
        (seen(saved=False), seen("job_finish", saved=True), DONE, DONE),
        (seen(saved=False), seen(saved=False), NOT_VISIBLE, NOT_MADE),
        (seen(saved=True), seen(saved=True), NOT_VISIBLE, DONE),
        (seen(saved=True), seen(saved=True, status_desc="expired"), NOT_MADE, NOT_MADE),
        (seen(saved=True, status_desc="old"), seen(saved=True, status_desc="old"), NOT_VISIBLE, DONE),
        (seen(saved=False), seen(saved=True, status_desc="expired"), NOT_MADE, NOT_MADE),
        (seen(saved=False), seen(saved=False, savepoint_path="b/f/"), NOT_VISIBLE, NOT_MADE),
        (seen(saved=True), seen(saved=True, savepoint_path="b/f/"), DONE, DONE),
        (seen(saved=False), seen("job_running_exception", saved=True, status_desc="crashed later"), DONE, DONE),
        (seen(saved=True), seen("job_canceling", saved=True), NOT_MADE, NOT_MADE),
        (seen(saved=True), seen("job_running_exception", saved=True), NOT_MADE, NOT_MADE),
        (seen(saved=True), seen("job_submitting", saved=True), NOT_VISIBLE, DONE),
    ],
)
def test_progress_of_one_read(before, now, not_begun, begun):
    assert (progress(before, now, False), progress(before, now, True)) == (not_begun, begun)


def test_states_of_both_operations():
    assert states(TriggerSavepoint("x"))[:4] == ("triggered", "not_found", "ambiguous", "wrong_status")
    assert states(ImportSavepoint("x"))[0] == "imported"


# The flow


@pytest.mark.parametrize(
    ("action", "status", "call", "after"),
    [
        ("trigger", "job_running", ("trigger", 7, "b/f/"), ("triggered", True, False, "job_savepointing")),
        ("import", "job_cancel_success", ("import", 7, "obs://b/f/"), ("imported", True, False, "job_cancel_success")),
    ],
)
def test_run_sends_one_request_and_check_mode_none(action, status, call, after):
    dli = SavepointDli(seen(status))
    predicted = run(dli, True, action=action)
    assert dli.calls == [("show", 7)]
    done = run(dli, action=action)
    assert dli.calls[1:] == [("show", 7), call]
    assert state(done) == state(predicted) == after
    assert predicted["message"].startswith("Would ") and predicted["message"].endswith("job 7 (orders).")
    assert not done["reconciled"]


def test_check_mode_predicts_the_result_of_a_wait():
    dli = SavepointDli(seen(saved=False), at1=seen("job_savepointing", saved=False), at2=seen(saved=True))
    predicted = run(dli, True, wait=True)
    done = run(dli, wait=True)
    assert state(done) == state(predicted) == ("made", True, False, "job_running")
    assert predicted["msg"] == done["msg"] == "Savepoint created."
    assert predicted["message"] == "Would create a savepoint of job 7 (orders)."


@pytest.mark.parametrize(("action", "status"), [("trigger", "job_cancel_success"), ("import", "job_running")])
def test_wrong_status_sends_no_request(action, status):
    dli = SavepointDli(seen(status))
    predicted, refused = run(dli, True, action=action), run(dli, action=action)
    assert predicted == refused and refused["state"] == "wrong_status"
    subject = "Savepoint of job 7 (orders) not triggered" if action == "trigger" else "Savepoint for job 7 (orders) not imported"
    assert refused["message"].startswith(f"{subject}: the status {status} (")
    assert {call[0] for call in dli.calls} == {"show"}


@pytest.mark.parametrize(
    ("error", "code", "message"),
    [
        (ServiceError("no", 400, "DLI.15002"), "DLI.15002", "Could not create a savepoint of job 7 (orders). no."),
        (NotDelivered("Could not create it: no route."), None, "Could not create it: no route."),
    ],
)
def test_refusal(error, code, message):
    dli = SavepointDli(seen())
    dli.error = error
    job = run(dli)
    assert state(job) == ("refused", False, True, "job_running") and job["error_code"] == code
    assert job["message"] == message


@pytest.mark.parametrize(
    ("action", "before", "later", "expected"),
    [
        ("trigger", seen(), {"at1": seen("job_savepointing")}, ("triggered", True, False, "job_savepointing")),
        ("trigger", seen(saved=False), {"at1": seen(saved=True)}, ("triggered", True, False, "job_running")),
        ("trigger", seen(saved=True), {"at1": seen(saved=True)}, ("unknown", None, True, "job_running")),
        ("trigger", seen(), {"at1": None}, ("unknown", None, True, "job_running")),
        ("import", seen("job_init", False), {"at1": seen("job_init", True)}, ("imported", True, False, "job_init")),
        ("import", seen("job_init", True), {}, ("unknown", None, True, "job_init")),
    ],
)
def test_lost_response(action, before, later, expected):
    dli = SavepointDli(before, **later)
    dli.error = ResponseLost("gone")
    job = run(dli, action=action)
    assert state(job) == expected and job["reconciled"]
    assert [call[0] for call in dli.calls].count(action) == 1
    assert dli.clock.now() <= 1000 + OPTIONS["confirm_timeout"] + 1
    if job["state"] == "unknown":
        subject = "savepoint of job 7 (orders)" if action == "trigger" else "savepoint for job 7 (orders)"
        done = "created" if action == "trigger" else "imported"
        assert job["message"].startswith(f"A {subject} may not have been {done}. Outcome unknown. gone. Run the task again. ")


@pytest.mark.parametrize(
    ("before", "later", "expected", "seconds"),
    [
        (seen(saved=False), {"at0_1": seen("job_savepointing"), "at3": seen(saved=True)}, ("made", False, "job_running"), 8),
        (seen(saved=True), {"at0_1": seen("job_savepointing", True), "at3": seen(saved=True)}, ("made", False, "job_running"), 8),
        (seen(saved=True), {}, ("unknown", True, "job_running"), 15),
        (seen(saved=False), {"at0_1": seen("job_savepointing")}, ("timed_out", True, "job_savepointing"), 60),
        (seen(), {"at1": seen("job_finish")}, ("failed", True, "job_finish"), 5),
        (seen(), {"at1": None}, ("failed", True, None), 5),
    ],
)
def test_wait(before, later, expected, seconds):
    dli = SavepointDli(before, **later)
    job = run(dli, wait=True)
    assert (job["state"], job["failed"], job["status"]) == expected and job["changed"] is True
    assert dli.clock.now() - 1000 <= seconds
    assert job["progress"]


def test_savepoint_that_is_not_shown_is_unknown():
    assert run(SavepointDli(seen(saved=True)), wait=True)["message"] == (
        "A savepoint of job 7 (orders) may not have been created. Outcome unknown. The service accepted the savepoint request, "
        f"but the module did not detect a savepoint within {OPTIONS['confirm_timeout']:g} s. Check whether savepoint_path "
        "contains the savepoint before you run the task again."
    )


def test_wait_after_lost_response():
    dli = SavepointDli(seen(saved=True), at0_1=seen("job_savepointing", True), at3=seen(saved=True))
    dli.error = ResponseLost("gone")
    job = run(dli, wait=True)
    assert (job["state"], job["changed"], job["reconciled"]) == ("made", True, True)


def test_failed_reads_do_not_end_wait():
    later = {"at0_1": NotDelivered("down"), "at0_6": NotDelivered("down"), "at3": seen(saved=True)}
    assert run(SavepointDli(seen(saved=False), **later), wait=True)["state"] == "made"


def test_rejected_credentials_end_wait():
    dli = SavepointDli(seen(saved=False), at0_1=ServiceError("HTTP 401", 401, None))
    job = run(dli, wait=True)
    assert (job["state"], job["changed"], job["failed"]) == ("unknown", True, True) and "HTTP 401" in job["msg"]
    assert dli.clock.now() < 1001


def test_timeout_reports_last_failed_read():
    later = {f"at{second}": NotDelivered("down") for second in range(1, 70)}
    dli = SavepointDli(seen(saved=True), at0_1=seen("job_savepointing", True), **later)
    job = run(dli, wait=True, wait_interval=1)
    assert job["state"] == "timed_out" and "The last read failed: down." in job["msg"]


def test_import_is_not_waited_for():
    dli = SavepointDli(seen("job_init"))
    assert run(dli, action="import", wait=True)["state"] == "imported" and len(dli.calls) == 2


@pytest.mark.parametrize("operation", [TriggerSavepoint("b/f"), ImportSavepoint("obs://b/f")], ids=["trigger", "import"])
def test_refusal_is_not_attributed_to_another_client(operation):
    assert not operation.is_satisfied(seen()) and not operation.may_be_spontaneous(seen("job_savepointing"))
    assert operation.expected_refusal(seen()) is None
