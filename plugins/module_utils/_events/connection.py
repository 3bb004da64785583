# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A connection of the event source: configuration, credentials, client, and the secrets to mask.

After an error, the source creates another connection. Tokens and temporary keys are refreshed once per connection, and a new
connection reads the credentials files again.
"""

from __future__ import annotations

import sys
import typing as t
from collections.abc import Iterable, Mapping

from .._auth.connection import resolve_connection
from .._auth.files import read_file
from .._auth.session import AuthSession
from .._clock import Clock
from .._dli.client import DliClient
from .._errors import CloudError, InputError
from .._http.client import ApiClient, RequestLog, RequestSender
from .._http.options import url_secrets
from .._http.session import REQUESTS_IMPORT_ERROR, HttpSession

MASKED = "********"


class Masker:
    """Replaces secrets in texts."""

    def __init__(self) -> None:
        self._secrets: set[str] = set()

    def add(self, secrets: Iterable[str]) -> None:
        self._secrets.update(secret for secret in secrets if secret)

    def __call__(self, text: str) -> str:
        for secret in sorted(self._secrets, key=len, reverse=True):
            text = text.replace(secret, MASKED)
        return text


class Connection:
    """A connection that is authenticated on first use.

    :ivar endpoint: base URL of the service; ``warnings``: messages for the user.
    :ivar mask: masks the secrets of this connection in a text.
    """

    def __init__(self, params: Mapping[str, t.Any], environ: Mapping[str, str], clock: Clock) -> None:
        """Read options, environment and files; no request is sent.

        :raises InputError: the configuration of the connection is missing or invalid.
        """
        if REQUESTS_IMPORT_ERROR is not None:
            raise InputError(f"Missing the Python library requests. Install it for {sys.executable}.")
        self.mask = Masker()
        self.mask.add(url_secrets([params["endpoint"], params["auth_url"], params["metadata_url"]]))
        self._config = resolve_connection(params, environ, read_file)
        self.mask.add(self._config.provider.secrets())
        self._clock = clock
        self._log = RequestLog()
        self._auth = AuthSession(self._config, HttpSession, self._new_client, self.mask.add, clock)
        self._dli: DliClient | None = None

    @property
    def endpoint(self) -> str:
        return self._config.endpoint

    @property
    def warnings(self) -> tuple[str, ...]:
        return self._config.warnings

    @property
    def project_id(self) -> str | None:
        return self._auth.project_id or self._config.scope.project_id

    def client(self, deadline: float) -> DliClient:
        """Return the client of the service.

        :arg deadline: time of the clock at which an authentication must end.
        :raises CloudError: the authentication failed.
        """
        # Each request that fails adds an entry.
        self._log.request_ids.clear()
        self._log.retries.clear()
        if self._dli is None:
            self._auth.authenticate(deadline)
            session = HttpSession(self._auth, self._config.http)
            self._dli = DliClient(
                self._new_client(session, self._config.endpoint, refresh=self._auth.refresh), self._auth.project_id
            )
        return self._dli

    def message(self, error: CloudError) -> str:
        """Return the message of an error without secrets."""
        message = str(error)
        if error.is_auth_failure:
            message = f"{message} Credentials used: {self._auth.source}. {self._auth.hint}".rstrip()
        return self.mask(message)

    def _new_client(self, sender: RequestSender, address: str, **more: t.Any) -> ApiClient:
        return ApiClient(
            sender, address, self._clock, self._config.request_timeout, self._config.max_retries, self._log, **more
        )
