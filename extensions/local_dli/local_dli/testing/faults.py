# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""A schedule of things that go wrong, consulted once per request.

A rule says which requests it is for, how many of them it lets pass and how many it hits, and what happens to those.
What only a socket can show is raised as a ``WireFault``: the server performs it, an in-process test catches it.
"""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Callable

from ..api.response_shapes import SHAPES
from ..model.api_calls import CALLS, GROUPS, covered

# What only a socket can show, and what any answer can show.
WIRE_KINDS = ("reset_before", "reset_after", "reset_mid", "drip", "drip_headers", "hang", "delay")
ANSWER_KINDS = ("status", "redirect", "html", "truncated", "wrong_types", "answer", "unauthorized")
KINDS = (*WIRE_KINDS, *ANSWER_KINDS, "actor")
ACTS = ("start", "stop", "delete", "edit", "force", "expire_sign_ins")
_CALLS = CALLS | set(GROUPS) | {"any"}

_ALWAYS_CARRIED_OUT = (
    "reset_after",
    "reset_mid",
    "drip",
    "drip_headers",
    "delay",
    "truncated",
    "wrong_types",
    "answer",
)

Bender = Callable[[int, Any], "tuple[int, Any]"]


class RuleError(ValueError):
    """A rule that makes no sense. Its text is one sentence."""


class WireFault(Exception):
    """Something is to go wrong on the wire. ``kind`` is one of ``WIRE_KINDS``.

    ``status``, ``headers`` and ``body`` are the true answer where the request was carried out, else None and empty.
    ``seconds``: of a drip, between two bytes; of a delay, in all.
    """

    def __init__(
        self,
        kind: str,
        carried_out: bool,
        status: int | None = None,
        headers: Sequence[tuple[str, str]] = (),
        body: bytes = b"",
        seconds: float = 0.0,
    ) -> None:
        super().__init__(kind)
        self.kind = kind
        self.carried_out = carried_out
        self.status = status
        self.headers = list(headers)
        self.body = body
        self.seconds = seconds


@dataclass(frozen=True)
class Rule:
    """One fault. The names of the members are those of the JSON the control endpoint takes."""

    kind: str
    call: str | tuple[str, ...] = "any"
    job_id: int | None = None
    """Only requests about this job, by path or by ``job_ids``."""
    skip: int = 0
    times: int | None = 1
    """How many matching requests are hit after the skipped ones; None: all of them."""

    carried_out: bool | None = None
    """For status, redirect, html, hang, unauthorized: whether the request takes effect all the same (default: no)."""
    status: int | None = None
    code: str | None = None
    msg: str | None = None
    body: Any = None
    """status, answer: the literal body; an object or array is sent as JSON."""
    retry_after: float | str | None = None
    """``Retry-After`` as is: 3 or "3"."""
    retry_after_date: float | None = None
    """``Retry-After`` as an HTTP date so many seconds ahead."""
    seconds: float = 0.2
    location: str | None = None
    shape: str | None = None
    """answer: a name of ``api.response_shapes.SHAPES``."""
    bender: Bender | None = None
    """answer, in Python only: (status, JSON) -> (status, JSON)."""
    act: str | None = None
    """actor: start, stop, delete, edit, force, or expire_sign_ins (every token and temporary key ends)."""
    job_ids: tuple[int, ...] = ()
    resume_savepoint: bool = False
    trigger_savepoint: bool = False
    fields: Mapping[str, Any] = field(default_factory=dict)
    """actor edit: members to change; actor force: {"status": …, "status_desc": …}."""

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise RuleError(f"There is no fault {self.kind!r}; there are {', '.join(KINDS)}.")
        for call in self.calls:
            if call not in _CALLS:
                raise RuleError(f"There is no call {call!r}; there are {', '.join(sorted(_CALLS))}.")
        if not isinstance(self.skip, int) or not (self.times is None or isinstance(self.times, int)):
            raise RuleError("skip and times must be whole numbers.")
        if self.kind == "actor" and (self.act not in ACTS or (self.act != "expire_sign_ins" and not self.job_ids)):
            raise RuleError(f"An actor needs an act of {', '.join(ACTS)}, and all but the last need job_ids.")
        if self.kind == "redirect" and not self.location:
            raise RuleError("A redirect needs a location.")
        if self.shape is not None and self.shape not in SHAPES:
            raise RuleError(f"There is no shape {self.shape!r}; there are {', '.join(SHAPES)}.")
        if self.kind == "reset_before" and self.carried_out:
            raise RuleError("A reset before the request is never carried out.")

    @classmethod
    def parse(cls, values: Any) -> Rule:
        """A rule out of JSON."""
        if not isinstance(values, dict):
            raise RuleError("A rule must be an object.")
        known = {item.name for item in dataclasses.fields(cls)} - {"bender"}
        for name in values:
            if name not in known:
                raise RuleError(f"A rule has no {name!r}; it has {', '.join(sorted(known))}.")
        if "kind" not in values:
            raise RuleError("A rule needs a kind.")
        made: dict[str, Any] = dict(values)
        for name in ("call", "job_ids"):
            if isinstance(made.get(name), list):
                made[name] = tuple(made[name])
        return cls(**made)

    @property
    def calls(self) -> tuple[str, ...]:
        return (self.call,) if isinstance(self.call, str) else tuple(self.call)

    @property
    def is_carried_out(self) -> bool:
        if self.carried_out is not None:
            return self.carried_out
        return self.kind in _ALWAYS_CARRIED_OUT

    def matches(self, call: str, job_ids: Sequence[int]) -> bool:
        if self.job_id is not None and self.job_id not in job_ids:
            return False
        return "any" in self.calls or covered(call, self.calls)

    def as_dict(self) -> dict[str, Any]:
        """What differs from the defaults, for people to read."""
        shown = {}
        for item in dataclasses.fields(self):
            value = getattr(self, item.name)
            if item.name != "bender" and value not in (item.default, (), {}):
                shown[item.name] = list(value) if isinstance(value, tuple) else value
        return shown


@dataclass
class _Scheduled:
    rule: Rule
    seen: int = 0
    hit: int = 0

    def due(self) -> bool:
        """Count one matching request; whether this rule is to hit it."""
        self.seen += 1
        return self.seen > self.rule.skip and (self.rule.times is None or self.hit < self.rule.times)


class Faults:
    """The schedule. Of several rules that hit one request all actors act, and the first other one decides."""

    def __init__(self) -> None:
        self._scheduled: list[_Scheduled] = []
        self._lock = threading.Lock()

    def add(self, kind: str | Rule, **members: Any) -> Rule:
        """Schedule ``Rule(kind, **members)``, or a ready rule."""
        rule = kind if isinstance(kind, Rule) else Rule(kind, **members)
        with self._lock:
            self._scheduled.append(_Scheduled(rule))
        return rule

    def clear(self) -> None:
        with self._lock:
            self._scheduled.clear()

    def take(self, call: str, job_ids: Sequence[int]) -> tuple[list[Rule], Rule | None]:
        """The actors and the fault of one request. A rule that another one kept from hitting waits for the next."""
        actors: list[Rule] = []
        fault: Rule | None = None
        with self._lock:
            for item in self._scheduled:
                if not item.rule.matches(call, job_ids) or not item.due():
                    continue
                if item.rule.kind == "actor":
                    actors.append(item.rule)
                elif fault is None:
                    fault = item.rule
                else:
                    continue
                item.hit += 1
        return actors, fault

    def pending(self) -> list[dict[str, Any]]:
        """Every rule with how often it was looked at and hit."""
        with self._lock:
            return [{**item.rule.as_dict(), "seen": item.seen, "hit": item.hit} for item in self._scheduled]
