# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The paths of export, import, the stream graph and tags, in the application of `app.py` (dli-api.md 1.2, 1.12, 1.13)."""

from __future__ import annotations

from flask import Flask, Response, g, request

from . import bodies
from .app import STREAMING, good, json_body, no_content, reply
from .service import Service
from .settings import Settings
from .tags import Tags, as_keys, as_tags
from .transfer import Transfer

JOB_V3 = "/v3/<project_id>/streaming/jobs/<int(signed=True):job_id>"
TAGS = "/v3/<project_id>/dli_flink_job/<int(signed=True):job_id>/tags"


def add_more(app: Flask, service: Service, transfer: Transfer) -> None:
    """Endpoint names are the names of the calls, as in `app.py`."""
    views = _Views(service, transfer)
    for path, call, method, view in (
        (f"{STREAMING}/jobs/export", "export", "POST", views.export),
        (f"{STREAMING}/jobs/import", "import", "POST", views.import_jobs),
        (f"{JOB_V3}/gen-graph", "stream_graph", "POST", views.stream_graph),
        (TAGS, "tags", "GET", views.tags),
        (f"{TAGS}/create", "tags_create", "POST", views.tags_create),
        (f"{TAGS}/delete", "tags_delete", "POST", views.tags_delete),
    ):
        app.add_url_rule(path, call, view, methods=[method], provide_automatic_options=False)


class _Views:
    """One method per call."""

    def __init__(self, service: Service, transfer: Transfer) -> None:
        self._service = service
        self._settings: Settings = service.settings
        self._transfer = transfer
        self._tags = Tags(service)

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

    def tags(self, project_id: str, job_id: int) -> Response:
        """The whole is one list; ``limit``, ``offset`` and ``count`` are known from the SDK alone."""
        found = self._tags.show(job_id, g.caller)
        offset, limit = bodies.page(request.args)
        return reply({"tags": found[offset : None if limit is None else offset + limit], "count": len(found)})

    def tags_create(self, project_id: str, job_id: int) -> Response:
        longest = (self._settings.tag_key_length, self._settings.tag_value_length)
        self._tags.create(job_id, as_tags(json_body().get("tags"), longest), g.caller)
        return no_content()

    def tags_delete(self, project_id: str, job_id: int) -> Response:
        self._tags.delete(job_id, as_keys(json_body().get("tags")), g.caller)
        return no_content()
