# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Savepoints by hand: what is sent, what the job shows of it, and what is said (dli-api.md 1.11, 7)."""

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


class Saving(FakeDli):
    """One job, and what becomes of it so many seconds after the request."""

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


def play(dli, check_mode=False, **options):
    """Return the job of the result, having held the rest of the result against it."""
    shown = []
    options = parse_savepoint_options({**OPTIONS, **options}, check_mode)
    result = run_savepoint(context(dli, on_progress=shown.append), options).values
    job = result["job"]
    assert (result["changed"], result["failed"]) == (bool(job["changed"]), job["failed"])
    return {**job, "sentence": result["msg"], "shown": shown}


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
def test_no_paths(given):
    with pytest.raises(InputError, match="the_option"):
        bare_path("the_option", given)


def test_paths_that_are_too_long():
    assert bare_path("x", "b" * 256, 256)
    with pytest.raises(InputError, match="not be longer than 256"):
        bare_path("x", f"obs://{'b' * 257}", 256)


# Rules


@pytest.mark.parametrize("status", [*STATUSES, "job_of_tomorrow"])
def test_which_statuses_allow_it(status):
    """dli-api.md 1.11: running to make one, not running to import one; what is doubtful is not tried."""
    at_rest = {"job_init", "job_submit_fail", "job_running_exception", "job_cancel_success", "job_finish"}
    at_rest.add("job_arrearage_stopped")
    for operation, allowed in ((TriggerSavepoint("b/f"), ("job_running",)), (ImportSavepoint("obs://b/f"), at_rest)):
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
def test_what_shows_a_new_savepoint(before, now, new):
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
def test_what_one_look_says(before, now, not_begun, begun):
    assert (progress(before, now, False), progress(before, now, True)) == (not_begun, begun)


def test_the_states_of_both():
    assert states(TriggerSavepoint("x"))[:4] == ("triggered", "not_found", "ambiguous", "wrong_status")
    assert states(ImportSavepoint("x"))[0] == "imported"


# The whole


@pytest.mark.parametrize(
    ("action", "status", "call", "after"),
    [
        ("trigger", "job_running", ("trigger", 7, "b/f/"), ("triggered", True, False, "job_savepointing")),
        ("import", "job_cancel_success", ("import", 7, "obs://b/f/"), ("imported", True, False, "job_cancel_success")),
    ],
)
def test_one_request_and_check_mode_none(action, status, call, after):
    dli = Saving(seen(status))
    predicted = play(dli, True, action=action)
    assert dli.calls == [("show", 7)]
    done = play(dli, action=action)
    assert dli.calls[1:] == [("show", 7), call]
    assert state(done) == state(predicted) == after
    assert predicted["sentence"].startswith("Would ") and predicted["sentence"].endswith("job 7 orders.")
    assert not done["reconciled"]


@pytest.mark.parametrize(("action", "status"), [("trigger", "job_cancel_success"), ("import", "job_running")])
def test_a_wrong_status_sends_nothing(action, status):
    dli = Saving(seen(status))
    predicted, refused = play(dli, True, action=action), play(dli, action=action)
    assert predicted == refused and refused["state"] == "wrong_status"
    assert {call[0] for call in dli.calls} == {"show"}


@pytest.mark.parametrize(
    ("error", "code"), [(ServiceError("no", 400, "DLI.15002"), "DLI.15002"), (NotDelivered("no way"), None)]
)
def test_a_refusal(error, code):
    dli = Saving(seen())
    dli.error = error
    job = play(dli)
    assert state(job) == ("refused", False, True, "job_running") and job["error_code"] == code
    assert job["sentence"] == f"Job 7 orders: not triggered: {error}."


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
def test_a_lost_answer(action, before, later, expected):
    dli = Saving(before, **later)
    dli.error = ResponseLost("gone")
    job = play(dli, action=action)
    assert state(job) == expected and job["reconciled"]
    assert [call[0] for call in dli.calls].count(action) == 1
    assert dli.clock.now() <= 1000 + OPTIONS["confirm_timeout"] + 1


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
def test_waiting(before, later, expected, seconds):
    dli = Saving(before, **later)
    job = play(dli, wait=True)
    assert (job["state"], job["failed"], job["status"]) == expected and job["changed"] is True
    assert dli.clock.now() - 1000 <= seconds
    assert job["shown"]


def test_waiting_for_one_whose_answer_was_lost():
    dli = Saving(seen(saved=True), at0_1=seen("job_savepointing", True), at3=seen(saved=True))
    dli.error = ResponseLost("gone")
    job = play(dli, wait=True)
    assert (job["state"], job["changed"], job["reconciled"]) == ("made", True, True)


def test_looks_that_fail_end_no_wait():
    later = {"at0_1": NotDelivered("down"), "at0_6": NotDelivered("down"), "at3": seen(saved=True)}
    assert play(Saving(seen(saved=False), **later), wait=True)["state"] == "made"


def test_a_sign_in_that_is_over_ends_the_wait():
    dli = Saving(seen(saved=False), at0_1=ServiceError("HTTP 401", 401, None))
    job = play(dli, wait=True)
    assert (job["state"], job["changed"], job["failed"]) == ("unknown", True, True) and "HTTP 401" in job["msg"]
    assert dli.clock.now() < 1001


def test_a_wait_that_ends_unseen_says_why():
    later = {f"at{second}": NotDelivered("down") for second in range(1, 70)}
    dli = Saving(seen(saved=True), at0_1=seen("job_savepointing", True), **later)
    job = play(dli, wait=True, wait_interval=1)
    assert job["state"] == "timed_out" and "the last look failed: down" in job["msg"]


def test_an_import_is_not_waited_for():
    dli = Saving(seen("job_init"))
    assert play(dli, action="import", wait=True)["state"] == "imported" and len(dli.calls) == 2


@pytest.mark.parametrize("operation", [TriggerSavepoint("b/f"), ImportSavepoint("obs://b/f")], ids=["trigger", "import"])
def test_what_is_refused_is_never_taken_for_done_by_somebody_else(operation):
    assert not operation.is_satisfied(seen()) and not operation.may_be_spontaneous(seen("job_savepointing"))
    assert operation.expected_refusal(seen()) is None
