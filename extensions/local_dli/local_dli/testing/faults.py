# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Fault injection: a list of rules that is evaluated once per request.

A rule selects requests by call and job ID, skips a number of them, and applies a fault to the next ones. A fault that
requires a socket is raised as ``WireFault``: the server performs it, and an in-process test catches it.
"""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Callable

from ..api.response_shapes import SHAPES
from ..model.api_calls import CALLS, GROUPS, covered

# Faults that require a socket, and faults that only change the response.
WIRE_KINDS = ("reset_before", "reset_after", "reset_mid", "drip", "drip_headers", "hang", "delay")
RESPONSE_KINDS = ("status", "redirect", "html", "truncated", "wrong_types", "response", "unauthorized")
KINDS = (*WIRE_KINDS, *RESPONSE_KINDS, "other_client")
ACTIONS = ("start", "stop", "delete", "edit", "force", "expire_credentials")
_CALLS = CALLS | set(GROUPS) | {"any"}

_ALWAYS_CARRIED_OUT = (
    "reset_after",
    "reset_mid",
    "drip",
    "drip_headers",
    "delay",
    "truncated",
    "wrong_types",
    "response",
)

Transform = Callable[[int, Any], "tuple[int, Any]"]


class RuleError(ValueError):
    """An invalid rule. The text is a complete message for the user."""


class WireFault(Exception):
    """A fault of the connection. ``kind`` is one of ``WIRE_KINDS``.

    ``status``, ``headers`` and ``body`` are the original response if the request was carried out, else None and empty.
    ``seconds``: for a drip, the time between two bytes; for a delay, the total time.
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
    """One fault. The fields have the same names in the JSON of the control endpoint."""

    kind: str
    call: str | tuple[str, ...] = "any"
    job_id: int | None = None
    """Only requests with this job ID in the path or in ``job_ids``."""
    skip: int = 0
    times: int | None = 1
    """How many matching requests are affected after the skipped ones; None: all of them."""

    carried_out: bool | None = None
    """For status, redirect, html, hang, unauthorized: whether the request is carried out anyway (default: no)."""
    status: int | None = None
    code: str | None = None
    msg: str | None = None
    body: Any = None
    """status, response: the literal body; an object or array is sent as JSON."""
    retry_after: float | str | None = None
    """``Retry-After``, unchanged: 3 or "3"."""
    retry_after_date: float | None = None
    """``Retry-After`` as an HTTP date, in seconds from now."""
    seconds: float = 0.2
    location: str | None = None
    shape: str | None = None
    """response: a name of ``api.response_shapes.SHAPES``."""
    transform: Transform | None = None
    """response, in Python only: (status, JSON) -> (status, JSON)."""
    action: str | None = None
    """other_client: start, stop, delete, edit, force, or expire_credentials (all tokens and temporary keys expire)."""
    job_ids: tuple[int, ...] = ()
    resume_savepoint: bool = False
    trigger_savepoint: bool = False
    fields: Mapping[str, Any] = field(default_factory=dict)
    """other_client edit: fields to change; other_client force: {"status": …, "status_desc": …}."""

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise RuleError(f"Invalid kind: {self.kind!r} is not a fault. Specify one of {', '.join(KINDS)}.")
        for call in self.calls:
            if call not in _CALLS:
                raise RuleError(f"Invalid call: {call!r} is not a call. Specify one of {', '.join(sorted(_CALLS))}.")
        if not isinstance(self.skip, int) or not (self.times is None or isinstance(self.times, int)):
            raise RuleError(f"Invalid skip or times: {self.skip!r}, {self.times!r}. Specify whole numbers.")
        if self.kind == "other_client":
            self._check_action()
        if self.kind == "redirect" and not self.location:
            raise RuleError("Missing location. The fault redirect requires it.")
        if self.shape is not None and self.shape not in SHAPES:
            raise RuleError(f"Invalid shape: {self.shape!r} is not a shape. Specify one of {', '.join(SHAPES)}.")
        if self.kind == "reset_before" and self.carried_out:
            raise RuleError("Conflicting options: reset_before and carried_out. A request that is reset is not carried out.")

    def _check_action(self) -> None:
        if self.action not in ACTIONS:
            raise RuleError(f"Invalid action: {self.action!r} is not an action. Specify one of {', '.join(ACTIONS)}.")
        if self.action != "expire_credentials" and not self.job_ids:
            raise RuleError(f"Missing job_ids. The action {self.action} requires them.")

    @classmethod
    def parse(cls, values: Any) -> Rule:
        """Return the rule in a JSON value. Raises RuleError."""
        if not isinstance(values, dict):
            raise RuleError(f"Invalid fault: {values!r} is not an object.")
        known = {item.name for item in dataclasses.fields(cls)} - {"transform"}
        for name in values:
            if name not in known:
                raise RuleError(f"Invalid fault: it has no field {name!r}. The fields are {', '.join(sorted(known))}.")
        if "kind" not in values:
            raise RuleError("Missing kind. Every fault requires it.")
        arguments: dict[str, Any] = dict(values)
        for name in ("call", "job_ids"):
            if isinstance(arguments.get(name), list):
                arguments[name] = tuple(arguments[name])
        return cls(**arguments)

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
        """Return the fields that differ from the defaults."""
        values = {}
        for item in dataclasses.fields(self):
            value = getattr(self, item.name)
            if item.name != "transform" and value not in (item.default, (), {}):
                values[item.name] = list(value) if isinstance(value, tuple) else value
        return values


@dataclass
class _ActiveRule:
    rule: Rule
    seen: int = 0
    hit: int = 0

    def count_request(self) -> bool:
        """Count one matching request. Return whether the rule applies to it."""
        self.seen += 1
        return self.seen > self.rule.skip and (self.rule.times is None or self.hit < self.rule.times)


class Faults:
    """The active rules. If several apply to a request, all actions of other clients run, and the first other rule wins."""

    def __init__(self) -> None:
        self._active: list[_ActiveRule] = []
        self._lock = threading.Lock()

    def add(self, kind: str | Rule, **members: Any) -> Rule:
        """Add ``Rule(kind, **members)``, or an existing rule."""
        rule = kind if isinstance(kind, Rule) else Rule(kind, **members)
        with self._lock:
            self._active.append(_ActiveRule(rule))
        return rule

    def clear(self) -> None:
        with self._lock:
            self._active.clear()

    def take(self, call: str, job_ids: Sequence[int]) -> tuple[list[Rule], Rule | None]:
        """Return the actions of other clients and the fault for one request.

        A rule that another rule precedes stays active for the next request.
        """
        actions: list[Rule] = []
        fault: Rule | None = None
        with self._lock:
            for item in self._active:
                if not item.rule.matches(call, job_ids) or not item.count_request():
                    continue
                if item.rule.kind == "other_client":
                    actions.append(item.rule)
                elif fault is None:
                    fault = item.rule
                else:
                    continue
                item.hit += 1
        return actions, fault

    def pending(self) -> list[dict[str, Any]]:
        """Return every rule with the number of matching requests (``seen``) and of affected requests (``hit``)."""
        with self._lock:
            return [{**item.rule.as_dict(), "seen": item.seen, "hit": item.hit} for item in self._active]
