# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What the tests share besides fixtures: a client in process, a client that signs, the seed and a fast pace."""

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
    """A client in process, signed in by token: path after ``/streaming``, or from the version on, in; status and JSON out."""

    dli: LocalDli
    clock: ManualClock
    language: str = "en-us"
    headers: dict[str, str] = field(default_factory=dict)

    def call(self, method: str, path: str, body: Any = None, **query: Any) -> tuple[int, Any]:
        headers = {"X-Auth-Token": self.dli.token(), "X-Language": self.language, **self.headers}
        answer = Client(self.dli.wsgi).open(
            path if path.startswith(("/v1", "/v3")) else f"/v1.0/{self.dli.project_id}/streaming{path}",
            method=method,
            query_string=query,
            headers=headers,
            data=None if body is None else json.dumps(body),
            content_type="application/json",
        )
        return answer.status_code, json.loads(answer.get_data() or b"null")

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
    """A key pair in the hands of a client that signs as dli-api.md 5.2 says, and nothing but the date."""

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
        claim = f"SDK-HMAC-SHA256 Access={self.access}, SignedHeaders=x-sdk-date, Signature={signature}"
        token = {} if self.securitytoken is None else {"X-Security-Token": self.securitytoken}
        return {"X-Sdk-Date": date, "Authorization": claim, **token}
