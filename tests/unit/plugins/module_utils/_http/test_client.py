# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The one retry rule, and when to sign in again (dli-api.md 0.1-9, 4.5, 5.1)."""

from __future__ import annotations

import datetime

import pytest

from ansible_collections.huaweicloud.cloud.plugins.module_utils._errors import (
    NotDelivered,
    PermanentlyUnreachable,
    ResponseLost,
    TaskAbandoned,
)
from ansible_collections.huaweicloud.cloud.plugins.module_utils._http.client import ApiClient, RequestLog
from ansible_collections.huaweicloud.cloud.plugins.module_utils._http.request_response import HttpResponse, clock_ahead
from ansible_collections.huaweicloud.cloud.plugins.module_utils._http.retry import retry_after

from ..fakes import FakeClock

URL = "https://dli.example.test"
NOW = datetime.datetime(2026, 1, 2, 3, 4, 5, tzinfo=datetime.timezone.utc)


class Line:
    """A sender that gives what it was told to give, one after the other; the last one again and again."""

    def __init__(self, clock, *outcomes, takes=0.0):
        self.requests = []
        self.timeouts = []
        self._clock = clock
        self._outcomes = list(outcomes)
        self._takes = takes

    def send(self, request, timeout):
        self.requests.append(request)
        self.timeouts.append(timeout)
        self._clock.time += self._takes
        outcome = self._outcomes.pop(0) if len(self._outcomes) > 1 else self._outcomes[0]
        if isinstance(outcome, Exception):
            raise outcome
        return outcome


class NotingClock(FakeClock):
    """Notes how long the pauses may be, and takes the longest."""

    def __init__(self):
        super().__init__()
        self.longest = []
        self.slept = []

    def jitter(self, longest):
        self.longest.append(longest)
        return longest

    def sleep(self, seconds):
        self.slept.append(seconds)
        super().sleep(seconds)


def reply(status=200, body=b"{}", **headers):
    return HttpResponse(status, {name.replace("_", "-"): value for name, value in headers.items()}, body)


def line(*outcomes, max_retries=3, timeout=60.0, takes=0.0):
    clock = NotingClock()
    sender = Line(clock, *outcomes, takes=takes)
    return ApiClient(sender, URL, clock, timeout, max_retries), sender, clock


def read(transport, **more):
    return transport.read("list the jobs", "/path", **more)


def write(transport, **more):
    return transport.write("start 2 jobs", "/path", {"job_ids": [1, 2]}, **more)


def ask(transport, **more):
    """Read with a POST that changes nothing."""
    return transport.read("get a token", "/path", payload={"auth": {}}, **more)


either = pytest.mark.parametrize("call", [read, write])
each = pytest.mark.parametrize("call", [read, ask, write])


@either
def test_an_attempt_that_begins_at_the_last_moment_still_has_time(call):
    """The library takes a time-out of 0 or less for a defect, and the clock goes on between two looks at it."""

    class Ticking(NotingClock):
        def now(self):
            self.time += 0.001
            return self.time

    clock = Ticking()
    sender = Line(clock, reply())
    call(ApiClient(sender, URL, clock, 60.0, 0), deadline=clock.time + 0.0015)
    assert len(sender.timeouts) == 1 and sender.timeouts[0] > 0


@either
def test_nothing_is_sent_for_a_task_that_was_given_up(call):
    clock = NotingClock()
    sender = Line(clock, reply(429))
    client = ApiClient(sender, URL, clock, 60.0, 5, is_awaited=lambda: len(sender.requests) < 2)
    with pytest.raises(TaskAbandoned):
        call(client)
    assert len(sender.requests) == 2


@either
def test_what_cannot_heal_is_not_repeated(call):
    """An unknown certificate stays unknown: the user should read of it at once."""
    transport, sender, clock = line(PermanentlyUnreachable("TLS: unable to get local issuer certificate"))
    with pytest.raises(NotDelivered, match="issuer certificate"):
        call(transport)
    assert len(sender.requests) == 1 and clock.slept == []


