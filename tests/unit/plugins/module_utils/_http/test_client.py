# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The retry rules, and the refresh of credentials (dli-api.md 0.1-9, 4.5, 5.1)."""

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


class FakeSender:
    """Returns or raises the given outcomes one after the other; repeats the last one."""

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


class RecordingClock(FakeClock):
    """Records the limits of the pauses, and uses the longest pause."""

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


def connect(*outcomes, max_retries=3, timeout=60.0, takes=0.0):
    clock = RecordingClock()
    sender = FakeSender(clock, *outcomes, takes=takes)
    return ApiClient(sender, URL, clock, timeout, max_retries), sender, clock


def read(transport, **more):
    return transport.read("list the jobs", "/path", **more)


def write(transport, **more):
    return transport.write("start 2 jobs", "/path", {"job_ids": [1, 2]}, **more)


def post_read(transport, **more):
    """Read with a POST that changes nothing."""
    return transport.read("get a token", "/path", payload={"auth": {}}, **more)


read_or_write = pytest.mark.parametrize("call", [read, write])
any_call = pytest.mark.parametrize("call", [read, post_read, write])


@read_or_write
def test_the_timeout_of_a_late_attempt_is_positive(call):
    """The library rejects a timeout of 0 or less, and the clock advances between two reads."""

    class Ticking(RecordingClock):
        def now(self):
            self.time += 0.001
            return self.time

    clock = Ticking()
    sender = FakeSender(clock, reply())
    call(ApiClient(sender, URL, clock, 60.0, 0), deadline=clock.time + 0.0015)
    assert len(sender.timeouts) == 1 and sender.timeouts[0] > 0


@read_or_write
def test_nothing_is_sent_for_an_abandoned_task(call):
    clock = RecordingClock()
    sender = FakeSender(clock, reply(429))
    client = ApiClient(sender, URL, clock, 60.0, 5, is_awaited=lambda: len(sender.requests) < 2)
    with pytest.raises(TaskAbandoned):
        call(client)
    assert len(sender.requests) == 2


@read_or_write
def test_permanent_errors_are_not_retried(call):
    """An unknown certificate stays unknown, so the error is reported immediately."""
    transport, sender, clock = connect(PermanentlyUnreachable("TLS: unable to get local issuer certificate"))
    with pytest.raises(NotDelivered, match="issuer certificate"):
        call(transport)
    assert len(sender.requests) == 1 and clock.slept == []


# Requests and responses


def test_a_read_is_a_get():
    transport, sender, _clock = connect(reply())
    transport.read("x", "/path", [("b", True), ("a", "ü &")])
    transport.read("x", "/path")
    (first, second) = sender.requests
    assert (first.method, first.url, first.body) == ("GET", f"{URL}/path?a=%C3%BC%20%26&b=true", None)
    assert second.url == f"{URL}/path"


def test_a_write_is_compact_json():
    transport, sender, _clock = connect(reply())
    transport.write("x", "/path", {"job_ids": [131], "resume_savepoint": True})
    (request,) = sender.requests
    assert (request.method, request.url) == ("POST", f"{URL}/path")
    assert request.body == b'{"job_ids":[131],"resume_savepoint":true}'


def test_a_read_with_payload_is_a_post_of_compact_json():
    """IAM authentication uses such requests (dli-api.md 5.1)."""
    transport, sender, _clock = connect(reply())
    transport.read("x", "/path", [("nocatalog", "true")], payload={"auth": {"scope": {}}})
    (request,) = sender.requests
    assert (request.method, request.url) == ("POST", f"{URL}/path?nocatalog=true")
    assert request.body == b'{"auth":{"scope":{}}}'


@any_call
def test_headers(call):
    """Without X-Language the texts of the service are Chinese (dli-api.md 1.1)."""
    transport, sender, _clock = connect(reply())
    call(transport)
    headers = sender.requests[0].headers
    assert headers["Content-Type"] == headers["Accept"] == "application/json"
    assert headers["X-Language"] == "en-us"
    assert headers["User-Agent"].startswith("ansible-")


