# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The interface to Ansible: parameters, authenticated client, result. Only this file imports Ansible."""

from __future__ import annotations

import os
import select
import typing as t
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from types import MappingProxyType

from ansible.module_utils.basic import AnsibleModule, missing_required_lib
from ansible.module_utils.common.parameters import remove_values

try:
    from ansible.module_utils.secrets import mask_secrets, register_secrets
except ImportError:  # ansible-core before 2.22
    mask_secrets = register_secrets = None

from .._argspec import wrong_types
from .._auth.connection import ConnectionConfig, resolve_connection
from .._auth.files import read_file
from .._auth.provider_chain import SECRETS
from .._auth.session import AuthSession
from .._clock import Clock
from .._dli.client import DliClient
from .._dli.task_context import Context
from .._errors import CloudError, InputError, ServiceError, TaskAbandoned
from .._http.client import ApiClient, RequestLog, RequestSender
from .._http.options import url_secrets
from .._http.session import REQUESTS_IMPORT_ERROR, HttpSession
from .._options import SHORTEST_SECRET, parse_all, positive
from .._result import ModuleResult, sentences

STDOUT = 1
#: Seconds of delay by retried requests from which a warning is reported.
REPORTED_RETRY_TIME = 1.0
#: Return values of a batch module if the jobs could not be read; read-only, because it is a default argument.
EMPTY_RESULT: Mapping[str, t.Any] = MappingProxyType({"jobs": []})

#: The value of a secret that is too short. Ansible masks secrets in all output, and no output contains this character.
TOO_SHORT = "\0"

Options = t.TypeVar("Options")


class DliModule(AnsibleModule):
    """A module that checks and replaces values before Ansible converts them and registers secrets.

    If a secret is too short, masking it would remove its letters from all output.

    :ivar problems: messages for values of the wrong type.
    """

    def __init__(self, **arguments: t.Any) -> None:
        AnsibleModule.__init__(self, **arguments)

    def check_types(self) -> None:
        """Raise InputError for values that Ansible has converted to a text although they are no texts."""
        if self.problems:
            raise InputError(" ".join(self.problems))

    def _load_params(self) -> None:
        AnsibleModule._load_params(self)
        for name in SECRETS:
            if 0 < len(str(self.params.get(name) or "")) < SHORTEST_SECRET:
                self.params[name] = TOO_SHORT
        self.problems = list(wrong_types(self.argument_spec, self.params))


def run_module(
    module: DliModule,
    parse_options: t.Callable[[Mapping[str, t.Any], bool], Options],
    flow: t.Callable[[Context, Options], ModuleResult],
    empty_result: Mapping[str, t.Any] = EMPTY_RESULT,
) -> t.NoReturn:
    """Run a module and end the process with its result.

    :arg parse_options: parses the parameters; the second argument is whether check mode is set; raises InputError.
    :arg flow: returns the result; raises CloudError if nothing was changed.
    :arg empty_result: return values if ``flow`` raises an error.
    """
    runner = ModuleRunner(module, empty_result)
    try:
        _none, connection, options, timeout = parse_all(
            module.check_types,
            runner.connect,
            partial(parse_options, module.params, module.check_mode),
            partial(positive, "overall_timeout", module.params["overall_timeout"]),
        )
        deadline = runner.clock.now() + timeout
        result = flow(Context(runner.authenticate(connection, deadline), runner.clock, deadline, module.log), options)
    except (CloudError, TaskAbandoned) as error:
        runner.fail(error)
    runner.finish(result)


