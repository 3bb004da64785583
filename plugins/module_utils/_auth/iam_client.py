# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Client of the identity service (IAM): one method per call; returns credentials (dli-api.md 5)."""

from __future__ import annotations

import typing as t
from collections.abc import Iterable, Mapping

from .._clock import Clock
from .._errors import InputError, NotDelivered, ResponseLost
from .._http.client import ApiClient, RequestSender
from .._http.errors import Remedies
from .._http.request_response import HttpRequest, RequestSigner, parse_json
from .._options import SHORTEST_SECRET
from .provider import Scope

#: Seconds that the keys of an agency are valid: the maximum (dli-api.md 5.4), which is longer than any wait.
KEY_LIFETIME = 24 * 3600
#: Seconds that the token of the metadata service is valid (dli-api.md 5.4); it is used immediately.
METADATA_TOKEN_LIFETIME = "21600"

NO_IAM_THERE = "There is no identity service (IAM) at this address. Check auth_url, region and cloud."
NOT_IAM = "A server other than the identity service (IAM) may have responded. Check auth_url and proxy."
WRONG_PASSWORD = "Check username, password, domain_name and project. Several consecutive wrong passwords lock the user."
NO_AGENCY = "Check agency_name, agency_domain_name and auth_url."
#: Remedies for responses that do not come from an identity service, and for errors of single calls.
IAM = Remedies(overrides={404: NO_IAM_THERE, 200: NOT_IAM, 201: NOT_IAM})
IAM_TOKEN = Remedies(overrides={**IAM.overrides, 401: WRONG_PASSWORD})
IAM_AGENCY = Remedies(overrides={**IAM.overrides, 404: NO_AGENCY})


class TemporaryKeys(t.NamedTuple):
    """An access key that expires."""

    access_key: str
    secret_key: str
    security_token: str

    def __repr__(self) -> str:
        return "TemporaryKeys(...)"  # without the secrets


class Project(t.NamedTuple):
    id: str
    name: str


