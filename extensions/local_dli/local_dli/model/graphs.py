# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Graphs of a script: the static graph before a run and the execution graph of a run (dli-api.md 1.8, 1.13).

Operators, their IDs and the content of both graphs are assumptions in the format of Flink's REST API: a source for each
table that is read, a calculation and a sink for each INSERT. IDs change with the text of the statement, as in Flink.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_COMMENT = re.compile(r"--[^\n]*|/\*.*?\*/", re.DOTALL)
_STATEMENT = re.compile(r"(?:'[^']*'|[^;'])+")
_NAME = r"`?([\w.]+)`?"
_INSERT = re.compile(rf"\s*INSERT\s+(?:INTO|OVERWRITE)\s+{_NAME}", re.IGNORECASE)
_READS = re.compile(rf"\b(?:FROM|JOIN)\s+{_NAME}", re.IGNORECASE)
_GRAPH_STATES = {
    "job_submitting": "INITIALIZING",
    "job_running": "RUNNING",
    "job_savepointing": "RUNNING",
    "job_canceling": "CANCELLING",
    "job_cancel_fail": "CANCELLING",
    "job_arrearage_recovering": "RESTARTING",
    "job_finish": "FINISHED",
    "job_submit_fail": "FAILED",
    "job_running_exception": "FAILED",
}


@dataclass(frozen=True)
class Operator:
    """One node. ``inputs``: the preceding operators."""

    id: str
    kind: str
    text: str
    inputs: tuple[Operator, ...] = ()


def plain_sql(script: str) -> str:
    """Return a script without comments and additional white space."""
    return " ".join(_COMMENT.sub(" ", script).split())


def operators(script: str, jar: str = "") -> list[Operator]:
    """Return the operators of a SQL script, or of a Jar by its name. A script without INSERT has none."""
    if jar:
        source = Operator(_id(jar, "source"), "Source", "Custom Source")
        return [source, Operator(_id(jar, "sink"), "Sink", "Unnamed", (source,))]
    sources: dict[str, Operator] = {}
    others: list[Operator] = []
    for statement in _STATEMENT.findall(_COMMENT.sub(" ", script)):
        insert = _INSERT.match(statement)
        if insert is None:
            continue
        text = " ".join(statement.split())
        read = list(dict.fromkeys(_READS.findall(statement))) or ["VALUES"]
        for name in read:
            sources.setdefault(name, Operator(_id("source", name), "Source", f"TableSourceScan(table=[[{name}]])"))
        calculation = Operator(_id("calc", text), "Calc", text[:200], tuple(sources[name] for name in read))
        sink = Operator(_id("sink", text), "Sink", f"Sink(table=[{insert.group(1)}])", (calculation,))
        others += [calculation, sink]
    return [*sources.values(), *others]


def stream_graph(script: str, body: Mapping[str, Any], given: Mapping[str, int]) -> str:
    """Return ``stream_graph``: JSON in a string. ``given``: parallelism by operator ID (``operator_config``)."""
    found = operators(script)
    default = int(body.get("parallel_number") or 1)
    width = {item.id: given.get(item.id, default) for item in found}
    numbers = {item.id: index for index, item in enumerate(found, 1)}
    graph: dict[str, Any] = {
        "nodes": [
            {
                "id": numbers[item.id],
                "operator_id": item.id,
                "type": item.kind,
                "contents": item.text,
                "parallelism": width[item.id],
                "predecessors": [{"id": numbers[source.id], "ship_strategy": "FORWARD"} for source in item.inputs],
            }
            for item in found
        ],
        "operator_list": [{"id": item.id, "parallelism": width[item.id]} for item in found],
    }
    if body.get("static_estimator"):
        workers = math.ceil(sum(width.values()) / int(body.get("tm_slot_num") or 1))
        manager = body.get("manager_cu_number")
        graph["cu_number"] = (1 if manager is None else manager) + workers * int(body.get("tm_cus") or 1)
    return json.dumps(graph, ensure_ascii=False)


def execution_graph(
    found: list[Operator], jid: str, name: str, status: str, parallelism: int, times: tuple[int, int | None, int]
) -> dict[str, Any]:
    """Return ``execute_graph`` with the terms and the spelling of Flink. ``times``: start, end if ended, now; in ms."""
    start, end, now = times
    state = _GRAPH_STATES.get(status, "CANCELED")
    duration = max(0, (now if end is None else end) - start)
    span = {"start-time": start, "end-time": -1 if end is None else end, "duration": duration}
    task = {"INITIALIZING": "CREATED", "CANCELLING": "CANCELING", "RESTARTING": "SCHEDULED"}.get(state, state)
    vertices = [
        {"id": item.id, "name": _title(item), "parallelism": parallelism, "status": task, **span} for item in found
    ]
    nodes = [
        {
            "id": item.id,
            "parallelism": parallelism,
            "operator": "",
            "operator_strategy": "",
            "description": _title(item),
            "inputs": [
                {"num": number, "id": source.id, "ship_strategy": "FORWARD", "exchange": "pipelined_bounded"}
                for number, source in enumerate(item.inputs)
            ],
            "optimizer_properties": {},
        }
        for item in found
    ]
    return {
        "jid": jid,
        "name": name,
        "isStoppable": False,
        "state": state,
        **span,
        "now": now,
        "timestamps": {"INITIALIZING": start, state: start if end is None else end},
        "vertices": vertices,
        "status-counts": {task: len(vertices)},
        "plan": {"jid": jid, "name": name, "nodes": nodes},
    }


def _title(item: Operator) -> str:
    return f"{item.kind}: {item.text}" if item.kind != "Calc" else item.text


def _id(*parts: str) -> str:
    return hashlib.md5("\n".join(parts).encode(), usedforsecurity=False).hexdigest()
