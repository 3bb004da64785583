# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Seeds: the accounts, jobs and settings at the start of a local DLI."""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from .clock import Clock, epoch_ms
from .engine.simulated import Script, ScriptError
from .iam.principals import Account, Agency, KeyPair, Project, User
from .model.api_calls import CALLS, GROUPS
from .model.jobs import JOB_TYPES, RUN_MODES, STATUSES, Job, Savepoint, default_config

EXAMPLE = Path(__file__).parent / "seeds" / "example.yml"

# Fields of a seed only: a permanent savepoint, a savepoint of a stop (deleted at the next start), times in seconds ago.
_SEED_ONLY = ("savepoint", "stop_savepoint", "started_ago", "age")
_USER_MEMBERS = ("user", "user_id", "password", "access_key", "secret_key", "denied")
_ACCOUNT_MEMBERS = (
    *_USER_MEMBERS,
    "region",
    "domain",
    "domain_id",
    "project_id",
    "project_name",
    "more_projects",
    "more_users",
    "temporary_keys",
    "agencies",
)
# Internal fields of the service.
_INTERNAL = ("history", "handle", "operation", "stopping", "since", "savepoints", "restarts", "stale", "stale_until") + (
    "generated_checkpoint_path",
    "checkpoint_for",
    "running_as",
)
_JOB_MEMBERS = tuple(item.name for item in dataclasses.fields(Job) if item.name not in _INTERNAL) + _SEED_ONLY


class SeedError(ValueError):
    """An invalid seed. The text is a complete message for the user."""


@dataclass(frozen=True)
class Seed:
    """A validated seed. ``jobs`` are converted when they are used, because their times are relative to that moment."""

    account: Account
    jobs: tuple[dict[str, Any], ...]
    settings: dict[str, Any]
    partners: tuple[Account, ...] = ()

    @property
    def accounts(self) -> tuple[Account, ...]:
        return (self.account, *self.partners)


def load(path: Path | str = EXAMPLE) -> Seed:
    """Read a seed file. Raises SeedError."""
    content = _read(path)
    try:
        return parse(content)
    except SeedError as error:
        raise SeedError(f"Invalid seed file {path}: {error}") from error


def example(**account: Any) -> Seed:
    """Return the example with other values in its account: ``example(project_name="cn-north-4_main", denied=["run"])``."""
    content = _read(EXAMPLE)
    content["account"].update(account)
    return parse(content)


def parse(content: Any) -> Seed:
    """Return the seed in parsed YAML. Raises SeedError."""
    top = _mapping(content, "the seed", ("account", "partners", "jobs", "settings"))
    account = _account(_mapping(_required(top, "account", "the seed"), "account"))
    partners = tuple(
        _account({"region": account.region, **_mapping(item, "the partner")}) for item in top.get("partners") or []
    )
    jobs = [] if top.get("jobs") is None else top["jobs"]
    if not isinstance(jobs, list):
        raise SeedError("jobs is not a list.")
    settings = {} if top.get("settings") is None else _mapping(top["settings"], "settings")
    return Seed(account, tuple(jobs), dict(settings), partners)


