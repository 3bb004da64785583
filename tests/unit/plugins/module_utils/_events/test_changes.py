# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Two observations of the jobs and their changes, for every pair of statuses; counts of failures, reminders, restarts by DLI."""

from __future__ import annotations

import itertools

import pytest

from ansible_collections.huaweicloud.cloud.plugins.module_utils._dli.job import Job
from ansible_collections.huaweicloud.cloud.plugins.module_utils._dli.job_status import STATUSES
from ansible_collections.huaweicloud.cloud.plugins.module_utils._events.changes import (
    ACTION_REQUIRED,
    CHANGED,
    DONE,
    FAILED,
    GONE,
    PENDING,
    ObservedJob,
    Rules,
    compare,
    kind_of,
    may_restart_automatically,
)

FAILURES = {"job_running_exception", "job_submit_fail"}
BLOCKED = {"job_arrearage_stopped", "job_cancel_fail"}
RULES = Rules(frozenset(FAILURES), 3600.0, 900.0, 300.0, True)
FAILURE = "job_running_exception"
PAIRS = list(itertools.product(STATUSES, STATUSES))


def job(status, job_id=131, **members):
    return ObservedJob(job_id, "orders", status, **members)


class History:
    """Observations of one job, one after the other."""

    def __init__(self, rules=RULES, **members):
        self.rules, self.members, self.known, self.now = rules, members, None, 0.0

    def see(self, status, after=1.0, auto_restart=False, **members):
        """Return the changes of the next observation, ``after`` seconds later; the status None means that the job is deleted."""
        self.now += after
        self.members.update(members)
        jobs = [] if status is None else [job(status, **self.members)]
        changes, self.known = compare(self.known, jobs, [131] if auto_restart else [], self.now, self.rules)
        return changes

    def fail(self, start_time, after=1.0):
        """Return the number of failures in the event of a run that fails and had started since the previous observation."""
        self.see("job_submitting", after, start_time=start_time)
        (change,) = self.see(FAILURE)
        return change.failures


def expected_kind(status):
    return FAILED if status in FAILURES else ACTION_REQUIRED if status in BLOCKED else CHANGED


@pytest.mark.parametrize("status", STATUSES)
def test_kind_of_each_status(status):
    assert kind_of(status, FAILURES) == expected_kind(status)


def test_unknown_status_is_a_change():
    assert kind_of("job_new_in_dli", FAILURES) == CHANGED


@pytest.mark.parametrize("before, now", PAIRS)
def test_each_pair_of_statuses(before, now):
    """A change is reported once, with the previous status and the kind of the new status; no change is not reported."""
    history = History(start_time=1)
    history.see(before)
    changes = history.see(now)
    if before == now:
        assert changes == []
    else:
        (change,) = changes
        assert (change.kind, change.job.status, change.status_before) == (expected_kind(now), now, before)
        failures = (now in FAILURES) * (1 + (before in FAILURES))
        assert (change.failures, change.reminder, change.auto_restart) == (failures, 0, None)
    assert history.see(now) == []


@pytest.mark.parametrize("before, now", PAIRS)
def test_each_pair_with_a_start_between_the_observations(before, now):
    """A job that was started and has the same status again is reported, and a failure is counted again."""
    history = History()
    history.see(before, start_time=1)
    (change,) = history.see(now, start_time=2)
    assert (change.kind, change.status_before) == (expected_kind(now), before)
    assert change.failures == (now in FAILURES) * (1 + (before in FAILURES))


@pytest.mark.parametrize("status", STATUSES)
def test_first_observation_reports_only_alerts(status):
    changes = History().see(status)
    assert [change.kind for change in changes] == [kind for kind in [expected_kind(status)] if kind != CHANGED]
    assert all(change.status_before is None for change in changes)


@pytest.mark.parametrize("status", STATUSES)
def test_later_observation_reports_each_new_job(status):
    history = History()
    history.see(None)
    (change,) = history.see(status)
    assert (change.kind, change.status_before) == (expected_kind(status), None)


@pytest.mark.parametrize("status", STATUSES)
def test_deleted_job_is_reported_once(status):
    history = History()
    history.see(status)
    (change,) = history.see(None)
    assert (change.kind, change.job.status, change.status_before, change.failures) == (GONE, status, status, 0)
    assert history.see(None) == [] and history.known == {}


def test_start_time_that_appears_later_is_not_a_start():
    history = History()
    history.see("job_submitting", start_time=None)
    assert history.see("job_submitting", start_time=5) == []


def test_older_start_time_is_not_a_start():
    """A read can return values from before an accepted start."""
    history = History()
    history.see("job_running", start_time=5)
    assert history.see("job_running", start_time=4) == []


# Failures


def test_failures_are_counted_within_the_window():
    history = History()
    history.see("job_running", start_time=1)
    counts = [history.see(FAILURE, after=100)[0].failures]
    counts += [history.fail(number, after=1000) for number in range(2, 7)]
    assert counts == [1, 2, 3, 4, 4, 4]


def test_failures_after_a_quiet_time_are_counted_from_one():
    history = History()
    history.see("job_running", start_time=1)
    assert [history.fail(number) for number in (2, 3, 4)] == [1, 2, 3]
    assert history.fail(5, after=3700) == 1


def test_failure_is_not_counted_after_exactly_the_window():
    history = History()
    history.see(FAILURE, start_time=1)
    assert history.see(FAILURE, after=3599.5, start_time=2)[0].failures == 2
    assert history.see(FAILURE, after=0.5, start_time=3)[0].failures == 2


