# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The paths of export, import, the stream graph, tags and templates, in the application of `app.py` (dli-api.md 1.2)."""

from __future__ import annotations

from flask import Flask, Response, g, request

from ..model.service import Service
from ..model.settings import Settings
from ..model.tags import Tags, as_keys, as_tags
from ..model.templates import Templates
from ..model.transfer import Transfer
from . import request_bodies
from .http import STREAMING, json_body, no_content, reply, success

JOB_V3 = "/v3/<project_id>/streaming/jobs/<int(signed=True):job_id>"
TEMPLATES = f"{STREAMING}/job-templates"
TAGS = "/v3/<project_id>/dli_flink_job/<int(signed=True):job_id>/tags"


def add_resources(app: Flask, service: Service, transfer: Transfer, templates: Templates) -> None:
    """Add the paths. The names of the endpoints are the names of the calls, as in `app.py`."""
    views = _Views(service, transfer, templates)
    for path, call, method, view in (
        (f"{STREAMING}/jobs/export", "export", "POST", views.export),
        (f"{STREAMING}/jobs/import", "import", "POST", views.import_jobs),
        (f"{JOB_V3}/gen-graph", "stream_graph", "POST", views.stream_graph),
        (TEMPLATES, "templates", "GET", views.templates),
        (TEMPLATES, "template_create", "POST", views.template_create),
        (f"{TEMPLATES}/<int:template_id>", "template_update", "PUT", views.template_update),
        (f"{TEMPLATES}/<int:template_id>", "template_delete", "DELETE", views.template_delete),
        ("/v1.0/<project_id>/dli/obs-authorize", "obs_authorize", "POST", views.obs_authorize),
        (TAGS, "tags", "GET", views.tags),
        (f"{TAGS}/create", "tags_create", "POST", views.tags_create),
        (f"{TAGS}/delete", "tags_delete", "POST", views.tags_delete),
    ):
        app.add_url_rule(path, call, view, methods=[method], provide_automatic_options=False)


class _Views:
    """One method per call."""

    def __init__(self, service: Service, transfer: Transfer, templates: Templates) -> None:
        self._service = service
        self._settings: Settings = service.settings
        self._transfer = transfer
        self._templates = templates
        self._tags = Tags(service)

    def export(self, project_id: str) -> Response:
        body = json_body()
        obs_dir = request_bodies.text(body, "obs_dir", 256)
        job_ids = request_bodies.selected_jobs(body, self._settings.max_export)
        paths = self._transfer.export(obs_dir, job_ids, g.caller)
        name = "zip_file" if self._settings.export_names == "schema" else "zip_files"
        return success(self._service, "exported", **{name: paths})

    def import_jobs(self, project_id: str) -> Response:
        body = json_body()
        cover = request_bodies.flag(body, "is_cover")
        mapping = self._transfer.import_jobs(request_bodies.text(body, "zip_file", 256), cover, g.caller)
        name = "job_mapping" if self._settings.export_names == "schema" else "jobs_mapping"
        return success(self._service, "imported", **{name: mapping})

    def stream_graph(self, project_id: str, job_id: int) -> Response:
        body, operators = request_bodies.stream_graph(json_body())
        text = self._service.stream_graph(job_id, body, operators, g.caller)
        return success(self._service, "stream_graph", error_code="", stream_graph=text)

    def tags(self, project_id: str, job_id: int) -> Response:
        """Return all tags by default. ``limit``, ``offset`` and ``count`` are documented in the SDK only."""
        found = self._tags.read(job_id, g.caller)
        offset, limit = request_bodies.page(request.args)
        return reply({"tags": found[offset : None if limit is None else offset + limit], "count": len(found)})

    def tags_create(self, project_id: str, job_id: int) -> Response:
        self._tags.create(job_id, as_tags(json_body().get("tags"), self._max_lengths()), g.caller)
        return no_content()

    def tags_delete(self, project_id: str, job_id: int) -> Response:
        self._tags.delete(job_id, as_keys(json_body().get("tags")), g.caller)
        return no_content()

    def templates(self, project_id: str) -> Response:
        query = request_bodies.list_query({**request.args, "offset": "0", "limit": "0"}, self._settings)
        page = request_bodies.whole(request.args, "offset", 0), request_bodies.whole(request.args, "limit", 10)
        found = self._templates.read(query.filters.get("name", ""), query.tags, page, query.ascending, g.caller)
        return success(self._service, "templates", template_list=found)

    def template_create(self, project_id: str) -> Response:
        body = json_body()
        created = self._templates.create(body, as_tags(body.get("tags") or [], self._max_lengths()), g.caller)
        return success(self._service, "template_created", template=created.summary())

    def template_update(self, project_id: str, template_id: int) -> Response:
        self._templates.update(template_id, json_body(), g.caller)
        return success(self._service, "template_updated")

    def template_delete(self, project_id: str, template_id: int) -> Response:
        self._templates.delete(template_id, g.caller)
        return success(self._service, "template_deleted", template={"template_id": template_id})

    def obs_authorize(self, project_id: str) -> Response:
        buckets = request_bodies.names(json_body(), "obs_buckets")
        self._service.authorize(buckets, g.caller)
        return reply(self._service.success("authorized", g.caller.language, buckets=", ".join(buckets)))

    def _max_lengths(self) -> tuple[int, int]:
        return self._settings.tag_key_length, self._settings.tag_value_length
