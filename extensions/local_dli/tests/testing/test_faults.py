# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Every kind of fault over a real socket, and the same ones in process."""

from __future__ import annotations

import email.utils
import http.client
import json
import socket
import time
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from local_dli import LocalDli, WireFault, serve
from support import Api

RUN = {"job_ids": [131, 130]}


def send(dli: LocalDli, call: str = "run", body: Any = None, timeout: float = 30) -> requests.Response:
    base = f"{dli.url}/v1.0/{dli.project_id}/streaming/jobs"
    headers = {"X-Auth-Token": dli.token(), "X-Language": "en-us"}
    if call == "run":
        return requests.post(f"{base}/run", json=body or RUN, headers=headers, timeout=timeout, allow_redirects=False)
    return requests.get(base if call == "list" else f"{base}/131", headers=headers, timeout=timeout)


def started(dli: LocalDli) -> list[int]:
    return [item.job_id for item in dli.ledger.starts()]


def arrived(dli: LocalDli) -> None:
    """Wait for a request whose client did not: on a busy machine it may give up before the service has looked."""
    deadline = time.monotonic() + 30
    while not len(dli.requests):
        assert time.monotonic() < deadline
        time.sleep(0.01)


def raw(dli: LocalDli) -> tuple[bytes, BaseException | None]:
    """All bytes that come back for one list, and how it ended."""
    host, port = urlsplit(dli.url).hostname, urlsplit(dli.url).port
    got = b""
    with socket.create_connection((host, port), timeout=30) as connection:
        path = f"/v1.0/{dli.project_id}/streaming/jobs?limit=1"
        head = f"GET {path} HTTP/1.1\r\nHost: x\r\nX-Auth-Token: {dli.token()}\r\nConnection: close\r\n\r\n"
        connection.sendall(head.encode())
        try:
            while data := connection.recv(4096):
                got += data
        except OSError as error:
            return got, error
    return got, None


@pytest.mark.parametrize(("kind", "carried_out"), [("reset_before", False), ("reset_after", True), ("reset_mid", True)])
def test_resets(dli: LocalDli, kind: str, carried_out: bool) -> None:
    dli.faults.add(kind, call="run")
    with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError)) as caught:
        send(dli)
    assert "ConnectionResetError" in repr(caught.value) or "IncompleteRead" in repr(caught.value)
    assert started(dli) == ([131, 130] if carried_out else [])
    log = dli.requests.of("run")
    assert [(item.status, item.fault) for item in log] == [(None, kind)]
    assert send(dli).status_code == (400 if carried_out else 200)


def test_reset_before_sends_nothing_and_resets(dli: LocalDli) -> None:
    dli.faults.add("reset_before")
    got, error = raw(dli)
    assert (got, type(error)) == (b"", ConnectionResetError)


def test_reset_mid_sends_headers_and_half_the_body(dli: LocalDli) -> None:
    dli.faults.add("reset_mid")
    got, error = raw(dli)
    head, _blank, body = got.partition(b"\r\n\r\n")
    length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
    assert len(body) == length // 2
    assert isinstance(error, ConnectionResetError)


@pytest.mark.parametrize("carried_out", [False, True])
@pytest.mark.parametrize(
    ("status", "code"),
    [(429, "APIGW.0308"), (500, "APIGW.0601"), (502, "APIGW.0201"), (503, "APIGW.0613"), (418, "X.1")],
)
def test_status(dli: LocalDli, status: int, code: str, carried_out: bool) -> None:
    own = {"code": code, "msg": "own"} if status == 418 else {}
    dli.faults.add("status", call="run", status=status, carried_out=carried_out, retry_after=3, **own)
    answer = send(dli)
    assert (answer.status_code, answer.json()["error_code"]) == (status, code)
    assert answer.json()["request_id"] == answer.headers["X-Request-Id"]
    assert answer.headers["Retry-After"] == "3"
    assert started(dli) == ([131, 130] if carried_out else [])


def test_retry_after(dli: LocalDli) -> None:
    dli.faults.add("status", status=429)
    dli.faults.add("status", status=429, retry_after_date=20)
    assert "Retry-After" not in send(dli, "list").headers
    when = email.utils.parsedate_to_datetime(send(dli, "list").headers["Retry-After"]).timestamp()
    assert 17 < when - time.time() <= 20
    assert send(dli, "list").status_code == 200