def test_failures_of_jobs_are_counted_separately():
    known = None
    for start_time, now in ((1, 0.0), (2, 10.0)):
        jobs = [job("job_running", 1, start_time=1), job(FAILURE, 2, start_time=start_time)]
        _changes, known = compare(known, jobs, [], now, RULES)
    changes, _known = compare(known, [job(FAILURE, 1, start_time=1), job(FAILURE, 2, start_time=3)], [], 20.0, RULES)
    assert [(change.job.job_id, change.failures) for change in changes] == [(1, 1), (2, 3)]


def test_number_of_stored_failures_is_limited_by_the_window():
    history = History()
    history.see("job_running", start_time=1)
    for number in range(2, 1000):
        assert history.fail(number, after=98) <= 37  # a failure every 99 seconds
    assert len(history.known[131].failures) <= 37


# First observation, reminders


def test_failed_jobs_of_the_first_observation_can_be_ignored():
    history = History(RULES._replace(report_failed_at_start=False))
    assert history.see(FAILURE) == [] and history.see(FAILURE, after=10_000) == []
    assert [change.kind for change in history.see("job_submitting") + history.see(FAILURE)] == [CHANGED, FAILED]


@pytest.mark.parametrize("status, kind", [(FAILURE, FAILED), ("job_arrearage_stopped", ACTION_REQUIRED)])
def test_alert_is_repeated_until_the_status_changes(status, kind):
    history = History()
    alerts = [change for _poll in range(40) for change in history.see(status, after=100)]
    # The polls are every 100 seconds, so a reminder follows after 900 seconds.
    assert [(change.kind, change.reminder) for change in alerts] == [(kind, 0), (kind, 1), (kind, 2), (kind, 3), (kind, 4)]
    assert {change.failures for change in alerts} == {1 if kind == FAILED else 0}
    assert [change.kind for change in history.see("job_running")] == [CHANGED]
    assert history.see("job_running", after=2000) == []


def test_no_reminders():
    history = History(RULES._replace(reminder_interval=0))
    assert len(history.see(FAILURE)) == 1 and history.see(FAILURE, after=100_000) == []


def test_only_the_first_alert_for_a_start_is_repeatable():
    """After a reminder, or a failed submission that does not change the start time, the event has another ID."""
    history = History(start_time=7)
    assert history.see("job_submit_fail")[0].is_repeatable
    assert not history.see("job_submit_fail", after=1000)[0].is_repeatable
    history.see("job_submitting")
    assert not history.see("job_submit_fail")[0].is_repeatable
    history.see("job_submitting", start_time=8)
    assert history.see("job_submit_fail")[0].is_repeatable


# Automatic restarts


def test_failure_with_automatic_restart_is_not_an_alert():
    history = History(start_time=1, restart_times=0)
    history.see("job_running")
    (change,) = history.see(FAILURE, auto_restart=True)
    assert (change.kind, change.auto_restart, change.failures) == (CHANGED, PENDING, 0)
    assert history.see(FAILURE) == []
    (change,) = history.see("job_submitting", start_time=2, restart_times=1)
    assert (change.kind, change.auto_restart) == (CHANGED, DONE)
    (change,) = history.see("job_running")
    assert (change.kind, change.auto_restart) == (CHANGED, None)
    assert history.see("job_running", after=1000) == []


def test_automatic_restart_between_two_observations():
    history = History(start_time=1, restart_times=0)
    history.see("job_running")
    (change,) = history.see("job_running", start_time=2, restart_times=1)
    assert (change.kind, change.status_before, change.auto_restart) == (CHANGED, "job_running", DONE)


def test_missing_automatic_restart_is_a_failure():
    history = History(start_time=1)
    history.see("job_running")
    history.see(FAILURE, auto_restart=True)
    assert history.see(FAILURE, after=299) == []
    (change,) = history.see(FAILURE, after=1)
    assert (change.kind, change.failures, change.reminder, change.is_repeatable) == (FAILED, 1, 0, True)
    (change,) = history.see(FAILURE, after=900)
    assert (change.kind, change.reminder) == (FAILED, 1)


def test_first_observation_waits_for_automatic_restart():
    history = History()
    assert history.see(FAILURE, auto_restart=True) == []
    (change,) = history.see(FAILURE, after=300)
    assert (change.kind, change.failures) == (FAILED, 1)


def test_automatic_restart_is_read_only_for_new_failures():
    jobs = [job(FAILURE, 1), job("job_submit_fail", 2), job("job_running", 3), job(FAILURE, 4, start_time=1)]
    assert may_restart_automatically(None, jobs, RULES) == [1, 4]
    _changes, known = compare(None, jobs, [], 0.0, RULES)
    later = [job(FAILURE, 1), job(FAILURE, 2), job(FAILURE, 3), job(FAILURE, 4, start_time=2), job(FAILURE, 5)]
    assert may_restart_automatically(known, later, RULES) == [2, 3, 4, 5]
    assert may_restart_automatically(known, later, RULES._replace(auto_restart_timeout=0)) == []
    assert may_restart_automatically(known, later, RULES._replace(failed_statuses=frozenset({"job_submit_fail"}))) == []


def test_members_of_an_observed_job():
    raw = {
        "job_id": 131, "name": "orders", "status": "job_running", "status_desc": "", "queue_name": "flink", "start_time": 5,
        "has_savepoint": True, "restart_times": 3,
    }
    assert ObservedJob.from_job(Job.from_api(raw)) == ObservedJob(131, "orders", "job_running", "", "flink", True, 5, 3)
    assert ObservedJob.from_job(Job.from_api({**raw, "queue_name": "", "restart_times": "3"}))[-4:] == (None, True, 5, None)
    assert ObservedJob.from_job(Job.from_api({**raw, "queue_name": ["flink"]})).queue_name is None
