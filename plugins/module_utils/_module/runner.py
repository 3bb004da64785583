# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Between Ansible and the flows: options in, one open service, one way to end."""

from __future__ import annotations

import os
import select
import typing as t
from collections.abc import Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType

from ansible.module_utils.basic import AnsibleModule, missing_required_lib
from ansible.module_utils.common.parameters import remove_values

from .._auth.connection import ConnectionConfig, resolve
from .._auth.provider_chain import SECRETS
from .._auth.session import AuthSession
from .._clock import Clock
from .._dli.client import DliClient
from .._errors import CloudError, InputError, ServiceError, TaskAbandoned
from .._http.client import ApiClient, RequestLog, RequestSender
from .._http.options import url_secrets
from .._http.session import REQUESTS_IMPORT_ERROR, HttpSession
from .._options import SHORTEST_SECRET
from .._result import ModuleResult

STDOUT = 1
#: Seconds lost to repeated requests from which on the user is told.
REPORTED_RETRY_TIME = 1.0
#: Variables that may hold the URL of a proxy, and so a password.
PROXY_VARIABLES = ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy")
#: What a batch module reports when it could not even look at its jobs.
EMPTY_RESULT: Mapping[str, t.Any] = MappingProxyType({"jobs": []})
AnyOptions = t.TypeVar("AnyTask", bound=t.Any)


def run_module(
    module: AnsibleModule,
    read_task: t.Callable[[Mapping[str, t.Any], bool], AnyOptions],
    flow: t.Callable[[DliClient, Clock, AnyOptions, t.Callable[[str], None]], ModuleResult],
    nothing: Mapping[str, t.Any] = EMPTY_RESULT,
) -> t.NoReturn:
    """Run a module from its options to its result.

    :arg read_task: makes a task, a dataclass with ``overall_timeout``, of the parameters and of whether this is check mode;
        it raises InputError.
    :arg flow: carries the task out; raises DliError if nothing could be done.
    :arg nothing: members of the result when nothing could be done.
    """
    session = ModuleRunner(module, nothing)
    try:
        connection = session.connect()
        task = read_task(module.params, module.check_mode)
        deadline = session.clock.now() + task.overall_timeout
        dli = session.open(connection, deadline)
        # Signing in is part of the whole, and what is left may be nothing.
        report = flow(dli, session.clock, replace(task, overall_timeout=deadline - session.clock.now()), module.log)
    except (CloudError, TaskAbandoned) as error:
        session.fail(error)
    session.finish(report)


