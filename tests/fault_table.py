# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The fault table: every fault in every call, in check mode and in a real run. Each case has its own local DLI.

The results of each case are compared with the ledger of its local DLI. tests/functional runs the table, and tests/e2e a sample.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager

from cases import Case, run_cases
from local_dli import seed as seeds
from local_dli.instance import LocalDli
from local_dli.server import serve
from property.checks import OVERRUN, Statistics, check_rows, check_task
from task_runs import Ansible, InProcess

from ansible_collections.huaweicloud.cloud.plugins.module_utils._batch.job_result import JobResult

FAULTS = {
    "reset before the request": {"kind": "reset_before"},
    "reset after it was carried out": {"kind": "reset_after"},
    "reset in the middle of the response": {"kind": "reset_mid"},
    "429 with seconds": {"kind": "status", "status": 429, "retry_after": 1},
    "429 with a date": {"kind": "status", "status": 429, "retry_after_date": 1},
    "429 without Retry-After": {"kind": "status", "status": 429},
    **{
        f"{status} {'after' if done else 'before'} it was carried out": {
            "kind": "status",
            "status": status,
            "carried_out": done,
        }
        for status in (500, 502, 503, 504)
        for done in (False, True)
    },
    "slow drip": {"kind": "drip", "seconds": 0.2},
    "slow drip of the headers": {"kind": "drip_headers", "seconds": 0.2},
    "no response": {"kind": "hang"},
    "no response after it was carried out": {"kind": "hang", "carried_out": True},
    "redirect to another host": {"kind": "redirect", "location": "TARGET"},
    "HTML instead of JSON": {"kind": "html", "status": 200},
    "HTML instead of JSON after it was carried out": {"kind": "html", "status": 200, "carried_out": True},
    "truncated JSON": {"kind": "truncated"},
    "wrong types": {"kind": "wrong_types"},
    "short array": {"kind": "response", "shape": "short"},
    "long array": {"kind": "response", "shape": "long"},
    "reordered array": {"kind": "response", "shape": "reversed"},
    "single object": {"kind": "response", "shape": "object"},
    "refusal in a 200 response": {"kind": "response", "shape": "refused_in_200"},
    "401": {"kind": "unauthorized"},
    "token expired": {"kind": "unauthorized", "code": "APIGW.0307"},
    "IAM down": {"kind": "status", "status": 503, "code": "APIGW.0613"},
    "clock 20 minutes off": {"kind": "clock"},
}

#: The call with the fault, the number of calls before it, the number of faults, check mode, and the options.
#: Check mode sends no start. One job is read by its ID, two jobs are read with the list. The start of job 223 is refused,
#: because it has no queue.
POSITIONS = {
    "list": ("list", 0, 99, False, {"job_ids": [131, 130]}),
    "list, check mode": ("list", 0, 1, True, {"job_ids": [131, 130]}),
    "detail": ("detail", 0, 1, False, {"job_ids": [131]}),
    "detail, check mode": ("detail", 0, 99, True, {"job_ids": [131]}),
    "run": ("run", 0, 1, False, {"job_ids": [131, 223, 207, 999]}),
    "read while waiting": ("detail", 1, 2, False, {"job_ids": [131], "wait": True}),
}
TIMES = {
    "request_timeout": 1,
    "max_retries": 2,
    "confirm_timeout": 2,
    "overall_timeout": 8,
    "wait_timeout": 5,
    "wait_interval": 0.3,
}
#: The example jobs in the options.
EXAMPLE = seeds.load()
SEED = seeds.Seed(EXAMPLE.account, tuple(job for job in EXAMPLE.jobs if job["job_id"] in (130, 131, 207, 223)), EXAMPLE.settings)
CASES = [(fault, position) for fault in FAULTS for position in POSITIONS]


@contextmanager
def run_table(ansible: Ansible | InProcess, keys: Iterable[tuple[str, str]]) -> Iterator[tuple[dict, LocalDli]]:
    """Run the cases with these faults and positions; yield them, and the target of redirects, until the block ends."""
    with ExitStack() as stack:
        target = stack.enter_context(serve())
        table = {key: _case(stack, *key, target) for key in keys}
        run_cases(ansible, table.values())
        yield table, target


def _case(stack: ExitStack, fault: str, position: str, redirect_target: LocalDli) -> Case:
    """Return a case whose service has one fault."""
    call, skip, times, check, options = POSITIONS[position]
    service = stack.enter_context(serve(SEED))
    rule = {"call": call, "skip": skip, "times": times, **FAULTS[fault]}
    if rule.get("location") == "TARGET":
        rule["location"] = f"{redirect_target.url}/v1.0/x/streaming/jobs"
    if rule["kind"] == "clock":
        service.clock.offset = 1200.0
    else:
        service.faults.add(rule.pop("kind"), **rule)
    return Case(service, {**TIMES, **options}, check)


def check_case(case: Case, fault: str, position: str) -> None:
    """Check everything about one case that ended."""
    options = POSITIONS[position][4]
    rows = [JobResult(**job) for job in case.result["jobs"]]
    check_task(case.dli, case.actor, case.check_mode)
    if not case.check_mode:
        check_rows(case.dli, case.actor, rows, bool(options.get("wait")), Statistics())
    if rows:
        assert [row.job_id for row in rows] == options["job_ids"]
    else:
        assert case.failed and not case.dli.requests.find("run")
    assert case.failed == (not rows or any(row.failed for row in rows))
    assert case.result["changed"] == any(row.changed is not False for row in rows)
    _check_fault(case, fault, position)
    _check_messages(case.result, case.dli)
    _check_time(case.dli, waited="wait" in options)
    _check_output(case)


def _check_fault(case: Case, fault: str, position: str) -> None:
    """The fault happened, and its outcome is unknown only if it cannot be read from the service."""
    rule = FAULTS[fault]
    assert rule["kind"] == "clock" or any(request.fault is not None for request in case.dli.requests.find())
    started = any(job["changed"] for job in case.result["jobs"])
    if position == "run":
        # If the response to a start is lost after the start was carried out, the status of the job shows the start.
        carried_out = rule.get("carried_out") or rule["kind"] in (
            "reset_after", "reset_mid", "drip", "drip_headers", "truncated", "wrong_types", "response",
        )  # fmt: skip
        assert started == bool(carried_out or rule.get("status") == 429)
    elif position == "detail":
        # A read is repeated after a temporary fault; rejected credentials are not used again.
        assert started == (rule["kind"] not in ("unauthorized", "clock", "redirect", "wrong_types"))
    assert all(job["failed"] for job in case.result["jobs"] if job["state"] == "unknown")


def _check_messages(result, dli) -> None:
    """Every message is text for users, without internals."""
    for message in [result["msg"], *(job["msg"] for job in result["jobs"])]:
        assert message and "\n" not in message
        for internal in ("Traceback", "object at 0x", "Exception", "None", "{'"):
            assert internal not in message, message
    if not result["jobs"]:
        assert dli.url in result["msg"] and result["msg"].endswith(".")


def _check_time(dli, waited: bool) -> None:
    """The time from the first to the last request is within the deadlines."""
    moments = [request.at for request in dli.requests.find()]
    allowed = TIMES["overall_timeout"] + (TIMES["wait_timeout"] if waited else 0) + OVERRUN
    assert not moments or (max(moments) - min(moments)) / 1000 <= allowed


def _check_output(case: Case) -> None:
    """No output contains the secret key."""
    secret = case.dli.env()["HW_SECRET_KEY"]
    assert secret not in json.dumps(case.result)
    assert secret not in case.output
