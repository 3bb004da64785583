# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The polling loop: when it checks, how long a check may take, and what ends it."""

from __future__ import annotations

import itertools

import pytest

from ansible_collections.huaweicloud.cloud.plugins.module_utils._errors import NotDelivered, ResponseLost, ServiceError
from ansible_collections.huaweicloud.cloud.plugins.module_utils._polling import LAST_CHECK, backoff, poll

from .fakes import FakeClock

START = 1000.0


class Checks:
    """Returns or raises one outcome after the other, and repeats the last one.

    :ivar calls: the time and the deadline of each call, in seconds since the start.
    """

    def __init__(self, clock, *outcomes):
        self.clock = clock
        self.outcomes = list(outcomes)
        self.calls = []

    def __call__(self, until):
        self.calls.append((self.clock.time - START, until - START))
        outcome = self.outcomes.pop(0) if len(self.outcomes) > 1 else self.outcomes[0]
        if isinstance(outcome, Exception):
            raise outcome
        return outcome


def run(*outcomes, seconds=60.0, pauses=None):
    clock = FakeClock()
    checks = Checks(clock, *outcomes)
    return poll(checks, clock, START + seconds, pauses or backoff()), checks


def test_immediate_value_needs_no_pause():
    result, checks = run("value")
    assert result == ("value", None)
    assert checks.calls == [(0.0, 30.0)]


@pytest.mark.parametrize("value", [0, "", False, [], {}])
def test_only_none_continues_polling(value):
    result, checks = run(None, value)
    assert result == (value, None) and len(checks.calls) == 2


def test_pauses_double_up_to_the_longest():
    _result, checks = run(None, None, None, None, None, None, None, "value")
    assert [at for at, _until in checks.calls] == [0.0, 0.5, 1.5, 3.5, 7.5, 12.5, 17.5, 22.5]


def test_last_check_starts_at_deadline():
    result, checks = run(None, seconds=12.0)
    assert result == (None, None)
    assert checks.calls[-2:] == [(7.5, 12.0), (12.0, 12.0 + LAST_CHECK)]


def test_check_may_take_half_of_the_time_but_at_least_ten_seconds():
    """A request without a response does not use up the time for all other checks."""
    _result, checks = run(None, seconds=44.0, pauses=[0.0, 12.0, 14.0, 10.0])
    assert checks.calls == [(0.0, 22.0), (12.0, 28.0), (26.0, 36.0), (36.0, 44.0)]


def test_deadline_in_the_past_allows_one_check():
    result, checks = run("value", seconds=-5.0)
    assert result == ("value", None) and checks.calls == [(0.0, LAST_CHECK)]


def test_constant_pauses_begin_before_first_check():
    _result, checks = run(None, "value", pauses=itertools.repeat(5.0))
    assert [at for at, _until in checks.calls] == [5.0, 10.0]


@pytest.mark.parametrize("error", [NotDelivered("refused"), ResponseLost("lost"), ServiceError("broken", 500, None)])
def test_failed_check_is_repeated(error):
    result, checks = run(error, None, "value")
    assert result == ("value", None) and len(checks.calls) == 3


def test_error_of_last_check_is_returned():
    error = ResponseLost("lost")
    assert run(None, error, seconds=10.0)[0] == (None, error)
    assert run(error, None, seconds=10.0)[0] == (None, None)


@pytest.mark.parametrize("status", [401, 403])
def test_rejected_credentials_end_polling(status):
    """dli-api.md 0.1-9: more than five consecutive failures lock the access key."""
    error = ServiceError("rejected", status, None)
    result, checks = run(None, error, "value")
    assert result == (None, error) and len(checks.calls) == 2


def test_end_of_pauses_ends_polling():
    result, checks = run(None, pauses=[0.0, 1.0])
    assert result == (None, None) and [at for at, _until in checks.calls] == [0.0, 1.0]


def test_first_pause_is_limited_to_longest():
    assert list(itertools.islice(backoff(0.25, 0.1), 3)) == [0.0, 0.1, 0.1]
