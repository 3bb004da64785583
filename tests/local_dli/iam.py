# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""IAM as far as a DLI client needs it: tokens by password, and projects by name (dli-api.md 5.1, 5.6)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .accounts import Accounts, Project, Token
from .auth import iso


class IamError(Exception):
    """IAM's own error shape (dli-api.md 4.1)."""

    def __init__(self, status: int, title: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.title = title
        self.message = message

    def body(self) -> dict[str, Any]:
        return {"error": {"code": self.status, "message": self.message, "title": self.title}}


def issue_token(body: Mapping[str, Any], accounts: Accounts) -> Token:
    """POST /v3/auth/tokens with ``methods: ["password"]``."""
    try:
        identity = body["auth"]["identity"]
        user = identity["password"]["user"]
        name, password, domain = user["name"], user["password"], user["domain"]["name"]
        scope = body["auth"].get("scope") or {}
        wanted = scope.get("project")
        methods = identity["methods"]
    except (KeyError, TypeError, AttributeError):
        raise IamError(400, "Bad Request", "[The request body is invalid.]") from None
    if methods != ["password"]:
        raise IamError(400, "Bad Request", "[Only the method password is served here.]")
    found = accounts.user(str(name), str(password), str(domain))
    if found is None:
        raise IamError(401, "Unauthorized", "The username or password is wrong.")
    return accounts.issue(found, None if wanted is None else _scope(wanted, accounts))


def token_body(token: Token) -> dict[str, Any]:
    """The body of a 201; the token itself goes in ``X-Subject-Token``."""
    domain = {"name": token.user.domain}
    body: dict[str, Any] = {
        "issued_at": iso(token.issued_at),
        "expires_at": iso(token.expires_at),
        "methods": ["password"],
        "user": {"id": token.user.id, "name": token.user.name, "domain": domain},
        "roles": [],
        "catalog": [],
    }
    if token.project is not None:
        body["project"] = {"id": token.project.id, "name": token.project.name, "domain": domain}
    return {"token": body}


def projects(name: str | None, accounts: Accounts, url: str) -> dict[str, Any]:
    """GET /v3/projects, all of them or those of one name (exact)."""
    found = [item for item in accounts.account.projects if name is None or item.name == name]
    return {"projects": [_project(item, accounts, url) for item in found], "links": {"self": url, "next": None}}


def _project(project: Project, accounts: Accounts, url: str) -> dict[str, Any]:
    return {
        "id": project.id,
        "name": project.name,
        "domain_id": accounts.account.domain_id,
        "parent_id": accounts.account.domain_id,
        "enabled": True,
        "is_domain": False,
        "description": "",
        "links": {"self": f"{url}/{project.id}"},
    }


def _scope(wanted: Any, accounts: Accounts) -> Project:
    project = None
    if isinstance(wanted, dict) and ("id" in wanted or "name" in wanted):
        project = accounts.project(id=wanted.get("id"), name=wanted.get("name"))
    if project is None:
        # The answer for an unknown project is not in dli-api.md 5.1; this one is ours.
        raise IamError(401, "Unauthorized", "[The project does not exist or the user has no access to it.]")
    return project
