# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""A fake of the part of the AWX API that the action run_job_template uses. Each launched job is successful."""

from __future__ import annotations

import contextlib
import threading

from flask import Flask, jsonify, request
from werkzeug.serving import make_server

TOKEN = "invented-token-of-the-controller"


class Controller:
    """The names of the job templates, and the launches: pairs of a name and the request.

    ``on_launch`` is called with the name and the extra variables.
    """

    def __init__(self, names, on_launch) -> None:
        self.names, self.on_launch = names, on_launch
        self.launches: list[tuple[str, dict]] = []
        self.url = ""


def application(controller: Controller) -> Flask:
    app = Flask("controller")

    def template(number, name):
        return {
            "id": number,
            "type": "job_template",
            "name": name,
            "summary_fields": {"organization": {"name": "Default"}},
            "related": {"launch": f"/api/v2/job_templates/{number}/launch/"},
            "ask_limit_on_launch": False,
            "ask_labels_on_launch": False,
            "ask_inventory_on_launch": False,
            "ask_variables_on_launch": True,
        }

    def job(number):
        return {"id": number, "url": f"/api/v2/jobs/{number}/", "status": "successful", "artifacts": {}, "type": "job"}

    @app.before_request
    def authenticate():
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            return jsonify(detail="Authentication credentials were not provided."), 401
        return None

    @app.get("/api/v2/config/")
    def config():
        return jsonify(version="24.6.1")

    @app.get("/api/v2/unified_job_templates/")
    def templates():
        found = [template(number, name) for number, name in enumerate(controller.names) if name == request.args["name"]]
        return jsonify(count=len(found), next=None, results=found)

    @app.post("/api/v2/job_templates/<int:number>/launch/")
    def launch(number):
        name, body = controller.names[number], request.get_json()
        controller.launches.append((name, body))
        controller.on_launch(name, body["extra_vars"])
        return jsonify(job(len(controller.launches))), 201

    @app.get("/api/v2/jobs/<int:number>/")
    def one_job(number):
        return jsonify(job(number))

    @app.get("/api/v2/jobs/")
    def jobs():
        numbers = [int(text) for text in request.args["id__in"].split(",")]
        return jsonify(count=len(numbers), next=None, results=[job(number) for number in numbers])

    return app


@contextlib.contextmanager
def serve_controller(names, on_launch):
    """Serve the API until the block ends."""
    controller = Controller(names, on_launch)
    server = make_server("127.0.0.1", 0, application(controller), threaded=True)
    controller.url = f"http://127.0.0.1:{server.port}/"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield controller
    finally:
        server.shutdown()
        thread.join(5)
        server.server_close()