@any_call
@pytest.mark.parametrize(
    "body, value, is_json",
    [
        (b"{}", {}, True),
        (b'[{"is_success":"true"}]', [{"is_success": "true"}], True),
        ('"größe"'.encode(), "größe", True),
        (b"null", None, True),
        (b"", None, False),
        (b"<html>", None, False),
        (b'[{"is_success"', None, False),
        (b"\xff\xfe", None, False),
        (b"[" * 100_000, None, False),  # deeper than the limit of Python
    ],
)
def test_the_response_is_parsed(call, body, value, is_json):
    transport, _sender, _clock = connect(reply(400, body, x_request_id="r1"))
    response = call(transport)
    assert (response.status, response.value, response.is_json, response.request_id) == (400, value, is_json, "r1")


# Retries

#: response, whether a read is retried, whether a write is retried
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
@any_call
def test_retries_of_the_same_response(call, given, reads, writes):
    """Reads are retried on 429, 5xx and unusable responses, writes only on 429. HTTP 401 and 403 are never retried."""
    transport, sender, _clock = connect(given, max_retries=3)
    assert call(transport).status == given.status
    assert len(sender.requests) == (4 if (writes if call is write else reads) else 1)


@pytest.mark.parametrize("given, reads, writes", RULE, ids=lambda value: getattr(value, "status", None))
@any_call
def test_a_retry_that_succeeds(call, given, reads, writes):
    transport, sender, _clock = connect(given, reply(200, b"[1]"))
    again = writes if call is write else reads
    assert call(transport).value == ([1] if again else connect(given)[0].read("x", "/").value)
    assert len(sender.requests) == (2 if again else 1)


@pytest.mark.parametrize(
    "error, call, sent",
    [
        (NotDelivered("no route"), read, 4),
        (NotDelivered("no route"), write, 4),
        (NotDelivered("no route"), post_read, 4),
        (ResponseLost("reset"), read, 4),
        (ResponseLost("reset"), post_read, 4),
        (ResponseLost("reset"), write, 1),
    ],
)
def test_retries_without_a_response(error, call, sent):
    """A write whose response is lost may have been executed (dli-api.md 4.5: run is not documented as idempotent)."""
    transport, sender, _clock = connect(error, max_retries=3)
    with pytest.raises(type(error)):
        call(transport)
    assert len(sender.requests) == sent


@read_or_write
def test_a_write_is_not_retried_after_an_attempt_that_may_have_been_delivered(call):
    transport, sender, _clock = connect(NotDelivered("no route"), reply(429), ResponseLost("reset"), reply(200, b"[1]"))
    if call is read:
        assert call(transport).value == [1]
    else:
        with pytest.raises(ResponseLost):
            call(transport)
    assert len(sender.requests) == (4 if call is read else 3)


@pytest.mark.parametrize("max_retries", [0, 1, 5])
def test_max_retries_is_the_number_of_retries(max_retries):
    transport, sender, _clock = connect(reply(503), max_retries=max_retries)
    read(transport)
    assert len(sender.requests) == max_retries + 1


def test_a_retry_sends_the_same_request():
    transport, sender, _clock = connect(reply(429), reply())
    write(transport)
    assert sender.requests[0] == sender.requests[1]


# Pauses and deadlines


def test_pauses_double_up_to_the_limit():
    transport, _sender, clock = connect(reply(503), max_retries=8)
    read(transport)
    assert clock.longest == [0.5, 1, 2, 4, 8, 16, 30, 30]
    assert clock.slept == clock.longest


@pytest.mark.parametrize("value, slept", [("7", 7), ("0", 0.5), ("3600", 30), ("soon", 0.5), ("-5", 0.5)])
@read_or_write
def test_retry_after_is_honoured(call, value, slept):
    """HW-0012 requires it (dli-api.md 4.5). A server cannot delay a task for an hour."""
    transport, _sender, clock = connect(reply(429, retry_after=value), reply())
    assert call(transport).status == 200
    assert clock.slept == [slept]


def test_retries_are_recorded_for_a_warning():
    transport, _sender, _clock = connect(reply(503), NotDelivered("no route"), reply(503), reply(), max_retries=5)
    read(transport)
    assert transport.request_log.retries == {"HTTP 503": 2, "no route": 1}
    assert transport.request_log.lost_time == 0.5 + 1 + 2


@read_or_write
def test_the_timeout_of_an_exchange_is_request_timeout(call):
    transport, sender, _clock = connect(reply(), timeout=12.5)
    call(transport)
    assert sender.timeouts == [12.5]


@read_or_write
def test_the_deadline_limits_the_timeout(call):
    transport, sender, clock = connect(NotDelivered("x"), reply(), timeout=60.0)
    call(transport, deadline=clock.now() + 5)
    assert sender.timeouts == [5, 4.5]


