# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The paths of export, import and the stream graph, in the application of `app.py` (dli-api.md 1.12, 1.13)."""

from __future__ import annotations

from flask import Flask, Response, g

from . import bodies
from .app import STREAMING, good, json_body
from .service import Service
from .settings import Settings
from .transfer import Transfer

JOB_V3 = "/v3/<project_id>/streaming/jobs/<int(signed=True):job_id>"


def add_more(app: Flask, service: Service, transfer: Transfer) -> None:
    """Endpoint names are the names of the calls, as in `app.py`."""
    views = _Views(service, transfer)
    for path, call, method, view in (
        (f"{STREAMING}/jobs/export", "export", "POST", views.export),
        (f"{STREAMING}/jobs/import", "import", "POST", views.import_jobs),
        (f"{JOB_V3}/gen-graph", "stream_graph", "POST", views.stream_graph),
    ):
        app.add_url_rule(path, call, view, methods=[method], provide_automatic_options=False)


class _Views:
    """One method per call."""

    def __init__(self, service: Service, transfer: Transfer) -> None:
        self._service = service
        self._settings: Settings = service.settings
        self._transfer = transfer

    def export(self, project_id: str) -> Response:
        body = json_body()
        obs_dir = bodies.text(body, "obs_dir", 256)
        job_ids = bodies.selected_jobs(body, self._settings.max_export)
        paths = self._transfer.export(obs_dir, job_ids, g.caller)
        name = "zip_file" if self._settings.export_names == "schema" else "zip_files"
        return good(self._service, "exported", **{name: paths})

    def import_jobs(self, project_id: str) -> Response:
        body = json_body()
        cover = bodies.flag(body, "is_cover")
        mapping = self._transfer.import_jobs(bodies.text(body, "zip_file", 256), cover, g.caller)
        name = "job_mapping" if self._settings.export_names == "schema" else "jobs_mapping"
        return good(self._service, "imported", **{name: mapping})

    def stream_graph(self, project_id: str, job_id: int) -> Response:
        body, operators = bodies.stream_graph(json_body())
        text = self._service.stream_graph(job_id, body, operators, g.caller)
        return good(self._service, "stream_graph", error_code="", stream_graph=text)