def test_status_with_a_body_of_its_own(dli: LocalDli) -> None:
    dli.faults.add("status", status=403, body={"encoded_authorization_message": "x"})
    dli.faults.add("status", status=500, body="not json")
    assert send(dli, "list").json() == {"encoded_authorization_message": "x"}
    assert send(dli, "list").text == "not json"


def test_drip_takes_its_time(dli: LocalDli) -> None:
    dli.faults.add("drip", call="run", seconds=0.002)
    before = time.monotonic()
    answer = send(dli)
    assert time.monotonic() - before > len(answer.content) * 0.002
    assert len(answer.json()) == 2
    assert started(dli) == [131, 130]


def test_drip_of_headers(dli: LocalDli) -> None:
    dli.faults.add("drip_headers", call="run", seconds=0.1)
    with pytest.raises(requests.ReadTimeout):
        send(dli, timeout=0.05)
    arrived(dli)
    assert started(dli) == [131, 130]
    dli.faults.add("drip_headers", call="list", seconds=0.0001)
    assert send(dli, "list").status_code == 200


@pytest.mark.parametrize("carried_out", [False, True])
def test_hang(dli: LocalDli, carried_out: bool) -> None:
    dli.faults.add("hang", call="run", carried_out=carried_out)
    with pytest.raises(requests.ReadTimeout):
        send(dli, timeout=0.1)
    arrived(dli)
    assert started(dli) == ([131, 130] if carried_out else [])


def test_hang_does_not_keep_the_server_from_ending() -> None:
    with serve() as dli:
        dli.faults.add("hang")
        with pytest.raises(requests.ReadTimeout):
            send(dli, timeout=0.1)
        before = time.monotonic()
    assert time.monotonic() - before < 5
    with pytest.raises(requests.ConnectionError):
        send(dli)


def test_delay(dli: LocalDli) -> None:
    dli.faults.add("delay", seconds=0.2)
    before = time.monotonic()
    assert send(dli).status_code == 200
    assert time.monotonic() - before > 0.2


def test_redirect(dli: LocalDli) -> None:
    dli.faults.add("redirect", location="http://127.0.0.1:1/elsewhere", status=307)
    answer = send(dli)
    assert (answer.status_code, answer.headers["Location"]) == (307, "http://127.0.0.1:1/elsewhere")
    assert started(dli) == []


@pytest.mark.parametrize(("status", "carried_out"), [(200, True), (502, False), (None, False)])
def test_html(dli: LocalDli, status: int | None, carried_out: bool) -> None:
    dli.faults.add("html", call="run", status=status, carried_out=carried_out)
    answer = send(dli)
    assert answer.status_code == (status or 502)
    assert answer.headers["Content-Type"] == "text/html"
    assert answer.text.startswith("<html>")
    assert started(dli) == ([131, 130] if carried_out else [])


def test_truncated_is_good_http_and_bad_json(dli: LocalDli) -> None:
    dli.faults.add("truncated")
    answer = send(dli)
    assert (answer.status_code, int(answer.headers["Content-Length"])) == (200, len(answer.content))
    with pytest.raises(ValueError, match="Expecting|Unterminated|delimiter"):
        json.loads(answer.content)
    assert started(dli) == [131, 130]


def test_wrong_types(dli: LocalDli) -> None:
    dli.faults.add("wrong_types", call="detail")
    detail = send(dli, "detail").json()["job_detail"]
    assert (detail["job_id"], detail["status"]) == ("<131>", ["job_cancel_success"])


@pytest.mark.parametrize(
    ("shape", "body", "status", "flags"),
    [
        ("short", [131, 99], 400, ["true"]),
        ("long", [131, 99], 400, ["true", None, None]),
        ("reversed", [131, 99], 400, [None, "true"]),
        ("refused_in_200", [131, 99], 200, ["true", "false"]),
    ],
)
def test_answers(dli: LocalDli, shape: str, body: list[int], status: int, flags: list[str | None]) -> None:
    dli.faults.add("answer", call="run", shape=shape)
    answer = send(dli, body={"job_ids": body})
    assert (answer.status_code, [item.get("is_success") for item in answer.json()]) == (status, flags)
    assert started(dli) == [131]


def test_answers_made_up(dli: LocalDli) -> None:
    dli.faults.add("answer", shape="object")
    dli.faults.add("answer", body={"is_success": "false", "message": "no"}, status=200)
    dli.faults.add("answer", bender=lambda status, body: (status, body + [1]))
    assert send(dli).json()["is_success"] == "true"
    assert send(dli).json() == {"is_success": "false", "message": "no"}
    assert send(dli).json()[-1] == 1


