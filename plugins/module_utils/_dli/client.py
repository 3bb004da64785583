# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Client of the DLI API: one method per endpoint (dli-api.md 1, 3).

A method that changes one object returns on success and raises otherwise: after ServiceError and NotDelivered nothing was
carried out, after ResponseLost the outcome is unknown. A batch method returns errors of the service and the network in its
BatchResponse instead of raising them.
"""

from __future__ import annotations

import typing as t
from collections.abc import Mapping, Sequence

from .._errors import NotDelivered, ResponseLost, ServiceError
from .._http.client import ApiClient
from .._http.request_response import ApiResponse
from .._result import count_jobs
from .batch_response import INDETERMINATE_CODES, REJECTED_STATUSES, BatchResponse, parse_batch_response
from .error_codes import NO_GRAPH, SHOW_UNKNOWN_JOB
from .job import Job

#: IAM actions (dli-api.md 1.2). Identity policies and the older role policies have different names for some of them.
PERMISSION_LIST = "dli:jobs:list (named dli:jobs:listAll in a role policy)"
PERMISSION_GET = "dli:jobs:get"
PERMISSION_RUN = "dli:jobs:startFlinkJob (named dli:jobs:start in a role policy)"
PERMISSION_STOP = "dli:jobs:stopFlinkJob (named dli:jobs:stop in a role policy)"
PERMISSION_DELETE = "dli:jobs:delete"
PERMISSION_CREATE = "dli:jobs:create"
PERMISSION_UPDATE = "dli:jobs:update"
PERMISSION_EXPORT = "dli:jobs:export"
#: Maximum number of jobs on a page of the list (dli-api.md 3), and in an export (1.12).
PAGE_SIZE = 100
EXPORT_SIZE = 50
Payload = Mapping[str, t.Any]


class JobPage(t.NamedTuple):
    """One page of the list; ``total`` is the number of jobs on all pages."""

    total: int
    jobs: list[Job]


class DliClient:
    """The requests for streaming jobs of one project."""

    def __init__(self, client: ApiClient, project_id: str) -> None:
        self._client = client
        self._streaming = f"/v1.0/{project_id}/streaming"
        self._jobs = f"{self._streaming}/jobs"
        self._v3 = f"/v3/{project_id}"
        self._is_available = False

    # Reading

    def list_jobs(
        self, offset: int = 0, name: str | None = None, deadline: float | None = None, filters: Payload | None = None
    ) -> JobPage:
        """Return up to :data:`PAGE_SIZE` jobs, newest first (dli-api.md 3).

        :arg offset: number of jobs to skip.
        :arg name: only jobs whose name matches. Whether it matches exactly or in part is not documented.
        :arg filters: other query parameters, by their names in the API.
        """
        what = "list the jobs"
        query: list[tuple[str, object]] = [("limit", PAGE_SIZE), ("offset", offset), *(filters or {}).items()]
        if name is not None:
            query.append(("name", name))
        response = self._client.read(what, self._jobs, query, deadline)
        listed = self._member(what, response, "job_list", PERMISSION_LIST)
        try:
            return JobPage(int(str(listed["total_count"])), [Job.from_api(item) for item in listed["jobs"] or []])
        except (KeyError, TypeError, ValueError):
            raise self._error(what, response, PERMISSION_LIST) from None

    def show_job(self, job_id: int, deadline: float | None = None) -> Job | None:
        """Return one job, or :data:`None` if the project has no job with this ID (dli-api.md 1.7)."""
        what = f"read job {job_id}"
        response = self._client.read(what, f"{self._jobs}/{job_id}", deadline=deadline)
        if response.status == 400 and _error_code(response) == SHOW_UNKNOWN_JOB:
            return None
        detail = self._member(what, response, "job_detail", PERMISSION_GET)
        try:
            return Job.from_api(detail)
        except ValueError:
            raise self._error(what, response, PERMISSION_GET) from None

    def execution_graph(self, job_id: int, deadline: float | None = None) -> Payload | None:
        """Return the execution graph of the latest run of a job; :data:`None` if it has never run (dli-api.md 1.8)."""
        what = f"read the execution graph of job {job_id}"
        response = self._client.read(what, f"{self._jobs}/{job_id}/execute-graph", deadline=deadline)
        if response.status == 400 and _error_code(response) == NO_GRAPH:
            return None
        return self._member(what, response, "execute_graph", PERMISSION_GET)

    def stream_graph(self, job_id: int, payload: Payload, deadline: float | None = None) -> str:
        """Return the stream graph of the SQL of a job, as JSON text (dli-api.md 1.13). The request changes nothing."""
        what = f"generate the stream graph of job {job_id}"
        path = f"{self._v3}/streaming/jobs/{job_id}/gen-graph"
        response = self._client.read(what, path, deadline=deadline, payload=payload)
        graph = response.value.get("stream_graph") if response.status == 200 and isinstance(response.value, dict) else None
        if not isinstance(graph, str):
            raise self._error(what, response, PERMISSION_GET)
        return graph

    def tags(self, job_id: int, deadline: float | None = None) -> dict[str, str]:
        """Return the tags of a job (dli-api.md 1.2, row 21)."""
        what = f"read the tags of job {job_id}"
        response = self._client.read(what, f"{self._v3}/dli_flink_job/{job_id}/tags", deadline=deadline)
        try:
            if response.status != 200:
                raise ValueError("not successful")
            tags = {tag["key"]: tag.get("value") or "" for tag in response.value["tags"] or []}
            if not all(isinstance(text, str) for tag in tags.items() for text in tag):
                raise ValueError("a key or a value is not a text")
            return tags
        except (KeyError, TypeError, ValueError, AttributeError):
            raise self._error(what, response, PERMISSION_GET) from None

    # Batches

    def run_jobs(self, job_ids: Sequence[int], resume_savepoint: bool, deadline: float | None = None) -> BatchResponse:
        """Start jobs in one request (dli-api.md 1.3)."""
        payload = {"job_ids": list(job_ids), "resume_savepoint": resume_savepoint}
        return self._batch("start", "run", payload, PERMISSION_RUN, deadline)

    def stop_jobs(self, job_ids: Sequence[int], trigger_savepoint: bool, deadline: float | None = None) -> BatchResponse:
        """Stop jobs in one request (dli-api.md 1.4)."""
        payload = {"job_ids": list(job_ids), "trigger_savepoint": trigger_savepoint}
        return self._batch("stop", "stop", payload, PERMISSION_STOP, deadline)

    def delete_jobs(self, job_ids: Sequence[int], deadline: float | None = None) -> BatchResponse:
        """Delete jobs in one request (dli-api.md 1.5)."""
        return self._batch("delete", "delete", {"job_ids": list(job_ids)}, PERMISSION_DELETE, deadline)

    # One job

    def create_job(self, kind: str, fields: Payload, deadline: float | None = None) -> int:
        """Create a job and return its ID (dli-api.md 1.9, 1.10).

        :arg kind: :data:`SQL` or :data:`JAR`.
        """
        what = f"create the job {fields.get('name')}"
        response = self._change(what, f"{self._streaming}/{kind}", fields, PERMISSION_CREATE, deadline)
        try:
            return int(response.value["job"]["job_id"])
        except (KeyError, TypeError, ValueError):
            raise ResponseLost(f"The response to the request to {what} does not contain the ID of the job.") from None

    def update_job(self, kind: str, job_id: int, fields: Payload, deadline: float | None = None) -> None:
        """Change settings of a job (dli-api.md 1.9, 1.10). Fields that are not in the request do not change."""
        self._change(f"update job {job_id}", f"{self._streaming}/{kind}/{job_id}", fields, PERMISSION_UPDATE, deadline, "PUT")

    def change_tags(self, job_id: int, action: str, tags: Mapping[str, str], deadline: float | None = None) -> None:
        """Add or remove tags (dli-api.md 1.2, row 21).

        :arg action: ``create`` or ``delete``.
        """
        path = f"{self._v3}/dli_flink_job/{job_id}/tags/{action}"
        payload = {"tags": [{"key": key, "value": value} for key, value in tags.items()]}
        self._change(f"{action} tags of job {job_id}", path, payload, PERMISSION_UPDATE, deadline)

    def trigger_savepoint(self, job_id: int, path: str, deadline: float | None = None) -> None:
        """Trigger a savepoint of a running job; ``path`` is without ``obs://`` (dli-api.md 1.11)."""
        what, payload = f"create a savepoint of job {job_id}", {"action": "TRIGGER", "savepoint_path": path}
        self._change(what, f"{self._jobs}/{job_id}/savepoint", payload, PERMISSION_UPDATE, deadline)

    def import_savepoint(self, job_id: int, path: str, deadline: float | None = None) -> None:
        """Import the savepoint from which an inactive job resumes; ``path`` is with ``obs://`` (dli-api.md 1.11)."""
        payload = {"job_id": job_id, "savepoint_path": path}
        where = f"{self._jobs}/{job_id}/import-savepoint"
        self._change(f"import a savepoint for job {job_id}", where, payload, PERMISSION_UPDATE, deadline)

    # Export and import

    def export_jobs(self, job_ids: Sequence[int], obs_dir: str, deadline: float | None = None) -> list[str]:
        """Write the definitions of up to :data:`EXPORT_SIZE` jobs to OBS and return the zip files (dli-api.md 1.12)."""
        what = f"export {count_jobs(len(job_ids))}"
        payload = {"obs_dir": obs_dir, "is_selected": True, "job_selected": list(job_ids)}
        response = self._change(what, f"{self._jobs}/export", payload, PERMISSION_EXPORT, deadline)
        files = response.value.get("zip_file") or response.value.get("zip_files")  # schema and example disagree
        if not isinstance(files, list) or not all(isinstance(file, str) for file in files):
            raise ResponseLost(f"The response to the request to {what} does not contain the name of a file.")
        return files

    def import_jobs(self, zip_file: str, is_cover: bool, deadline: float | None = None) -> list[Payload]:
        """Create jobs from a zip file in OBS and return the mapping of old to new IDs (dli-api.md 1.12)."""
        what = f"import the jobs of {zip_file}"
        payload = {"zip_file": zip_file, "is_cover": is_cover}
        response = self._change(what, f"{self._jobs}/import", payload, PERMISSION_CREATE, deadline)
        mapping = response.value.get("job_mapping") or response.value.get("jobs_mapping") or []
        return [item for item in mapping if isinstance(item, Mapping)]

    def _batch(self, verb: str, path: str, payload: Payload, permission: str, deadline: float | None) -> BatchResponse:
        what = f"{verb} {count_jobs(len(payload['job_ids']))}"
        try:
            response = self._client.write(what, f"{self._jobs}/{path}", payload, deadline)
        except NotDelivered as error:
            return BatchResponse(refusal=error)
        except ResponseLost as error:
            return BatchResponse(indeterminate=str(error))
        return parse_batch_response(
            response,
            len(payload["job_ids"]),
            lambda: self._error(what, response, permission),
            lambda: self._unclear(what, response),
        )

    def _change(
        self, what: str, path: str, payload: Payload, permission: str, deadline: float | None, method: str = "POST"
    ) -> ApiResponse:
        """Send a request that changes one object; return the response if it succeeds.

        :raises NotDelivered: the request did not reach the service.
        :raises ServiceError: the service refused the request.
        :raises ResponseLost: the outcome is unknown.
        """
        response = self._client.write(what, path, payload, deadline, method)
        is_success = isinstance(response.value, dict) and str(response.value.get("is_success", "true")).lower() == "true"
        if response.status == 204 or (response.status == 200 and is_success and _error_code(response) is None):
            return response
        error = self._error(what, response, permission)
        is_explicit = isinstance(response.value, dict) and (
            response.status == 400 or error.code is not None or str(response.value.get("is_success")).lower() == "false"
        )
        is_refusal = response.status in REJECTED_STATUSES or (response.status in (200, 400) and is_explicit)
        if is_refusal and error.code not in INDETERMINATE_CODES:
            raise error
        raise self._unclear(what, response)

    def _error(self, what: str, response: ApiResponse, permission: str) -> ServiceError:
        from .remedies import DLI, DLI_AVAILABLE  # most tasks have no error

        return self._client.error(what, response, DLI_AVAILABLE if self._is_available else DLI, permission)

    def _unclear(self, what: str, response: ApiResponse) -> ResponseLost:
        from .remedies import DLI  # most tasks have no error

        return self._client.unclear(what, response, DLI)

    def _member(self, what: str, response: ApiResponse, member: str, permission: str) -> Payload:
        """Return a member of a successful response.

        :raises ServiceError: the response is an error, or has no such member.
        """
        value = response.value
        is_success = isinstance(value, dict) and str(value.get("is_success", "true")).lower() == "true"
        if response.status == 200 and is_success and isinstance(value.get(member), dict):
            self._is_available = True
            return t.cast(Payload, value[member])
        raise self._error(what, response, permission)


def _error_code(response: ApiResponse) -> str | None:
    from .._http.errors import error_parts  # most tasks have no error

    return error_parts(response)[0]