# What is sent


def test_a_read():
    transport, sender, _clock = line(reply())
    transport.read("x", "/path", [("b", True), ("a", "ü &")])
    transport.read("x", "/path")
    (first, second) = sender.requests
    assert (first.method, first.url, first.body) == ("GET", f"{URL}/path?a=%C3%BC%20%26&b=true", None)
    assert second.url == f"{URL}/path"


def test_a_write_is_compact_json():
    transport, sender, _clock = line(reply())
    transport.write("x", "/path", {"job_ids": [131], "resume_savepoint": True})
    (request,) = sender.requests
    assert (request.method, request.url) == ("POST", f"{URL}/path")
    assert request.body == b'{"job_ids":[131],"resume_savepoint":true}'


def test_a_question_is_a_post_of_compact_json():
    """Signing in asks so (dli-api.md 5.1)."""
    transport, sender, _clock = line(reply())
    transport.read("x", "/path", [("nocatalog", "true")], payload={"auth": {"scope": {}}})
    (request,) = sender.requests
    assert (request.method, request.url) == ("POST", f"{URL}/path?nocatalog=true")
    assert request.body == b'{"auth":{"scope":{}}}'


@each
def test_headers(call):
    """Without X-Language the service's texts are Chinese (dli-api.md 1.1)."""
    transport, sender, _clock = line(reply())
    call(transport)
    headers = sender.requests[0].headers
    assert headers["Content-Type"] == headers["Accept"] == "application/json"
    assert headers["X-Language"] == "en-us"
    assert headers["User-Agent"].startswith("ansible-")


@each
@pytest.mark.parametrize(
    "body, value, is_json",
    [
        (b"{}", {}, True),
        (b'[{"is_success":"true"}]', [{"is_success": "true"}], True),
        ("\"größe\"".encode(), "größe", True),
        (b"null", None, True),
        (b"", None, False),
        (b"<html>", None, False),
        (b'[{"is_success"', None, False),
        (b"\xff\xfe", None, False),
        (b"[" * 100_000, None, False),  # deeper than Python reads
    ],
)
def test_the_answer(call, body, value, is_json):
    transport, _sender, _clock = line(reply(400, body, x_request_id="r1"))
    answer = call(transport)
    assert (answer.status, answer.value, answer.is_json, answer.request_id) == (400, value, is_json, "r1")


# What is repeated

#: reply -> whether a read, and whether a write, is sent again
RULE = [
    (reply(200), False, False),
    (reply(200, b"<html>"), True, False),
    (reply(200, b""), True, False),
    (reply(204, b""), False, False),
    (reply(302, b""), False, False),
    (reply(400), False, False),
    (reply(400, b"<html>"), False, False),
    (reply(401), False, False),
    (reply(403), False, False),
    (reply(404), False, False),
    (reply(407), False, False),
    (reply(408), False, False),
    (reply(413), False, False),
    (reply(429), True, True),
    (reply(500), True, False),
    (reply(502), True, False),
    (reply(503), True, False),
    (reply(504), True, False),
    (reply(599), True, False),
]


@pytest.mark.parametrize("given, reads, writes", RULE, ids=lambda value: getattr(value, "status", None))
@each
def test_an_answer_that_stays(call, given, reads, writes):
    """Reads on 429, 5xx and what is no answer; writes only where the gateway turned them away; 401 and 403 never."""
    transport, sender, _clock = line(given, max_retries=3)
    assert call(transport).status == given.status
    assert len(sender.requests) == (4 if (writes if call is write else reads) else 1)


@pytest.mark.parametrize("given, reads, writes", RULE, ids=lambda value: getattr(value, "status", None))
@each
def test_an_answer_that_heals(call, given, reads, writes):
    transport, sender, _clock = line(given, reply(200, b"[1]"))
    again = writes if call is write else reads
    assert call(transport).value == ([1] if again else line(given)[0].read("x", "/").value)
    assert len(sender.requests) == (2 if again else 1)


