# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Every kind of fault, over a real socket and in process."""

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


def wait_for_request(dli: LocalDli) -> None:
    """Wait until the service has received a request. On a busy machine, the client can time out before that."""
    deadline = time.monotonic() + 30
    while not len(dli.requests):
        assert time.monotonic() < deadline
        time.sleep(0.01)


def raw_response(dli: LocalDli) -> tuple[bytes, BaseException | None]:
    """Send a list request. Return all bytes of the response, and the error that ended the connection."""
    host, port = urlsplit(dli.url).hostname, urlsplit(dli.url).port
    received = b""
    with socket.create_connection((host, port), timeout=30) as connection:
        path = f"/v1.0/{dli.project_id}/streaming/jobs?limit=1"
        head = f"GET {path} HTTP/1.1\r\nHost: x\r\nX-Auth-Token: {dli.token()}\r\nConnection: close\r\n\r\n"
        connection.sendall(head.encode())
        try:
            while data := connection.recv(4096):
                received += data
        except OSError as error:
            return received, error
    return received, None


@pytest.mark.parametrize(("kind", "carried_out"), [("reset_before", False), ("reset_after", True), ("reset_mid", True)])
def test_resets(dli: LocalDli, kind: str, carried_out: bool) -> None:
    dli.faults.add(kind, call="run")
    with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError)) as caught:
        send(dli)
    assert "ConnectionResetError" in repr(caught.value) or "IncompleteRead" in repr(caught.value)
    assert started(dli) == ([131, 130] if carried_out else [])
    log = dli.requests.find("run")
    assert [(item.status, item.fault) for item in log] == [(None, kind)]
    assert send(dli).status_code == (400 if carried_out else 200)


def test_reset_before_sends_nothing_and_resets(dli: LocalDli) -> None:
    dli.faults.add("reset_before")
    received, error = raw_response(dli)
    assert (received, type(error)) == (b"", ConnectionResetError)


def test_reset_mid_sends_headers_and_half_the_body(dli: LocalDli) -> None:
    dli.faults.add("reset_mid")
    received, error = raw_response(dli)
    head, _blank, body = received.partition(b"\r\n\r\n")
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
    response = send(dli)
    assert (response.status_code, response.json()["error_code"]) == (status, code)
    assert response.json()["request_id"] == response.headers["X-Request-Id"]
    assert response.headers["Retry-After"] == "3"
    assert started(dli) == ([131, 130] if carried_out else [])


def test_retry_after(dli: LocalDli) -> None:
    dli.faults.add("status", status=429)
    dli.faults.add("status", status=429, retry_after_date=20)
    assert "Retry-After" not in send(dli, "list").headers
    when = email.utils.parsedate_to_datetime(send(dli, "list").headers["Retry-After"]).timestamp()
    assert 17 < when - time.time() <= 20
    assert send(dli, "list").status_code == 200


def test_status_with_custom_body(dli: LocalDli) -> None:
    dli.faults.add("status", status=403, body={"encoded_authorization_message": "x"})
    dli.faults.add("status", status=500, body="not json")
    assert send(dli, "list").json() == {"encoded_authorization_message": "x"}
    assert send(dli, "list").text == "not json"


def test_drip_duration(dli: LocalDli) -> None:
    dli.faults.add("drip", call="run", seconds=0.002)
    before = time.monotonic()
    response = send(dli)
    assert time.monotonic() - before > len(response.content) * 0.002
    assert len(response.json()) == 2
    assert started(dli) == [131, 130]


def test_drip_of_headers(dli: LocalDli) -> None:
    dli.faults.add("drip_headers", call="run", seconds=0.1)
    with pytest.raises(requests.ReadTimeout):
        send(dli, timeout=0.05)
    wait_for_request(dli)
    assert started(dli) == [131, 130]
    dli.faults.add("drip_headers", call="list", seconds=0.0001)
    assert send(dli, "list").status_code == 200


@pytest.mark.parametrize("carried_out", [False, True])
def test_hang(dli: LocalDli, carried_out: bool) -> None:
    dli.faults.add("hang", call="run", carried_out=carried_out)
    with pytest.raises(requests.ReadTimeout):
        send(dli, timeout=0.1)
    wait_for_request(dli)
    assert started(dli) == ([131, 130] if carried_out else [])


