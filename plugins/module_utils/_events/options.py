# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of the event source. ansible-rulebook neither validates them nor sets defaults. Pure."""

from __future__ import annotations

import os
import re
import typing as t
from collections.abc import Collection, Mapping
from functools import partial
from urllib.parse import urlsplit

from .. import _argspec
from .._auth.connection import LOOPBACK
from .._dli.job_status import RUNNING_EXCEPTION, STATUSES, SUBMIT_FAIL
from .._errors import InputError
from .._module.info import InfoOptions, parse_filters
from .._options import not_negative, parse_all, positive, select_any, split_texts
from .changes import Rules

#: Seconds; a shorter interval is accepted only for a loopback address.
SHORTEST_INTERVAL = 5.0
#: Added to the options by ansible-rulebook 1.3 and newer.
FEEDBACK_QUEUE = "eda_feedback_queue"
TRUE = ("true", "yes", "on", "y", "t", "1")
FALSE = ("false", "no", "off", "n", "f", "0")


def argument_spec() -> dict[str, dict[str, t.Any]]:
    """Return all options, in the format of the specifications of modules."""
    return dict(
        _argspec.selection(),
        queue_name=dict(type="str"),
        tags=dict(type="dict"),
        statuses=dict(type="list", elements="raw"),
        failed_statuses=dict(type="list", elements="raw", default=[RUNNING_EXCEPTION, SUBMIT_FAIL]),
        interval=dict(type="float", default=30),
        poll_timeout=dict(type="float", default=60),
        failure_window=dict(type="float", default=3600),
        reminder_interval=dict(type="float", default=900),
        auto_restart_timeout=dict(type="float", default=300),
        report_failed_at_start=dict(type="bool", default=True),
        trouble_after=dict(type="int", default=3),
        **_argspec.connection(),
    )


class SourceOptions(t.NamedTuple):
    """The parsed options. Times in seconds.

    :ivar connection: the parameters of the connection.
    :ivar statuses: the statuses to which changes are reported; empty for all.
    :ivar trouble_after: number of consecutive failed polls after which trouble is reported.
    """

    connection: Mapping[str, t.Any]
    selection: InfoOptions
    rules: Rules
    statuses: frozenset[str]
    interval: float
    poll_timeout: float
    trouble_after: int


def parse_source_options(args: Mapping[str, t.Any]) -> SourceOptions:
    """Return the options of the source.

    :arg args: the arguments of the source in the rulebook, with their templates evaluated.
    :raises InputError: options are unknown or invalid. The message contains all of them.
    """
    params = _convert(args)
    selected, filters, statuses, failed, times, trouble_after = parse_all(
        partial(select_any, params["job_ids"], params["job_names"]),
        partial(parse_filters, {**dict.fromkeys(("status", "job_type", "user_name", "has_savepoint")), **params}),
        partial(_statuses, "statuses", params["statuses"]),
        partial(_failed_statuses, params["failed_statuses"]),
        partial(_times, params),
        partial(positive, "trouble_after", params["trouble_after"]),
    )
    rules = Rules(
        failed,
        times["failure_window"],
        times["reminder_interval"],
        times["auto_restart_timeout"],
        params["report_failed_at_start"],
    )
    return SourceOptions(
        {name: params[name] for name in _argspec.connection()},
        InfoOptions(selected, filters, detailed=False, ascending=False),
        rules,
        statuses,
        times["interval"],
        times["poll_timeout"],
        trouble_after,
    )


def check_interval(interval: float, endpoint: str) -> None:
    """Raise InputError for an interval that would send too many requests to the service."""
    host = urlsplit(endpoint).hostname or ""
    if interval < SHORTEST_INTERVAL and host not in LOOPBACK and not host.startswith("127."):
        raise InputError(f"Invalid interval: {interval:g}. Specify at least {SHORTEST_INTERVAL:g} seconds.")


def _times(params: Mapping[str, t.Any]) -> dict[str, float]:
    checks = {
        "interval": positive,
        "poll_timeout": positive,
        "failure_window": positive,
        "reminder_interval": not_negative,
        "auto_restart_timeout": not_negative,
    }
    return dict(zip(checks, parse_all(*(partial(check, name, params[name]) for name, check in checks.items()))))