@pytest.mark.parametrize(
    "error, call, sent",
    [
        (NotDelivered("no route"), read, 4),
        (NotDelivered("no route"), write, 4),
        (NotDelivered("no route"), ask, 4),
        (ResponseLost("reset"), read, 4),
        (ResponseLost("reset"), ask, 4),
        (ResponseLost("reset"), write, 1),
    ],
)
def test_no_answer_at_all(error, call, sent):
    """A write whose answer is lost may have been carried out (dli-api.md 4.5: run is not known to be safe to repeat)."""
    transport, sender, _clock = line(error, max_retries=3)
    with pytest.raises(type(error)):
        call(transport)
    assert len(sender.requests) == sent


@either
def test_a_write_that_was_not_delivered_ends_with_the_first_that_may_have_been(call):
    transport, sender, _clock = line(NotDelivered("no route"), reply(429), ResponseLost("reset"), reply(200, b"[1]"))
    if call is read:
        assert call(transport).value == [1]
    else:
        with pytest.raises(ResponseLost):
            call(transport)
    assert len(sender.requests) == (4 if call is read else 3)


@pytest.mark.parametrize("max_retries", [0, 1, 5])
def test_max_retries_counts_repetitions(max_retries):
    transport, sender, _clock = line(reply(503), max_retries=max_retries)
    read(transport)
    assert len(sender.requests) == max_retries + 1


def test_every_repetition_is_the_same_request():
    transport, sender, _clock = line(reply(429), reply())
    write(transport)
    assert sender.requests[0] == sender.requests[1]


# How long it waits


def test_pauses_double_up_to_the_longest():
    transport, _sender, clock = line(reply(503), max_retries=8)
    read(transport)
    assert clock.longest == [0.5, 1, 2, 4, 8, 16, 30, 30]
    assert clock.slept == clock.longest


@pytest.mark.parametrize("asked, slept", [("7", 7), ("0", 0.5), ("3600", 30), ("soon", 0.5), ("-5", 0.5)])
@either
def test_retry_after_is_honoured(call, asked, slept):
    """HW-0012 asks for it (dli-api.md 4.5); a peer must not be able to hold a task for an hour."""
    transport, _sender, clock = line(reply(429, retry_after=asked), reply())
    assert call(transport).status == 200
    assert clock.slept == [slept]


def test_what_was_repeated_is_kept_for_a_warning():
    transport, _sender, _clock = line(reply(503), NotDelivered("no route"), reply(503), reply(), max_retries=5)
    read(transport)
    assert transport.request_log.retries == {"HTTP 503": 2, "no route": 1}
    assert transport.request_log.lost_time == 0.5 + 1 + 2


@either
def test_one_exchange_may_take_the_request_timeout(call):
    transport, sender, _clock = line(reply(), timeout=12.5)
    call(transport)
    assert sender.timeouts == [12.5]


@either
def test_no_exchange_goes_beyond_the_moment_given(call):
    transport, sender, clock = line(NotDelivered("x"), reply(), timeout=60.0)
    call(transport, deadline=clock.now() + 5)
    assert sender.timeouts == [5, 4.5]


@either
def test_no_attempt_begins_after_the_moment_given(call):
    transport, sender, clock = line(NotDelivered("x"), max_retries=100)
    with pytest.raises(NotDelivered):
        call(transport, deadline=clock.now() + 10)
    assert len(sender.requests) == 5  # after 0, 0.5, 1.5, 3.5 and 7.5 s; the next pause would end at 15.5 s
    assert clock.now() <= 1010


@either
def test_an_error_stays_the_answer_when_there_is_no_time_to_repeat(call):
    transport, sender, clock = line(reply(429, retry_after="20"))
    assert call(transport, deadline=clock.now() + 10).status == 429
    assert (len(sender.requests), clock.slept) == (1, [])


@either
def test_nothing_is_sent_when_the_moment_has_passed(call):
    transport, sender, clock = line(reply())
    with pytest.raises(NotDelivered, match="no time was left"):
        call(transport, deadline=clock.now())
    assert sender.requests == []