def test_hang_does_not_block_shutdown() -> None:
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
    response = send(dli)
    assert (response.status_code, response.headers["Location"]) == (307, "http://127.0.0.1:1/elsewhere")
    assert started(dli) == []


@pytest.mark.parametrize(("status", "carried_out"), [(200, True), (502, False), (None, False)])
def test_html(dli: LocalDli, status: int | None, carried_out: bool) -> None:
    dli.faults.add("html", call="run", status=status, carried_out=carried_out)
    response = send(dli)
    assert response.status_code == (status or 502)
    assert response.headers["Content-Type"] == "text/html"
    assert response.text.startswith("<html>")
    assert started(dli) == ([131, 130] if carried_out else [])


def test_truncated_is_valid_http_and_invalid_json(dli: LocalDli) -> None:
    dli.faults.add("truncated")
    response = send(dli)
    assert (response.status_code, int(response.headers["Content-Length"])) == (200, len(response.content))
    with pytest.raises(ValueError, match="Expecting|Unterminated|delimiter"):
        json.loads(response.content)
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
def test_response_shapes(dli: LocalDli, shape: str, body: list[int], status: int, flags: list[str | None]) -> None:
    dli.faults.add("response", call="run", shape=shape)
    response = send(dli, body={"job_ids": body})
    assert (response.status_code, [item.get("is_success") for item in response.json()]) == (status, flags)
    assert started(dli) == [131]


def test_custom_responses(dli: LocalDli) -> None:
    dli.faults.add("response", shape="object")
    dli.faults.add("response", body={"is_success": "false", "message": "no"}, status=200)
    dli.faults.add("response", transform=lambda status, body: (status, body + [1]))
    assert send(dli).json()["is_success"] == "true"
    assert send(dli).json() == {"is_success": "false", "message": "no"}
    assert send(dli).json()[-1] == 1


def test_unauthorized(dli: LocalDli) -> None:
    dli.faults.add("unauthorized", code="APIGW.0307", msg="The token must be updated.")
    response = send(dli)
    assert (response.status_code, response.json()["error_code"]) == (401, "APIGW.0307")
    assert started(dli) == []


def test_other_client_is_faster(dli: LocalDli) -> None:
    dli.faults.add("other_client", call="run", action="start", job_ids=(131,))
    dli.faults.add("other_client", call="run", action="delete", job_ids=(137,))
    response = send(dli)
    assert response.status_code == 400
    assert [item.get("error_code") for item in response.json()] == ["DLI.13099", None]
    assert [(item.actor, item.job_id) for item in dli.ledger.starts()] == [("other_client", 131), ("local-dli-user", 130)]
    assert 137 not in dli.jobs


def test_other_client_edits_and_forces(dli: LocalDli) -> None:
    dli.faults.add("other_client", call="detail", action="edit", job_ids=(131,), fields={"desc": "new"})
    dli.faults.add("other_client", call="detail", action="force", job_ids=(131,), fields={"status": "job_idle"})
    detail = send(dli, "detail").json()["job_detail"]
    assert (detail["desc"], detail["status"]) == ("new", "job_idle")


def test_filters_of_rules(dli: LocalDli) -> None:
    dli.faults.add("status", call="run", job_id=137, status=500)
    dli.faults.add("status", call=("list", "detail"), skip=1, times=2, status=503)
    assert send(dli).status_code == 200
    assert send(dli, body={"job_ids": [138, 137]}).status_code == 500
    assert [send(dli, call).status_code for call in ("list", "detail", "list", "detail")] == [200, 503, 503, 200]
    assert [item["hit"] for item in dli.faults.pending()] == [1, 2]


def test_permanent_rule(dli: LocalDli) -> None:
    dli.faults.add("status", times=None, status=500)
    assert [send(dli, "list").status_code for _count in range(3)] == [500] * 3
    dli.faults.clear()
    assert send(dli, "list").status_code == 200


def test_rules_apply_in_order(dli: LocalDli) -> None:
    for status in (500, 502, 503):
        dli.faults.add("status", status=status)
    assert [send(dli, "list").status_code for _count in range(4)] == [500, 502, 503, 200]


def test_kept_connections_in_request_log(dli: LocalDli) -> None:
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
    response = requests.post(f"{dli.url}/v3/auth/tokens", data=iter([b"{}"]), timeout=30)
    assert response.status_code == 411


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
def test_wire_fault_in_process_is_an_exception(api: Api, kind: str, carried_out: bool) -> None:
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
