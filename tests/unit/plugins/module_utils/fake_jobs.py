# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A service in memory with jobs that can be created, changed, tagged, started, stopped and deleted, and tasks for it."""

from __future__ import annotations

from dataclasses import replace

from ansible_collections.huaweicloud.cloud.plugins.module_utils._dli.batch_response import BatchResponse
from ansible_collections.huaweicloud.cloud.plugins.module_utils._dli.job import SQL, Job
from ansible_collections.huaweicloud.cloud.plugins.module_utils._dli.job_settings import settings_of
from ansible_collections.huaweicloud.cloud.plugins.module_utils._errors import ResponseLost
from ansible_collections.huaweicloud.cloud.plugins.module_utils._resource.desired import parse_desired_job
from ansible_collections.huaweicloud.cloud.plugins.module_utils._resource.manage import manage

from .fakes import ACCEPTED, FakeDli, context

OPTIONS = dict(
    job_id=None,
    state="present",
    tags=None,
    purge_tags=False,
    purge_settings=False,
    restart="never",
    savepoint=True,
    resume_savepoint=None,
    force=False,
    show_detail=False,
    wait=False,
    wait_timeout=60.0,
    wait_interval=1.0,
    confirm_timeout=10.0,
)
TOP = ("name", "desc", "sql_body", "run_mode", "queue_name", "main_class", "entrypoint_args", "job_type")
MODES = {1: "exactly_once", 2: "at_least_once"}


def options(kind=SQL, **given):
    """Return the options of a module; the others are unset."""
    return {**dict.fromkeys(field.name for field in settings_of(kind)), **OPTIONS, **given}


def job(job_id=1, status="job_cancel_success", name="a", job_type="flink_opensource_sql_job", has_savepoint=None, **settings):
    """Return a job; the settings have the names that requests use."""
    raw = {"name": name, "job_type": job_type, "job_config": {}}
    store(raw, settings)
    return Job(job_id, name, status, has_savepoint=has_savepoint, raw=raw)


def store(raw, settings):
    """Store settings as the service does."""
    for name, value in settings.items():
        value = MODES.get(value, value) if name == "checkpoint_mode" else value
        (raw if name in TOP else raw["job_config"])[name] = value


class ResourceDli(FakeDli):
    """``FakeDli`` with one job that can be changed.

    :ivar no_reads_after: after this call, reading the job fails.
    :ivar faults: call -> one fault: an exception to raise before the call is carried out, or ``(exception,)`` after it.
    """

    def __init__(self, *jobs, tags=None):
        super().__init__(*jobs)
        self.job_tags = dict(tags or {})
        self.faults = {}
        self.creates_savepoints = True
        self.no_reads_after = ""

    @property
    def call_names(self):
        return [call[0] for call in self.calls]

    def create_job(self, kind, fields, deadline=None):
        self._begin(deadline, "create", kind, fields)
        new = max(self.jobs, default=1000) + 1
        self.jobs[new] = job(new, "job_init", has_savepoint=False, **fields)
        self._end("create")
        return new

    def update_job(self, kind, job_id, fields, deadline=None):
        self._begin(deadline, "update", kind, job_id, fields)
        store(self.jobs[job_id].raw, fields)
        self.jobs[job_id] = replace(self.jobs[job_id], name=self.jobs[job_id].raw["name"])
        self._end("update")

    def tags(self, job_id, deadline=None):
        self._begin(deadline, "tags", job_id)
        assert job_id in self.jobs
        return dict(self.job_tags)

    def change_tags(self, job_id, action, tags, deadline=None):
        self._begin(deadline, f"{action}_tags", job_id, dict(tags))
        assert job_id in self.jobs
        for key, value in tags.items():
            if action == "create":
                self.job_tags[key] = value
            else:
                del self.job_tags[key]
        self._end(f"{action}_tags")

    def run_jobs(self, job_ids, resume_savepoint, deadline=None):
        self.deadlines.append(deadline)
        return self._batch("run", job_ids, resume_savepoint, "job_submitting", "job_running")

    def stop_jobs(self, job_ids, trigger_savepoint, deadline=None):
        (job_id,) = job_ids
        self.deadlines.append(deadline)
        response = self._batch("stop", job_ids, trigger_savepoint, "job_canceling", "job_cancel_success")
        if trigger_savepoint and self.creates_savepoints and job_id in self.jobs:
            self.jobs[job_id] = replace(self.jobs[job_id], has_savepoint=True)
        return response

    def delete_jobs(self, job_ids, deadline=None):
        self.deadlines.append(deadline)
        self.calls.append(("delete", tuple(job_ids)))
        if "delete" in self.faults:
            return self.faults.pop("delete")
        del self.jobs[job_ids[0]]
        return BatchResponse(elements=(ACCEPTED,))

    def _batch(self, call, job_ids, flag, first, then):
        (job_id,) = job_ids
        self.calls.append((call, job_id, flag))
        fault = self.faults.pop(call, None)
        if fault is not None:
            return fault
        self.set(job_id, first)
        if then:
            self.clock.at(self.clock.time - 1000 + 2, lambda: self.set(job_id, then))
        return BatchResponse(elements=(ACCEPTED,))

    def _begin(self, deadline, call, *rest):
        self.deadlines.append(deadline)
        self.calls.append((call, *rest))
        if isinstance(self.faults.get(call), Exception):
            raise self.faults.pop(call)

    def _end(self, call):
        if isinstance(self.faults.get(call), tuple):
            raise self.faults.pop(call)[0]

    def show_job(self, job_id, deadline=None):
        if self.no_reads_after in self.call_names:
            raise ResponseLost("lost")
        self._begin(deadline, "show", job_id)
        return self.jobs.get(job_id)


def run(dli, check_mode=False, kind=SQL, overall_timeout=600.0, **given):
    """Run the flow over a service in memory, check that each request has a deadline, and return the result of the module."""
    desired = parse_desired_job(kind, options(kind, **{"name": "a", **given}), check_mode)
    result = manage(context(dli, overall_timeout=overall_timeout), desired)
    assert None not in dli.deadlines
    return result
