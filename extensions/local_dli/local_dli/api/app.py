# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The Flask application with the paths, methods and JSON of dli-api.md 1.2. It contains no rules of the service."""

from __future__ import annotations

from typing import Any

from flask import Flask, Response, g, request
from werkzeug.exceptions import HTTPException

from ..iam import authentication
from ..iam.accounts import Accounts
from ..model import fields
from ..model.api_calls import DLI_CALLS, covered
from ..model.codes import DliError, GatewayError, language_of, no_such_api
from ..model.definitions import Definitions
from ..model.service import BatchResponse, Caller, Service
from ..model.settings import split_names
from . import request_bodies, response_shapes
from .http import ACTOR, BODY, REQUEST_ID, STREAMING, json_body, reply, success


def create_app(service: Service, definitions: Definitions, accounts: Accounts) -> Flask:
    """Return the service behind the gateway. The names of the endpoints are the names of the calls in faults and logs."""
    app = Flask(__name__)
    app.url_map.redirect_defaults = False
    views = _Views(service, definitions, accounts)
    job = f"{STREAMING}/jobs/<int(signed=True):job_id>"
    for path, call, method, view in (
        (f"{STREAMING}/jobs/run", "run", "POST", views.run),
        (f"{STREAMING}/jobs/stop", "stop", "POST", views.stop),
        (f"{STREAMING}/jobs/delete", "delete", "POST", views.delete),
        (job, "delete_one", "DELETE", views.delete_one),
        (f"{STREAMING}/jobs", "list", "GET", views.list_jobs),
        (f"{STREAMING}/jobs/metrics", "metrics", "POST", views.metrics),
        (job, "detail", "GET", views.detail),
        (f"{job}/execute-graph", "graph", "GET", views.graph),
        (f"{STREAMING}/sql-jobs", "create", "POST", views.create),
        (f"{STREAMING}/flink-jobs", "create_jar", "POST", views.create_jar),
        (f"{STREAMING}/sql-jobs/<int(signed=True):job_id>", "update", "PUT", views.update),
        (f"{STREAMING}/flink-jobs/<int(signed=True):job_id>", "update_jar", "PUT", views.update_jar),
        (f"{job}/savepoint", "savepoint", "POST", views.savepoint),
        (f"{job}/import-savepoint", "import_savepoint", "POST", views.import_savepoint),
    ):
        app.add_url_rule(path, call, view, methods=[method], provide_automatic_options=False)
    app.before_request(views.authenticate)
    app.register_error_handler(GatewayError, _gateway_error)
    app.register_error_handler(DliError, _dli_error)
    app.register_error_handler(HTTPException, _http_error)
    return app


def _gateway_error(error: GatewayError) -> Response:
    return reply(error.body(request.environ.get(REQUEST_ID, "")), error.status)


def _dli_error(error: DliError) -> Response:
    return reply(error.body(language_of(request.headers.get("X-Language"))), error.status)


def _http_error(error: HTTPException) -> Response:
    """Respond as the gateway to a wrong path or method (dli-api.md 4.4). The control endpoints return the reason."""
    if request.path.startswith("/_local/"):
        return reply({"error": error.description}, error.code or 500)
    if error.code in (404, 405):
        return _gateway_error(no_such_api())
    # A bug in the local DLI must differ from every response of the real service. Flask logs the exception.
    return reply({"error_code": "LOCAL.0500", "error_msg": f"Internal error of the local DLI: {error}"}, 500)


