# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The predicted result of each step, from the results of the previous steps."""

from __future__ import annotations

import pytest

from ansible_collections.huaweicloud.cloud.plugins.module_utils._batch.job_result import JobResult
from ansible_collections.huaweicloud.cloud.plugins.module_utils._batch.operations.delete import Delete
from ansible_collections.huaweicloud.cloud.plugins.module_utils._batch.operations.start import Start
from ansible_collections.huaweicloud.cloud.plugins.module_utils._batch.operations.stop import Stop
from ansible_collections.huaweicloud.cloud.plugins.module_utils._dli.job import SQL
from ansible_collections.huaweicloud.cloud.plugins.module_utils._resource.desired import parse_desired_job
from ansible_collections.huaweicloud.cloud.plugins.module_utils._resource.plan import Step
from ansible_collections.huaweicloud.cloud.plugins.module_utils._resource.preview import Previewer, created, updated

from ..fake_jobs import job, options

DESIRED = parse_desired_job(SQL, options(name="a"), True)
DRAFT = JobResult(None, "a", "created", True, status="job_init", msg="Created.")
RUNNING = JobResult(7, "a", "unchanged", status_before="job_running", status="job_running")
UNCLEAR = "because the response was lost or unclear."


def result(state, before, status, msg, job_id=7, name="a"):
    return JobResult(job_id, name, state, True, status_before=before, status=status, msg=msg)


def test_creation():
    assert Previewer(DESIRED, None).run(Step("create"), JobResult(None, None, "unchanged")) == DRAFT
    msg = f"Created. This was determined from the list of jobs, {UNCLEAR}"
    assert created("b", 8, reconciled=True) == JobResult(8, "b", "created", True, status="job_init", msg=msg, reconciled=True)


@pytest.mark.parametrize(("action", "msg"), [("tag", "Tags updated."), ("update", "Settings updated.")])
def test_update(action, msg):
    assert Previewer(DESIRED, job(7)).run(Step(action), RUNNING) == result("updated", "job_running", "job_running", msg)
    what = msg.split()[0].lower()
    confirmed = updated(RUNNING, what, reconciled=True)
    assert confirmed.msg == f"{msg} This was determined from the job's {what}, {UNCLEAR}" and confirmed.reconciled


@pytest.mark.parametrize(
    ("must_wait", "status", "msg"),
    [
        (False, "job_savepointing", "Stop accepted."),
        (True, "job_cancel_success", "Stop accepted. The status is now job_cancel_success."),
    ],
)
def test_stop(must_wait, status, msg):
    stopped = Previewer(DESIRED, job(7, "job_running")).run(Step("stop", Stop(True), must_wait), RUNNING)
    assert stopped == result("stopped", "job_running", status, msg)


def test_stop_that_the_status_does_not_allow_is_not_waited_for():
    busy = JobResult(7, "a", "unchanged", status="job_savepointing")
    blocked = Previewer(DESIRED, job(7)).run(Step("stop", Stop(True), must_wait=True), busy)
    assert (blocked.state, blocked.failed, blocked.status) == ("not_stoppable", True, "job_savepointing")


def test_deletion():
    deleted = Previewer(DESIRED, job(7, "job_running")).run(Step("delete", Delete(True)), RUNNING)
    assert deleted == result("deleted", "job_running", None, "Deletion accepted.")


def test_start_of_a_new_job():
    started = Previewer(DESIRED, None).run(Step("start", Start(False)), DRAFT)
    assert started == result("started", "job_init", "job_submitting", "Start accepted.", None)
    refused = Previewer(DESIRED, None).run(Step("start", Start(True)), DRAFT)
    assert (refused.job_id, refused.state, refused.error_code) == (None, "refused", "DLI.13017")
    unnamed = Previewer(DESIRED, None).run(Step("start", Start(False)), JobResult(None, None, "created", status="job_init"))
    assert unnamed.name == ""


@pytest.mark.parametrize(
    ("saved", "status", "trigger", "state"),
    [
        (False, "job_running", True, "started"),
        (False, "job_running", False, "refused"),
        (False, "job_submitting", True, "refused"),
        (True, "job_submitting", True, "started"),
        (True, "job_running", False, "started"),
    ],
)
def test_start_after_a_stop_resumes_from_the_savepoint_of_the_stop_or_an_earlier_one(saved, status, trigger, state):
    """Only a running job creates a savepoint when it is stopped."""
    previewer = Previewer(DESIRED, job(7, status, has_savepoint=saved))
    stopped = previewer.run(Step("stop", Stop(trigger), True), JobResult(7, "a", "unchanged", status=status))
    assert stopped.status == "job_cancel_success"
    assert previewer.run(Step("start", Start(True)), stopped).state == state


@pytest.mark.parametrize(("saved", "state"), [(False, "refused"), (True, "started"), (None, "started")])
def test_start_without_a_stop_resumes_from_the_savepoint_of_the_job(saved, state):
    """Whether a job has a savepoint may be unknown."""
    stopped = JobResult(7, "a", "unchanged", status="job_cancel_success")
    assert Previewer(DESIRED, job(7, has_savepoint=saved)).run(Step("start", Start(True)), stopped).state == state
