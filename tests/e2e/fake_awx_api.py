# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""A fake of the AWX REST API on loopback: the part that awx.awx uses, with the validation of AWX.

The tests cannot run AWX. The fake is based on the source code of AWX, not on the requests of the playbook: it has the object
types and their references, validates credential types and surveys as AWX does (awx_rules.py), and refuses a playbook that is not
in the project. It launches no jobs; test_awx_jobs.py tests jobs with ansible-runner.
"""

from __future__ import annotations

import contextlib
import json
import threading

from flask import Flask, jsonify, request
from werkzeug.serving import make_server

from .awx_rules import Refused, check_credential_type, check_survey, require

#: Endpoint -> default values of a new object.
OBJECTS = {
    "organizations": {},
    "credential_types": {"managed": False},
    "credentials": {},
    "execution_environments": {"credential": None, "pull": "", "organization": None},
    "projects": {"scm_branch": "", "scm_revision": "", "status": "successful"},
    "inventories": {"kind": "", "host_filter": None},
    "hosts": {"variables": "", "enabled": True},
    "job_templates": {"survey_enabled": False, "extra_vars": "", "job_type": "run"},
    "workflow_job_templates": {"survey_enabled": False, "extra_vars": ""},
    "workflow_job_template_nodes": {"identifier": ""},
}
REFERENCES = {
    "organization": "organizations",
    "project": "projects",
    "inventory": "inventories",
    "execution_environment": "execution_environments",
    "workflow_job_template": "workflow_job_templates",
    "unified_job_template": "job_templates",
}
REQUIRED = {
    "execution_environments": {"image"},
    "inventories": {"organization"},
    "hosts": {"inventory"},
    "job_templates": {"project", "playbook", "inventory"},
    "workflow_job_template_nodes": {"workflow_job_template", "unified_job_template"},
}
TYPES = {"inventories": "inventory"}
TOKEN = "invented-token-of-the-fake-api"
#: Path of the API in AWX, and in Automation Platform since 2.5.
AWX, PLATFORM = "/api/v2", "/api/controller/v2"


class FakeAwx:
    """The objects, and a log of the writes."""

    def __init__(self, playbooks: set[str], path: str) -> None:
        self.playbooks = playbooks
        self.path = path
        self.objects = {endpoint: {} for endpoint in OBJECTS}
        self.surveys: dict[str, dict] = {}
        self.associations: dict[str, list] = {}
        self.events: dict[int, list[dict]] = {}
        self.writes: list[str] = []
        self.add("organizations", {"name": "Default"})
        self.writes.clear()

    def named(self, endpoint: str) -> dict:
        """Return the objects of one kind by their name."""
        return {found.get("name") or found["identifier"]: found for found in self.objects[endpoint].values()}

    def add(self, endpoint: str, given: dict) -> dict:
        number = 1 + sum(map(len, self.objects.values()))
        url = f"{self.path}/{endpoint}/{number}/"
        kind = TYPES.get(endpoint, endpoint[:-1])
        parts = ("survey_spec", "credentials", "success_nodes", "failure_nodes", "always_nodes")
        fixed = {"id": number, "url": url, "type": kind, "related": {part: f"{url}{part}/" for part in parts}}
        return self.put(endpoint, {**OBJECTS[endpoint], **fixed, "summary_fields": {}}, given)

    def put(self, endpoint: str, old: dict, given: dict) -> dict:
        new = {**old, **given, "type": old["type"]}
        for field, other in REFERENCES.items():
            require(not given.get(field) or given[field] in self.objects[other], f"{field} {given.get(field)} does not exist.")
        require(all(new.get(field) for field in REQUIRED.get(endpoint, ())), f"Missing field: one of {REQUIRED.get(endpoint)}.")
        if endpoint == "credential_types":
            check_credential_type(new["kind"], new["inputs"], new["injectors"])
        if endpoint == "job_templates":
            require(new["playbook"] in self.playbooks, "Playbook not found for project.")
            require(isinstance(json.loads(new["extra_vars"] or "{}"), dict), "extra_vars is not a dictionary.")
        self.objects[endpoint][new["id"]] = new
        self.writes.append(f"{endpoint} {new.get('name') or new.get('identifier')}")
        return new


def application(awx: FakeAwx) -> Flask:
    """The routes."""
    app = Flask("awx")

    @app.before_request
    def _authenticate():
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            return jsonify(detail="Authentication credentials were not provided."), 401
        return None

    @app.after_request
    def _add_version(response):
        response.headers["X-API-Product-Name"] = "AWX"
        response.headers["X-API-Product-Version"] = "24.6.1"
        return response

    @app.errorhandler(Refused)
    def _bad_request(error):
        return jsonify(error=str(error), __all__=[str(error)]), 400

    @app.route(f"{awx.path}/<endpoint>/", methods=["GET", "POST"])
    def objects(endpoint):
        if request.method == "POST":
            return jsonify(awx.add(endpoint, request.get_json())), 201
        # AWX has one endpoint for templates of all types.
        endpoint = "job_templates" if endpoint == "unified_job_templates" else endpoint
        filters = request.args.to_dict()
        found = [item for item in awx.objects[endpoint].values() if all(str(item.get(k)) == v for k, v in filters.items())]
        return jsonify(count=len(found), next=None, results=found)

    @app.route(f"{awx.path}/<endpoint>/<int:number>/", methods=["GET", "PATCH"])
    def one(endpoint, number):
        item = awx.objects[endpoint][number]
        return jsonify(item if request.method == "GET" else awx.put(endpoint, item, request.get_json()))

    @app.route(f"{awx.path}/project_updates/<int:number>/events/", methods=["GET"])
    def events(number):
        found = [item for item in awx.events.get(number, []) if item["event"] == request.args["event"]]
        return jsonify(count=len(found), next=None, results=found)

    @app.route(f"{awx.path}/<endpoint>/<int:number>/survey_spec/", methods=["GET", "POST"])
    def survey(endpoint, number):
        if request.method == "POST":
            check_survey(request.get_json())
            awx.surveys[f"{endpoint}/{number}"] = request.get_json()
            awx.writes.append(f"survey of {awx.objects[endpoint][number]['name']}")
        return jsonify(awx.surveys.get(f"{endpoint}/{number}", {}))

    @app.route(f"{awx.path}/<endpoint>/<int:number>/<part>/", methods=["GET", "POST"])
    def associations(endpoint, number, part):
        linked = awx.associations.setdefault(f"{endpoint}/{number}/{part}", [])
        others = awx.objects["credentials" if part == "credentials" else endpoint]
        if request.method == "GET":
            return jsonify(count=len(linked), next=None, results=[others[item] for item in linked])
        body = request.get_json()
        require(body["id"] in others, f"{part} {body['id']} does not exist.")
        linked.remove(body["id"]) if body.get("disassociate") else linked.append(body["id"])
        awx.writes.append(f"{part} of {number}")
        return "", 204

    return app


@contextlib.contextmanager
def serve_awx(playbooks: set[str], path: str = AWX):
    """Serve the API until the block ends; yield the objects and the environment variables with its address."""
    awx = FakeAwx(playbooks, path)
    server = make_server("127.0.0.1", 0, application(awx), threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield awx, {"CONTROLLER_HOST": f"http://127.0.0.1:{server.port}", "CONTROLLER_OAUTH_TOKEN": TOKEN}
    finally:
        server.shutdown()
        thread.join(5)
        server.server_close()
