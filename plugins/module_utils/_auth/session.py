# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From a connection to an open service: sign in once, find the project, and sign in again once if that dies on the way."""

from __future__ import annotations

import datetime
import typing as t
from collections.abc import Iterable

from .._clock import Clock
from .._errors import CloudError
from .._http.client import ApiClient, RequestSender
from .._http.messages import RequestSigner, SignableRequest
from .._http.options import HttpOptions
from .base import Scope
from .connection import ConnectionConfig
from .iam_client import IamClient
from .providers.access_key import AccessKey

#: Makes what carries requests, signed by somebody or by nobody.
NewSender = t.Callable[[t.Optional[RequestSigner], HttpOptions], RequestSender]
#: Makes the way to a service out of what carries the requests and the service's address.
NewClient = t.Callable[[RequestSender, str], ApiClient]


class AuthSession:
    """The credential of one task, which can be renewed.

    Nothing of it is written to a disk.
    """

    def __init__(
        self,
        connection: ConnectionConfig,
        new_sender: NewSender,
        new_transport: NewClient,
        mask: t.Callable[[Iterable[str]], None],
        clock: Clock,
    ) -> None:
        """Prepare; nothing is sent yet.

        :arg mask: told every secret the moment it is known.
        """
        self.project_id = ""
        self.trouble: str | None = None
        self.is_signed_in = False
        self._connection = connection
        self._new_sender = new_sender
        self._new_transport = new_transport
        self._mask = mask
        self._clock = clock
        self._credential: RequestSigner | None = None
        self._was_renewed = False

    @property
    def source(self) -> str:
        """Say where the credentials come from and what they are, for messages; never a value."""
        return f"{self._connection.source} ({self._connection.way.words})"

    @property
    def hint(self) -> str:
        """Say what else to think of if the credentials are not accepted; may be empty."""
        return self._connection.hint

    def begin(self, deadline: float | None) -> None:
        """Sign in, and look the project up if only its name is known.

        :arg until: moment of the clock at which it must be over.
        :raises DliError: it did not work.
        """
        scope = self._connection.scope
        iam = self._iam(deadline)
        credential, project_id = self._connection.way.sign_in(iam, scope)
        self.is_signed_in = True
        self.project_id = scope.project_id or project_id or iam.project_id(credential, t.cast(str, scope.project_name))
        self._credential = self._for_project(credential)

    def headers(self, request: SignableRequest, now: datetime.datetime) -> dict[str, str]:
        """Sign a request with what there is now."""
        return t.cast(RequestSigner, self._credential).headers(request, now)

    def secrets(self) -> list[str]:
        """Return every value that must never be seen in an output."""
        return t.cast(RequestSigner, self._credential).secrets()

    def renew(self, deadline: float | None) -> bool:
        """Sign in again, once a task, because the service takes the credential no more; return whether there is a new one."""
        if self._was_renewed or not self._connection.way.is_refreshable:
            return False
        self._was_renewed = True
        try:
            credential, _project_id = self._connection.way.sign_in(self._iam(deadline), Scope(self.project_id, None))
        except CloudError as error:
            self.trouble = str(error)
            return False
        self._credential = self._for_project(credential)
        return True

    def _for_project(self, credential: RequestSigner) -> RequestSigner:
        return credential.within(self.project_id) if isinstance(credential, AccessKey) else credential

    def _iam(self, deadline: float | None) -> IamClient:
        network, address = self._connection.network, self._connection.auth_url or ""
        return IamClient(
            lambda credential: self._new_transport(self._new_sender(credential, network), address),
            lambda: self._new_sender(None, HttpOptions(direct=True)),
            self._mask,
            self._clock,
            deadline,
        )