def _read(path: Path | str) -> Any:
    try:
        return yaml.safe_load(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise SeedError(f"Could not read the seed file {path}: {error.strerror}.") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        line = f" near line {mark.line + 1}" if mark is not None else ""
        raise SeedError(f"Invalid seed file {path}: it is not YAML{line}.") from error


def create_jobs(items: Iterable[Any], accounts: Sequence[Account], clock: Clock, existing: Iterable[int] = ()) -> list[Job]:
    """Return the job records for the jobs of a seed. ``existing``: IDs that already exist."""
    used = set(existing)
    created = []
    for index, item in enumerate(items):
        job = _job(_mapping(item, f"job {index + 1}", _JOB_MEMBERS), index, accounts, clock)
        if job.job_id in used:
            raise SeedError(f"job {job.job_id} already exists.")
        used.add(job.job_id)
        created.append(job)
    return created


def _job(item: Mapping[str, Any], index: int, accounts: Sequence[Account], clock: Clock) -> Job:
    job_id = _required(item, "job_id", f"job {index + 1}")
    where = f"job {job_id}"
    if not isinstance(job_id, int) or isinstance(job_id, bool):
        raise SeedError(f"job {index + 1}: job_id {job_id!r} is not a whole number.")
    values = {name: value for name, value in item.items() if name not in _SEED_ONLY}
    for name, allowed in (("status", STATUSES), ("job_type", JOB_TYPES), ("run_mode", RUN_MODES)):
        if name in values and values[name] not in allowed:
            raise SeedError(f"{where}: {values[name]!r} is not a valid {name}. Specify one of {', '.join(allowed)}.")
    config = default_config()
    config.update(_mapping(values.pop("job_config", {}), f"{where}: job_config", tuple(config)))
    _check_script(values.get("script", {}), where)
    now = epoch_ms(clock)
    project_id = values.setdefault("project_id", accounts[0].projects[0].id)
    owner = _owner(project_id, accounts, where)
    # Without times in the seed a job with a higher ID is newer, as on the real service.
    age = _seconds(item.get("age", 86400.0 - job_id % 86400), f"{where}: age")
    values.setdefault("create_time", now - int(age * 1000))
    values.setdefault("update_time", values["create_time"])
    values.setdefault("user_id", owner.id)
    values.setdefault("user_name", owner.name)
    values.setdefault("name", f"job_{job_id}")
    values["script"] = dict(values.get("script", {}))
    if "started_ago" in item:
        values["start_time"] = now - int(_seconds(item["started_ago"], f"{where}: started_ago") * 1000)
    elif values.get("status", "job_init") != "job_init":
        values.setdefault("start_time", values["create_time"])
    job = Job(job_config=config, **values)
    if job.status not in ("job_init", "job_running", "job_submitting"):
        job.end_time = job.start_time
    for name, origin in (("savepoint", "manual"), ("stop_savepoint", "stop")):
        if name in item:
            job.savepoints.append(Savepoint(str(item[name]), origin))
    if "savepoint" in item and job.savepoint_path is None:
        job.savepoint_path = str(item["savepoint"]).rpartition("/")[0] + "/"
    return job


def _owner(project_id: str, accounts: Sequence[Account], where: str) -> User:
    for account in accounts:
        if account.project(id=project_id) is not None:
            return account.users[0]
    raise SeedError(f"{where}: no account has the project {project_id!r}.")


def _check_script(script: Any, where: str) -> None:
    try:
        Script.parse(_mapping(script, f"{where}: script"))
    except ScriptError as error:
        raise SeedError(f"{where}: {error}") from error


def _account(item: Mapping[str, Any]) -> Account:
    _mapping(item, "account", _ACCOUNT_MEMBERS)
    region, domain = _string(item, "region"), _string(item, "domain")
    users = [_user(item, domain)]
    pairs = [KeyPair(_string(item, "access_key"), _string(item, "secret_key"), None, users[0])]
    for extra in item.get("more_users") or []:
        user = _mapping(extra, "the user", _USER_MEMBERS)
        users.append(_user(user, domain))
        pairs.append(KeyPair(_string(user, "access_key"), _string(user, "secret_key"), None, users[-1]))
    for extra in item.get("temporary_keys") or []:
        pair = _mapping(extra, "the temporary key", ("access_key", "secret_key", "security_token"))
        pairs.append(
            KeyPair(_string(pair, "access_key"), _string(pair, "secret_key"), _string(pair, "security_token"), users[0])
        )
    projects = [Project(_string(item, "project_id"), str(item.get("project_name", region)))]
    for extra in item.get("more_projects") or []:
        project = _mapping(extra, "the project", ("id", "name"))
        projects.append(Project(_string(project, "id"), _string(project, "name")))
    domain_id = str(item.get("domain_id", _id("domain", domain)))
    agencies = tuple(_agency(extra, domain) for extra in item.get("agencies") or [])
    return Account(region, domain, domain_id, tuple(users), tuple(projects), tuple(pairs), agencies)


def _user(item: Mapping[str, Any], domain: str) -> User:
    name = _string(item, "user")
    user_id = str(item.get("user_id", _id("user", domain, name)))
    return User(user_id, name, domain, _denied(item), _string(item, "password"))


def _agency(item: Any, domain: str) -> Agency:
    values = _mapping(item, "the agency", ("name", "trusts", "denied"))
    name = _string(values, "name")
    return Agency(_id("agency", domain, name), name, domain, _denied(values), _string(values, "trusts"))


def _id(*names: str) -> str:
    """Return an ID for an item without ID in the seed. It is the same at every start."""
    return uuid.uuid5(uuid.NAMESPACE_URL, "/".join(names)).hex


def _denied(item: Mapping[str, Any]) -> tuple[str, ...]:
    names = item.get("denied") or []
    known = {*CALLS, *GROUPS, "assume_role"}
    for name in names if isinstance(names, list) else [names]:
        if name not in known:
            raise SeedError(f"denied: {name!r} is not a call. Specify a list of {', '.join(sorted(known))}.")
    return tuple(names)


def _mapping(value: Any, where: str, allowed: tuple[str, ...] | None = None) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise SeedError(f"{where} is not a mapping.")
    for name in value:
        if allowed is not None and name not in allowed:
            raise SeedError(f"{where} has no key {name!r}. The keys are {', '.join(sorted(allowed))}.")
    return value


def _required(item: Mapping[str, Any], name: str, where: str) -> Any:
    if item.get(name) is None:
        raise SeedError(f"{where} has no {name}.")
    return item[name]


def _string(item: Mapping[str, Any], name: str) -> str:
    value = item.get(name)
    if not isinstance(value, str) or not value:
        raise SeedError(f"account: {name} is missing or not a string.")
    return value


def _seconds(value: Any, where: str) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise SeedError(f"{where} is not a number of seconds.")
    return float(value)
