# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The complete local DLI as one object, for tests in the same process and for the server."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Callable

from . import seed as seeds
from .api.app import create_app
from .api.iam import add_iam
from .api.resources import add_resources
from .clock import Clock, RealClock
from .engine.interface import Engine
from .engine.simulated import SimulatedEngine
from .iam.accounts import Accounts
from .model.codes import DliError
from .model.definitions import Definitions
from .model.jobs import STATUSES, Job
from .model.ledger import Ledger
from .model.object_storage import Objects
from .model.service import BatchResponse, Caller, Service
from .model.settings import Settings
from .model.templates import Templates
from .model.transfer import Transfer
from .seed import Seed, SeedError
from .testing.control import control_blueprint
from .testing.faults import Faults, Rule
from .testing.gateway import Gateway
from .testing.request_log import RequestLog

_DESCRIBED = (
    "job_id",
    "project_id",
    "name",
    "status",
    "status_desc",
    "start_time",
    "has_savepoint",
    "checkpoint",
    "resumed_from",
    "script",
)
EngineFactory = Callable[[Clock, Settings], Engine]


class LocalDli:
    """A local DLI with its accounts, jobs, ledger, request log, faults, settings and clock.

    ``objects``: the objects in OBS, that is the zip files of exports and the objects that a test adds.
    ``wsgi``: the service as a WSGI application. ``server.serve`` serves it on a socket and sets ``url``.
    """

    def __init__(
        self,
        seed: Seed | Path | str | None = None,
        clock: Clock | None = None,
        settings: Mapping[str, Any] | None = None,
        engine: EngineFactory = SimulatedEngine,
    ) -> None:
        self._seed = seed if isinstance(seed, Seed) else seeds.load(seed or seeds.EXAMPLE)
        self._own_settings = dict(settings or {})
        self.clock: Clock = clock or RealClock()
        self._offset = self.clock.offset
        self.settings = Settings()
        self.ledger = Ledger()
        self.requests = RequestLog()
        self.faults = Faults()
        self.accounts = Accounts(self._seed.accounts, self.clock, self.settings)
        self.engine = engine(self.clock, self.settings)
        self.service = Service(self.engine, self.clock, self.settings, self.ledger)
        self._templates = Templates(self.service)
        self.app = create_app(self.service, Definitions(self.service, self._templates), self.accounts)
        self.objects = Objects()
        add_resources(self.app, self.service, Transfer(self.service, self.objects), self._templates)
        add_iam(self.app, self.accounts)
        self.app.register_blueprint(control_blueprint(self))
        self.wsgi = Gateway(self.app, self.clock, self.settings, self.faults, self.requests, self.perform)
        self.url = "http://local-dli.invalid"
        self.reset()

    @property
    def project_id(self) -> str:
        """The ID of the main project of the region."""
        return self._seed.account.projects[0].id

    @property
    def jobs(self) -> dict[int, Job]:
        """All jobs by ID, with their current status."""
        with self.service.lock:
            self.service.tick()
            return dict(self.service.jobs)

    def job(self, job_id: int) -> Job:
        """Return one job with its current status."""
        return self.jobs[job_id]

    def env(self) -> dict[str, str]:
        """Return the environment variables for a client with an access key (dli-api.md 5.5)."""
        account = self._seed.account
        return {
            "HW_ACCESS_KEY": account.keys[0].access_key,
            "HW_SECRET_KEY": account.keys[0].secret_key,
            "HW_PROJECT_ID": self.project_id,
            **self._endpoints(),
        }

    def password_env(self) -> dict[str, str]:
        """Return the environment variables for a client with a password and the project name."""
        account = self._seed.account
        return {
            "HW_USER_NAME": account.users[0].name,
            "HW_USER_PASSWORD": account.users[0].password,
            "HW_DOMAIN_NAME": account.domain,
            "HW_PROJECT_NAME": account.projects[0].name,
            **self._endpoints(),
        }

    def agency_env(self) -> dict[str, str]:
        """Return the environment variables for the project of the first partner, through an agency of the partner."""
        partner = self._seed.partners[0]
        return {
            **self.env(),
            "HW_PROJECT_ID": partner.projects[0].id,
            "HW_ASSUME_ROLE_AGENCY_NAME": partner.agencies[0].name,
            "HW_ASSUME_ROLE_DOMAIN_NAME": partner.domain,
        }

    @property
    def partner_project_id(self) -> str:
        """The ID of the main project of the first partner."""
        return self._seed.partners[0].projects[0].id

    def expire_credentials(self) -> None:
        """Expire all tokens and temporary keys. Clients that authenticate again get valid ones."""
        self.accounts.expire_credentials()

    def token(self, lifetime: float | None = None) -> str:
        """Return an IAM token for the main project. ``lifetime`` in seconds; a negative value returns an expired token."""
        account = self._seed.account
        return self.accounts.issue(account.users[0], account.projects[0], lifetime).value

    def seed(self, jobs: Iterable[Mapping[str, Any]]) -> list[Job]:
        """Add jobs in the format of a seed file. Raises SeedError."""
        with self.service.lock:
            try:
                added = seeds.create_jobs(list(jobs), self._seed.accounts, self.clock, self.service.jobs)
            except SeedError as error:
                raise SeedError(f"Invalid jobs: {error}") from error
            self.service.add(added)
            return added

    def reset(self) -> None:
        """Restore the seed: jobs, settings, locks and clock. Clear ledger, requests and faults. Tokens stay valid."""
        with self.service.lock:
            self.clock.offset = self._offset
            self.faults.clear()
            self.service.clear()
            self.engine.close()
            self.settings.update(Settings().as_dict())
            self.settings.update({**self._seed.settings, **self._own_settings})
            self.accounts.reset()
            self.seed(self._seed.jobs)
            self.ledger.clear()
            self.requests.clear()
            self.objects.clear()
            self._templates.clear()

    def perform(self, rule: Rule) -> BatchResponse | None:
        """Perform the action of an ``other_client`` rule. The ledger records the actor "other_client"."""
        if rule.action == "expire_credentials":
            self.expire_credentials()
            return None
        ids = list(rule.job_ids)
        first = self.service.jobs.get(ids[0])
        caller = Caller("other_client", self.project_id if first is None else first.project_id, language="en")
        if rule.action == "start":
            return self.service.run(ids, rule.resume_savepoint, caller)
        if rule.action == "stop":
            return self.service.stop(ids, rule.trigger_savepoint, caller)
        if rule.action == "delete":
            return self.service.delete(ids, caller)
        for job_id in ids:
            if rule.action == "edit":
                # A refusal (the job was deleted) is in the ledger. The request that triggered the action continues.
                with contextlib.suppress(DliError):
                    self.service.edit(job_id, dict(rule.fields), caller)
            else:
                self.force(job_id, str(rule.fields.get("status")), str(rule.fields.get("status_desc", "")))
        return None

    def other_client(self, action: str, job_ids: Sequence[int], **members: Any) -> BatchResponse | None:
        """Perform an action as another client: ``other_client("start", [131], resume_savepoint=True)``."""
        return self.perform(Rule("other_client", action=action, job_ids=tuple(job_ids), **members))

    def force(self, job_id: int, status: str, desc: str = "") -> None:
        """Set a job to any status, including the statuses of edge jobs and of overdue payments."""
        if status not in STATUSES:
            raise SeedError(f"Invalid status: {status!r} is not a status. Specify one of {', '.join(STATUSES)}.")
        with self.service.lock:
            job = self.jobs.get(job_id)
            if job is None:
                raise SeedError(f"Job {job_id} not found.")
            self.service.machine.force(job, status, desc)

    def describe(self) -> list[dict[str, Any]]:
        """Return all jobs with data that DLI does not show: savepoints, what they resumed from, processed numbers."""
        return [self._describe(job) for job in self.jobs.values()]

    def close(self) -> None:
        self.engine.close()

    def _endpoints(self) -> dict[str, str]:
        region = self._seed.account.region
        return {"HW_REGION_NAME": region, "HW_DLI_ENDPOINT": self.url, "HW_AUTH_URL": f"{self.url}/v3"}

    def _describe(self, job: Job) -> dict[str, Any]:
        values = {name: getattr(job, name) for name in _DESCRIBED}
        values["savepoints"] = [dataclasses.asdict(item) for item in job.savepoints]
        numbers = self.service.machine.numbers(job)
        values["numbers"] = None if numbers is None else list(numbers)
        values["history"] = job.history
        return values