def test_unauthorized(dli: LocalDli) -> None:
    dli.faults.add("unauthorized", code="APIGW.0307", msg="The token must be updated.")
    answer = send(dli)
    assert (answer.status_code, answer.json()["error_code"]) == (401, "APIGW.0307")
    assert started(dli) == []


def test_actor_is_faster(dli: LocalDli) -> None:
    dli.faults.add("actor", call="run", act="start", job_ids=(131,))
    dli.faults.add("actor", call="run", act="delete", job_ids=(137,))
    answer = send(dli)
    assert answer.status_code == 400
    assert [item.get("error_code") for item in answer.json()] == ["DLI.13099", None]
    assert [(item.actor, item.job_id) for item in dli.ledger.starts()] == [("other", 131), ("local-dli-user", 130)]
    assert 137 not in dli.jobs


def test_actor_edits_and_forces(dli: LocalDli) -> None:
    dli.faults.add("actor", call="detail", act="edit", job_ids=(131,), fields={"desc": "new"})
    dli.faults.add("actor", call="detail", act="force", job_ids=(131,), fields={"status": "job_idle"})
    detail = send(dli, "detail").json()["job_detail"]
    assert (detail["desc"], detail["status"]) == ("new", "job_idle")


def test_which_requests_a_rule_hits(dli: LocalDli) -> None:
    dli.faults.add("status", call="run", job_id=137, status=500)
    dli.faults.add("status", call=("list", "detail"), skip=1, times=2, status=503)
    assert send(dli).status_code == 200
    assert send(dli, body={"job_ids": [138, 137]}).status_code == 500
    assert [send(dli, call).status_code for call in ("list", "detail", "list", "detail")] == [200, 503, 503, 200]
    assert [item["hit"] for item in dli.faults.pending()] == [1, 2]


def test_a_rule_for_good(dli: LocalDli) -> None:
    dli.faults.add("status", times=None, status=500)
    assert [send(dli, "list").status_code for _count in range(3)] == [500] * 3
    dli.faults.clear()
    assert send(dli, "list").status_code == 200


def test_rules_one_after_the_other(dli: LocalDli) -> None:
    for status in (500, 502, 503):
        dli.faults.add("status", status=status)
    assert [send(dli, "list").status_code for _count in range(4)] == [500, 502, 503, 200]


def test_keep_alive_and_the_connections_in_the_log(dli: LocalDli) -> None:
    headers = {"X-Auth-Token": dli.token()}
    url = f"{dli.url}/v1.0/{dli.project_id}/streaming/jobs"
    with requests.Session() as session:
        for _count in range(3):
            session.get(url, headers=headers, timeout=30)
            session.post(f"{url}/run", headers=headers, json=RUN, timeout=30)
    assert (len(dli.requests), dli.requests.connections()) == (6, 1)
    send(dli, "list")
    assert dli.requests.connections("list") == 2


def test_body_without_a_length(dli: LocalDli) -> None:
    answer = requests.post(f"{dli.url}/v3/auth/tokens", data=iter([b"{}"]), timeout=30)
    assert answer.status_code == 411


def test_head_and_http_1_0(dli: LocalDli) -> None:
    assert requests.head(dli.url, timeout=30).status_code == 404
    connection = http.client.HTTPConnection(urlsplit(dli.url).netloc, timeout=30)
    connection._http_vsn, connection._http_vsn_str = 10, "HTTP/1.0"  # type: ignore[attr-defined]
    connection.request("GET", "/")
    assert connection.getresponse().status == 404


@pytest.mark.parametrize(
    ("kind", "carried_out"),
    [("reset_before", False), ("reset_after", True), ("reset_mid", True), ("drip", True), ("hang", False)],
)
def test_in_process_a_wire_fault_is_an_exception(api: Api, kind: str, carried_out: bool) -> None:
    api.dli.faults.add(kind, call="run")
    with pytest.raises(WireFault) as caught:
        api.run(131)
    fault = caught.value
    assert (fault.kind, fault.carried_out) == (kind, carried_out)
    assert len(api.dli.ledger.starts()) == carried_out
    if carried_out:
        assert fault.status == 200
        assert json.loads(fault.body)[0]["is_success"] == "true"
        assert "X-Request-Id" in dict(fault.headers)
    else:
        assert (fault.status, fault.body) == (None, b"")