def _statuses(option: str, items: Collection[t.Any] | None) -> frozenset[str]:
    statuses = split_texts(option, items)
    unknown = [status for status in statuses if status not in STATUSES]
    if unknown:
        raise InputError(f"Invalid {option}: {unknown[0][:40]!r} is not a status. Specify some of {', '.join(STATUSES)}.")
    return frozenset(statuses)


def _failed_statuses(items: Collection[t.Any]) -> frozenset[str]:
    statuses = _statuses("failed_statuses", items)
    if not statuses:
        raise InputError("Missing failed_statuses. Specify at least one status.")
    return statuses


def _convert(args: Mapping[str, t.Any]) -> dict[str, t.Any]:
    """Return all options with the types of their specification, and with defaults.

    Texts are converted, because variables of the environment are texts. Null and empty texts are unset.

    :raises InputError: options are unknown, or have values of a wrong type.
    """
    spec = argument_spec()
    names, *values = parse_all(
        partial(_check_names, args, spec), *(partial(_value, name, args.get(name), spec[name]) for name in spec)
    )
    return dict(zip(names, values))


def _check_names(args: Mapping[str, t.Any], spec: Mapping[str, t.Any]) -> list[str]:
    unknown = sorted(str(name) for name in args if name not in spec and name != FEEDBACK_QUEUE)
    if unknown:
        raise InputError(f"Unsupported options: {', '.join(unknown)}. Supported options are {', '.join(sorted(spec))}.")
    return list(spec)


def _value(name: str, value: t.Any, option: Mapping[str, t.Any]) -> t.Any:
    if value is None or (isinstance(value, str) and not value.strip()):
        return option.get("default")
    return _CONVERSIONS[option["type"]](name, value)


def _text(name: str, value: t.Any) -> str:
    if isinstance(value, (list, tuple, Mapping)):
        raise InputError(f"Invalid {name}: it is a {_kind(value)}. Specify a text.")
    return str(value)


def _path(name: str, value: t.Any) -> str:
    return os.path.expanduser(os.path.expandvars(_text(name, value)))


def _boolean(name: str, value: t.Any) -> bool:
    text = str(value).strip().lower()
    if text not in TRUE + FALSE:
        raise InputError(f"Invalid {name}: {_shown(value)} is not a boolean. Specify true or false.")
    return text in TRUE


def _number(name: str, value: t.Any) -> float:
    try:
        if isinstance(value, bool):
            raise ValueError("not a number")
        return float(value)
    except (TypeError, ValueError):
        raise InputError(f"Invalid {name}: {_shown(value)} is not a number. Specify a number.") from None


def _whole_number(name: str, value: t.Any) -> int:
    number = _number(name, value)
    if not number.is_integer():
        raise InputError(f"Invalid {name}: {_shown(value)} is not a whole number. Specify a whole number.")
    return int(number)


def _list(name: str, value: t.Any) -> list[t.Any]:
    if isinstance(value, Mapping):
        raise InputError(f"Invalid {name}: it is a dictionary. Specify a list.")
    return list(value) if isinstance(value, (list, tuple)) else [value]


def _dictionary(name: str, value: t.Any) -> dict[t.Any, t.Any]:
    if not isinstance(value, Mapping):
        raise InputError(f"Invalid {name}: it is a {_kind(value)}. Specify a dictionary.")
    return dict(value)


def _kind(value: t.Any) -> str:
    return "dictionary" if isinstance(value, Mapping) else "list" if isinstance(value, (list, tuple)) else "text or a number"


def _shown(value: t.Any) -> str:
    return re.sub(r"\s+", " ", repr(value))[:40]


_CONVERSIONS: dict[str, t.Callable[[str, t.Any], t.Any]] = {
    "str": _text,
    "path": _path,
    "bool": _boolean,
    "float": _number,
    "int": _whole_number,
    "list": _list,
    "dict": _dictionary,
}