@read_or_write
def test_no_attempt_begins_after_the_deadline(call):
    transport, sender, clock = connect(NotDelivered("x"), max_retries=100)
    with pytest.raises(NotDelivered):
        call(transport, deadline=clock.now() + 10)
    assert len(sender.requests) == 5  # after 0, 0.5, 1.5, 3.5 and 7.5 s; the next pause would end at 15.5 s
    assert clock.now() <= 1010


@read_or_write
def test_an_error_response_is_returned_if_no_time_is_left_for_a_retry(call):
    transport, sender, clock = connect(reply(429, retry_after="20"))
    assert call(transport, deadline=clock.now() + 10).status == 429
    assert (len(sender.requests), clock.slept) == (1, [])


@read_or_write
def test_nothing_is_sent_after_the_deadline(call):
    transport, sender, clock = connect(reply())
    with pytest.raises(NotDelivered, match="the time limit was reached before the request was sent"):
        call(transport, deadline=clock.now())
    assert sender.requests == []


# Refresh of credentials


def refreshing(*outcomes, refreshed=True, **options):
    """Return the client and the sender of `connect`, and the deadlines of the refreshes."""
    transport, sender, clock = connect(*outcomes, **options)
    refreshes = []

    def refresh(deadline):
        refreshes.append(deadline)
        assert len(refreshes) < 5, "endless refreshes"
        return refreshed if isinstance(refreshed, bool) else refreshed.pop(0)

    return ApiClient(sender, URL, clock, 60.0, 3, refresh=refresh), sender, refreshes


@any_call
def test_accepted_credentials_are_refreshed_and_the_request_is_retried(call):
    """A token can become invalid early (dli-api.md 5.1). A rejected write changes nothing, so it is retried as well."""
    transport, sender, refreshes = refreshing(reply(), reply(401), reply(200, b"[1]"))
    read(transport)
    assert call(transport, deadline=1500.0).value == [1]
    assert refreshes == [1500.0] and len(sender.requests) == 3
    assert sender.requests[1] == sender.requests[2]


@any_call
@pytest.mark.parametrize("before", [[], [reply(403)], [reply(401)], [reply(404)]])
def test_credentials_that_were_never_accepted_are_not_refreshed(call, before):
    """Wrong credentials stay wrong, and several consecutive failures lock the key."""
    transport, sender, refreshes = refreshing(*before, reply(401))
    for _response in before:
        read(transport)
    assert call(transport).status == 401
    assert (refreshes, len(sender.requests)) == ([], len(before) + 1)


@any_call
@pytest.mark.parametrize("status", [401, 403])
def test_a_page_of_another_server_is_no_rejection_of_credentials(call, status):
    transport, sender, refreshes = refreshing(reply(), reply(status, b"<html>Sign in</html>", content_type="text/html"))
    read(transport)
    assert call(transport).status == status
    assert (refreshes, len(sender.requests)) == ([], 2)


@any_call
def test_http_401_is_returned_if_there_are_no_new_credentials(call):
    transport, sender, refreshes = refreshing(reply(), reply(401), refreshed=False)
    read(transport)
    assert call(transport).status == 401
    assert (len(refreshes), len(sender.requests)) == (1, 2)


@any_call
def test_http_401_is_returned_if_new_credentials_are_rejected(call):
    transport, sender, refreshes = refreshing(reply(), reply(401), refreshed=[True, False])
    read(transport)
    assert call(transport).status == 401
    assert (len(refreshes), len(sender.requests)) == (2, 3)


@any_call
@pytest.mark.parametrize("status", [400, 403, 404, 407, 429, 503])
def test_only_http_401_refreshes_the_credentials(call, status):
    transport, _sender, refreshes = refreshing(reply(), reply(status))
    read(transport)
    assert call(transport).status == status and refreshes == []


@read_or_write
def test_no_refresh_by_default(call):
    transport, sender, _clock = connect(reply(), reply(401))
    read(transport)
    assert call(transport).status == 401 and len(sender.requests) == 2


def test_a_refresh_has_no_pause_and_is_not_counted_as_a_retry():
    transport, _sender, _refreshes = refreshing(reply(), reply(401, x_request_id="r1"), reply(200, x_request_id="r2"))
    read(transport)
    write(transport)
    assert transport._clock.slept == []
    assert vars(transport.request_log) == {"request_ids": ["r1", "r2"], "retries": {}, "lost_time": 0.0}


