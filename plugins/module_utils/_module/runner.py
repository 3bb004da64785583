# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Ansible's edge: parameters in, a signed-in client for the flow, one result out. The only file that imports Ansible."""

from __future__ import annotations

import os
import select
import typing as t
from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType

from ansible.module_utils.basic import AnsibleModule, missing_required_lib
from ansible.module_utils.common.parameters import remove_values

from .._auth.connection import ConnectionConfig, resolve_connection
from .._auth.provider_chain import SECRETS
from .._auth.session import AuthSession
from .._clock import Clock
from .._dli.client import DliClient
from .._dli.task_context import Context
from .._errors import CloudError, InputError, ServiceError, TaskAbandoned
from .._http.client import ApiClient, RequestLog, RequestSender
from .._http.options import url_secrets
from .._http.session import REQUESTS_IMPORT_ERROR, HttpSession
from .._options import SHORTEST_SECRET, positive
from .._result import ModuleResult

STDOUT = 1
#: Seconds lost to repeated requests from which on the user is warned.
REPORTED_RETRY_TIME = 1.0
#: Variables that may hold the URL of a proxy, and so a password.
PROXY_VARIABLES = ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy")
#: Return values of a batch module whose jobs could not be read; read-only, because it is a default argument.
EMPTY_RESULT: Mapping[str, t.Any] = MappingProxyType({"jobs": []})

Options = t.TypeVar("Options")


def run_module(
    module: AnsibleModule,
    parse_options: t.Callable[[Mapping[str, t.Any], bool], Options],
    flow: t.Callable[[Context, Options], ModuleResult],
    empty_result: Mapping[str, t.Any] = EMPTY_RESULT,
) -> t.NoReturn:
    """Run a module from its parameters to its result.

    :arg parse_options: takes the parameters, and whether this is check mode; raises InputError.
    :arg flow: does the work; raises CloudError if nothing could be done.
    :arg empty_result: return values if nothing could be done.
    """
    runner = ModuleRunner(module, empty_result)
    try:
        connection = runner.connect()
        options = parse_options(module.params, module.check_mode)
        deadline = runner.clock.now() + positive("overall_timeout", module.params["overall_timeout"])
        result = flow(Context(runner.login(connection, deadline), runner.clock, deadline, module.log), options)
    except (CloudError, TaskAbandoned) as error:
        runner.fail(error)
    runner.finish(result)


class ModuleRunner:
    """One run of a module: its requests and credentials so far, and the two ways in which it may end."""

    def __init__(self, module: AnsibleModule, empty_result: Mapping[str, t.Any]) -> None:
        """Prepare; fails at once where the library for requests is missing."""
        self.clock = Clock()
        self._empty_result = {"changed": False, "request_ids": [], **empty_result}
        self._module = module
        self._request_log = RequestLog()
        self._auth: AuthSession | None = None
        if REQUESTS_IMPORT_ERROR is not None:
            module.fail_json(msg=missing_required_lib("requests"), exception=REQUESTS_IMPORT_ERROR, **self._empty_result)

    def connect(self) -> ConnectionConfig:
        """Return the connection that options, environment and files describe; nothing is sent.

        :raises InputError: they do not describe one.
        """
        params = dict(self._module.params)
        # Secrets from the environment, a file or inside a URL are no no_log options: mask them before there is any output.
        self._mask(url_secrets([params["proxy"], params["endpoint"], params["auth_url"], params["metadata_url"]]))
        self._mask(url_secrets(os.environ.get(name) for name in PROXY_VARIABLES))
        self._unmask_short_secrets()  # in the module's parameters only: the connection still gets to see how short they are
        connection = resolve_connection(params, os.environ, read_file)
        self._mask(connection.provider.secrets())
        self._warn(connection.warnings)
        return connection

    def login(self, connection: ConnectionConfig, deadline: float) -> DliClient:
        """Sign in and return a client of the service.

        :arg deadline: moment of the clock at which it must be over.
        :raises CloudError: it failed.
        """

        def new_client(sender: RequestSender, address: str, **more: t.Any) -> ApiClient:
            times = connection.request_timeout, connection.max_retries
            return ApiClient(sender, address, self.clock, *times, self._request_log, result_is_awaited, **more)

        auth = self._auth = AuthSession(connection, HttpSession, new_client, self._mask, self.clock)
        auth.login(deadline)
        session = HttpSession(auth, connection.http)
        return DliClient(new_client(session, connection.endpoint, refresh=auth.refresh), auth.project_id)

    def finish(self, result: ModuleResult) -> t.NoReturn:
        """End the module with a result; it fails if the result says so."""
        module = self._module
        self._warn(result.warnings)
        self._warn(self._request_warnings())
        values = {**result.values, **self._origin()}
        if module._diff and result.diff is not None:
            values["diff"] = result.diff
        if values.pop("failed", False):
            module.fail_json(**values)
        module.exit_json(**values)

    def fail(self, error: Exception) -> t.NoReturn:
        """End the module for an error of the task as a whole: nothing was done."""
        self._warn(self._request_warnings())
        if isinstance(error, InputError) and self._auth is not None and not self._auth.is_signed_in:
            self._auth = None  # there are no credentials
        message, values = str(error), {**self._empty_result, **self._origin()}
        if isinstance(error, ServiceError):
            values.update(http_status=error.status, error_code=error.code)
            if self._auth is not None and error.is_auth_failure:
                message = f"{message} The credentials came from {self._auth.source}. {self._auth.hint}".rstrip()
        self._module.fail_json(msg=message, **values)

    def _origin(self) -> dict[str, t.Any]:
        origin: dict[str, t.Any] = {"request_ids": self._request_log.request_ids}
        if self._auth is not None:
            origin["credentials_from"] = self._auth.source
        return origin

    def _request_warnings(self) -> Iterator[str]:
        """Yield what else the user should know of the requests."""
        yield from _retry_warnings(self._request_log)
        if self._auth is not None and self._auth.refresh_error:
            yield f"The sign-in was accepted no more, and signing in again failed: {self._auth.refresh_error}"

    def _warn(self, warnings: Iterable[str]) -> None:
        """Warn; masked here, because ansible-core 2.19 and newer do not mask warnings."""
        for text in warnings:
            self._module.warn(remove_values(text, self._module.no_log_values))

    def _mask(self, secrets: Iterable[str]) -> None:
        self._module.no_log_values.update(secrets)

    def _unmask_short_secrets(self) -> None:
        """Keep a secret that will be refused as too short from being masked letter by letter in all messages."""
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
    """Return whether another process can still read the result of this task.

    When Ansible abandons a task (the keyword ``timeout``, a cancelled job), the module's process goes on, but the other
    end of its standard output is closed.
    """
    output = select.poll()
    output.register(STDOUT, 0)
    return not any(event & (select.POLLERR | select.POLLHUP) for _fd, event in output.poll(0))


def _retry_warnings(log: RequestLog) -> list[str]:
    if log.lost_time < REPORTED_RETRY_TIME:
        return []
    times = sum(log.retries.values())
    reasons = ", ".join(f"{reason} ({count})" for reason, count in log.retries.items())
    return [f"{times} request{'' if times == 1 else 's'} had to be repeated, at a cost of {log.lost_time:.0f} s: {reasons}"]