class IamClient:
    """The calls, each with the signer that it requires. Every secret in a response is masked before it is returned."""

    def __init__(
        self,
        new_client: t.Callable[[RequestSigner | None], ApiClient],
        new_direct_sender: t.Callable[[], RequestSender],
        mask: t.Callable[[Iterable[str]], None],
        clock: Clock,
        deadline: float | None = None,
    ) -> None:
        """Create a client; nothing is sent yet.

        :arg new_client: creates a client of the identity service with a signer, or without one.
        :arg new_direct_sender: creates a sender that uses no proxy.
        :arg mask: called with every secret as soon as it is known.
        :arg deadline: time of the clock at which the last request ends.
        """
        self._new_client = new_client
        self._new_direct_sender = new_direct_sender
        self._mask = mask
        self._clock = clock
        self._deadline = deadline

    def token(self, username: str, password: str, domain_name: str, scope: Scope | None) -> tuple[str, str | None]:
        """Get a token for a user (dli-api.md 5.1), scoped to a project or, without one, to the account.

        :return: the token, and the ID of its project if IAM returns one.
        :raises ServiceError: IAM rejected it; other errors as those of :meth:`ApiClient.read`.
        """
        what = f"authenticate as user {username} of account {domain_name}"
        if scope is None:
            requested_scope: dict[str, t.Any] = {"domain": {"name": domain_name}}
        else:
            requested_scope = {"project": {"id": scope.project_id} if scope.project_id else {"name": scope.project_name}}
        user = {"name": username, "password": password, "domain": {"name": domain_name}}
        identity = {"methods": ["password"], "password": {"user": user}}
        client = self._new_client(None)
        payload = {"auth": {"identity": identity, "scope": requested_scope}}
        response = client.read(what, "/v3/auth/tokens", [("nocatalog", "true")], self._deadline, payload)
        token = response.headers.get("x-subject-token", "")
        if response.status != 201 or len(token) < SHORTEST_SECRET:
            raise client.error(what, response, IAM_TOKEN)
        self._mask([token])
        return token, _project_id(response.value)

    def agency_keys(self, signer: RequestSigner, agency: Mapping[str, str]) -> TemporaryKeys:
        """Get temporary keys of an agency (dli-api.md 5.4).

        :raises ServiceError: IAM rejected it; other errors as those of :meth:`ApiClient.read`.
        """
        what = f"assume the agency {agency['agency_name']}"
        role = {**agency, "duration_seconds": KEY_LIFETIME}
        client = self._new_client(signer)
        payload = {"auth": {"identity": {"methods": ["assume_role"], "assume_role": role}}}
        response = client.read(what, "/v3.0/OS-CREDENTIAL/securitytokens", (), self._deadline, payload)
        keys = temporary_keys(response.value) if response.status == 201 else None
        if keys is None:
            permission = "iam:agencies:assume (the role Agent Operator)"
            raise client.error(what, response, IAM_AGENCY, permission)
        self._mask(keys)
        return keys

    def machine_keys(self, url: str, timeout: float) -> TemporaryKeys:
        """Get the temporary keys of this host (dli-api.md 5.4).

        :arg timeout: seconds for each of the two requests.
        :raises InputError: the machine has no keys, or there is no metadata service; the message contains only the reason.
        """
        sender = self._new_direct_sender()
        headers = {}
        try:
            lifetime = {"X-Metadata-Token-Ttl-Seconds": METADATA_TOKEN_LIFETIME}
            request = HttpRequest("PUT", f"{url}/meta-data/latest/api/token", None, lifetime)
            response = sender.send(request, self._time_left(timeout))
            token = response.body.decode("latin-1").strip()
            if response.status == 200 and len(token) >= SHORTEST_SECRET:  # a service without tokens does not require one
                headers["X-Metadata-Token"] = token
                self._mask([token])
            request = HttpRequest("GET", f"{url}/openstack/latest/securitykey", None, headers)
            response = sender.send(request, self._time_left(timeout))
        except (NotDelivered, ResponseLost) as error:
            raise InputError(str(error)) from None
        keys = temporary_keys(parse_json(response.body)[0]) if response.status == 200 else None
        if keys is None:
            raise InputError(f"HTTP {response.status}")
        self._mask(keys)
        return keys

    def _time_left(self, timeout: float) -> float:
        """Return the seconds that one request may take.

        :raises NotDelivered: no time is left.
        """
        left = timeout if self._deadline is None else min(timeout, self._deadline - self._clock.now())
        if left <= 0:
            raise NotDelivered("the time limit was reached")
        return left

    def project_id(self, signer: RequestSigner, name: str) -> str:
        """Return the ID of the project with this name (dli-api.md 5.6).

        :raises InputError: no project or several projects have this name; the message lists them.
        :raises ServiceError: IAM rejected it; other errors as those of :meth:`ApiClient.read`.
        """
        client = self._new_client(signer)
        found = [project for project in self._projects(client, [("name", name)]) if project.name == name]
        if len(found) == 1:
            return found[0].id
        if found:
            ids = ", ".join(project.id for project in found)
            raise InputError(f"Found {len(found)} projects with the name {name}: {ids}. Set project_id to one of these IDs.")
        known = ", ".join(f"{project.name} ({project.id})" for project in self._projects(client, []))
        raise InputError(
            f"Project {name} not found. Projects that these credentials have access to: {known or 'none'}."
            " Set project_id, project_name or region accordingly."
        )

    def _projects(self, client: ApiClient, query: list[tuple[str, object]]) -> list[Project]:
        what = "list the projects"
        response = client.read(what, "/v3/projects", query, self._deadline)
        try:
            if response.status != 200:
                raise ValueError("unexpected status")
            projects = [Project(item["id"], item["name"]) for item in response.value["projects"]]
            if not all(isinstance(text, str) for project in projects for text in project):
                raise ValueError("an ID or a name is not a text")
            return projects
        except (ValueError, KeyError, TypeError):
            raise client.error(what, response, IAM, "iam:projects:list") from None


def _project_id(value: object) -> str | None:
    """Return the project ID of a token from the response of IAM."""
    try:
        found = t.cast(t.Any, value)["token"]["project"]["id"]
    except (KeyError, TypeError):
        return None
    return found if isinstance(found, str) else None


def temporary_keys(value: object) -> TemporaryKeys | None:
    """Parse ``{"credential": {access, secret, securitytoken, ...}}`` (dli-api.md 5.4); :data:`None` if incomplete."""
    members = value.get("credential") if isinstance(value, Mapping) else None
    if not isinstance(members, Mapping):
        return None
    found = [members.get(name) for name in ("access", "secret", "securitytoken")]
    keys = [key for key in found if isinstance(key, str) and len(key) >= SHORTEST_SECRET]
    return TemporaryKeys(*keys) if len(keys) == len(found) else None