# Request log and messages


def test_several_clients_share_one_request_log():
    """A task sends requests to two services."""
    log, clock = RequestLog(), RecordingClock()
    iam = ApiClient(FakeSender(clock, reply(503, x_request_id="r1"), reply()), "https://iam.test", clock, 60.0, 5, log)
    dli = ApiClient(FakeSender(clock, NotDelivered("no route"), reply(200, x_request_id="r2")), URL, clock, 60.0, 5, log)
    post_read(iam)
    write(dli)
    assert vars(log) == {"request_ids": ["r1", "r2"], "retries": {"HTTP 503": 1, "no route": 1}, "lost_time": 1.0}
    assert iam.request_log is dli.request_log is log
    assert ApiClient(None, URL, clock, 60.0, 5).request_log is not ApiClient(None, URL, clock, 60.0, 5).request_log


@any_call
@pytest.mark.parametrize("date, ahead", [("Fri, 02 Jan 2026 02:41:05 GMT", 23 * 60), (None, 0)])
def test_a_response_contains_its_headers_and_the_clock_difference(call, date, ahead):
    transport, _sender, _clock = connect(reply(401, x_subject_token="token", **({"date": date} if date else {})))
    response = call(transport)
    assert response.headers["x-subject-token"] == "token" and response.clock_ahead == ahead


@pytest.mark.parametrize(
    "call, given, ids",
    [
        (read, [reply(200, x_request_id="r1")], []),
        (post_read, [reply(201, x_request_id="r1")], []),
        (post_read, [reply(401, x_request_id="r1")], ["r1"]),
        (read, [reply(404, x_request_id="r1")], ["r1"]),
        (read, [reply(503, x_request_id="r1"), reply(200, x_request_id="r2")], ["r1"]),
        (write, [reply(200, x_request_id="r1")], ["r1"]),
        (write, [reply(429, x_request_id="r1"), reply(200, x_request_id="r2")], ["r1", "r2"]),
        (write, [reply(200)], []),
    ],
)
def test_request_ids_of_writes_and_failures(call, given, ids):
    """The support of the vendor requires them (dli-api.md 4.1)."""
    transport, _sender, _clock = connect(*given)
    call(transport)
    assert transport.request_log.request_ids == ids


@pytest.mark.parametrize(
    "call, error, retries, message",
    [
        (
            read,
            NotDelivered("Connection refused"),
            0,
            "Could not list the jobs: connection to https://dli.example.test failed: Connection refused. Check the "
            "options region, cloud, endpoint, auth_url, proxy and ca_cert, and the network access of the host that runs the "
            "module.",
        ),
        (
            write,
            NotDelivered("Connection refused"),
            2,
            "Could not start 2 jobs: connection to https://dli.example.test failed (3 attempts): Connection refused. The "
            "request was not sent. Check the options region, cloud, endpoint, auth_url, proxy and ca_cert, and the network "
            "access of the host that runs the module.",
        ),
        (
            read,
            ResponseLost("timed out after 5 s"),
            1,
            "Could not list the jobs: no complete response from https://dli.example.test (2 attempts): timed out after 5 s.",
        ),
        (
            write,
            ResponseLost("Connection reset by peer"),
            5,
            "The request to start 2 jobs received no complete response from https://dli.example.test: Connection reset by peer.",
        ),
    ],
)
def test_the_message_without_a_response(call, error, retries, message):
    transport, _sender, _clock = connect(error, max_retries=retries)
    with pytest.raises(type(error)) as caught:
        call(transport)
    assert str(caught.value) == message


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
        ("Fri, 02 Jan 2026 03:04:15 -0000", 0),  # a date without a time zone is ignored
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
        ("Fri, 02 Jan 2026 03:04:05 -0000", 0),  # a date without a time zone is ignored
        ("Fri, 02 Jan 2026 03:04:05 GMT", 0),
        ("Fri, 02 Jan 2026 03:04:00 GMT", 5),
        ("Fri, 02 Jan 2026 03:04:15 GMT", -10),
        ("Fri, 02 Jan 2026 04:04:00 +0100", 5),
        ("Thu, 01 Jan 2026 03:04:05 GMT", 86400),
    ],
)
def test_clock_ahead(date, seconds):
    assert clock_ahead(date, NOW) == seconds