class ModuleRunner:
    """One run of a module: its request log and credentials, and its end with a result or an error."""

    def __init__(self, module: DliModule, empty_result: Mapping[str, t.Any]) -> None:
        """Prepare the run; fail if the library requests is missing."""
        self.clock = Clock()
        self._empty_result = {"changed": False, "request_ids": [], **empty_result}
        self._module = module
        self._request_log = RequestLog()
        self._auth: AuthSession | None = None
        if REQUESTS_IMPORT_ERROR is not None:
            module.fail_json(msg=missing_required_lib("requests"), exception=REQUESTS_IMPORT_ERROR, **self._empty_result)

    def connect(self) -> ConnectionConfig:
        """Return the connection from options, environment and files; no request is sent.

        :raises InputError: the configuration of the connection is missing or invalid.
        """
        params = self._module.params
        # Secrets from the environment, a file or a URL are not covered by no_log options. Mask them before any output.
        self._mask(url_secrets([params["endpoint"], params["auth_url"], params["metadata_url"]]))
        connection = resolve_connection(params, os.environ, read_file)
        self._mask(connection.provider.secrets())
        self._warn(connection.warnings)
        return connection

    def authenticate(self, connection: ConnectionConfig, deadline: float) -> DliClient:
        """Authenticate and return a client of the service.

        :arg deadline: time on the clock at which the authentication must end.
        :raises CloudError: the authentication failed.
        """

        def new_client(sender: RequestSender, address: str, **more: t.Any) -> ApiClient:
            times = connection.request_timeout, connection.max_retries
            return ApiClient(sender, address, self.clock, *times, self._request_log, result_is_awaited, **more)

        auth = self._auth = AuthSession(connection, HttpSession, new_client, self._mask, self.clock)
        auth.authenticate(deadline)
        session = HttpSession(auth, connection.http)
        return DliClient(new_client(session, connection.endpoint, refresh=auth.refresh), auth.project_id)

    def finish(self, result: ModuleResult) -> t.NoReturn:
        """End the module with a result, successfully or as failed."""
        module = self._module
        self._warn(result.warnings)
        self._warn(self._request_warnings())
        values = {**result.values, **self._origin()}
        if module._diff and result.diff is not None:
            values["diff"] = result.diff
        is_failed = values.pop("failed", False)
        values = self._masked_result(values)
        if is_failed:
            module.fail_json(**values)
        module.exit_json(**values)

    def fail(self, error: Exception) -> t.NoReturn:
        """End the module with an error of the task as a whole; nothing was changed."""
        self._warn(self._request_warnings())
        if isinstance(error, InputError) and self._auth is not None and not self._auth.is_authenticated:
            self._auth = None  # there are no credentials
        message, values = str(error), {**self._empty_result, **self._origin()}
        if isinstance(error, ServiceError):
            values.update(http_status=error.status, error_code=error.code)
            if self._auth is not None and error.is_auth_failure:
                message = f"{message} Credentials used: {self._auth.source}. {self._auth.hint}".rstrip()
        self._module.fail_json(**self._masked_result({"msg": message, **values}))

    def _origin(self) -> dict[str, t.Any]:
        origin: dict[str, t.Any] = {"request_ids": self._request_log.request_ids}
        if self._auth is not None:
            origin["credentials_from"] = self._auth.source
        return origin

    def _request_warnings(self) -> Iterator[str]:
        """Yield warnings about retried requests and rejected credentials."""
        yield from _retry_warnings(self._request_log)
        if self._auth is not None and self._auth.refresh_error:
            yield sentences(
                f"The credentials were rejected during the task, and authenticating again failed: {self._auth.refresh_error}"
            )

    def _warn(self, warnings: Iterable[str]) -> None:
        for text in warnings:
            self._module.warn(self._masked(text))

    def _mask(self, secrets: Iterable[str]) -> None:
        """Register secrets, which Ansible masks in its output."""
        if register_secrets is not None:
            register_secrets(secrets)
        else:
            self._module.no_log_values.update(secrets)

    def _masked_result(self, values: dict[str, t.Any]) -> dict[str, t.Any]:
        """Return a result with its secrets masked. Before ansible-core 2.22, Ansible masks it."""
        return values if mask_secrets is None else t.cast("dict[str, t.Any]", self._masked(values))

    def _masked(self, value: t.Any) -> t.Any:
        """Return a value with its secrets masked. Ansible does not mask all warnings."""
        if mask_secrets is None:
            return remove_values(value, self._module.no_log_values)
        if isinstance(value, str):
            return mask_secrets(value)
        if isinstance(value, Mapping):
            return {key: self._masked(item) for key, item in value.items()}
        return [self._masked(item) for item in value] if isinstance(value, (list, tuple)) else value


def result_is_awaited() -> bool:
    """Return whether another process can still read the result of this task.

    When Ansible abandons a task (keyword ``timeout``, cancelled job), the process of the module continues to run, but the other
    end of its standard output is closed.
    """
    output = select.poll()
    output.register(STDOUT, 0)
    return not any(event & (select.POLLERR | select.POLLHUP) for _fd, event in output.poll(0))


def _retry_warnings(log: RequestLog) -> list[str]:
    if log.lost_time < REPORTED_RETRY_TIME:
        return []
    times = sum(log.retries.values())
    reasons = ", ".join(f"{reason} ({count} time{'' if count == 1 else 's'})" for reason, count in log.retries.items())
    retried = "1 request was" if times == 1 else f"{times} requests were"
    return [f"{retried} retried: {reasons}. This delayed the task by {log.lost_time:.0f} s."]