class _Views:
    """One method per call."""

    def __init__(self, service: Service, definitions: Definitions, accounts: Accounts) -> None:
        self._service = service
        self._definitions = definitions
        self._accounts = accounts
        self._settings = service.settings

    def authenticate(self) -> None:
        """Check the signature or token of a DLI call and the permission for the call."""
        call = str(request.endpoint)
        if call not in DLI_CALLS:
            return
        if not self._settings.api_published or covered(call, split_names(self._settings.unpublished)):
            raise no_such_api()
        received = authentication.received_request(request.environ, request.environ[BODY])
        identity = authentication.identify(received, self._accounts)
        request.environ[ACTOR] = identity.actor
        project_id = (request.view_args or {}).get("project_id", "")
        authentication.check_project(received, identity, project_id)
        authentication.check_allowed(identity, call, self._settings)
        g.caller = Caller(
            actor=identity.actor,
            project_id=project_id,
            request_id=request.environ[REQUEST_ID],
            language=language_of(request.headers.get("X-Language")),
            user_id=identity.principal.id,
            user_name=identity.principal.name,
        )

    def run(self, project_id: str) -> Response:
        body = json_body()
        ids = request_bodies.job_ids(body, self._settings.max_batch)
        result = self._service.run(ids, request_bodies.flag(body, "resume_savepoint"), g.caller)
        return _batch(result, self._settings.run_response)

    def stop(self, project_id: str) -> Response:
        body = json_body()
        ids = request_bodies.job_ids(body, self._settings.max_batch)
        result = self._service.stop(ids, request_bodies.flag(body, "trigger_savepoint"), g.caller)
        return _batch(result, self._settings.stop_response)

    def delete(self, project_id: str) -> Response:
        ids = request_bodies.job_ids(json_body(), self._settings.max_batch)
        return _batch(self._service.delete(ids, g.caller), self._settings.delete_response)

    def delete_one(self, project_id: str, job_id: int) -> Response:
        return _batch(self._service.delete([job_id], g.caller, single=True), "object")

    def list_jobs(self, project_id: str) -> Response:
        query = request_bodies.list_query(request.args, self._settings)
        return self._success("listed", job_list=self._service.list_jobs(query, g.caller))

    def detail(self, project_id: str, job_id: int) -> Response:
        return self._success("detail", job_detail=self._service.detail(job_id, g.caller))

    def metrics(self, project_id: str) -> Response:
        ids = request_bodies.job_ids(json_body(), self._settings.max_batch)
        return self._success("metrics", metrics={"jobs": self._service.metrics(ids, g.caller)})

    def graph(self, project_id: str, job_id: int) -> Response:
        return self._success("graph", execute_graph=self._service.graph(job_id, g.caller))

    def create(self, project_id: str) -> Response:
        return self._create(jar=False)

    def create_jar(self, project_id: str) -> Response:
        return self._create(jar=True)

    def update(self, project_id: str, job_id: int) -> Response:
        return self._update(job_id, jar=False)

    def update_jar(self, project_id: str, job_id: int) -> Response:
        return self._update(job_id, jar=True)

    def savepoint(self, project_id: str, job_id: int) -> Response:
        body = json_body()
        if body.get("action") != "TRIGGER":
            raise request_bodies.invalid("action must be TRIGGER")
        path = request_bodies.text(body, "savepoint_path")
        if path.startswith("obs://"):
            raise request_bodies.invalid("savepoint_path must not start with obs://")
        self._service.savepoint(job_id, path, g.caller)
        return self._success("savepoint")

    def import_savepoint(self, project_id: str, job_id: int) -> Response:
        body = json_body()
        path = request_bodies.text(body, "savepoint_path")
        if body.get("job_id") != job_id or not path.startswith("obs://"):
            raise request_bodies.invalid("job_id must be the ID in the path, and savepoint_path must start with obs://")
        self._service.import_savepoint(job_id, path, g.caller)
        return self._success("imported_savepoint")

    def _create(self, jar: bool) -> Response:
        job = self._definitions.create(fields.read(json_body(), jar, True, self._settings), g.caller)
        created = {"job_id": job.job_id, "status_name": "job_init", "status_desc": ""}
        return self._success("created_jar" if jar else "created", job=created)

    def _update(self, job_id: int, jar: bool) -> Response:
        request_fields = fields.read(json_body(), jar, False, self._settings)
        job = self._definitions.update(job_id, request_fields, g.caller)
        return self._success("updated_jar" if jar else "updated", job={"update_time": job.update_time})

    def _success(self, message: str, **payload: Any) -> Response:
        return success(self._service, message, **payload)


def _batch(result: BatchResponse, shape: str) -> Response:
    """HTTP 400 if at least one ID is refused. The body has accepted and refused elements (dli-api.md 0.1-1)."""
    status, body = response_shapes.reshape(shape, 400 if result.refused else 200, result.elements)
    return reply(body, status)
