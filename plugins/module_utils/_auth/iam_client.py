# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The identity service: one method per call, plain arguments in, credentials out (dli-api.md 5)."""

from __future__ import annotations

import typing as t
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from .._clock import Clock
from .._errors import InputError, NotDelivered, ResponseLost
from .._http.client import ApiClient, RequestSender
from .._http.errors import api_error
from .._http.messages import HttpRequest, RequestSigner, parse_json
from .._options import SHORTEST_SECRET
from .base import Scope, ScopedCredentials
from .providers.access_key import AccessKey, temporary
from .providers.token import IamToken

#: Seconds that an agency's keys are to live: the longest there is (dli-api.md 5.4), so that no wait outlives them.
KEY_LIFE = 24 * 3600
#: Seconds that the metadata service's own token is to live (dli-api.md 5.4); it is used at once.
METADATA_TOKEN_LIFE = "21600"
#: What to do about answers that are not those of an identity service.
NO_IAM_THERE = "check auth_url, region and cloud: there is no identity service at this address"
NOT_IAM = "check auth_url and proxy: something else than the identity service may be answering there"
NO_AGENCY = "check agency_name and agency_domain_name, and auth_url"
ADVICES = {404: NO_IAM_THERE, 200: NOT_IAM, 201: NOT_IAM}
PASSWORD_ADVICES = {
    **ADVICES,
    401: "check username, password, domain_name and project: a few wrong passwords in a row lock the user",
}


@dataclass(frozen=True)
class Project:
    """A project of the account."""

    id: str
    name: str


class IamClient:
    """The calls, each signed by whoever makes it. Every secret that comes back is masked before it is handed on."""

    def __init__(
        self,
        client: t.Callable[[RequestSigner | None], ApiClient],
        direct: t.Callable[[], RequestSender],
        mask: t.Callable[[Iterable[str]], None],
        clock: Clock,
        deadline: float | None = None,
    ) -> None:
        """Prepare; nothing is sent yet.

        :arg transport: makes the way to the identity service for somebody, or for nobody yet.
        :arg direct: makes a sender that takes no proxy.
        :arg until: moment of the clock at which everything must be over.
        """
        self._client = client
        self._direct = direct
        self._mask = mask
        self._clock = clock
        self._deadline = deadline

    def token(self, username: str, password: str, domain_name: str, scope: Scope | None) -> ScopedCredentials:
        """Get a token for a user (dli-api.md 5.1), scoped to a project or, without one, to the account.

        :raises ServiceError: IAM did not accept it; other errors as those of :meth:`Transport.read`.
        """
        what = f"sign in as {username} of {domain_name}"
        if scope is None:
            where: dict[str, t.Any] = {"domain": {"name": domain_name}}
        else:
            where = {"project": {"id": scope.project_id} if scope.project_id else {"name": scope.project_name}}
        user = {"name": username, "password": password, "domain": {"name": domain_name}}
        identity = {"methods": ["password"], "password": {"user": user}}
        client = self._client(None)
        payload = {"auth": {"identity": identity, "scope": where}}
        answer = client.read(what, "/v3/auth/tokens", [("nocatalog", "true")], self._deadline, payload)
        token = answer.headers.get("x-subject-token", "")
        if answer.status != 201 or len(token) < SHORTEST_SECRET:
            raise api_error(what, client.endpoint, answer, advices=PASSWORD_ADVICES)
        self._mask([token])
        return ScopedCredentials(IamToken(token), _project_id(answer.value))

    def agency_keys(self, credential: RequestSigner, agency: Mapping[str, str]) -> AccessKey:
        """Get temporary keys of an agency (dli-api.md 5.4).

        :raises ServiceError: IAM did not accept it; other errors as those of :meth:`Transport.read`.
        """
        what = f"take on the agency {agency['agency_name']}"
        role = {**agency, "duration_seconds": KEY_LIFE}
        client = self._client(credential)
        payload = {"auth": {"identity": {"methods": ["assume_role"], "assume_role": role}}}
        answer = client.read(what, "/v3.0/OS-CREDENTIAL/securitytokens", (), self._deadline, payload)
        keys = temporary(answer.value) if answer.status == 201 else None
        if keys is None:
            permission = "iam:agencies:assume (the role Agent Operator)"
            raise api_error(what, client.endpoint, answer, permission, {**ADVICES, 404: NO_AGENCY})
        self._mask(keys.secrets())
        return keys

    def machine_keys(self, url: str, patience: float) -> AccessKey:
        """Get the keys of the machine (dli-api.md 5.4).

        :arg patience: seconds for each of the two requests.
        :raises InputError: the machine has no keys, or there is no metadata service; the message says no more than why.
        """
        sender = self._direct()
        headers = {}
        try:
            life = {"X-Metadata-Token-Ttl-Seconds": METADATA_TOKEN_LIFE}
            opened = sender.send(HttpRequest("PUT", f"{url}/meta-data/latest/api/token", None, life), self._left(patience))
            token = opened.body.decode("latin-1").strip()
            if opened.status == 200 and len(token) >= SHORTEST_SECRET:  # a service that knows no tokens wants none
                headers["X-Metadata-Token"] = token
                self._mask([token])
            reply = sender.send(HttpRequest("GET", f"{url}/openstack/latest/securitykey", None, headers), self._left(patience))
        except (NotDelivered, ResponseLost) as error:
            raise InputError(str(error)) from None
        keys = temporary(parse_json(reply.body)[0]) if reply.status == 200 else None
        if keys is None:
            raise InputError(f"HTTP {reply.status}")
        self._mask(keys.secrets())
        return keys

    def _left(self, patience: float) -> float:
        """Return the seconds that one request may take.

        :raises NotDelivered: there are none left.
        """
        left = patience if self._deadline is None else min(patience, self._deadline - self._clock.now())
        if left <= 0:
            raise NotDelivered("no time was left for it")
        return left

    def project_id(self, credential: RequestSigner, name: str) -> str:
        """Return the id of the one project of that name (dli-api.md 5.6).

        :raises InputError: there is none, or there are several; the message lists them.
        :raises ServiceError: IAM did not accept it; other errors as those of :meth:`Transport.read`.
        """
        client = self._client(credential)
        found = [project for project in self._projects(client, [("name", name)]) if project.name == name]
        if len(found) == 1:
            return found[0].id
        if found:
            ids = ", ".join(project.id for project in found)
            raise InputError(f"there are {len(found)} projects called {name}: {ids}; set project_id to one of them")
        known = ", ".join(f"{project.name} ({project.id})" for project in self._projects(client, []))
        raise InputError(
            f"there is no project called {name} that these credentials may see; they may see {known or 'none at all'}."
            " Set project_id, project_name or region accordingly"
        )

    def _projects(self, client: ApiClient, query: list[tuple[str, object]]) -> list[Project]:
        what = "look up the project"
        answer = client.read(what, "/v3/projects", query, self._deadline)
        try:
            if answer.status != 200:
                raise ValueError("no success")
            return [Project(str(item["id"]), str(item["name"])) for item in answer.value["projects"]]
        except (ValueError, KeyError, TypeError):
            raise api_error(what, client.endpoint, answer, "iam:projects:list", ADVICES) from None


def _project_id(answer: object) -> str | None:
    """Return the project that a token is good for, out of IAM's answer."""
    try:
        return str(t.cast(t.Any, answer)["token"]["project"]["id"])
    except (KeyError, TypeError):
        return None
