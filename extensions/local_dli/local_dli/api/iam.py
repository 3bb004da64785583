# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The paths of IAM and of the metadata service, in the application of `app.py` (dli-api.md 5.1, 5.4, 5.6)."""

from __future__ import annotations

import json
from typing import Any

from flask import Flask, Response, request

from ..iam import authentication
from ..iam import service as iam
from ..iam.accounts import Accounts
from ..iam.authentication import Identity
from ..iam.metadata import Metadata, MetadataError
from .http import ACTOR, BODY, reply


def add_iam(app: Flask, accounts: Accounts) -> None:
    """Add the paths. The names of the endpoints are the names of the calls, as in `app.py`."""
    views = _Views(accounts)
    for path, call, method, view in (
        ("/v3/auth/tokens", "token", "POST", views.token),
        ("/v3.0/OS-CREDENTIAL/securitytokens", "temporary_key", "POST", views.temporary_key),
        ("/v3/projects", "projects", "GET", views.projects),
        ("/meta-data/latest/api/token", "metadata_token", "PUT", views.metadata_token),
        ("/openstack/latest/securitykey", "metadata_key", "GET", views.metadata_key),
    ):
        app.add_url_rule(path, call, view, methods=[method], provide_automatic_options=False)
    app.register_error_handler(iam.IamError, lambda error: reply(error.body(), error.status))
    app.register_error_handler(MetadataError, lambda error: _text(error.message, error.status))


def _text(text: str, status: int = 200) -> Response:
    return Response(text, status, content_type="text/plain;charset=utf-8")


class _Views:
    """One method per call."""

    def __init__(self, accounts: Accounts) -> None:
        self._accounts = accounts
        self._metadata = Metadata(accounts)

    def token(self) -> Response:
        token = iam.issue_token(_object(), self._identify, self._accounts)
        response = reply(iam.token_body(token, self._accounts), 201)
        response.headers["X-Subject-Token"] = token.value
        return response

    def temporary_key(self) -> Response:
        return reply(iam.credential_body(iam.temporary_key(_object(), self._identify, self._accounts)), 201)

    def projects(self) -> Response:
        account = self._accounts.account_of(self._identify(None).principal)
        return reply(iam.projects(request.args.get("name"), account, request.base_url))

    def metadata_token(self) -> Response:
        return _text(self._metadata.token(request.headers.get("X-Metadata-Token-Ttl-Seconds")))

    def metadata_key(self) -> Response:
        return reply(iam.credential_body(self._metadata.key(request.headers.get("X-Metadata-Token"))))

    def _identify(self, token: Any) -> Identity:
        """Return the caller, by the token in the body if given, else by the headers. A wrong signature is always refused."""
        received = authentication.received_request(request.environ, request.environ[BODY])
        if isinstance(token, str) and "authorization" not in received.headers:
            identity = authentication.by_token(token, self._accounts)
        else:
            identity = authentication.identify(received, self._accounts)
            if isinstance(token, str):
                identity = authentication.by_token(token, self._accounts)
        request.environ[ACTOR] = identity.actor
        if not identity.may(str(request.endpoint)):
            raise iam.forbidden("[The user is not allowed to use this API.]")
        return identity


def _object() -> dict[str, Any]:
    try:
        body = json.loads(request.environ[BODY])
    except ValueError:
        raise iam.bad_request() from None
    if not isinstance(body, dict):
        raise iam.bad_request()
    return body
