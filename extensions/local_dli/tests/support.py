# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Helpers of the tests: an in-process client, a signing client, the example seed and settings with short delays."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from dataclasses import dataclass, field
from typing import Any

from local_dli import LocalDli, ManualClock, load
from werkzeug.test import Client

SEED = load()
FAST = {"submit_delay": 0.05, "stop_delay": 0.05, "savepoint_delay": 0.05}


@dataclass
class Api:
    """An in-process client, authenticated with a token.

    Paths begin after ``/streaming``, or with the API version. Calls return the HTTP status and the parsed body.
    """

    dli: LocalDli
    clock: ManualClock
    language: str = "en-us"
    headers: dict[str, str] = field(default_factory=dict)

    def call(self, method: str, path: str, body: Any = None, **query: Any) -> tuple[int, Any]:
        headers = {"X-Auth-Token": self.dli.token(), "X-Language": self.language, **self.headers}
        response = Client(self.dli.wsgi).open(
            path if path.startswith(("/v1", "/v3")) else f"/v1.0/{self.dli.project_id}/streaming{path}",
            method=method,
            query_string=query,
            headers=headers,
            data=None if body is None else json.dumps(body),
            content_type="application/json",
        )
        return response.status_code, json.loads(response.get_data() or b"null")

    def run(self, *ids: int, resume: bool = False) -> tuple[int, Any]:
        return self.call("POST", "/jobs/run", {"job_ids": list(ids), "resume_savepoint": resume})

    def stop(self, *ids: int, savepoint: bool = False) -> tuple[int, Any]:
        return self.call("POST", "/jobs/stop", {"job_ids": list(ids), "trigger_savepoint": savepoint})

    def detail(self, job_id: int) -> dict[str, Any]:
        status, body = self.call("GET", f"/jobs/{job_id}")
        assert status == 200, body
        return body["job_detail"]

    def status(self, job_id: int) -> str:
        return self.detail(job_id)["status"]

    def list(self, **query: Any) -> dict[str, Any]:
        status, body = self.call("GET", "/jobs", **query)
        assert status == 200, body
        return body["job_list"]


@dataclass
class Key:
    """An access key that signs requests (dli-api.md 5.2). The date is the only signed header."""

    access: str
    secret: str
    securitytoken: str | None = None
    expires_at: str = ""

    def headers(self, now: float, method: str, path: str, query: str = "", body: bytes = b"") -> dict[str, str]:
        date = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(now))
        digest = hashlib.sha256(body).hexdigest()
        canonical = f"{method}\n{path}/\n{query}\nx-sdk-date:{date}\n\nx-sdk-date\n{digest}"
        to_sign = f"SDK-HMAC-SHA256\n{date}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
        signature = hmac.new(self.secret.encode(), to_sign.encode(), hashlib.sha256).hexdigest()
        authorization = f"SDK-HMAC-SHA256 Access={self.access}, SignedHeaders=x-sdk-date, Signature={signature}"
        token = {} if self.securitytoken is None else {"X-Security-Token": self.securitytoken}
        return {"X-Sdk-Date": date, "Authorization": authorization, **token}
