# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Control endpoints under ``/_local/`` for tests in another process. They need no authentication: loopback only."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, request

from ..api.http import BODY, reply
from ..clock import ManualClock
from ..engine.simulated import ScriptError
from ..model.object_storage import PathError
from ..model.settings import SettingError
from ..seed import SeedError
from .faults import Rule, RuleError

if TYPE_CHECKING:
    from ..instance import LocalDli


def control_blueprint(dli: LocalDli) -> Blueprint:
    """Return the endpoints. Each one calls a method of ``LocalDli``."""
    control = Blueprint("control", __name__, url_prefix="/_local")

    @control.get("/ledger")
    def ledger() -> Response:
        return reply(dli.ledger.as_list())

    @control.get("/requests")
    def requests() -> Response:
        return reply(dli.requests.as_list())

    @control.get("/jobs")
    def jobs() -> Response:
        return reply(dli.describe())

    @control.post("/jobs")
    def seed() -> Response:
        return reply({"job_ids": [job.job_id for job in dli.seed(_list("jobs"))]})

    @control.get("/faults")
    def faults() -> Response:
        return reply(dli.faults.pending())

    @control.post("/faults")
    def add_faults() -> Response:
        for rule in [Rule.parse(item) for item in _list("faults")]:
            dli.faults.add(rule)
        return reply(dli.faults.pending())

    @control.delete("/faults")
    def clear_faults() -> Response:
        dli.faults.clear()
        return reply([])

    @control.get("/settings")
    def settings() -> Response:
        return reply(dli.settings.as_dict())

    @control.post("/settings")
    def change_settings() -> Response:
        dli.settings.update(_object())
        return reply(dli.settings.as_dict())

    @control.post("/clock")
    def clock() -> Response:
        body = _object()
        dli.clock.offset = float(body.get("offset", dli.clock.offset))
        if isinstance(dli.clock, ManualClock):
            dli.clock.advance(float(body.get("advance", 0)))
        return reply({"now": dli.clock.now(), "offset": dli.clock.offset})

    @control.post("/reset")
    def reset() -> Response:
        dli.reset()
        return reply(dli.describe())

    @control.post("/expire_credentials")
    def expire_credentials() -> Response:
        dli.expire_credentials()
        return reply({})

    @control.post("/other_client")
    def other_client() -> Response:
        dli.perform(Rule.parse({**_object(), "kind": "other_client"}))
        return reply(dli.describe())

    @control.get("/objects")
    def objects() -> Response:
        return reply(dli.objects.paths)

    @control.get("/objects/<path:path>")
    def fetch(path: str) -> Response:
        content = dli.objects.get(path)
        return reply({"error": f"Object {path} not found."}, 404) if content is None else Response(content)

    @control.put("/objects/<path:path>")
    def put(path: str) -> Response:
        return reply({"path": dli.objects.put(path, request.environ[BODY])})

    for kind in (RuleError, PathError, SeedError, SettingError, ScriptError, TypeError):
        control.register_error_handler(kind, _refuse)
    return control


def _refuse(error: Exception) -> Response:
    return reply({"error": str(error)}, 400)


def _json() -> Any:
    try:
        return json.loads(request.environ[BODY] or b"{}")
    except ValueError:
        raise RuleError("Invalid request body: it is not JSON.") from None


def _object() -> dict[str, Any]:
    body = _json()
    if not isinstance(body, dict):
        raise RuleError("Invalid request body: it is not a JSON object.")
    return body


def _list(member: str) -> list[Any]:
    """Return the elements of a JSON array, of an object with this member, or of a single element."""
    body = _json()
    if isinstance(body, dict):
        body = body.get(member, [body])
    if not isinstance(body, list):
        raise RuleError(f"Invalid request body: it is not an array of {member}.")
    return body