# Signing in again


def renewing(*outcomes, gives=True, **how):
    """Return what line() does, and the moments at which signing in again was asked for."""
    transport, sender, clock = line(*outcomes, **how)
    asked = []

    def refresh(deadline):
        asked.append(deadline)
        assert len(asked) < 5, "without an end"
        return gives if isinstance(gives, bool) else gives.pop(0)

    return ApiClient(sender, URL, clock, 60.0, 3, refresh=refresh), sender, asked


@each
def test_a_sign_in_that_was_good_is_renewed_and_the_request_sent_again(call):
    """A token can die before its time (dli-api.md 5.1). Who is turned away has changed nothing, so a write goes again, too."""
    transport, sender, asked = renewing(reply(), reply(401), reply(200, b"[1]"))
    read(transport)
    assert call(transport, deadline=1500.0).value == [1]
    assert asked == [1500.0] and len(sender.requests) == 3
    assert sender.requests[1] == sender.requests[2]


@each
@pytest.mark.parametrize("before", [[], [reply(403)], [reply(401)], [reply(404)]])
def test_a_sign_in_that_was_never_accepted_is_not_renewed(call, before):
    """Wrong credentials stay wrong, and a few failures in a row lock the key."""
    transport, sender, asked = renewing(*before, reply(401))
    for _answer in before:
        read(transport)
    assert call(transport).status == 401
    assert (asked, len(sender.requests)) == ([], len(before) + 1)


@each
def test_where_there_is_nothing_new_to_try_the_refusal_stays(call):
    transport, sender, asked = renewing(reply(), reply(401), gives=False)
    read(transport)
    assert call(transport).status == 401
    assert (len(asked), len(sender.requests)) == (1, 2)


@each
def test_what_is_new_and_not_accepted_either_is_the_end(call):
    transport, sender, asked = renewing(reply(), reply(401), gives=[True, False])
    read(transport)
    assert call(transport).status == 401
    assert (len(asked), len(sender.requests)) == (2, 3)


@each
@pytest.mark.parametrize("status", [400, 403, 404, 407, 429, 503])
def test_only_a_refused_sign_in_is_a_reason_to_sign_in_again(call, status):
    transport, _sender, asked = renewing(reply(), reply(status))
    read(transport)
    assert call(transport).status == status and asked == []


@either
def test_a_transport_cannot_sign_in_again_by_itself(call):
    transport, sender, _clock = line(reply(), reply(401))
    read(transport)
    assert call(transport).status == 401 and len(sender.requests) == 2


def test_signing_in_again_costs_no_pause_and_is_no_repetition():
    transport, _sender, _asked = renewing(reply(), reply(401, x_request_id="r1"), reply(200, x_request_id="r2"))
    read(transport)
    write(transport)
    assert transport._clock.slept == [] and transport.request_log == RequestLog(["r1", "r2"], {}, 0.0)


# What is kept and told


def test_several_ways_share_one_journal():
    """The services are two, and the task is one."""
    journal, clock = RequestLog(), NotingClock()
    iam = ApiClient(Line(clock, reply(503, x_request_id="r1"), reply()), "https://iam.test", clock, 60.0, 5, journal)
    dli = ApiClient(Line(clock, NotDelivered("no route"), reply(200, x_request_id="r2")), URL, clock, 60.0, 5, journal)
    ask(iam)
    write(dli)
    assert journal == RequestLog(["r1", "r2"], {"HTTP 503": 1, "no route": 1}, 1.0)
    assert iam.request_log is dli.request_log is journal
    assert ApiClient(None, URL, clock, 60.0, 5).request_log is not ApiClient(None, URL, clock, 60.0, 5).request_log


@each
@pytest.mark.parametrize("date, ahead", [("Fri, 02 Jan 2026 02:41:05 GMT", 23 * 60), (None, 0)])
def test_an_answer_knows_its_headers_and_how_the_clocks_differ(call, date, ahead):
    transport, _sender, _clock = line(reply(401, x_subject_token="token", **({"date": date} if date else {})))
    answer = call(transport)
    assert answer.headers["x-subject-token"] == "token" and answer.clock_ahead == ahead


