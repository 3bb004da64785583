# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Shared by all paths: names in the WSGI environ, the JSON body of a request, and responses."""

from __future__ import annotations

import json
from typing import Any

from flask import Response, g, request

from ..model.service import Service
from . import request_bodies

REQUEST_ID = "local_dli.request_id"
BODY = "local_dli.body"
ACTOR = "local_dli.actor"

STREAMING = "/v1.0/<project_id>/streaming"


def reply(body: Any, status: int = 200) -> Response:
    return Response(json.dumps(body, ensure_ascii=False), status, content_type="application/json;charset=utf-8")


def no_content() -> Response:
    """Return a success without a body, which only the tag calls use (dli-api.md 1.2)."""
    return Response(status=204)


def success(service: Service, message: str, **payload: Any) -> Response:
    """Return the envelope of a success with the fields of one call."""
    return reply({**service.success(message, g.caller.language), **payload})


def json_body() -> dict[str, Any]:
    """Return the JSON object in the request body. Raises DliError."""
    return request_bodies.json_object(request.environ[BODY])
