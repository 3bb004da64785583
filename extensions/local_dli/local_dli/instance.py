# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The local DLI as one object: what a test in the same process holds, and what the server serves."""

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
from .model.service import BatchAnswer, Caller, Service
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
    """A DLI with its account, jobs, ledger, request log, faults, settings and clock.

    ``objects`` is what lies in OBS: the zips of exports, and what a test puts there to be imported.

    ``wsgi`` is the whole service as a WSGI application; ``server.serve`` puts it on a socket and sets ``url``.
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
        self.wsgi = Gateway(self.app, self.clock, self.settings, self.faults, self.requests, self.act)
        self.url = "http://local-dli.invalid"
        self.reset()

    @property
    def project_id(self) -> str:
        """The region's main project."""
        return self._seed.account.projects[0].id

    @property
    def jobs(self) -> dict[int, Job]:
        """Every job by id, as of now."""
        with self.service.lock:
            self.service.tick()
            return dict(self.service.jobs)

    def job(self, job_id: int) -> Job:
        """One job, as of now."""
        return self.jobs[job_id]

    def env(self) -> dict[str, str]:
        """What a client needs, by the names Terraform made common (dli-api.md 5.5)."""
        account = self._seed.account
        return {
            "HW_ACCESS_KEY": account.keys[0].access_key,
            "HW_SECRET_KEY": account.keys[0].secret_key,
            "HW_PROJECT_ID": self.project_id,
            **self._places(),
        }

    def password_env(self) -> dict[str, str]:
        """The same for a sign-in with a password, with the project by its name."""
        account = self._seed.account
        return {
            "HW_USER_NAME": account.users[0].name,
            "HW_USER_PASSWORD": account.users[0].password,
            "HW_DOMAIN_NAME": account.domain,
            "HW_PROJECT_NAME": account.projects[0].name,
            **self._places(),
        }

    def agency_env(self) -> dict[str, str]:
        """``env`` for the first partner's project, by way of an agency of the partner's."""
        partner = self._seed.partners[0]
        return {
            **self.env(),
            "HW_PROJECT_ID": partner.projects[0].id,
            "HW_ASSUME_ROLE_AGENCY_NAME": partner.agencies[0].name,
            "HW_ASSUME_ROLE_DOMAIN_NAME": partner.domain,
        }

    @property
    def partner_project_id(self) -> str:
        """The main project of the first partner."""
        return self._seed.partners[0].projects[0].id

    def expire_sign_ins(self) -> None:
        """Every token and every temporary key ends now; whoever signs in again gets good ones."""
        self.accounts.expire_sign_ins()

    def token(self, life: float | None = None) -> str:
        """A ready IAM token for the main project; ``life`` in seconds, negative for one that has expired."""
        account = self._seed.account
        return self.accounts.issue(account.users[0], account.projects[0], life).value

    def seed(self, jobs: Iterable[Mapping[str, Any]]) -> list[Job]:
        """Add jobs written as in a seed file."""
        with self.service.lock:
            made = seeds.make_jobs(list(jobs), self._seed.accounts, self.clock, self.service.jobs)
            self.service.add(made)
            return made

    def reset(self) -> None:
        """Back to the seed: jobs, settings, strikes, clock; ledger, requests and faults empty. Tokens stay good."""
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

    def act(self, rule: Rule) -> BatchAnswer | None:
        """Do what an ``actor`` rule says, as another client; the ledger says "other"."""
        if rule.act == "expire_sign_ins":
            self.expire_sign_ins()
            return None
        ids = list(rule.job_ids)
        first = self.service.jobs.get(ids[0])
        caller = Caller("other", self.project_id if first is None else first.project_id, language="en")
        if rule.act == "start":
            return self.service.run(ids, rule.resume_savepoint, caller)
        if rule.act == "stop":
            return self.service.stop(ids, rule.trigger_savepoint, caller)
        if rule.act == "delete":
            return self.service.delete(ids, caller)
        for job_id in ids:
            if rule.act == "edit":
                # A refusal (the job is gone) is in the ledger; the request it precedes must go on.
                with contextlib.suppress(DliError):
                    self.service.edit(job_id, dict(rule.fields), caller)
            else:
                self.force(job_id, str(rule.fields.get("status")), str(rule.fields.get("status_desc", "")))
        return None

    def other(self, act: str, job_ids: Sequence[int], **members: Any) -> BatchAnswer | None:
        """Another client does something: ``other("start", [131], resume_savepoint=True)``."""
        return self.act(Rule("actor", act=act, job_ids=tuple(job_ids), **members))

    def force(self, job_id: int, status: str, desc: str = "") -> None:
        """Put a job into any status, edge and arrears ones included."""
        if status not in STATUSES:
            raise SeedError(f"{status!r} is no status; there are {', '.join(STATUSES)}.")
        with self.service.lock:
            job = self.jobs.get(job_id)
            if job is None:
                raise SeedError(f"There is no job {job_id}.")
            self.service.machine.force(job, status, desc)

    def describe(self) -> list[dict[str, Any]]:
        """Every job with what DLI would not tell: its savepoints, what it resumed from, the numbers it processed."""
        return [self._describe(job) for job in self.jobs.values()]

    def close(self) -> None:
        self.engine.close()

    def _places(self) -> dict[str, str]:
        region = self._seed.account.region
        return {"HW_REGION_NAME": region, "HW_DLI_ENDPOINT": self.url, "HW_AUTH_URL": f"{self.url}/v3"}

    def _describe(self, job: Job) -> dict[str, Any]:
        shown = {name: getattr(job, name) for name in _DESCRIBED}
        shown["savepoints"] = [dataclasses.asdict(item) for item in job.savepoints]
        numbers = self.service.machine.numbers(job)
        shown["numbers"] = None if numbers is None else list(numbers)
        shown["history"] = job.history
        return shown