class ModuleRunner:
    """One run of a module: what it has learnt so far, and the two ways in which it may end."""

    def __init__(self, module: AnsibleModule, nothing: Mapping[str, t.Any]) -> None:
        """Prepare; fails at once where the library for requests is missing."""
        self.clock = Clock()
        self._nothing = {"changed": False, "request_ids": [], **nothing}
        self._module = module
        self._request_log = RequestLog()
        self._sign_in: AuthSession | None = None
        if REQUESTS_IMPORT_ERROR is not None:
            module.fail_json(msg=missing_required_lib("requests"), exception=REQUESTS_IMPORT_ERROR, **self._nothing)

    def connect(self) -> ConnectionConfig:
        """Return what options, environment and files say of the connection; nothing is sent.

        :raises InputError: they do not say where or who.
        """
        params = dict(self._module.params)
        # What came from the environment, a file or inside a URL is no no_log option: mask it before anything can be said.
        self._mask(url_secrets([params["proxy"], params["endpoint"], params["auth_url"], params["metadata_url"]]))
        self._mask(url_secrets(os.environ.get(name) for name in PROXY_VARIABLES))
        self._unmask_what_is_short()
        connection = resolve(params, os.environ, read_file)
        self._mask(connection.way.secrets())
        self._warn(connection.warnings)
        return connection

    def open(self, connection: ConnectionConfig, deadline: float) -> DliClient:
        """Sign in and return the service.

        :arg until: moment of the clock at which it must be over.
        :raises DliError: it did not work.
        """

        def client(sender: RequestSender, address: str, **more: t.Any) -> ApiClient:
            return ApiClient(
                sender,
                address,
                self.clock,
                connection.request_timeout,
                connection.max_retries,
                self._request_log,
                result_is_awaited,
                **more,
            )

        sign_in = self._sign_in = AuthSession(connection, HttpSession, client, self._mask, self.clock)
        sign_in.begin(deadline)
        sender = HttpSession(sign_in, connection.network)
        return DliClient(client(sender, connection.endpoint, renew=sign_in.renew), sign_in.project_id)

    def finish(self, report: ModuleResult) -> t.NoReturn:
        """End the module with a report; it fails if the report says so."""
        module = self._module
        self._warn(report.warnings)
        self._warn(self._trouble())
        result = {**report.result, **self._origin()}
        if module._diff and report.diff is not None:
            result["diff"] = report.diff
        if result.pop("failed", False):
            module.fail_json(**result)
        module.exit_json(**result)

    def fail(self, error: Exception) -> t.NoReturn:
        """End the module for an error of the task as a whole: nothing was done."""
        self._warn(self._trouble())
        if isinstance(error, InputError) and self._sign_in is not None and not self._sign_in.is_signed_in:
            self._sign_in = None  # there was nothing to sign in with
        message, result = str(error), {**self._nothing, **self._origin()}
        if isinstance(error, ServiceError):
            result.update(http_status=error.status, error_code=error.code)
            if self._sign_in is not None and error.status in (401, 403):
                message = f"{message} The credentials came from {self._sign_in.source}. {self._sign_in.hint}".rstrip()
        self._module.fail_json(msg=message, **result)

    def _origin(self) -> dict[str, t.Any]:
        origin: dict[str, t.Any] = {"request_ids": self._request_log.request_ids}
        if self._sign_in is not None:
            origin["credentials_from"] = self._sign_in.source
        return origin

    def _trouble(self) -> t.Iterator[str]:
        """Say what else the user should know of the requests."""
        yield from _retry_warnings(self._request_log)
        if self._sign_in is not None and self._sign_in.trouble:
            yield f"The sign-in was accepted no more, and signing in again failed: {self._sign_in.trouble}"

    def _warn(self, warnings: Iterable[str]) -> None:
        """Warn; masked here, because ansible-core 2.19 and newer show warnings as they are given."""
        for text in warnings:
            self._module.warn(remove_values(text, self._module.no_log_values))

    def _mask(self, secrets: Iterable[str]) -> None:
        self._module.no_log_values.update(secrets)

    def _unmask_what_is_short(self) -> None:
        """Keep a secret that is going to be refused as too short from being masked, letter by letter, in every message."""
        params = self._module.params
        for name in SECRETS:
            if 0 < len(params[name] or "") < SHORTEST_SECRET:
                self._module.no_log_values.discard(params[name])
                params[name] = "(too short)"


def read_file(path: str) -> str | None:
    """Return the text of a file; :data:`None` if there is none.

    :raises InputError: it cannot be read.
    """
    try:
        with open(path, encoding="utf-8") as file:
            return file.read()
    except FileNotFoundError:
        return None
    except (OSError, UnicodeError) as error:
        raise InputError(f"the file {path} cannot be read: {getattr(error, 'strerror', None) or 'it is no text'}") from None


def result_is_awaited() -> bool:
    """Tell whether anybody would still read this task's result.

    When Ansible gives up on a task (the keyword ``timeout``, a cancelled job), the module's process goes on, but the other
    end of its standard output is closed.
    """
    listening = select.poll()
    listening.register(STDOUT, 0)
    return not any(event & (select.POLLERR | select.POLLHUP) for _fd, event in listening.poll(0))


def _retry_warnings(request_log: RequestLog) -> list[str]:
    if request_log.lost_time < REPORTED_RETRY_TIME:
        return []
    times = sum(request_log.retries.values())
    reasons = ", ".join(f"{why} ({count})" for why, count in request_log.retries.items())
    return [f"{times} request{'' if times == 1 else 's'} had to be repeated, at a cost of {request_log.lost_time:.0f} s: {reasons}"]
