# Copyright: Contributors to the huaweicloud.cloud collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Responses of batch calls: shapes and configurable error codes."""

from __future__ import annotations

import pytest
from support import Api


def test_repeated_id_is_active_the_second_time(api: Api) -> None:
    code, body = api.run(131, 131)
    assert code == 400
    assert (body[0]["is_success"], body[1]["error_code"]) == ("true", "DLI.13099")
    assert len(api.dli.ledger.starts(131)) == 1


def test_configurable_error_codes(api: Api) -> None:
    api.dli.settings.update({"active_code": "DLI.13555", "stop_unknown_code": "DLI.15777"})
    assert api.run(207)[1][0]["error_code"] == "DLI.13555"
    assert api.stop(99)[1][0]["error_code"] == "DLI.15777"


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        ("array", ["true", "true", "DLI.13007"]),
        ("short", ["true"]),
        ("long", ["true", "true", "DLI.13007", "DLI.13007"]),
        ("reversed", ["DLI.13007", "true", "true"]),
    ],
)
def test_batch_response_shapes(api: Api, shape: str, expected: list[str]) -> None:
    api.dli.settings.update({"run_response": shape})
    code, body = api.run(131, 130, 99)
    assert code == 400
    assert [item.get("error_code", item.get("is_success")) for item in body] == expected


def test_single_object(api: Api) -> None:
    api.dli.settings.update({"stop_response": "object", "is_success": "boolean"})
    code, body = api.stop(207, 203)
    assert (code, body["is_success"]) == (200, True)
