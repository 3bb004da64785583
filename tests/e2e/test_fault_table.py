# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The fault table: every fault x every call x check and real, through one real ansible-playbook.

Each cell is a host of the inventory with a local DLI of its own; the report of each is held against its ledger.
"""

from __future__ import annotations

import json
from contextlib import ExitStack

import pytest
from property.oracle import OVERRUN, Tally, check_rows, check_task
from local_dli import seed as seeds
from local_dli.server import serve

from .cells import Cell, play
from .conftest import Ansible

from ansible_collections.huaweicloud.cloud.plugins.module_utils._rows import Row  # isort: skip

FAULTS = {
    "reset before the request": {"kind": "reset_before"},
    "reset after it was carried out": {"kind": "reset_after"},
    "reset in the middle of the answer": {"kind": "reset_mid"},
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
    "never answering": {"kind": "hang"},
    "never answering what was carried out": {"kind": "hang", "carried_out": True},
    "redirect to another host": {"kind": "redirect", "location": "TRAP"},
    "HTML instead of JSON": {"kind": "html", "status": 200},
    "HTML instead of JSON for what was carried out": {"kind": "html", "status": 200, "carried_out": True},
    "truncated JSON": {"kind": "truncated"},
    "wrong types": {"kind": "wrong_types"},
    "short array": {"kind": "answer", "shape": "short"},
    "long array": {"kind": "answer", "shape": "long"},
    "reordered array": {"kind": "answer", "shape": "reversed"},
    "bare object": {"kind": "answer", "shape": "object"},
    "refusal inside 200": {"kind": "answer", "shape": "refused_in_200"},
    "401": {"kind": "unauthorized"},
    "token expired": {"kind": "unauthorized", "code": "APIGW.0307"},
    "IAM down": {"kind": "status", "status": 503, "code": "APIGW.0613"},
    "clock 20 minutes off": {"kind": "clock"},
}

#: Where the fault strikes: the call, how many such calls pass before, how often it strikes, the mode and the options.
#: Check mode has no start to spoil. One job is read by itself, two through the list. 223 has no queue, so that
#: its start is refused.
PLACES = {
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
#: The jobs that the places name, out of the example.
EXAMPLE = seeds.load()
SEED = seeds.Seed(
    EXAMPLE.account, tuple(job for job in EXAMPLE.jobs if job["job_id"] in (130, 131, 207, 223)), EXAMPLE.settings
)
CELLS = [(fault, place) for fault in FAULTS for place in PLACES]


@pytest.fixture(scope="module")
def trap():
    """Where redirects point: nobody must ever come here."""
    with serve() as service:
        yield service


@pytest.fixture(scope="module")
def table(tmp_path_factory, trap):
    """Play all cells at once; return how the command ended, and the cells."""
    ansible = Ansible(tmp_path_factory.mktemp("faults"))
    with ExitStack() as stack:
        cells = {key: _cell(stack, *key, trap) for key in CELLS}
        yield play(ansible, cells), cells


def _cell(stack: ExitStack, fault: str, place: str, trap) -> Cell:
    """Return a cell whose service has its one fault."""
    call, skip, times, check, options = PLACES[place]
    service = stack.enter_context(serve(SEED))
    rule = {"call": call, "skip": skip, "times": times, **FAULTS[fault]}
    if rule.get("location") == "TRAP":
        rule["location"] = f"{trap.url}/v1.0/x/streaming/jobs"
    if rule["kind"] == "clock":
        service.clock.offset = 1200.0
    else:
        service.faults.add(rule.pop("kind"), **rule)
    return Cell(service, {**TIMES, **options}, check)


@pytest.mark.parametrize("key", CELLS, ids=" / ".join)
def test_results_match_ledger(table, key):
    _ended, cells = table
    cell, options = cells[key], PLACES[key[1]][4]
    rows = [Row(**job) for job in cell.result["jobs"]]
    check_task(cell.dli, cell.me, 0, cell.check_mode)
    if not cell.check_mode:
        check_rows(cell.dli, cell.me, rows, bool(options.get("wait")), Tally())
    if rows:
        assert [row.job_id for row in rows] == options["job_ids"]
    else:
        assert cell.failed and not cell.dli.requests.of("run")
    assert cell.failed == (not rows or any(row.failed for row in rows))
    assert bool(cell.result["changed"]) == any(row.changed for row in rows)
    _check_words(cell.result, cell.dli)
    _check_time(cell.dli, waited="wait" in options)


def _check_words(result, dli) -> None:
    """Every message is one a person can act on."""
    for message in [result["msg"], *(job["msg"] for job in result["jobs"])]:
        assert message and "\n" not in message
        for ugly in ("Traceback", "object at 0x", "Exception", "None", "{'"):
            assert ugly not in message, message
    if not result["jobs"]:
        assert dli.url in result["msg"] and result["msg"].endswith(".")


def _check_time(dli, waited: bool) -> None:
    """From the first to the last request there may be no more than the deadlines allow."""
    moments = [request.at for request in dli.requests.of()]
    allowed = TIMES["overall_timeout"] + (TIMES["wait_timeout"] if waited else 0) + OVERRUN
    assert not moments or (max(moments) - min(moments)) / 1000 <= allowed


def test_outcome_of_each_fault(table, figure):
    """Not only no lies: where the truth can be learnt, it is."""
    _ended, cells = table
    started = {key for key, cell in cells.items() if any(job["changed"] for job in cell.result["jobs"])}
    # Whatever spoils an answer to the start after it was carried out, the job's status tells.
    for fault, rule in FAULTS.items():
        carried_out = rule.get("carried_out") or rule["kind"] in (
            "reset_after", "reset_mid", "drip", "drip_headers", "truncated", "wrong_types", "answer",
        )  # fmt: skip
        assert ((fault, "run") in started) == bool(carried_out or rule.get("status") == 429), fault
        # A passing fault of a read costs a repetition, not the task; only a refused sign-in is not repeated.
        hopeless = rule["kind"] in ("unauthorized", "clock", "redirect", "wrong_types")
        assert ((fault, "detail") in started) == (not hopeless), fault
    struck = sum(request.fault is not None for cell in cells.values() for request in cell.dli.requests.of())
    figure(f"fault table: {len(CELLS)} cells, {struck} requests struck by a fault, {len(started)} cells with a start")
    lost = [job for cell in cells.values() for job in cell.result["jobs"] if job["state"] == "unknown"]
    assert all(job["failed"] for job in lost)


def test_redirects_are_not_followed(table, trap):
    assert len(trap.requests) == 0


def test_no_secret_in_any_output(table):
    ended, cells = table
    for cell in cells.values():
        secret = cell.dli.env()["HW_SECRET_KEY"]
        assert secret not in json.dumps(cell.result)
        assert secret not in ended.output