@pytest.mark.parametrize(
    "call, given, ids",
    [
        (read, [reply(200, x_request_id="r1")], []),
        (ask, [reply(201, x_request_id="r1")], []),
        (ask, [reply(401, x_request_id="r1")], ["r1"]),
        (read, [reply(404, x_request_id="r1")], ["r1"]),
        (read, [reply(503, x_request_id="r1"), reply(200, x_request_id="r2")], ["r1"]),
        (write, [reply(200, x_request_id="r1")], ["r1"]),
        (write, [reply(429, x_request_id="r1"), reply(200, x_request_id="r2")], ["r1", "r2"]),
        (write, [reply(200)], []),
    ],
)
def test_request_ids_of_writes_and_failures(call, given, ids):
    """The vendor's support asks for them (dli-api.md 4.1)."""
    transport, _sender, _clock = line(*given)
    call(transport)
    assert transport.request_log.request_ids == ids


@pytest.mark.parametrize(
    "call, error, retries, sentence",
    [
        (
            read,
            NotDelivered("Connection refused"),
            0,
            "Could not list the jobs: https://dli.example.test was not reached: Connection refused; check region, cloud, "
            "endpoint, auth_url, proxy and ca_cert, and that this machine may connect there.",
        ),
        (
            write,
            NotDelivered("Connection refused"),
            2,
            "Could not start 2 jobs: https://dli.example.test was not reached (3 attempts): Connection refused; check "
            "region, cloud, endpoint, auth_url, proxy and ca_cert, and that this machine may connect there.",
        ),
        (
            read,
            ResponseLost("nothing within 5 s"),
            1,
            "Could not list the jobs: https://dli.example.test gave no complete answer (2 attempts): nothing within 5 s.",
        ),
        (
            write,
            ResponseLost("Connection reset by peer"),
            5,
            "Could not start 2 jobs: https://dli.example.test gave no complete answer: Connection reset by peer.",
        ),
    ],
)
def test_the_sentence_when_there_is_no_answer(call, error, retries, sentence):
    transport, _sender, _clock = line(error, max_retries=retries)
    with pytest.raises(type(error)) as caught:
        call(transport)
    assert str(caught.value) == sentence


@pytest.mark.parametrize(
    "value, seconds",
    [
        (None, 0),
        ("", 0),
        ("0", 0),
        ("3", 3),
        ("1.5", 1.5),
        ("-1", 0),
        ("31", 30),
        ("1e9", 30),
        ("inf", 30),
        ("nan", 0),
        ("soon", 0),
        ("Fri, 02 Jan 2026 03:04:15 GMT", 10),
        ("Fri, 02 Jan 2026 04:04:15 +0100", 10),
        ("Fri, 02 Jan 2026 03:04:00 GMT", 0),
        ("Fri, 02 Jan 2026 09:00:00 GMT", 30),
        ("Fri, 02 Jan 2026 03:04:15 -0000", 0),  # a date without a zone says nothing
        ("Fri, 99 Jan 2026", 0),
    ],
)
def test_retry_after(value, seconds):
    assert retry_after(value, NOW) == seconds


@pytest.mark.parametrize(
    "date, seconds",
    [
        (None, 0),
        ("", 0),
        ("now", 0),
        ("Fri, 99 Jan 2026", 0),
        ("Fri, 02 Jan 2026 03:04:05 -0000", 0),  # a date without a zone says nothing
        ("Fri, 02 Jan 2026 03:04:05 GMT", 0),
        ("Fri, 02 Jan 2026 03:04:00 GMT", 5),
        ("Fri, 02 Jan 2026 03:04:15 GMT", -10),
        ("Fri, 02 Jan 2026 04:04:00 +0100", 5),
        ("Thu, 01 Jan 2026 03:04:05 GMT", 86400),
    ],
)
def test_clock_ahead(date, seconds):
    assert clock_ahead(date, NOW) == seconds
