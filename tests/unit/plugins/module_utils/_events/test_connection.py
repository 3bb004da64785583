# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Connections of the event source: no request before the first use, masked messages, no growth."""

from __future__ import annotations

import pytest

from ansible_collections.huaweicloud.cloud.plugins.module_utils._errors import InputError, ResponseLost, ServiceError
from ansible_collections.huaweicloud.cloud.plugins.module_utils._events import connection as connections
from ansible_collections.huaweicloud.cloud.plugins.module_utils._events.connection import Connection, Masker
from ansible_collections.huaweicloud.cloud.plugins.module_utils._events.options import parse_source_options

from ..fakes import FakeClock

ENVIRONMENT = {
    "HW_ACCESS_KEY": "INVENTEDKEY1",
    "HW_SECRET_KEY": "invented-secret-1",
    "HW_PROJECT_ID": "0a1b",
    "HW_DLI_ENDPOINT": "http://127.0.0.1:1",
}


def connect(environ=None, **args):
    return Connection(parse_source_options(args).connection, ENVIRONMENT if environ is None else environ, FakeClock())


def test_configuration():
    connection = connect(validate_certs=False)
    assert (connection.endpoint, connection.project_id) == ("http://127.0.0.1:1", "0a1b")
    assert len(connection.warnings) == 1 and "validate_certs" in connection.warnings[0]


def test_client_is_authenticated_once():
    connection = connect()
    client = connection.client(2000.0)
    assert connection.client(3000.0) is client


def test_log_of_failed_requests_does_not_grow():
    connection = connect(max_retries=0, request_timeout=1)
    for _poll in range(3):
        client = connection.client(2000.0)
        assert connection._log.request_ids == [] and connection._log.retries == {}
        connection._log.request_ids.append("id")
        connection._log.retries["HTTP 500"] = 1
    assert client is not None


def test_message_contains_the_source_of_rejected_credentials():
    rejected = ServiceError("Could not list the jobs: HTTP 401 (key invented-secret-1).", 401, "APIGW.0301")
    assert connect().message(rejected) == (
        "Could not list the jobs: HTTP 401 (key ********). Credentials used: the environment variables HW_* (access key and"
        " secret key)."
    )


def test_message_of_another_error_is_masked():
    assert connect().message(ResponseLost("lost: invented-secret-1")) == "lost: ********"


def test_missing_library(monkeypatch):
    monkeypatch.setattr(connections, "REQUESTS_IMPORT_ERROR", "Traceback ...")
    with pytest.raises(InputError, match=r"^Missing the Python library requests\. Install it for /"):
        connect()


def test_missing_credentials():
    with pytest.raises(InputError):
        connect({"HW_PROJECT_ID": "0a1b"}, auth_method="aksk")


def test_longer_secret_is_masked_first():
    mask = Masker()
    mask.add(["secret", "secret-and-more", ""])
    assert mask("a secret, a secret-and-more.") == "a ********, a ********."
