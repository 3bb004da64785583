# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The part of IAM that a DLI client needs: tokens, temporary keys and projects by name (dli-api.md 5.1, 5.4, 5.6).

The error messages of IAM are not recorded. Messages in square brackets and their HTTP statuses are assumptions.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any, Callable

from .accounts import AccessKey, Accounts, Token
from .authentication import Identity, iso
from .principals import Account, Agency, Principal, Project, User

SHORTEST, LONGEST = 900, 86400
"""Limits of the lifetime of a temporary key in seconds. The default is the shortest."""

# Returns the caller, by the token in the request body if given, else by the headers.
Identify = Callable[[Any], Identity]


class IamError(Exception):
    """An error response in the format of IAM (dli-api.md 4.1)."""

    def __init__(self, status: int, title: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.title = title
        self.message = message

    def body(self) -> dict[str, Any]:
        return {"error": {"code": self.status, "message": self.message, "title": self.title}}


def bad_request(message: str = "[The request body is invalid.]") -> IamError:
    return IamError(400, "Bad Request", message)


def forbidden(message: str) -> IamError:
    return IamError(403, "Forbidden", message)


def issue_token(body: Mapping[str, Any], identify: Identify, accounts: Accounts) -> Token:
    """POST /v3/auth/tokens with a password, or for an agency with the token of a user (dli-api.md 5.1)."""
    auth = _mapping(body.get("auth"))
    identity = _mapping(auth.get("identity"))
    scope = auth.get("scope")
    if identity.get("methods") == ["password"]:
        user = _by_password(_mapping(_mapping(identity.get("password")).get("user")), accounts)
        return accounts.issue(user, **_scope(scope, accounts.account_of(user)))
    if identity.get("methods") == ["assume_role"]:
        caller = identify(None)
        agency = _assume_agency(_mapping(identity.get("assume_role")), caller, accounts)
        return accounts.issue(agency, assumed_by=caller.principal, **_scope(scope, accounts.account_of(agency)))
    raise bad_request("[Only the methods password and assume_role are supported.]")


def token_body(token: Token, accounts: Accounts) -> dict[str, Any]:
    """Return the response body. The token itself is in the header ``X-Subject-Token``."""
    domain = _domain(accounts.account_of(token.principal))
    body: dict[str, Any] = {
        "issued_at": iso(token.issued_at),
        "expires_at": iso(token.expires_at),
        "methods": ["password"],
        "user": _user(token.principal, accounts),
        "roles": [],
        "catalog": [],
    }
    if token.assumed_by is not None:
        body.update(methods=["assume_role"], assumed_by={"user": _user(token.assumed_by, accounts)})
    if token.project is not None:
        body["project"] = {"id": token.project.id, "name": token.project.name, "domain": domain}
    elif token.domain_scoped:
        body["domain"] = domain
    return {"token": body}


def temporary_key(body: Mapping[str, Any], identify: Identify, accounts: Accounts) -> AccessKey:
    """POST /v3.0/OS-CREDENTIAL/securitytokens with the token of the caller, or for an agency (dli-api.md 5.4)."""
    identity = _mapping(_mapping(body.get("auth")).get("identity"))
    if identity.get("methods") == ["token"]:
        requested = _mapping(identity.get("token", {}))
        caller = identify(requested.get("id"))
        if caller.by_key:
            raise bad_request("[The method token requires a token in X-Auth-Token or in the body.]")
        return _key(caller.principal, requested, accounts)
    if identity.get("methods") == ["assume_role"]:
        caller = identify(None)
        requested = _mapping(identity.get("assume_role"))
        return _key(_assume_agency(requested, caller, accounts), requested, accounts)
    raise bad_request("[Only the methods token and assume_role are supported.]")


def credential_body(key: AccessKey) -> dict[str, Any]:
    """Return a temporary key in the response format of IAM and the metadata service."""
    credential = {
        "access": key.access_key,
        "secret": key.secret_key,
        "securitytoken": key.security_token,
        "expires_at": iso(key.expires_at or 0.0),
    }
    return {"credential": credential}


def projects(name: str | None, account: Account, url: str) -> dict[str, Any]:
    """GET /v3/projects: all projects of the caller's domain, or those with exactly this name."""
    found = [item for item in account.projects if name is None or item.name == name]
    return {"projects": [_project(item, account, url) for item in found], "links": {"self": url, "next": None}}


def _by_password(requested: Mapping[str, Any], accounts: Accounts) -> User:
    domain = _mapping(requested.get("domain")).get("name")
    name, password = requested.get("name"), requested.get("password")
    if not isinstance(name, str) or not isinstance(password, str) or not isinstance(domain, str):
        raise bad_request()
    account = accounts.find(name=domain)
    user = None if account is None else account.user(name)
    refused = IamError(401, "Unauthorized", "The username or password is wrong.")
    if user is None:
        raise refused
    lock = accounts.lock_of(user)
    if accounts.is_locked(lock):
        raise IamError(401, "Unauthorized", "[The user is locked after too many wrong passwords.]")
    if not secrets.compare_digest(user.password.encode(), password.encode()):
        accounts.record_failure(lock)
        raise refused
    accounts.clear_failures(lock)
    return user


def _assume_agency(requested: Mapping[str, Any], caller: Identity, accounts: Accounts) -> Agency:
    """Return the agency if the caller may assume it. That temporary keys and agencies may not is an assumption."""
    name, domain, domain_id = (requested.get(member) for member in ("agency_name", "domain_name", "domain_id"))
    if not name or not (domain or domain_id):
        raise bad_request("[agency_name and one of domain_name and domain_id are required.]")
    if caller.temporary or caller.is_agency:
        raise forbidden("[Only a user with a token or a permanent access key may assume an agency.]")
    if not caller.may("assume_role"):
        raise forbidden("[The user does not have the permission Agent Operator.]")
    account = accounts.find(domain or None, domain_id or None)
    agency = None if account is None else account.agency(name)
    if agency is None:
        raise IamError(404, "Not Found", "[The agency does not exist.]")
    if agency.trusts != caller.principal.domain:
        raise forbidden("[The agency does not trust the domain of the user.]")
    return agency


def _scope(requested: Any, account: Account) -> dict[str, Any]:
    """Return the scope of a token. Project takes precedence over domain; without both it is unscoped (dli-api.md 5.1)."""
    scope = _mapping({} if requested is None else requested)
    if "project" in scope:
        project = _mapping(scope["project"])
        found = account.project(id=project.get("id"), name=project.get("name"))
        if found is None:
            raise IamError(401, "Unauthorized", "[The project does not exist or the user has no access to it.]")
        return {"project": found}
    if "domain" in scope:
        domain = _mapping(scope["domain"])
        own = {"id": account.domain_id, "name": account.domain}
        if not domain or any(own.get(member) != value for member, value in domain.items()):
            raise IamError(401, "Unauthorized", "[The domain does not exist or the user has no access to it.]")
        return {"project": None, "domain_scoped": True}
    return {"project": None}


def _key(owner: Principal, requested: Mapping[str, Any], accounts: Accounts) -> AccessKey:
    seconds = requested.get("duration_seconds", SHORTEST)
    if isinstance(seconds, bool) or not isinstance(seconds, int) or not SHORTEST <= seconds <= LONGEST:
        raise bad_request(f"[duration_seconds must be from {SHORTEST} to {LONGEST}.]")
    lifetime = accounts.settings.temporary_key_lifetime
    return accounts.issue_key(owner, seconds if lifetime is None else lifetime)


def _project(project: Project, account: Account, url: str) -> dict[str, Any]:
    return {
        "id": project.id,
        "name": project.name,
        "domain_id": account.domain_id,
        "parent_id": account.domain_id,
        "enabled": True,
        "is_domain": False,
        "description": "",
        "links": {"self": f"{url}/{project.id}"},
    }


def _user(principal: Principal, accounts: Accounts) -> dict[str, Any]:
    domain = _domain(accounts.account_of(principal))
    return {"id": principal.id, "name": principal.name, "domain": domain, "password_expires_at": ""}


def _domain(account: Account) -> dict[str, str]:
    return {"id": account.domain_id, "name": account.domain}


def _mapping(value: Any) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise bad_request()
    return value
