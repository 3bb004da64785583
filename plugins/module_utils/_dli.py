# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The DLI API: one method per endpoint, plain arguments in, typed replies out (dli-api.md 1, 3)."""

from __future__ import annotations

import typing as t
from collections.abc import Sequence
from dataclasses import dataclass

from ._answer import Answer, error_parts, whole_error
from ._batch import BatchAnswer, read_batch
from ._codes import SHOW_UNKNOWN_JOB
from ._errors import AnswerLost, NotDelivered
from ._jobs import Job
from ._transport import Transport

#: IAM actions (dli-api.md 1.2): identity policies and the older role policies have two vocabularies.
MAY_LIST = "dli:jobs:list (dli:jobs:listAll in a role policy)"
MAY_GET = "dli:jobs:get"
MAY_RUN = "dli:jobs:startFlinkJob (dli:jobs:start in a role policy)"
#: The largest page the list gives (dli-api.md 3).
PAGE_SIZE = 100


@dataclass(frozen=True)
class JobPage:
    """One page of the list; ``total`` counts all pages' jobs."""

    total: int
    jobs: list[Job]


class Dli:
    """The streaming-job calls of one project."""

    def __init__(self, transport: Transport, project_id: str) -> None:
        """Prepare; nothing is sent yet."""
        self.transport = transport
        self._jobs = f"/v1.0/{project_id}/streaming/jobs"

    def list_jobs(self, offset: int = 0, name: str | None = None, until: float | None = None) -> JobPage:
        """Return up to :data:`PAGE_SIZE` jobs from a record offset, newest first (dli-api.md 3).

        :arg name: only jobs whose name matches; whether exactly or in part the service does not say.
        """
        what = "list the jobs"
        query: list[tuple[str, object]] = [("limit", PAGE_SIZE), ("offset", offset)]
        if name is not None:
            query.append(("name", name))
        answer = self.transport.read(what, self._jobs, query, until)
        try:
            listed = _payload(answer, "job_list")
            total, jobs = listed["total_count"], [Job.from_api(item) for item in listed["jobs"] or []]
            return JobPage(total if isinstance(total, int) else int(str(total)), jobs)
        except (KeyError, TypeError, ValueError):
            raise whole_error(what, self.transport.endpoint, answer, MAY_LIST) from None

    def show_job(self, job_id: int, until: float | None = None) -> Job | None:
        """Return one job, or :data:`None` if the project has none of this id (dli-api.md 1.7)."""
        what = f"read job {job_id}"
        answer = self.transport.read(what, f"{self._jobs}/{job_id}", until=until)
        if answer.status == 400 and error_parts(answer)[0] == SHOW_UNKNOWN_JOB:
            return None
        try:
            return Job.from_api(_payload(answer, "job_detail"))
        except ValueError:
            raise whole_error(what, self.transport.endpoint, answer, MAY_GET) from None

    def run_jobs(self, job_ids: Sequence[int], resume_savepoint: bool, until: float | None = None) -> BatchAnswer:
        """Ask to start jobs in one request (dli-api.md 1.3); never raises for what the service or the network does."""
        what = f"start {len(job_ids)} job{'' if len(job_ids) == 1 else 's'}"
        payload = {"job_ids": list(job_ids), "resume_savepoint": resume_savepoint}
        try:
            answer = self.transport.write(what, f"{self._jobs}/run", payload, until)
        except NotDelivered as error:
            return BatchAnswer(refusal=error)
        except AnswerLost as error:
            return BatchAnswer(unclear=str(error))
        return read_batch(what, self.transport.endpoint, answer, len(job_ids), MAY_RUN)


def _payload(answer: Answer, member: str) -> t.Any:
    """Return the payload member of a success.

    :raises ValueError: the answer is none.
    """
    value = answer.value
    if answer.status != 200 or not isinstance(value, dict) or str(value.get("is_success", "true")).lower() != "true":
        raise ValueError("no success")
    payload = value.get(member)
    if not isinstance(payload, dict):
        raise ValueError(f"no {member}")
    return payload
