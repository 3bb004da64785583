# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The options of the event source: defaults, conversions of texts, and the message for each invalid value."""

from __future__ import annotations

import pytest

from ansible_collections.huaweicloud.cloud.plugins.module_utils import _argspec
from ansible_collections.huaweicloud.cloud.plugins.module_utils._dli.job_status import STATUSES
from ansible_collections.huaweicloud.cloud.plugins.module_utils._errors import InputError
from ansible_collections.huaweicloud.cloud.plugins.module_utils._events.changes import Rules
from ansible_collections.huaweicloud.cloud.plugins.module_utils._events.options import (
    argument_spec,
    check_interval,
    parse_source_options,
)


def refused(**args):
    with pytest.raises(InputError) as caught:
        parse_source_options(args)
    return str(caught.value)


def test_defaults():
    options = parse_source_options({})
    failed = frozenset({"job_running_exception", "job_submit_fail"})
    assert options.rules == Rules(failed, 3600, 900, 300, True)
    assert (options.interval, options.poll_timeout, options.trouble_after, options.statuses) == (30, 60, 3, frozenset())
    assert (options.selection.selection.ids, options.selection.selection.names) == ((), ())
    assert set(options.connection) == set(_argspec.connection())
    assert options.connection["validate_certs"] is True and options.connection["max_retries"] == 5


def test_null_and_empty_texts_are_unset():
    assert parse_source_options(dict.fromkeys(argument_spec(), "")) == parse_source_options(dict.fromkeys(argument_spec()))
    assert parse_source_options(dict.fromkeys(argument_spec(), "  ")) == parse_source_options({})


def test_texts_are_converted():
    texts = {
        "interval": "7.5", "poll_timeout": "20", "failure_window": "60", "reminder_interval": "0", "auto_restart_timeout": " 0 ",
        "trouble_after": "2", "report_failed_at_start": "False", "validate_certs": "no", "max_retries": "1",
        "job_ids": "131, 130", "statuses": "job_running,job_finish", "failed_statuses": "job_finish",
        "queue_name": 5, "tags": {"team": "data"},
    }
    options = parse_source_options(texts)
    assert options.rules == Rules(frozenset({"job_finish"}), 60, 0, 0, False)
    assert (options.interval, options.poll_timeout, options.trouble_after) == (7.5, 20, 2)
    assert options.statuses == {"job_running", "job_finish"}
    assert options.selection.selection.ids == (131, 130)
    assert options.selection.filters.by_value == {"queue_name": "5"} and options.selection.filters.tags == {"team": "data"}
    assert (options.connection["validate_certs"], options.connection["max_retries"]) == (False, 1)


def test_paths_are_expanded(monkeypatch):
    monkeypatch.setenv("HOME", "/home/ops")
    monkeypatch.setenv("CERTIFICATES", "/etc/tls")
    options = parse_source_options({"ca_cert": "$CERTIFICATES/ca.pem", "credentials_file": "~/credentials"})
    assert (options.connection["ca_cert"], options.connection["credentials_file"]) == ("/etc/tls/ca.pem", "/home/ops/credentials")


@pytest.mark.parametrize("value", [131, "131", [131], ["131"], (131,)])
def test_one_job_id(value):
    assert parse_source_options({"job_ids": value}).selection.selection.ids == (131,)


def test_feedback_queue_is_accepted():
    assert parse_source_options({"eda_feedback_queue": object()}) == parse_source_options({})


NUMBERS = ["interval", "poll_timeout", "failure_window", "reminder_interval", "auto_restart_timeout", "trouble_after"]


@pytest.mark.parametrize("name", NUMBERS)
@pytest.mark.parametrize("value", ["often", True, [30], {"seconds": 30}, -1, "nan", "inf", 10**10])
def test_invalid_number(name, value):
    assert refused(**{name: value}).startswith(f"Invalid {name}: ")


@pytest.mark.parametrize("name", ["interval", "poll_timeout", "failure_window", "trouble_after"])
def test_number_that_must_be_positive(name):
    assert refused(**{name: 0}).endswith("Specify a number greater than 0 and less than 1000000000.")


@pytest.mark.parametrize(
    "args, message",
    [
        ({"trouble_after": 2.5}, "Invalid trouble_after: 2.5 is not a whole number. Specify a whole number."),
        ({"report_failed_at_start": "perhaps"}, "Invalid report_failed_at_start: 'perhaps' is not a boolean. Specify true "),
        ({"allow_http": [True]}, "Invalid allow_http: [True] is not a boolean. Specify true or false."),
        ({"region": ["cn-north-4"]}, "Invalid region: it is a list. Specify a text."),
        ({"secret_key": {"a": 1}}, "Invalid secret_key: it is a dictionary. Specify a text."),
        ({"job_names": {"orders": 1}}, "Invalid job_names: it is a dictionary. Specify a list."),
        ({"tags": "team=data"}, "Invalid tags: it is a text or a number. Specify a dictionary."),
        ({"tags": ["team"]}, "Invalid tags: it is a list. Specify a dictionary."),
        ({"failed_statuses": []}, "Missing failed_statuses. Specify at least one status."),
        ({"intervall": 3, "jobs": 1}, "Unsupported options: intervall, jobs. Supported options are access_key, "),
        ({"statuses": ["running"]}, f"Invalid statuses: 'running' is not a status. Specify some of {', '.join(STATUSES)}."),
        ({"failed_statuses": "failed"}, "Invalid failed_statuses: 'failed' is not a status. Specify some of job_init, "),
        ({"job_ids": "12x"}, "Invalid job_ids: '12x' is not a job ID. "),
        ({"tags": {"a": ""}}, "Invalid tags: a= cannot be used as a filter."),
    ],
)
def test_invalid_value(args, message):
    assert refused(**args).startswith(message)


def test_all_problems_are_reported_together():
    message = refused(interval="often", region=[1], jobs=1)
    assert all(f"{problem}" in message for problem in ("Invalid interval", "Invalid region", "Unsupported options: jobs"))
    message = refused(interval=0, job_ids="x", statuses="y")
    assert all(f"Invalid {name}" in message for name in ("interval", "job_ids", "statuses"))


@pytest.mark.parametrize("endpoint", ["http://127.0.0.1:8787", "http://localhost:8787", "http://[::1]:8787"])
def test_short_interval_is_accepted_for_loopback(endpoint):
    check_interval(0.1, endpoint)


def test_short_interval_is_refused_for_the_service():
    check_interval(5, "https://dli.cn-north-4.myhuaweicloud.com")
    with pytest.raises(InputError, match=r"Invalid interval: 4\.9\. Specify at least 5 seconds\."):
        check_interval(4.9, "https://dli.cn-north-4.myhuaweicloud.com")
