# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The credentials of one task: authentication, project lookup, and one refresh if the credentials expire."""

from __future__ import annotations

import datetime
import typing as t
from collections.abc import Iterable
from functools import partial

from .._clock import Clock
from .._errors import CloudError
from .._http.client import ApiClient, RequestSender
from .._http.options import HttpOptions
from .._http.request_response import RequestSigner, SignableRequest
from .connection import ConnectionConfig
from .provider import Scope
from .providers.access_key import AccessKey

if t.TYPE_CHECKING:
    from .iam_client import IamClient

#: Creates a sender of signed or unsigned requests.
NewSender = t.Callable[[t.Optional[RequestSigner], HttpOptions], RequestSender]
#: Creates a client of the service at an address from a sender.
NewClient = t.Callable[[RequestSender, str], ApiClient]


class AuthSession:
    """A request signer whose credentials can be refreshed. It stores nothing on disk."""

    def __init__(
        self,
        connection: ConnectionConfig,
        new_sender: NewSender,
        new_client: NewClient,
        mask: t.Callable[[Iterable[str]], None],
        clock: Clock,
    ) -> None:
        """Create a session; nothing is sent yet.

        :arg mask: called with every secret as soon as it is known.
        """
        self.project_id = ""
        self.refresh_error: CloudError | None = None
        self.is_authenticated = False
        self._connection = connection
        self._new_sender = new_sender
        self._new_client = new_client
        self._mask = mask
        self._clock = clock
        self._signer: RequestSigner | None = None
        self._was_refreshed = False

    @property
    def source(self) -> str:
        """Source and kind of the credentials, for messages; contains no credential."""
        return f"{self._connection.source} ({self._connection.provider.description})"

    @property
    def hint(self) -> str:
        """A sentence to add if the credentials are rejected; may be empty."""
        return self._connection.hint

    def authenticate(self, deadline: float | None) -> None:
        """Get the credentials, and look up the project if only its name is known.

        :arg deadline: time of the clock at which the last request ends.
        :raises CloudError: the authentication or the lookup failed.
        """
        scope = self._connection.scope
        new_iam = partial(self._new_iam, deadline)
        signer, project_id = self._connection.provider.get_credentials(new_iam, scope)
        self.is_authenticated = True
        self.project_id = scope.project_id or project_id or new_iam().project_id(signer, t.cast(str, scope.project_name))
        self._signer = self._for_project(signer)

    def headers(self, request: SignableRequest, now: datetime.datetime) -> dict[str, str]:
        return t.cast(RequestSigner, self._signer).headers(request, now)

    def refresh(self, deadline: float | None) -> bool:
        """Get new credentials, once per task, after the service rejected the old ones; return whether there are new ones."""
        if self._was_refreshed or not self._connection.provider.is_refreshable:
            return False
        self._was_refreshed = True
        try:
            scope = Scope(self.project_id, None)
            signer, _project_id = self._connection.provider.get_credentials(partial(self._new_iam, deadline), scope)
        except CloudError as error:
            self.refresh_error = error
            return False
        self._signer = self._for_project(signer)
        return True

    def _for_project(self, signer: RequestSigner) -> RequestSigner:
        return signer.within(self.project_id) if isinstance(signer, AccessKey) else signer

    def _new_iam(self, deadline: float | None) -> IamClient:
        from .iam_client import IamClient  # most tasks do not require IAM

        http, address = self._connection.http, self._connection.auth_url or ""
        return IamClient(
            lambda signer: self._new_client(self._new_sender(signer, http), address),
            lambda: self._new_sender(None, HttpOptions(direct=True)),
            self._mask,
            self._clock,
            deadline,
        )
